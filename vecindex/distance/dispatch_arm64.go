package distance

import "golang.org/x/sys/cpu"

// best is NEON on every arm64 that has the int8 dot product, which is all servers since 2018.
func best() Level {
	if cpu.ARM64.HasASIMD && cpu.ARM64.HasASIMDDP {
		return NEON
	}
	return Scalar
}

//go:noescape
func dot4NEON(q *float32, rows *[4]*float32, n int, out *[4]float32)

//go:noescape
func l2Squared4NEON(q *float32, rows *[4]*float32, n int, out *[4]float32)

//go:noescape
func l14NEON(q *float32, rows *[4]*float32, n int, out *[4]float32)

//go:noescape
func dotInt84NEON(q *int8, rows *[4]*int8, n int, out *[4]int32)

// Single comparisons are rare; they use the kernels for four.

func dot1(a, b *float32, n int) float32 {
	var out [4]float32
	dot4(a, &[4]*float32{b, b, b, b}, n, &out)
	return out[0]
}

func l21(a, b *float32, n int) float32 {
	var out [4]float32
	l24(a, &[4]*float32{b, b, b, b}, n, &out)
	return out[0]
}

func l11(a, b *float32, n int) float32 {
	var out [4]float32
	l14(a, &[4]*float32{b, b, b, b}, n, &out)
	return out[0]
}

func dot4(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	if level == NEON {
		dot4NEON(q, rows, n, out)
		return
	}
	dot4Scalar(q, rows, n, out)
}

func l24(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	if level == NEON {
		l2Squared4NEON(q, rows, n, out)
		return
	}
	l2Squared4Scalar(q, rows, n, out)
}

func l14(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	if level == NEON {
		l14NEON(q, rows, n, out)
		return
	}
	l14Scalar(q, rows, n, out)
}

func dotInt84(q *int8, rows *[4]*int8, n int, out *[4]int32) {
	if level == NEON {
		dotInt84NEON(q, rows, n, out)
		return
	}
	dotInt84Scalar(q, rows, n, out)
}

func exactDot(a, b []float32) float64       { return exactDotScalar(a, b) }
func exactL2Squared(a, b []float32) float64 { return exactL2SquaredScalar(a, b) }
func exactL1(a, b []float32) float64        { return exactL1Scalar(a, b) }

func exactCosine(a, b []float32) (dot, aa, bb float64) { return exactCosineScalar(a, b) }

// Prefetch asks the processor to load the n bytes at p. Nothing to do here: arm64 cores
// follow rows well by themselves.
func Prefetch(p *int8, n int) {}
