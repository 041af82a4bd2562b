package eval

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

func (c *Compiler) array(e plan.Expr, x *Expr) (node, error) {
	switch e := e.(type) {
	case *plan.ArrayOp:
		return c.arrayOp(e, x)
	case *plan.ArrayExpr:
		elems, err := c.subs(e.Elems, x)
		nested := len(e.Elems) > 0 && e.Elems[0].Type().IsArray()
		return &arrayExpr{elems: elems, typ: e.Typ, nested: nested}, err
	case *plan.SubscriptSet:
		return c.subscriptSet(e, x)
	}
	return c.subscript(e.(*plan.Subscript), x)
}

// arrayExpr is ARRAY[…].
type arrayExpr struct {
	elems  []*Expr
	typ    types.Type
	nested bool
}

func (n *arrayExpr) row(r *Row) (types.Value, error) {
	values := make([]types.Value, len(n.elems))
	for i, e := range n.elems {
		v, err := e.n.row(r)
		if err != nil {
			return types.Null, err
		}
		values[i] = v
	}
	if n.nested {
		return stackArrays(n.typ, values)
	}
	return types.NewArray(n.typ.Elem(), values).Encode(), nil
}

// stackArrays makes an array of one more dimension. NULL members count as
// empty; all must have the same dimensions (2202E).
func stackArrays(typ types.Type, values []types.Value) (types.Value, error) {
	out := types.Array{Elem: typ.Elem()}
	var inner types.Array
	seen, empty := false, false
	for _, v := range values {
		if v.IsNull() || types.ArrayLen(v) == 0 {
			empty = true
			continue
		}
		a, err := types.DecodeArray(typ, v)
		if err != nil {
			return types.Null, err
		}
		if !seen {
			inner, seen = a, true
		} else if !sameShape(inner, a) {
			return types.Null, errDimensions()
		}
		out.Values = append(out.Values, a.Values...)
	}
	if !seen {
		return out.Encode(), nil
	}
	if empty {
		return types.Null, errDimensions()
	}
	if len(inner.Dims) == types.ArrayDimsMax {
		return types.Null, sqlerr.New(sqlerr.ProgramLimitExceeded,
			"number of array dimensions (%d) exceeds the maximum allowed (%d)", len(inner.Dims)+1, types.ArrayDimsMax)
	}
	out.Dims = append([]int32{int32(len(values))}, inner.Dims...)
	out.Lower = append([]int32{1}, inner.Lower...)
	return out.Encode(), nil
}

func sameShape(a, b types.Array) bool {
	if len(a.Dims) != len(b.Dims) {
		return false
	}
	for i := range a.Dims {
		if a.Dims[i] != b.Dims[i] || a.Lower[i] != b.Lower[i] {
			return false
		}
	}
	return true
}

func errDimensions() error {
	return sqlerr.New(sqlerr.ArraySubscriptError,
		"multidimensional arrays must have array expressions with matching dimensions")
}
