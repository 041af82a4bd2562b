package opt

import (
	"slices"

	"synapse/catalog/types"
	"synapse/exec/plan"
)

// unnest turns subqueries in conditions into joins: EXISTS and = ANY (IN) into
// semi joins, NOT EXISTS into anti joins. What is correlated with the outer rows
// must be in the subquery's own WHERE, and some of it an equality: other
// subqueries stay as they are and run per row, where an index may serve them.
// NOT IN stays too, for a NULL decides it otherwise than an anti join.
func (o *optimizer) unnest(n plan.Node) plan.Node { return o.unnestBelow(n, false) }

// fewRows is up to which LIMIT a subquery per row beats reading its table.
const fewRows = 1000

// unnestBelow is unnest; few: the consumer takes a few rows only and stops.
func (o *optimizer) unnestBelow(n plan.Node, few bool) plan.Node {
	switch l := n.(type) {
	case *plan.Limit:
		few = l.Limit != nil && limitRows(l.Limit) <= fewRows
	case *plan.Project, *plan.Filter:
	default:
		few = false
	}
	n = mapInputs(n, func(in plan.Node) plan.Node { return o.unnestBelow(in, few) })
	f, ok := n.(*plan.Filter)
	if !ok || few {
		return n
	}
	conds := conjuncts(f.Cond)
	if slices.ContainsFunc(conds, volatile) {
		return n
	}
	var rest []plan.Expr
	var joins []*plan.NestLoop
	for _, c := range conds {
		if j := asJoin(c, len(f.Input.Columns())); j != nil {
			joins = append(joins, j)
		} else {
			rest = append(rest, c)
		}
	}
	if len(joins) == 0 {
		return n
	}
	out := filter(f.Input, rest)
	for _, j := range joins {
		j.Left, j.Right = out, o.unnest(j.Right)
		out = j
	}
	return out
}

// asJoin makes a join without its left side, of width columns, of a condition
// that is a subquery; nil where it cannot be one.
func asJoin(cond plan.Expr, width int) *plan.NestLoop {
	kind := plan.Semi
	if not, ok := cond.(*plan.Not); ok {
		cond, kind = not.Arg, plan.Anti
	}
	s, ok := cond.(*plan.SubPlan)
	if !ok {
		return nil
	}
	exists := s.Kind == plan.Exists
	if !exists && (s.Kind != plan.AnySub || s.Op != "=" || kind == plan.Anti) || slices.ContainsFunc(s.Left, hasSubPlan) {
		return nil
	}
	outer := map[int]plan.Expr{}
	for _, a := range s.Assigns {
		if hasSubPlan(a.Expr) || volatile(a.Expr) {
			return nil
		}
		outer[a.Slot] = a.Expr
	}
	base, columns := selected(s.Input, exists)
	base, pulled := pullConditions(base, outer, width)
	if base == nil || readsSlots(base, columns, outer) || volatileTree(base) || slices.ContainsFunc(columns, volatile) {
		return nil
	}
	for i, l := range s.Left {
		pulled = append(pulled, &plan.Func{Fn: s.Fns[i], Op: "=", Args: []plan.Expr{l, shift(columns[i], width)}, Typ: types.Bool})
	}
	if !slices.ContainsFunc(pulled, func(c plan.Expr) bool { _, _, ok := equality(c, width); return ok }) {
		return nil
	}
	return &plan.NestLoop{Kind: kind, Right: base, Cond: conjunction(pulled)}
}

// selected takes the target list off a subquery: what is below it and the
// expressions of its columns. EXISTS needs no columns.
func selected(n plan.Node, exists bool) (base plan.Node, columns []plan.Expr) {
	if p, ok := n.(*plan.Project); ok {
		if exists {
			return p.Input, nil
		}
		return p.Input, p.Exprs
	}
	for i, t := range n.Columns() {
		columns = append(columns, &plan.Col{Index: i, Typ: t})
	}
	return n, columns
}

// pullConditions takes the conditions that read the outer row out of the filters
// on top of a subquery and makes them conditions over the outer row's columns
// and then the subquery's.
func pullConditions(n plan.Node, outer map[int]plan.Expr, width int) (base plan.Node, pulled []plan.Expr) {
	f, ok := n.(*plan.Filter)
	if !ok || len(outer) == 0 {
		return n, nil
	}
	var stay []plan.Expr
	for _, c := range conjuncts(f.Cond) {
		switch {
		case !readsOuter(c, outer):
			stay = append(stay, c)
		case hasSubPlan(c):
			return nil, nil
		default:
			pulled = append(pulled, substituteSlots(shift(c, width), outer))
		}
	}
	base, more := pullConditions(f.Input, outer, width)
	if base == nil {
		return nil, nil
	}
	return filter(base, stay), append(pulled, more...)
}

func readsOuter(e plan.Expr, outer map[int]plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Slot:
			found = found || outer[e.N] != nil
		case *plan.SubPlan:
			found = found || readsSlots(e.Input, nil, outer)
		}
		return !found
	})
	return found
}

// readsSlots reports that a tree, or expressions over it, read one of the slots.
func readsSlots(n plan.Node, columns []plan.Expr, outer map[int]plan.Expr) bool {
	for _, s := range plan.FreeSlots(&plan.Project{Input: n, Exprs: columns}) {
		if outer[s] != nil {
			return true
		}
	}
	return false
}

// substituteSlots puts the expressions that slots are set from in their place.
func substituteSlots(e plan.Expr, outer map[int]plan.Expr) plan.Expr {
	if s, ok := e.(*plan.Slot); ok && outer[s.N] != nil {
		return outer[s.N]
	}
	return plan.MapChildren(e, func(child plan.Expr) plan.Expr { return substituteSlots(child, outer) })
}

// volatileTree reports a volatile function anywhere in a tree.
func volatileTree(n plan.Node) bool {
	found := false
	plan.NodeExprs(n, func(e plan.Expr) { found = found || volatile(e) })
	return found || slices.ContainsFunc(n.Children(), volatileTree)
}

// locksRows reports FOR UPDATE or SHARE in a tree: its rows are looked at again
// after a wait, one by one.
func locksRows(n plan.Node) bool {
	_, ok := n.(*plan.LockRows)
	return ok || slices.ContainsFunc(n.Children(), locksRows)
}
