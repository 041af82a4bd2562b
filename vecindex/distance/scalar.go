package distance

import "unsafe"

// Plain Go forms of every kernel: the reference of the tests and the fallback of the
// dispatch. Several accumulators because the compiler neither vectorises nor reorders.

func dotScalar(a, b *float32, n int) float32 {
	x, y := unsafe.Slice(a, n), unsafe.Slice(b, n)
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= n; i += 4 {
		s0 += x[i] * y[i]
		s1 += x[i+1] * y[i+1]
		s2 += x[i+2] * y[i+2]
		s3 += x[i+3] * y[i+3]
	}
	for ; i < n; i++ {
		s0 += x[i] * y[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func l2SquaredScalar(a, b *float32, n int) float32 {
	x, y := unsafe.Slice(a, n), unsafe.Slice(b, n)
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= n; i += 4 {
		d0, d1, d2, d3 := x[i]-y[i], x[i+1]-y[i+1], x[i+2]-y[i+2], x[i+3]-y[i+3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for ; i < n; i++ {
		d := x[i] - y[i]
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

func l1Scalar(a, b *float32, n int) float32 {
	x, y := unsafe.Slice(a, n), unsafe.Slice(b, n)
	var s0, s1 float32
	i := 0
	for ; i+2 <= n; i += 2 {
		s0 += abs32(x[i] - y[i])
		s1 += abs32(x[i+1] - y[i+1])
	}
	if i < n {
		s0 += abs32(x[i] - y[i])
	}
	return s0 + s1
}

func abs32(x float32) float32 {
	if x < 0 {
		return -x
	}
	return x
}

func dotInt8Scalar(a, b *int8, n int) int32 {
	x, y := unsafe.Slice(a, n), unsafe.Slice(b, n)
	var s0, s1 int32
	i := 0
	for ; i+2 <= n; i += 2 {
		s0 += int32(x[i]) * int32(y[i])
		s1 += int32(x[i+1]) * int32(y[i+1])
	}
	if i < n {
		s0 += int32(x[i]) * int32(y[i])
	}
	return s0 + s1
}

func dot4Scalar(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	for i, r := range rows {
		out[i] = dotScalar(q, r, n)
	}
}

func l2Squared4Scalar(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	for i, r := range rows {
		out[i] = l2SquaredScalar(q, r, n)
	}
}

func l14Scalar(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	for i, r := range rows {
		out[i] = l1Scalar(q, r, n)
	}
}

func dotInt84Scalar(q *int8, rows *[4]*int8, n int, out *[4]int32) {
	for i, r := range rows {
		out[i] = dotInt8Scalar(q, r, n)
	}
}
