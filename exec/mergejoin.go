package exec

import "synapse/exec/plan"

// mergeJoin runs as a hash join. An inner, semi or anti join of sorted inputs so
// keeps the order of its left side; of the other kinds, whose rows without a
// partner come later, no order may be expected.
func (r *run) mergeJoin(n *plan.MergeJoin) (operator, error) {
	return r.hashJoin(&plan.HashJoin{
		Estimate: n.Estimate, Kind: n.Kind, Left: n.Left, Right: n.Right,
		LeftKeys: n.LeftKeys, RightKeys: n.RightKeys, Cond: n.Cond,
	})
}
