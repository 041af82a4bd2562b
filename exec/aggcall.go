package exec

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// aggCall is one aggregate of an Agg node, compiled: it evaluates the arguments
// of a batch once for all grouping sets.
type aggCall struct {
	fn       *builtin.Function
	site     *builtin.Call
	args     []*eval.Expr
	direct   []*eval.Expr
	filter   *eval.Expr
	order    *ordering
	distinct bool
	retains  bool // a group's state grows with its rows
	argTypes []types.Type

	cols []*types.Column // arguments of the batch
	keys []*types.Column // ORDER BY inside the call
	sel  []uint16        // rows that count
	vals []types.Value
}

func (r *run) aggCall(n *plan.AggCall) (*aggCall, error) {
	if n.Fn.NewAggregate == nil && n.Fn.Hypothetical == nil {
		return nil, sqlerr.Unsupported("aggregate "+n.Fn.Name, "")
	}
	c := &aggCall{fn: n.Fn, distinct: n.Distinct, retains: retains(n.Fn), argTypes: plan.FuncArgs(n.Args)}
	c.site = r.comp.Site(n.Fn, append(plan.FuncArgs(n.Direct), c.argTypes...), n.Typ)
	var err error
	if c.args, err = r.compileAll(n.Args); err != nil {
		return nil, err
	}
	if c.direct, err = r.compileAll(n.Direct); err != nil {
		return nil, err
	}
	if c.filter, err = r.compileOpt(n.Filter); err != nil {
		return nil, err
	}
	if c.order, err = r.ordering(n.OrderBy); err != nil {
		return nil, err
	}
	c.cols = make([]*types.Column, len(c.args))
	c.keys = make([]*types.Column, len(c.order.keys))
	c.vals = make([]types.Value, len(c.args))
	return c, nil
}

// retains reports aggregates that keep every row they are given: what they
// keep counts as the query's memory.
func retains(fn *builtin.Function) bool {
	switch fn.Name {
	case "array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg":
		return true
	}
	return fn.OrderedSet > 0
}

// eval computes the rows that count and their arguments.
func (c *aggCall) eval(b *Batch) error {
	part := *b
	if c.filter != nil {
		sel, err := c.filter.Filter(b)
		if err != nil {
			return err
		}
		part.Sel = sel
	}
	c.sel = part.Selection()
	if len(c.sel) == 0 {
		return nil
	}
	if err := evalAll(c.args, &part, c.cols); err != nil {
		return err
	}
	if c.fn.Strict && len(c.args) > 0 {
		c.dropNulls()
	}
	return c.order.eval(&part, c.keys)
}

// dropNulls leaves out the rows that a strict aggregate does not see.
func (c *aggCall) dropNulls() {
	for _, col := range c.cols {
		if !col.HasNulls() {
			continue
		}
		kept := make([]uint16, 0, len(c.sel))
		for _, i := range c.sel {
			if !col.IsNull(int(i)) {
				kept = append(kept, i)
			}
		}
		c.sel = kept
	}
}

func (c *aggCall) start(b *Batch, row int) (builtin.Aggregator, error) {
	direct, err := c.directValues(b, row)
	if err != nil {
		return nil, err
	}
	return c.fn.NewAggregate(c.site, direct), nil
}

// directValues evaluates the direct arguments of an ordered-set aggregate for a
// group whose first row is row of b.
func (c *aggCall) directValues(b *Batch, row int) ([]types.Value, error) {
	var direct []types.Value
	for _, d := range c.direct {
		var v types.Value
		var err error
		if b == nil {
			// No row, no group: direct arguments are constants here.
			v, err = d.Values(nil)
		} else {
			v, err = d.Row(b.Cols, row)
		}
		if err != nil {
			return nil, err
		}
		direct = append(direct, v)
	}
	return direct, nil
}

// aggState holds the states of one call for all groups of a set.
type aggState interface {
	// extend makes states up to n groups; row of b is the new group's first (b nil: none).
	extend(n int, c *aggCall, b *Batch, row int) error
	// add takes the batch that c.eval prepared; ids gives each row's group.
	add(c *aggCall, ids []int32) error
	// finish is called once after the last add.
	finish() error
	result(group int) (types.Value, error)
	free()
}

// state chooses the cheapest form of state.
func (c *aggCall) state(r *run) aggState {
	if c.fn.Hypothetical != nil {
		return newHypothetical(r, c)
	}
	if c.distinct || len(c.order.keys) > 0 {
		return newGathered(r, c)
	}
	if c.fn.Name == "count" && c.fn.Schema == "" && c.fn.OrderedSet == 0 {
		return &counters{mem: &r.mem}
	}
	return &accumulators{r: r}
}

// counters is count(*) and count(x): eval has dropped what does not count.
type counters struct {
	mem *memory
	n   []int64
}

func (s *counters) extend(n int, _ *aggCall, _ *Batch, _ int) error {
	for len(s.n) < n {
		s.n = append(s.n, 0)
	}
	return s.mem.grow(8)
}

func (s *counters) add(c *aggCall, ids []int32) error {
	if !c.fn.Strict && len(c.cols) > 0 && len(c.sel) > 0 {
		c.dropNulls()
	}
	for _, i := range c.sel {
		s.n[ids[i]]++
	}
	return nil
}

func (s *counters) finish() error                     { return nil }
func (s *counters) result(g int) (types.Value, error) { return types.NewInt(s.n[g]), nil }
func (s *counters) free()                             { s.mem.shrink(8 * int64(len(s.n))) }

// accumulatorBytes is what one aggregator is taken to need.
const accumulatorBytes = 96

// valueBytes is the size of a types.Value without its text.
const valueBytes = 32

// accumulators are the library's aggregators, one per group.
type accumulators struct {
	r     *run
	list  []builtin.Aggregator
	bytes int64 // retained, beside the aggregators themselves
}

// feed gives one row to a group.
func (s *accumulators) feed(c *aggCall, group int32, vals []types.Value) error {
	if c.retains {
		var n int64
		for i := range vals {
			n += valueBytes + int64(len(vals[i].Str()))
		}
		s.bytes += n
		if err := s.r.mem.grow(n); err != nil {
			return err
		}
	}
	return s.list[group].Add(vals)
}

func (s *accumulators) extend(n int, c *aggCall, b *Batch, row int) error {
	for len(s.list) < n {
		a, err := c.start(b, row)
		if err != nil {
			return err
		}
		s.list = append(s.list, a)
		if err := s.r.mem.grow(accumulatorBytes); err != nil {
			return err
		}
	}
	return nil
}

func (s *accumulators) add(c *aggCall, ids []int32) error {
	for _, i := range c.sel {
		for k, col := range c.cols {
			c.vals[k] = col.Get(int(i))
		}
		if err := s.feed(c, ids[i], c.vals); err != nil {
			return err
		}
	}
	return nil
}

func (s *accumulators) finish() error                     { return nil }
func (s *accumulators) result(g int) (types.Value, error) { return s.list[g].Result() }
func (s *accumulators) free()                             { s.r.mem.shrink(accumulatorBytes*int64(len(s.list)) + s.bytes) }
