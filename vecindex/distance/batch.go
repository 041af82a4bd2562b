package distance

// DotRows writes the inner products of q and the len(out) rows that lie one after the other
// in block.
func DotRows(q, block, out []float32) { forRows(sumDot, q, block, out) }

// L2SquaredRows writes the squared Euclidean distances of q and the len(out) rows that lie
// one after the other in block.
func L2SquaredRows(q, block, out []float32) { forRows(sumL2, q, block, out) }

// L1SumRows writes the taxicab distances of q and the len(out) rows that lie one after the
// other in block.
func L1SumRows(q, block, out []float32) { forRows(sumL1, q, block, out) }

// DotGather writes the inner products of q and the rows of block whose numbers ids lists;
// out is as long as ids.
func DotGather(q, block []float32, ids []uint32, out []float32) { forIDs(sumDot, q, block, ids, out) }

// L2SquaredGather writes the squared Euclidean distances of q and the rows of block whose
// numbers ids lists; out is as long as ids.
func L2SquaredGather(q, block []float32, ids []uint32, out []float32) {
	forIDs(sumL2, q, block, ids, out)
}

// sum names a kernel; calls go through a switch and not a function value so that the row
// addresses stay on the caller's stack.
type sum uint8

const (
	sumDot sum = iota
	sumL2
	sumL1
)

func (s sum) four(q *float32, rows *[4]*float32, n int, out *[4]float32) {
	switch s {
	case sumDot:
		dot4(q, rows, n, out)
	case sumL2:
		l24(q, rows, n, out)
	default:
		l14(q, rows, n, out)
	}
}

func (s sum) one(a, b *float32, n int) float32 {
	switch s {
	case sumDot:
		return dot1(a, b, n)
	case sumL2:
		return l21(a, b, n)
	default:
		return l11(a, b, n)
	}
}

func forRows(s sum, q, block, out []float32) {
	dim := len(q)
	if dim == 0 || len(out) == 0 {
		return
	}
	block = block[:dim*len(out)]
	i := 0
	for ; i+4 <= len(out); i += 4 {
		rows := [4]*float32{&block[i*dim], &block[(i+1)*dim], &block[(i+2)*dim], &block[(i+3)*dim]}
		s.four(&q[0], &rows, dim, (*[4]float32)(out[i:]))
	}
	for ; i < len(out); i++ {
		out[i] = s.one(&q[0], &block[i*dim], dim)
	}
}

func forIDs(s sum, q, block []float32, ids []uint32, out []float32) {
	dim := len(q)
	if dim == 0 {
		return
	}
	at := func(id uint32) *float32 { return &block[int(id)*dim : int(id)*dim+dim][0] }
	i := 0
	for ; i+4 <= len(ids); i += 4 {
		rows := [4]*float32{at(ids[i]), at(ids[i+1]), at(ids[i+2]), at(ids[i+3])}
		s.four(&q[0], &rows, dim, (*[4]float32)(out[i:]))
	}
	for ; i < len(ids); i++ {
		out[i] = s.one(&q[0], at(ids[i]), dim)
	}
}
