package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// row is the value of a record.
type row struct {
	names  []string
	types  []types.Type
	values []types.Value
	null   bool // no row at all: its columns are NULL, and it itself is
}

func (r *row) index(name string) int {
	for i := range r.names {
		if r.names[i] == name {
			return i
		}
	}
	return -1
}

func (r *row) get(name string) types.Value {
	if i := r.index(name); i >= 0 {
		return r.values[i]
	}
	return types.Null
}

// value is the record as one value.
func (r *row) value() types.Value {
	if r.null {
		return types.Null
	}
	return types.RecordValue{Types: r.types, Names: r.names, Values: r.values}.Encode()
}

// rowOf takes a record value apart.
func rowOf(v types.Value) (*row, error) {
	rec, err := types.DecodeRecord(v)
	if err != nil {
		return nil, err
	}
	r := &row{names: rec.Names, types: rec.Types, values: rec.Values}
	if len(r.names) == 0 {
		for i := range r.values {
			r.names = append(r.names, "f"+types.FormatText(types.Int4, types.NewInt(int64(i+1)), nil))
		}
	}
	return r, nil
}

// frame is one call of a function.
type frame struct {
	f      *Function
	host   Host
	vals   []types.Value
	recs   map[int]*row
	out    func(row []types.Value) error // of RETURN NEXT and RETURN QUERY
	ret    types.Value
	retRow *row
	line   int
	what   string // statement in work, for CONTEXT
	caught *sqlerr.Error
	rows   int64 // ROW_COUNT
	result []types.Type
}

// grow makes room for variables that were numbered since the call began.
func (fr *frame) grow() {
	for len(fr.vals) < len(fr.f.datums) {
		fr.vals = append(fr.vals, types.Null)
	}
}

// record is the value of a record variable. Error 55000: it has none yet.
func (fr *frame) record(d *datum) (*row, error) {
	if r := fr.recs[d.no]; r != nil {
		return r, nil
	}
	if d.rel == 0 {
		return nil, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "record \"%s\" is not assigned yet", d.name).
			WithDetail("The tuple structure of a not-yet-assigned record is indeterminate.")
	}
	r := fr.emptyRow(d)
	fr.recs[d.no] = r
	return r, nil
}

// emptyRow is a row of NULLs with the columns of a relation.
func (fr *frame) emptyRow(d *datum) *row {
	r := &row{}
	r.names, r.types = fr.host.RowColumns(d.rel)
	r.values = make([]types.Value, len(r.names))
	return r
}

// set assigns a value of a type to a variable.
func (fr *frame) set(d *datum, v types.Value, t types.Type) error {
	if d.record {
		return fr.setRecord(d, v, t)
	}
	v, err := fr.host.Cast(v, t, d.typ)
	if err != nil {
		return err
	}
	if v.IsNull() && d.notNull {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "null value cannot be assigned to variable \"%s\" declared NOT NULL", d.name)
	}
	fr.vals[d.no] = v.Clone()
	return nil
}

func (fr *frame) setRecord(d *datum, v types.Value, t types.Type) error {
	if v.IsNull() {
		if d.rel != 0 {
			fr.recs[d.no] = fr.emptyRow(d)
		} else if r := fr.recs[d.no]; r != nil {
			fr.recs[d.no] = &row{names: r.names, types: r.types, values: make([]types.Value, len(r.values))}
		}
		return nil
	}
	if t.Kind() != types.KindRecord {
		return sqlerr.New(sqlerr.DatatypeMismatch, "cannot assign non-composite value to a record variable")
	}
	r, err := rowOf(v.Clone())
	if err != nil {
		return err
	}
	return fr.setRow(d, r)
}

// setRow assigns a row to a record; one of a relation's type converts its fields.
func (fr *frame) setRow(d *datum, r *row) error {
	if d.rel == 0 {
		fr.recs[d.no] = &row{names: r.names, types: r.types, values: append([]types.Value(nil), r.values...)}
		return nil
	}
	n := fr.emptyRow(d)
	for i := range n.values {
		if i >= len(r.values) {
			break
		}
		v, err := fr.host.Cast(r.values[i], r.types[i], n.types[i])
		if err != nil {
			return err
		}
		n.values[i] = v.Clone()
	}
	fr.recs[d.no] = n
	return nil
}

// assign gives a value to what a statement names: a variable, a field or an element.
func (fr *frame) assign(n *plpgsql.Name, v types.Value, t types.Type) error {
	d, used := fr.f.lookup(fr.f.spaces[n], n.Parts)
	if d == nil {
		return sqlerr.New(sqlerr.SyntaxError, "\"%s\" is not a known variable", n.Parts[0])
	}
	if d.constant {
		return sqlerr.New(constantAssignment, "variable \"%s\" is declared CONSTANT", d.name)
	}
	rest := n.Parts[used:]
	if len(rest) == 0 && len(n.Steps) == 0 {
		return fr.set(d, v, t)
	}
	if len(rest) == 0 {
		cur, err := fr.element(fr.vals[d.no], d.typ, n.Steps, v, t)
		if err != nil {
			return err
		}
		fr.vals[d.no] = cur
		return nil
	}
	if !d.record || len(rest) > 1 {
		return sqlerr.New(sqlerr.SyntaxError, "\"%s\" is not a known variable", joinDots(n.Parts))
	}
	r, err := fr.record(d)
	if err != nil {
		return err
	}
	i := r.index(rest[0])
	if i < 0 {
		return noField(d, rest[0])
	}
	if len(n.Steps) > 0 {
		v, err = fr.element(r.values[i], r.types[i], n.Steps, v, t)
	} else {
		v, err = fr.host.Cast(v, t, r.types[i])
	}
	if err != nil {
		return err
	}
	next := &row{names: r.names, types: r.types, values: append([]types.Value(nil), r.values...)}
	next.values[i] = v.Clone()
	fr.recs[d.no] = next
	return nil
}

func joinDots(parts []string) string {
	out := ""
	for i, p := range parts {
		if i > 0 {
			out += "."
		}
		out += p
	}
	return out
}

// element sets an element of an array.
func (fr *frame) element(array types.Value, at types.Type, steps []plpgsql.Step, v types.Value, t types.Type) (types.Value, error) {
	elem := at.Elem()
	if elem.OID == 0 {
		return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", types.FormatType(at))
	}
	var index []int64
	for _, s := range steps {
		if s.Index == nil {
			return types.Null, sqlerr.Unsupported("assigning to a field of an array's element", "Assign the whole element.")
		}
		i, it, err := fr.value(s.Index)
		if err != nil {
			return types.Null, err
		}
		if i, err = fr.host.Cast(i, it, types.Int4); err != nil {
			return types.Null, err
		}
		if i.IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "array subscript in assignment must not be null")
		}
		index = append(index, i.Int())
	}
	v, err := fr.host.Cast(v, t, elem)
	if err != nil {
		return types.Null, err
	}
	return setElement(array, at, index, v)
}

// assignRow gives a result row to targets: one record takes it whole, others
// take a column each; what is missing is NULL.
func (fr *frame) assignRow(list []*plpgsql.Name, r *row) error {
	if len(list) == 1 && len(list[0].Steps) == 0 {
		d, used := fr.f.lookup(fr.f.spaces[list[0]], list[0].Parts)
		if d != nil && d.record && used == len(list[0].Parts) {
			if len(r.values) == 1 && r.types[0].Kind() == types.KindRecord && !r.values[0].IsNull() {
				return fr.setRecord(d, r.values[0], r.types[0])
			}
			return fr.setRow(d, r)
		}
	}
	for i, n := range list {
		v, t := types.Null, types.Text
		if i < len(r.values) {
			v, t = r.values[i], r.types[i]
		} else if d, _ := fr.f.lookup(fr.f.spaces[n], n.Parts); d != nil && !d.record {
			t = d.typ
		}
		if err := fr.assign(n, v, t); err != nil {
			return err
		}
	}
	return nil
}

// constantAssignment is error_in_assignment.
const constantAssignment sqlerr.Code = "22005"
