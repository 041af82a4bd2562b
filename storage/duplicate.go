package storage

import (
	"context"

	"synapse/catalog"
)

// Duplicate is a written row that shares a key of a deferrable unique index with
// another row, or is in the way of one by a deferrable exclusion constraint. The key stays locked, so only this transaction can make it unique again.
type Duplicate struct {
	Table *catalog.Table
	Index *catalog.Index
	Row   RowID
}

// noteDuplicates turns the doubts of claimKeys into duplicates of a row.
func (x *Txn) noteDuplicates(t *catalog.Table, row RowID) {
	for _, ix := range x.doubts {
		x.duplicates = append(x.duplicates, Duplicate{t, ix.def, row})
	}
}

// TakeDuplicates returns the duplicates that writes made since the last call. The
// caller has them checked (StillDuplicate) before the transaction commits.
func (x *Txn) TakeDuplicates() []Duplicate {
	out := x.duplicates
	x.duplicates = nil
	return out
}

// StillDuplicate returns the conflict if the row still shares the key that it has
// now with another one; nil also if row or index are gone.
func (x *Txn) StillDuplicate(ctx context.Context, d Duplicate) (*Conflict, error) {
	tb := x.s.table(d.Table.ID)
	ix := x.index(tb, d.Index.ID)
	if ix == nil || !ix.constrains() || x.dropped(d.Index.ID) {
		return nil, nil
	}
	values, _, ok, err := x.Latest(ix.layout, d.Row)
	if err != nil || !ok {
		return nil, err
	}
	e, err := ix.entry(values)
	if err != nil || !e.unique && (ix.exclude == nil || !e.present) {
		return nil, err
	}
	return x.claimEntry(ctx, tb, ix, &e, values, x.whereIs(tb, tb.rows.local(d.Row)))
}
