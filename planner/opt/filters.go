package opt

import "synapse/exec/plan"

// pushFilters moves conditions down.
func (o *optimizer) pushFilters(n plan.Node) plan.Node {
	if f, ok := n.(*plan.Filter); ok {
		return o.push(o.pushFilters(f.Input), conjuncts(f.Cond))
	}
	n = mapInputs(n, o.pushFilters)
	if j, ok := n.(*plan.NestLoop); ok {
		return o.push(j, nil) // its own condition may go down too
	}
	return n
}

// filter puts conditions above a node.
func filter(n plan.Node, conds []plan.Expr) plan.Node {
	if len(conds) == 0 {
		return n
	}
	return &plan.Filter{Input: n, Cond: conjunction(conds)}
}

// push places conditions over the columns of n as deep as they may go.
func (o *optimizer) push(n plan.Node, conds []plan.Expr) plan.Node {
	switch n := n.(type) {
	case *plan.Filter:
		return o.push(n.Input, append(conjuncts(n.Cond), conds...))
	case *plan.SeqScan:
		c := *n
		c.Filter = conjunction(append(conjuncts(n.Filter), conds...))
		return &c
	case *plan.VirtualScan:
		c := *n
		c.Filter = conjunction(append(conjuncts(n.Filter), conds...))
		return &c
	case *plan.FunctionScan:
		c := *n
		c.Filter = conjunction(append(conjuncts(n.Filter), conds...))
		return &c
	case *plan.CTEScan:
		c := *n
		c.Filter = conjunction(append(conjuncts(n.Filter), conds...))
		return &c
	case *plan.Project:
		return o.pushProject(n, conds)
	case *plan.NestLoop:
		return o.pushJoin(n, conds)
	case *plan.Agg:
		return o.pushAgg(n, conds)
	case *plan.Sort, *plan.LockRows: // a row that is filtered out is not locked
		return o.pushThrough(n, conds)
	case *plan.Distinct:
		if n.On == nil {
			return o.pushThrough(n, conds)
		}
	case *plan.Append, *plan.SetOp:
		return o.pushThrough(n, conds)
	}
	return filter(n, conds)
}

// pushThrough moves conditions below a node whose inputs have its columns, into
// each of them. Those that count how often they are asked, or run a query of
// their own, stay.
func (o *optimizer) pushThrough(n plan.Node, conds []plan.Expr) plan.Node {
	var below, above []plan.Expr
	for _, c := range conds {
		if volatile(c) || hasSubPlan(c) {
			above = append(above, c)
		} else {
			below = append(below, c)
		}
	}
	n = mapInputs(n, func(in plan.Node) plan.Node { return o.push(in, below) })
	return filter(n, above)
}

func (o *optimizer) pushProject(n *plan.Project, conds []plan.Expr) plan.Node {
	var below, above []plan.Expr
	for _, c := range conds {
		if movable(c, n.Exprs) {
			below = append(below, substitute(c, n.Exprs))
		} else {
			above = append(above, c)
		}
	}
	c := *n
	c.Input = o.push(n.Input, below)
	return filter(&c, above)
}

func (o *optimizer) pushAgg(n *plan.Agg, conds []plan.Expr) plan.Node {
	var below, above []plan.Expr
	for _, c := range conds {
		_, high := columnsOf(c)
		if high >= 0 && high < len(n.GroupBy) && n.Sets == nil && movable(c, n.GroupBy) {
			below = append(below, substitute(c, n.GroupBy))
		} else {
			above = append(above, c)
		}
	}
	c := *n
	c.Input = o.push(n.Input, below)
	return filter(&c, above)
}

// pushJoin splits conditions and the join's own by the side they read. A
// condition above a join may go to a side whose rows the join never invents
// (NULL-extends); a join's own may go to a side whose rows it never keeps unmatched.
func (o *optimizer) pushJoin(n *plan.NestLoop, conds []plan.Expr) plan.Node {
	width := len(n.Left.Columns())
	var left, right, own, above []plan.Expr
	for _, c := range conds {
		low, high := columnsOf(c)
		switch {
		case volatile(c) || hasSubPlan(c):
			above = append(above, c)
		case high >= 0 && high < width && n.Kind != plan.RightJoin && n.Kind != plan.FullJoin:
			left = append(left, c)
		case low >= width && (n.Kind == plan.Inner || n.Kind == plan.RightJoin):
			right = append(right, shift(c, -width))
		case n.Kind == plan.Inner:
			own = append(own, c)
		default:
			above = append(above, c)
		}
	}
	for _, c := range conjuncts(n.Cond) {
		low, high := columnsOf(c)
		switch {
		case volatile(c) || hasSubPlan(c):
			own = append(own, c)
		case high >= 0 && high < width && (n.Kind == plan.Inner || n.Kind == plan.Semi || n.Kind == plan.RightJoin):
			left = append(left, c)
		case high >= 0 && low >= width && n.Kind != plan.RightJoin && n.Kind != plan.FullJoin:
			right = append(right, shift(c, -width))
		default:
			own = append(own, c)
		}
	}
	c := *n
	c.Left, c.Right = n.Left, n.Right
	if len(left) > 0 {
		c.Left = o.push(n.Left, left)
	}
	if len(right) > 0 {
		c.Right = o.push(n.Right, right)
	}
	c.Cond = conjunction(own)
	return filter(&c, above)
}
