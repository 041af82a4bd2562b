package eval

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// spread calls a function of VARIADIC "any" whose last arguments are the
// elements of an array. A NULL array gives NULL; format takes it for no arguments.
type spread struct {
	fn   *builtin.Function
	args []*Expr
	site *builtin.Call
	typ  types.Type // of the array
}

func (n *spread) row(r *Row) (types.Value, error) {
	last := len(n.args) - 1
	vals := make([]types.Value, 0, last+8)
	for _, a := range n.args[:last] {
		v, err := a.n.row(r)
		if err != nil {
			return types.Null, err
		}
		vals = append(vals, v)
	}
	array, err := n.args[last].n.row(r)
	if err != nil || array.IsNull() && n.fn.Name != "format" {
		return types.Null, err
	}
	if !array.IsNull() {
		a, err := types.DecodeArray(n.typ, array)
		if err != nil {
			return types.Null, err
		}
		vals = append(vals, a.Values...)
	}
	site := *n.site
	site.Args = append([]types.Type(nil), n.site.Args[:last]...)
	for len(site.Args) < len(vals) {
		site.Args = append(site.Args, n.typ.Elem())
	}
	if n.fn.Strict {
		for _, v := range vals {
			if v.IsNull() {
				return types.Null, nil
			}
		}
	}
	return n.fn.Eval(&site, vals)
}
