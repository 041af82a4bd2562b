package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// cursorDatum is the variable that a statement names as its cursor.
func (fr *frame) cursorDatum(n *plpgsql.Name) (*datum, error) {
	d, used := fr.f.lookup(fr.f.spaces[n], n.Parts)
	if d == nil || used != len(n.Parts) || d.typ.OID != types.OIDRefcursor {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "variable \"%s\" must be of type cursor or refcursor", joinDots(n.Parts))
	}
	return d, nil
}

// cursorName is the name of the open cursor in a variable.
func (fr *frame) cursorName(n *plpgsql.Name) (string, error) {
	d, err := fr.cursorDatum(n)
	if err != nil {
		return "", err
	}
	if fr.vals[d.no].IsNull() {
		return "", sqlerr.New(sqlerr.NullValueNotAllowed, "cursor variable \"%s\" is null", d.name)
	}
	return fr.vals[d.no].Str(), nil
}

func (fr *frame) open(st *plpgsql.Open) error {
	d, err := fr.cursorDatum(st.Cursor)
	if err != nil {
		return err
	}
	switch {
	case st.Dynamic != nil:
		s, _, params, err := fr.dynamicText(st.Dynamic)
		if err != nil {
			return err
		}
		return fr.openAs(d, s, params)
	case st.Query != nil:
		q, err := fr.prepare(st.Query)
		if err != nil {
			return err
		}
		return fr.openAs(d, q.stmt, fr.copied())
	case d.cursor == nil:
		return sqlerr.New(sqlerr.SyntaxError, "cursor variable \"%s\" has no query: use OPEN … FOR", d.name)
	}
	return fr.openBound(d, st.Args)
}

// openBound opens a declared cursor with its arguments.
func (fr *frame) openBound(d *datum, args *plpgsql.Query) error {
	decl := d.cursor.Cursor
	var given *row
	if args != nil {
		q, err := fr.prepare(args)
		if err != nil {
			return err
		}
		if given, _, err = fr.runInto(q.stmt, fr.copied(), true, false); err != nil {
			return internal(err, q)
		}
	}
	n := 0
	if given != nil {
		n = len(given.values)
	}
	if n != len(decl.Args) {
		return sqlerr.New(sqlerr.SyntaxError, "not enough arguments for cursor \"%s\"", d.name)
	}
	for i, a := range decl.Args {
		if err := fr.set(fr.f.decls[a], given.values[i], given.types[i]); err != nil {
			return err
		}
	}
	q, err := fr.prepare(decl.Query)
	if err != nil {
		return err
	}
	return fr.openAs(d, q.stmt, fr.copied())
}

func (fr *frame) openAs(d *datum, s Statement, params []types.Value) error {
	if s.Columns() == nil {
		return sqlerr.New(sqlerr.InvalidCursorDefinition, "cannot open query as cursor")
	}
	name := ""
	switch {
	case !fr.vals[d.no].IsNull():
		name = fr.vals[d.no].Str()
	case d.cursor != nil:
		name = d.name
	}
	name, err := fr.host.OpenCursor(name, s, params)
	if err != nil {
		return err
	}
	fr.vals[d.no] = types.NewString(name)
	return nil
}

func (fr *frame) fetch(st *plpgsql.Fetch) error {
	name, err := fr.cursorName(st.Cursor)
	if err != nil {
		return err
	}
	count := int64(1)
	if st.Count != nil {
		v, t, err := fr.value(st.Count)
		if err != nil {
			return err
		}
		if v, err = fr.host.Cast(v, t, types.Int4); err != nil {
			return err
		}
		if v.IsNull() {
			return sqlerr.New(sqlerr.NullValueNotAllowed, "relative or absolute cursor position is null")
		}
		count = v.Int()
	}
	names, ts, values, moved, err := fr.host.Fetch(name, st.Direction, count, st.All, st.Move)
	if err != nil {
		return err
	}
	fr.rows = moved
	if st.Move {
		fr.setFound(moved > 0)
		return nil
	}
	fr.setFound(values != nil)
	if values == nil {
		return fr.assignNulls(st.Into)
	}
	return fr.assignRow(st.Into, &row{names: names, types: ts, values: values})
}

// forCursor loops over a declared cursor.
func (fr *frame) forCursor(st *plpgsql.ForRows) (flow, error) {
	d := fr.f.hidden[st]
	if d == nil || d.cursor == nil {
		return flow{}, sqlerr.New(sqlerr.SyntaxError, "cursor FOR loop must use a bound cursor variable")
	}
	if err := fr.openBound(d, st.Args); err != nil {
		return flow{}, err
	}
	name := fr.vals[d.no].Str()
	defer func() {
		_ = fr.host.CloseCursor(name) // the error in hand says more
		fr.vals[d.no] = types.Null
	}()
	found := false
	for {
		names, ts, values, _, err := fr.host.Fetch(name, "NEXT", 1, false, false)
		if err != nil {
			return flow{}, err
		}
		if values == nil {
			break
		}
		found = true
		if err := fr.assignRow(st.Targets, &row{names: names, types: ts, values: values}); err != nil {
			return flow{}, err
		}
		if fl, done, err := fr.turn(st.Label, st.Body); done {
			return fl, err
		}
	}
	fr.setFound(found)
	return flow{}, nil
}
