package exec

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// target is where the row that a command changes stands in its input rows.
type target struct {
	r        *run
	w        *writer
	input    plan.Node
	rti      int
	old      int // first column of the old row
	rowID    int
	version  int
	strength storage.LockStrength
}

// lock locks the target row of an input row and returns the input row to act
// on: the same, or the one that the row's newest version makes. nil: the row is
// gone, does not qualify any more, or this command has changed it already.
func (t *target) lock(row []types.Value) ([]types.Value, error) {
	id := storage.RowID(row[t.rowID].Int())
	seen := storage.Timestamp(row[t.version].Int())
	for {
		outcome, newest, from, err := t.w.txn.LockRow(t.r.ctx, t.w.t, id, seen, t.strength, storage.Wait)
		if err != nil {
			return nil, err
		}
		switch outcome {
		case storage.Locked:
			return row, nil
		case storage.Changed:
		default:
			return nil, nil
		}
		rows, err := t.r.recheck(t.input, override{rti: t.rti, row: newest, id: id, from: from})
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		row, seen = rows[0], from
		if row[t.rowID].IsNull() {
			return row, nil // of MERGE: matched no more
		}
	}
}

// each calls f for the input rows, whose values may be changed.
func (r *run) each(in operator, f func(row []types.Value) error) error {
	var row []types.Value
	var b Batch
	for {
		if err := r.interrupt(); err != nil {
			return err
		}
		if err := in.next(&b); err != nil || b.N == 0 {
			return err
		}
		if row == nil {
			row = make([]types.Value, len(b.Cols))
		}
		for _, i := range b.Selection() {
			for c := range row {
				row[c] = b.Cols[c].Get(int(i))
			}
			if err := f(row); err != nil {
				return err
			}
		}
	}
}
