package exec

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// setOp combines two inputs. INTERSECT and EXCEPT count the rows of the right
// side first and then filter the left side by the counts.
type setOp struct {
	r           *run
	n           *plan.SetOp
	left, right operator
	known       *groups
	count       []int64 // right rows per group
	done        []bool  // group emitted already (not ALL)
	cols        []*types.Column
	ids         [BatchRows]int32
	sel         []uint16
	built       bool
}

func (r *run) setOp(n *plan.SetOp) (operator, error) {
	left, err := r.build(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := r.build(n.Right)
	if err != nil {
		return nil, err
	}
	ts := n.Columns()
	if n.Kind == plan.Union {
		both := &appendOp{inputs: []operator{left, right}}
		if n.All {
			return both, nil
		}
		return &distinct{r: r, in: both, seen: newGroups(&r.mem, ts), cols: make([]*types.Column, len(ts))}, nil
	}
	return &setOp{r: r, n: n, left: left, right: right, known: newGroups(&r.mem, ts), cols: make([]*types.Column, len(ts))}, nil
}

func (o *setOp) open() error {
	o.close()
	return o.left.open()
}

func (o *setOp) close() {
	o.known.free()
	o.count, o.done, o.built = nil, nil, false
	o.left.close()
	o.right.close()
}

func (o *setOp) build() error {
	o.built = true
	if err := o.right.open(); err != nil {
		return err
	}
	defer o.right.close()
	var b Batch
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.right.next(&b); err != nil || b.N == 0 {
			return err
		}
		if err := o.assign(&b); err != nil {
			return err
		}
		for _, i := range b.Selection() {
			o.count[o.ids[i]]++
		}
	}
}

func (o *setOp) assign(b *Batch) error {
	for c := range o.cols {
		o.cols[c] = &b.Cols[c]
	}
	err := o.known.assign(o.cols, b.Selection(), o.ids[:])
	for len(o.count) < o.known.n() {
		o.count, o.done = append(o.count, 0), append(o.done, false)
	}
	return err
}

func (o *setOp) next(b *Batch) error {
	if !o.built {
		if err := o.build(); err != nil {
			return err
		}
	}
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.left.next(b); err != nil || b.N == 0 {
			return err
		}
		if err := o.assign(b); err != nil {
			return err
		}
		o.sel = o.sel[:0]
		for _, i := range b.Selection() {
			if o.wanted(o.ids[i]) {
				o.sel = append(o.sel, i)
			}
		}
		if len(o.sel) > 0 {
			b.Sel = o.sel
			return nil
		}
	}
}

// wanted decides on one more left row of the group.
func (o *setOp) wanted(g int32) bool {
	in := o.count[g] > 0
	if o.n.All {
		if in {
			o.count[g]--
		}
	} else {
		if o.done[g] {
			return false
		}
		o.done[g] = true
	}
	return in == (o.n.Kind == plan.Intersect)
}
