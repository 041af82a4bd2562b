package opt

import "synapse/exec/plan"

// mapInputs returns n with f applied to each input.
func mapInputs(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Project:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.ProjectSet:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Filter:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Sort:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.TopN:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Limit:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Distinct:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Agg:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Window:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.LockRows:
		c := *n
		c.Input = f(n.Input)
		return &c
	}
	return mapBranches(n, f)
}

func mapBranches(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.NestLoop:
		c := *n
		c.Left, c.Right = f(n.Left), f(n.Right)
		return &c
	case *plan.HashJoin:
		c := *n
		c.Left, c.Right = f(n.Left), f(n.Right)
		return &c
	case *plan.MergeJoin:
		c := *n
		c.Left, c.Right = f(n.Left), f(n.Right)
		return &c
	case *plan.SetOp:
		c := *n
		c.Left, c.Right = f(n.Left), f(n.Right)
		return &c
	case *plan.Append:
		c := *n
		c.Inputs = make([]plan.Node, len(n.Inputs))
		for i := range n.Inputs {
			c.Inputs[i] = f(n.Inputs[i])
		}
		return &c
	case *plan.Insert:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Update:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Delete:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *plan.Merge:
		c := *n
		c.Input = f(n.Input)
		return &c
	}
	return n
}

// mapExprs returns the tree with f applied to the expressions that can hold
// subqueries: conditions, projections, keys of joins, aggregates and orders.
func mapExprs(n plan.Node, f func(plan.Expr) plan.Expr) plan.Node {
	n = mapInputs(n, func(in plan.Node) plan.Node { return mapExprs(in, f) })
	list := func(in []plan.Expr) []plan.Expr {
		out := make([]plan.Expr, len(in))
		for i := range in {
			out[i] = f(in[i])
		}
		return out
	}
	one := func(e plan.Expr) plan.Expr {
		if e == nil {
			return nil
		}
		return f(e)
	}
	switch n := n.(type) {
	case *plan.Project:
		c := *n
		c.Exprs = list(n.Exprs)
		return &c
	case *plan.Filter:
		c := *n
		c.Cond = f(n.Cond)
		return &c
	case *plan.NestLoop:
		c := *n
		c.Cond = one(n.Cond)
		return &c
	case *plan.Values:
		c := *n
		c.Rows = make([][]plan.Expr, len(n.Rows))
		for i := range n.Rows {
			c.Rows[i] = list(n.Rows[i])
		}
		return &c
	case *plan.Agg:
		c := *n
		c.Aggs = append([]plan.AggCall(nil), n.Aggs...)
		for i := range c.Aggs {
			c.Aggs[i].Args = list(c.Aggs[i].Args)
			c.Aggs[i].Filter = one(c.Aggs[i].Filter)
		}
		c.GroupBy = list(n.GroupBy)
		return &c
	case *plan.Sort:
		c := *n
		c.Keys = append([]plan.SortKey(nil), n.Keys...)
		for i := range c.Keys {
			c.Keys[i].Expr = f(c.Keys[i].Expr)
		}
		return &c
	case *plan.Update:
		c := *n
		c.Set = append([]plan.ColumnExpr(nil), n.Set...)
		for i := range c.Set {
			c.Set[i].Expr = f(c.Set[i].Expr)
		}
		return &c
	}
	return n
}
