package eval

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

func (c *Compiler) record(e plan.Expr, x *Expr) (node, error) {
	switch e := e.(type) {
	case *plan.RowExpr:
		fields, err := c.subs(e.Fields, x)
		n := &rowExpr{fields: fields, names: e.Names, types: plan.FuncArgs(e.Fields)}
		if e.Typ.OID != types.OIDRecord {
			n.of = e.Typ.OID
		}
		return n, err
	case *plan.Field:
		arg, err := c.sub(e.Arg, x)
		return &field{arg: arg, n: e.N}, err
	}
	return c.rowCompare(e.(*plan.RowCompare), x)
}

// rowExpr is ROW(…).
type rowExpr struct {
	fields []*Expr
	names  []string
	types  []types.Type
	of     types.OID // the composite type, 0 for a record
}

func (n *rowExpr) row(r *Row) (types.Value, error) {
	rec := types.RecordValue{Of: n.of, Types: n.types, Names: n.names, Values: make([]types.Value, len(n.fields))}
	for i, f := range n.fields {
		v, err := f.n.row(r)
		if err != nil {
			return types.Null, err
		}
		rec.Values[i] = v
	}
	return rec.Encode(), nil
}

// field takes one field of a record.
type field struct {
	arg *Expr
	n   int
}

func (n *field) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	rec, err := types.DecodeRecord(v)
	if err != nil {
		return types.Null, err
	}
	if n.n >= len(rec.Values) {
		return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "record has no field %d", n.n+1)
	}
	return rec.Values[n.n], nil
}

// rowCompare compares two rows field by field. = and <> need every field; the
// order of two rows is that of the first fields that differ. An unknown result
// of the field that decides makes the whole unknown.
type rowCompare struct {
	left, right []*Expr
	rowTest
}

// rowTest compares two lists of values.
type rowTest struct {
	op   string
	eqs  []*operator
	cmps []*operator // strict order; empty for = and <>
}

func (c *Compiler) rowCompare(e *plan.RowCompare, x *Expr) (node, error) {
	n := &rowCompare{}
	var err error
	if n.left, err = c.subs(e.Left, x); err != nil {
		return nil, err
	}
	if n.right, err = c.subs(e.Right, x); err != nil {
		return nil, err
	}
	n.op = e.Op
	for i := range e.Left {
		op, err := c.operator(e.Eq[i], e.Left[i].Type(), e.Right[i].Type())
		if err != nil {
			return nil, err
		}
		n.eqs = append(n.eqs, op)
		if e.Op == "=" || e.Op == "<>" {
			continue
		}
		if op, err = c.operator(e.Cmp[i], e.Left[i].Type(), e.Right[i].Type()); err != nil {
			return nil, err
		}
		n.cmps = append(n.cmps, op)
	}
	return n, nil
}

func (n *rowCompare) row(r *Row) (types.Value, error) {
	return n.decide(func(i int) (a, b types.Value, err error) {
		if a, err = n.left[i].n.row(r); err != nil {
			return
		}
		b, err = n.right[i].n.row(r)
		return
	})
}

// decide runs the comparison; at gives the i-th pair of fields.
func (t *rowTest) decide(at func(i int) (a, b types.Value, err error)) (types.Value, error) {
	null := false
	for i, eq := range t.eqs {
		a, b, err := at(i)
		if err != nil {
			return types.Null, err
		}
		same, err := eq.apply(a, b)
		if err != nil {
			return types.Null, err
		}
		switch {
		case len(t.cmps) > 0 && same.IsNull():
			return types.Null, nil
		case same.IsNull():
			null = true
		case same.Bool():
		case len(t.cmps) > 0:
			return t.cmps[i].apply(a, b)
		default:
			return types.NewBool(t.op == "<>"), nil
		}
	}
	if null {
		return types.Null, nil
	}
	return types.NewBool(t.op == "=" || t.op == "<=" || t.op == ">="), nil
}
