package bind

import (
	"synapse/exec/plan"
)

// optional is expr for an expression that may be nil.
func (l *lowerer) optional(e plan.Expr, ly *layout, fr *frame) plan.Expr {
	if e == nil {
		return nil
	}
	return l.expr(e, ly, fr)
}

// expr lowers an expression over rows of layout ly inside frame fr.
func (l *lowerer) expr(e plan.Expr, ly *layout, fr *frame) plan.Expr {
	if i, ok := ly.find(e); ok {
		return &plan.Col{Index: i, Typ: e.Type(), Name: l.columnName(e)}
	}
	switch e := e.(type) {
	case *variable, *aggregate, *windowed, *grouping, *setCall:
		return l.slot(fr, e)
	case *sublink:
		return l.sublink(e, ly, fr)
	case *plan.Param:
		out, err := l.b.settled(e)
		if err != nil {
			return l.fail(err)
		}
		return out
	}
	current := l.current
	if f, ok := e.(*plan.Func); ok && f.Index != nil {
		current = tableOf(f).temporal.within(current)
	}
	e = plan.MapChildren(e, func(child plan.Expr) plan.Expr { return l.expr(child, ly, fr) })
	if f, ok := e.(*plan.Func); ok {
		l.b.calls(f.Fn)
		return readsAsOf(f, current)
	}
	return e
}

// columnName is how EXPLAIN shows a column: with its relation where the
// statement has several.
func (l *lowerer) columnName(e plan.Expr) string {
	if v, ok := e.(*variable); ok && l.b.relCount == 1 {
		return v.rel.columnName(v.col)
	}
	return e.String()
}

func (l *lowerer) exprs(list []plan.Expr, ly *layout, fr *frame) []plan.Expr {
	return mapList(list, func(e plan.Expr) plan.Expr { return l.expr(e, ly, fr) })
}

// sublink lowers a subquery in an expression. Its time travel is that of the
// query level around it unless it has its own.
func (l *lowerer) sublink(e *sublink, ly *layout, fr *frame) plan.Expr {
	inner := &frame{parent: fr, row: ly}
	out := &plan.SubPlan{Kind: e.kind, Op: e.op, Fns: e.fns, Typ: e.typ, ID: l.subplans}
	l.subplans++
	out.Left = l.exprs(e.left, ly, fr)
	out.Input = l.query(e.q, inner, l.current)
	out.Assigns = inner.assigns
	return out
}
