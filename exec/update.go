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
	o := &update{n: n, target: target{r: r, input: n.Input, rti: n.RTI, old: n.Old, rowID: n.RowIDCol, version: n.VersionCol, table: n.TableCol, strength: storage.ForNoKeyUpdate}}
	var err error
	if o.in, err = r.build(n.Input); err != nil {
		return nil, err
	}
	if o.fam, err = r.family(n.Info); err != nil {
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
	o.fam.w.setsColumns(o.n.Set)
	if err := o.fam.w.statement(catalog.TriggerUpdate); err != nil {
		return 0, err
	}
	err := o.r.each(o.in, func(row []types.Value) error {
		if o.n.Instead {
			return o.instead(row)
		}
		row, err := o.lock(row)
		if err != nil || row == nil {
			return err
		}
		return o.apply(row)
	})
	return o.affected, err
}

// instead has the view's triggers change a row.
func (o *update) instead(row []types.Value) error {
	old := row[o.old : o.old+len(o.fam.w.t.Columns)]
	next := append([]types.Value(nil), old...)
	for i, e := range o.set {
		v, err := e.Values(row)
		if err != nil {
			return err
		}
		next[o.n.Set[i].Ord-1] = v
	}
	next, err := o.fam.w.instead(catalog.TriggerUpdate, old, next)
	if err != nil || next == nil {
		return err
	}
	o.affected++
	full := append([]types.Value(nil), row...)
	copy(full[o.old:], next)
	return o.ret.add(full)
}

// apply writes the new version of a locked row.
func (o *update) apply(row []types.Value) error {
	m, own, err := o.replace(row, o.set, o.n.Set)
	if err != nil || m == nil {
		return err
	}
	o.affected++
	if len(o.ret.exprs) == 0 && len(o.checks.conds) == 0 {
		return nil
	}
	full := append([]types.Value(nil), row...)
	next := catalog.MapRow(m.out, own)
	copy(full[o.old:], next)
	if o.table > 0 {
		full[o.table-1] = types.NewInt(int64(m.w.t.ID))
	}
	if err := o.checks.test(o.fam.w, full, next); err != nil {
		return err
	}
	return o.ret.add(full)
}

// replace computes the new row from an input row and writes it: to the member
// that has it then, as it stored it. nil where a trigger left it as it was.
func (t *target) replace(row []types.Value, set []*eval.Expr, cols []plan.ColumnExpr) (*member, []types.Value, error) {
	m, err := t.member(row)
	if err != nil {
		return nil, nil, err
	}
	shown := append([]types.Value(nil), row[t.old:t.old+len(t.fam.w.t.Columns)]...)
	for i, e := range set {
		v, err := e.Values(row)
		if err != nil {
			return nil, nil, err
		}
		shown[cols[i].Ord-1] = v
	}
	old, err := t.stored(m, row)
	if err != nil {
		return nil, nil, err
	}
	next := catalog.MapRow(m.in, shown)
	if m.wider {
		for i, p := range m.in {
			if p < 0 {
				next[i] = old[i]
			}
		}
	}
	next, ok, err := m.w.before(catalog.TriggerUpdate, old, next)
	if err != nil || !ok {
		return nil, nil, err
	}
	m.w.forgetStaleVector(old, next)
	id := storage.RowID(row[t.rowID].Int())
	if stays, err := m.w.belongs(next); err != nil {
		return nil, nil, err
	} else if !stays && t.fam.router != nil {
		return t.move(m, id, old, next)
	}
	if err := m.w.complete(next); err != nil {
		return nil, nil, err
	}
	if err := m.w.mustBelong(next); err != nil {
		return nil, nil, err
	}
	return m, next, m.w.update(id, old, next)
}

// move takes a row out of its partition and inserts its new version into
// another. Its triggers are those of DELETE and INSERT; for foreign keys that
// point at it, it is an update.
func (t *target) move(m *member, id storage.RowID, old, next []types.Value) (*member, []types.Value, error) {
	shown := catalog.MapRow(m.out, next)
	to, err := t.fam.route(shown)
	if err != nil {
		return nil, nil, err
	}
	if _, ok, err := m.w.before(catalog.TriggerDelete, old, nil); err != nil || !ok {
		return nil, nil, err
	}
	if err := m.w.takeAway(id, old, catalog.MapRow(m.in, shown)); err != nil {
		return nil, nil, err
	}
	own, ok, err := to.w.before(catalog.TriggerInsert, nil, catalog.MapRow(to.in, shown))
	if err != nil || !ok {
		return nil, nil, err
	}
	if err := to.w.complete(own); err != nil {
		return nil, nil, err
	}
	_, conflict, err := to.w.insert(own)
	if err == nil && conflict != nil {
		err = to.w.duplicate(conflict)
	}
	return to, own, err
}
