package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// rowScan reads what pushes its rows: functions in FROM and virtual relations.
type rowScan struct {
	r       *run
	types   []types.Type
	produce func(yield func(row []types.Value) error) error
	cond    *eval.Expr // nil: all rows
	rows    *puller
	m       *plan.Measure
}

func (r *run) rowScan(n plan.Node, filter plan.Expr, produce func(yield func(row []types.Value) error) error) (operator, error) {
	cond, err := r.compileOpt(filter)
	return &rowScan{r: r, types: n.Columns(), produce: produce, cond: cond, m: r.instrument(n)}, err
}

func (o *rowScan) open() error {
	o.close()
	o.rows = pull(o.types, BatchRows, o.produce)
	return nil
}

func (o *rowScan) close() {
	o.rows.close()
	o.rows = nil
}

func (o *rowScan) next(b *Batch) error {
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

// virtualScan reads a relation that a provider makes.
func (r *run) virtualScan(n *plan.VirtualScan) (operator, error) {
	row := make([]types.Value, len(n.Cols))
	return r.rowScan(n, n.Filter, func(yield func(row []types.Value) error) error {
		source := r.env.Virtual
		if n.Temporal != nil {
			past, err := r.asOf(n.Temporal)
			if err != nil {
				return err
			}
			source = past.virtual
		}
		return n.Virtual.Rows(source, func(full []types.Value) error {
			for i, c := range n.Cols {
				row[i] = types.Null
				if c > 0 {
					row[i] = full[c-1]
				} else if c == plan.SysTableOID {
					row[i] = types.NewInt(int64(n.Table.ID))
				}
			}
			return yield(row)
		})
	})
}
