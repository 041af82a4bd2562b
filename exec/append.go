package exec

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// appendOp concatenates its inputs.
type appendOp struct {
	prune  *pruner // nil: all inputs are read
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
	if p := n.Parts; p != nil && p.Prune != nil {
		o.prune = &pruner{r: r, parts: p}
	}
	return o, nil
}

func (o *appendOp) open() error {
	o.close()
	if o.prune != nil {
		return o.prune.decide()
	}
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
		if o.prune != nil && !o.prune.keep[o.prune.parts.Leaves[o.at]] {
			o.at++
			continue
		}
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

// pruner decides which partitions to read by values that are known when the plan
// runs: parameters, now(), what the outer side of a join gives.
type pruner struct {
	r     *run
	parts *plan.Parts
	keep  map[types.OID]bool
}

func (p *pruner) decide() error {
	cond, err := p.parts.Prune.Resolve(func(e plan.Expr) (types.Value, bool, error) {
		x, err := p.r.compile(e)
		if err != nil {
			return types.Null, false, err
		}
		v, err := x.Values(nil)
		return v, err == nil, err
	})
	if err == nil {
		p.keep = p.parts.Tree.Keep(cond)
	}
	return err
}
