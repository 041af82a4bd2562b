package distance

import "golang.org/x/sys/cpu"

func best() Level {
	switch {
	case !cpu.X86.HasAVX2 || !cpu.X86.HasFMA:
		return Scalar
	case cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VNNI:
		return AVX512
	}
	return AVX2
}

//go:noescape
func dotAVX2(a, b *float32, n int) float32

//go:noescape
func l2SquaredAVX2(a, b *float32, n int) float32

//go:noescape
func l1AVX2(a, b *float32, n int) float32

//go:noescape
func dot4AVX2(q *float32, rows *[4]*float32, n int, out *[4]float32)

//go:noescape
func l2Squared4AVX2(q *float32, rows *[4]*float32, n int, out *[4]float32)

//go:noescape
func l14AVX2(q *float32, rows *[4]*float32, n int, out *[4]float32)

//go:noescape
func dotInt84AVX2(q *int8, rows *[4]*int8, n int, out *[4]int32)

//go:noescape
func dotInt84VNNI(q *int8, rows *[4]*int8, n int, out *[4]int32)

//go:noescape
func exactDotAVX2(a, b *float32, n8 int, sums *lanes)

//go:noescape
func exactL2AVX2(a, b *float32, n8 int, sums *lanes)

//go:noescape
func exactL1AVX2(a, b *float32, n8 int, sums *lanes)

//go:noescape
func exactCosineAVX2(a, b *float32, n8 int, sums *[3]lanes)

//go:noescape
func prefetchRow(p *int8, n int)

func dot1(a, b *float32, n int) float32 {
	if level >= AVX2 {
		return dotAVX2(a, b, n)
	}
	return dotScalar(a, b, n)
}

func l21(a, b *float32, n int) float32 {
	if level >= AVX2 {
		return l2SquaredAVX2(a, b, n)
	}
	return l2SquaredScalar(a, b, n)
}

func l11(a, b *float32, n int) float32 {
	if level >= AVX2 {
		return l1AVX2(a, b, n)
	}
	return l1Scalar(a, b, n)
}

func dot4(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	if level >= AVX2 {
		dot4AVX2(q, rows, n, out)
		return
	}
	dot4Scalar(q, rows, n, out)
}

func l24(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	if level >= AVX2 {
		l2Squared4AVX2(q, rows, n, out)
		return
	}
	l2Squared4Scalar(q, rows, n, out)
}

func l14(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	if level >= AVX2 {
		l14AVX2(q, rows, n, out)
		return
	}
	l14Scalar(q, rows, n, out)
}

func dotInt84(q *int8, rows *[4]*int8, n int, out *[4]int32) {
	switch level {
	case AVX512:
		dotInt84VNNI(q, rows, n, out)
	case AVX2:
		dotInt84AVX2(q, rows, n, out)
	default:
		dotInt84Scalar(q, rows, n, out)
	}
}

// The exact sums take whole lanes in assembly and the last 0 to 7 elements in Go.

func exactDot(a, b []float32) float64 {
	if level < AVX2 || len(a) < 8 {
		return exactDotScalar(a, b)
	}
	var sums lanes
	whole := len(a) &^ 7
	exactDotAVX2(&a[0], &b[0], whole, &sums)
	return exactDotRest(&sums, a[whole:], b[whole:len(a)])
}

func exactL2Squared(a, b []float32) float64 {
	if level < AVX2 || len(a) < 8 {
		return exactL2SquaredScalar(a, b)
	}
	var sums lanes
	whole := len(a) &^ 7
	exactL2AVX2(&a[0], &b[0], whole, &sums)
	return exactL2SquaredRest(&sums, a[whole:], b[whole:len(a)])
}

func exactL1(a, b []float32) float64 {
	if level < AVX2 || len(a) < 8 {
		return exactL1Scalar(a, b)
	}
	var sums lanes
	whole := len(a) &^ 7
	exactL1AVX2(&a[0], &b[0], whole, &sums)
	return exactL1Rest(&sums, a[whole:], b[whole:len(a)])
}

func exactCosine(a, b []float32) (dot, aa, bb float64) {
	if level < AVX2 || len(a) < 8 {
		return exactCosineScalar(a, b)
	}
	var sums [3]lanes
	whole := len(a) &^ 7
	exactCosineAVX2(&a[0], &b[0], whole, &sums)
	restA, restB := a[whole:], b[whole:len(a)]
	return exactDotRest(&sums[0], restA, restB), exactDotRest(&sums[1], restA, restA), exactDotRest(&sums[2], restB, restB)
}

// Prefetch asks the processor to load the n bytes at p.
func Prefetch(p *int8, n int) { prefetchRow(p, n) }
