package eval

import "synapse/catalog/types"

// BatchRows is the most rows a batch holds.
const BatchRows = 1024

// Batch is up to BatchRows rows as columns. Sel lists the rows that count, in
// order; nil means all N. Columns and Sel belong to the operator that filled
// the batch and stay valid until its next Next.
type Batch struct {
	N    int
	Sel  []uint16
	Cols []types.Column
}

// identity is the selection of every row.
var identity = func() (s [BatchRows]uint16) {
	for i := range s {
		s[i] = uint16(i)
	}
	return s
}()

// Selection returns the rows that count as a list; read only.
func (b *Batch) Selection() []uint16 {
	if b.Sel != nil {
		return b.Sel
	}
	return identity[:b.N]
}

// Len returns the number of rows that count.
func (b *Batch) Len() int {
	if b.Sel != nil {
		return len(b.Sel)
	}
	return b.N
}

// Row is one input row: row I of columns, or plain values where Vals is set.
type Row struct {
	Cols []types.Column
	I    int
	Vals []types.Value
}

func (r *Row) get(col int) types.Value {
	if r.Vals != nil {
		return r.Vals[col]
	}
	return r.Cols[col].Get(r.I)
}
