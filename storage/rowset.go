package storage

import "github.com/RoaringBitmap/roaring/v2"

// RowSet is an immutable set of candidate rows of one table, made from what a
// cursor yields; the intersection of several narrows a scan or a search.
type RowSet struct {
	table *table
	rows  *roaring.Bitmap // locals
}

// RowSet drains a cursor into the set of its rows and closes it.
func (v *View) RowSet(c *Cursor) (*RowSet, error) {
	defer c.Close()
	rows := roaring.New()
	c.spec.Columns = nil
	var b RowBatch
	for {
		if err := c.Next(&b); err != nil {
			return nil, err
		}
		if b.N == 0 {
			return &RowSet{c.table, rows}, nil
		}
		for _, id := range b.IDs {
			rows.Add(c.table.rows.local(id))
		}
	}
}

// And returns the rows that are in both.
func (r *RowSet) And(o *RowSet) *RowSet { return &RowSet{r.table, roaring.And(r.rows, o.rows)} }

// Or returns the rows that are in either.
func (r *RowSet) Or(o *RowSet) *RowSet { return &RowSet{r.table, roaring.Or(r.rows, o.rows)} }

// Len returns the number of rows.
func (r *RowSet) Len() int { return int(r.rows.GetCardinality()) }

// IDs lists the rows in the order of a scan.
func (r *RowSet) IDs() []RowID {
	out := make([]RowID, 0, r.Len())
	for it := r.rows.Iterator(); it.HasNext(); {
		out = append(out, r.table.rows.id(it.Next()))
	}
	return out
}

// has reports membership; a nil set holds every row.
func (r *RowSet) has(local uint32) bool { return r == nil || r.rows.Contains(local) }
