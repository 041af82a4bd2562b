package opt

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// indexLoopRows is up to how many outer rows a look-up per row beats building a
// hash table of the inner side: about the cost of reading a small table once.
const indexLoopRows = 64

// chooseJoins turns nested loops with an equality into hash joins or index look-ups.
func (o *optimizer) chooseJoins(n plan.Node) plan.Node {
	n = mapInputs(n, o.chooseJoins)
	j, ok := n.(*plan.NestLoop)
	if !ok || len(j.Assigns) > 0 {
		return n
	}
	left, right, rest := equalities(j)
	if len(left) == 0 {
		return n
	}
	if loop := o.indexLoop(j, left, right); loop != nil {
		return loop
	}
	if o.without&plan.HashJoins != 0 {
		return j
	}
	return &plan.HashJoin{Kind: j.Kind, Left: j.Left, Right: j.Right, LeftKeys: left, RightKeys: right, Cond: conjunction(rest)}
}

// equalities takes left = right conditions out of a join's condition.
func equalities(j *plan.NestLoop) (left, right, rest []plan.Expr) {
	width := len(j.Left.Columns())
	for _, c := range conjuncts(j.Cond) {
		if l, r, ok := equality(c, width); ok {
			left = append(left, l)
			right = append(right, shift(r, -width))
		} else {
			rest = append(rest, c)
		}
	}
	return left, right, rest
}

func equality(c plan.Expr, width int) (left, right plan.Expr, ok bool) {
	f, is := c.(*plan.Func)
	if !is || f.Op != "=" || len(f.Args) != 2 || volatile(c) || hasSubPlan(c) {
		return nil, nil, false
	}
	a, b := f.Args[0], f.Args[1]
	if !hashAlike(a.Type(), b.Type()) {
		return nil, nil, false
	}
	aLow, aHigh := columnsOf(a)
	bLow, bHigh := columnsOf(b)
	switch {
	case aHigh >= 0 && aHigh < width && bLow >= width && bHigh >= 0:
		return a, b, true
	case bHigh >= 0 && bHigh < width && aLow >= width && aHigh >= 0:
		return b, a, true
	}
	return nil, nil, false
}

// hashAlike reports that equal values of the two types hash alike: the same type, or integers.
func hashAlike(a, b types.Type) bool {
	integer := func(k types.Kind) bool { return k == types.KindInt2 || k == types.KindInt4 || k == types.KindInt8 }
	if integer(a.Kind()) && integer(b.Kind()) {
		return true
	}
	switch a.Kind() {
	case types.KindTSVector, types.KindTSQuery, types.KindJSONPath, types.KindPseudo, types.KindInvalid:
		return false
	}
	return sameKeyType(a, b) || a.Kind() == b.Kind() && a.Kind() == types.KindOID
}

// indexLoop runs an index look-up on the right side for each left row, if the
// left side is small and an index leads with the joined columns; nil if not.
func (o *optimizer) indexLoop(j *plan.NestLoop, left, right []plan.Expr) plan.Node {
	if a, ok := j.Right.(*plan.Append); ok && a.Parts != nil {
		return o.indexLoopParts(j, a, left, right)
	}
	scan, ok := j.Right.(*plan.SeqScan)
	if !ok || o.without&plan.IndexLoops != 0 || (j.Kind != plan.Inner && j.Kind != plan.LeftJoin && j.Kind != plan.Semi && j.Kind != plan.Anti) {
		return nil
	}
	// What the look-ups spare is reading the inner side once.
	read := o.tableRows(scan.Table)
	if direct, ok := o.path(scan).(*plan.IndexScan); ok {
		read = o.rows(direct)
	}
	if outer := o.rows(j.Left); (outer > indexLoopRows || outer > read/2) && o.without&plan.HashJoins == 0 {
		return nil
	}
	first := o.slots
	inner := *scan
	conds := conjuncts(scan.Filter)
	var assigns []plan.Assign
	for i := range left {
		assigns = append(assigns, plan.Assign{Slot: o.slots, Expr: left[i]})
		slot := &plan.Slot{N: o.slots, Typ: left[i].Type(), Name: left[i].String()}
		o.slots++
		conds = append(conds, equal(right[i], slot, conjuncts(j.Cond)))
	}
	inner.Filter = conjunction(conds)
	path, ok := o.path(&inner).(*plan.IndexScan)
	if !ok || len(path.Range.Eq) == 0 || !usesSlot(path.Range.Eq, first) {
		o.slots = first
		return nil
	}
	_, _, rest := equalities(j)
	return &plan.NestLoop{Kind: j.Kind, Left: j.Left, Right: path, Cond: conjunction(rest), Assigns: assigns}
}

// equal makes column = slot with the operator of the join's own condition.
func equal(column plan.Expr, slot *plan.Slot, conds []plan.Expr) plan.Expr {
	for _, c := range conds {
		f, ok := c.(*plan.Func)
		if !ok || f.Op != "=" || len(f.Args) != 2 {
			continue
		}
		if f.Args[0].Type().OID == column.Type().OID && f.Args[1].Type().OID == slot.Typ.OID {
			n := *f
			n.Args = []plan.Expr{column, slot}
			return &n
		}
		if f.Args[1].Type().OID == column.Type().OID && f.Args[0].Type().OID == slot.Typ.OID {
			n := *f
			n.Args = []plan.Expr{slot, column}
			return &n
		}
	}
	return &plan.Const{Typ: types.Bool, Val: types.NewBool(true)}
}

func usesSlot(list []plan.Expr, first int) bool {
	found := false
	for _, e := range list {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if s, ok := e.(*plan.Slot); ok && s.N >= first {
				found = true
			}
			return !found
		})
	}
	return found
}

// Guesses where nothing is known.
const (
	tableRowsGuess    = 1000
	functionRowsGuess = 100
	filterShare       = 0.3
	equalShare        = 0.01
)

// rows estimates how many rows a node gives.
func (o *optimizer) rows(n plan.Node) float64 {
	switch n := n.(type) {
	case *plan.Values:
		return float64(len(n.Rows))
	case *plan.SeqScan:
		return o.tableRows(n.Table) * share(n.Filter)
	case *plan.SampleScan:
		return max(o.tableRows(n.Table)*filterShare, 1)
	case *plan.VirtualScan:
		return functionRowsGuess * share(n.Filter)
	case *plan.IndexScan:
		if n.Index.Unique && len(n.Range.Eq) == len(n.Index.Keys) && n.Range.EqAny == nil {
			return 1
		}
		r := o.tableRows(n.Table)
		for range n.Range.Eq {
			r *= equalShare
		}
		if n.Range.Low != nil || n.Range.High != nil {
			r *= filterShare
		}
		return max(r*share(n.Filter), 1)
	case *plan.BitmapScan:
		return max(o.tableRows(n.Table)*equalShare*share(n.Filter), 1)
	case *plan.VectorScan, *plan.TextScan:
		return 10
	case *plan.FunctionScan:
		return functionRowsGuess * share(n.Filter)
	case *plan.Agg:
		if len(n.GroupBy) == 0 {
			return 1
		}
		return max(o.rows(n.Input)*filterShare, 1)
	case *plan.Filter:
		return max(o.rows(n.Input)*share(n.Cond), 1)
	case *plan.Limit:
		return min(o.rows(n.Input), limitRows(n.Limit))
	case *plan.TopN:
		return min(o.rows(n.Input), limitRows(n.Limit))
	case *plan.HashJoin:
		return max(o.rows(n.Left), o.rows(n.Right))
	case *plan.NestLoop:
		return max(o.rows(n.Left)*max(o.rows(n.Right)*share(n.Cond), 1), 1)
	}
	total := 0.0
	for _, c := range n.Children() {
		total += o.rows(c)
	}
	return max(total, 1)
}

func (o *optimizer) tableRows(t *catalog.Table) float64 {
	if o.sizes != nil {
		if n, known := o.sizes.Rows(t); known {
			return float64(n)
		}
	}
	return tableRowsGuess
}

func limitRows(e plan.Expr) float64 {
	if c, ok := e.(*plan.Const); ok && !c.Val.IsNull() {
		return float64(c.Val.Int())
	}
	return functionRowsGuess
}

// share guesses what part of the rows passes a condition.
func share(cond plan.Expr) float64 {
	s := 1.0
	for _, c := range conjuncts(cond) {
		if _, _, op, ok := comparison(c); ok && op == "=" {
			s *= equalShare
		} else {
			s *= filterShare
		}
	}
	return s
}
