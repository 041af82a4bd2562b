package exec

import (
	"encoding/binary"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// layout maps a scan's output columns to what a cursor brings: stored columns
// by position, system columns made from row id and timestamps.
type layout struct {
	table *catalog.Table
	cols  []int
	types []types.Type
	fetch []int // ScanSpec.Columns
	from  []int // per output column: index in fetch, -1 = system column
	out   []types.Column
	sys   []types.Column // parallel to cols, filled for system columns
}

func newLayout(s *plan.Scan) *layout {
	l := &layout{table: s.Table, cols: s.Cols, types: s.Columns(), from: make([]int, len(s.Cols)), out: make([]types.Column, len(s.Cols))}
	for i, c := range s.Cols {
		if c > 0 {
			l.from[i] = len(l.fetch)
			l.fetch = append(l.fetch, c)
			continue
		}
		l.from[i] = -1
		if l.sys == nil {
			l.sys = make([]types.Column, len(s.Cols))
		}
	}
	return l
}

// fill turns a cursor's rows into the output columns.
func (l *layout) fill(rb *storage.RowBatch) []types.Column {
	for i, f := range l.from {
		if f >= 0 {
			l.out[i] = rb.Cols[f]
			continue
		}
		col := &l.sys[i]
		col.Reset(l.types[i], rb.N)
		for k := range rb.N {
			to := storage.Infinity
			if k < len(rb.To) {
				to = rb.To[k]
			}
			col.Set(k, sysValue(l.cols[i], l.table, rb.IDs[k], rb.From[k], to))
		}
		l.out[i] = *col
	}
	return l.out
}

// sysValue is a system column of a row version.
func sysValue(col int, t *catalog.Table, id storage.RowID, from, to storage.Timestamp) types.Value {
	switch col {
	case plan.SysNull:
		return types.Null
	case plan.SysRowID:
		return types.NewInt(int64(id))
	case plan.SysVersion:
		return types.NewInt(int64(from))
	case plan.SysTableOID:
		return types.NewInt(int64(t.ID))
	case plan.SysCtid:
		b := binary.BigEndian.AppendUint32(nil, uint32(id>>8))
		return types.NewBytes(binary.BigEndian.AppendUint16(b, uint16(id&0xff)+1))
	case plan.SysXmin:
		return types.NewInt(int64(uint32(from)))
	case plan.SysFrom:
		if from == storage.Pending {
			return types.Null // not committed: it has no system time yet
		}
		return types.NewInt(int64(from))
	}
	return types.NewInt(int64(to))
}

// scanBase is what the readers of stored tables share.
type scanBase struct {
	r      *run
	s      *plan.Scan
	node   plan.Node
	l      *layout
	cond   *eval.Expr
	spec   storage.ScanSpec
	view   *storage.View
	cursor *storage.Cursor
	rb     storage.RowBatch
	m      *plan.Measure
}

func (r *run) scanBase(s *plan.Scan, node plan.Node) (scanBase, error) {
	l := newLayout(s)
	cond, err := r.compileOpt(s.Filter)
	return scanBase{r: r, s: s, node: node, l: l, cond: cond, m: r.instrument(node)}, err
}

// start resolves the view.
func (o *scanBase) start() (err error) {
	o.close()
	o.spec = storage.ScanSpec{Columns: o.l.fetch}
	o.view, err = o.r.temporal(o.s, &o.spec)
	return err
}

func (o *scanBase) close() {
	if o.cursor != nil {
		o.cursor.Close()
		o.cursor = nil
	}
}

// fetch reads the next rows that pass the filter; N = 0 at the cursor's end.
func (o *scanBase) fetch(b *Batch) error {
	b.N, b.Sel = 0, nil
	for o.cursor != nil {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.cursor.Next(&o.rb); err != nil {
			return err
		}
		b.N, b.Sel = o.rb.N, nil
		if b.N == 0 {
			return nil
		}
		b.Cols = o.l.fill(&o.rb)
		ok, err := keep(o.cond, b, o.m)
		if err != nil || ok {
			return err
		}
	}
	b.N = 0
	return nil
}
