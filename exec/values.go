package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// values produces literal rows.
type values struct {
	n    *plan.Values
	rows [][]cell
	pos  int
	out  []types.Column
}

// cell is one literal: its value, or an expression.
type cell struct {
	val  types.Value
	expr *eval.Expr
}

func (r *run) values(n *plan.Values) (operator, error) {
	op := &values{n: n, rows: make([][]cell, len(n.Rows)), out: columns(n.Cols)}
	for i, row := range n.Rows {
		cells := make([]cell, len(row))
		for j, e := range row {
			if c, ok := e.(*plan.Const); ok {
				cells[j].val = c.Val
				continue
			}
			var err error
			if cells[j].expr, err = r.compile(e); err != nil {
				return nil, err
			}
		}
		op.rows[i] = cells
	}
	return op, nil
}

func (o *values) open() error {
	o.pos = 0
	return nil
}

func (o *values) next(b *Batch) error {
	n := min(len(o.rows)-o.pos, BatchRows)
	b.N, b.Sel, b.Cols = n, nil, o.out
	for c := range o.out {
		o.out[c].Reset(o.n.Cols[c], n)
	}
	for i := range n {
		for c, k := range o.rows[o.pos+i] {
			v := k.val
			if k.expr != nil {
				var err error
				if v, err = k.expr.Values(nil); err != nil {
					return err
				}
			}
			o.out[c].Set(i, v)
		}
	}
	o.pos += n
	return nil
}

func (o *values) close() {}
