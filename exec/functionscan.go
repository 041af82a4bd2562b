package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// functionScan reads functions in FROM, several zipped.
type functionScan struct {
	r     *run
	n     *plan.FunctionScan
	calls []*setCall
	cond  *eval.Expr
	types []types.Type
	rows  *puller
	m     *plan.Measure
}

func (r *run) functionScan(n *plan.FunctionScan) (operator, error) {
	o := &functionScan{r: r, n: n, types: n.Columns(), m: r.instrument(n)}
	for i := range n.Calls {
		c, err := r.setCall(&n.Calls[i])
		if err != nil {
			return nil, err
		}
		o.calls = append(o.calls, c)
	}
	var err error
	o.cond, err = r.compileOpt(n.Filter)
	return o, err
}

func (o *functionScan) open() error {
	o.close()
	if len(o.calls) == 1 {
		o.rows = pull(o.types, o.single)
	} else {
		o.rows = pull(o.types, o.zip)
	}
	return nil
}

func (o *functionScan) close() {
	o.rows.close()
	o.rows = nil
}

func (o *functionScan) next(b *Batch) error {
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

// single yields the rows of the only function.
func (o *functionScan) single(yield func(row []types.Value) error) error {
	if !o.n.Ordinality {
		return o.calls[0].rows(nil, 0, yield)
	}
	full := make([]types.Value, len(o.types))
	nr := int64(0)
	return o.calls[0].rows(nil, 0, func(row []types.Value) error {
		nr++
		copy(full, row)
		full[len(full)-1] = types.NewInt(nr)
		return yield(full)
	})
}

// zip yields the functions' rows side by side, the shorter ones padded with NULL.
func (o *functionScan) zip(yield func(row []types.Value) error) error {
	parts := make([]*tape, len(o.calls))
	var n int64
	for i, c := range o.calls {
		parts[i] = newTape(&o.r.mem, c.n.Cols)
		if err := c.rows(nil, 0, parts[i].addRow); err != nil {
			return err
		}
		n = max(n, parts[i].rows)
	}
	row := make([]types.Value, len(o.types))
	for i := range n {
		at := 0
		for _, p := range parts {
			for c := range p.types {
				row[at] = types.Null
				if i < p.rows {
					row[at] = p.chunks[i/BatchRows].cols[c].Get(int(i % BatchRows))
				}
				at++
			}
		}
		if o.n.Ordinality {
			row[at] = types.NewInt(i + 1)
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}
