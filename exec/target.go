package exec

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// target is where the row that a command changes stands in its input rows.
type target struct {
	r        *run
	fam      *rowFamily
	input    plan.Node
	rti      int
	old      int // first column of the old row
	rowID    int
	version  int
	table    int // 1 + the column of the row's table, 0 where the family is one table
	strength storage.LockStrength
}

// member is the table that the row to change is stored in.
func (t *target) member(row []types.Value) (*member, error) {
	if t.table == 0 {
		return t.fam.of(t.fam.w.t.ID)
	}
	return t.fam.of(types.OID(row[t.table-1].Int()))
}

// old is the row to change as its member stores it.
func (t *target) stored(m *member, row []types.Value) ([]types.Value, error) {
	if m.wider {
		old, _, _, err := m.w.txn.Latest(m.w.t, storage.RowID(row[t.rowID].Int()))
		return old, err
	}
	return catalog.MapRow(m.in, row[t.old:t.old+len(t.fam.w.t.Columns)]), nil
}

// lock locks the target row of an input row and returns the input row to act
// on: the same, or the one that the row's newest version makes. nil: the row is
// gone, does not qualify any more, or this command has changed it already.
func (t *target) lock(row []types.Value) ([]types.Value, error) {
	id := storage.RowID(row[t.rowID].Int())
	seen := storage.Timestamp(row[t.version].Int())
	m, err := t.member(row)
	if err != nil {
		return nil, err
	}
	for {
		outcome, newest, from, err := m.w.txn.LockRow(t.r.ctx, m.w.t, id, seen, t.strength, storage.Wait)
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
		rows, err := t.r.recheck(t.input, override{rti: t.rti, table: m.w.t.ID, row: newest, id: id, from: from})
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
