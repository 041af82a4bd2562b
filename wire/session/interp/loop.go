package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// iterate runs a loop's body once; done says that the loop ends, with fl as what
// it leaves to the statements around.
func (fr *frame) iterate(label string, body []plpgsql.Stmt) (fl flow, done bool, err error) {
	fl, err = fr.statements(body)
	if err != nil {
		return fl, true, err
	}
	mine := fl.label == "" || fl.label == label
	switch fl.kind {
	case leave:
		if mine {
			return flow{}, true, nil
		}
		return fl, true, nil
	case again:
		if mine {
			return flow{}, false, nil
		}
		return fl, true, nil
	case finish:
		return fl, true, nil
	}
	return flow{}, false, nil
}

// turn is iterate for the loops that set FOUND: one that ends early has found something.
func (fr *frame) turn(label string, body []plpgsql.Stmt) (fl flow, done bool, err error) {
	if fl, done, err = fr.iterate(label, body); done && err == nil {
		fr.setFound(true)
	}
	return fl, done, err
}

func (fr *frame) loop(st *plpgsql.Loop) (flow, error) {
	for {
		if err := fr.host.Interrupt(); err != nil {
			return flow{}, err
		}
		if st.Cond != nil {
			fr.at(st, "WHILE")
			ok, err := fr.truth(st.Cond)
			if err != nil || !ok {
				return flow{}, err
			}
		}
		fl, done, err := fr.iterate(st.Label, st.Body)
		if done || err != nil {
			return fl, err
		}
	}
}

func (fr *frame) integer(q *plpgsql.Query, what string) (int64, error) {
	v, t, err := fr.value(q)
	if err != nil {
		return 0, err
	}
	if v, err = fr.host.Cast(v, t, types.Int4); err != nil {
		return 0, err
	}
	if v.IsNull() {
		return 0, sqlerr.New(sqlerr.NullValueNotAllowed, "%s of FOR loop cannot be null", what)
	}
	return v.Int(), nil
}

func (fr *frame) forInt(st *plpgsql.ForInt) (flow, error) {
	lower, err := fr.integer(st.Lower, "lower bound")
	if err != nil {
		return flow{}, err
	}
	upper, err := fr.integer(st.Upper, "upper bound")
	if err != nil {
		return flow{}, err
	}
	step := int64(1)
	if st.Step != nil {
		if step, err = fr.integer(st.Step, "BY value"); err != nil {
			return flow{}, err
		}
		if step <= 0 {
			return flow{}, sqlerr.New(sqlerr.InvalidParameterValue, "BY value of FOR loop must be greater than zero")
		}
	}
	if st.Reverse {
		step = -step
	}
	d, found := fr.f.hidden[st], false
	for i := lower; step > 0 && i <= upper || step < 0 && i >= upper; i += step {
		if i > maxInt4 || i < minInt4 {
			break
		}
		found = true
		fr.vals[d.no] = types.NewInt(i)
		if fl, done, err := fr.turn(st.Label, st.Body); done {
			return fl, err
		}
		if err := fr.host.Interrupt(); err != nil {
			return flow{}, err
		}
	}
	fr.setFound(found)
	return flow{}, nil
}

const (
	maxInt4 = 1<<31 - 1
	minInt4 = -1 << 31
)

func (fr *frame) setFound(found bool) { fr.vals[fr.f.found.no] = types.NewBool(found) }

// forRows loops over the rows of a query, which are all made before the first
// turn: what the body changes does not change them.
func (fr *frame) forRows(st *plpgsql.ForRows) (flow, error) {
	var rows []*row
	var err error
	switch {
	case st.Cursor != "":
		return fr.forCursor(st)
	case st.Dynamic != nil:
		rows, err = fr.dynamicRows(st.Dynamic)
	default:
		rows, err = fr.queryRows(st.Query)
	}
	if err != nil {
		return flow{}, err
	}
	if len(rows) == 0 {
		if err := fr.assignNulls(st.Targets); err != nil {
			return flow{}, err
		}
	}
	for _, r := range rows {
		if err := fr.host.Interrupt(); err != nil {
			return flow{}, err
		}
		fr.line = st.Line
		if err := fr.assignRow(st.Targets, r); err != nil {
			return flow{}, err
		}
		if fl, done, err := fr.turn(st.Label, st.Body); done {
			return fl, err
		}
	}
	fr.setFound(len(rows) > 0)
	return flow{}, nil
}

// assignNulls is what a query without rows leaves in its targets.
func (fr *frame) assignNulls(list []*plpgsql.Name) error {
	for _, n := range list {
		d, used := fr.f.lookup(fr.f.spaces[n], n.Parts)
		if d == nil {
			continue
		}
		if d.record && used == len(n.Parts) {
			if err := fr.setRecord(d, types.Null, types.Record); err != nil {
				return err
			}
			continue
		}
		t := d.typ
		if d.record {
			t = types.Text
		}
		if err := fr.assign(n, types.Null, t); err != nil {
			return err
		}
	}
	return nil
}

func (fr *frame) forEach(st *plpgsql.ForEach) (flow, error) {
	v, t, err := fr.value(st.Expr)
	if err != nil {
		return flow{}, err
	}
	if v.IsNull() {
		return flow{}, sqlerr.New(sqlerr.NullValueNotAllowed, "FOREACH expression must not be null")
	}
	if t.Elem().OID == 0 {
		return flow{}, sqlerr.New(sqlerr.DatatypeMismatch, "FOREACH expression must yield an array, not type %s", types.FormatType(t))
	}
	a, err := types.DecodeArray(t, v.Clone())
	if err != nil {
		return flow{}, err
	}
	items, it, err := arraySlices(a, t, st.Slice)
	if err != nil {
		return flow{}, err
	}
	for _, item := range items {
		fr.line = st.Line
		r := &row{names: []string{"?column?"}, types: []types.Type{it}, values: []types.Value{item}}
		if len(st.Targets) == 1 {
			err = fr.assign(st.Targets[0], item, it)
		} else {
			if it.Kind() == types.KindRecord && !item.IsNull() {
				if r, err = rowOf(item); err != nil {
					return flow{}, err
				}
			}
			err = fr.assignRow(st.Targets, r)
		}
		if err != nil {
			return flow{}, err
		}
		if fl, done, err := fr.turn(st.Label, st.Body); done {
			return fl, err
		}
	}
	fr.setFound(len(items) > 0)
	return flow{}, nil
}

// arraySlices splits an array into elements, or into arrays of n dimensions.
func arraySlices(a types.Array, t types.Type, n int) ([]types.Value, types.Type, error) {
	if n == 0 {
		return a.Values, t.Elem(), nil
	}
	if n > len(a.Dims) {
		return nil, t, sqlerr.New(sqlerr.ArraySubscriptError, "slice dimension (%d) is out of the valid range 0..%d", n, len(a.Dims))
	}
	size := 1
	for _, d := range a.Dims[len(a.Dims)-n:] {
		size *= int(d)
	}
	var out []types.Value
	for i := 0; i+size <= len(a.Values) && size > 0; i += size {
		part := a
		part.Dims, part.Lower = a.Dims[len(a.Dims)-n:], a.Lower[len(a.Lower)-n:]
		part.Values = a.Values[i : i+size]
		out = append(out, part.Encode())
	}
	return out, t, nil
}
