package opt

import "synapse/exec/plan"

// windowOrder gives a window that only numbers its rows no more of them than the
// LIMIT above wants: ORDER BY row_number() OVER (ORDER BY x) LIMIT n, or ORDER BY x
// itself, keeps the first n by x, and the numbers of those depend on no other row.
// So a search may give them.
func (o *optimizer) windowOrder(l *plan.Limit, s *plan.Sort) plan.Node {
	w, ok := s.Input.(*plan.Window)
	bound := limitPlusOffset(l)
	if !ok || bound == nil || len(w.Partition) > 0 || len(w.Order) == 0 {
		return nil
	}
	for i := range w.Calls {
		if c := &w.Calls[i]; len(c.Args) > 0 || c.Filter != nil || !numbering[c.Fn.Name] {
			return nil
		}
	}
	if !sortsBy(s.Keys, w) {
		return nil
	}
	c := *w
	c.Input = o.limitedSort(&plan.Limit{Limit: bound}, &plan.Sort{Input: w.Input, Keys: w.Order})
	return &plan.TopN{Input: &c, Keys: s.Keys, Limit: l.Limit, Offset: l.Offset}
}

// numbering are the window functions whose value depends on no row behind.
var numbering = map[string]bool{"row_number": true, "rank": true, "dense_rank": true}

// sortsBy reports that an order is the window's own, or that of one of its numbers.
func sortsBy(keys []plan.SortKey, w *plan.Window) bool {
	if len(keys) == 1 {
		if c, ok := keys[0].Expr.(*plan.Col); ok && c.Index >= len(w.Input.Columns()) {
			return !keys[0].Desc && keys[0].Using == nil
		}
	}
	if len(keys) != len(w.Order) {
		return false
	}
	for i, k := range keys {
		own := w.Order[i]
		if k.Using != nil || own.Using != nil || k.Desc != own.Desc || k.NullsFirst != own.NullsFirst || volatile(k.Expr) ||
			k.Expr.String() != own.Expr.String() {
			return false
		}
	}
	return true
}
