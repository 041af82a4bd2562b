package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// call binds a function call of any kind.
func (b *binder) call(s *scope, e *ast.FuncCall) (plan.Expr, error) {
	in, err := b.invocation(s, e)
	if err != nil {
		return nil, err
	}
	if x, done, err := b.columnAsFunction(s, e, in); done {
		return x, err
	}
	t, err := b.resolve(in)
	if err != nil {
		return nil, err
	}
	if t.fn == nil {
		if err := b.plainOnly(e, joinDots(e.Name)); err != nil {
			return nil, err
		}
		return b.convert(t.args[0], t.ret, builtin.CastExplicit, e.Pos())
	}
	switch t.fn.Kind {
	case builtin.Aggregate, builtin.Window:
		if e.Over != nil {
			return b.windowCall(s, e, t)
		}
		return b.aggregateCall(s, e, t)
	case builtin.SetReturning:
		return b.setCall(s, e, t)
	}
	if err := b.plainOnly(e, t.fn.Name); err != nil {
		return nil, err
	}
	f := &plan.Func{Fn: t.fn, Args: t.args, Typ: t.ret, Spread: t.spread}
	if t.fn.OfIndex {
		return b.ofIndex(e, f)
	}
	return b.fold(f), nil
}

// invocation binds the arguments. Those of an aggregate are bound like others:
// its own rules are checked once the function is known.
func (b *binder) invocation(s *scope, e *ast.FuncCall) (*invocation, error) {
	in := &invocation{name: e.Name, variadic: e.Variadic, pos: e.Pos()}
	if len(e.Name) > 1 {
		if err := b.mayUseSchema(b.schemaNamed(e.Name[len(e.Name)-2]), e.Pos()); err != nil {
			return nil, err
		}
	}
	list := e.Args
	if e.WithinGroup {
		for _, o := range e.OrderBy {
			list = append(list[:len(list):len(list)], o.Expr)
		}
	}
	seen := map[string]bool{}
	for _, a := range list {
		if named, ok := a.(*ast.NamedArg); ok {
			if seen[named.Name] {
				return nil, b.errorf(sqlerr.SyntaxError, named.Pos(), "argument name \"%s\" used more than once", named.Name)
			}
			seen[named.Name] = true
			in.argNames = append(in.argNames, named.Name)
			a = named.Arg
		} else if len(in.argNames) > 0 {
			return nil, b.errorf(sqlerr.SyntaxError, a.Pos(), "positional argument cannot follow named argument")
		}
		x, err := b.expr(s, a)
		if err != nil {
			return nil, err
		}
		in.args, in.lastPos = append(in.args, x), startOf(a)
	}
	return in, nil
}

// wholeItem binds t.* as an argument: the row.
func (b *binder) wholeItem(s *scope, ref *ast.ColumnRef) (plan.Expr, error) {
	if len(ref.Fields) == 0 {
		return nil, b.errorf(sqlerr.SyntaxError, ref.Pos(), "row expansion via \"*\" is not supported here")
	}
	name := ref.Fields[len(ref.Fields)-1]
	it, err := b.findItem(s, "", name, ref.Pos())
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, b.noItem(s, name, ref.Pos())
	}
	return it.rowOf(ref.Pos()), nil
}

// columnAsFunction is name(row) for row.name, where no function has the name.
func (b *binder) columnAsFunction(s *scope, e *ast.FuncCall, in *invocation) (plan.Expr, bool, error) {
	if len(e.Name) != 1 || len(in.args) != 1 || len(b.functionsNamed(e.Name)) > 0 || e.Star || e.Over != nil {
		return nil, false, nil
	}
	for _, f := range b.compositeFields(in.args[0]) {
		if f.Name == e.Name[0] {
			x, err := b.fieldOf(in.args[0], f.Name, e.Pos())
			return x, true, err
		}
	}
	return nil, false, nil
}

// plainOnly refuses the decorations that only aggregates take.
func (b *binder) plainOnly(e *ast.FuncCall, name string) error {
	what := ""
	switch {
	case e.Star:
		what = "(*)"
	case e.Distinct:
		what = "DISTINCT"
	case e.WithinGroup:
		what = "WITHIN GROUP"
	case len(e.OrderBy) > 0:
		what = "ORDER BY"
	case e.Filter != nil:
		what = "FILTER"
	case e.Over != nil:
		return b.errorf(sqlerr.WrongObjectType, e.Pos(), "OVER specified, but %s is not a window function nor an aggregate function", name)
	default:
		return nil
	}
	return b.errorf(sqlerr.WrongObjectType, e.Pos(), "%s specified, but %s is not an aggregate function", what, name)
}

// aggregateCall binds an aggregate without OVER.
func (b *binder) aggregateCall(s *scope, e *ast.FuncCall, t *target) (plan.Expr, error) {
	if t.fn.Kind == builtin.Window {
		return nil, b.errorf(sqlerr.WrongObjectType, e.Pos(), "window function %s requires an OVER clause", t.fn.Name)
	}
	agg, err := b.aggParts(s, e, t)
	if err != nil {
		return nil, err
	}
	agg.owner = aggOwner(s, agg)
	if err := b.checkAggregate(agg); err != nil {
		return nil, err
	}
	agg.owner.hasAggs = true
	return agg, nil
}

// aggParts splits the arguments into direct and aggregated ones and binds
// DISTINCT, ORDER BY and FILTER.
func (b *binder) aggParts(s *scope, e *ast.FuncCall, t *target) (*aggregate, error) {
	if len(e.Args) == 0 && !e.Star && !e.WithinGroup {
		return nil, b.errorf(sqlerr.WrongObjectType, e.Pos(), "%s(*) must be used to call a parameterless aggregate function", t.fn.Name)
	}
	agg := &aggregate{AggCall: plan.AggCall{Fn: t.fn, Typ: t.ret, Distinct: e.Distinct}, pos: e.Pos()}
	if (t.fn.OrderedSet > 0) != e.WithinGroup {
		if e.WithinGroup {
			return nil, b.errorf(sqlerr.WrongObjectType, e.Pos(), "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", t.fn.Name)
		}
		return nil, b.errorf(sqlerr.WrongObjectType, e.Pos(), "WITHIN GROUP is required for ordered-set aggregate %s", t.fn.Name)
	}
	if t.fn.Hypothetical != nil {
		if err := b.unifyHypothetical(e, t); err != nil {
			return nil, err
		}
	}
	agg.Args = t.args
	for i, o := range e.OrderBy {
		var x plan.Expr
		var err error
		if e.WithinGroup {
			x = t.args[len(e.Args)+i]
		} else if x, err = b.expr(s, o.Expr); err != nil {
			return nil, err
		}
		k, err := b.sortKey(x, o)
		if err != nil {
			return nil, err
		}
		agg.OrderBy = append(agg.OrderBy, k)
	}
	if e.WithinGroup {
		agg.Direct, agg.Args = t.args[:len(e.Args)], t.args[len(e.Args):]
	}
	if e.Distinct {
		if err := b.checkAggDistinct(agg, e); err != nil {
			return nil, err
		}
	}
	if e.Filter != nil {
		var err error
		if agg.Filter, err = b.condition(s, e.Filter, clauseFilter); err != nil {
			return nil, err
		}
	}
	return agg, nil
}

// unifyHypothetical gives each direct argument of rank and its kin and the sort
// key that it goes with their common type.
func (b *binder) unifyHypothetical(e *ast.FuncCall, t *target) error {
	n := len(e.Args)
	if n != len(e.OrderBy) {
		in := &invocation{name: e.Name, args: t.args}
		return b.errorf(sqlerr.UndefinedFunction, e.Pos(), "function %s does not exist", in.signature(exprOIDs(t.args))).
			WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).",
				t.fn.Name, n, len(e.OrderBy))
	}
	for i := range n {
		pair, _, err := b.unify([]located{{t.args[n+i], startOf(e.OrderBy[i].Expr)}, {t.args[i], startOf(e.Args[i])}}, "WITHIN GROUP")
		if err != nil {
			return err
		}
		t.args[n+i], t.args[i] = pair[0], pair[1]
	}
	return nil
}

// checkAggDistinct: the arguments need equality, and ORDER BY may only name arguments.
func (b *binder) checkAggDistinct(agg *aggregate, e *ast.FuncCall) error {
	for i, a := range agg.Args {
		if builtin.Equality(a.Type().OID) == nil {
			return b.noEquality(a.Type().OID, startOf(e.Args[i]))
		}
	}
	for i, k := range agg.OrderBy {
		found := false
		for _, a := range agg.Args {
			found = found || sameExpr(a, k.Expr)
		}
		if !found {
			return b.errorf(sqlerr.InvalidColumnReference, startOf(e.OrderBy[i].Expr),
				"in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
		}
	}
	return nil
}

func (b *binder) noEquality(t types.OID, pos int) error {
	return b.errorf(sqlerr.UndefinedFunction, pos, "could not identify an equality operator for type %s", typeName(t))
}

// aggOwner is the query level that computes an aggregate: the innermost one
// that its arguments' variables belong to, or the current one if there are none.
func aggOwner(s *scope, agg *aggregate) *scope {
	depths := map[*scope]int{}
	n := 0
	for level := s; level != nil; level = level.parent {
		depths[level] = n
		n++
	}
	best := -1
	var owner *scope
	aggregated := *agg
	aggregated.Direct = nil // belong to where the aggregate is, not the other way round
	mapChildren(&aggregated, func(child plan.Expr) plan.Expr {
		walk(child, func(x plan.Expr) bool {
			if v, ok := x.(*variable); ok {
				if d, known := depths[v.rel.scope]; known && (best < 0 || d < best) {
					best, owner = d, v.rel.scope
				}
			}
			return true
		})
		return child
	})
	if owner == nil {
		return s
	}
	return owner
}

// checkAggregate applies the rules on where an aggregate may stand and what it may hold.
func (b *binder) checkAggregate(agg *aggregate) error {
	owner := agg.owner
	var bad error
	mapChildren(agg, func(child plan.Expr) plan.Expr {
		walk(child, func(x plan.Expr) bool {
			switch x := x.(type) {
			case *aggregate:
				if x.owner == owner && bad == nil {
					bad = b.errorf(sqlerr.GroupingError, x.pos, "aggregate function calls cannot be nested")
				}
			case *windowed:
				bad = b.errorf(sqlerr.GroupingError, x.pos, "aggregate function calls cannot contain window function calls")
			case *setCall:
				bad = b.errorf(sqlerr.FeatureNotSupported, x.pos, "aggregate function calls cannot contain set-returning function calls").
					WithHint("You might be able to move the set-returning function into a LATERAL FROM item.")
			}
			return bad == nil
		})
		return child
	})
	if bad != nil {
		return bad
	}
	rule, known := clauseRules[owner.clause]
	if known && !rule.aggs {
		return b.errorf(sqlerr.GroupingError, agg.pos, "aggregate functions are not allowed in %s", rule.name)
	}
	return nil
}

// setCall binds a set-returning function in an expression.
func (b *binder) setCall(s *scope, e *ast.FuncCall, t *target) (plan.Expr, error) {
	if err := b.plainOnly(e, t.fn.Name); err != nil {
		return nil, err
	}
	if rule, known := clauseRules[s.clause]; known && !rule.set {
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "set-returning functions are not allowed in %s", rule.name)
	}
	s.hasSets = s.hasSets || s.clause != clauseFromFunction
	return &setCall{fn: t.fn, args: t.args, typ: t.ret, pos: e.Pos()}, nil
}
