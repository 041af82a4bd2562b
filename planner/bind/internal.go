package bind

import (
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// The forms of expression that only the binder knows. Lowering replaces them.

// variable is a column of a relation, of this query level or an enclosing one.
// A negative col is a system column (plan.SysRowID …).
type variable struct {
	rel *relation
	col int
	typ types.Type
	pos int // in the text, for errors
}

// aggregate is a call of an aggregate function; owner is the query level that
// computes it.
type aggregate struct {
	plan.AggCall
	owner *scope
	pos   int
}

// windowed is a call of a window function or of an aggregate with OVER.
type windowed struct {
	plan.WindowCall
	window *window
	pos    int
}

// grouping is GROUPING(…): args are grouping expressions of the query.
type grouping struct {
	args   []plan.Expr
	owner  *scope
	pos    int
	argPos []int
}

// setCall is a call of a set-returning function in a target list.
type setCall struct {
	fn   *builtin.Function
	args []plan.Expr
	typ  types.Type
	pos  int
}

// sublink is a subquery in an expression.
type sublink struct {
	kind plan.SubPlanKind
	q    *query
	left []plan.Expr
	fns  []*builtin.Function
	op   string
	typ  types.Type
}

func (e *variable) Type() types.Type  { return e.typ }
func (e *aggregate) Type() types.Type { return e.Typ }
func (e *windowed) Type() types.Type  { return e.Typ }
func (e *grouping) Type() types.Type  { return types.Int4 }
func (e *setCall) Type() types.Type   { return e.typ }
func (e *sublink) Type() types.Type   { return e.typ }

func (e *variable) String() string  { return e.rel.name() + "." + e.rel.columnName(e.col) }
func (e *aggregate) String() string { return callText(e.Fn.Name, e.Args) }
func (e *windowed) String() string  { return callText(e.Fn.Name, e.Args) + " OVER (?)" }
func (*grouping) String() string    { return "GROUPING()" }
func (e *setCall) String() string   { return e.fn.Name + "()" }
func (*sublink) String() string     { return "(SubPlan)" }

// callText shows a call in EXPLAIN.
func callText(name string, args []plan.Expr) string {
	if len(args) == 0 {
		return name + "(*)"
	}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.String()
	}
	return name + "(" + strings.Join(texts, ", ") + ")"
}

// mapChildren is plan.MapChildren for the binder's own forms too. Queries
// inside sublinks are not entered.
func mapChildren(e plan.Expr, f func(plan.Expr) plan.Expr) plan.Expr {
	switch e := e.(type) {
	case *variable, *grouping:
		return e
	case *aggregate:
		c := *e
		c.Args, c.Direct = mapList(e.Args, f), mapList(e.Direct, f)
		c.OrderBy = mapKeys(e.OrderBy, f)
		c.Filter = mapOne(e.Filter, f)
		return &c
	case *windowed:
		c := *e
		c.Args, c.Filter = mapList(e.Args, f), mapOne(e.Filter, f)
		return &c
	case *setCall:
		c := *e
		c.args = mapList(e.args, f)
		return &c
	case *sublink:
		c := *e
		c.left = mapList(e.left, f)
		return &c
	}
	return plan.MapChildren(e, f)
}

func mapOne(e plan.Expr, f func(plan.Expr) plan.Expr) plan.Expr {
	if e == nil {
		return nil
	}
	return f(e)
}

func mapList(list []plan.Expr, f func(plan.Expr) plan.Expr) []plan.Expr {
	if list == nil {
		return nil
	}
	out := make([]plan.Expr, len(list))
	for i, e := range list {
		out[i] = f(e)
	}
	return out
}

func mapKeys(keys []plan.SortKey, f func(plan.Expr) plan.Expr) []plan.SortKey {
	if keys == nil {
		return nil
	}
	out := make([]plan.SortKey, len(keys))
	for i, k := range keys {
		k.Expr = f(k.Expr)
		out[i] = k
	}
	return out
}

// walk visits e and its subexpressions, parents first, until f returns false
// for one, whose children are then skipped. Queries inside sublinks are not entered.
func walk(e plan.Expr, f func(plan.Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	mapChildren(e, func(child plan.Expr) plan.Expr {
		walk(child, f)
		return child
	})
}

// contains reports whether any part of e satisfies is.
func contains(e plan.Expr, is func(plan.Expr) bool) bool {
	found := false
	walk(e, func(e plan.Expr) bool {
		found = found || is(e)
		return !found
	})
	return found
}

func isSetCall(e plan.Expr) bool  { _, ok := e.(*setCall); return ok }
func isWindowed(e plan.Expr) bool { _, ok := e.(*windowed); return ok }
func isVariable(e plan.Expr) bool { _, ok := e.(*variable); return ok }
func isSublink(e plan.Expr) bool  { _, ok := e.(*sublink); return ok }

// isVolatile reports whether e calls a volatile function.
func isVolatile(e plan.Expr) bool {
	f, ok := e.(*plan.Func)
	return ok && f.Fn.Volatility == builtin.Volatile
}
