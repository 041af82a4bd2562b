package exec

import (
	"slices"

	"synapse/catalog/types"
)

// gathered keeps the arguments of a call with DISTINCT or ORDER BY (an
// ordered-set aggregate too) until the end, then feeds each group in order.
// Rows are kept as order keys and then arguments.
type gathered struct {
	accumulators
	call  *aggCall
	rows  *store
	group []int32 // of each kept row
	order *ordering
	keys  int // order keys come first in rows
	cols  []*types.Column
}

func newGathered(r *run, c *aggCall) *gathered {
	ts := append(c.order.types(), c.argTypes...)
	s := &gathered{accumulators: accumulators{r: r}, call: c, keys: len(c.order.keys), rows: newStore(&r.mem, ts)}
	s.order = &ordering{keys: append([]orderKey(nil), c.order.keys...)}
	if c.distinct {
		s.order.keys = append(s.order.keys, ascending(c.argTypes).keys...)
	}
	s.cols = make([]*types.Column, len(ts))
	return s
}

func (s *gathered) add(c *aggCall, ids []int32) error {
	copy(s.cols, c.keys)
	copy(s.cols[s.keys:], c.cols)
	for _, i := range c.sel {
		if err := s.rows.addRow(s.cols, int(i)); err != nil {
			return err
		}
		s.group = append(s.group, ids[i])
	}
	return nil
}

// finish sorts by group and order and feeds the aggregators.
func (s *gathered) finish() error {
	order := make([]int32, s.rows.n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int {
		if c := int(s.group[i]) - int(s.group[j]); c != 0 {
			return c
		}
		return s.order.at(s.rows.cols, i, s.rows.cols, j)
	})
	vals := make([]types.Value, len(s.call.args))
	for n, i := range order {
		if n > 0 && s.call.distinct && s.repeats(order[n-1], i) {
			continue
		}
		for k := range vals {
			vals[k] = s.rows.cols[s.keys+k].Get(int(i))
		}
		if err := s.feed(s.call, s.group[i], vals); err != nil {
			return err
		}
	}
	s.rows.free()
	s.group = nil
	return nil
}

// repeats reports equal arguments in the same group.
func (s *gathered) repeats(i, j int32) bool {
	if s.group[i] != s.group[j] {
		return false
	}
	for k := range s.call.args {
		key := &s.order.keys[s.keys+k]
		if key.at(&s.rows.cols[s.keys+k], int(i), &s.rows.cols[s.keys+k], int(j)) != 0 {
			return false
		}
	}
	return true
}

func (s *gathered) free() {
	s.rows.free()
	s.accumulators.free()
}
