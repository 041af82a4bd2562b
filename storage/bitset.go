package storage

import "math/bits"

// bitset is a set of rows of one table, by local. Guarded by its table's lock.
type bitset []uint64

func (b *bitset) set(i uint32) {
	w := int(i / 64)
	for len(*b) <= w {
		*b = append(*b, 0)
	}
	(*b)[w] |= 1 << (i % 64)
}

func (b bitset) clear(i uint32) {
	if w := int(i / 64); w < len(b) {
		b[w] &^= 1 << (i % 64)
	}
}

func (b bitset) has(i uint32) bool {
	w := int(i / 64)
	return w < len(b) && b[w]&(1<<(i%64)) != 0
}

// next returns the smallest member ≥ i.
func (b bitset) next(i uint32) (uint32, bool) {
	w := int(i / 64)
	if w >= len(b) {
		return 0, false
	}
	x := b[w] &^ (1<<(i%64) - 1)
	for x == 0 {
		w++
		if w == len(b) {
			return 0, false
		}
		x = b[w]
	}
	return uint32(w*64 + bits.TrailingZeros64(x)), true
}

// count returns the number of members.
func (b bitset) count() int {
	n := 0
	for _, x := range b {
		n += bits.OnesCount64(x)
	}
	return n
}
