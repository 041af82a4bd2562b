package exec

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// window computes window functions: it keeps its input, sorts it by partition
// and order, and works partition by partition on row numbers of that order.
type window struct {
	r      *run
	n      *plan.Window
	in     operator
	kept   *keyed // keys: partition, then order
	parts  int    // how many of the keys are the partition
	args   []*eval.Expr
	argOff []int // first argument of each call in args; the last entry is the end
	filter []*eval.Expr
	vals   *store // arguments and filters of each kept row
	frame  frameSpec
	types  []types.Type
	out    []types.Column

	order   []int32
	results []types.Column
	bytes   int64 // of results
	pos     int
	ready   bool
}

func (r *run) window(n *plan.Window) (operator, error) {
	in, err := r.build(n.Input)
	if err != nil {
		return nil, err
	}
	o := &window{r: r, n: n, in: in, parts: len(n.Partition), types: n.Columns()}
	keys := make([]plan.SortKey, 0, len(n.Partition)+len(n.Order))
	for _, e := range n.Partition {
		keys = append(keys, plan.SortKey{Expr: e})
	}
	ord, err := r.ordering(append(keys, n.Order...))
	if err != nil {
		return nil, err
	}
	o.kept = newKeyed(r, ord, n.Input.Columns())
	if err := o.compileCalls(); err != nil {
		return nil, err
	}
	o.out = columns(o.types)
	o.frame, err = r.frameSpec(n)
	return o, err
}

// compileCalls compiles arguments and filters; filters follow the arguments.
func (o *window) compileCalls() error {
	var ts []types.Type
	for i := range o.n.Calls {
		c := &o.n.Calls[i]
		if c.Fn.NewWindow == nil && c.Fn.NewAggregate == nil {
			return sqlerr.Unsupported("window function "+c.Fn.Name, "")
		}
		o.argOff = append(o.argOff, len(o.args))
		args, err := o.r.compileAll(c.Args)
		if err != nil {
			return err
		}
		o.args = append(o.args, args...)
		ts = append(ts, plan.FuncArgs(c.Args)...)
		f, err := o.r.compileOpt(c.Filter)
		if err != nil {
			return err
		}
		o.filter = append(o.filter, f)
	}
	o.argOff = append(o.argOff, len(o.args))
	for range o.filter {
		ts = append(ts, types.Bool)
	}
	o.vals = newStore(&o.r.mem, ts)
	return nil
}

func (o *window) open() error {
	o.close()
	return o.in.open()
}

func (o *window) close() {
	o.in.close()
	o.kept.free()
	o.vals.free()
	o.r.mem.shrink(o.bytes)
	o.order, o.results, o.bytes, o.pos, o.ready = nil, nil, 0, 0, false
}

func (o *window) next(b *Batch) error {
	if !o.ready {
		if err := o.compute(); err != nil {
			return err
		}
		o.ready = true
	}
	n := min(len(o.order)-o.pos, BatchRows)
	width := len(o.kept.rows.types)
	rows := o.order[o.pos : o.pos+n]
	for c := range width {
		gather(&o.out[c], &o.kept.rows.cols[c], o.types[c], rows)
	}
	for k := range o.results {
		col := &o.out[width+k]
		col.Reset(o.types[width+k], n)
		for i := range n {
			col.Set(i, o.results[k].Get(o.pos+i))
		}
	}
	o.pos += n
	b.N, b.Sel, b.Cols = n, nil, o.out
	return nil
}

// read keeps the input with keys, arguments and filters.
func (o *window) read() error {
	cols := make([]*types.Column, len(o.vals.types))
	var b Batch
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.in.next(&b); err != nil || b.N == 0 {
			return err
		}
		if err := evalAll(o.args, &b, cols); err != nil {
			return err
		}
		for k, f := range o.filter {
			var err error
			if f == nil {
				cols[len(o.args)+k] = trueColumn
			} else if cols[len(o.args)+k], err = f.Vector(&b); err != nil {
				return err
			}
		}
		for _, i := range b.Selection() {
			if err := o.vals.addRow(cols, int(i)); err != nil {
				return err
			}
		}
		if err := o.kept.add(&b); err != nil {
			return err
		}
	}
}

// trueColumn stands for a filter that is not there.
var trueColumn = func() *types.Column {
	c := &types.Column{}
	c.Reset(types.Bool, BatchRows)
	for i := range c.I64 {
		c.I64[i] = 1
	}
	return c
}()

func (o *window) compute() error {
	if err := o.read(); err != nil {
		return err
	}
	o.in.close()
	var err error
	if o.order, err = o.kept.sorted(); err != nil {
		return err
	}
	o.results = make([]types.Column, len(o.n.Calls))
	for k := range o.results {
		o.results[k].Reset(o.n.Calls[k].Typ, len(o.order))
	}
	if err := o.frame.eval(); err != nil {
		return err
	}
	for from := 0; from < len(o.order); {
		to := from + 1
		for to < len(o.order) && o.equal(o.order[to-1], o.order[to], 0, o.parts) {
			to++
		}
		if err := o.partition(from, to); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// equal compares keys lo … hi-1 of two kept rows.
func (o *window) equal(i, j int32, lo, hi int) bool {
	for k := lo; k < hi; k++ {
		c := &o.kept.keys.cols[k]
		if o.kept.order.keys[k].at(c, int(i), c, int(j)) != 0 {
			return false
		}
	}
	return true
}

// partition computes all calls for the rows from … to-1 of the order.
func (o *window) partition(from, to int) error {
	p := newPartition(o, from, to)
	for k := range o.n.Calls {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		c := &o.n.Calls[k]
		site := o.r.comp.Site(c.Fn, plan.FuncArgs(c.Args), c.Typ)
		if c.Fn.NewWindow == nil {
			if err := p.aggregate(k, c.Fn, site); err != nil {
				return err
			}
			continue
		}
		view := p.view(k)
		fn := c.Fn.NewWindow(site)
		for row := range view.N {
			v, err := fn.Value(view, row)
			if p.err != nil {
				return p.err
			}
			if err != nil {
				return err
			}
			o.results[k].Set(from+row, v)
		}
	}
	return nil
}

// view is the partition as the library's window functions see it.
func (p *partition) view(call int) *builtin.Partition {
	return &builtin.Partition{
		N:         p.n,
		Arg:       func(arg, row int) (types.Value, error) { return p.arg(call, arg, row), nil },
		PeerStart: func(row int) int { return p.groups[p.group[row]] },
		PeerEnd:   func(row int) int { return p.groups[p.group[row]+1] },
		FrameStart: func(row int) int {
			s, _ := p.bounds(row)
			return s
		},
		FrameEnd: func(row int) int {
			_, e := p.bounds(row)
			return e
		},
		InFrame: func(row, other int) bool {
			s, e := p.bounds(row)
			return other >= s && other < e && !p.excluded(row, other)
		},
	}
}
