package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// distinct passes the first of equal rows. Rows may come in any order.
type distinct struct {
	r    *run
	in   operator
	seen *groups
	cols []*types.Column
	ids  [BatchRows]int32
	sel  []uint16
}

// distinctOn keeps the first row of each run of equal values.
type distinctOn struct {
	in    operator
	exprs []*eval.Expr
	order *ordering // compares the values
	cols  []*types.Column
	prev  []types.Column
	have  bool
	sel   []uint16
}

func (r *run) distinct(n *plan.Distinct) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	if n.On == nil {
		ts := n.Columns()
		return &distinct{r: r, in: in, seen: newGroups(&r.mem, ts), cols: make([]*types.Column, len(ts))}, nil
	}
	exprs, err := r.compileAll(n.On)
	if err != nil {
		return nil, err
	}
	ts := plan.FuncArgs(n.On)
	return &distinctOn{in: in, exprs: exprs, order: ascending(ts), cols: make([]*types.Column, len(ts)), prev: columns(ts)}, nil
}

func (o *distinct) open() error {
	o.seen.free()
	return o.in.open()
}

func (o *distinct) close() {
	o.seen.free()
	o.in.close()
}

func (o *distinct) next(b *Batch) error {
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.in.next(b); err != nil || b.N == 0 {
			return err
		}
		for c := range o.cols {
			o.cols[c] = &b.Cols[c]
		}
		if sel, err := o.seen.fresh(o.cols, b.Selection(), o.ids[:], o.sel[:0]); err != nil || len(sel) > 0 {
			o.sel, b.Sel = sel, sel
			return err
		}
	}
}

// fresh adds the rows of sel and appends to dst those whose key was new.
func (g *groups) fresh(cols []*types.Column, sel []uint16, ids []int32, dst []uint16) ([]uint16, error) {
	known := int32(g.n())
	if err := g.assign(cols, sel, ids); err != nil {
		return nil, err
	}
	for _, i := range sel {
		if ids[i] == known {
			dst = append(dst, i)
			known++
		}
	}
	return dst, nil
}

func (o *distinctOn) open() error {
	o.have = false
	return o.in.open()
}

func (o *distinctOn) close() { o.in.close() }

func (o *distinctOn) next(b *Batch) error {
	for {
		if err := o.in.next(b); err != nil || b.N == 0 {
			return err
		}
		if err := evalAll(o.exprs, b, o.cols); err != nil {
			return err
		}
		o.sel = o.sel[:0]
		for _, i := range b.Selection() {
			if o.have && o.same(int(i)) {
				continue
			}
			for k, c := range o.cols {
				gather(&o.prev[k], c, o.order.keys[k].typ, []int32{int32(i)})
			}
			o.have = true
			o.sel = append(o.sel, i)
		}
		if len(o.sel) > 0 {
			b.Sel = o.sel
			return nil
		}
	}
}

func (o *distinctOn) same(i int) bool {
	for k := range o.cols {
		if o.order.keys[k].at(&o.prev[k], 0, o.cols[k], i) != 0 {
			return false
		}
	}
	return true
}
