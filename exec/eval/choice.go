package eval

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

func equalityOf(e plan.Expr) *builtin.Function {
	switch e := e.(type) {
	case *plan.DistinctFrom:
		return e.Eq
	case *plan.NullIf:
		return e.Eq
	}
	return nil
}

func (c *Compiler) choice(e plan.Expr, x *Expr) (node, error) {
	switch e := e.(type) {
	case *plan.Case:
		n := &caseNode{typ: e.Typ}
		for _, w := range e.Whens {
			cond, err := c.sub(w.Cond, x)
			if err != nil {
				return nil, err
			}
			then, err := c.sub(w.Then, x)
			if err != nil {
				return nil, err
			}
			n.conds, n.thens = append(n.conds, cond), append(n.thens, then)
		}
		if e.Else == nil {
			return n, nil
		}
		var err error
		n.otherwise, err = c.sub(e.Else, x)
		return n, err
	case *plan.Coalesce:
		args, err := c.subs(e.Args, x)
		return &coalesce{args: args, typ: e.Typ}, err
	}
	m := e.(*plan.MinMax)
	args, err := c.subs(m.Args, x)
	return &minMax{args: args, less: types.CompareFunc(m.Typ), least: m.Least}, err
}

// caseNode is CASE.
type caseNode struct {
	conds, thens []*Expr
	otherwise    *Expr // nil = NULL
	typ          types.Type

	active, taken []uint16
	narrow        Batch
}

func (n *caseNode) row(r *Row) (types.Value, error) {
	for i, cond := range n.conds {
		v, err := cond.n.row(r)
		if err != nil {
			return types.Null, err
		}
		if v.Bool() {
			return n.thens[i].n.row(r)
		}
	}
	if n.otherwise == nil {
		return types.Null, nil
	}
	return n.otherwise.n.row(r)
}

func (n *caseNode) vec(b *Batch, out *types.Column) (*types.Column, error) {
	out.Reset(n.typ, b.N)
	n.active = append(n.active[:0], b.Selection()...)
	for k, cond := range n.conds {
		if len(n.active) == 0 {
			return out, nil
		}
		n.narrow = Batch{N: b.N, Sel: n.active, Cols: b.Cols}
		col, err := cond.Vector(&n.narrow)
		if err != nil {
			return nil, err
		}
		n.taken = n.taken[:0]
		rest := n.active[:0]
		for _, i := range n.active {
			if col.I64[i] != 0 && !col.IsNull(int(i)) {
				n.taken = append(n.taken, i)
			} else {
				rest = append(rest, i)
			}
		}
		n.active = rest
		if err := n.fill(n.thens[k], b, n.taken, out); err != nil {
			return nil, err
		}
	}
	return out, n.fill(n.otherwise, b, n.active, out)
}

// fill stores e, or NULL where it is nil, into the rows of sel.
func (n *caseNode) fill(e *Expr, b *Batch, sel []uint16, out *types.Column) error {
	if len(sel) == 0 {
		return nil
	}
	if e == nil {
		for _, i := range sel {
			out.SetNull(int(i))
		}
		return nil
	}
	n.narrow = Batch{N: b.N, Sel: sel, Cols: b.Cols}
	col, err := e.Vector(&n.narrow)
	if err != nil {
		return err
	}
	copyRows(out, col, sel)
	return nil
}

// copyRows copies the rows of sel between columns of one class.
func copyRows(dst, src *types.Column, sel []uint16) {
	if src.HasNulls() {
		for _, i := range sel {
			dst.Set(int(i), src.Get(int(i)))
		}
		return
	}
	if dst.Fixed() {
		for _, i := range sel {
			dst.I64[i] = src.I64[i]
		}
		return
	}
	for _, i := range sel {
		dst.Str[i] = src.Str[i]
	}
}

// coalesce is the first argument that is not NULL.
type coalesce struct {
	args []*Expr
	typ  types.Type

	active []uint16
	narrow Batch
}

func (n *coalesce) row(r *Row) (types.Value, error) {
	for _, a := range n.args {
		v, err := a.n.row(r)
		if err != nil || !v.IsNull() {
			return v, err
		}
	}
	return types.Null, nil
}

func (n *coalesce) vec(b *Batch, out *types.Column) (*types.Column, error) {
	out.Reset(n.typ, b.N)
	n.active = append(n.active[:0], b.Selection()...)
	for _, a := range n.args {
		if len(n.active) == 0 {
			return out, nil
		}
		n.narrow = Batch{N: b.N, Sel: n.active, Cols: b.Cols}
		col, err := a.Vector(&n.narrow)
		if err != nil {
			return nil, err
		}
		rest := n.active[:0]
		for _, i := range n.active {
			if col.IsNull(int(i)) {
				rest = append(rest, i)
			} else {
				out.Set(int(i), col.Get(int(i)))
			}
		}
		n.active = rest
	}
	for _, i := range n.active {
		out.SetNull(int(i))
	}
	return out, nil
}

// minMax is GREATEST and LEAST: NULLs are passed over.
type minMax struct {
	args  []*Expr
	less  func(a, b types.Value) int
	least bool
}

func (n *minMax) row(r *Row) (types.Value, error) {
	best := types.Null
	for _, a := range n.args {
		v, err := a.n.row(r)
		if err != nil {
			return types.Null, err
		}
		if v.IsNull() {
			continue
		}
		if best.IsNull() || (n.less(v, best) < 0) == n.least && n.less(v, best) != 0 {
			best = v
		}
	}
	return best, nil
}
