package eval

import (
	"strconv"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// subscriptSet is what SET a[i] = value assigns to a.
type subscriptSet struct {
	arg, value   *Expr
	upper, lower []*Expr
	slice        bool
	typ          types.Type
}

func (c *Compiler) subscriptSet(e *plan.SubscriptSet, x *Expr) (node, error) {
	n := &subscriptSet{slice: e.Slice, typ: e.Arg.Type()}
	var err error
	if n.arg, err = c.sub(e.Arg, x); err != nil {
		return nil, err
	}
	if n.value, err = c.sub(e.Value, x); err != nil {
		return nil, err
	}
	if n.upper, err = c.bounds(e.Upper, x); err != nil {
		return nil, err
	}
	n.lower, err = c.bounds(e.Lower, x)
	return n, err
}

func (n *subscriptSet) row(r *Row) (types.Value, error) {
	old, err := n.arg.n.row(r)
	if err != nil {
		return types.Null, err
	}
	value, err := n.value.n.row(r)
	if err != nil {
		return types.Null, err
	}
	if n.typ.Kind() == types.KindJSONB {
		return n.member(r, old, value)
	}
	a := types.Array{Elem: n.typ.Elem()}
	if !old.IsNull() {
		if a, err = types.DecodeArray(n.typ, old); err != nil {
			return types.Null, err
		}
	}
	box, err := n.box(r, &a)
	if err != nil {
		return types.Null, err
	}
	if !n.slice {
		if err := box.put(&a, []types.Value{value}); err != nil {
			return types.Null, err
		}
		return a.Encode(), nil
	}
	if value.IsNull() {
		return old, nil // as in PostgreSQL: a NULL array changes nothing
	}
	from, err := types.DecodeArray(n.typ, value)
	if err != nil {
		return types.Null, err
	}
	if err := box.put(&a, from.Values); err != nil {
		return types.Null, err
	}
	return a.Encode(), nil
}

// member replaces a part of a jsonb value.
func (n *subscriptSet) member(r *Row, doc, value types.Value) (types.Value, error) {
	path := make([]string, len(n.upper))
	for i, e := range n.upper {
		k, err := e.n.row(r)
		if err != nil {
			return types.Null, err
		}
		if k.IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "jsonb subscript in assignment must not be null")
		}
		if path[i] = k.Str(); e.typ.Fixed() {
			path[i] = strconv.FormatInt(k.Int(), 10)
		}
	}
	return builtin.AssignJSONB(doc, path, n.upper[0].typ.Fixed(), value)
}

// box is the part of an array that is assigned to: bounds per dimension, both inclusive.
type box struct{ lower, upper []int64 }

// box evaluates the subscripts; bounds left out are the array's.
func (n *subscriptSet) box(r *Row, a *types.Array) (*box, error) {
	dims := len(n.upper)
	if len(a.Dims) > 0 && (dims > len(a.Dims) || !n.slice && dims != len(a.Dims)) {
		return nil, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	b := &box{}
	for i := range max(dims, len(a.Dims)) {
		var lo, hi int64
		if i < len(a.Dims) {
			lo, hi = int64(a.Lower[i]), int64(a.Lower[i])+int64(a.Dims[i])-1
		}
		if i < dims {
			if n.slice && len(a.Dims) == 0 && (n.upper[i] == nil || n.lower[i] == nil) {
				return nil, sqlerr.New(sqlerr.ArraySubscriptError, "array slice subscript must provide both boundaries").
					WithDetail("When assigning to a slice of an empty array value, slice boundaries must be fully specified.")
			}
			if err := assignedBound(n.upper[i], r, &hi); err != nil {
				return nil, err
			}
			if !n.slice {
				lo = hi
			} else if err := assignedBound(n.lower[i], r, &lo); err != nil {
				return nil, err
			}
		}
		if lo > hi {
			return nil, sqlerr.New(sqlerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		b.lower, b.upper = append(b.lower, lo), append(b.upper, hi)
	}
	return b, nil
}

func assignedBound(e *Expr, r *Row, to *int64) error {
	if e == nil {
		return nil
	}
	v, err := e.n.row(r)
	if err != nil {
		return err
	}
	if v.IsNull() {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "array subscript in assignment must not be null")
	}
	*to = v.Int()
	return nil
}

// arrayItemsMax is PostgreSQL's bound on the elements of an array.
const arrayItemsMax = 134217727

// put writes values, in order, into the box. An array of one dimension, or an
// empty one, grows to hold it.
func (b *box) put(a *types.Array, values []types.Value) error {
	n := int64(1)
	for i := range b.lower {
		if n *= b.upper[i] - b.lower[i] + 1; n > arrayItemsMax {
			return tooManyItems()
		}
	}
	if int64(len(values)) < n {
		return sqlerr.New(sqlerr.ArraySubscriptError, "source array too small")
	}
	switch len(a.Dims) {
	case 0:
		for i := range b.lower {
			a.Dims, a.Lower = append(a.Dims, int32(b.upper[i]-b.lower[i]+1)), append(a.Lower, int32(b.lower[i]))
		}
		a.Values = append([]types.Value(nil), values[:n]...)
		return nil
	case 1:
		if err := b.grow(a); err != nil {
			return err
		}
	}
	for i := range a.Dims {
		if b.lower[i] < int64(a.Lower[i]) || b.upper[i] >= int64(a.Lower[i])+int64(a.Dims[i]) {
			return sqlerr.New(sqlerr.ArraySubscriptError, "array subscript out of range")
		}
	}
	a.Values = append([]types.Value(nil), a.Values...)
	b.copy(a, values, 0, 0)
	return nil
}

func tooManyItems() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", arrayItemsMax)
}

// grow extends an array of one dimension to the box, NULLs between.
func (b *box) grow(a *types.Array) error {
	lo := min(int64(a.Lower[0]), b.lower[0])
	hi := max(int64(a.Lower[0])+int64(a.Dims[0])-1, b.upper[0])
	if hi-lo+1 > arrayItemsMax {
		return tooManyItems()
	}
	if hi-lo+1 == int64(a.Dims[0]) {
		return nil
	}
	values := make([]types.Value, hi-lo+1)
	for i := range values {
		values[i] = types.Null
	}
	copy(values[int64(a.Lower[0])-lo:], a.Values)
	a.Values, a.Dims, a.Lower = values, []int32{int32(hi - lo + 1)}, []int32{int32(lo)}
	return nil
}

// copy fills the box from dimension dim on and returns the values left over.
// base is the index of the row of cells before that dimension.
func (b *box) copy(a *types.Array, values []types.Value, dim, base int) []types.Value {
	for k := b.lower[dim]; k <= b.upper[dim]; k++ {
		at := base*int(a.Dims[dim]) + int(k-int64(a.Lower[dim]))
		if dim < len(a.Dims)-1 {
			values = b.copy(a, values, dim+1, at)
			continue
		}
		a.Values[at], values = values[0], values[1:]
	}
	return values
}
