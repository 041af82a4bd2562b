package distance

import "unsafe"

// CodeAlign is the length, in bytes, that int8 code rows are padded to with zeros: the int8
// kernels then have no tails.
const CodeAlign = 32

// Slack is a bound on the relative error of the float32 kernels over n elements, against
// the canonical sum: every sum runs over at most n/4 additions in one accumulator (plain Go)
// plus the joining tree, the product's rounding and the final rounding to float32. It is
// relative to the sum of the absolute values of the terms.
func Slack(n int) float64 { return (float64(n)/4 + 16) / (1 << 24) }

// PaddedLen returns dim rounded up to CodeAlign.
func PaddedLen(dim int) int { return (dim + CodeAlign - 1) &^ (CodeAlign - 1) }

// Dot returns the float32 inner product. b is at least as long as a.
func Dot(a, b []float32) float32 {
	if len(a) == 0 {
		return 0
	}
	_ = b[len(a)-1]
	return dot1(&a[0], &b[0], len(a))
}

// L2Squared returns the float32 squared Euclidean distance. b is at least as long as a.
func L2Squared(a, b []float32) float32 {
	if len(a) == 0 {
		return 0
	}
	_ = b[len(a)-1]
	return l21(&a[0], &b[0], len(a))
}

// L1Sum returns the float32 taxicab distance. b is at least as long as a.
func L1Sum(a, b []float32) float32 {
	if len(a) == 0 {
		return 0
	}
	_ = b[len(a)-1]
	return l11(&a[0], &b[0], len(a))
}

// DotInt8 returns the inner product of two code rows whose length is a multiple of
// CodeAlign. Codes are in [-127, 127]: -128 would overflow the pairwise sums.
func DotInt8(a, b []int8) int32 {
	var out [4]int32
	if len(a) == 0 {
		return 0
	}
	_ = b[len(a)-1]
	p := &b[0]
	rows := [4]*int8{p, p, p, p}
	dotInt84(&a[0], &rows, len(a), &out)
	return out[0]
}

// Rows4 are the addresses of four rows.
type Rows4 = [4]*float32

// Dot4 writes the inner products of q and four rows of len(q) elements.
func Dot4(q []float32, rows *Rows4, out *[4]float32) {
	dot4(unsafe.SliceData(q), rows, len(q), out)
}

// L2Squared4 writes the squared Euclidean distances of q and four rows of len(q) elements.
func L2Squared4(q []float32, rows *Rows4, out *[4]float32) {
	l24(unsafe.SliceData(q), rows, len(q), out)
}

// L1Sum4 writes the taxicab distances of q and four rows of len(q) elements.
func L1Sum4(q []float32, rows *Rows4, out *[4]float32) {
	l14(unsafe.SliceData(q), rows, len(q), out)
}

// DotInt8x4 writes the inner products of q and four code rows of len(q) bytes, a multiple of
// CodeAlign, all codes in [-127, 127].
func DotInt8x4(q []int8, rows *[4]*int8, out *[4]int32) {
	dotInt84(unsafe.SliceData(q), rows, len(q), out)
}
