package opt

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// textScore is a call of bm25 for one query over a scan's column, nil for other
// expressions.
func textScore(e plan.Expr) *plan.Func {
	f, ok := e.(*plan.Func)
	if !ok || f.Index == nil {
		return nil
	}
	for _, a := range f.Args[1:len(f.Fn.Args)] {
		if !fixed(a) {
			return nil
		}
	}
	return f
}

// positive is the call of bm25 that a condition says is more than a constant at
// least 0; whole: it says nothing more.
func positive(cond plan.Expr) (f *plan.Func, whole bool) {
	left, right, op, ok := comparison(cond)
	c, plain := right.(*plan.Const)
	if !ok || !plain || c.Val.IsNull() || c.Typ.Kind() != types.KindFloat8 || op != ">" || c.Val.Float() < 0 {
		return nil, false
	}
	return textScore(left), c.Val.Float() == 0
}

// textScan is the search that gives a scan's rows by a score; nil where the scan
// reads no single moment.
func (o *optimizer) textScan(s *plan.Scan, score *plan.Func, conds []plan.Expr) *plan.TextScan {
	if s.Table.Virtual || s.Temporal != nil && !s.Temporal.Single() {
		return nil
	}
	for _, ix := range o.indexes(s) {
		if ix.ID != score.Index.ID || !isKey(s, &ix.Keys[len(ix.Keys)-1], score.Args[0]) {
			continue
		}
		t := &plan.TextScan{Scan: *s, Index: ix, Score: score, Query: score.Args[1], K1: score.Args[2], B: score.Args[3], All: true}
		m := partition(s, ix, conds)
		for i, c := range conds {
			if f, whole := positive(c); f != nil && f.String() == score.String() {
				t.All = false
				if whole {
					m.used[i] = true
				}
			}
		}
		t.Search = o.search(&t.Scan, m, conds)
		switch {
		case len(t.Partition) > 0:
			t.Reason = "one partition of the text index"
		case len(partitionKeys(s.Table, ix)) > 0:
			t.Reason = "all partitions: no equality on the leading columns"
		default:
			t.Reason = "text index in order of score"
		}
		return t
	}
	return nil
}

// textFilter turns WHERE bm25(column, query) > 0 into a text search: rows that
// hold a term, however many there are.
func (o *optimizer) textFilter(s *plan.Scan, conds []plan.Expr) *plan.TextScan {
	for _, c := range conds {
		if f, _ := positive(c); f != nil {
			return o.textScan(s, f, conds)
		}
	}
	return nil
}

// textOrder turns ORDER BY bm25(column, query) DESC LIMIT n over a table into a text search.
func (o *optimizer) textOrder(l *plan.Limit, s *plan.Sort) plan.Node {
	if len(s.Keys) != 1 || !s.Keys[0].Desc || s.Keys[0].Using != nil {
		return nil
	}
	score := textScore(s.Keys[0].Expr)
	if score == nil {
		return nil
	}
	scan := filteredScan(s.Input)
	if scan == nil {
		return nil
	}
	t := o.textScan(scan, score, conjuncts(scan.Filter))
	if t == nil {
		return nil
	}
	t.Limit = limitPlusOffset(l)
	limit := *l
	limit.Input = dropLast(t, &t.Scan)
	return &limit
}

// reuseScores takes the scores of a text search from the search where a
// projection above it asks for them again.
func reuseScores(n plan.Node) plan.Node {
	n = mapInputs(n, reuseScores)
	p, ok := n.(*plan.Project)
	if !ok {
		return n
	}
	kept, scan := keptScan(p.Input)
	if scan == nil {
		return n
	}
	used, at := false, len(kept.Exprs)
	var replace func(e plan.Expr) plan.Expr
	replace = func(e plan.Expr) plan.Expr {
		if f := textScore(e); f != nil && f.Index.ID == scan.Index.ID && f.String() == scan.Score.String() {
			used = true
			return &plan.Col{Index: at, Typ: types.Float8, Name: f.String()}
		}
		return plan.MapChildren(e, replace)
	}
	out := *p
	out.Exprs = make([]plan.Expr, len(p.Exprs))
	for i, e := range p.Exprs {
		out.Exprs[i] = replace(e)
	}
	if !used {
		return n
	}
	wide := *kept
	wide.Exprs = append(kept.Exprs[:at:at], &plan.Col{Index: len(scan.Cols), Typ: types.Float8, Name: scan.Score.String()})
	out.Input = replaceKept(p.Input, &wide)
	return &out
}

// keptScan is the projection over a text search that drops its score (dropLast),
// below limits.
func keptScan(n plan.Node) (*plan.Project, *plan.TextScan) {
	switch n := n.(type) {
	case *plan.Limit:
		return keptScan(n.Input)
	case *plan.Project:
		if t, ok := n.Input.(*plan.TextScan); ok && len(n.Exprs) == len(t.Cols) {
			return n, t
		}
	}
	return nil, nil
}

func replaceKept(n plan.Node, p *plan.Project) plan.Node {
	if l, ok := n.(*plan.Limit); ok {
		c := *l
		c.Input = replaceKept(l.Input, p)
		return &c
	}
	return p
}
