package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// memoryScan runs a ranked call of the memory schema through the session's hook.
type memoryScan struct {
	r    *run
	n    *plan.MemoryScan
	args []*eval.Expr
	rows *puller
}

func (r *run) memoryScan(n *plan.MemoryScan) (operator, error) {
	if r.env.Memory == nil {
		return nil, sqlerr.Unsupported("a ranked memory call in this place", "")
	}
	args, err := r.compileAll(n.Args)
	return &memoryScan{r: r, n: n, args: args}, err
}

func (o *memoryScan) open() error {
	o.close()
	args := make([]types.Value, len(o.args))
	for i, a := range o.args {
		var err error
		if args[i], err = a.Values(nil); err != nil {
			return err
		}
	}
	o.rows = pull(o.n.Cols, func(yield func(row []types.Value) error) error {
		return o.r.env.Memory(o.r.ctx, o.r.env, o.n, args, yield)
	})
	return nil
}

func (o *memoryScan) close() {
	o.rows.close()
	o.rows = nil
}

func (o *memoryScan) next(b *Batch) error { return o.rows.read(b) }
