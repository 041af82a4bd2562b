package opt

import (
	"math"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// chooseOrder gets rid of sorts: by an index's order, by a vector search, or by
// keeping only the rows a LIMIT wants.
func (o *optimizer) chooseOrder(n plan.Node) plan.Node {
	if l, ok := n.(*plan.Limit); ok && l.Limit != nil && l.WithTies == nil {
		if s, ok := l.Input.(*plan.Sort); ok {
			if better := o.limitedSort(l, s); better != nil {
				return better
			}
		}
	}
	return mapInputs(n, o.chooseOrder)
}

// limitedSort rewrites Limit over Sort.
func (o *optimizer) limitedSort(l *plan.Limit, s *plan.Sort) plan.Node {
	if p, ok := s.Input.(*plan.Project); ok && filteredScan(p) == nil {
		// Sort first, compute the projection for the rows that stay.
		keys := make([]plan.SortKey, len(s.Keys))
		for i, k := range s.Keys {
			if !movable(k.Expr, p.Exprs) {
				return o.topN(l, s)
			}
			keys[i] = k
			keys[i].Expr = substitute(k.Expr, p.Exprs)
		}
		for _, e := range p.Exprs {
			if volatile(e) {
				return o.topN(l, s)
			}
		}
		limit := *l
		limit.Input = &plan.Sort{Input: p.Input, Keys: keys}
		out := *p
		out.Input = o.chooseOrder(&limit)
		return &out
	}
	if v := o.vectorOrder(l, s); v != nil {
		return v
	}
	if t := o.textOrder(l, s); t != nil {
		return t
	}
	if w := o.windowOrder(l, s); w != nil {
		return w
	}
	if n := o.topOfParts(l, s); n != nil {
		return n
	}
	if in := o.indexOrder(s); in != nil {
		limit := *l
		limit.Input = in
		return &limit
	}
	return o.topN(l, s)
}

func (o *optimizer) topN(l *plan.Limit, s *plan.Sort) plan.Node {
	return &plan.TopN{Input: o.chooseOrder(s.Input), Keys: s.Keys, Limit: l.Limit, Offset: l.Offset}
}

// distanceOps are pgvector's operators that an index can order by, with the
// operator classes that fit.
var distanceOps = map[string]string{"<->": "l2", "<#>": "ip", "<=>": "cosine", "<+>": "l1"}

// distanceKey finds column <op> query in a sort key: ascending, or as
// constant - distance descending, as similarity is usually written. Rows without
// vector are in no vector index: an order that asks for them first is none for it.
// The similarity form puts them first only by DESC's default, which nobody who
// writes it means, and counts.
func distanceKey(k plan.SortKey) (f *plan.Func, ok bool) {
	if k.Using != nil {
		return nil, false
	}
	e, desc := k.Expr, k.Desc
	if sub, is := e.(*plan.Func); is && sub.Op == "-" && len(sub.Args) == 2 && desc && constant(sub.Args[0]) {
		e, desc = sub.Args[1], false
	} else if k.NullsFirst {
		return nil, false
	}
	for {
		inner, is := e.(*plan.Relabel)
		if !is {
			break
		}
		e = inner.Arg
	}
	f, is := e.(*plan.Func)
	if !is || desc || len(f.Args) != 2 || distanceOps[distanceName(f)] == "" {
		return nil, false
	}
	return f, true
}

// distanceName is the operator of a distance call; the function forms count too.
func distanceName(f *plan.Func) string {
	if f.Op != "" {
		return f.Op
	}
	return map[string]string{"l2_distance": "<->", "cosine_distance": "<=>", "l1_distance": "<+>", "vector_negative_inner_product": "<#>"}[f.Fn.Name]
}

// vectorOrder turns ORDER BY column <op> query LIMIT n over a table into a vector search.
func (o *optimizer) vectorOrder(l *plan.Limit, s *plan.Sort) plan.Node {
	if len(s.Keys) != 1 || o.without&plan.IndexScans != 0 {
		return nil
	}
	f, ok := distanceKey(s.Keys[0])
	if !ok {
		return nil
	}
	column, query := f.Args[0], f.Args[1]
	if constant(column) {
		column, query = query, column
	}
	if !fixed(query) {
		return nil
	}
	scan := filteredScan(s.Input)
	if scan == nil || scan.Table.Virtual || scan.Temporal != nil && scan.Temporal.Kind != plan.AsOf && scan.Temporal.Kind != plan.AsOfQuery {
		return nil
	}
	best, reason := o.vectorIndex(scan, column, distanceOps[distanceName(f)], conjuncts(scan.Filter))
	if best == nil {
		return nil
	}
	v := &plan.VectorScan{Scan: *scan, Index: best.index, Query: query, Limit: limitPlusOffset(l), Reason: reason}
	for _, op := range builtin.Operators(distanceName(f)) {
		if op.Left == f.Args[0].Type().OID && op.Right == f.Args[1].Type().OID {
			v.Operator = op
		}
	}
	v.Search = o.search(&v.Scan, best, conjuncts(scan.Filter))
	limit := *l
	limit.Input = dropLast(v, &v.Scan)
	return &limit
}

// search says which rows a ranked scan looks at; its filter becomes what is left
// of the conditions.
func (o *optimizer) search(s *plan.Scan, m *match, conds []plan.Expr) plan.Search {
	rest := unused(conds, m.used)
	s.Filter = conjunction(rest)
	o.depend(s, m.index)
	source, _ := o.candidates(s, rest)
	return plan.Search{Partition: m.rng.Eq, Source: source, Whole: conjunction(conds)}
}

// filteredScan is the base-table scan under a node, with its whole filter; index
// conditions become a filter again.
func filteredScan(n plan.Node) *plan.Scan {
	switch n := n.(type) {
	case *plan.SeqScan:
		c := n.Scan
		return &c
	case *plan.BitmapScan:
		c := n.Scan
		return &c
	case *plan.IndexScan:
		c := n.Scan
		c.Filter = conjunction(append(append([]plan.Expr(nil), n.Cond...), conjuncts(n.Filter)...))
		return &c
	case *plan.Project:
		if t, ok := n.Input.(*plan.TextScan); ok && len(n.Exprs) == len(t.Cols) { // see dropLast
			c := t.Scan
			c.Filter = t.Whole
			return &c
		}
	}
	return nil
}

// vectorIndex picks the vector index on the column whose operator class fits.
func (o *optimizer) vectorIndex(s *plan.Scan, column plan.Expr, metric string, conds []plan.Expr) (*match, string) {
	var best *match
	for _, ix := range o.indexes(s) {
		if ix.Invalid || ix.Method != catalog.HNSW && ix.Method != catalog.IVFFlat || !implied(s, ix, conds) {
			continue
		}
		last := len(ix.Keys) - 1
		key := &ix.Keys[last]
		if !strings.Contains(opclassOf(key), "_"+metric+"_") || !isKey(s, key, column) {
			continue
		}
		m := partition(s, ix, conds)
		if best == nil || len(m.rng.Eq) > len(best.rng.Eq) {
			best = m
		}
	}
	switch {
	case best == nil:
		return nil, ""
	case len(best.rng.Eq) > 0:
		return best, "one partition of the vector index"
	case len(best.index.Keys) > 1:
		return best, "all partitions: no equality on the leading columns"
	case s.Table.NamespaceColumn() != 0:
		return best, "all partitions: no equality on the namespace"
	}
	return best, "vector index in distance order"
}

// partitionKeys are the keys that say in which partition of a vector index a row is: those before
// the last, or the table's namespace where there is none.
func partitionKeys(t *catalog.Table, ix *catalog.Index) []catalog.IndexKey {
	if last := len(ix.Keys) - 1; last > 0 {
		return ix.Keys[:last]
	}
	if ord := t.NamespaceColumn(); ord != 0 {
		return []catalog.IndexKey{{Column: ord, Type: t.Columns[ord-1].Type}}
	}
	return nil
}

// partition finds the equality conditions on the partition keys of a vector or
// text index; without all of them, all partitions are meant.
func partition(s *plan.Scan, ix *catalog.Index, conds []plan.Expr) *match {
	m := &match{index: ix, used: map[int]bool{}}
	parts := partitionKeys(s.Table, ix)
	for k := range parts {
		if !m.equality(s, &parts[k], conds) {
			break
		}
	}
	if len(m.rng.Eq) < len(parts) {
		m.rng.Eq, m.used = nil, map[int]bool{}
	}
	return m
}

// opclassOf is the key's operator class, pgvector's default (l2) if none was given.
func opclassOf(k *catalog.IndexKey) string {
	if k.Opclass == "" {
		return "vector_l2_ops"
	}
	return k.Opclass
}

// limitPlusOffset is how many rows the search must find; nil where that is known
// only when the plan runs: the Limit above says it then.
func limitPlusOffset(l *plan.Limit) plan.Expr {
	if l.Offset == nil {
		return l.Limit
	}
	limit, ok := l.Limit.(*plan.Const)
	offset, also := l.Offset.(*plan.Const)
	if !ok || !also || limit.Val.IsNull() || limit.Val.Int() > math.MaxInt64-offset.Val.Int() {
		return nil
	}
	return &plan.Const{Typ: types.Int8, Val: types.NewInt(limit.Val.Int() + max(offset.Val.Int(), 0))}
}

// dropLast projects a search's score away, so that its columns are the scan's.
func dropLast(n plan.Node, scan *plan.Scan) plan.Node {
	cols := n.Columns()
	exprs := make([]plan.Expr, len(cols)-1)
	for i := range exprs {
		name := ""
		if ord := scan.Cols[i]; ord > 0 {
			name = scan.Table.Columns[ord-1].Name
		}
		exprs[i] = &plan.Col{Index: i, Typ: cols[i], Name: name}
	}
	return &plan.Project{Input: n, Exprs: exprs}
}

// indexOrder finds an ordered index that gives the rows in the sort's order; nil if there is none.
func (o *optimizer) indexOrder(s *plan.Sort) plan.Node {
	if is, ok := s.Input.(*plan.IndexScan); ok && is.Range.EqAny == nil {
		if reverse, ok := ordersBy(&is.Scan, is.Index, len(is.Range.Eq), s.Keys); ok {
			c := *is
			c.Reverse = reverse
			return &c
		}
		return nil
	}
	seq, ok := s.Input.(*plan.SeqScan)
	if !ok || o.without&plan.IndexScans != 0 || seq.Table.Virtual || seq.Temporal != nil && seq.Temporal.Kind != plan.AsOf {
		return nil
	}
	conds := conjuncts(seq.Filter)
	for _, ix := range o.indexes(&seq.Scan) {
		if ix.Method != catalog.BTree || ix.Invalid || !implied(&seq.Scan, ix, conds) {
			continue
		}
		if reverse, ok := ordersBy(&seq.Scan, ix, 0, s.Keys); ok {
			o.depend(&seq.Scan, ix)
			return &plan.IndexScan{Scan: seq.Scan, Index: ix, Reverse: reverse}
		}
	}
	return nil
}

// ordersBy reports whether the index's keys behind an equality prefix are the
// sort's keys, all in their direction or all reversed.
func ordersBy(s *plan.Scan, ix *catalog.Index, prefix int, keys []plan.SortKey) (reverse, ok bool) {
	if ix.Method != catalog.BTree || prefix+len(keys) > len(ix.Keys) {
		return false, false
	}
	for i, k := range keys {
		key := &ix.Keys[prefix+i]
		if k.Using != nil || !isKey(s, key, k.Expr) {
			return false, false
		}
		same := k.Desc == key.Desc && k.NullsFirst == key.NullsFirst
		reversed := k.Desc != key.Desc && k.NullsFirst != key.NullsFirst
		switch {
		case !same && !reversed, i > 0 && reversed != reverse:
			return false, false
		}
		reverse = reversed
	}
	return reverse, true
}
