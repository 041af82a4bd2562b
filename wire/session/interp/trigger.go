package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Event is what a trigger function is told: the rows, and what TG_* say.
type Event struct {
	Columns  []Column
	Old, New []types.Value // nil: no such row
	Name     string
	When     string // BEFORE, AFTER, INSTEAD OF
	Level    string // ROW, STATEMENT
	Op       string // INSERT, UPDATE, DELETE, TRUNCATE
	Relation types.OID
	Table    string
	Schema   string
	Args     []string
}

var triggerVariables = []struct {
	name string
	typ  types.Type
}{
	{"tg_name", types.Name},
	{"tg_when", types.Text},
	{"tg_level", types.Text},
	{"tg_op", types.Text},
	{"tg_relid", types.OIDType},
	{"tg_relname", types.Name},
	{"tg_table_name", types.Name},
	{"tg_table_schema", types.Name},
	{"tg_nargs", types.Int4},
	{"tg_argv", types.Text.ArrayOf()},
}

func (f *Function) triggerVariables(s *space) {
	for _, name := range []string{"new", "old"} {
		f.add(s, name, types.Record).record = true
	}
	for _, v := range triggerVariables {
		f.add(s, v.name, v.typ)
	}
}

// Fire runs a trigger function. row is what it returned, in the order of the
// event's columns; nil for NULL.
func (f *Function) Fire(host Host, ev *Event) (result []types.Value, err error) {
	fr := f.newFrame(host)
	at := f.found.no + 1
	for i, r := range [][]types.Value{ev.New, ev.Old} {
		switch {
		case r != nil:
			fr.recs[at+i] = eventRow(ev, r)
		case ev.Level == "ROW":
			// The other row can be read all the same, by functions for several events.
			fr.recs[at+i] = eventRow(ev, make([]types.Value, len(ev.Columns)))
			fr.recs[at+i].null = true
		}
	}
	argv := make([]types.Value, len(ev.Args))
	for i, a := range ev.Args {
		argv[i] = types.NewString(a)
	}
	list := types.NewArray(types.Text, argv)
	if len(argv) > 0 {
		list.Lower = []int32{0}
	}
	for i, v := range []types.Value{
		types.NewString(ev.Name), types.NewString(ev.When), types.NewString(ev.Level), types.NewString(ev.Op),
		types.NewInt(int64(ev.Relation)), types.NewString(ev.Table), types.NewString(ev.Table), types.NewString(ev.Schema),
		types.NewInt(int64(len(argv))), list.Encode(),
	} {
		fr.vals[at+2+i] = v
	}
	fl, err := fr.block(f.body)
	if err != nil {
		return nil, fr.located(err)
	}
	if fl.kind != finish {
		fr.line, fr.what = 0, ""
		return nil, fr.located(errNoTriggerReturn())
	}
	if fr.ret.IsNull() {
		return nil, nil
	}
	fr.line, fr.what = 0, "during function exit"
	if result, err = fr.eventResult(ev); err != nil {
		return nil, fr.located(err)
	}
	return result, nil
}

func eventRow(ev *Event, values []types.Value) *row {
	r := &row{values: append([]types.Value(nil), values...)}
	for _, c := range ev.Columns {
		r.names, r.types = append(r.names, c.Name), append(r.types, c.Type)
	}
	return r
}

// eventResult gives the row that was returned the types of the table's columns.
func (fr *frame) eventResult(ev *Event) ([]types.Value, error) {
	if ev.Level == "STATEMENT" {
		return nil, nil
	}
	r := fr.retRow
	if r == nil {
		if len(fr.result) == 0 || fr.result[0].Kind() != types.KindRecord {
			return nil, errTriggerResult()
		}
		var err error
		if r, err = rowOf(fr.ret); err != nil {
			return nil, err
		}
	}
	if len(r.values) != len(ev.Columns) {
		return nil, errTriggerRow(len(r.values), len(ev.Columns))
	}
	out := make([]types.Value, len(r.values))
	for i, c := range ev.Columns {
		v, err := fr.host.Cast(r.values[i], r.types[i], c.Type)
		if err != nil {
			return nil, err
		}
		out[i] = v.Clone()
	}
	return out, nil
}

func errNoTriggerReturn() error {
	return sqlerr.New(noReturn, "control reached end of trigger procedure without RETURN")
}

func errTriggerResult() error {
	return sqlerr.New(sqlerr.DatatypeMismatch, "cannot return non-composite value from function returning composite type")
}

func errTriggerRow(have, want int) error {
	return sqlerr.New(sqlerr.DatatypeMismatch, "returned row structure does not match the structure of the triggering table").
		WithDetail("Number of returned columns (%d) does not match expected column count (%d).", have, want)
}
