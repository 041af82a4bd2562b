package eval

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

func (c *Compiler) logic(e plan.Expr, x *Expr) (node, error) {
	switch e := e.(type) {
	case *plan.BoolOp:
		args, err := c.subs(e.Args, x)
		return &boolOp{or: e.Or, args: args}, err
	case *plan.Not:
		arg, err := c.sub(e.Arg, x)
		return &not{arg: arg}, err
	case *plan.NullTest:
		arg, err := c.sub(e.Arg, x)
		return &nullTest{arg: arg, not: e.Not, record: e.Arg.Type().Kind() == types.KindRecord}, err
	case *plan.BoolTest:
		arg, err := c.sub(e.Arg, x)
		return &boolTest{arg: arg, want: e.Want, not: e.Not}, err
	case *plan.DistinctFrom:
		p, err := c.pair(e.Left, e.Right, e, x)
		return &distinctFrom{pair: p, not: e.Not}, err
	}
	n := e.(*plan.NullIf)
	p, err := c.pair(n.Left, n.Right, n, x)
	return &nullIf{p}, err
}

// boolOp is AND or OR in three-valued logic. deciding is the value that ends it.
type boolOp struct {
	or   bool
	args []*Expr

	active []uint16 // rows not decided yet
	null   []bool   // rows with an unknown so far
	narrow Batch
}

func (n *boolOp) row(r *Row) (types.Value, error) {
	null := false
	for _, a := range n.args {
		v, err := a.n.row(r)
		if err != nil {
			return types.Null, err
		}
		if v.IsNull() {
			null = true
		} else if v.Bool() == n.or {
			return types.NewBool(n.or), nil
		}
	}
	if null {
		return types.Null, nil
	}
	return types.NewBool(!n.or), nil
}

func (n *boolOp) vec(b *Batch, out *types.Column) (*types.Column, error) {
	out.Reset(types.Bool, b.N)
	n.active = append(n.active[:0], b.Selection()...)
	if len(n.null) < b.N {
		n.null = make([]bool, b.N)
	}
	for _, i := range n.active {
		n.null[i] = false
	}
	for _, a := range n.args {
		if len(n.active) == 0 {
			break
		}
		n.narrow = Batch{N: b.N, Sel: n.active, Cols: b.Cols}
		col, err := a.Vector(&n.narrow)
		if err != nil {
			return nil, err
		}
		rest := n.active[:0]
		for _, i := range n.active {
			switch {
			case col.IsNull(int(i)):
				n.null[i] = true
				rest = append(rest, i)
			case (col.I64[i] != 0) == n.or:
				out.I64[i] = truth(n.or)
			default:
				rest = append(rest, i)
			}
		}
		n.active = rest
	}
	for _, i := range n.active {
		if n.null[i] {
			out.SetNull(int(i))
		} else {
			out.I64[i] = truth(!n.or)
		}
	}
	return out, nil
}

// filter is AND where only true matters: a NULL drops the row at once.
func (n *boolOp) filter(b *Batch, e *Expr) ([]uint16, error) {
	e.keep = append(e.keep[:0], b.Selection()...)
	for _, a := range n.args {
		if len(e.keep) == 0 {
			break
		}
		n.narrow = Batch{N: b.N, Sel: e.keep, Cols: b.Cols}
		col, err := a.Vector(&n.narrow)
		if err != nil {
			return nil, err
		}
		e.keep = selectTrue(e.keep[:0], col, e.keep)
	}
	return e.keep, nil
}

type not struct{ arg *Expr }

func (n *not) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil || v.IsNull() {
		return types.Null, err
	}
	return types.NewBool(!v.Bool()), nil
}

func (n *not) vec(b *Batch, out *types.Column) (*types.Column, error) {
	col, err := n.arg.Vector(b)
	if err != nil {
		return nil, err
	}
	out.Reset(types.Bool, b.N)
	for _, i := range b.Selection() {
		if col.IsNull(int(i)) {
			out.SetNull(int(i))
		} else {
			out.I64[i] = truth(col.I64[i] == 0)
		}
	}
	return out, nil
}

// nullTest is IS [NOT] NULL. A row value is NULL when all its fields are, and
// NOT NULL when none is.
type nullTest struct {
	arg    *Expr
	not    bool
	record bool
}

func (n *nullTest) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil {
		return types.Null, err
	}
	if v.IsNull() || !n.record {
		return types.NewBool(v.IsNull() != n.not), nil
	}
	rec, err := types.DecodeRecord(v)
	if err != nil {
		return types.Null, err
	}
	for _, f := range rec.Values {
		if f.IsNull() == n.not {
			return types.NewBool(false), nil
		}
	}
	return types.NewBool(true), nil
}

func (n *nullTest) vec(b *Batch, out *types.Column) (*types.Column, error) {
	col, err := n.arg.Vector(b)
	if err != nil {
		return nil, err
	}
	out.Reset(types.Bool, b.N)
	for _, i := range b.Selection() {
		if !n.record || col.IsNull(int(i)) {
			out.I64[i] = truth(col.IsNull(int(i)) != n.not)
			continue
		}
		n.arg.top = Row{Cols: b.Cols, I: int(i)}
		v, err := n.row(&n.arg.top)
		if err != nil {
			return nil, err
		}
		out.Set(int(i), v)
	}
	return out, nil
}

type boolTest struct {
	arg  *Expr
	want byte
	not  bool
}

func (n *boolTest) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil {
		return types.Null, err
	}
	var is bool
	switch n.want {
	case 't':
		is = !v.IsNull() && v.Bool()
	case 'f':
		is = !v.IsNull() && !v.Bool()
	default:
		is = v.IsNull()
	}
	return types.NewBool(is != n.not), nil
}

// pair holds two operands and their equality.
type pair struct {
	left, right *Expr
	eq          *operator
}

func (c *Compiler) pair(left, right plan.Expr, e plan.Expr, x *Expr) (pair, error) {
	l, err := c.sub(left, x)
	if err != nil {
		return pair{}, err
	}
	r, err := c.sub(right, x)
	if err != nil {
		return pair{}, err
	}
	fn := equalityOf(e)
	op, err := c.operator(fn, left.Type(), right.Type())
	return pair{l, r, op}, err
}

func (p *pair) eval(r *Row) (a, b types.Value, err error) {
	if a, err = p.left.n.row(r); err != nil {
		return
	}
	b, err = p.right.n.row(r)
	return
}

type distinctFrom struct {
	pair
	not bool
}

func (n *distinctFrom) row(r *Row) (types.Value, error) {
	a, b, err := n.eval(r)
	if err != nil {
		return types.Null, err
	}
	if a.IsNull() || b.IsNull() {
		return types.NewBool((a.IsNull() != b.IsNull()) != n.not), nil
	}
	same, err := n.eq.apply(a, b)
	return types.NewBool(same.Bool() == n.not), err
}

type nullIf struct{ pair }

func (n *nullIf) row(r *Row) (types.Value, error) {
	a, b, err := n.eval(r)
	if err != nil || a.IsNull() || b.IsNull() {
		return a, err
	}
	same, err := n.eq.apply(a, b)
	if err != nil || same.Bool() {
		return types.Null, err
	}
	return a, nil
}
