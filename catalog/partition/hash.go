package partition

import (
	"encoding/binary"
	"math"

	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// The hash of a partition key is PostgreSQL's, so that rows fall where they
// would there: extended hashes of the columns with a fixed seed, combined.
// Types whose hash depends on PostgreSQL's storage (enums, arrays, jsonb, inet)
// hash their own bytes here.

const hashSeed = 0x7A5B22367996DCFD

func (s *Set) hash(key []types.Value) uint64 {
	var sum uint64
	for i, v := range key {
		if !v.IsNull() {
			sum = combine(sum, hashValue(s.types[i].Base(), v))
		}
	}
	return sum
}

// Hash is the hash of a key of the types given.
func Hash(ts []types.Type, key []types.Value) uint64 {
	s := Set{types: ts}
	return s.hash(key)
}

func combine(a, b uint64) uint64 {
	return a ^ (b + 0x49a0f4dd15e5a8e3 + a<<54 + a>>7)
}

func hashValue(t types.Type, v types.Value) uint64 {
	switch t.Kind() {
	case types.KindBool, types.KindChar, types.KindInt2, types.KindInt4, types.KindOID, types.KindDate:
		return builtin.HashWordExtended(uint32(v.Int()), hashSeed)
	case types.KindInt8, types.KindTimestamp, types.KindTimestamptz, types.KindTime:
		return hashInt8(v.Int())
	case types.KindFloat4, types.KindFloat8:
		return hashFloat(v.Float())
	case types.KindNumeric:
		return hashNumeric(v.Str())
	case types.KindBpchar:
		text := v.Str()
		for len(text) > 0 && text[len(text)-1] == ' ' {
			text = text[:len(text)-1]
		}
		return builtin.HashExtended(text, hashSeed)
	case types.KindText, types.KindName, types.KindUUID, types.KindBytea:
		return builtin.HashExtended(v.Str(), hashSeed)
	case types.KindEnum:
		return builtin.HashExtended(types.FormatText(t, v, nil), hashSeed)
	}
	return builtin.HashExtended(string(types.AppendKey(nil, t, v)), hashSeed)
}

// hashInt8 is equal to the hash of the same number as int4.
func hashInt8(n int64) uint64 {
	low, high := uint32(n), uint32(n>>32)
	if n < 0 {
		high = ^high
	}
	return builtin.HashWordExtended(low^high, hashSeed)
}

func hashFloat(f float64) uint64 {
	if f == 0 {
		return hashSeed
	}
	if math.IsNaN(f) {
		f = math.NaN()
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], math.Float64bits(f))
	return builtin.HashExtended(string(b[:]), hashSeed)
}

// hashNumeric reads the binary form (types/numeric.go): digits hash as the
// little-endian words that PostgreSQL holds in memory.
func hashNumeric(s string) uint64 {
	const header = 8
	if len(s) <= header {
		if len(s) == header && binary.BigEndian.Uint16([]byte(s[4:])) >= 0xC000 {
			return hashSeed
		}
		return hashSeed - 1 // zero
	}
	weight := int16(binary.BigEndian.Uint16([]byte(s[2:])))
	digits := []byte(s[header:])
	for i := 0; i+1 < len(digits); i += 2 {
		digits[i], digits[i+1] = digits[i+1], digits[i]
	}
	return builtin.HashExtended(string(digits), hashSeed) ^ uint64(int64(weight))
}
