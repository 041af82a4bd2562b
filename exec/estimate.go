package exec

import (
	"context"

	"synapse/exec/plan"
)

// Estimate adds to an explanation what is known only where the rows are: how
// each vector or text search would go, by exact counts. The searches are opened
// but nothing is read. A search that cannot be opened (its query comes from
// another row, a parameter is missing) is left as it is.
func Estimate(ctx context.Context, env *Env, x *plan.Explanation) {
	if x.Plan == nil || x.Plan.Root == nil {
		return
	}
	silent := *env
	silent.Notice, silent.OnSearch, silent.Analyze = nil, nil, false
	p := *x.Plan
	p.Ranked = false // nothing is recalled, so nothing is recorded
	r := newRun(ctx, &silent, &p)
	defer r.close()
	r.estimate(p.Root, x)
	for i := range p.CTEs {
		r.estimate(p.CTEs[i].Input, x)
	}
}

func (r *run) estimate(n plan.Node, x *plan.Explanation) {
	if s := baseOf(n); s != nil && len(plan.FreeSlots(n)) == 0 {
		if op, err := r.build(n); err == nil {
			r.estimateSearch(n, op, x)
			op.close()
		}
	}
	for _, c := range n.Children() {
		r.estimate(c, x)
	}
}

func (r *run) estimateSearch(n plan.Node, op operator, x *plan.Explanation) {
	var search *ranked
	switch op := op.(type) {
	case *vectorScan:
		search = op.ranked
	case *textScan:
		search = op.ranked
	default:
		return
	}
	if err := op.open(); err != nil || search.cursor == nil {
		return
	}
	if stats := search.cursor.Stats(); stats.Mode != "" {
		if x.Notes == nil {
			x.Notes = map[plan.Node][]plan.Prop{}
		}
		x.Notes[n] = searchProps(stats, false)
	}
}
