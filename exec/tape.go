package exec

import "synapse/catalog/types"

// tape keeps rows as chunks that can be read again and again without a copy.
type tape struct {
	types  []types.Type
	chunks []chunk
	mem    *memory
	bytes  int64
	rows   int64
}

type chunk struct {
	n    int
	cols []types.Column
}

func newTape(mem *memory, ts []types.Type) *tape { return &tape{types: ts, mem: mem} }

// last returns the chunk with room, a new one if need be.
func (t *tape) last() *chunk {
	if n := len(t.chunks); n > 0 && t.chunks[n-1].n < BatchRows {
		return &t.chunks[n-1]
	}
	t.chunks = append(t.chunks, chunk{cols: columns(t.types)})
	return &t.chunks[len(t.chunks)-1]
}

// add appends the selected rows of b.
func (t *tape) add(b *Batch) error {
	sel := b.Selection()
	n := rowBytes(b.Cols[:len(t.types)], sel)
	t.bytes += n
	t.rows += int64(len(sel))
	for len(sel) > 0 {
		k := t.last()
		m := min(len(sel), BatchRows-k.n)
		for c := range k.cols {
			appendRows(&k.cols[c], &b.Cols[c], sel[:m])
		}
		k.n += m
		sel = sel[m:]
	}
	return t.mem.grow(n)
}

// addRow appends one row of values.
func (t *tape) addRow(row []types.Value) error {
	k := t.last()
	n := int64(0)
	for c := range k.cols {
		k.cols[c].Append(row[c])
		n += 16 + int64(len(row[c].Str()))
	}
	k.n++
	t.rows++
	t.bytes += n
	return t.mem.grow(n)
}

// at points b at chunk i; N = 0 past the end. Chunks may still grow: a reader
// that wants each row once reads a chunk when it is full or the tape complete.
func (t *tape) at(i int, b *Batch) {
	b.N, b.Sel, b.Cols = 0, nil, nil
	if i < len(t.chunks) {
		b.N, b.Cols = t.chunks[i].n, t.chunks[i].cols
	}
}

// reset forgets the rows.
func (t *tape) reset() {
	t.chunks = nil
	t.mem.shrink(t.bytes)
	t.bytes, t.rows = 0, 0
}
