package builtin

import (
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// concatJSONB is ||: objects merge, everything else becomes a longer array.
func concatJSONB(_ *Call, args []types.Value) (types.Value, error) {
	a, b := types.AsJSONB(args[0]), types.AsJSONB(args[1])
	if a.Kind() == types.JSONObject && b.Kind() == types.JSONObject {
		t := a.Expand()
		b.Each(func(key string, v types.JSONNode) bool {
			t.Add(key, types.JSONTreeOf(v))
			return true
		})
		return t.Encode(), nil
	}
	t := types.JSONTree{Kind: types.JSONArray}
	for _, j := range []types.JSONNode{a, b} {
		if j.Kind() != types.JSONArray {
			t.Append(types.JSONTreeOf(j))
			continue
		}
		for i, n := 0, j.Len(); i < n; i++ {
			t.Append(types.JSONTreeOf(j.Index(i)))
		}
	}
	return t.Encode(), nil
}

func removeAt(t *types.JSONTree, i int) {
	t.Elems = append(t.Elems[:i:i], t.Elems[i+1:]...)
	if t.Kind == types.JSONObject {
		t.Keys = append(t.Keys[:i:i], t.Keys[i+1:]...)
	}
}

// deleteKeys is the operator - for text and text[].
func deleteKeys(j types.JSONNode, drop func(key string) bool) (types.Value, error) {
	if !j.IsContainer() {
		return types.Null, notThatJSON("cannot delete from scalar")
	}
	t := j.Expand()
	for i := len(t.Elems) - 1; i >= 0; i-- {
		switch {
		case t.Kind == types.JSONObject && drop(t.Keys[i]):
			removeAt(&t, i)
		case t.Kind == types.JSONArray:
			if e := j.Index(i); e.Kind() == types.JSONString && drop(e.Str()) {
				removeAt(&t, i)
			}
		}
	}
	return t.Encode(), nil
}

func deleteIndex(_ *Call, a []types.Value) (types.Value, error) {
	j := types.AsJSONB(a[0])
	switch j.Kind() {
	case types.JSONObject:
		return types.Null, notThatJSON("cannot delete from object using integer index")
	case types.JSONArray:
	default:
		return types.Null, notThatJSON("cannot delete from scalar")
	}
	i, n := a[1].Int(), int64(j.Len())
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return a[0], nil
	}
	t := j.Expand()
	removeAt(&t, int(i))
	return t.Encode(), nil
}

// jsonEdit is one change at the end of a path.
type jsonEdit struct {
	path   []types.Value
	value  types.JSONNode
	create bool // jsonb_set: add what is missing
	insert bool // jsonb_insert: never replace
	after  bool // jsonb_insert: behind the element
	remove bool // #-
}

// apply changes the container j at path[level:].
func (e *jsonEdit) apply(j types.JSONNode, level int) (types.JSONTree, error) {
	step := e.path[level]
	if step.IsNull() {
		return types.JSONTree{}, sqlerr.New(sqlerr.NullValueNotAllowed, "path element at position %d is null", level+1)
	}
	switch j.Kind() {
	case types.JSONObject:
		return e.applyObject(j, level)
	case types.JSONArray:
		return e.applyArray(j, level)
	}
	return types.JSONTreeOf(j), nil
}

func (e *jsonEdit) last(level int) bool { return level == len(e.path)-1 }

func (e *jsonEdit) applyObject(j types.JSONNode, level int) (types.JSONTree, error) {
	t, key := j.Expand(), e.path[level].Str()
	at := -1
	for i, k := range t.Keys {
		if k == key {
			at = i
		}
	}
	switch {
	case at < 0:
		if e.last(level) && (e.create || e.insert) {
			t.Add(key, types.JSONTreeOf(e.value))
		}
		return t, nil
	case !e.last(level):
		sub, err := e.apply(j.At(at), level+1)
		t.Elems[at] = sub
		return t, err
	case e.insert:
		return t, sqlerr.New(sqlerr.InvalidParameterValue, "cannot replace existing key").
			WithHint("Try using the function jsonb_set to replace key value.")
	case e.remove:
		removeAt(&t, at)
	default:
		t.Elems[at] = types.JSONTreeOf(e.value)
	}
	return t, nil
}

func (e *jsonEdit) applyArray(j types.JSONNode, level int) (types.JSONTree, error) {
	t, step := j.Expand(), e.path[level].Str()
	i, err := strconv.ParseInt(strings.TrimLeft(step, jsonBlanks), 10, 32)
	if err != nil {
		return t, sqlerr.New(sqlerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", level+1, step)
	}
	n := int64(len(t.Elems))
	if i < 0 {
		i = max(i+n, -1) // -1: before the first
	}
	exists := i >= 0 && i < n
	switch {
	case !e.last(level):
		if exists {
			sub, err := e.apply(j.Index(int(i)), level+1)
			t.Elems[i] = sub
			return t, err
		}
	case e.remove:
		if exists {
			removeAt(&t, int(i))
		}
	case exists && !e.insert:
		t.Elems[i] = types.JSONTreeOf(e.value)
	case e.insert || e.create:
		at := min(max(i, 0), n)
		if exists && e.after {
			at++
		}
		t.Elems = append(t.Elems[:at:at], append([]types.JSONTree{types.JSONTreeOf(e.value)}, t.Elems[at:]...)...)
	}
	return t, nil
}

// run applies the edit to a whole document; fn words the error for scalars.
func (e *jsonEdit) run(doc, path types.Value, fn string) (types.Value, error) {
	if dims, _ := types.ArrayDims(path); len(dims) > 1 {
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	j := types.AsJSONB(doc)
	if !j.IsContainer() {
		return types.Null, notThatJSON(fn)
	}
	a, err := types.DecodeArray(types.TextArray, path)
	if err != nil {
		return types.Null, err
	}
	if len(a.Values) == 0 || j.Len() == 0 && !e.create && !e.insert {
		return doc, nil
	}
	e.path = a.Values
	t, err := e.apply(j, 0)
	if err != nil {
		return types.Null, err
	}
	return t.Encode(), nil
}

func jsonbSet(_ *Call, a []types.Value) (types.Value, error) {
	e := &jsonEdit{value: types.AsJSONB(a[2]), create: a[3].Bool()}
	return e.run(a[0], a[1], "cannot set path in scalar")
}

// jsonbSetLax says what a NULL value means by its last argument.
func jsonbSetLax(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() || a[1].IsNull() || a[3].IsNull() {
		return types.Null, nil
	}
	if a[4].IsNull() {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue,
			"null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
	}
	if !a[2].IsNull() {
		return jsonbSet(c, a)
	}
	switch a[4].Str() {
	case "raise_exception":
		return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "JSON value must not be null").
			WithDetail("Exception was raised because null_value_treatment is \"raise_exception\".").
			WithHint("To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")
	case "use_json_null":
		null := types.JSONTreeNull
		return jsonbSet(c, []types.Value{a[0], a[1], null.Encode(), a[3]})
	case "delete_key":
		e := &jsonEdit{remove: true}
		return e.run(a[0], a[1], "cannot delete path in scalar")
	case "return_target":
		return a[0], nil
	}
	return types.Null, sqlerr.New(sqlerr.InvalidParameterValue,
		"null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"")
}

// stripNulls drops object fields that are null, at every depth.
func stripNulls(j types.JSONNode) types.JSONTree {
	t := j.Expand()
	for i := len(t.Elems) - 1; i >= 0; i-- {
		var child types.JSONNode
		if t.Kind == types.JSONObject {
			child = j.At(i)
		} else {
			child = j.Index(i)
		}
		switch {
		case t.Kind == types.JSONObject && child.Kind() == types.JSONNull:
			removeAt(&t, i)
		case child.IsContainer():
			t.Elems[i] = stripNulls(child)
		}
	}
	return t
}

// AssignJSONB is the value that SET doc[path…] = value assigns to doc: what is
// missing on the way is made. A NULL document becomes an array if the first
// subscript is a number (numbered), else an object; a NULL value is JSON's null.
func AssignJSONB(doc types.Value, path []string, numbered bool, value types.Value) (types.Value, error) {
	leaf := types.JSONTreeNull
	if !value.IsNull() {
		leaf = types.JSONTreeOf(types.AsJSONB(value))
	}
	root := types.JSONTree{Kind: types.JSONObject}
	if numbered {
		root.Kind = types.JSONArray
	}
	if !doc.IsNull() {
		root = types.JSONTreeOf(types.AsJSONB(doc))
	}
	if err := assignJSON(&root, path, 0, leaf); err != nil {
		return types.Null, err
	}
	return root.Encode(), nil
}

// assignJSON puts leaf at path[level:] below t.
func assignJSON(t *types.JSONTree, path []string, level int, leaf types.JSONTree) error {
	if level == len(path) {
		*t = leaf
		return nil
	}
	*t = t.Opened()
	switch t.Kind {
	case types.JSONObject:
		for i, k := range t.Keys {
			if k == path[level] {
				return assignJSON(&t.Elems[i], path, level+1, leaf)
			}
		}
		t.Add(path[level], types.JSONTreeNull)
		return madeJSON(&t.Elems[len(t.Elems)-1], path, level+1, leaf)
	case types.JSONArray:
		return assignJSONElement(t, path, level, leaf)
	}
	return sqlerr.New(sqlerr.InvalidParameterValue, "cannot replace existing key").
		WithDetail("The path assumes key is a composite object, but it is a scalar value.")
}

// assignJSONElement assigns below an element of an array, which grows to hold it.
func assignJSONElement(t *types.JSONTree, path []string, level int, leaf types.JSONTree) error {
	i, err := strconv.ParseInt(strings.TrimLeft(path[level], jsonBlanks), 10, 32)
	if err != nil {
		return sqlerr.New(sqlerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", level+1, path[level])
	}
	n := int64(len(t.Elems))
	if i < -n {
		return sqlerr.New(sqlerr.InvalidParameterValue, "path element at position %d is out of range: %d", level+1, i)
	}
	if i < 0 {
		i += n
	}
	if i < n {
		return assignJSON(&t.Elems[i], path, level+1, leaf)
	}
	for int64(len(t.Elems)) <= i {
		t.Append(types.JSONTreeNull)
	}
	return madeJSON(&t.Elems[i], path, level+1, leaf)
}

// madeJSON makes the containers that path[level:] asks for and puts leaf into
// the innermost: arrays for numbers, else objects.
func madeJSON(t *types.JSONTree, path []string, level int, leaf types.JSONTree) error {
	if level == len(path) {
		*t = leaf
		return nil
	}
	*t = types.JSONTree{Kind: types.JSONObject}
	if _, err := strconv.ParseInt(path[level], 10, 32); err == nil {
		t.Kind = types.JSONArray
	}
	return assignJSON(t, path, level, leaf)
}

func init() {
	add("jsonb_concat(jsonb,jsonb)", concatJSONB)
	add("jsonb_delete(jsonb,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return deleteKeys(types.AsJSONB(a[0]), func(key string) bool { return key == a[1].Str() })
	})
	add("jsonb_delete(jsonb,_text)", func(_ *Call, a []types.Value) (types.Value, error) {
		gone := map[string]bool{}
		types.ArrayEach(types.TextArray, a[1], func(_ int, v types.Value) bool {
			if !v.IsNull() {
				gone[v.Str()] = true
			}
			return true
		})
		return deleteKeys(types.AsJSONB(a[0]), func(key string) bool { return gone[key] })
	})
	add("jsonb_delete(jsonb,int4)", deleteIndex)
	add("jsonb_delete_path(jsonb,_text)", func(_ *Call, a []types.Value) (types.Value, error) {
		e := &jsonEdit{remove: true}
		return e.run(a[0], a[1], "cannot delete path in scalar")
	})
	add("jsonb_set(jsonb,_text,jsonb,bool)", jsonbSet)
	add("jsonb_set_lax(jsonb,_text,jsonb,bool,text)", jsonbSetLax)
	add("jsonb_insert(jsonb,_text,jsonb,bool)", func(_ *Call, a []types.Value) (types.Value, error) {
		e := &jsonEdit{value: types.AsJSONB(a[2]), insert: true, after: a[3].Bool()}
		return e.run(a[0], a[1], "cannot set path in scalar")
	})
	add("jsonb_strip_nulls(jsonb)", func(_ *Call, a []types.Value) (types.Value, error) {
		t := stripNulls(types.AsJSONB(a[0]))
		return t.Encode(), nil
	})
	add("jsonb_pretty(jsonb)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewBytes(appendPretty(nil, types.AsJSONB(a[0]), 0)), nil
	})
}

// appendPretty writes one value per line, indented by four blanks per level.
func appendPretty(dst []byte, j types.JSONNode, level int) []byte {
	if !j.IsContainer() {
		return types.AppendJSONB(dst, j)
	}
	open, shut := byte('['), byte(']')
	if j.Kind() == types.JSONObject {
		open, shut = '{', '}'
	}
	dst = append(dst, open)
	for i, n := 0, j.Len(); i < n; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '\n')
		dst = append(dst, strings.Repeat("    ", level+1)...)
		var child types.JSONNode
		if open == '{' {
			dst = types.AppendJSONString(dst, j.Key(i))
			dst = append(dst, ": "...)
			child = j.At(i)
		} else {
			child = j.Index(i)
		}
		dst = appendPretty(dst, child, level+1)
	}
	dst = append(dst, '\n')
	dst = append(dst, strings.Repeat("    ", level)...)
	return append(dst, shut)
}
