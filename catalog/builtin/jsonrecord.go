package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// fromJSON reads a JSON value as a SQL type: strings through the type's text
// input, arrays element by element, everything else by its JSON text.
func (d *document[N]) fromJSON(env *Env, t types.Type, n N) (types.Value, error) {
	switch {
	case d.kind(n) == types.JSONNull:
		return types.Null, nil
	case t.OID == types.OIDJSONB && d.name == "jsonb" || t.OID == types.OIDJSON && d.name == "json":
		return d.value(n), nil
	case t.OID == types.OIDJSON || t.OID == types.OIDJSONB:
		return types.ParseText(t, textOf(env, types.Of(typeOID(d.name)), d.value(n)), env.Format)
	case t.IsArray() && d.kind(n) == types.JSONArray:
		return d.arrayFromJSON(env, t, n)
	case t.IsArray() && d.kind(n) != types.JSONString:
		return types.Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "expected JSON array")
	}
	v, err := types.ParseText(t, d.text(n).Str(), env.Format)
	if err != nil {
		return types.Null, err
	}
	return types.ApplyTypmod(t, v, false)
}

// arrayFromJSON reads nested JSON arrays as the dimensions of one array.
func (d *document[N]) arrayFromJSON(env *Env, t types.Type, n N) (types.Value, error) {
	a := types.Array{Elem: t.Elem()}
	var walk func(n N, depth int) error
	walk = func(n N, depth int) error {
		size := int32(0)
		if depth == len(a.Dims) {
			a.Dims = append(a.Dims, -1)
		}
		err := d.each(n, func(_ string, e N) error {
			size++
			if d.kind(e) == types.JSONArray {
				return walk(e, depth+1)
			}
			v, err := d.fromJSON(env, a.Elem, e)
			a.Values = append(a.Values, v)
			return err
		})
		if err == nil && a.Dims[depth] >= 0 && a.Dims[depth] != size {
			err = sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed JSON array").
				WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
		}
		a.Dims[depth] = size
		return err
	}
	if err := walk(n, 0); err != nil {
		return types.Null, err
	}
	items := int32(1)
	for _, size := range a.Dims {
		items *= size
		a.Lower = append(a.Lower, 1)
	}
	switch {
	case len(a.Values) == 0:
		a.Dims, a.Lower = nil, nil
	case int(items) != len(a.Values):
		return types.Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed JSON array").
			WithDetail("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	return a.Encode(), nil
}

// record reads an object as a row of the columns that the call's definition list gives.
func (d *document[N]) record(c *Call, n N) (types.Value, error) {
	if c.Columns == nil {
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "could not determine row type for result of %s_to_record", d.name).
			WithHint("Provide a column definition list.")
	}
	if d.kind(n) != types.JSONObject {
		return types.Null, notThatJSON("cannot call " + d.name + "_to_record on a non-object")
	}
	var r types.RecordValue
	for _, col := range c.Columns {
		var v types.Value
		if field, ok := d.get(n, col.Name); ok {
			var err error
			if v, err = d.fromJSON(c.Env, col.Type, field); err != nil {
				return types.Null, err
			}
		}
		r.Types = append(r.Types, col.Type)
		r.Names = append(r.Names, col.Name)
		r.Values = append(r.Values, v)
	}
	return r.Encode(), nil
}

func (d *document[N]) registerRecords() {
	add(d.name+"_to_record("+d.name+")", func(c *Call, a []types.Value) (types.Value, error) {
		if a[0].IsNull() {
			return types.Null, nil
		}
		return d.record(c, d.root(a[0]))
	})
	set := d.name + "_to_recordset"
	addSet(set+"("+d.name+")", func(c *Call, a []types.Value, yield func([]types.Value) error) error {
		if a[0].IsNull() {
			return nil
		}
		root, err := d.array(a[0], "cannot call "+set+" on a scalar", "cannot call "+set+" on an object")
		if err != nil {
			return err
		}
		return d.each(root, func(_ string, e N) error {
			v, err := d.record(c, e)
			if err != nil {
				return err
			}
			return yield([]types.Value{v})
		})
	})
}

func init() {
	for _, key := range []string{"jsonb_populate_record(anyelement,jsonb)", "json_populate_record(anyelement,json,bool)"} {
		name, _, _ := strings.Cut(key, "(")
		add(key, func(*Call, []types.Value) (types.Value, error) {
			return types.Null, sqlerr.Unsupported(name+"()", "Use jsonb_to_record() with a column definition list.")
		})
	}
	jsonbDocument.registerRecords()
	jsonDocument.registerRecords()
}
