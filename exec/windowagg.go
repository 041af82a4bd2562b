package exec

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// aggregate computes an aggregate over the frame of each row of the partition.
// A frame that only grows at its end is fed step by step; one that also loses
// rows at its start works so too where the aggregate can undo; any other frame
// is added up anew.
func (p *partition) aggregate(call int, fn *builtin.Function, site *builtin.Call) error {
	a := &frameAgg{p: p, call: call, fn: fn, site: site, args: make([]types.Value, len(p.o.n.Calls[call].Args))}
	a.restart(0)
	_, a.canUndo = a.agg.(builtin.Remover)
	for row := range p.n {
		start, end := p.bounds(row)
		if p.err != nil {
			return p.err
		}
		v, err := a.value(row, start, end)
		if err != nil {
			return err
		}
		p.o.results[call].Set(p.from+row, v)
	}
	return nil
}

// frameAgg is an aggregate over a moving frame; it holds rows [start, end).
type frameAgg struct {
	p          *partition
	call       int
	fn         *builtin.Function
	site       *builtin.Call
	args       []types.Value
	agg        builtin.Aggregator
	canUndo    bool
	start, end int
	last       types.Value // result for [start, end)
	fresh      bool
}

func (a *frameAgg) restart(at int) {
	a.agg = a.fn.NewAggregate(a.site, nil)
	a.start, a.end, a.fresh = at, at, false
}

func (a *frameAgg) value(row, start, end int) (types.Value, error) {
	if a.p.o.frame.Exclude != plan.ExcludeNone {
		return a.recompute(row, start, end)
	}
	if start < a.start || end < a.end || start > a.start && (!a.canUndo || start >= a.end) {
		a.restart(start)
	}
	for ; a.start < start; a.start++ {
		if ok, err := a.load(a.start); err != nil {
			return types.Null, err
		} else if ok {
			if err := a.agg.(builtin.Remover).Remove(a.args); err != nil {
				return types.Null, err
			}
		}
		a.fresh = false
	}
	for ; a.end < end; a.end++ {
		if err := a.addRow(a.end); err != nil {
			return types.Null, err
		}
		a.fresh = false
	}
	if !a.fresh {
		v, err := a.result()
		if err != nil {
			return types.Null, err
		}
		a.last, a.fresh = v, true
	}
	return a.last, nil
}

// recompute adds up the frame without the excluded rows.
func (a *frameAgg) recompute(row, start, end int) (types.Value, error) {
	a.restart(start)
	for i := start; i < end; i++ {
		if a.p.excluded(row, i) {
			continue
		}
		if err := a.addRow(i); err != nil {
			return types.Null, err
		}
	}
	return a.result()
}

// result asks the aggregate and counts what it made: every row's is kept.
func (a *frameAgg) result() (types.Value, error) {
	v, err := a.agg.Result()
	if err != nil {
		return types.Null, err
	}
	n := int64(len(v.Str()))
	a.p.o.bytes += n
	return v, a.p.o.r.mem.grow(n)
}

func (a *frameAgg) addRow(i int) error {
	ok, err := a.load(i)
	if err != nil || !ok {
		return err
	}
	return a.agg.Add(a.args)
}

// load fetches the arguments of row i; false: the row does not count.
func (a *frameAgg) load(i int) (bool, error) {
	if i&(BatchRows-1) == 0 {
		if err := a.p.o.r.interrupt(); err != nil {
			return false, err
		}
	}
	if !a.p.passes(a.call, i) {
		return false, nil
	}
	for k := range a.args {
		a.args[k] = a.p.arg(a.call, k, i)
		if a.fn.Strict && a.args[k].IsNull() {
			return false, nil
		}
	}
	return true, nil
}
