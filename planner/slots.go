package planner

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/planner/parse"
)

// planSlotted compiles a statement whose long literals are slots, so that all
// texts that differ in them alone share a plan. A slot is an unknown literal: the
// binder gives it the type that its place asks for, and its value is read by that
// type's input function, as PostgreSQL does with the literal. Where anything is in
// doubt the text is compiled as it stands, which also makes errors point at it.
func (p *Planner) planSlotted(bc *bind.Context, stmt parse.Statement) (*plan.Plan, []types.Value, error) {
	plain := stmt
	plain.Slots, plain.Key = nil, ""
	plainKey := planKey(bc, plain)
	if len(bc.ParamTypes) < stmt.Slots[0].Number { // else the client has parameters that the text does not use
		key := planKey(bc, stmt)
		pl := p.plans.lookup(key, bc)
		if pl == nil {
			slotted := *bc // make changes it
			pl, _ = p.plans.make(&slotted, parse.Statement{Stmt: stmt.Stmt, Text: stmt.Key, Slots: stmt.Slots}, key)
		}
		if slots, ok := slotValues(pl, stmt.Slots); ok {
			return pl, slots, nil
		}
	}
	if pl := p.plans.lookup(plainKey, bc); pl != nil {
		return pl, nil, nil
	}
	list, err := parse.Parse(plain.Text)
	if err != nil {
		return nil, nil, err
	}
	plain.Stmt = list[0].Stmt
	pl, err := p.plans.make(bc, plain, plainKey)
	return pl, nil, err
}

// slotValues reads the literals as values of the plan's types; ok is false for no
// plan, a type whose input depends on more than its text, and a text it refuses.
func slotValues(pl *plan.Plan, slots []parse.Literal) (values []types.Value, ok bool) {
	if pl == nil || len(pl.Params) != slots[0].Number-1+len(slots) {
		return nil, false
	}
	values = make([]types.Value, len(slots))
	for i, l := range slots {
		t := pl.Params[l.Number-1]
		if !plainInput(t) {
			return nil, false
		}
		v, err := types.ParseText(t, l.Text, nil)
		if err != nil {
			return nil, false
		}
		values[i] = v
	}
	return values, true
}

// plainInput reports whether a type's input function looks at the text alone: not
// at settings, the clock or the catalog, which bind-time input does too.
func plainInput(t types.Type) bool {
	if elem := t.Elem(); elem.OID != 0 && elem.OID != t.OID {
		t = elem
	}
	switch t.OID {
	case types.OIDText, types.OIDVarchar, types.OIDBpchar, types.OIDBytea, types.OIDJSON, types.OIDJSONB, types.OIDXML,
		types.OIDVector, types.OIDHalfvec, types.OIDSparsevec, types.OIDBit, types.OIDVarbit, types.OIDTSVector, types.OIDTSQuery,
		types.OIDUUID, types.OIDBool, types.OIDInt2, types.OIDInt4, types.OIDInt8, types.OIDFloat4, types.OIDFloat8, types.OIDNumeric:
		return true
	}
	return false
}
