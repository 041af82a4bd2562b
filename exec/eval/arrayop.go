package eval

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// arrayOp is left op ANY (array) and left op ALL (array). With = ANY or <> ALL
// of an array that is the same for every row, the elements go into a hash set.
type arrayOp struct {
	left, array *Expr
	arrayType   types.Type
	op          *operator
	all         bool

	hashed bool // may use the set
	set    *valueSet
}

func (c *Compiler) arrayOp(e *plan.ArrayOp, x *Expr) (node, error) {
	left, err := c.sub(e.Left, x)
	if err != nil {
		return nil, err
	}
	array, err := c.sub(e.Array, x)
	if err != nil {
		return nil, err
	}
	elem := e.Array.Type().Elem()
	op, err := c.operator(e.Fn, e.Left.Type(), elem)
	if err != nil {
		return nil, err
	}
	n := &arrayOp{left: left, array: array, arrayType: e.Array.Type(), op: op, all: e.All}
	// One hash must serve both operands: only then are equal values found.
	alike := e.Left.Type().Kind() == elem.Kind() || isInteger(e.Left.Type().Kind()) && isInteger(elem.Kind())
	n.hashed = array.constant && alike && e.Fn.Strict && (e.Op == "=" && !e.All || e.Op == "<>" && e.All)
	return n, nil
}

func isInteger(k types.Kind) bool {
	return k == types.KindInt2 || k == types.KindInt4 || k == types.KindInt8
}

func (n *arrayOp) row(r *Row) (types.Value, error) {
	if n.hashed {
		return n.lookup(r)
	}
	left, err := n.left.n.row(r)
	if err != nil {
		return types.Null, err
	}
	array, err := n.array.n.row(r)
	if err != nil || array.IsNull() {
		return types.Null, err
	}
	if left.IsNull() && n.op.fn.Strict && types.ArrayLen(array) > 0 {
		return types.Null, nil
	}
	result, null := types.NewBool(n.all), false
	types.ArrayEach(n.arrayType, array, func(_ int, e types.Value) bool {
		var v types.Value
		if v, err = n.op.apply(left, e); err != nil {
			return false
		}
		if v.IsNull() {
			null = true
			return true
		}
		if v.Bool() != n.all {
			result, null = v, false
			return false
		}
		return true
	})
	if err != nil || null {
		return types.Null, err
	}
	return result, nil
}

// lookup is the hashed form.
func (n *arrayOp) lookup(r *Row) (types.Value, error) {
	if n.set == nil {
		if err := n.fillSet(r); err != nil {
			return types.Null, err
		}
	}
	if n.set.void {
		return types.Null, nil
	}
	left, err := n.left.n.row(r)
	if err != nil {
		return types.Null, err
	}
	return n.answer(left), nil
}

func (n *arrayOp) answer(left types.Value) types.Value {
	switch {
	case n.set.empty():
		return types.NewBool(n.all)
	case left.IsNull():
		return types.Null
	case n.set.has(left):
		return types.NewBool(!n.all)
	case n.set.null:
		return types.Null
	}
	return types.NewBool(n.all)
}

func (n *arrayOp) fillSet(r *Row) error {
	array, err := n.array.n.row(r)
	if err != nil {
		return err
	}
	n.set = newValueSet(n.arrayType.Elem())
	if array.IsNull() {
		n.set.void = true
		return nil
	}
	types.ArrayEach(n.arrayType, array, func(_ int, e types.Value) bool {
		n.set.add(e)
		return true
	})
	return nil
}

func (n *arrayOp) vec(b *Batch, out *types.Column) (*types.Column, error) {
	var left *types.Column
	var err error
	if n.hashed {
		if left, err = n.left.Vector(b); err != nil {
			return nil, err
		}
		if n.set == nil {
			if err := n.fillSet(&Row{}); err != nil {
				return nil, err
			}
		}
	}
	out.Reset(types.Bool, b.N)
	row := Row{Cols: b.Cols}
	for _, i := range b.Selection() {
		var v types.Value
		switch {
		case !n.hashed:
			row.I = int(i)
			if v, err = n.row(&row); err != nil {
				return nil, err
			}
		case !n.set.void:
			v = n.answer(left.Get(int(i)))
		}
		out.Set(int(i), v)
	}
	return out, nil
}

// valueSet is a set of values of one type under SQL's equality.
type valueSet struct {
	void  bool // the array itself is NULL
	null  bool // holds a NULL
	n     int
	ints  map[int64]struct{}
	texts map[string]struct{}
	// other types: by hash, equal ones told apart by equal.
	buckets map[uint64][]types.Value
	hash    func(types.Value) uint64
	compare func(a, b types.Value) int
}

func newValueSet(t types.Type) *valueSet {
	s := &valueSet{}
	switch k := t.Kind(); {
	case k == types.KindText || k == types.KindName || k == types.KindUUID || k == types.KindBytea:
		s.texts = map[string]struct{}{}
	case k.Fixed() && k != types.KindFloat4 && k != types.KindFloat8:
		s.ints = map[int64]struct{}{}
	default:
		s.buckets = map[uint64][]types.Value{}
		s.hash, s.compare = types.HashFunc(t), types.CompareFunc(t)
	}
	return s
}

func (s *valueSet) empty() bool { return s.n == 0 }

func (s *valueSet) add(v types.Value) {
	s.n++
	switch {
	case v.IsNull():
		s.null = true
	case s.texts != nil:
		s.texts[v.Str()] = struct{}{}
	case s.ints != nil:
		s.ints[v.Int()] = struct{}{}
	case !s.has(v):
		h := s.hash(v)
		s.buckets[h] = append(s.buckets[h], v)
	}
}

func (s *valueSet) has(v types.Value) bool {
	switch {
	case s.texts != nil:
		_, ok := s.texts[v.Str()]
		return ok
	case s.ints != nil:
		_, ok := s.ints[v.Int()]
		return ok
	}
	for _, w := range s.buckets[s.hash(v)] {
		if s.compare(v, w) == 0 {
			return true
		}
	}
	return false
}
