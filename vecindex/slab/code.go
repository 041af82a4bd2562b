package slab

import (
	"math"

	"synapse/vecindex/distance"
)

// Code describes one vector's int8 code. With x the vector and x̂ = Scale·codes:
type Code struct {
	Scale float32 // size of one code step; 0 for the zero vector
	Err   float32 // ‖x−x̂‖ rounded up; +Inf when no bound holds (NaN, Inf, extreme sizes)
	Norm  float32 // ‖x‖
	SumSq int32   // Σ codes², at most 16000·127²
	tag   uint32  // hash of the bytes, for interning
	refs  uint32  // 0: the slot is free
	group uint32  // number of the group that owns the slot
}

const (
	codeMax = 127 // -128 stays out: the kernels multiply |a| by b in pairs of 16 bits

	infBits = 0x7f800000

	// roundMagic is 1.5·2^23: adding and subtracting it rounds a small float32 to an integer.
	roundMagic = float32(3 << 22)

	// Outside these lengths squares leave float32's normal range and the bounds of the
	// float32 kernels mean nothing; such vectors are always compared exactly.
	normMin = 1e-12
	normMax = 1e17
)

// quantize fills codes (padded to distance.CodeAlign, zero beyond len(vec)) and returns the
// code's description, without tag and refs.
func quantize(vec []float32, codes []int8) Code {
	// The bits of non-negative floats order as the floats do, with Inf and NaN above.
	var largestBits uint32
	for _, x := range vec {
		largestBits = max(largestBits, math.Float32bits(x)&^(1<<31))
	}
	largest := math.Float32frombits(largestBits)
	finite := largestBits < infBits
	norm := distance.Norm(vec)
	code := Code{Norm: float32(norm)}
	if !finite || norm > normMax || (norm < normMin && norm > 0) {
		code.Err = float32(math.Inf(1))
		return code
	}
	if largest == 0 {
		return code
	}
	scale, perStep := largest/codeMax, codeMax/largest
	code.Scale = scale
	var errSq float64
	for i, x := range vec {
		step := (x*perStep + roundMagic) - roundMagic
		c := int32(step) // at most codeMax: no element is larger than the largest
		codes[i] = int8(c)
		code.SumSq += c * c
		d := float64(x) - float64(step)*float64(scale)
		errSq += float64(d * d)
	}
	// Rounded up: float32 keeps 24 bits and the sum has lost a few of 53.
	code.Err = float32(math.Sqrt(errSq) * (1 + 1e-6))
	return code
}

// Query is a vector prepared for comparison with stored ones. It is read-only once made.
type Query struct {
	Vec   []float32
	Codes []int8
	Code
}

// NewQuery prepares vec, which is not copied.
func NewQuery(vec []float32) *Query {
	q := &Query{Vec: vec, Codes: make([]int8, distance.PaddedLen(len(vec)))}
	q.Code = quantize(vec, q.Codes)
	return q
}

// CodeBytes is the size of one vector's codes.
func CodeBytes(dim int) int { return distance.PaddedLen(dim) }
