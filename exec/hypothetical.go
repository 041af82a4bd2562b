package exec

import (
	"slices"

	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// hypothetical computes rank(…) WITHIN GROUP and its kin: it keeps the sort
// keys of all rows and, at the end, finds where each group's direct arguments
// would stand among them.
type hypothetical struct {
	r       *run
	call    *aggCall
	rows    *store
	group   []int32         // of each kept row
	given   [][]types.Value // direct arguments by group
	results []types.Value
}

func newHypothetical(r *run, c *aggCall) *hypothetical {
	return &hypothetical{r: r, call: c, rows: newStore(&r.mem, c.order.types())}
}

func (s *hypothetical) extend(n int, c *aggCall, b *Batch, row int) error {
	for len(s.given) < n {
		direct, err := c.directValues(b, row)
		if err != nil {
			return err
		}
		s.given = append(s.given, direct)
		if err := s.r.mem.grow(accumulatorBytes); err != nil {
			return err
		}
	}
	return nil
}

func (s *hypothetical) add(c *aggCall, ids []int32) error {
	for _, i := range c.sel {
		if err := s.rows.addRow(c.keys, int(i)); err != nil {
			return err
		}
		s.group = append(s.group, ids[i])
	}
	return nil
}

func (s *hypothetical) finish() error {
	order := make([]int32, s.rows.n)
	for i := range order {
		order[i] = int32(i)
	}
	by := s.call.order
	slices.SortStableFunc(order, func(i, j int32) int {
		if c := int(s.group[i]) - int(s.group[j]); c != 0 {
			return c
		}
		return by.at(s.rows.cols, i, s.rows.cols, j)
	})
	s.results = make([]types.Value, len(s.given))
	for g, at := 0, 0; g < len(s.given); g++ {
		from := at
		for at < len(order) && s.group[order[at]] == int32(g) {
			at++
		}
		s.results[g] = s.call.fn.Hypothetical(s.standing(order[from:at], s.given[g]))
	}
	for k := range by.keys {
		if err := by.keys[k].err; err != nil {
			return err
		}
	}
	return nil
}

// standing compares the sorted rows of a group with a row it does not have.
func (s *hypothetical) standing(rows []int32, given []types.Value) builtin.Standing {
	row := columns(s.rows.types)
	for k := range row {
		row[k].Append(given[k])
	}
	out := builtin.Standing{Rows: int64(len(rows))}
	for n, i := range rows {
		c := s.call.order.at(s.rows.cols, i, row, 0)
		if c > 0 {
			break
		}
		out.Through++
		if c == 0 {
			continue
		}
		out.Before++
		if n == 0 || s.call.order.at(s.rows.cols, rows[n-1], s.rows.cols, i) != 0 {
			out.Kinds++
		}
	}
	return out
}

func (s *hypothetical) result(g int) (types.Value, error) { return s.results[g], nil }

func (s *hypothetical) free() {
	s.rows.free()
	s.r.mem.shrink(accumulatorBytes * int64(len(s.given)))
}
