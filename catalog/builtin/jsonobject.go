package builtin

import (
	"strconv"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

func wrongSubscripts(message string) error {
	return sqlerr.New(sqlerr.ArraySubscriptError, "%s", message)
}

// objectPairs reads json[b]_object's arguments: one array of alternating keys
// and values, an n×2 array, or two arrays.
func objectPairs(a []types.Value) (keys, values []types.Value, err error) {
	first, err := types.DecodeArray(types.TextArray, a[0])
	if err != nil {
		return nil, nil, err
	}
	if len(a) == 2 {
		second, err := types.DecodeArray(types.TextArray, a[1])
		switch {
		case err != nil:
			return nil, nil, err
		case len(first.Dims) > 1 || len(second.Dims) > 1:
			return nil, nil, wrongSubscripts("wrong number of array subscripts")
		case len(first.Values) != len(second.Values):
			return nil, nil, wrongSubscripts("mismatched array dimensions")
		}
		return first.Values, second.Values, nil
	}
	switch {
	case len(first.Dims) > 2:
		return nil, nil, wrongSubscripts("wrong number of array subscripts")
	case len(first.Dims) == 2 && first.Dims[1] != 2:
		return nil, nil, wrongSubscripts("array must have two columns")
	case len(first.Values)%2 != 0:
		return nil, nil, wrongSubscripts("array must have even number of elements")
	}
	for i := 0; i < len(first.Values); i += 2 {
		keys = append(keys, first.Values[i])
		values = append(values, first.Values[i+1])
	}
	return keys, values, nil
}

func nullObjectKey() error {
	return sqlerr.New(sqlerr.NullValueNotAllowed, "null value not allowed for object key")
}

func registerJSONObjects() {
	asText := func(_ *Call, a []types.Value) (types.Value, error) {
		keys, values, err := objectPairs(a)
		if err != nil {
			return types.Null, err
		}
		dst := []byte{'{'}
		for i, key := range keys {
			if key.IsNull() {
				return types.Null, nullObjectKey()
			}
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(types.AppendJSONString(dst, key.Str()), " : "...)
			if values[i].IsNull() {
				dst = append(dst, "null"...)
			} else {
				dst = types.AppendJSONString(dst, values[i].Str())
			}
		}
		return types.NewBytes(append(dst, '}')), nil
	}
	asTree := func(_ *Call, a []types.Value) (types.Value, error) {
		keys, values, err := objectPairs(a)
		if err != nil {
			return types.Null, err
		}
		tree := types.JSONTree{Kind: types.JSONObject}
		for i, key := range keys {
			switch {
			case key.IsNull():
				return types.Null, nullObjectKey()
			case values[i].IsNull():
				tree.Add(key.Str(), types.JSONTreeNull)
			default:
				tree.Add(key.Str(), types.JSONTreeString(values[i].Str()))
			}
		}
		return tree.Encode(), nil
	}
	addAll(asText, "json_object(_text)", "json_object(_text,_text)")
	addAll(asTree, "jsonb_object(_text)", "jsonb_object(_text,_text)")
	add("json_strip_nulls(json)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewBytes(appendStripped(nil, trimJSON(a[0].Str()))), nil
	})
}

// appendStripped rewrites JSON text without blanks and without null fields.
func appendStripped(dst []byte, j rawJSON) []byte {
	switch j.kind() {
	case types.JSONArray, types.JSONObject:
	default:
		return append(dst, j...)
	}
	object := j.kind() == types.JSONObject
	shut := byte(']')
	if object {
		shut = '}'
	}
	dst = append(dst, j[0])
	first := true
	_ = j.each(func(key string, v rawJSON) error {
		if object && v.kind() == types.JSONNull {
			return nil
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if object {
			dst = append(types.AppendJSONString(dst, key), ':')
		}
		dst = appendStripped(dst, v)
		return nil
	})
	return append(dst, shut)
}
