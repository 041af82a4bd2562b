package exec

import (
	"slices"

	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// A command that waited for a row's lock may find a newer version than the one
// its snapshot showed. READ COMMITTED then asks whether that version still
// qualifies: the command's input is built again with the row's scan replaced by
// this one version, and the rows it gives are what the command goes on with
// (PostgreSQL calls this EvalPlanQual).

// override replaces the scan with number rti by one row.
type override struct {
	rti   int
	table types.OID // whose row it is: the scans of its relatives give none
	row   []types.Value
	id    storage.RowID
	from  storage.Timestamp
}

// recheck runs input over the newest version of one row. The rows are values.
func (r *run) recheck(input plan.Node, o override) ([][]types.Value, error) {
	outer := r.override
	r.override = &o
	op, err := r.build(input)
	r.override = outer
	if err != nil {
		return nil, err
	}
	if err := op.open(); err != nil {
		return nil, err
	}
	defer op.close()
	var rows [][]types.Value
	var b Batch
	for {
		if err := op.next(&b); err != nil || b.N == 0 {
			return rows, err
		}
		for _, i := range b.Selection() {
			rows = append(rows, rowValues(b.Cols, int(i)))
		}
	}
}

// rowValues copies one row out of columns.
func rowValues(cols []types.Column, i int) []types.Value {
	out := make([]types.Value, len(cols))
	for c := range cols {
		out[c] = cols[c].Get(i)
	}
	return out
}

// baseOf returns the part that all table scans share, nil for other nodes.
func baseOf(n plan.Node) *plan.Scan {
	switch n := n.(type) {
	case *plan.SeqScan:
		return &n.Scan
	case *plan.SampleScan:
		return &n.Scan
	case *plan.IndexScan:
		return &n.Scan
	case *plan.BitmapScan:
		return &n.Scan
	case *plan.VectorScan:
		return &n.Scan
	case *plan.TextScan:
		return &n.Scan
	}
	return nil
}

// overridden returns the one-row scan where n is the scan to replace, else nil.
func (r *run) overridden(n plan.Node) (operator, error) {
	s := baseOf(n)
	if r.override == nil || s == nil || s.RTI != r.override.rti {
		return nil, nil
	}
	if s.Table.ID != r.override.table {
		return &appendOp{}, nil
	}
	conds := []plan.Expr{}
	if s.Filter != nil {
		conds = append(conds, s.Filter)
	}
	op := &oneRow{r: r, s: s, o: r.override, types: n.Columns()}
	switch n := n.(type) {
	case *plan.IndexScan:
		conds = append(conds, n.Cond...)
	case *plan.VectorScan:
		conds = []plan.Expr{n.Whole}
		op.distance = n
	case *plan.TextScan:
		conds = []plan.Expr{n.Whole}
		op.text = n
	}
	var err error
	conds = slices.DeleteFunc(conds, func(e plan.Expr) bool { return e == nil })
	if op.conds, err = r.compileAll(conds); err != nil {
		return nil, err
	}
	if op.text != nil {
		if op.query, err = r.compile(op.text.Score); err != nil {
			return nil, err
		}
	}
	if op.distance != nil {
		if op.query, err = r.compile(op.distance.Query); err != nil {
			return nil, err
		}
	}
	op.cols = columns(op.types)
	return op, nil
}

// oneRow yields the override's row if it passes the scan's conditions.
type oneRow struct {
	r        *run
	s        *plan.Scan
	o        *override
	types    []types.Type
	conds    []*eval.Expr
	distance *plan.VectorScan
	text     *plan.TextScan
	query    *eval.Expr // what the distance is to; of a text search the score
	cols     []types.Column
	done     bool
}

func (o *oneRow) open() error {
	o.done = false
	return nil
}

func (o *oneRow) close() {}

func (o *oneRow) next(b *Batch) error {
	b.N, b.Sel = 0, nil
	if o.done {
		return nil
	}
	o.done = true
	row := make([]types.Value, len(o.types))
	for i, c := range o.s.Cols {
		if c > 0 {
			row[i] = o.o.row[c-1]
		} else {
			row[i] = sysValue(c, o.s.Table, o.o.id, o.o.from, storage.Infinity)
		}
	}
	if err := o.score(row); err != nil {
		return err
	}
	for _, c := range o.conds {
		ok, err := c.True(row)
		if err != nil || !ok {
			return err
		}
	}
	for i := range o.cols {
		o.cols[i].Reset(o.types[i], 1)
		o.cols[i].Set(0, row[i])
	}
	b.N, b.Cols = 1, o.cols
	return nil
}

// score computes the distance column of a vector scan, or a text scan's score.
func (o *oneRow) score(row []types.Value) (err error) {
	switch {
	case o.text != nil:
		row[len(row)-1], err = o.query.Values(row)
		return err
	case o.distance == nil:
		return nil
	}
	q, err := o.query.Values(nil)
	if err != nil || q.IsNull() {
		return err
	}
	column := o.distance.Index.Keys[len(o.distance.Index.Keys)-1].Column
	for _, k := range o.distance.Index.Keys {
		if kind := k.Type.Kind(); kind == types.KindVector || kind == types.KindHalfvec {
			column = k.Column
		}
	}
	if column == 0 || o.o.row[column-1].IsNull() {
		return nil
	}
	fn := o.distance.Operator.Fn
	t := o.s.Table.Columns[column-1].Type
	site := o.r.comp.Site(fn, []types.Type{t, o.query.Type()}, types.Float8)
	row[len(row)-1], err = fn.Eval(site, []types.Value{o.o.row[column-1], q})
	return err
}
