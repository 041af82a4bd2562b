package types

import (
	"math/bits"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Hash returns a hash of v, which must not be NULL, equal for values that
// Equal calls equal. Integers of every width hash alike. It is stable within a
// process only.
func Hash(t Type, v Value) uint64 { return HashFunc(t)(v) }

// HashFunc resolves t once for loops. The function returned is safe for concurrent use.
func HashFunc(t Type) func(v Value) uint64 {
	switch t.Kind() {
	case KindFloat4, KindFloat8:
		return func(v Value) uint64 { return hashWord(canonicalFloat(v.Float())) }
	case KindBpchar:
		return func(v Value) uint64 { return xxhash.Sum64String(trimBlanks(v.s)) }
	case KindCitext:
		return func(v Value) uint64 { return xxhash.Sum64String(strings.ToLower(v.s)) }
	case KindNumeric:
		return func(v Value) uint64 { return hashNumeric(v.s) }
	case KindInterval, KindJSONB, KindArray, KindRecord, KindHstore, KindRange, KindMultirange, KindVector, KindHalfvec, KindInet, KindTSVector, KindTSQuery:
		return func(v Value) uint64 { return hashKey(t, v) }
	}
	if t.Fixed() {
		return func(v Value) uint64 { return hashWord(uint64(v.i)) }
	}
	return func(v Value) uint64 { return xxhash.Sum64String(v.s) }
}

// hashWord mixes 64 bits (the finaliser of wyhash: a multiplication folded).
func hashWord(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return hi ^ lo
}

// hashNumeric leaves the display scale out: 1.0 and 1.00 are equal.
func hashNumeric(s string) uint64 {
	if len(s) < numericHeaderBytes {
		return 0
	}
	v := viewNumeric(s)
	if v.n == 0 {
		return hashWord(uint64(v.sign))
	}
	return xxhash.Sum64String(v.digits) ^ hashWord(uint64(v.sign)<<32|uint64(uint16(v.weight)))
}

// hashKey hashes the order-preserving key, which is the same for equal values.
func hashKey(t Type, v Value) uint64 {
	var buf [128]byte
	return xxhash.Sum64(AppendKey(buf[:0], t, v))
}
