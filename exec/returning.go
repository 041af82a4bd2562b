package exec

import (
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// returning keeps the rows of RETURNING until the command has run.
type returning struct {
	exprs []*eval.Expr
	rows  *tape
	row   []types.Value
	at    int
}

func (r *run) returning(list []plan.Expr, n plan.Node) (returning, error) {
	exprs, err := r.compileAll(list)
	return returning{exprs: exprs, rows: newTape(&r.mem, n.Columns()), row: make([]types.Value, len(list))}, err
}

// add computes one row.
func (t *returning) add(input []types.Value) error {
	if len(t.exprs) == 0 {
		return nil
	}
	for i, e := range t.exprs {
		v, err := e.Values(input)
		if err != nil {
			return err
		}
		t.row[i] = v
	}
	return t.rows.addRow(t.row)
}

func (t *returning) next(b *Batch) error {
	t.rows.at(t.at, b)
	t.at++
	return nil
}

func (t *returning) reset() {
	t.rows.reset()
	t.at = 0
}
