package plan

import "slices"

// FreeSlots lists, in order, the slots that n reads but that nothing inside n
// sets: what its rows depend on besides the snapshot and the parameters.
func FreeSlots(n Node) []int {
	w := slotWalk{used: map[int]bool{}, set: map[int]bool{}}
	w.node(n)
	var free []int
	for s := range w.used {
		if !w.set[s] {
			free = append(free, s)
		}
	}
	slices.Sort(free)
	return free
}

type slotWalk struct{ used, set map[int]bool }

func (w *slotWalk) node(n Node) {
	if n == nil {
		return
	}
	if j, ok := n.(*NestLoop); ok {
		w.assigns(j.Assigns)
	}
	NodeExprs(n, w.expr)
	for _, c := range n.Children() {
		w.node(c)
	}
}

func (w *slotWalk) assigns(list []Assign) {
	for _, a := range list {
		w.set[a.Slot] = true
	}
}

func (w *slotWalk) expr(e Expr) {
	WalkExpr(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Slot:
			w.used[e.N] = true
		case *CoerceDomain:
			for i := range e.Checks {
				w.expr(e.Checks[i].Cond)
			}
		case *ArrayCast:
			w.expr(e.Elem)
		case *SubPlan:
			w.assigns(e.Assigns)
			w.node(e.Input)
		}
		return true
	})
}

// NodeExprs calls f for each expression of the node itself, nil ones left out.
func NodeExprs(n Node, f func(Expr)) {
	v := exprVisitor(func(e Expr) {
		if e != nil {
			f(e)
		}
	})
	switch n := n.(type) {
	case *Values:
		for _, row := range n.Rows {
			v.list(row)
		}
	case *Project:
		v.list(n.Exprs)
	case *ProjectSet:
		v.list(n.Exprs)
		for _, s := range n.Sets {
			v.set(s)
		}
	case *Filter:
		v(n.Cond)
	case *Sort:
		v.keys(n.Keys)
	case *TopN:
		v.keys(n.Keys)
		v(n.Limit)
		v(n.Offset)
	case *Limit:
		v(n.Limit)
		v(n.Offset)
		v.keys(n.WithTies)
	case *NestLoop:
		v(n.Cond)
		v.assigned(n.Assigns)
	case *HashJoin:
		v.list(n.LeftKeys)
		v.list(n.RightKeys)
		v(n.Cond)
	case *MergeJoin:
		v.list(n.LeftKeys)
		v.list(n.RightKeys)
		v(n.Cond)
	case *Agg:
		v.list(n.GroupBy)
		v.aggs(n.Aggs)
	case *Window:
		v.window(n)
	case *Distinct:
		v.list(n.On)
	case *Append:
		if n.Parts != nil {
			n.Parts.Prune.each(v)
		}
	default:
		v.scan(n)
	}
}

type exprVisitor func(Expr)

func (v exprVisitor) list(list []Expr) {
	for _, e := range list {
		v(e)
	}
}

func (v exprVisitor) keys(keys []SortKey) {
	for _, k := range keys {
		v(k.Expr)
	}
}

func (v exprVisitor) assigned(list []Assign) {
	for _, a := range list {
		v(a.Expr)
	}
}

func (v exprVisitor) columns(list []ColumnExpr) {
	for _, c := range list {
		v(c.Expr)
	}
}

func (v exprVisitor) aggs(list []AggCall) {
	for _, a := range list {
		v.list(a.Args)
		v.list(a.Direct)
		v.keys(a.OrderBy)
		v(a.Filter)
	}
}

func (v exprVisitor) set(s *SetCall) {
	if s != nil {
		v.list(s.Args)
		v(s.Expr)
	}
}

func (v exprVisitor) window(n *Window) {
	v.list(n.Partition)
	v.keys(n.Order)
	v(n.Frame.Start.Offset)
	v(n.Frame.End.Offset)
	for _, c := range n.Calls {
		v.list(c.Args)
		v(c.Filter)
	}
}

func (v exprVisitor) keyRange(r *KeyRange) {
	v.list(r.Eq)
	v(r.Low)
	v(r.High)
	v(r.EqAny)
}

func (v exprVisitor) source(s RowSource) {
	switch s := s.(type) {
	case *IndexRows:
		v.keyRange(&s.Range)
	case *InvertedRows:
		v(s.Value)
	case *AndRows:
		for _, k := range s.Sources {
			v.source(k)
		}
	case *OrRows:
		for _, k := range s.Sources {
			v.source(k)
		}
	}
}

func (v exprVisitor) base(s *Scan) {
	v(s.Filter)
	if s.Temporal != nil {
		v(s.Temporal.A)
		v(s.Temporal.B)
	}
}

func (v exprVisitor) scan(n Node) {
	switch n := n.(type) {
	case *SeqScan:
		v.base(&n.Scan)
	case *SampleScan:
		v.base(&n.Scan)
		v(n.Percent)
		v(n.Seed)
	case *IndexScan:
		v.base(&n.Scan)
		v.keyRange(&n.Range)
	case *BitmapScan:
		v.base(&n.Scan)
		v.source(n.Source)
	case *VectorScan:
		v.base(&n.Scan)
		v(n.Query)
		v.search(&n.Search)
		v(n.Limit)
	case *TextScan:
		v.base(&n.Scan)
		v(n.Query)
		v(n.K1)
		v(n.B)
		v.search(&n.Search)
		v(n.Limit)
	case *VirtualScan:
		v.base(&n.Scan)
	case *FunctionScan:
		for i := range n.Calls {
			v.set(&n.Calls[i])
		}
		v(n.Filter)
	case *CTEScan:
		v(n.Filter)
	default:
		v.modify(n)
	}
}

func (v exprVisitor) checks(list []ViewCheck) {
	for _, c := range list {
		v(c.Cond)
	}
}

func (v exprVisitor) modify(n Node) {
	switch n := n.(type) {
	case *Insert:
		if c := n.OnConflict; c != nil {
			v.columns(c.Set)
			v(c.Where)
		}
		v.checks(n.Checks)
		v.list(n.Returning)
	case *Update:
		v.columns(n.Set)
		v.checks(n.Checks)
		v.list(n.Returning)
	case *Delete:
		v.list(n.Returning)
	case *Merge:
		for _, a := range n.Actions {
			v(a.Cond)
			v.columns(a.Set)
			v.list(a.Values)
		}
	}
}

func (v exprVisitor) search(s *Search) {
	v.list(s.Partition)
	v.source(s.Source)
	v(s.Whole)
}
