package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// rowBounds are LIMIT and OFFSET of one run; limit -1 is none.
type rowBounds struct {
	limitExpr, offsetExpr *eval.Expr
	limit, offset         int64
}

func (r *run) rowBounds(limit, offset plan.Expr) (rowBounds, error) {
	var b rowBounds
	var err error
	if b.limitExpr, err = r.compileOpt(limit); err != nil {
		return b, err
	}
	b.offsetExpr, err = r.compileOpt(offset)
	return b, err
}

// eval computes the bounds. Errors: 2201W, 2201X for negative ones.
func (b *rowBounds) eval() error {
	b.limit, b.offset = -1, 0
	if b.limitExpr != nil {
		v, err := b.limitExpr.Values(nil)
		if err != nil {
			return err
		}
		if !v.IsNull() {
			if b.limit = v.Int(); b.limit < 0 {
				return sqlerr.New(sqlerr.InvalidRowCountInLimit, "LIMIT must not be negative")
			}
		}
	}
	if b.offsetExpr != nil {
		v, err := b.offsetExpr.Values(nil)
		if err != nil {
			return err
		}
		if b.offset = v.Int(); b.offset < 0 {
			return sqlerr.New(sqlerr.InvalidRowCountInOffset, "OFFSET must not be negative")
		}
	}
	return nil
}

// limitOp passes limit rows after offset, and with ties those that equal the last one.
type limitOp struct {
	in     operator
	bounds rowBounds
	skip   int64
	left   int64 // -1 = no bound
	ties   *ordering
	last   []types.Column // key of the last row within the limit
	have   bool
	over   bool
	sel    []uint16
	keys   []*types.Column
}

func (r *run) limit(n *plan.Limit) (operator, error) {
	was := r.stepwise
	r.stepwise = true
	in, err := r.build(n.Input)
	r.stepwise = was
	if err != nil {
		return nil, err
	}
	op := &limitOp{in: in}
	if op.bounds, err = r.rowBounds(n.Limit, n.Offset); err != nil {
		return nil, err
	}
	if n.WithTies != nil {
		if op.ties, err = r.ordering(n.WithTies); err != nil {
			return nil, err
		}
		op.keys = make([]*types.Column, len(op.ties.keys))
		op.last = columns(op.ties.types())
	}
	return op, nil
}

func (o *limitOp) open() error {
	if err := o.bounds.eval(); err != nil {
		return err
	}
	o.skip, o.left = o.bounds.offset, o.bounds.limit
	o.have, o.over = false, false
	total := o.left + o.skip
	if o.left < 0 || o.ties != nil || total < o.left {
		total = -1
	}
	setLimit(o.in, total)
	return o.in.open()
}

func (o *limitOp) close() { o.in.close() }

func (o *limitOp) next(b *Batch) error {
	for {
		b.N = 0
		if o.over || o.left == 0 && !o.have {
			return nil
		}
		if err := o.in.next(b); err != nil || b.N == 0 {
			return err
		}
		o.sel = append(o.sel[:0], b.Selection()...)
		sel := o.sel
		if o.skip > 0 {
			n := min(o.skip, int64(len(sel)))
			o.skip -= n
			sel = sel[n:]
		}
		if o.left >= 0 {
			var err error
			if sel, err = o.cut(b, sel); err != nil {
				return err
			}
		}
		if len(sel) > 0 {
			b.Sel = sel
			return nil
		}
	}
}

// cut applies the limit to the rows sel of b.
func (o *limitOp) cut(b *Batch, sel []uint16) ([]uint16, error) {
	n := int(min(o.left, int64(len(sel))))
	o.left -= int64(n)
	if o.ties == nil {
		return sel[:n], nil
	}
	if err := o.ties.eval(b, o.keys); err != nil {
		return nil, err
	}
	if n > 0 && o.left == 0 {
		for k, c := range o.keys {
			gather(&o.last[k], c, o.ties.keys[k].typ, []int32{int32(sel[n-1])})
		}
		o.have = true
	}
	for o.left == 0 && n < len(sel) {
		if !o.tied(int(sel[n])) {
			o.over = true
			break
		}
		n++
	}
	return sel[:n], nil
}

func (o *limitOp) tied(i int) bool {
	for k := range o.keys {
		if o.ties.keys[k].at(&o.last[k], 0, o.keys[k], i) != 0 {
			return false
		}
	}
	return true
}
