package builtin

import (
	"strings"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// jsonTextOf writes a scalar as JSON wants it: dates and times in ISO 8601
// whatever DateStyle says.
func jsonTextOf(env *Env, t types.Type, v types.Value) string {
	switch t.Kind() {
	case types.KindDate, types.KindTimestamp, types.KindTimestamptz:
		zone := time.UTC
		if env.Format.Zone != nil {
			zone = env.Format.Zone
		}
		s := types.FormatText(t, v, &types.Format{DateStyle: "ISO", DateOrder: "YMD", Zone: zone})
		s = strings.Replace(s, " ", "T", 1)
		if t.Kind() == types.KindTimestamptz {
			s = fullOffset(s)
		}
		return strings.Replace(s, "TBC", " BC", 1)
	}
	return textOf(env, t, v)
}

// fullOffset writes the zone's minutes, which the ISO output leaves out when they are zero.
func fullOffset(s string) string {
	head, era, _ := strings.Cut(s, " ")
	if n := len(head); n > 3 && (head[n-3] == '+' || head[n-3] == '-') && strings.Contains(head, ":") {
		head += ":00"
	}
	if era != "" {
		head += " " + era
	}
	return head
}

// isJSONNumber reports types whose text is a JSON number.
func isJSONNumber(k types.Kind, text string) bool {
	switch k {
	case types.KindInt2, types.KindInt4, types.KindInt8:
		return true
	case types.KindFloat4, types.KindFloat8, types.KindNumeric:
		return text != "NaN" && !strings.HasSuffix(text, "Infinity")
	}
	return false
}

// jsonbTree converts any value to a jsonb node.
func jsonbTree(env *Env, t types.Type, v types.Value) (types.JSONTree, error) {
	if v.IsNull() {
		return types.JSONTreeNull, nil
	}
	switch t.Kind() {
	case types.KindBool:
		return types.JSONTreeBool(v.Bool()), nil
	case types.KindJSONB:
		return types.JSONTreeOf(types.AsJSONB(v)), nil
	case types.KindJSON:
		j, err := types.JSONBFromText(v.Str())
		return types.JSONTreeOf(types.AsJSONB(j)), err
	case types.KindArray:
		return arrayTree(env, t, v)
	case types.KindRecord:
		return recordTree(env, v)
	case types.KindInt2, types.KindInt4, types.KindInt8, types.KindFloat4, types.KindFloat8, types.KindNumeric:
		text := textOf(env, t, v)
		if !isJSONNumber(t.Kind(), text) {
			return types.JSONTreeString(text), nil
		}
		n, err := types.ParseText(types.Numeric, text, env.Format)
		return types.JSONTreeNumber(n), err
	}
	return types.JSONTreeString(jsonTextOf(env, t, v)), nil
}

// arrayTree nests one array per dimension.
func arrayTree(env *Env, t types.Type, v types.Value) (types.JSONTree, error) {
	a, err := types.DecodeArray(t, v)
	if err != nil {
		return types.JSONTree{}, err
	}
	var nest func(dim, from, to int) (types.JSONTree, error)
	nest = func(dim, from, to int) (types.JSONTree, error) {
		tree := types.JSONTree{Kind: types.JSONArray}
		if len(a.Dims) == 0 {
			return tree, nil
		}
		step := (to - from) / int(a.Dims[dim])
		for at := from; at < to; at += step {
			var e types.JSONTree
			var err error
			if dim == len(a.Dims)-1 {
				e, err = jsonbTree(env, a.Elem, a.Values[at])
			} else {
				e, err = nest(dim+1, at, at+step)
			}
			if err != nil {
				return tree, err
			}
			tree.Append(e)
		}
		return tree, nil
	}
	return nest(0, 0, len(a.Values))
}

func recordTree(env *Env, v types.Value) (types.JSONTree, error) {
	tree := types.JSONTree{Kind: types.JSONObject}
	r, err := types.DecodeRecord(v)
	if err != nil {
		return tree, err
	}
	for i, f := range r.Values {
		node, err := jsonbTree(env, r.Types[i], f)
		if err != nil {
			return tree, err
		}
		tree.Add(fieldName(r, i), node)
	}
	return tree, nil
}

func fieldName(r types.RecordValue, i int) string {
	if i < len(r.Names) && r.Names[i] != "" {
		return r.Names[i]
	}
	return "f" + itoa(i+1)
}

// jsonWriter writes values as text of type json.
type jsonWriter struct {
	env   *Env
	dst   []byte
	lines bool // a line break after each field or element of the outermost value
}

func (w *jsonWriter) value(t types.Type, v types.Value) error {
	if v.IsNull() {
		w.dst = append(w.dst, "null"...)
		return nil
	}
	switch k := t.Kind(); k {
	case types.KindBool:
		w.dst = append(w.dst, map[bool]string{true: "true", false: "false"}[v.Bool()]...)
	case types.KindJSON:
		w.dst = append(w.dst, v.Str()...)
	case types.KindJSONB:
		w.dst = types.AppendJSONB(w.dst, types.AsJSONB(v))
	case types.KindArray:
		return w.array(t, v)
	case types.KindRecord:
		return w.record(v)
	default:
		text := jsonTextOf(w.env, t, v)
		if isJSONNumber(k, text) {
			w.dst = append(w.dst, text...)
		} else {
			w.dst = types.AppendJSONString(w.dst, text)
		}
	}
	return nil
}

// separator is the comma between fields, with a line break where asked for.
func (w *jsonWriter) separator(lines bool) {
	w.dst = append(w.dst, ',')
	if lines {
		w.dst = append(w.dst, "\n "...)
	}
}

func (w *jsonWriter) array(t types.Type, v types.Value) error {
	a, err := types.DecodeArray(t, v)
	if err != nil {
		return err
	}
	lines := w.lines
	w.lines = false
	return w.dimension(a, 0, 0, len(a.Values), lines)
}

func (w *jsonWriter) dimension(a types.Array, dim, from, to int, lines bool) error {
	w.dst = append(w.dst, '[')
	if len(a.Dims) > 0 {
		step := (to - from) / int(a.Dims[dim])
		for at := from; at < to; at += step {
			if at > from {
				w.separator(lines)
			}
			var err error
			if dim == len(a.Dims)-1 {
				err = w.value(a.Elem, a.Values[at])
			} else {
				err = w.dimension(a, dim+1, at, at+step, false)
			}
			if err != nil {
				return err
			}
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

func (w *jsonWriter) record(v types.Value) error {
	r, err := types.DecodeRecord(v)
	if err != nil {
		return err
	}
	lines := w.lines
	w.lines = false
	w.dst = append(w.dst, '{')
	for i, f := range r.Values {
		if i > 0 {
			w.separator(lines)
		}
		w.dst = types.AppendJSONString(w.dst, fieldName(r, i))
		w.dst = append(w.dst, ':')
		if err := w.value(r.Types[i], f); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, '}')
	return nil
}

// jsonKey is the text of a key of json_build_object and its kin.
func jsonKey(env *Env, t types.Type, v types.Value) (string, error) {
	switch t.Kind() {
	case types.KindArray, types.KindRecord, types.KindJSON, types.KindJSONB:
		return "", notThatJSON("key value must be scalar, not array, composite, or json")
	}
	return jsonTextOf(env, t, v), nil
}

func nullKey(position int) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "argument %d: key must not be null", position)
}

func oddArguments(fn string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "argument list must have even number of elements").
		WithHint("The arguments of %s must consist of alternating keys and values.", fn)
}

// toJSON lifts the conversion of the first argument; pretty is the optional second.
func toJSON(c *Call, a []types.Value) (types.Value, error) {
	w := jsonWriter{env: c.Env, lines: len(a) > 1 && a[1].Bool()}
	err := w.value(c.Args[0], a[0])
	return types.NewBytes(w.dst), err
}

func buildObjectText(c *Call, a []types.Value) (types.Value, error) {
	if len(a)%2 != 0 {
		return types.Null, oddArguments("json_build_object()")
	}
	w := jsonWriter{env: c.Env, dst: []byte{'{'}}
	for i := 0; i < len(a); i += 2 {
		if i > 0 {
			w.dst = append(w.dst, ", "...)
		}
		if a[i].IsNull() {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "argument %d cannot be null", i+1).
				WithHint("Object keys should be text.")
		}
		key, err := jsonKey(c.Env, c.Args[i], a[i])
		if err != nil {
			return types.Null, err
		}
		w.dst = append(types.AppendJSONString(w.dst, key), " : "...)
		if err := w.value(c.Args[i+1], a[i+1]); err != nil {
			return types.Null, err
		}
	}
	return types.NewBytes(append(w.dst, '}')), nil
}

func buildArrayText(c *Call, a []types.Value) (types.Value, error) {
	w := jsonWriter{env: c.Env, dst: []byte{'['}}
	for i, v := range a {
		if i > 0 {
			w.dst = append(w.dst, ", "...)
		}
		if err := w.value(c.Args[i], v); err != nil {
			return types.Null, err
		}
	}
	return types.NewBytes(append(w.dst, ']')), nil
}

func buildObject(c *Call, a []types.Value) (types.Value, error) {
	if len(a)%2 != 0 {
		return types.Null, oddArguments("jsonb_build_object()")
	}
	tree := types.JSONTree{Kind: types.JSONObject}
	for i := 0; i < len(a); i += 2 {
		if a[i].IsNull() {
			return types.Null, nullKey(i + 1)
		}
		key, err := jsonKey(c.Env, c.Args[i], a[i])
		if err != nil {
			return types.Null, err
		}
		node, err := jsonbTree(c.Env, c.Args[i+1], a[i+1])
		if err != nil {
			return types.Null, err
		}
		tree.Add(key, node)
	}
	return tree.Encode(), nil
}

func buildArray(c *Call, a []types.Value) (types.Value, error) {
	tree := types.JSONTree{Kind: types.JSONArray}
	for i, v := range a {
		node, err := jsonbTree(c.Env, c.Args[i], v)
		if err != nil {
			return types.Null, err
		}
		tree.Append(node)
	}
	return tree.Encode(), nil
}

// jsonbNumber casts a jsonb number to one of the numeric types, through numeric.
func jsonbNumber(target string, fn body) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		j := types.AsJSONB(a[0])
		if j.Kind() != types.JSONNumber {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot cast jsonb %s to type %s", j.Kind(), target)
		}
		return fn(c, []types.Value{j.Number()})
	}
}

func init() {
	for _, key := range []string{"to_json(anyelement)", "array_to_json(anyarray)", "array_to_json(anyarray,bool)", "row_to_json(record)", "row_to_json(record,bool)"} {
		add(key, toJSON)
	}
	add("to_jsonb(anyelement)", func(c *Call, a []types.Value) (types.Value, error) {
		tree, err := jsonbTree(c.Env, c.Args[0], a[0])
		return tree.Encode(), err
	})
	addAll(buildObjectText, "json_build_object()", "json_build_object(any)")
	addAll(buildArrayText, "json_build_array()", "json_build_array(any)")
	addAll(buildObject, "jsonb_build_object()", "jsonb_build_object(any)")
	addAll(buildArray, "jsonb_build_array()", "jsonb_build_array(any)")
	add("bool(jsonb)", func(_ *Call, a []types.Value) (types.Value, error) {
		j := types.AsJSONB(a[0])
		if j.Kind() != types.JSONBool {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "cannot cast jsonb %s to type boolean", j.Kind())
		}
		return types.NewBool(j.Bool()), nil
	})
	registerJSONObjects()
}
