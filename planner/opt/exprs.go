package opt

import (
	"synapse/catalog/builtin"
	"synapse/exec/plan"
)

// conjuncts splits a condition at its top-level ANDs.
func conjuncts(e plan.Expr) []plan.Expr {
	if e == nil {
		return nil
	}
	if b, ok := e.(*plan.BoolOp); ok && !b.Or {
		var out []plan.Expr
		for _, a := range b.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []plan.Expr{e}
}

// conjunction joins conditions; nil for none.
func conjunction(list []plan.Expr) plan.Expr {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return &plan.BoolOp{Args: list}
}

// columnsOf reports the smallest and largest column an expression reads; max < 0: none.
func columnsOf(e plan.Expr) (low, high int) {
	low, high = 1<<30, -1
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Col); ok {
			low, high = min(low, c.Index), max(high, c.Index)
		}
		return true
	})
	return low, high
}

// constant reports that an expression reads no columns and gives one value per run of its node.
func constant(e plan.Expr) bool {
	_, high := columnsOf(e)
	return high < 0 && !volatile(e) && !hasSubPlan(e)
}

// fixed is constant, or a subquery of its own that is run once: ORDER BY v <-> (SELECT …).
func fixed(e plan.Expr) bool {
	_, high := columnsOf(e)
	ok := high < 0 && !volatile(e)
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if s, is := e.(*plan.SubPlan); is && len(s.Assigns) > 0 {
			ok = false
		}
		return ok
	})
	return ok
}

// volatile reports a function whose result differs between calls.
func volatile(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if f, ok := e.(*plan.Func); ok && f.Fn.Volatility == builtin.Volatile {
			found = true
		}
		return !found
	})
	return found
}

func hasSubPlan(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if _, ok := e.(*plan.SubPlan); ok {
			found = true
		}
		return !found
	})
	return found
}

// mapColumns replaces every column reference.
func mapColumns(e plan.Expr, f func(*plan.Col) plan.Expr) plan.Expr {
	if e == nil {
		return nil
	}
	if c, ok := e.(*plan.Col); ok {
		return f(c)
	}
	return plan.MapChildren(e, func(child plan.Expr) plan.Expr { return mapColumns(child, f) })
}

// shift moves column references by n.
func shift(e plan.Expr, n int) plan.Expr {
	if n == 0 {
		return e
	}
	return mapColumns(e, func(c *plan.Col) plan.Expr {
		m := *c
		m.Index += n
		return &m
	})
}

// substitute replaces columns by the expressions that make them.
func substitute(e plan.Expr, exprs []plan.Expr) plan.Expr {
	return mapColumns(e, func(c *plan.Col) plan.Expr { return exprs[c.Index] })
}

// movable reports that the columns an expression reads are made by expressions
// that may be computed elsewhere and as often as one likes.
func movable(e plan.Expr, exprs []plan.Expr) bool {
	ok := true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, is := e.(*plan.Col); is {
			x := exprs[c.Index]
			ok = ok && !volatile(x) && !hasSubPlan(x)
		}
		return ok
	})
	return ok && !volatile(e) && !hasSubPlan(e)
}

// comparison takes apart column-or-expression op value: op is = < <= > >=, the
// first argument is the side that reads columns.
func comparison(e plan.Expr) (left, right plan.Expr, op string, ok bool) {
	f, is := e.(*plan.Func)
	if !is || len(f.Args) != 2 {
		return nil, nil, "", false
	}
	flip, known := map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[f.Op]
	if !known {
		return nil, nil, "", false
	}
	if constant(f.Args[1]) && !constant(f.Args[0]) {
		return f.Args[0], f.Args[1], f.Op, true
	}
	if constant(f.Args[0]) && !constant(f.Args[1]) {
		return f.Args[1], f.Args[0], flip, true
	}
	return nil, nil, "", false
}
