package session

import (
	"fmt"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/wire/session/interp"
)

// Functions in SQL: their statements run one after the other, the rows of the
// last are the result.

// compileSQL parses the body; statements are planned when they first run,
// because earlier ones may make what they read.
func (c *call) compileSQL(r *routine) error {
	list, err := bind.SQLBody(c.fn)
	if err != nil {
		return err
	}
	names := bind.ArgumentNames(c.caller.Catalog(), c.fn, sqlArguments(r.sig))
	for i, st := range list {
		r.sql = append(r.sql, &statement{r: r, st: st, vars: names})
		if bind.GivesRows(st.Stmt) {
			r.last = i
		} else {
			r.last = -1
		}
	}
	return nil
}

// sqlArguments are the argument types of this call.
func sqlArguments(sig interp.Signature) []types.Type {
	var out []types.Type
	for _, a := range sig.Args {
		if a.In {
			out = append(out, a.Type)
		}
	}
	return out
}

// runSQL runs the statements of the body; each takes the rows of the last.
func (c *call) runSQL(r *routine, args []types.Value, limit int64, each func(s *statement, row []types.Value) error) error {
	for i, shared := range r.sql {
		s := shared
		if s.busy { // a recursive call
			again := *shared
			again.busy, again.expr = false, nil
			s = &again
		}
		err := func() error {
			s.busy = true
			defer func() { s.busy = false }()
			if s.kept == nil || !s.Valid() {
				n, err := c.statement(s.st, s.vars)
				if err != nil {
					return err
				}
				n.busy = true
				*s = *n
			}
			if i != len(r.sql)-1 || each == nil || r.sig.Ret.OID == types.OIDVoid {
				_, err := s.Run(args, -1, nil)
				return err
			}
			_, err := s.Run(args, limit, func(row []types.Value) error { return each(s, row) })
			return err
		}()
		if err != nil {
			return c.inSQL(s, i, err)
		}
	}
	return nil
}

// inSQL adds the function to an error's CONTEXT.
func (c *call) inSQL(s *statement, i int, err error) error {
	e := *sqlerr.From(err)
	if e.Position > 0 {
		e.InternalQuery, e.InternalPosition, e.Position = c.fn.Body, e.Position, 0
	}
	where := fmt.Sprintf("SQL function \"%s\" statement %d", c.fn.Name, i+1)
	if s.kept == nil {
		where = fmt.Sprintf("SQL function \"%s\" during startup", c.fn.Name)
	}
	if e.Where != "" {
		where = e.Where + "\n" + where
	}
	e.Where = where
	return &e
}

// sqlValue is the result of a function that returns one value: of the first row.
func (c *call) sqlValue(r *routine, args []types.Value) (types.Value, error) {
	out := types.Null
	err := c.runSQL(r, args, 1, func(s *statement, row []types.Value) error {
		values, err := c.resultRow(r, s.Columns(), row)
		if err != nil {
			return err
		}
		if len(r.sig.Columns) > 0 {
			out = recordOf(r.sig.Columns, values)
		} else if len(values) == 1 {
			out = values[0]
		}
		return nil
	})
	return out, err
}

func recordOf(cols []interp.Column, values []types.Value) types.Value {
	rec := types.RecordValue{Values: values}
	for _, c := range cols {
		rec.Types, rec.Names = append(rec.Types, c.Type), append(rec.Names, c.Name)
	}
	return rec.Encode()
}

// sqlRows yields the result of a function that returns a set.
func (c *call) sqlRows(r *routine, args []types.Value, yield func(row []types.Value) error) error {
	return c.runSQL(r, args, -1, func(s *statement, row []types.Value) error {
		values, err := c.resultRow(r, s.Columns(), row)
		if err != nil {
			return err
		}
		return yield(values)
	})
}

// resultRow converts a row of the last statement to the declared result.
func (c *call) resultRow(r *routine, cols []plan.OutColumn, row []types.Value) ([]types.Value, error) {
	want := r.sig.Columns
	if len(want) == 0 && r.sig.Ret.Kind() == types.KindRecord {
		if len(row) == 1 && cols[0].Type.Kind() == types.KindRecord {
			return []types.Value{row[0].Clone()}, nil
		}
		rec := types.RecordValue{}
		for i, v := range row {
			rec.Types, rec.Names = append(rec.Types, known(cols[i].Type)), append(rec.Names, cols[i].Name)
			rec.Values = append(rec.Values, v)
		}
		return []types.Value{rec.Encode()}, nil
	}
	if len(want) == 0 {
		want = []interp.Column{{Type: r.sig.Ret}}
	}
	if len(row) == 1 && len(want) > 1 && cols[0].Type.Kind() == types.KindRecord {
		return c.spread(want, row[0])
	}
	if len(row) != len(want) {
		return nil, sqlerr.New(sqlerr.InvalidFunctionDef, "return type mismatch in function declared to return %s", types.FormatType(r.sig.Ret))
	}
	out := make([]types.Value, len(row))
	for i, v := range row {
		v, err := c.Cast(v, known(cols[i].Type), want[i].Type)
		if err != nil {
			return nil, err
		}
		out[i] = v.Clone()
	}
	return out, nil
}

// spread takes a record apart that is the whole result row.
func (c *call) spread(want []interp.Column, v types.Value) ([]types.Value, error) {
	out := make([]types.Value, len(want))
	if v.IsNull() {
		return out, nil
	}
	rec, err := types.DecodeRecord(v.Clone())
	if err != nil {
		return nil, err
	}
	for i := range out {
		if i >= len(rec.Values) {
			break
		}
		if out[i], err = c.Cast(rec.Values[i], rec.Types[i], want[i].Type); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func known(t types.Type) types.Type {
	if t.OID == types.OIDUnknown {
		return types.Text
	}
	return t
}
