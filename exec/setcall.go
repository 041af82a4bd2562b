package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// setCall is a compiled call of a function that returns rows.
type setCall struct {
	r    *run
	n    *plan.SetCall
	args []*eval.Expr
	expr *eval.Expr
}

func (r *run) setCall(n *plan.SetCall) (*setCall, error) {
	c := &setCall{r: r, n: n}
	var err error
	if n.Fn == nil {
		c.expr, err = r.compile(n.Expr)
		return c, err
	}
	if n.Fn.Rows == nil && n.Fn.Eval == nil {
		return nil, sqlerr.Unsupported("function "+n.Fn.Name+" in this place", "")
	}
	c.args, err = r.compileAll(n.Args)
	return c, err
}

// rows calls the function for input row i of cols (nil: no input) and yields its rows.
func (c *setCall) rows(cols []types.Column, i int, yield func(row []types.Value) error) error {
	if c.expr != nil {
		v, err := evalAt(c.expr, cols, i)
		if err != nil {
			return err
		}
		return c.yield([]types.Value{v}, yield)
	}
	args := make([]types.Value, len(c.args))
	null := false
	for k, a := range c.args {
		var err error
		if args[k], err = evalAt(a, cols, i); err != nil {
			return err
		}
		null = null || args[k].IsNull()
	}
	fn := c.n.Fn
	site, err := c.r.comp.SiteAsOf(c.n.AsOf, plan.FuncArgs(c.n.Args), c.ret())
	if err != nil {
		return err
	}
	site.Columns = c.n.Defs
	if fn.Rows != nil {
		if null && fn.Strict {
			return nil
		}
		return fn.Rows(site, args, func(row []types.Value) error { return c.yield(row, yield) })
	}
	v := types.Null
	if !null || !fn.Strict {
		var err error
		if v, err = fn.Eval(site, args); err != nil {
			return err
		}
	}
	return c.yield([]types.Value{v}, yield)
}

func (c *setCall) ret() types.Type {
	if len(c.n.Cols) == 1 {
		return c.n.Cols[0]
	}
	return types.Record
}

// yield passes a row on, a composite value taken apart where the call says so.
func (c *setCall) yield(row []types.Value, yield func(row []types.Value) error) error {
	if !c.n.Expand || len(row) != 1 {
		return yield(row)
	}
	fields := make([]types.Value, len(c.n.Cols))
	if !row[0].IsNull() {
		rec, err := types.DecodeRecord(row[0])
		if err != nil {
			return err
		}
		if len(rec.Values) != len(fields) {
			return sqlerr.New(sqlerr.DatatypeMismatch, "function return row and query-specified return row do not match").
				WithDetail("Returned row contains %d attributes, but query expects %d.", len(rec.Values), len(fields))
		}
		copy(fields, rec.Values)
	}
	return yield(fields)
}

func evalAt(e *eval.Expr, cols []types.Column, i int) (types.Value, error) {
	if cols == nil {
		return e.Values(nil)
	}
	return e.Row(cols, i)
}
