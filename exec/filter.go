package exec

import (
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// filter keeps the rows for which the condition is true.
type filter struct {
	in   operator
	cond *eval.Expr
	m    *plan.Measure
}

func (r *run) filter(n *plan.Filter) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	cond, err := r.compile(n.Cond)
	if err != nil {
		return nil, err
	}
	if cond.Effects() {
		in = r.stepped(in)
	}
	return &filter{in: in, cond: cond, m: r.instrument(n)}, nil
}

func (o *filter) open() error { return o.in.open() }
func (o *filter) close()      { o.in.close() }

func (o *filter) next(b *Batch) error {
	for {
		if err := o.in.next(b); err != nil || b.N == 0 {
			return err
		}
		ok, err := keep(o.cond, b, o.m)
		if err != nil || ok {
			return err
		}
	}
}

// keep narrows b to the rows that pass cond (nil passes all); false: none did.
func keep(cond *eval.Expr, b *Batch, m *plan.Measure) (bool, error) {
	if cond == nil {
		return true, nil
	}
	before := b.Len()
	sel, err := cond.Filter(b)
	if err != nil {
		return false, err
	}
	if m != nil {
		m.Removed += int64(before - len(sel))
	}
	if len(sel) == 0 {
		return false, nil
	}
	if len(sel) < b.N {
		b.Sel = sel
	} else {
		b.Sel = nil
	}
	return true, nil
}
