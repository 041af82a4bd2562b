package session

import (
	"context"
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner"
)

// indexHost gives the created functions that an index's expressions call
// something to run in: a session of their own without transaction, since storage
// asks for keys while it commits and while it recovers. nil where they call none.
func indexHost(pl *planner.Planner, cat *catalog.Catalog, exprs []plan.Expr) func() builtin.Host {
	if !slices.ContainsFunc(exprs, func(e plan.Expr) bool { return callsRoutine(cat, e) }) {
		return nil
	}
	owner, ok := cat.Object(catalog.RoleSynapse).(*catalog.Role)
	if !ok {
		return nil
	}
	e := &Engine{Options: Options{Planner: pl}}
	return func() builtin.Host {
		s := &Session{
			engine: e, fixed: cat, settings: newSettings(nil), sink: nil,
			routines: map[routineKey]*routine{}, casts: map[[2]types.Type]plan.Expr{}, currVal: map[types.OID]int64{},
		}
		s.become(owner)
		h := &host{s: s, ctx: context.Background()}
		return h
	}
}

// callsRoutine reports whether an expression calls a created function.
func callsRoutine(cat *catalog.Catalog, e plan.Expr) bool {
	found := false
	var walk func(e plan.Expr) plan.Expr
	walk = func(e plan.Expr) plan.Expr {
		if f, ok := e.(*plan.Func); ok && cat.Function(f.Fn.OID) != nil {
			found = true
		}
		return plan.MapChildren(e, walk)
	}
	walk(e)
	return found
}
