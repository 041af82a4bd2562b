package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// subquery runs a subquery of an expression; eval keeps its results.
type subquery struct {
	r   *run
	n   *plan.SubPlan
	op  operator // nil until first run: a branch never taken costs nothing
	row []types.Value
}

// Subquery implements eval.Subqueries.
func (r *run) Subquery(n *plan.SubPlan) (eval.Subquery, error) {
	return &subquery{r: r, n: n, row: make([]types.Value, len(n.Input.Columns()))}, nil
}

// Each implements eval.Subquery.
func (s *subquery) Each(f func(row []types.Value) (bool, error)) error {
	if s.op == nil {
		var err error
		if s.op, err = s.r.build(s.n.Input); err != nil {
			return err
		}
	}
	switch s.n.Kind {
	case plan.Exists:
		setLimit(s.op, 1)
	case plan.Scalar, plan.RowSub:
		setLimit(s.op, 2)
	}
	if err := s.op.open(); err != nil {
		return err
	}
	defer s.op.close()
	var b Batch
	for {
		if err := s.r.interrupt(); err != nil {
			return err
		}
		if err := s.op.next(&b); err != nil || b.N == 0 {
			return err
		}
		for _, i := range b.Selection() {
			for c := range s.row {
				s.row[c] = b.Cols[c].Get(int(i))
			}
			more, err := f(s.row)
			if err != nil || !more {
				return err
			}
		}
	}
}
