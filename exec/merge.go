package exec

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// merge runs MERGE: for each joined row the first action that fits.
type merge struct {
	target
	in       operator
	actions  []mergeAction
	seen     map[mergedRow]bool // target rows changed by this command
	affected int64
}

// mergedRow is a row of the target by its table, 0 where there is only one.
type mergedRow struct {
	table types.OID
	id    storage.RowID
}

type mergeAction struct {
	*plan.MergeAction
	cond   *eval.Expr
	set    []*eval.Expr
	values []*eval.Expr
}

func (r *run) merge(n *plan.Merge) (operator, error) {
	o := &merge{target: target{r: r, input: n.Input, rti: n.RTI, old: n.Old, rowID: n.RowIDCol, version: n.VersionCol, table: n.TableCol, strength: storage.ForUpdate}}
	var err error
	if o.in, err = r.build(n.Input); err != nil {
		return nil, err
	}
	if o.fam, err = r.family(n.Info); err != nil {
		return nil, err
	}
	for i := range n.Actions {
		a := mergeAction{MergeAction: &n.Actions[i]}
		if a.cond, err = r.compileOpt(a.Cond); err != nil {
			return nil, err
		}
		if a.set, err = r.columnExprs(a.Set); err != nil {
			return nil, err
		}
		if a.values, err = r.compileAll(a.Values); err != nil {
			return nil, err
		}
		o.actions = append(o.actions, a)
	}
	return o, nil
}

func (o *merge) open() error {
	o.seen, o.affected = map[mergedRow]bool{}, 0
	return o.in.open()
}

func (o *merge) close() { o.in.close() }

func (o *merge) next(b *Batch) error {
	b.N, b.Sel = 0, nil
	return nil
}

func (o *merge) run() (int64, error) {
	kinds := map[plan.Command]catalog.TriggerType{
		plan.InsertCommand: catalog.TriggerInsert, plan.UpdateCommand: catalog.TriggerUpdate, plan.DeleteCommand: catalog.TriggerDelete,
	}
	seen := map[catalog.TriggerType]bool{}
	for _, a := range o.actions {
		op := kinds[a.Kind]
		if a.Nothing || seen[op] {
			continue
		}
		seen[op] = true
		o.fam.w.setsColumns(a.Set)
		if err := o.fam.w.statement(op); err != nil {
			return 0, err
		}
	}
	err := o.r.each(o.in, o.one)
	return o.affected, err
}

func (o *merge) one(row []types.Value) error {
	a, err := o.action(row)
	if err != nil || a == nil || a.Nothing {
		return err
	}
	if a.Matched {
		id := mergedRow{id: storage.RowID(row[o.rowID].Int())}
		if o.table > 0 {
			id.table = types.OID(row[o.table-1].Int())
		}
		if o.seen[id] {
			return sqlerr.New(sqlerr.CardinalityViolation, "MERGE command cannot affect row a second time").
				WithHint("Ensure that not more than one source row matches any one target row.")
		}
		locked, err := o.lock(row)
		if err != nil || locked == nil {
			return err
		}
		row = locked
		// The newest version may call for another action.
		if a, err = o.action(row); err != nil || a == nil || a.Nothing {
			return err
		}
		o.seen[id] = true
	}
	o.affected++
	switch a.Kind {
	case plan.UpdateCommand:
		_, _, err := o.replace(row, a.set, a.Set)
		return err
	case plan.DeleteCommand:
		_, err := o.remove(row)
		return err
	}
	return o.insert(row, a)
}

// action finds the first action that fits a joined row, nil if none does.
func (o *merge) action(row []types.Value) (*mergeAction, error) {
	matched := !row[o.rowID].IsNull()
	for i := range o.actions {
		a := &o.actions[i]
		if a.Matched != matched {
			continue
		}
		if a.cond == nil {
			return a, nil
		}
		ok, err := a.cond.True(row)
		if err != nil {
			return nil, err
		}
		if ok {
			return a, nil
		}
	}
	return nil, nil
}

func (o *merge) insert(row []types.Value, a *mergeAction) error {
	next := make([]types.Value, len(o.fam.w.t.Columns))
	for i, e := range a.values {
		v, err := e.Values(row)
		if err != nil {
			return err
		}
		next[i] = v
	}
	_, _, err := o.fam.insert(next)
	return err
}
