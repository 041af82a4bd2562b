package session

import (
	"synapse/catalog/types"
)

// memRows are result rows held in memory: SHOW, EXPLAIN, FETCH.
type memRows struct {
	cols []types.Type // nil: text columns
	rows [][]types.Value
	at   int
}

func (m *memRows) add(row ...types.Value) { m.rows = append(m.rows, row) }

// Next implements rowSource.
func (m *memRows) Next(b *Batch) error {
	n := min(len(m.rows)-m.at, batchRows)
	b.N, b.Sel = n, nil
	if n == 0 {
		return nil
	}
	width := len(m.rows[m.at])
	if cap(b.Cols) < width {
		b.Cols = make([]types.Column, width)
	}
	b.Cols = b.Cols[:width]
	for c := range b.Cols {
		t := types.Text
		if m.cols != nil {
			t = m.cols[c]
		}
		b.Cols[c].Reset(t, n)
		for i := 0; i < n; i++ {
			b.Cols[c].Set(i, m.rows[m.at+i][c])
		}
	}
	m.at += n
	return nil
}

// Close implements rowSource.
func (m *memRows) Close() {}

// drain reads a source to its end, copying what may alias its buffers.
func drain(src rowSource, limit int64) ([][]types.Value, error) {
	var out [][]types.Value
	var b Batch
	for limit < 0 || int64(len(out)) < limit {
		if err := src.Next(&b); err != nil {
			return nil, err
		}
		if b.N == 0 {
			break
		}
		for _, i := range b.Selection() {
			row := make([]types.Value, len(b.Cols))
			for c := range b.Cols {
				row[c] = b.Cols[c].Get(int(i)).Clone()
			}
			out = append(out, row)
		}
	}
	return out, nil
}
