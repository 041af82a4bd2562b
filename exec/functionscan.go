package exec

import (
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// functionRows makes the rows of functions in FROM, several zipped.
type functionRows struct {
	r     *run
	n     *plan.FunctionScan
	calls []*setCall
	width int // columns of a row
}

func (r *run) functionScan(n *plan.FunctionScan) (operator, error) {
	o := &functionRows{r: r, n: n, width: len(n.Columns())}
	for i := range n.Calls {
		c, err := r.setCall(&n.Calls[i])
		if err != nil {
			return nil, err
		}
		o.calls = append(o.calls, c)
	}
	if len(o.calls) == 1 {
		return r.rowScan(n, n.Filter, o.single)
	}
	return r.rowScan(n, n.Filter, o.zip)
}

// single yields the rows of the only function.
func (o *functionRows) single(yield func(row []types.Value) error) error {
	if !o.n.Ordinality {
		return o.calls[0].rows(nil, 0, yield)
	}
	full := make([]types.Value, o.width)
	nr := int64(0)
	return o.calls[0].rows(nil, 0, func(row []types.Value) error {
		nr++
		copy(full, row)
		full[len(full)-1] = types.NewInt(nr)
		return yield(full)
	})
}

// zip yields the functions' rows side by side, the shorter ones padded with NULL.
func (o *functionRows) zip(yield func(row []types.Value) error) error {
	parts := make([]*tape, len(o.calls))
	var n int64
	for i, c := range o.calls {
		parts[i] = newTape(&o.r.mem, c.n.Cols)
		if err := c.rows(nil, 0, parts[i].addRow); err != nil {
			return err
		}
		n = max(n, parts[i].rows)
	}
	row := make([]types.Value, o.width)
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
