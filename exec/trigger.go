package exec

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// Triggers. BEFORE ROW triggers run as a row is about to be written and may
// change it or leave it out; AFTER ROW triggers wait until the statement has run
// and its constraints hold, then run in the order of the rows, and those of the
// statement behind them. What a trigger's function does is the session's (Env.Fire).

// TriggerEvent is one call of a trigger.
type TriggerEvent struct {
	Relation *catalog.Table
	Trigger  *catalog.Trigger
	Op       catalog.TriggerType // TriggerInsert, TriggerUpdate, TriggerDelete or TriggerTruncate
	Old, New []types.Value       // as wide as Relation.Columns; nil: no such row, or a statement
}

// trigger is a trigger with its compiled condition.
type trigger struct {
	*plan.Trigger
	when *eval.Expr // nil: always
}

// compileTriggers prepares the triggers of the table.
func (w *writer) compileTriggers() error {
	for i := range w.info.Triggers {
		t := trigger{Trigger: &w.info.Triggers[i]}
		var err error
		if t.when, err = w.r.compileOpt(t.When); err != nil {
			return err
		}
		w.triggers = append(w.triggers, t)
	}
	return nil
}

// setsColumns tells the triggers which columns an UPDATE sets.
func (w *writer) setsColumns(list []plan.ColumnExpr) {
	if len(w.triggers) == 0 {
		return
	}
	if w.sets == nil {
		w.sets = map[int]bool{}
	}
	for i := range list {
		w.sets[list[i].Ord] = true
	}
}

// fires reports whether a trigger is for an event; statement triggers have no rows.
func (w *writer) fires(t *trigger, bits, op catalog.TriggerType, old, row []types.Value) (bool, error) {
	const timing = catalog.TriggerRow | catalog.TriggerBefore | catalog.TriggerInstead
	if t.Type&timing != bits || t.Type&op == 0 {
		return false, nil
	}
	if op == catalog.TriggerUpdate && len(t.Columns) > 0 && !w.setsAny(t.Columns) {
		return false, nil
	}
	if t.when == nil {
		return true, nil
	}
	both := make([]types.Value, 2*len(w.t.Columns))
	copy(both, old)
	copy(both[len(w.t.Columns):], row)
	return t.when.True(both)
}

func (w *writer) setsAny(columns []int) bool {
	for _, ord := range columns {
		if w.sets[ord] {
			return true
		}
	}
	return false
}

func (r *run) fire(ev *TriggerEvent) ([]types.Value, error) {
	if r.env.Fire == nil {
		return nil, sqlerr.Unsupported("a trigger in this place", "")
	}
	return r.env.Fire(r.ctx, ev)
}

// before runs the BEFORE ROW triggers of an event. It returns the row to write;
// ok is false where a trigger leaves the row out.
func (w *writer) before(op catalog.TriggerType, old, row []types.Value) (_ []types.Value, ok bool, err error) {
	for i := range w.triggers {
		t := &w.triggers[i]
		yes, err := w.fires(t, catalog.TriggerRow|catalog.TriggerBefore, op, old, row)
		if err != nil {
			return nil, false, err
		}
		if !yes {
			continue
		}
		out, err := w.r.fire(&TriggerEvent{Relation: w.t, Trigger: t.Trigger.Trigger, Op: op, Old: old, New: row})
		if err != nil || out == nil {
			return nil, false, err
		}
		if op == catalog.TriggerDelete {
			continue
		}
		row = out
		if op == catalog.TriggerInsert && t.Parent != 0 {
			if err := w.notRerouted(t.Trigger.Trigger, row); err != nil {
				return nil, false, err
			}
		}
	}
	return row, true, nil
}

// instead runs the INSTEAD OF triggers of an event on a view. It returns the row
// that counts as written; nil where a trigger says that nothing was.
func (w *writer) instead(op catalog.TriggerType, old, row []types.Value) ([]types.Value, error) {
	out := row
	if op == catalog.TriggerDelete {
		out = old
	}
	for i := range w.triggers {
		t := &w.triggers[i]
		yes, err := w.fires(t, catalog.TriggerRow|catalog.TriggerInstead, op, old, row)
		if err != nil {
			return nil, err
		}
		if !yes {
			continue
		}
		got, err := w.r.fire(&TriggerEvent{Relation: w.t, Trigger: t.Trigger.Trigger, Op: op, Old: old, New: row})
		if err != nil || got == nil {
			return nil, err
		}
		if op != catalog.TriggerDelete {
			row, out = got, got
		}
	}
	return out, nil
}

// after queues the AFTER ROW triggers of an event.
func (w *writer) after(op catalog.TriggerType, old, row []types.Value) error {
	for i := range w.triggers {
		t := &w.triggers[i]
		yes, err := w.fires(t, catalog.TriggerRow, op, old, row)
		if err != nil {
			return err
		}
		if !yes {
			continue
		}
		ev := &TriggerEvent{Relation: w.t, Trigger: t.Trigger.Trigger, Op: op}
		if old != nil {
			ev.Old = cloneValues(old)
		}
		if row != nil {
			ev.New = cloneValues(row)
		}
		w.r.events = append(w.r.events, ev)
	}
	return nil
}

// statement runs the BEFORE STATEMENT triggers of a command and queues those
// that run after it, those of the last event first.
func (w *writer) statement(ops ...catalog.TriggerType) error {
	for _, op := range ops {
		var ending []*TriggerEvent
		for i := range w.triggers {
			t := &w.triggers[i]
			ev := &TriggerEvent{Relation: w.t, Trigger: t.Trigger.Trigger, Op: op}
			yes, err := w.fires(t, 0, op, nil, nil)
			if err != nil {
				return err
			}
			if yes {
				ending = append(ending, ev)
				continue
			}
			if yes, err = w.fires(t, catalog.TriggerBefore, op, nil, nil); err != nil || !yes {
				if err != nil {
					return err
				}
				continue
			}
			if _, err := w.r.fire(ev); err != nil {
				return err
			}
		}
		w.r.ending = append(ending, w.r.ending...)
	}
	return nil
}

// fireAfter runs the triggers that waited for rows to be written; with end those
// of the statement too.
func (r *run) fireAfter(end bool) error {
	for len(r.events) > 0 {
		list := r.events
		r.events = nil
		for _, ev := range list {
			if _, err := r.fire(ev); err != nil {
				return err
			}
		}
	}
	if !end {
		return nil
	}
	list := r.ending
	r.ending = nil
	for _, ev := range list {
		if _, err := r.fire(ev); err != nil {
			return err
		}
	}
	return nil
}
