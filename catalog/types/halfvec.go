package types

import (
	"encoding/binary"
	"math"

	"synapse/catalog/sqlerr"
)

// HalfToFloat32 widens an IEEE 754 half-precision number.
func HalfToFloat32(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h>>10) & 0x1f
	frac := uint32(h & 0x3ff)
	switch {
	case exp == 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	case exp == 0 && frac == 0:
		return math.Float32frombits(sign)
	case exp == 0:
		// A subnormal half is a normal float32: its value is frac × 2^-24.
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(f))
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// Float32ToHalf rounds to the nearest half, ties to even; a finite number that
// is too large becomes an infinity, which callers must refuse (see HalfvecFromFloat32s).
func Float32ToHalf(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits>>16) & 0x8000
	abs := bits & 0x7fffffff
	switch {
	case abs > 0x7f800000:
		return sign | 0x7e00
	case abs >= 0x47800000: // 65536 and above, infinity included
		return sign | 0x7c00
	case abs < 0x33000000: // below half of the smallest subnormal
		return sign
	case abs < 0x38800000: // subnormal half
		shift := 126 - abs>>23
		frac := abs&0x7fffff | 0x800000
		return sign | uint16(roundShift(frac, shift))
	}
	// Rounding may carry into the exponent; that is the right result, infinity included.
	return sign | uint16(roundShift(abs, 13)-(112<<10))
}

// roundShift shifts right by n bits, rounding to nearest, ties to even.
func roundShift(x, n uint32) uint32 {
	half := uint32(1) << (n - 1)
	q := x >> n
	rest := x & (half<<1 - 1)
	if rest > half || (rest == half && q&1 == 1) {
		q++
	}
	return q
}

// HalfInfinite reports an infinite half-precision number.
func HalfInfinite(h uint16) bool { return h&0x7fff == 0x7c00 }

// HalfvecFromFloat32s makes a halfvec value. Error: 22003 for a finite element beyond ±65504.
func HalfvecFromFloat32s(f []float32) (Value, error) {
	b := make([]byte, 0, 2*len(f))
	for _, x := range f {
		h := Float32ToHalf(x)
		if HalfInfinite(h) && !math.IsInf(float64(x), 0) {
			return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type halfvec", AppendFloat(nil, float64(x), 32, 1))
		}
		b = binary.LittleEndian.AppendUint16(b, h)
	}
	return NewBytes(b), nil
}

// HalfvecFloat32s widens a halfvec value.
func HalfvecFloat32s(v Value) []float32 {
	out := make([]float32, len(v.s)/2)
	for i := range out {
		out[i] = HalfToFloat32(uint16(v.s[2*i]) | uint16(v.s[2*i+1])<<8)
	}
	return out
}

func parseHalfvec(s string) (Value, error) {
	f, err := parseVectorElements(s, "halfvec")
	if err != nil {
		return Null, err
	}
	return HalfvecFromFloat32s(f)
}

// appendHalfvec writes each element as the float4 it widens to, as pgvector does.
func appendHalfvec(dst []byte, v Value) []byte { return appendVector(dst, HalfvecFloat32s(v)) }
