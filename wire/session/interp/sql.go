package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/plpgsql"
)

// sql runs a statement of SQL, PERFORM or CALL.
func (fr *frame) sql(st *plpgsql.SQL) error {
	q, err := fr.prepare(st.Query)
	if err != nil {
		return err
	}
	if st.Call && st.Into == nil {
		return fr.callProcedure(q)
	}
	if st.Into == nil && !st.Perform && q.stmt.Selects() {
		return sqlerr.New(sqlerr.SyntaxError, "query has no destination for result data").
			WithHint("If you want to discard the results of a SELECT, use PERFORM instead.")
	}
	if st.Into != nil && q.stmt.Columns() == nil {
		return sqlerr.New(sqlerr.SyntaxError, "INTO used with a command that cannot return data")
	}
	into, n, err := fr.runInto(q.stmt, fr.vals, st.Into != nil, st.Strict)
	if err != nil {
		text := q.Text
		if st.Perform {
			text = q.SQL
		}
		return inQuery(internal(err, q), "SQL statement", text)
	}
	if q.stmt.Columns() != nil || q.stmt.Changes() {
		fr.rows = n
		fr.setFound(n > 0)
	}
	if st.Into == nil {
		return nil
	}
	return fr.took(st.Into, into, n, st.Strict, q.stmt.Changes())
}

// runInto executes a statement; with wanted it keeps the first row.
func (fr *frame) runInto(s Statement, params []types.Value, wanted, strict bool) (*row, int64, error) {
	var into *row
	limit := int64(-1)
	if wanted && s.Selects() {
		limit = 1
		if strict {
			limit = 2
		}
	}
	var seen int64
	n, err := s.Run(params, limit, func(values []types.Value) error {
		if seen++; wanted && into == nil {
			into = rowFrom(s.Columns(), values)
		}
		return nil
	})
	if wanted && s.Changes() {
		n = seen
	}
	return into, n, err
}

// took assigns what INTO takes.
func (fr *frame) took(list []*plpgsql.Name, into *row, n int64, strict, changes bool) error {
	switch {
	case n == 0 && strict:
		return sqlerr.New(sqlerr.NoDataFound, "query returned no rows")
	case n > 1 && (strict || changes):
		return sqlerr.New(sqlerr.TooManyRows, "query returned more than one row").
			WithHint("Make sure the query returns a single row, or use LIMIT 1.")
	case into == nil:
		return fr.assignNulls(list)
	}
	return fr.assignRow(list, into)
}

func rowFrom(cols []plan.OutColumn, values []types.Value) *row {
	r := &row{}
	for i, v := range values {
		t := cols[i].Type
		if t.OID == types.OIDUnknown {
			t = types.Text
		}
		r.names = append(r.names, cols[i].Name)
		r.types = append(r.types, t)
		r.values = append(r.values, v.Clone())
	}
	return r
}

// dynamicText is the query string of EXECUTE and the values of USING.
func (fr *frame) dynamicText(d *plpgsql.Dynamic) (Statement, string, []types.Value, error) {
	v, t, err := fr.value(d.Text)
	if err != nil {
		return nil, "", nil, err
	}
	if v.IsNull() {
		return nil, "", nil, sqlerr.New(sqlerr.NullValueNotAllowed, "query string argument of EXECUTE is null")
	}
	text := fr.host.Text(v, t)
	args := &given{}
	for _, u := range d.Using {
		v, t, err := fr.value(u)
		if err != nil {
			return nil, "", nil, err
		}
		args.types = append(args.types, t)
		args.values = append(args.values, v.Clone())
	}
	s, err := fr.host.Prepare(text, args)
	if err != nil {
		q := &query{Query: &plpgsql.Query{Text: text, SQL: text}}
		return nil, "", nil, internal(err, q)
	}
	return s, text, args.values, nil
}

// given are the parameters of a dynamic statement: it knows no variables.
type given struct {
	types  []types.Type
	values []types.Value
}

// Variable implements plan.Variables.
func (g *given) Variable([]string) (*plan.Variable, int, error) { return nil, 0, nil }

// Ambiguous implements plan.Variables.
func (g *given) Ambiguous() bool { return false }

// Argument implements plan.Variables.
func (g *given) Argument(n int) *plan.Variable {
	if n < 1 || n > len(g.types) {
		return nil
	}
	return &plan.Variable{Param: n, Type: g.types[n-1]}
}

func (fr *frame) execute(st *plpgsql.Execute) error {
	s, text, params, err := fr.dynamicText(st.Dynamic)
	if err != nil {
		return err
	}
	into, n, err := fr.runInto(s, params, st.Into != nil, st.Strict)
	if err != nil {
		return inQuery(err, "SQL statement", text)
	}
	fr.rows = n
	if st.Into == nil {
		return nil
	}
	if s.Columns() == nil {
		return sqlerr.New(sqlerr.SyntaxError, "INTO used with a command that cannot return data")
	}
	return fr.took(st.Into, into, n, st.Strict, s.Changes())
}

// queryRows are the rows of a query of the body.
func (fr *frame) queryRows(pq *plpgsql.Query) ([]*row, error) {
	q, err := fr.prepare(pq)
	if err != nil {
		return nil, err
	}
	return fr.collect(q.stmt, fr.copied(), q.Text, q)
}

func (fr *frame) collect(s Statement, params []types.Value, text string, q *query) ([]*row, error) {
	if s.Columns() == nil {
		return nil, sqlerr.New(sqlerr.InvalidCursorDefinition, "cannot open query as cursor")
	}
	var out []*row
	_, err := s.Run(params, -1, func(values []types.Value) error {
		out = append(out, rowFrom(s.Columns(), values))
		return nil
	})
	if err != nil {
		if q != nil {
			err = internal(err, q)
		}
		return nil, inQuery(err, "SQL statement", text)
	}
	return out, nil
}

func (fr *frame) dynamicRows(d *plpgsql.Dynamic) ([]*row, error) {
	s, text, params, err := fr.dynamicText(d)
	if err != nil {
		return nil, err
	}
	return fr.collect(s, params, text, nil)
}

// callProcedure runs CALL and gives the OUT arguments to their variables.
func (fr *frame) callProcedure(q *query) error {
	var outs [][]string
	if c, ok := q.stmt.(Caller); ok {
		var err error
		if outs, err = c.Outputs(); err != nil {
			return internal(err, q)
		}
	}
	var result []types.Value
	cols := q.stmt.Columns()
	_, err := q.stmt.Run(fr.copied(), 1, func(row []types.Value) error {
		result = append(result, row...)
		return nil
	})
	if err != nil {
		return inQuery(internal(err, q), "SQL statement", q.Text)
	}
	for i, name := range outs {
		if i >= len(result) {
			break
		}
		n := &plpgsql.Name{Parts: name}
		fr.f.spaces[n] = q.space
		err := fr.assign(n, result[i], cols[i].Type)
		delete(fr.f.spaces, n)
		if err != nil {
			return err
		}
	}
	return nil
}
