package hnsw

import (
	"synapse/vecindex/distance"
	"synapse/vecindex/slab"
)

// target is what nodes are compared with: a query or another node. Keys of one metric order
// as distances do: the squared distance, the negative inner product, the negative cosine, all
// by codes; the L1 distance by fp32, because products of codes do not tell it.
type target struct {
	floats   []float32 // L1 only
	codes    []int8
	factor   float32
	constant float32
}

// measure returns a vector's scale and offset as a node has them.
func measure(m distance.Metric, code *slab.Code) (scale, offset float32) {
	switch m {
	case distance.L2:
		return code.Scale, code.Scale * code.Scale * float32(code.SumSq)
	case distance.Cosine:
		if code.Norm == 0 {
			return 0, 0
		}
		return code.Scale / code.Norm, 0
	}
	return code.Scale, 0
}

// aim makes a target of a vector with the given elements, codes, scale and offset.
func aim(m distance.Metric, floats []float32, codes []int8, scale, offset float32) target {
	switch m {
	case distance.L1:
		return target{floats: floats}
	case distance.L2:
		return target{codes: codes, factor: -2 * scale, constant: offset}
	}
	return target{codes: codes, factor: -scale}
}

func (v *view) targetOf(m distance.Metric, i uint32) target {
	n := v.node(i)
	return aim(m, v.vecs.At(n.vec), v.vecs.Codes(n.vec), n.scale, n.offset)
}

// comparer computes keys of many nodes at once. Its arrays are reused.
type comparer struct {
	ids  []uint32  // in
	keys []float32 // out, as long as ids
	rows [4]*int8
	dots [4]int32
}

// run fills keys for ids. All code rows are asked for before the first is used: the
// reads from memory overlap, which is worth more than the arithmetic.
func (c *comparer) run(v *view, t *target) {
	ids := c.ids
	if cap(c.keys) < len(ids) {
		c.keys = make([]float32, max(len(ids), 2*cap(c.keys)))
	}
	c.keys = c.keys[:len(ids)]
	if t.floats != nil {
		c.runL1(v, t)
		return
	}
	for _, id := range ids {
		distance.Prefetch(v.vecs.CodePtr(v.node(id).vec), len(t.codes))
	}
	for i := 0; i < len(ids); i += 4 {
		n := min(4, len(ids)-i)
		for j := range c.rows {
			c.rows[j] = v.vecs.CodePtr(v.node(ids[i+min(j, n-1)]).vec)
		}
		distance.DotInt8x4(t.codes, &c.rows, &c.dots)
		for j := range n {
			node := v.node(ids[i+j])
			c.keys[i+j] = node.offset + float32(c.dots[j])*node.scale*t.factor + t.constant
		}
	}
}

// runL1 fills keys with L1 distances.
func (c *comparer) runL1(v *view, t *target) {
	var rows distance.Rows4
	var sums [4]float32
	for i := 0; i < len(c.ids); i += 4 {
		n := min(4, len(c.ids)-i)
		for j := range rows {
			rows[j] = v.vecs.Ptr(v.node(c.ids[i+min(j, n-1)]).vec)
		}
		distance.L1Sum4(t.floats, &rows, &sums)
		copy(c.keys[i:i+n], sums[:n])
	}
}

// one returns the key of a single node.
func (c *comparer) one(v *view, t *target, id uint32) float32 {
	c.ids = append(c.ids[:0], id)
	c.run(v, t)
	return c.keys[0]
}

// descend walks greedily on the levels from top down to above floor and returns the nearest
// node found.
func (c *comparer) descend(v *view, t *target, start near, top, floor int) near {
	for level := top; level > floor; level-- {
		for moved := true; moved; {
			moved = false
			c.ids = v.neighbours(start.node, level, c.ids[:0])
			c.run(v, t)
			for j, id := range c.ids {
				if next := (near{c.keys[j], id}); next.before(start) {
					start, moved = next, true
				}
			}
		}
	}
	return start
}
