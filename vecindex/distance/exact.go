package distance

import "math"

// The canonical order of summation: element i is added, in float64, to lane i%8, and the
// lanes are joined as a fixed tree. Eight lanes are what both a pair of AVX registers and
// eight scalar variables can hold, so an assembly form can give the same bits.
//
// Sums are then rounded to float32 once, because pgvector's accumulators are float32: that
// reproduces its printed values wherever its own summation is exact, and its overflows
// ('[3e38]' <-> '[-3e38]' is Infinity).

// lanes is one canonical sum in progress.
type lanes [8]float64

// total joins the lanes in the fixed order.
func (l *lanes) total() float64 {
	return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

// Exact returns the distance of a and b as SQL reports it. Both must have the same length;
// NaN otherwise. The result is the same on every CPU.
func Exact(m Metric, a, b []float32) float64 {
	if len(a) != len(b) {
		return math.NaN()
	}
	switch m {
	case L2:
		return math.Sqrt(float64(float32(exactL2Squared(a, b))))
	case InnerProduct:
		return -Inner(a, b)
	case Cosine:
		return 1 - Similarity(a, b)
	case L1:
		return float64(float32(exactL1(a, b)))
	}
	return math.NaN()
}

// Inner returns the inner product in the canonical order, rounded once to float32.
// a and b have the same length.
func Inner(a, b []float32) float64 { return float64(float32(exactDot(a, b))) }

// SquaredL2 returns the squared Euclidean distance in the canonical order, rounded once to
// float32. a and b have the same length.
func SquaredL2(a, b []float32) float64 { return float64(float32(exactL2Squared(a, b))) }

// Similarity returns the cosine similarity in [-1, 1], NaN when a vector has no direction.
// a and b have the same length.
func Similarity(a, b []float32) float64 {
	dot, aa, bb := exactCosine(a, b)
	s := float64(float32(dot)) / math.Sqrt(float64(float32(aa))*float64(float32(bb)))
	if s > 1 {
		return 1
	}
	if s < -1 {
		return -1
	}
	return s
}

// Norm returns the Euclidean length of a, accumulated in float64 and not rounded.
func Norm(a []float32) float64 { return math.Sqrt(exactDot(a, a)) }
