package distance

import "math"

// The products of the inner product are exact in float64 (24+24 bits), so fusing them with
// the addition changes nothing. Squares of differences are not: the explicit conversion
// keeps compilers of other architectures from fusing them.

func exactDotScalar(a, b []float32) float64 {
	var sums lanes
	return exactDotRest(&sums, a, b[:len(a)])
}

func exactL2SquaredScalar(a, b []float32) float64 {
	var sums lanes
	return exactL2SquaredRest(&sums, a, b[:len(a)])
}

func exactL1Scalar(a, b []float32) float64 {
	var sums lanes
	return exactL1Rest(&sums, a, b[:len(a)])
}

func exactCosineScalar(a, b []float32) (dot, aa, bb float64) {
	return exactDotScalar(a, b), exactDotScalar(a, a), exactDotScalar(b, b[:len(a)])
}

// The Rest functions continue sums with vectors that begin at a multiple of eight elements.

func exactDotRest(sums *lanes, a, b []float32) float64 {
	for i, x := range a {
		sums[i&7] += float64(x) * float64(b[i])
	}
	return sums.total()
}

func exactL2SquaredRest(sums *lanes, a, b []float32) float64 {
	for i, x := range a {
		d := float64(x) - float64(b[i])
		sums[i&7] += float64(d * d)
	}
	return sums.total()
}

func exactL1Rest(sums *lanes, a, b []float32) float64 {
	for i, x := range a {
		sums[i&7] += math.Abs(float64(x) - float64(b[i]))
	}
	return sums.total()
}
