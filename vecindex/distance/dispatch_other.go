//go:build !amd64 && !arm64

package distance

func best() Level { return Scalar }

func dot1(a, b *float32, n int) float32 { return dotScalar(a, b, n) }
func l21(a, b *float32, n int) float32  { return l2SquaredScalar(a, b, n) }
func l11(a, b *float32, n int) float32  { return l1Scalar(a, b, n) }

func dot4(q *float32, rows *[4]*float32, n int, out *[4]float32) { dot4Scalar(q, rows, n, out) }
func l24(q *float32, rows *[4]*float32, n int, out *[4]float32)  { l2Squared4Scalar(q, rows, n, out) }
func l14(q *float32, rows *[4]*float32, n int, out *[4]float32)  { l14Scalar(q, rows, n, out) }

func dotInt84(q *int8, rows *[4]*int8, n int, out *[4]int32) { dotInt84Scalar(q, rows, n, out) }

func exactDot(a, b []float32) float64       { return exactDotScalar(a, b) }
func exactL2Squared(a, b []float32) float64 { return exactL2SquaredScalar(a, b) }
func exactL1(a, b []float32) float64        { return exactL1Scalar(a, b) }

func exactCosine(a, b []float32) (dot, aa, bb float64) { return exactCosineScalar(a, b) }

// Prefetch asks the processor to load the n bytes at p. Nothing to do here.
func Prefetch(p *int8, n int) {}
