package exec

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// lockRows locks the rows of FOR UPDATE and its kin as they pass, and no more
// of them than the consumer will read.
type lockRows struct {
	r       *run
	n       *plan.LockRows
	in      operator
	tables  []*catalog.Table // parallel to Targets
	types   []types.Type
	out     []types.Column
	b       Batch
	sel     []uint16 // rows of b not looked at yet
	waiting [][]types.Value
	bound   int64 // -1 = all
	rows    int   // locked at once
	left    int64
}

func (r *run) lockRows(n *plan.LockRows) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	o := &lockRows{r: r, n: n, in: in, types: n.Columns(), bound: -1, rows: r.batchRows()}
	o.out = columns(o.types)
	for _, t := range n.Targets {
		table := tableOf(n.Input, t.RTI)
		if table == nil {
			return nil, sqlerr.Internal("no scan of relation %d to lock", t.RTI)
		}
		o.tables = append(o.tables, table)
	}
	return o, nil
}

// tableOf finds the table that a scan reads, nil if there is no such scan below n.
func tableOf(n plan.Node, rti int) *catalog.Table {
	if s := baseOf(n); s != nil && s.RTI == rti {
		return s.Table
	}
	for _, c := range n.Children() {
		if t := tableOf(c, rti); t != nil {
			return t
		}
	}
	return nil
}

func (o *lockRows) limit(n int64) { o.bound = n }

func (o *lockRows) open() error {
	if _, err := o.r.txn(); err != nil {
		return err
	}
	o.sel, o.waiting, o.left = nil, nil, o.bound
	return o.in.open()
}

func (o *lockRows) close() { o.in.close() }

func (o *lockRows) next(b *Batch) error {
	for c := range o.out {
		o.out[c].Reset(o.types[c], 0)
	}
	n := 0
	for n < o.rows && o.left != 0 {
		row, err := o.nextRow()
		if err != nil {
			return err
		}
		if row == nil {
			break
		}
		ok, err := o.lock(row)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for c := range o.out {
			o.out[c].Append(row[c])
		}
		n++
		if o.left > 0 {
			o.left--
		}
	}
	b.N, b.Sel, b.Cols = n, nil, o.out
	return nil
}

// nextRow gives rows of a re-evaluation first; nil at the end.
func (o *lockRows) nextRow() ([]types.Value, error) {
	if len(o.waiting) > 0 {
		row := o.waiting[0]
		o.waiting = o.waiting[1:]
		return row, nil
	}
	if len(o.sel) == 0 {
		if err := o.r.interrupt(); err != nil {
			return nil, err
		}
		if err := o.in.next(&o.b); err != nil || o.b.N == 0 {
			return nil, err
		}
		o.sel = o.b.Selection()
	}
	row := rowValues(o.b.Cols, int(o.sel[0]))
	o.sel = o.sel[1:]
	return row, nil
}

// lock locks all targets of a row. False: the row does not count (any more);
// what its newest version makes of it waits in line.
func (o *lockRows) lock(row []types.Value) (bool, error) {
	for i, t := range o.n.Targets {
		if row[t.RowIDCol].IsNull() {
			continue // the empty side of an outer join
		}
		id := storage.RowID(row[t.RowIDCol].Int())
		outcome, newest, from, err := o.r.env.Txn.LockRow(o.r.ctx, o.tables[i], id,
			storage.Timestamp(row[t.VersionCol].Int()), storage.LockStrength(t.Strength), storage.WaitPolicy(t.Policy))
		if err != nil {
			return false, err
		}
		switch outcome {
		case storage.Locked:
		case storage.Changed:
			rows, err := o.r.recheck(o.n.Input, override{rti: t.RTI, row: newest, id: id, from: from})
			o.waiting = append(rows, o.waiting...)
			return false, err
		default:
			return false, nil
		}
	}
	return true, nil
}
