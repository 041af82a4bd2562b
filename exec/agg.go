package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// agg groups its input by hash, once per grouping set, and computes the
// aggregates of each group.
type agg struct {
	r     *run
	n     *plan.Agg
	in    operator
	keys  []*eval.Expr
	calls []*aggCall
	sets  []*groupingSet
	ready bool
	set   int // being emitted
	group int
	cols  []*types.Column
	ids   [BatchRows]int32
	out   []types.Column
	types []types.Type
}

// groupingSet is one GROUP BY of the node: the keys it keeps and its groups.
type groupingSet struct {
	keys   []int // indexes into GroupBy
	known  *groups
	n      int // groups, also where there are no keys
	states []aggState
	masks  []int64 // GROUPING(…) values
	cols   []*types.Column
}

func (r *run) agg(n *plan.Agg) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	o := &agg{r: r, n: n, in: in, types: n.Columns(), cols: make([]*types.Column, len(n.GroupBy))}
	if o.keys, err = r.compileAll(n.GroupBy); err != nil {
		return nil, err
	}
	for i := range n.Aggs {
		c, err := r.aggCall(&n.Aggs[i])
		if err != nil {
			return nil, err
		}
		o.calls = append(o.calls, c)
	}
	o.out = columns(o.types)
	sets := n.Sets
	if sets == nil {
		all := make([]int, len(n.GroupBy))
		for i := range all {
			all[i] = i
		}
		sets = [][]int{all}
	}
	for _, keys := range sets {
		o.sets = append(o.sets, o.groupingSet(keys))
	}
	return o, nil
}

func (o *agg) groupingSet(keys []int) *groupingSet {
	s := &groupingSet{keys: keys, cols: make([]*types.Column, len(keys))}
	for _, mask := range o.n.Groupings {
		bits := int64(0)
		for _, k := range mask {
			bits <<= 1
			if !contains(keys, k) {
				bits |= 1
			}
		}
		s.masks = append(s.masks, bits)
	}
	return s
}

func contains(list []int, k int) bool {
	for _, x := range list {
		if x == k {
			return true
		}
	}
	return false
}

func (o *agg) open() error {
	o.close()
	for _, s := range o.sets {
		s.n = 0
		if len(s.keys) > 0 {
			ts := make([]types.Type, len(s.keys))
			for i, k := range s.keys {
				ts[i] = o.keys[k].Type()
			}
			s.known = newGroups(&o.r.mem, ts)
		}
		s.states = make([]aggState, len(o.calls))
		for i, c := range o.calls {
			s.states[i] = c.state(o.r)
		}
	}
	return o.in.open()
}

func (o *agg) close() {
	for _, s := range o.sets {
		if s.known != nil {
			s.known.free()
		}
		for _, st := range s.states {
			st.free()
		}
		s.states, s.known = nil, nil
	}
	o.ready, o.set, o.group = false, 0, 0
	o.in.close()
}

func (o *agg) read() error {
	var b Batch
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.in.next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			break
		}
		if err := o.absorb(&b); err != nil {
			return err
		}
	}
	o.in.close()
	for _, s := range o.sets {
		// Without keys there is one group even of no rows.
		if len(s.keys) == 0 && s.n == 0 {
			s.n = 1
			for i, st := range s.states {
				if err := st.extend(1, o.calls[i], nil, 0); err != nil {
					return err
				}
			}
		}
		for _, st := range s.states {
			if err := st.finish(); err != nil {
				return err
			}
		}
	}
	return nil
}

// absorb adds a batch to every grouping set.
func (o *agg) absorb(b *Batch) error {
	if err := evalAll(o.keys, b, o.cols); err != nil {
		return err
	}
	sel := b.Selection()
	for _, c := range o.calls {
		if err := c.eval(b); err != nil {
			return err
		}
	}
	for _, s := range o.sets {
		known := s.n
		if err := o.assign(s, sel); err != nil {
			return err
		}
		for k, st := range s.states {
			if s.n > known {
				if err := o.extend(s, st, o.calls[k], b, known); err != nil {
					return err
				}
			}
			if err := st.add(o.calls[k], o.ids[:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// assign sets the group of each row in the set.
func (o *agg) assign(s *groupingSet, sel []uint16) error {
	if len(s.keys) == 0 {
		for _, i := range sel {
			o.ids[i] = 0
		}
		s.n = 1
		return nil
	}
	for i, k := range s.keys {
		s.cols[i] = o.cols[k]
	}
	err := s.known.assign(s.cols, sel, o.ids[:])
	s.n = s.known.n()
	return err
}

// extend makes states of new groups, each from the first row of the group.
func (o *agg) extend(s *groupingSet, st aggState, c *aggCall, b *Batch, known int) error {
	for _, i := range b.Selection() {
		if int(o.ids[i]) >= known {
			if err := st.extend(int(o.ids[i])+1, c, b, int(i)); err != nil {
				return err
			}
			known = int(o.ids[i]) + 1
		}
	}
	return nil
}

func (o *agg) next(b *Batch) error {
	if !o.ready {
		if err := o.read(); err != nil {
			return err
		}
		o.ready = true
	}
	for o.set < len(o.sets) && o.group == o.sets[o.set].n {
		o.set, o.group = o.set+1, 0
	}
	b.N, b.Sel = 0, nil
	if o.set == len(o.sets) {
		return nil
	}
	s := o.sets[o.set]
	from, n := o.group, min(s.n-o.group, BatchRows)
	o.group += n
	return o.emit(b, s, from, n)
}

// emit fills b with groups from … from+n-1 of the set.
func (o *agg) emit(b *Batch, s *groupingSet, from, n int) error {
	for c := range o.out {
		o.out[c].Reset(o.types[c], n)
	}
	for k := range o.keys {
		for i := range n {
			o.out[k].SetNull(i)
		}
	}
	for pos, k := range s.keys {
		for i := range n {
			o.out[k].Set(i, s.known.keys.cols[pos].Get(from+i))
		}
	}
	at := len(o.keys)
	for k, st := range s.states {
		for i := range n {
			v, err := st.result(from + i)
			if err != nil {
				return err
			}
			o.out[at+k].Set(i, v)
		}
	}
	at += len(o.calls)
	for k, m := range s.masks {
		for i := range n {
			o.out[at+k].I64[i] = m
		}
	}
	b.N, b.Sel, b.Cols = n, nil, o.out
	return nil
}
