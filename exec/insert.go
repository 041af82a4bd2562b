package exec

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// insert writes its input rows.
type insert struct {
	r        *run
	n        *plan.Insert
	in       operator
	fam      *rowFamily
	w        *writer // of the table that is named
	checks   viewChecks
	ret      returning
	set      []*eval.Expr // of ON CONFLICT DO UPDATE
	where    *eval.Expr
	row      []types.Value
	affected int64
}

func (r *run) insert(n *plan.Insert) (operator, error) {
	o := &insert{r: r, n: n, row: make([]types.Value, len(n.Info.Table.Columns))}
	var err error
	if o.in, err = r.build(n.Input); err != nil {
		return nil, err
	}
	if o.fam, err = r.family(n.Info); err != nil {
		return nil, err
	}
	o.w = o.fam.w
	if c := n.OnConflict; c != nil && !c.Nothing {
		if o.set, err = r.columnExprs(c.Set); err != nil {
			return nil, err
		}
		if o.where, err = r.compileOpt(c.Where); err != nil {
			return nil, err
		}
	}
	if o.checks, err = r.viewChecks(n.Checks); err != nil {
		return nil, err
	}
	o.ret, err = r.returning(n.Returning, n)
	return o, err
}

func (r *run) columnExprs(list []plan.ColumnExpr) ([]*eval.Expr, error) {
	out := make([]*eval.Expr, len(list))
	for i := range list {
		var err error
		if out[i], err = r.compile(list[i].Expr); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o *insert) open() error {
	o.ret.reset()
	o.affected = 0
	return o.in.open()
}

func (o *insert) close()              { o.in.close() }
func (o *insert) next(b *Batch) error { return o.ret.next(b) }

func (o *insert) run() (int64, error) {
	ops := []catalog.TriggerType{catalog.TriggerInsert}
	if c := o.n.OnConflict; c != nil && !c.Nothing {
		o.w.setsColumns(c.Set)
		ops = append(ops, catalog.TriggerUpdate)
	}
	if err := o.w.statement(ops...); err != nil {
		return 0, err
	}
	var b Batch
	for {
		if err := o.r.interrupt(); err != nil {
			return 0, err
		}
		if err := o.in.next(&b); err != nil || b.N == 0 {
			return o.affected, err
		}
		if err := o.w.embedAhead(b.Selection(), func(row uint16, at int) types.Value { return b.Cols[at].Get(int(row)) }); err != nil {
			return 0, err
		}
		for _, i := range b.Selection() {
			for c := range o.row {
				o.row[c] = b.Cols[c].Get(int(i))
			}
			if err := o.one(o.row); err != nil {
				return 0, err
			}
		}
	}
}

// one inserts a row, or does what ON CONFLICT says. It tries again where the
// row in its way is deleted meanwhile.
func (o *insert) one(row []types.Value) error {
	if o.n.Instead {
		out, err := o.w.instead(catalog.TriggerInsert, nil, row)
		if err != nil || out == nil {
			return err
		}
		o.affected++
		return o.emit(&member{w: o.w}, out, 0)
	}
	m, err := o.fam.route(row)
	if err != nil {
		return err
	}
	o.infer(m)
	own, ok, err := m.w.before(catalog.TriggerInsert, nil, catalog.MapRow(m.in, row))
	if err != nil || !ok {
		return err
	}
	if err := o.fam.ready(m, own); err != nil {
		return err
	}
	for {
		id, conflict, err := m.w.insert(own, m.arbiters...)
		if err != nil {
			return err
		}
		if conflict == nil {
			o.affected++
			return o.emit(m, own, id)
		}
		if !o.arbitrates(m, conflict) {
			return m.w.duplicate(conflict)
		}
		if o.n.OnConflict.Nothing {
			return nil
		}
		again, err := o.resolve(m, own, conflict)
		if err != nil || !again {
			return err
		}
	}
}

// infer finds the member's indexes that are part of the arbiters.
func (o *insert) infer(m *member) {
	if o.n.OnConflict == nil || m.arbiters != nil {
		return
	}
	for _, ix := range o.n.OnConflict.Arbiters {
		if own := o.w.txn.Catalog().PartitionIndex(ix.ID, m.w.t.ID); own != nil {
			m.arbiters = append(m.arbiters, own.ID)
		}
	}
}

func (o *insert) arbitrates(m *member, c *storage.Conflict) bool {
	if o.n.OnConflict == nil {
		return false
	}
	return len(o.n.OnConflict.Arbiters) == 0 || slices.Contains(m.arbiters, c.Index.ID)
}

// resolve is DO UPDATE: it locks the row in the way and acts on its newest
// version. True: that row is gone, try the insert again.
func (o *insert) resolve(m *member, row []types.Value, c *storage.Conflict) (bool, error) {
	txn, t := o.w.txn, m.w.t
	outcome, _, _, err := txn.LockRow(o.r.ctx, t, c.Row, 0, storage.ForNoKeyUpdate, storage.Wait)
	if err != nil {
		return false, err
	}
	old, _, ok, err := txn.Latest(t, c.Row)
	if err != nil || !ok {
		return !ok, err
	}
	if outcome == storage.Gone {
		return false, sqlerr.New(sqlerr.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time").
			WithHint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
	}
	shown := catalog.MapRow(m.out, old)
	both := append(append(make([]types.Value, 0, 2*len(shown)), shown...), catalog.MapRow(m.out, row)...)
	if o.where != nil {
		ok, err := o.where.True(both)
		if err != nil || !ok {
			return false, err
		}
	}
	set := append([]types.Value(nil), shown...)
	for i, e := range o.set {
		v, err := e.Values(both)
		if err != nil {
			return false, err
		}
		set[o.n.OnConflict.Set[i].Ord-1] = v
	}
	next, ok, err := m.w.before(catalog.TriggerUpdate, old, catalog.MapRow(m.in, set))
	if err != nil || !ok {
		return false, err
	}
	m.w.forgetStaleVector(old, next)
	if err := m.w.complete(next); err != nil {
		return false, err
	}
	if err := o.stays(m, next); err != nil {
		return false, err
	}
	if err := m.w.update(c.Row, old, next); err != nil {
		return false, err
	}
	o.affected++
	return false, o.emit(m, next, c.Row)
}

// stays refuses an ON CONFLICT DO UPDATE that would move the row to another partition.
func (o *insert) stays(m *member, row []types.Value) error {
	ok, err := m.w.belongs(row)
	if err != nil || ok {
		return err
	}
	if o.fam.router == nil {
		return m.w.mustBelong(row)
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "invalid ON UPDATE specification").
		WithDetail("The result tuple would appear in a different partition than the original tuple.")
}

// emit checks a written row against views and adds it to RETURNING, system
// columns behind it.
func (o *insert) emit(m *member, own []types.Value, id storage.RowID) error {
	if len(o.ret.exprs) == 0 && len(o.checks.conds) == 0 {
		return nil
	}
	row := catalog.MapRow(m.out, own)
	full := make([]types.Value, 0, len(row)+len(plan.SysColTypes))
	full = append(full, row...)
	for k := range plan.SysColTypes {
		full = append(full, sysValue(-1-k, m.w.t, id, storage.Pending, storage.Infinity))
	}
	if err := o.checks.test(o.w, full, row); err != nil {
		return err
	}
	return o.ret.add(full)
}
