package session

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/wire/session/interp"
)

var triggerOps = map[catalog.TriggerType]string{
	catalog.TriggerInsert: "INSERT", catalog.TriggerUpdate: "UPDATE", catalog.TriggerDelete: "DELETE", catalog.TriggerTruncate: "TRUNCATE",
}

// fire calls a trigger's function inside of the statement that it fires for.
func (h *host) fire(ctx context.Context, ev *exec.TriggerEvent) ([]types.Value, error) {
	switch ev.Trigger.Function {
	case builtin.TSVectorUpdateTrigger, builtin.TSVectorUpdateTriggerColumn:
		return h.tsvectorTrigger(ev, ev.Trigger.Function == builtin.TSVectorUpdateTriggerColumn)
	}
	f := h.s.catalog().Function(ev.Trigger.Function)
	if f == nil {
		return nil, sqlerr.New(sqlerr.UndefinedFunction, "trigger function %d does not exist", ev.Trigger.Function)
	}
	c, err := h.newCall(f)
	if err != nil {
		return nil, err
	}
	c.ctx = ctx
	event, live := h.event(ev)
	var out []types.Value
	err = c.within(func() error {
		r, err := c.routine(nil, types.Type{})
		if err != nil {
			return err
		}
		defer c.enter(r)()
		row, err := r.body.Fire(c, event)
		if err != nil || row == nil {
			return err
		}
		out = make([]types.Value, len(ev.Relation.Columns))
		for i, ord := range live {
			out[ord-1] = row[i]
		}
		return nil
	})
	return out, err
}

// event is what the function is told; live are the positions of its columns in the relation.
func (h *host) event(ev *exec.TriggerEvent) (*interp.Event, []int) {
	t, tr := ev.Relation, ev.Trigger
	out := &interp.Event{
		Name: tr.Name, When: "AFTER", Level: "STATEMENT", Op: triggerOps[ev.Op], Relation: t.ID, Table: t.Name,
		Schema: h.s.catalog().SchemaName(t.Schema), Args: tr.Args,
	}
	switch {
	case tr.Is(catalog.TriggerBefore):
		out.When = "BEFORE"
	case tr.Is(catalog.TriggerInstead):
		out.When = "INSTEAD OF"
	}
	live := t.Live()
	if !tr.Is(catalog.TriggerRow) {
		return out, live
	}
	out.Level = "ROW"
	for _, ord := range live {
		out.Columns = append(out.Columns, interp.Column{Name: t.Columns[ord-1].Name, Type: t.Columns[ord-1].Type})
	}
	pick := func(row []types.Value) []types.Value {
		if row == nil {
			return nil
		}
		vals := make([]types.Value, len(live))
		for i, ord := range live {
			vals[i] = row[ord-1].Clone()
		}
		return vals
	}
	out.Old, out.New = pick(ev.Old), pick(ev.New)
	return out, live
}
