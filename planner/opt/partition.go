package opt

import (
	"strconv"

	"synapse/catalog"
	"synapse/catalog/builtin"
	bounds "synapse/catalog/partition"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// prunePartitions leaves out the partitions that no row of the result can come
// from: by constants now, by what is known only then when the plan runs.
func (o *optimizer) prunePartitions(n plan.Node) plan.Node {
	n = mapInputs(n, o.prunePartitions)
	a, ok := n.(*plan.Append)
	if !ok || a.Parts == nil {
		return n
	}
	c := *a
	parts := *a.Parts
	c.Parts = &parts
	if scan := partScan(a.Inputs[0]); scan != nil && parts.Tree != nil {
		p := &pruning{scan: scan, tree: parts.Tree}
		cond := p.all(conjuncts(scan.Filter))
		keep := parts.Tree.Keep(known(cond))
		c.Inputs, parts.Leaves = nil, nil
		for i, in := range a.Inputs {
			if keep[a.Parts.Leaves[i]] {
				c.Inputs, parts.Leaves = append(c.Inputs, in), append(parts.Leaves, a.Parts.Leaves[i])
			}
		}
		if p.later {
			parts.Prune = cond
		}
	}
	switch len(c.Inputs) {
	case 0:
		return &plan.Values{Cols: a.Columns()}
	case 1:
		if parts.Prune == nil {
			return c.Inputs[0]
		}
	}
	name := parts.Alias
	if name == "" {
		name = parts.Table.Name
	}
	inputs := c.Inputs
	c.Inputs = make([]plan.Node, len(inputs))
	for i := range inputs {
		c.Inputs[i] = renamed(inputs[i], name+"_"+strconv.Itoa(i+1))
	}
	return &c
}

// partScan is the scan of one partition; nil where something else was made of it.
func partScan(n plan.Node) *plan.Scan {
	switch n := n.(type) {
	case *plan.SeqScan:
		return &n.Scan
	case *plan.SampleScan:
		return &n.Scan
	case *plan.Filter:
		return partScan(n.Input)
	}
	return nil
}

// renamed is a partition's scan under another alias.
func renamed(n plan.Node, alias string) plan.Node {
	switch n := n.(type) {
	case *plan.SeqScan:
		c := *n
		c.Alias = alias
		return &c
	case *plan.SampleScan:
		c := *n
		c.Alias = alias
		return &c
	}
	return mapInputs(n, func(in plan.Node) plan.Node { return renamed(in, alias) })
}

// pruning turns conditions over a partition's scan into conditions on keys.
type pruning struct {
	scan  *plan.Scan
	tree  *bounds.Tree
	later bool // some value is not known before the plan runs
}

// all joins the conditions that say something of a key; nil if none does.
func (p *pruning) all(list []plan.Expr) *plan.PartitionCond {
	out := &plan.PartitionCond{}
	for _, e := range list {
		if c := p.cond(e); c != nil {
			out.And = append(out.And, c)
		}
	}
	if len(out.And) == 0 {
		return nil
	}
	return out
}

func (p *pruning) cond(e plan.Expr) *plan.PartitionCond {
	switch e := e.(type) {
	case *plan.BoolOp:
		if !e.Or {
			return p.all(e.Args)
		}
		out := &plan.PartitionCond{Or: []*plan.PartitionCond{}}
		for _, arg := range e.Args {
			c := p.all(conjuncts(arg))
			if c == nil {
				return nil // any row may pass by this arm
			}
			out.Or = append(out.Or, c)
		}
		return out
	case *plan.NullTest:
		if key, _, ok := p.key(e.Arg); ok {
			op := bounds.IsNull
			if e.Not {
				op = bounds.NotNull
			}
			return &plan.PartitionCond{Key: key, Op: op}
		}
	case *plan.ArrayOp:
		return p.anyOf(e)
	case *plan.Func:
		return p.comparison(e)
	}
	return p.truth(e)
}

// truth: a boolean key, or NOT of it, as a condition by itself.
func (p *pruning) truth(e plan.Expr) *plan.PartitionCond {
	value := true
	if n, ok := e.(*plan.Not); ok {
		e, value = n.Arg, false
	}
	key, typ, ok := p.key(e)
	if !ok || typ.OID != types.OIDBool {
		return nil
	}
	return &plan.PartitionCond{Key: key, Op: bounds.Equal, Value: &plan.Const{Typ: types.Bool, Val: types.NewBool(value)}}
}

var pruneOps = map[string]bounds.Op{
	"=": bounds.Equal, "<": bounds.Less, "<=": bounds.LessEqual, ">": bounds.Greater, ">=": bounds.GreaterEqual,
}

func (p *pruning) comparison(f *plan.Func) *plan.PartitionCond {
	left, right, op, ok := comparison(f)
	if !ok {
		return p.truth(f)
	}
	key, typ, ok := p.key(left)
	if !ok {
		return nil
	}
	v := keyValue(&catalog.IndexKey{Type: typ}, right)
	if v == nil {
		return nil
	}
	p.note(v)
	return &plan.PartitionCond{Key: key, Op: pruneOps[op], Value: v}
}

func (p *pruning) anyOf(a *plan.ArrayOp) *plan.PartitionCond {
	if a.All || a.Op != "=" || !constant(a.Array) {
		return nil
	}
	key, typ, ok := p.key(a.Left)
	if !ok || !sameKeyType(typ, a.Array.Type().Elem()) {
		return nil
	}
	p.note(a.Array)
	return &plan.PartitionCond{Key: key, Op: bounds.Equal, Value: a.Array, Any: true}
}

func (p *pruning) note(e plan.Expr) {
	if _, ok := e.(*plan.Const); !ok {
		p.later = true
	}
}

// key finds the partition key that an expression is.
func (p *pruning) key(e plan.Expr) (text string, typ types.Type, ok bool) {
	if r, is := e.(*plan.Relabel); is && sameKeyType(r.Typ, r.Arg.Type()) {
		return p.key(r.Arg)
	}
	if c, is := e.(*plan.Col); is {
		ord := p.scan.Cols[c.Index]
		if ord <= 0 {
			return "", typ, false
		}
		text = builtin.QuoteIdent(p.scan.Table.Columns[ord-1].Name)
	} else if text = tableText(p.scan, e); text == "" {
		return "", typ, false
	}
	typ, ok = p.tree.KeyType(text)
	return text, typ, ok
}

// known is the part of a condition that constants decide.
func known(c *plan.PartitionCond) *bounds.Cond {
	out, _ := c.Resolve(func(e plan.Expr) (types.Value, bool, error) {
		k, ok := e.(*plan.Const)
		if !ok {
			return types.Null, false, nil
		}
		return k.Val, true, nil
	})
	return out
}

// topOfParts takes the first rows of each partition, by its index where it has
// one, and of these the first ones; nil where no partition's index helps.
func (o *optimizer) topOfParts(l *plan.Limit, s *plan.Sort) plan.Node {
	a, ok := s.Input.(*plan.Append)
	limit := limitPlusOffset(l)
	if !ok || a.Parts == nil || limit == nil {
		return nil
	}
	for _, k := range s.Keys {
		if volatile(k.Expr) {
			return nil
		}
	}
	c := *a
	c.Inputs = make([]plan.Node, len(a.Inputs))
	helps := false
	for i, in := range a.Inputs {
		top := o.limitedSort(&plan.Limit{Limit: limit}, &plan.Sort{Input: in, Keys: s.Keys})
		if _, sorted := top.(*plan.TopN); !sorted {
			helps = true
		}
		c.Inputs[i] = top
	}
	if !helps {
		return nil
	}
	return &plan.TopN{Input: &c, Keys: s.Keys, Limit: l.Limit, Offset: l.Offset}
}

// indexLoopParts is indexLoop into partitions: the joined values find the index
// entries in each of them, and which partitions to look into.
func (o *optimizer) indexLoopParts(j *plan.NestLoop, a *plan.Append, left, right []plan.Expr) plan.Node {
	outer, read := o.rows(j.Left), o.rows(a)
	if j.Kind == plan.RightJoin || j.Kind == plan.FullJoin || outer > indexLoopRows || outer > read/2 {
		return nil
	}
	first := o.slots
	n := *a
	parts := *a.Parts
	n.Parts, n.Inputs = &parts, nil
	var assigns []plan.Assign
	for _, in := range a.Inputs {
		scan, ok := in.(*plan.SeqScan)
		if !ok {
			o.slots = first
			return nil
		}
		o.slots = first // the same slots in each partition
		inner := *scan
		conds := conjuncts(scan.Filter)
		assigns = assigns[:0]
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
		n.Inputs = append(n.Inputs, path)
		if parts.Tree != nil {
			p := &pruning{scan: &inner.Scan, tree: parts.Tree}
			parts.Prune = p.all(conds)
		}
	}
	_, _, rest := equalities(j)
	return &plan.NestLoop{Kind: j.Kind, Left: j.Left, Right: &n, Cond: conjunction(rest), Assigns: assigns}
}
