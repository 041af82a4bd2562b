package exec

import (
	"slices"

	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// project computes expressions over its input.
type project struct {
	in    operator
	exprs []*eval.Expr
	out   []types.Column
	// serial: volatile expressions are evaluated row after row, and for no row that nobody asked for.
	serial bool
	left   int64 // rows still wanted; -1 = all
	bound  int64
	rows   []types.Column // of the serial form
}

func (r *run) project(n *plan.Project) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	exprs, err := r.compileAll(n.Exprs)
	if err != nil {
		return nil, err
	}
	op := &project{in: in, exprs: exprs, out: make([]types.Column, len(exprs)), bound: -1}
	for _, e := range exprs {
		op.serial = op.serial || e.Volatile()
	}
	if slices.ContainsFunc(exprs, (*eval.Expr).Effects) {
		op.in = r.stepped(in)
	}
	if op.serial {
		op.rows = columns(n.Columns())
	}
	return op, nil
}

func (o *project) limit(n int64) {
	o.bound = n
	setLimit(o.in, n)
}

func (o *project) open() error {
	o.left = o.bound
	return o.in.open()
}

func (o *project) close() { o.in.close() }

func (o *project) next(b *Batch) error {
	if err := o.in.next(b); err != nil || b.N == 0 {
		return err
	}
	if o.serial {
		return o.nextSerial(b)
	}
	for i, e := range o.exprs {
		col, err := e.Vector(b)
		if err != nil {
			return err
		}
		o.out[i] = *col
	}
	b.Cols = o.out
	return nil
}

func (o *project) nextSerial(b *Batch) error {
	sel := b.Selection()
	if o.left >= 0 && int64(len(sel)) > o.left {
		sel = sel[:o.left]
	}
	if len(sel) == 0 {
		b.N = 0
		return nil
	}
	for i, e := range o.exprs {
		o.rows[i].Reset(e.Type(), len(sel))
	}
	for k, i := range sel {
		for c, e := range o.exprs {
			v, err := e.Row(b.Cols, int(i))
			if err != nil {
				return err
			}
			o.rows[c].Set(k, v)
		}
	}
	if o.left >= 0 {
		o.left -= int64(len(sel))
	}
	b.N, b.Sel, b.Cols = len(sel), nil, o.rows
	return nil
}
