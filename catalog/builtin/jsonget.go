package builtin

import (
	"math"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// document is what json and jsonb have in common for reading; N is the type of
// a piece of it.
type document[N any] struct {
	name    string
	root    func(types.Value) N
	kind    func(N) types.JSONKind
	get     func(N, string) (N, bool)
	element func(N, int) (N, bool)
	each    func(N, func(key string, value N) error) error // pairs or elements
	value   func(N) types.Value
	text    func(N) types.Value
	// scalarElement: a scalar is its own first element, as jsonb keeps it in
	// PostgreSQL.
	scalarElement bool
}

var jsonbDocument = &document[types.JSONNode]{
	name: "jsonb", scalarElement: true,
	root: types.AsJSONB, kind: types.JSONNode.Kind, get: types.JSONNode.Get, element: types.JSONNode.Element,
	each: eachNode, value: types.JSONNode.Value, text: nodeText,
}

var jsonDocument = &document[rawJSON]{
	name: "json",
	root: func(v types.Value) rawJSON { return trimJSON(v.Str()) },
	kind: rawJSON.kind, get: rawJSON.get, element: rawJSON.element,
	each: rawJSON.each, value: rawJSON.value, text: rawJSON.textValue,
}

func eachNode(j types.JSONNode, f func(string, types.JSONNode) error) error {
	for i, n := 0, j.Len(); i < n; i++ {
		var err error
		if j.Kind() == types.JSONObject {
			err = f(j.Key(i), j.At(i))
		} else {
			err = f("", j.Index(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nodeText is the ->> form of a jsonb node: NULL for null, strings bare.
func nodeText(j types.JSONNode) types.Value {
	switch j.Kind() {
	case types.JSONNull:
		return types.Null
	case types.JSONString:
		return types.NewString(j.Str())
	}
	return types.NewBytes(types.AppendJSONB(nil, j))
}

// found turns a lookup into a result.
func found[N any](out func(N) types.Value, n N, ok bool) (types.Value, error) {
	if !ok {
		return types.Null, nil
	}
	return out(n), nil
}

func (d *document[N]) field(out func(N) types.Value) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		n, ok := d.get(d.root(a[0]), a[1].Str())
		return found(out, n, ok)
	}
}

func (d *document[N]) at(out func(N) types.Value) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		root, i := d.root(a[0]), int(a[1].Int())
		n, ok := d.element(root, i)
		if d.scalarElement && (i == 0 || i == -1) && d.kind(root) != types.JSONObject && d.kind(root) != types.JSONArray {
			n, ok = root, true
		}
		return found(out, n, ok)
	}
}

// path follows a text[]; a NULL step or a step that leads nowhere gives NULL.
func (d *document[N]) path(out func(N) types.Value) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		n, ok := d.root(a[0]), true
		types.ArrayEach(types.TextArray, a[1], func(_ int, step types.Value) bool {
			if ok = !step.IsNull(); !ok {
				return false
			}
			n, ok = d.step(n, step.Str())
			return ok
		})
		return found(out, n, ok)
	}
}

func (d *document[N]) step(n N, step string) (N, bool) {
	if d.kind(n) != types.JSONArray {
		return d.get(n, step)
	}
	i, err := strconv.ParseInt(strings.TrimLeft(step, jsonBlanks), 10, 32)
	if err != nil {
		i = math.MaxInt32
	}
	return d.element(n, int(i))
}

func (d *document[N]) register() {
	two := func(suffix string) string { return d.name + suffix }
	add(two("_object_field("+d.name+",text)"), d.field(d.value))
	add(two("_object_field_text("+d.name+",text)"), d.field(d.text))
	add(two("_array_element("+d.name+",int4)"), d.at(d.value))
	add(two("_array_element_text("+d.name+",int4)"), d.at(d.text))
	add(two("_extract_path("+d.name+",_text)"), d.path(d.value))
	add(two("_extract_path_text("+d.name+",_text)"), d.path(d.text))
	add(two("_typeof("+d.name+")"), func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewString(d.kind(d.root(a[0])).String()), nil
	})
	add(two("_array_length("+d.name+")"), func(_ *Call, a []types.Value) (types.Value, error) {
		n := int64(0)
		root, err := d.array(a[0], "cannot get array length of a scalar", "cannot get array length of a non-array")
		if err == nil {
			err = d.each(root, func(string, N) error { n++; return nil })
		}
		return types.NewInt(n), err
	})
	d.registerSets()
}

func notThatJSON(message string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "%s", message)
}

// array checks that a value is an array.
func (d *document[N]) array(v types.Value, scalar, object string) (N, error) {
	root := d.root(v)
	switch d.kind(root) {
	case types.JSONArray:
		return root, nil
	case types.JSONObject:
		return root, notThatJSON(object)
	}
	return root, notThatJSON(scalar)
}

// object checks that a value is an object; fn is named in messages.
func (d *document[N]) object(v types.Value, fn string) (N, error) {
	root := d.root(v)
	switch d.kind(root) {
	case types.JSONObject:
		return root, nil
	case types.JSONArray:
		if d.name == "jsonb" && !strings.HasSuffix(fn, "object_keys") {
			return root, notThatJSON("cannot call " + fn + " on a non-object")
		}
		if strings.HasSuffix(fn, "object_keys") {
			return root, notThatJSON("cannot call " + fn + " on an array")
		}
		return root, notThatJSON("cannot deconstruct an array as an object")
	}
	switch {
	case strings.HasSuffix(fn, "object_keys"):
		return root, notThatJSON("cannot call " + fn + " on a scalar")
	case d.name == "jsonb":
		return root, notThatJSON("cannot call " + fn + " on a non-object")
	}
	return root, notThatJSON("cannot deconstruct a scalar")
}

func (d *document[N]) registerSets() {
	for suffix, out := range map[string]func(N) types.Value{"": d.value, "_text": d.text} {
		each, elements := d.name+"_each"+suffix, d.name+"_array_elements"+suffix
		addSet(each+"("+d.name+")", func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
			root, err := d.object(a[0], each)
			if err != nil {
				return err
			}
			return d.each(root, func(key string, v N) error {
				return yield([]types.Value{types.NewString(key), out(v)})
			})
		})
		addSet(elements+"("+d.name+")", func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
			scalar, object := "cannot extract elements from a scalar", "cannot extract elements from an object"
			if d.name == "json" {
				scalar, object = "cannot call "+elements+" on a scalar", "cannot call "+elements+" on a non-array"
			}
			root, err := d.array(a[0], scalar, object)
			if err != nil {
				return err
			}
			return d.each(root, func(_ string, v N) error { return yield([]types.Value{out(v)}) })
		})
	}
	keys := d.name + "_object_keys"
	addSet(keys+"("+d.name+")", func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
		root, err := d.object(a[0], keys)
		if err != nil {
			return err
		}
		return d.each(root, func(key string, _ N) error { return yield([]types.Value{types.NewString(key)}) })
	})
}

func init() {
	jsonbDocument.register()
	jsonDocument.register()
}
