package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// viewChecks are the WITH CHECK OPTIONs that rows written through views must
// meet. They are tested when a row is written, after its table's constraints.
type viewChecks struct {
	list  []plan.ViewCheck
	conds []*eval.Expr
}

func (r *run) viewChecks(list []plan.ViewCheck) (viewChecks, error) {
	c := viewChecks{list: list}
	for i := range list {
		e, err := r.compile(list[i].Cond)
		if err != nil {
			return c, err
		}
		c.conds = append(c.conds, e)
	}
	return c, nil
}

// test is 44000 for a condition that is not true. row is what the conditions
// are over; written is the table's row.
func (c *viewChecks) test(w *writer, row, written []types.Value) error {
	for i, e := range c.conds {
		ok, err := e.True(row)
		if err != nil {
			return err
		}
		if !ok {
			return sqlerr.New(sqlerr.WithCheckOptionViolation, "new row violates check option for view \"%s\"", c.list[i].View).
				WithDetail("Failing row contains %s.", w.rowText(written))
		}
	}
	return nil
}
