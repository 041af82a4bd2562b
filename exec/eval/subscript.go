package eval

import (
	"math"
	"strconv"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

func (c *Compiler) subscript(e *plan.Subscript, x *Expr) (node, error) {
	arg, err := c.sub(e.Arg, x)
	if err != nil {
		return nil, err
	}
	upper, err := c.bounds(e.Upper, x)
	if err != nil {
		return nil, err
	}
	lower, err := c.bounds(e.Lower, x)
	if err != nil {
		return nil, err
	}
	switch {
	case e.Arg.Type().Kind() == types.KindJSONB:
		return &jsonSubscript{arg: arg, keys: upper}, nil
	case e.Arg.Type().OID == types.OIDName:
		return &nameByte{arg: arg, index: upper}, nil
	case e.Slice:
		return &slice{arg: arg, upper: upper, lower: lower, typ: e.Arg.Type()}, nil
	}
	return &element{arg: arg, index: upper, typ: e.Arg.Type()}, nil
}

// bounds compiles subscripts; a nil one stays nil.
func (c *Compiler) bounds(list []plan.Expr, x *Expr) ([]*Expr, error) {
	out := make([]*Expr, len(list))
	for i, e := range list {
		if e == nil {
			continue
		}
		var err error
		if out[i], err = c.sub(e, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// element is a[i][j]: NULL out of bounds or with the wrong number of subscripts.
type element struct {
	arg   *Expr
	index []*Expr
	typ   types.Type
}

func (n *element) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	dims, lower := types.ArrayDims(v)
	at, inside := 0, len(dims) == len(n.index)
	for i, e := range n.index {
		s, err := e.n.row(r)
		if err != nil || s.IsNull() {
			return types.Null, err
		}
		if !inside {
			continue
		}
		k := s.Int() - int64(lower[i])
		if k < 0 || k >= int64(dims[i]) {
			inside = false
			continue
		}
		at = at*int(dims[i]) + int(k)
	}
	if !inside {
		return types.Null, nil
	}
	out := types.Null
	types.ArrayEach(n.typ, v, func(i int, e types.Value) bool {
		out = e
		return i < at
	})
	return out, nil
}

// slice is a[lo:hi]: the part inside the bounds, renumbered from 1.
type slice struct {
	arg          *Expr
	upper, lower []*Expr
	typ          types.Type
}

func (n *slice) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	a, err := types.DecodeArray(n.typ, v)
	if err != nil {
		return types.Null, err
	}
	from, size := make([]int, len(a.Dims)), make([]int, len(a.Dims))
	fits := len(n.upper) <= len(a.Dims) && len(a.Dims) > 0
	for i := range max(len(n.upper), len(a.Dims)) {
		lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
		if i < len(n.upper) {
			var null bool
			if lo, hi, null, err = n.bound(i, r); err != nil || null {
				return types.Null, err
			}
		}
		if i >= len(a.Dims) {
			continue
		}
		lo = max(lo, int64(a.Lower[i]))
		hi = min(hi, int64(a.Lower[i])+int64(a.Dims[i])-1)
		if lo > hi {
			fits = false
			continue
		}
		from[i], size[i] = int(lo-int64(a.Lower[i])), int(hi-lo+1)
	}
	if !fits {
		return types.Array{Elem: a.Elem}.Encode(), nil
	}
	return cutArray(a, from, size).Encode(), nil
}

// bound evaluates the i-th pair of bounds. A missing one is unbounded.
func (n *slice) bound(i int, r *Row) (lo, hi int64, null bool, err error) {
	lo, hi = math.MinInt64, math.MaxInt64
	if i < len(n.lower) && n.lower[i] != nil {
		v, err := n.lower[i].n.row(r)
		if err != nil || v.IsNull() {
			return 0, 0, true, err
		}
		lo = v.Int()
	} else if i >= len(n.lower) {
		lo = 1
	}
	if n.upper[i] != nil {
		v, err := n.upper[i].n.row(r)
		if err != nil || v.IsNull() {
			return 0, 0, true, err
		}
		hi = v.Int()
	}
	return lo, hi, false, nil
}

// cutArray copies the box that starts at from (0-based per dimension).
func cutArray(a types.Array, from, size []int) types.Array {
	out := types.Array{Elem: a.Elem}
	for _, s := range size {
		out.Dims = append(out.Dims, int32(s))
		out.Lower = append(out.Lower, 1)
	}
	var walk func(dim, base int)
	walk = func(dim, base int) {
		for k := range size[dim] {
			at := base*int(a.Dims[dim]) + from[dim] + k
			if dim == len(size)-1 {
				out.Values = append(out.Values, a.Values[at])
			} else {
				walk(dim+1, at)
			}
		}
	}
	walk(0, 0)
	return out
}

// jsonSubscript is j['key'][0].
type jsonSubscript struct {
	arg  *Expr
	keys []*Expr
}

func (n *jsonSubscript) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	at := types.AsJSONB(v)
	for _, e := range n.keys {
		if e == nil {
			return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "jsonb subscript does not support slices")
		}
		k, err := e.n.row(r)
		if err != nil || k.IsNull() {
			return types.Null, err
		}
		var ok bool
		if at, ok = jsonStep(at, k, e.typ); !ok {
			return types.Null, nil
		}
	}
	return at.Value(), nil
}

// jsonStep goes to one member; an array takes a number in either form.
func jsonStep(at types.JSONNode, key types.Value, t types.Type) (types.JSONNode, bool) {
	if t.Fixed() {
		if next, ok := at.Element(int(key.Int())); ok {
			return next, true
		}
		return at.Get(strconv.FormatInt(key.Int(), 10))
	}
	if next, ok := at.Get(key.Str()); ok {
		return next, true
	}
	i, err := strconv.Atoi(key.Str())
	if err != nil {
		return at, false
	}
	return at.Element(i)
}

// nameBytes is the fixed length of a name in PostgreSQL.
const nameBytes = 64

// nameByte is n[i]: a name is an array of "char" that counts from 0 and is
// padded with zero bytes.
type nameByte struct {
	arg   *Expr
	index []*Expr
}

func (n *nameByte) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	i, err := n.index[0].n.row(r)
	switch {
	case err != nil || i.IsNull() || len(n.index) > 1 || i.Int() < 0 || i.Int() >= nameBytes:
		return types.Null, err
	case i.Int() >= int64(len(v.Str())):
		return types.NewInt(0), nil
	}
	return types.NewInt(int64(v.Str()[i.Int()])), nil
}
