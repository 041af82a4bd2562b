package exec

import (
	"synapse/catalog/types"
)

// joinTable holds the build side: rows chained by hash of their keys.
type joinTable struct {
	rows   *store
	keys   *store
	h      *keyHasher
	heads  []int32 // row + 1 by hash
	next   []int32
	hashes []uint64
	null   bool // some key has a NULL; such rows are in no chain
}

func newJoinTable(mem *memory, rows, keys []types.Type) *joinTable {
	return &joinTable{rows: newStore(mem, rows), keys: newStore(mem, keys), h: newKeyHasher(keys)}
}

func (t *joinTable) free() {
	t.rows.free()
	t.keys.free()
	t.heads, t.next, t.hashes, t.null = nil, nil, nil, false
}

// add keeps the rows of b with their keys.
func (t *joinTable) add(b *Batch, cols []*types.Column) error {
	var hashes [BatchRows]uint64
	sel := b.Selection()
	t.h.rows(cols, sel, hashes[:])
	for _, i := range sel {
		t.hashes = append(t.hashes, hashes[i])
	}
	kb := Batch{N: b.N, Sel: b.Sel, Cols: make([]types.Column, len(cols))}
	for k, c := range cols {
		kb.Cols[k] = *c
	}
	if err := t.keys.add(&kb); err != nil {
		return err
	}
	return t.rows.add(b)
}

// link builds the chains, so that rows of one key come in input order.
func (t *joinTable) link() error {
	size := 16
	for size < 2*t.rows.n {
		size *= 2
	}
	if err := t.rows.mem.grow(int64(4*size + 12*t.rows.n)); err != nil {
		return err
	}
	t.heads, t.next = make([]int32, size), make([]int32, t.rows.n)
	for i := t.rows.n - 1; i >= 0; i-- {
		if t.hasNull(i) {
			t.null = true
			continue
		}
		slot := t.hashes[i] & uint64(size-1)
		t.next[i], t.heads[slot] = t.heads[slot], int32(i+1)
	}
	return nil
}

func (t *joinTable) hasNull(i int) bool {
	for k := range t.keys.cols {
		if t.keys.cols[k].IsNull(i) {
			return true
		}
	}
	return false
}
