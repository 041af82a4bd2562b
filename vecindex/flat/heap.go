package flat

import "math"

// stage is how precisely a candidate's key is known.
type stage uint8

const (
	stageCode  stage = iota // lower bound from the int8 codes
	stageFloat              // lower bound from the fp32 kernel
	stageExact              // the distance itself
	stageNaN                // the distance is NaN: after every number, as in PostgreSQL
)

// candidate is an offered vector that has not been emitted.
type candidate struct {
	key   float64 // lower bound or distance, by stage; +Inf for NaN
	row   uint64
	vec   uint32
	entry uint32
	stage stage
}

// before orders candidates by key. At equal keys a bound is refined before a distance is
// emitted, because the refined one may turn out equal with a smaller row.
func (a *candidate) before(b *candidate) bool {
	if a.key != b.key {
		return a.key < b.key
	}
	aDone, bDone := max(a.stage, stageFloat), max(b.stage, stageFloat)
	if aDone != bDone {
		return aDone < bDone
	}
	return a.row < b.row
}

// queue is a binary min-heap of candidates.
type queue []candidate

func (h queue) heapify() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h *queue) push(c candidate) {
	*h = append(*h, c)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !c.before(&s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = c
}

func (h *queue) pop() candidate {
	s := *h
	top := s[0]
	last := len(s) - 1
	s[0] = s[last]
	*h = s[:last]
	if last > 1 {
		(*h).down(0)
	}
	return top
}

func (h queue) down(i int) {
	c := h[i]
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&c) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = c
}

// bounds keeps the want smallest upper bounds as a max-heap; its root is the limit beyond
// which no candidate can be among the first want.
type bounds struct {
	want int
	high []float64
}

// limit is +Inf until want upper bounds are known.
func (b *bounds) limit() float64 {
	if len(b.high) < b.want {
		return math.Inf(1)
	}
	return b.high[0]
}

func (b *bounds) add(high float64) {
	h := b.high
	if len(h) < b.want {
		h = append(h, high)
		b.high = h
		for i := len(h) - 1; i > 0; {
			parent := (i - 1) / 2
			if h[parent] >= h[i] {
				return
			}
			h[parent], h[i] = h[i], h[parent]
			i = parent
		}
		return
	}
	if high >= h[0] {
		return
	}
	h[0] = high
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1] > h[child] {
			child++
		}
		if h[child] <= h[i] {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
