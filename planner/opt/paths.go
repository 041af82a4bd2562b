package opt

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// choosePaths gives sequential scans with a fitting filter an index.
func (o *optimizer) choosePaths(n plan.Node) plan.Node {
	n = mapInputs(n, o.choosePaths)
	if s, ok := n.(*plan.SeqScan); ok {
		return o.path(s)
	}
	return n
}

// match is how well an index serves a filter.
type match struct {
	index *catalog.Index
	rng   plan.KeyRange
	used  map[int]bool // conjuncts that the range fulfils
	cond  []plan.Expr
}

// better prefers a whole unique key, then more equalities, then a range.
func (m *match) better(other *match) bool {
	if other == nil {
		return true
	}
	score := func(m *match) int {
		s := 4 * len(m.rng.Eq)
		if m.index.Unique && len(m.rng.Eq) == len(m.index.Keys) && m.rng.EqAny == nil {
			s += 1000
		}
		if m.rng.EqAny != nil {
			s--
		}
		if m.rng.Low != nil {
			s++
		}
		if m.rng.High != nil {
			s++
		}
		return s
	}
	return score(m) > score(other)
}

// path is the cheapest way to a scan's rows.
func (o *optimizer) path(s *plan.SeqScan) plan.Node {
	if s.Filter == nil || s.Temporal != nil && s.Temporal.Kind != plan.AsOf && s.Temporal.Kind != plan.AsOfQuery {
		return s
	}
	conds := conjuncts(s.Filter)
	var best *match
	for _, ix := range o.indexes(&s.Scan) {
		if ix.Invalid || o.without&plan.IndexScans != 0 || ix.Method != catalog.BTree && ix.Method != catalog.Hash || !implied(&s.Scan, ix, conds) {
			continue
		}
		if m := matchIndex(&s.Scan, ix, conds); m != nil && m.better(best) {
			best = m
		}
	}
	if best == nil || !best.index.Unique || len(best.rng.Eq) < len(best.index.Keys) {
		if t := o.textFilter(&s.Scan, conds); t != nil {
			return dropLast(t, &t.Scan)
		}
	}
	if best != nil {
		o.depend(&s.Scan, best.index)
		c := s.Scan
		c.Filter = conjunction(unused(conds, best.used))
		return &plan.IndexScan{Scan: c, Index: best.index, Range: best.rng, Cond: best.cond}
	}
	if src, text := o.candidates(&s.Scan, conds); src != nil {
		return &plan.BitmapScan{Scan: s.Scan, Source: src, Cond: text}
	}
	return s
}

func unused(conds []plan.Expr, used map[int]bool) []plan.Expr {
	var out []plan.Expr
	for i, c := range conds {
		if !used[i] {
			out = append(out, c)
		}
	}
	return out
}

// implied reports that a partial index holds every row that passes the filter:
// its predicate stands among the conditions word for word.
func implied(s *plan.Scan, ix *catalog.Index, conds []plan.Expr) bool {
	if ix.Predicate == "" {
		return true
	}
	for _, c := range conds {
		if !volatile(c) && tableText(s, c) == ix.Predicate {
			return true
		}
	}
	return false
}

// tableText prints an expression over the scan's columns as the catalog keeps it:
// columns by bare name. "" is an expression that no index can be on, as it reads
// other things than the table's columns; a slot could else pass for a column of
// its name.
func tableText(s *plan.Scan, e plan.Expr) string {
	own := true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Col:
			own = own && s.Cols[e.Index] > 0
		case *plan.Slot, *plan.Param, *plan.SubPlan:
			own = false
		}
		return own
	})
	if !own {
		return ""
	}
	return mapColumns(e, func(c *plan.Col) plan.Expr {
		n := *c
		n.Name = builtin.QuoteIdent(s.Table.Columns[s.Cols[c.Index]-1].Name)
		return &n
	}).String()
}

// isKey reports that e is the index's key k over the scan's columns. A cast between
// types that compare alike is looked through.
func isKey(s *plan.Scan, k *catalog.IndexKey, e plan.Expr) bool {
	if k.Column == 0 && tableText(s, e) == k.Expr {
		return true
	}
	if r, ok := e.(*plan.Relabel); ok && sameKeyType(r.Typ, r.Arg.Type()) {
		return isKey(s, k, r.Arg)
	}
	c, ok := e.(*plan.Col)
	return ok && k.Column > 0 && s.Cols[c.Index] == k.Column
}

// matchIndex finds the equality prefix and range that the conditions give; nil if the first key has none.
func matchIndex(s *plan.Scan, ix *catalog.Index, conds []plan.Expr) *match {
	m := &match{index: ix, used: map[int]bool{}}
	for k := range ix.Keys {
		key := &ix.Keys[k]
		if m.equality(s, key, conds) {
			continue
		}
		if m.anyOf(s, key, conds) {
			break
		}
		if ix.Method == catalog.BTree && !key.Desc {
			m.ranges(s, key, conds)
		}
		break
	}
	if len(m.rng.Eq) == 0 && m.rng.Low == nil && m.rng.High == nil {
		return nil
	}
	if ix.Method == catalog.Hash && (len(m.rng.Eq) < len(ix.Keys)) {
		return nil
	}
	return m
}

func (m *match) equality(s *plan.Scan, key *catalog.IndexKey, conds []plan.Expr) bool {
	for i, c := range conds {
		l, r, op, ok := comparison(c)
		if !ok || op != "=" || !isKey(s, key, l) {
			continue
		}
		if v := keyValue(key, r); v != nil {
			m.rng.Eq = append(m.rng.Eq, v)
			m.used[i] = true
			m.cond = append(m.cond, c)
			return true
		}
	}
	return false
}

// anyOf matches key = ANY (array); the range ends with it.
func (m *match) anyOf(s *plan.Scan, key *catalog.IndexKey, conds []plan.Expr) bool {
	for i, c := range conds {
		a, ok := c.(*plan.ArrayOp)
		if !ok || a.All || a.Op != "=" || !isKey(s, key, a.Left) || !constant(a.Array) {
			continue
		}
		if elem := a.Array.Type().Elem(); !sameKeyType(key.Type, elem) {
			continue
		}
		m.rng.Eq = append(m.rng.Eq, &plan.Const{Typ: key.Type})
		m.rng.EqAny = a.Array
		m.used[i] = true
		m.cond = append(m.cond, c)
		return true
	}
	return false
}

func (m *match) ranges(s *plan.Scan, key *catalog.IndexKey, conds []plan.Expr) {
	for i, c := range conds {
		l, r, op, ok := comparison(c)
		if !ok || op == "=" || !isKey(s, key, l) {
			continue
		}
		v := keyValue(key, r)
		if v == nil {
			continue
		}
		switch {
		case (op == ">" || op == ">=") && m.rng.Low == nil:
			m.rng.Low, m.rng.LowInclusive = v, op == ">="
		case (op == "<" || op == "<=") && m.rng.High == nil:
			m.rng.High, m.rng.HighInclusive = v, op == "<="
		default:
			continue // a second bound stays a filter
		}
		m.used[i] = true
		m.cond = append(m.cond, c)
	}
}

// sameKeyType reports that values of the two types have the same form and order:
// text and varchar do, while bpchar and citext compare by rules of their own.
func sameKeyType(a, b types.Type) bool {
	text := func(t types.Type) bool { return t.OID == types.OIDText || t.OID == types.OIDVarchar }
	return a.OID == b.OID || text(a) && text(b)
}

// keyValue is the value as one of the key's type; nil where that could change
// the comparison. Integers are widened, and literals narrowed where they fit.
func keyValue(key *catalog.IndexKey, e plan.Expr) plan.Expr {
	from, to := e.Type(), key.Type
	if sameKeyType(to, from) {
		return e
	}
	size := map[types.Kind]int{types.KindInt2: 2, types.KindInt4: 4, types.KindInt8: 8}
	a, b := size[from.Kind()], size[to.Kind()]
	if a == 0 || b == 0 {
		return nil
	}
	if c, ok := e.(*plan.Const); ok {
		if c.Val.IsNull() || a <= b || c.Val.Int() == int64(int32(c.Val.Int())) && b == 4 || c.Val.Int() == int64(int16(c.Val.Int())) {
			return &plan.Const{Typ: to.NoMod(), Val: c.Val}
		}
		return nil
	}
	if a < b {
		if cast := builtin.FindCast(from.OID, to.OID); cast != nil && cast.Fn != nil {
			return &plan.Func{Fn: cast.Fn, Args: []plan.Expr{e}, Typ: to.NoMod(), Cast: true}
		}
	}
	return nil
}
