package builtin

import (
	"math/bits"

	"synapse/catalog/types"
)

// hashText is PostgreSQL's hash of a string with a seed (Bob Jenkins' lookup3,
// little endian, http://burtleburtle.net/bob/hash/), so that keys made by
// hashtext() name the same advisory locks. With seed 0 the low half is the 32-bit hash.
func hashText(s string, seed uint64) uint64 {
	start := 0x9e3779b9 + uint32(len(s)) + 3923095
	a, b, c := start, start, start
	if seed != 0 {
		a, b, c = hashMix(a+uint32(seed>>32), b+uint32(seed), c)
	}
	for len(s) >= 12 {
		a += word(s)
		b += word(s[4:])
		c += word(s[8:])
		a, b, c = hashMix(a, b, c)
		s = s[12:]
	}
	var tail [12]byte
	copy(tail[:], s)
	rest := string(tail[:])
	a += word(rest)
	b += word(rest[4:])
	c += word(rest[8:]) << 8 // the lowest byte of c is kept for the length
	return hashFinal(a, b, c)
}

// HashExtended is PostgreSQL's hash_any_extended of bytes.
func HashExtended(s string, seed uint64) uint64 { return hashText(s, seed) }

// HashWordExtended is PostgreSQL's hash of a 32-bit word with a seed.
func HashWordExtended(k uint32, seed uint64) uint64 {
	const start = 0x9e3779b9 + 4 + 3923095
	a, b, c := uint32(start), uint32(start), uint32(start)
	if seed != 0 {
		a, b, c = hashMix(a+uint32(seed>>32), b+uint32(seed), c)
	}
	return hashFinal(a+k, b, c)
}

func word(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func hashMix(a, b, c uint32) (uint32, uint32, uint32) {
	a = (a - c) ^ bits.RotateLeft32(c, 4)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, 6)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, 8)
	b += a
	a = (a - c) ^ bits.RotateLeft32(c, 16)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, 19)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, 4)
	b += a
	return a, b, c
}

func hashFinal(a, b, c uint32) uint64 {
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	return uint64(b)<<32 | uint64((c^b)-bits.RotateLeft32(b, 24))
}

func init() {
	add("hashtext(text)", lift1(types.Value.Str, types.NewInt, func(s string) (int64, error) { return int64(int32(hashText(s, 0))), nil }))
	add("hashtextextended(text,int8)", lift2(types.Value.Str, types.Value.Int, types.NewInt,
		func(s string, seed int64) (int64, error) { return int64(hashText(s, uint64(seed))), nil }))
}
