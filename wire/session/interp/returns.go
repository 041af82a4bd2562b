package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// returnValue runs RETURN.
func (fr *frame) returnValue(st *plpgsql.Return) error {
	if st.Expr == nil {
		return nil
	}
	if d, _ := fr.plainRecord(st.Expr); d != nil && (len(fr.f.Sig.Columns) > 0 || fr.f.Sig.Trigger || fr.f.Sig.Ret.Kind() == types.KindRecord) {
		r := fr.recs[d.no]
		if r == nil && d.rel != 0 {
			r = fr.emptyRow(d)
		}
		fr.retRow = r
		fr.ret = types.Null
		if r == nil {
			return nil
		}
		fr.ret = r.value()
		fr.result = []types.Type{types.Record}
		return nil
	}
	v, t, err := fr.value(st.Expr)
	if err != nil {
		return err
	}
	fr.ret, fr.result = v.Clone(), []types.Type{t}
	return nil
}

// plainRecord is the record that an expression names, if it is only a name.
func (fr *frame) plainRecord(q *plpgsql.Query) (*datum, int) {
	s := fr.f.query[q].space
	name, ok := bareName(q.Text)
	if !ok {
		return nil, 0
	}
	d, used := fr.f.lookup(s, []string{name})
	if d == nil || !d.record {
		return nil, 0
	}
	return d, used
}

// bareName is an unquoted identifier in lower case.
func bareName(text string) (string, bool) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c == '_', i > 0 && c >= '0' && c <= '9':
		default:
			return "", false
		}
		out = append(out, c)
	}
	return string(out), len(out) > 0
}

// outcome is the result of a function that does not return a set.
func (fr *frame) outcome() (*Result, error) {
	sig := &fr.f.Sig
	switch {
	case sig.Trigger:
		return &Result{Value: fr.ret}, nil
	case sig.Procedure:
		return &Result{Row: fr.outRow()}, nil
	case len(fr.f.outs) == 1:
		d := fr.f.outs[0]
		if d.record {
			if r := fr.recs[d.no]; r != nil {
				return &Result{Value: r.value()}, nil
			}
			return &Result{Value: types.Null}, nil
		}
		return &Result{Value: fr.vals[d.no]}, nil
	case len(fr.f.outs) > 1:
		r := &row{values: fr.outRow()}
		for _, c := range sig.Columns {
			r.names, r.types = append(r.names, c.Name), append(r.types, c.Type)
		}
		return &Result{Value: r.value()}, nil
	case sig.Ret.OID == types.OIDVoid:
		return &Result{Value: types.NewString("")}, nil
	case len(fr.result) == 0:
		return &Result{Value: types.Null}, nil
	case len(sig.Columns) > 0:
		r, err := fr.composite(fr.ret, fr.result[0])
		if err != nil || r == nil {
			return &Result{Value: types.Null}, err
		}
		return &Result{Value: r.value()}, nil
	}
	if sig.Ret.Kind() == types.KindRecord && fr.result[0].Kind() != types.KindRecord {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "cannot return non-composite value from function returning composite type")
	}
	v, err := fr.host.Cast(fr.ret, fr.result[0], sig.Ret)
	return &Result{Value: v}, err
}

// outRow are the values of the OUT arguments.
func (fr *frame) outRow() []types.Value {
	out := make([]types.Value, len(fr.f.outs))
	for i, d := range fr.f.outs {
		out[i] = fr.vals[d.no]
		if r := fr.recs[d.no]; d.record && r != nil {
			out[i] = r.value()
		}
	}
	return out
}

// composite makes a row of the declared columns of a record value; nil for NULL.
func (fr *frame) composite(v types.Value, t types.Type) (*row, error) {
	if v.IsNull() {
		return nil, nil
	}
	if t.Kind() != types.KindRecord {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "cannot return non-composite value from function returning composite type")
	}
	r, err := rowOf(v)
	if err != nil {
		return nil, err
	}
	return fr.declared(r, "returned record type does not match expected record type")
}

// declared converts a row to the columns that the function declares.
func (fr *frame) declared(r *row, mismatch string) (*row, error) {
	cols := fr.f.Sig.Columns
	if len(cols) == 0 {
		return r, nil
	}
	if len(r.values) != len(cols) {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "%s", mismatch).
			WithDetail("Number of returned columns (%d) does not match expected column count (%d).", len(r.values), len(cols))
	}
	n := &row{}
	for i, c := range cols {
		if r.types[i].OID != c.Type.OID && !sameText(r.types[i], c.Type) {
			return nil, sqlerr.New(sqlerr.DatatypeMismatch, "%s", mismatch).
				WithDetail("Returned type %s does not match expected type %s in column %d.", types.FormatType(r.types[i]), types.FormatType(c.Type), i+1)
		}
		v, err := fr.host.Cast(r.values[i], r.types[i], c.Type)
		if err != nil {
			return nil, err
		}
		n.names, n.types, n.values = append(n.names, c.Name), append(n.types, c.Type), append(n.values, v)
	}
	return n, nil
}

// sameText: a literal's text may stand for a varchar.
func sameText(a, b types.Type) bool { return a.Kind() == types.KindText && b.Kind() == types.KindText }

// emit passes on a row of the result.
func (fr *frame) emit(values []types.Value) error {
	out := make([]types.Value, len(values))
	for i, v := range values {
		out[i] = v.Clone()
	}
	return fr.out(out)
}

// emitOuts passes on the OUT arguments as a row; one that is a row is the whole of it.
func (fr *frame) emitOuts() error {
	if len(fr.f.outs) > 1 || !fr.f.outs[0].record {
		return fr.emit(fr.outRow())
	}
	r, err := fr.record(fr.f.outs[0])
	if err != nil {
		return err
	}
	return fr.emit(r.values)
}

func (fr *frame) returnNext(st *plpgsql.ReturnNext) error {
	sig := &fr.f.Sig
	if st.Expr == nil {
		return fr.emitOuts()
	}
	v, t, err := fr.valueOrRecord(st.Expr)
	if err != nil {
		return err
	}
	if len(sig.Columns) == 0 {
		if sig.Ret.Kind() == types.KindRecord {
			return fr.emit([]types.Value{v})
		}
		if v, err = fr.host.Cast(v, t, sig.Ret); err != nil {
			return err
		}
		return fr.emit([]types.Value{v})
	}
	if len(sig.Columns) == 1 && t.Kind() != types.KindRecord {
		if v, err = fr.host.Cast(v, t, sig.Columns[0].Type); err != nil {
			return err
		}
		return fr.emit([]types.Value{v})
	}
	if v.IsNull() {
		return fr.emit(make([]types.Value, len(sig.Columns)))
	}
	if t.Kind() != types.KindRecord {
		return sqlerr.New(sqlerr.DatatypeMismatch, "cannot return non-composite value from function returning composite type")
	}
	r, err := rowOf(v)
	if err != nil {
		return err
	}
	if r, err = fr.declared(r, "wrong record type supplied in RETURN NEXT"); err != nil {
		return err
	}
	return fr.emit(r.values)
}

// valueOrRecord is value, for a record variable too.
func (fr *frame) valueOrRecord(q *plpgsql.Query) (types.Value, types.Type, error) {
	if d, _ := fr.plainRecord(q); d != nil {
		r, err := fr.record(d)
		if err != nil {
			return types.Null, types.Record, err
		}
		return r.value(), types.Record, nil
	}
	return fr.value(q)
}

func (fr *frame) returnQuery(st *plpgsql.ReturnQuery) error {
	var rows []*row
	var err error
	if st.Dynamic != nil {
		rows, err = fr.dynamicRows(st.Dynamic)
	} else {
		rows, err = fr.queryRows(st.Query)
	}
	if err != nil {
		return err
	}
	fr.rows = int64(len(rows))
	fr.setFound(len(rows) > 0)
	for _, r := range rows {
		if err := fr.emitRow(r); err != nil {
			return err
		}
	}
	return nil
}

// emitRow passes on a row of RETURN QUERY.
func (fr *frame) emitRow(r *row) error {
	sig := &fr.f.Sig
	const mismatch = "structure of query does not match function result type"
	switch {
	case len(sig.Columns) > 0:
		r, err := fr.declared(r, mismatch)
		if err != nil {
			return err
		}
		return fr.emit(r.values)
	case sig.Ret.Kind() == types.KindRecord:
		return fr.emit([]types.Value{r.value()})
	case len(r.values) != 1:
		return sqlerr.New(sqlerr.DatatypeMismatch, "%s", mismatch).
			WithDetail("Number of returned columns (%d) does not match expected column count (%d).", len(r.values), 1)
	case r.types[0].OID != sig.Ret.OID && !sameText(r.types[0], sig.Ret):
		return sqlerr.New(sqlerr.DatatypeMismatch, "%s", mismatch).
			WithDetail("Returned type %s does not match expected type %s in column %d.", types.FormatType(r.types[0]), types.FormatType(sig.Ret), 1)
	}
	v, err := fr.host.Cast(r.values[0], r.types[0], sig.Ret)
	if err != nil {
		return err
	}
	return fr.emit([]types.Value{v})
}
