package exec

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// sortOp orders its whole input in memory; stable.
type sortOp struct {
	r     *run
	in    operator
	kept  *keyed
	order []int32
	pos   int
	out   []types.Column
	ready bool
}

func (r *run) sort(n *plan.Sort) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	o, err := r.ordering(n.Keys)
	if err != nil {
		return nil, err
	}
	ts := n.Columns()
	return &sortOp{r: r, in: in, kept: newKeyed(r, o, ts), out: columns(ts)}, nil
}

func (o *sortOp) open() error {
	o.close()
	return o.in.open()
}

func (o *sortOp) close() {
	o.kept.free()
	o.order, o.pos, o.ready = nil, 0, false
	o.in.close()
}

func (o *sortOp) next(b *Batch) error {
	if !o.ready {
		if err := o.read(); err != nil {
			return err
		}
		o.ready = true
	}
	n := min(len(o.order)-o.pos, BatchRows)
	o.kept.rows.emit(b, o.out, o.order[o.pos:o.pos+n])
	o.pos += n
	return nil
}

func (o *sortOp) read() error {
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
		if err := o.kept.add(&b); err != nil {
			return err
		}
	}
	o.in.close()
	var err error
	o.order, err = o.kept.sorted()
	return err
}

// topN is a sort that keeps Limit+Offset rows: when twice as many have
// gathered, they are sorted and the rest is thrown away.
type topN struct {
	sortOp
	bounds rowBounds
	want   int64 // rows to keep; < 0 = all
}

func (r *run) topN(n *plan.TopN) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	ord, err := r.ordering(n.Keys)
	if err != nil {
		return nil, err
	}
	ts := n.Columns()
	op := &topN{sortOp: sortOp{r: r, in: in, kept: newKeyed(r, ord, ts), out: columns(ts)}}
	op.bounds, err = r.rowBounds(n.Limit, n.Offset)
	return op, err
}

func (o *topN) open() error {
	if err := o.bounds.eval(); err != nil {
		return err
	}
	o.want = -1
	if o.bounds.limit >= 0 && o.bounds.limit <= maxTop-o.bounds.offset {
		o.want = o.bounds.limit + o.bounds.offset
	}
	return o.sortOp.open()
}

// maxTop is the most rows that are kept sorted on the way; above it everything is sorted at the end.
const maxTop = 1 << 20

func (o *topN) next(b *Batch) error {
	if !o.ready {
		if err := o.read(); err != nil {
			return err
		}
		skip := min(o.bounds.offset, int64(len(o.order)))
		o.order = o.order[skip:]
		if o.bounds.limit >= 0 && int64(len(o.order)) > o.bounds.limit {
			o.order = o.order[:o.bounds.limit]
		}
		o.ready = true
	}
	return o.sortOp.next(b)
}

func (o *topN) read() error {
	if o.want < 0 {
		return o.sortOp.read()
	}
	var b Batch
	for o.want > 0 {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.in.next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			break
		}
		if err := o.kept.add(&b); err != nil {
			return err
		}
		if int64(o.kept.rows.n) > 2*o.want+BatchRows {
			if err := o.prune(); err != nil {
				return err
			}
		}
	}
	o.in.close()
	var err error
	o.order, err = o.kept.sorted()
	return err
}

// prune keeps the first want rows in order; later equal rows sort behind them,
// as a stable sort has it.
func (o *topN) prune() error {
	rows, err := o.kept.sorted()
	if err != nil {
		return err
	}
	rows = rows[:o.want]
	for _, s := range []*store{o.kept.rows, o.kept.keys} {
		kept := columns(s.types)
		for c := range kept {
			gather(&kept[c], &s.cols[c], s.types[c], rows)
		}
		s.reset()
		s.cols, s.n = kept, len(rows)
		s.bytes = rowBytes32(kept, len(rows))
		if err := s.mem.grow(s.bytes); err != nil {
			return err
		}
	}
	return nil
}

// rowBytes32 is rowBytes of all n rows.
func rowBytes32(cols []types.Column, n int) int64 {
	var sum int64
	for c := range cols {
		if cols[c].Fixed() {
			sum += 8 * int64(n)
			continue
		}
		for _, s := range cols[c].Str {
			sum += 16 + int64(len(s))
		}
	}
	return sum
}
