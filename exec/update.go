package exec

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// update changes rows.
type update struct {
	target
	n        *plan.Update
	in       operator
	set      []*eval.Expr
	checks   viewChecks
	ret      returning
	affected int64
}

func (r *run) update(n *plan.Update) (operator, error) {
	o := &update{n: n, target: target{r: r, input: n.Input, rti: n.RTI, old: n.Old, rowID: n.RowIDCol, version: n.VersionCol, strength: storage.ForNoKeyUpdate}}
	var err error
	if o.in, err = r.build(n.Input); err != nil {
		return nil, err
	}
	if o.w, err = r.writer(n.Info); err != nil {
		return nil, err
	}
	if o.set, err = r.columnExprs(n.Set); err != nil {
		return nil, err
	}
	if o.checks, err = r.viewChecks(n.Checks); err != nil {
		return nil, err
	}
	o.ret, err = r.returning(n.Returning, n)
	return o, err
}

func (o *update) open() error {
	o.ret.reset()
	o.affected = 0
	return o.in.open()
}

func (o *update) close()              { o.in.close() }
func (o *update) next(b *Batch) error { return o.ret.next(b) }

func (o *update) run() (int64, error) {
	o.w.setsColumns(o.n.Set)
	if err := o.w.statement(catalog.TriggerUpdate); err != nil {
		return 0, err
	}
	err := o.r.each(o.in, func(row []types.Value) error {
		row, err := o.lock(row)
		if err != nil || row == nil {
			return err
		}
		return o.apply(row)
	})
	return o.affected, err
}

// apply writes the new version of a locked row.
func (o *update) apply(row []types.Value) error {
	next, err := o.replace(row, o.set, o.n.Set)
	if err != nil || next == nil {
		return err
	}
	o.affected++
	if len(o.ret.exprs) == 0 && len(o.checks.conds) == 0 {
		return nil
	}
	full := append([]types.Value(nil), row...)
	copy(full[o.old:], next)
	if err := o.checks.test(o.w, full, next); err != nil {
		return err
	}
	return o.ret.add(full)
}

// replace computes the new row from an input row and writes it; nil where a
// trigger left it as it was.
func (t *target) replace(row []types.Value, set []*eval.Expr, cols []plan.ColumnExpr) ([]types.Value, error) {
	old := row[t.old : t.old+len(t.w.t.Columns)]
	next := append([]types.Value(nil), old...)
	for i, e := range set {
		v, err := e.Values(row)
		if err != nil {
			return nil, err
		}
		next[cols[i].Ord-1] = v
	}
	next, ok, err := t.w.before(catalog.TriggerUpdate, old, next)
	if err != nil || !ok {
		return nil, err
	}
	t.w.forgetStaleVector(old, next)
	if err := t.w.complete(next); err != nil {
		return nil, err
	}
	return next, t.w.update(storage.RowID(row[t.rowID].Int()), old, next)
}
