package exec

import "synapse/catalog/types"

// columns makes empty columns of the given types.
func columns(ts []types.Type) []types.Column {
	out := make([]types.Column, len(ts))
	for i, t := range ts {
		out[i].Reset(t, 0)
	}
	return out
}

// resetColumns empties columns and keeps their memory.
func resetColumns(cols []types.Column, ts []types.Type) {
	for i := range cols {
		cols[i].Reset(ts[i], 0)
	}
}

// gather fills dst with the rows of src in the order of rows; -1 gives NULL.
func gather(dst, src *types.Column, t types.Type, rows []int32) {
	dst.Reset(t, len(rows))
	if dst.Fixed() {
		for i, r := range rows {
			if r >= 0 {
				dst.I64[i] = src.I64[r]
			}
		}
	} else {
		for i, r := range rows {
			if r >= 0 {
				dst.Str[i] = src.Str[r]
			}
		}
	}
	nulls := src.HasNulls()
	for i, r := range rows {
		if r < 0 || nulls && src.IsNull(int(r)) {
			dst.SetNull(i)
		}
	}
}

// appendRows appends the rows of sel to dst.
func appendRows(dst, src *types.Column, sel []uint16) {
	if src.HasNulls() || dst.HasNulls() {
		for _, i := range sel {
			dst.Append(src.Get(int(i)))
		}
		return
	}
	if dst.Fixed() {
		for _, i := range sel {
			dst.I64 = append(dst.I64, src.I64[i])
		}
		return
	}
	for _, i := range sel {
		dst.Str = append(dst.Str, src.Str[i])
	}
}

// valueBytes is what a kept value takes, for the memory account.
func rowBytes(cols []types.Column, sel []uint16) int64 {
	var n int64
	for c := range cols {
		if cols[c].Fixed() {
			n += 8 * int64(len(sel))
			continue
		}
		n += 16 * int64(len(sel))
		for _, i := range sel {
			n += int64(len(cols[c].Str[i]))
		}
	}
	return n
}

// store keeps rows as flat columns that are addressed by row number.
type store struct {
	types []types.Type
	cols  []types.Column
	n     int
	mem   *memory
	bytes int64
}

func newStore(mem *memory, ts []types.Type) *store {
	return &store{types: ts, cols: columns(ts), mem: mem}
}

// add appends the selected rows of b.
func (s *store) add(b *Batch) error {
	sel := b.Selection()
	for c := range s.cols {
		appendRows(&s.cols[c], &b.Cols[c], sel)
	}
	s.n += len(sel)
	n := rowBytes(b.Cols[:len(s.cols)], sel)
	s.bytes += n
	return s.mem.grow(n)
}

// addRow appends row i of columns.
func (s *store) addRow(cols []*types.Column, i int) error {
	n := int64(0)
	for c := range s.cols {
		v := cols[c].Get(i)
		s.cols[c].Append(v)
		n += 16 + int64(len(v.Str()))
	}
	s.n++
	s.bytes += n
	return s.mem.grow(n)
}

// reset forgets the rows.
func (s *store) reset() {
	resetColumns(s.cols, s.types)
	s.n = 0
	s.mem.shrink(s.bytes)
	s.bytes = 0
}

// free is reset that gives the memory back too.
func (s *store) free() {
	s.reset()
	s.cols = columns(s.types)
}

// emit fills out with the given rows and points b at it.
func (s *store) emit(b *Batch, out []types.Column, rows []int32) {
	for c := range s.cols {
		gather(&out[c], &s.cols[c], s.types[c], rows)
	}
	b.N, b.Sel, b.Cols = len(rows), nil, out
}
