package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/plpgsql"
)

// query is a query of the body with its plan and what the plan took of records.
type query struct {
	*plpgsql.Query
	space  *space
	stmt   Statement
	fields []fieldUse
	rows   []rowUse
}

// fieldUse is a field that the plan reads as a parameter of its own.
type fieldUse struct {
	d   *datum
	typ types.Type
}

// rowUse is a record that the plan reads as a whole.
type rowUse struct {
	d     *datum
	names []string
	types []types.Type
}

// names are the variables that a query's text may use, with the values that the
// frame's records have now. It implements plan.Variables.
type names struct {
	f     *Function
	fr    *frame
	q     *query
	space *space
}

// Ambiguous implements plan.Variables.
func (n *names) Ambiguous() bool { return true }

// Argument implements plan.Variables.
func (n *names) Argument(i int) *plan.Variable {
	if i < 1 || i > len(n.f.Sig.Args) {
		return nil
	}
	v, err := n.whole(n.f.datums[i-1])
	if err != nil {
		return nil
	}
	return v
}

// Variable implements plan.Variables.
func (n *names) Variable(parts []string) (*plan.Variable, int, error) {
	d, used := n.f.lookup(n.space, parts)
	if d == nil {
		return nil, 0, nil
	}
	if !d.record {
		return &plan.Variable{Name: d.name, Param: d.no + 1, Type: d.typ}, used, nil
	}
	if used == len(parts) {
		v, err := n.whole(d)
		return v, used, err
	}
	v, err := n.field(d, parts[used])
	return v, used + 1, err
}

// whole is a variable as a value; a record is a row of all its fields.
func (n *names) whole(d *datum) (*plan.Variable, error) {
	if !d.record {
		return &plan.Variable{Name: d.name, Param: d.no + 1, Type: d.typ}, nil
	}
	r, err := n.fr.record(d)
	if err != nil { // as a whole it is NULL
		n.q.rows = append(n.q.rows, rowUse{d: d})
		return &plan.Variable{Name: d.name, Param: d.no + 1, Type: types.Record}, nil
	}
	v := &plan.Variable{Name: d.name, Type: types.Record, Row: true}
	for i, name := range r.names {
		field := n.f.fieldOf(d, name, r.types[i])
		v.Fields = append(v.Fields, plan.Variable{Name: name, Param: field.no + 1, Type: r.types[i]})
		n.q.fields = append(n.q.fields, fieldUse{field, r.types[i]})
	}
	n.q.rows = append(n.q.rows, rowUse{d, r.names, r.types})
	return v, nil
}

func (n *names) field(d *datum, name string) (*plan.Variable, error) {
	r, err := n.fr.record(d)
	if err != nil {
		return nil, err
	}
	for i := range r.names {
		if r.names[i] == name {
			field := n.f.fieldOf(d, name, r.types[i])
			n.q.fields = append(n.q.fields, fieldUse{field, r.types[i]})
			return &plan.Variable{Name: name, Param: field.no + 1, Type: r.types[i]}, nil
		}
	}
	return nil, noField(d, name)
}

func noField(d *datum, name string) error {
	return sqlerr.New(sqlerr.UndefinedColumn, "record \"%s\" has no field \"%s\"", d.name, name)
}

// fieldOf numbers a field of a record.
func (f *Function) fieldOf(d *datum, name string, t types.Type) *datum {
	k := fieldKey{d.no, name}
	if have := f.fields[k]; have != nil {
		return have
	}
	field := &datum{no: len(f.datums), name: name, typ: t, parent: d}
	f.datums = append(f.datums, field)
	f.fields[k] = field
	return field
}

// prepare gives a query its plan, anew where what it read has other columns now,
// and sets the parameters of fields.
func (fr *frame) prepare(q *plpgsql.Query) (*query, error) {
	return fr.prepareAs(q, nil)
}

func (fr *frame) prepareAs(pq *plpgsql.Query, s *space) (*query, error) {
	q := fr.f.query[pq]
	if q.stmt == nil || !q.stmt.Valid() || !fr.sameShapes(q) {
		q.fields, q.rows = nil, nil
		n := &names{f: fr.f, fr: fr, q: q, space: q.space}
		if s != nil {
			n.space = s
		}
		stmt, err := fr.host.Prepare(q.SQL, n)
		if err != nil {
			q.stmt = nil
			return nil, internal(err, q)
		}
		q.stmt = stmt
	}
	fr.grow()
	for _, u := range q.fields {
		r, err := fr.record(u.d.parent)
		if err != nil {
			return nil, err
		}
		fr.vals[u.d.no] = r.get(u.d.name)
	}
	return q, nil
}

// sameShapes reports whether the records that a plan read have the columns that they had.
func (fr *frame) sameShapes(q *query) bool {
	for _, u := range q.rows {
		r, err := fr.record(u.d)
		if err != nil && u.names == nil {
			continue
		}
		if err != nil || u.names == nil || len(r.names) != len(u.names) {
			return false
		}
		for i := range u.names {
			if r.names[i] != u.names[i] || r.types[i] != u.types[i] {
				return false
			}
		}
	}
	for _, u := range q.fields {
		r, err := fr.record(u.d.parent)
		if err != nil {
			return false
		}
		i := r.index(u.d.name)
		if i < 0 || r.types[i] != u.typ {
			return false
		}
	}
	return true
}

// internal turns an error's position in the query's text into PostgreSQL's
// internal query and position: the client's text is another one.
func internal(err error, q *query) error {
	e := *sqlerr.From(err)
	if e.Position > 0 {
		e.InternalQuery, e.InternalPosition = q.Text, e.Position-(len(q.SQL)-len(q.Text))
		e.Position = 0
	}
	return &e
}
