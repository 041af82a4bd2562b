package bind

import (
	"slices"

	"synapse/catalog/types"
	"synapse/exec/plan"
)

// aggregate puts the Agg node over the rows and returns its layout: group keys,
// aggregates, groupings.
func (l *lowerer) aggregate(q *query, node plan.Node, ly *layout, fr *frame) (plan.Node, *layout) {
	g := q.groups
	n := &plan.Agg{Input: node, GroupBy: l.exprs(g.exprs, ly, fr), Sets: g.sets}
	var keys []string
	for _, e := range g.exprs {
		keys = append(keys, key(e))
	}
	for _, a := range g.aggs {
		call := a.AggCall
		call.Args, call.Direct = l.exprs(a.Args, ly, fr), l.exprs(a.Direct, ly, fr)
		call.OrderBy = mapKeys(a.OrderBy, func(e plan.Expr) plan.Expr { return l.expr(e, ly, fr) })
		call.Filter = l.optional(a.Filter, ly, fr)
		n.Aggs = append(n.Aggs, call)
		keys = append(keys, key(a))
	}
	for _, c := range g.calls {
		set := make([]int, len(c.args))
		for i, arg := range c.args {
			set[i] = slices.Index(keys[:len(g.exprs)], key(arg))
		}
		n.Groupings = append(n.Groupings, set)
		keys = append(keys, key(c))
	}
	return n, emptyLayout().with(keys)
}

// windows puts one Window node per window over the rows.
func (l *lowerer) windows(q *query, node plan.Node, ly *layout, fr *frame) (plan.Node, *layout) {
	for _, w := range q.windows {
		calls, keys := w.callsIn(q)
		if len(calls) == 0 {
			continue
		}
		n := &plan.Window{Input: node, Partition: l.exprs(w.partition, ly, fr), Frame: w.frame}
		n.Order = mapKeys(w.order, func(e plan.Expr) plan.Expr { return l.expr(e, ly, fr) })
		n.Frame.Start.Offset = l.optional(w.frame.Start.Offset, ly, fr)
		n.Frame.End.Offset = l.optional(w.frame.End.Offset, ly, fr)
		for _, c := range calls {
			call := c.WindowCall
			call.Args, call.Filter = l.exprs(c.Args, ly, fr), l.optional(c.Filter, ly, fr)
			n.Calls = append(n.Calls, call)
		}
		node, ly = n, ly.with(keys)
	}
	return node, ly
}

// callsIn collects the distinct calls over the window that the query's wanted
// targets hold.
func (w *window) callsIn(q *query) (calls []*windowed, keys []string) {
	for i, t := range q.targets {
		if q.wanted != nil && !q.wanted[i] && !t.junk {
			continue
		}
		walk(t.expr, func(e plan.Expr) bool {
			if c, ok := e.(*windowed); ok && c.window == w {
				if k := key(c); !slices.Contains(keys, k) {
					calls, keys = append(calls, c), append(keys, k)
				}
			}
			return true
		})
	}
	return calls, keys
}

// sets puts ProjectSet nodes for the set-returning calls in exprs that the rows
// do not hold yet (those grouped by are expanded below the aggregation): calls
// inside the arguments of others first.
func (l *lowerer) sets(exprs []plan.Expr, node plan.Node, ly *layout, fr *frame) (plan.Node, *layout) {
	levels := setLevels(exprs, ly)
	for _, calls := range levels {
		n := &plan.ProjectSet{Input: node}
		for i, t := range node.Columns() {
			n.Exprs = append(n.Exprs, &plan.Col{Index: i, Typ: t})
			n.Sets = append(n.Sets, nil)
		}
		var keys []string
		for _, c := range calls {
			n.Exprs = append(n.Exprs, nullConst(c.typ))
			l.b.calls(c.fn)
			n.Sets = append(n.Sets, &plan.SetCall{Fn: c.fn, Args: l.exprs(c.args, ly, fr), Cols: []types.Type{c.typ}, Name: c.fn.Name})
			keys = append(keys, key(c))
		}
		node, ly = n, ly.with(keys)
	}
	return node, ly
}

// targetExprs lists the expressions of all targets.
func (q *query) targetExprs() []plan.Expr {
	out := make([]plan.Expr, len(q.targets))
	for i, t := range q.targets {
		out[i] = t.expr
	}
	return out
}

// setLevels groups the set-returning calls that ly lacks by nesting, innermost first.
func setLevels(exprs []plan.Expr, ly *layout) [][]*setCall {
	var levels [][]*setCall
	seen := map[string]bool{}
	var depth func(e plan.Expr) int
	depth = func(e plan.Expr) int {
		if _, have := ly.find(e); have {
			return 0
		}
		below := 0
		mapChildren(e, func(child plan.Expr) plan.Expr {
			below = max(below, depth(child))
			return child
		})
		c, ok := e.(*setCall)
		if !ok {
			return below
		}
		for len(levels) <= below {
			levels = append(levels, nil)
		}
		if k := key(c); !seen[k] {
			seen[k] = true
			levels[below] = append(levels[below], c)
		}
		return below + 1
	}
	for _, e := range exprs {
		depth(e)
	}
	return levels
}
