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
	tables  []map[types.OID]*catalog.Table // parallel to Targets: those that its reference reads
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
		tables := map[types.OID]*catalog.Table{}
		tablesOf(n.Input, t.RTI, tables)
		o.tables = append(o.tables, tables)
	}
	return o, nil
}

// table is that of a target's row.
func (o *lockRows) table(i int, row []types.Value) (*catalog.Table, error) {
	if at := o.n.Targets[i].TableCol; at > 0 {
		if t := o.tables[i][types.OID(row[at-1].Int())]; t != nil {
			return t, nil
		}
	}
	for _, t := range o.tables[i] {
		return t, nil
	}
	return nil, sqlerr.Internal("no scan of relation %d to lock", o.n.Targets[i].RTI)
}

// tablesOf finds the tables that the scans of a reference read.
func tablesOf(n plan.Node, rti int, out map[types.OID]*catalog.Table) {
	if s := baseOf(n); s != nil && s.RTI == rti {
		out[s.Table.ID] = s.Table
	}
	for _, c := range n.Children() {
		tablesOf(c, rti, out)
	}
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
		table, err := o.table(i, row)
		if err != nil {
			return false, err
		}
		outcome, newest, from, err := o.r.env.Txn.LockRow(o.r.ctx, table, id,
			storage.Timestamp(row[t.VersionCol].Int()), storage.LockStrength(t.Strength), storage.WaitPolicy(t.Policy))
		if err != nil {
			return false, err
		}
		switch outcome {
		case storage.Locked:
		case storage.Changed:
			rows, err := o.r.recheck(o.n.Input, override{rti: t.RTI, table: table.ID, row: newest, id: id, from: from})
			o.waiting = append(rows, o.waiting...)
			return false, err
		default:
			return false, nil
		}
	}
	return true, nil
}
