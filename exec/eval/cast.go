package eval

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

func (c *Compiler) cast(e plan.Expr, x *Expr) (node, error) {
	switch e := e.(type) {
	case *plan.IOCast:
		arg, err := c.sub(e.Arg, x)
		// Text forms depend on session settings, which a folded constant must not freeze.
		return &ioCast{c: c, arg: arg, from: e.Arg.Type(), typ: e.Typ}, err
	case *plan.Typmod:
		arg, err := c.sub(e.Arg, x)
		return &typmod{arg: arg, typ: e.Typ, explicit: e.Explicit}, err
	}
	a := e.(*plan.ArrayCast)
	arg, err := c.sub(a.Arg, x)
	if err != nil {
		return nil, err
	}
	elem, err := Compile(a.Elem, c)
	if err != nil {
		return nil, err
	}
	x.volatile, x.effects = x.volatile || elem.volatile, x.effects || elem.effects
	return &arrayCast{arg: arg, elem: elem, from: a.Arg.Type(), typ: a.Typ, one: make([]types.Value, 1)}, nil
}

// ioCast goes through text output and input.
type ioCast struct {
	c    *Compiler
	arg  *Expr
	from types.Type
	typ  types.Type
	buf  []byte
}

func (n *ioCast) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	var format *types.Format
	if n.c.Env != nil {
		format = n.c.Env.Format
	}
	n.buf = types.AppendText(n.buf[:0], n.from, v, format)
	if n.typ.Kind() == types.KindText && n.typ.OID != types.OIDXML {
		return types.NewString(string(n.buf)), nil
	}
	return types.ParseText(n.typ, string(n.buf), format)
}

// typmod applies a length, precision or dimension.
type typmod struct {
	arg      *Expr
	typ      types.Type
	explicit bool
}

func (n *typmod) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	return types.ApplyTypmod(n.typ, v, n.explicit)
}

// arrayCast converts element by element.
type arrayCast struct {
	arg       *Expr
	elem      *Expr
	from, typ types.Type
	one       []types.Value
}

func (n *arrayCast) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	a, err := types.DecodeArray(n.from, v)
	if err != nil {
		return types.Null, err
	}
	a.Elem = n.typ.Elem()
	for i, e := range a.Values {
		n.one[0] = e
		if a.Values[i], err = n.elem.Values(n.one); err != nil {
			return types.Null, err
		}
	}
	return a.Encode(), nil
}
