package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
)

// layout says at which ordinal of a node's rows the values stand that
// expressions above it mean.
type layout struct {
	vars  map[varKey]int
	exprs map[string]int // grouping expressions, aggregates, windows, sets by key
	width int
}

type varKey struct {
	rel *relation
	col int
}

func emptyLayout() *layout { return &layout{vars: map[varKey]int{}} }

// beside is the layout of a join's rows: left columns, then right ones.
func (ly *layout) beside(right *layout) *layout {
	out := &layout{vars: make(map[varKey]int, len(ly.vars)+len(right.vars)), width: ly.width + right.width}
	for k, i := range ly.vars {
		out.vars[k] = i
	}
	for k, i := range right.vars {
		out.vars[k] = i + ly.width
	}
	return out
}

// with is the layout after more columns were added behind: their keys in order.
func (ly *layout) with(keys []string) *layout {
	out := &layout{vars: ly.vars, exprs: make(map[string]int, len(ly.exprs)+len(keys)), width: ly.width + len(keys)}
	for k, i := range ly.exprs {
		out.exprs[k] = i
	}
	for i, k := range keys {
		out.exprs[k] = ly.width + i
	}
	return out
}

// find returns the ordinal of e, if the rows hold it.
func (ly *layout) find(e plan.Expr) (int, bool) {
	if v, ok := e.(*variable); ok {
		if i, ok := ly.vars[varKey{v.rel, v.col}]; ok {
			return i, true
		}
	}
	if len(ly.exprs) == 0 {
		return 0, false
	}
	if _, ok := e.(*plan.Const); ok {
		return 0, false
	}
	i, ok := ly.exprs[key(e)]
	return i, ok
}

// frame is the border between a row and what is run for each such row: a
// subquery, or the right side of a nested loop. What the inside needs of the
// row it gets through slots, which the border sets.
type frame struct {
	parent  *frame
	row     *layout // of the rows outside
	lateral bool    // a nested loop: passes on what its left side does not have
	closed  bool    // a WITH query computed once: nothing passes
	reached bool    // something tried to pass a closed frame
	slots   map[string]*plan.Slot
	assigns []plan.Assign
}

// slot returns the slot that holds e, a form that the rows inside do not have.
func (l *lowerer) slot(fr *frame, e plan.Expr) plan.Expr {
	switch {
	case fr == nil:
		return l.fail(sqlerr.Internal("bind: %s is not part of the row", e.String()))
	case fr.closed:
		fr.reached = true
		return nullConst(e.Type())
	case fr.lateral:
		if _, ok := fr.row.find(e); !ok {
			return l.slot(fr.parent, e)
		}
	}
	k := key(e)
	if s := fr.slots[k]; s != nil {
		return s
	}
	outer := l.expr(e, fr.row, fr.parent)
	s := &plan.Slot{N: l.slots, Typ: e.Type(), Name: e.String()}
	l.slots++
	if fr.slots == nil {
		fr.slots = map[string]*plan.Slot{}
	}
	fr.slots[k] = s
	fr.assigns = append(fr.assigns, plan.Assign{Slot: s.N, Expr: outer})
	return s
}
