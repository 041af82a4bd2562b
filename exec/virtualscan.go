package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// virtualScan reads a relation that a provider makes.
type virtualScan struct {
	r    *run
	n    *plan.VirtualScan
	cond *eval.Expr
	rows *puller
	m    *plan.Measure
}

func (r *run) virtualScan(n *plan.VirtualScan) (operator, error) {
	cond, err := r.compileOpt(n.Filter)
	return &virtualScan{r: r, n: n, cond: cond, m: r.instrument(n)}, err
}

func (o *virtualScan) open() error {
	o.close()
	source := o.r.env.Virtual
	if t := o.n.Temporal; t != nil {
		var err error
		if source, err = o.r.hostAt(t); err != nil {
			return err
		}
	}
	row := make([]types.Value, len(o.n.Cols))
	o.rows = pull(o.n.Columns(), func(yield func(row []types.Value) error) error {
		return o.n.Virtual.Rows(source, func(full []types.Value) error {
			for i, c := range o.n.Cols {
				row[i] = types.Null
				if c > 0 {
					row[i] = full[c-1]
				} else if c == plan.SysTableOID {
					row[i] = types.NewInt(int64(o.n.Table.ID))
				}
			}
			return yield(row)
		})
	})
	return nil
}

func (o *virtualScan) close() {
	o.rows.close()
	o.rows = nil
}

func (o *virtualScan) next(b *Batch) error {
	for {
		if err := o.r.interrupt(); err != nil {
			return err
		}
		if err := o.rows.read(b); err != nil || b.N == 0 {
			return err
		}
		ok, err := keep(o.cond, b, o.m)
		if err != nil || ok {
			return err
		}
	}
}
