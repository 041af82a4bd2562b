package hnsw

// near is a node and its key: the nearer, the smaller.
type near struct {
	key  float32
	node uint32
}

// before orders by key, then by node, so that walks do not depend on arrival.
func (a near) before(b near) bool {
	return a.key < b.key || a.key == b.key && a.node < b.node
}

// nearest is a heap with the nearest on top.
type nearest []near

func (h *nearest) push(c near) {
	*h = append(*h, c)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !c.before(s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = c
}

func (h *nearest) pop() near {
	s := *h
	top, last := s[0], len(s)-1
	c := s[last]
	s = s[:last]
	*h = s
	if last == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && s[child+1].before(s[child]) {
			child++
		}
		if !s[child].before(c) {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = c
	return top
}

// farthest is a heap with the farthest on top.
type farthest []near

func (h *farthest) push(c near) {
	*h = append(*h, c)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !s[parent].before(c) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = c
}

// replaceTop swaps the farthest for c and returns it.
func (h farthest) replaceTop(c near) near {
	top, i := h[0], 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child].before(h[child+1]) {
			child++
		}
		if !c.before(h[child]) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = c
	return top
}
