package exec

import (
	"synapse/exec/plan"
)

// appendOp concatenates its inputs.
type appendOp struct {
	inputs []operator
	at     int
	opened bool
}

func (r *run) append(n *plan.Append) (operator, error) {
	o := &appendOp{}
	for _, in := range n.Inputs {
		op, err := r.build(in)
		if err != nil {
			return nil, err
		}
		o.inputs = append(o.inputs, op)
	}
	return o, nil
}

func (o *appendOp) open() error {
	o.close()
	return nil
}

func (o *appendOp) close() {
	for _, in := range o.inputs {
		in.close()
	}
	o.at, o.opened = 0, false
}

func (o *appendOp) limit(n int64) {
	for _, in := range o.inputs {
		setLimit(in, n)
	}
}

func (o *appendOp) next(b *Batch) error {
	for o.at < len(o.inputs) {
		in := o.inputs[o.at]
		if !o.opened {
			if err := in.open(); err != nil {
				return err
			}
			o.opened = true
		}
		if err := in.next(b); err != nil || b.N > 0 {
			return err
		}
		in.close()
		o.at, o.opened = o.at+1, false
	}
	b.N, b.Sel = 0, nil
	return nil
}
