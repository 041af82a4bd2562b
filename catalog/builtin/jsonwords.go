package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// JSONWords is a set of what in a document counts as text.
type JSONWords uint8

// What can count.
const (
	JSONStringWords JSONWords = 1 << iota
	JSONNumberWords
	JSONBoolWords
	JSONKeyWords
)

var jsonWordNames = map[string]JSONWords{
	"string": JSONStringWords, "numeric": JSONNumberWords, "boolean": JSONBoolWords, "key": JSONKeyWords,
	"all": JSONStringWords | JSONNumberWords | JSONBoolWords | JSONKeyWords,
}

// ParseJSONWords reads the flags of json_to_tsvector: a string or an array of strings. Error: 22023.
func ParseJSONWords(flags types.JSONNode) (set JSONWords, err error) {
	const hint = "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and \"all\"."
	one := func(n types.JSONNode) error {
		if n.Kind() != types.JSONString {
			return sqlerr.New(sqlerr.InvalidParameterValue, "flag array element is not a string").WithHint(hint)
		}
		w := jsonWordNames[strings.ToLower(n.Str())]
		if w == 0 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "wrong flag in flag array: \"%s\"", n.Str()).WithHint(hint)
		}
		set |= w
		return nil
	}
	switch flags.Kind() {
	case types.JSONObject:
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "wrong flag type, only arrays and scalars are allowed")
	case types.JSONArray:
		for i := range flags.Len() {
			if err := one(flags.Index(i)); err != nil {
				return 0, err
			}
		}
		return set, nil
	}
	return set, one(flags)
}

// EachJSONWord calls yield with the texts of a json or jsonb value, in its order.
func EachJSONWord(t types.Type, v types.Value, which JSONWords, yield func(text string)) {
	if t.OID == types.OIDJSONB {
		eachWord(jsonbDocument, types.AsJSONB(v), which, yield)
		return
	}
	eachWord(jsonDocument, jsonDocument.root(v), which, yield)
}

func eachWord[N any](d *document[N], n N, which JSONWords, yield func(string)) {
	switch kind := d.kind(n); {
	case kind == types.JSONObject || kind == types.JSONArray:
		_ = d.each(n, func(key string, value N) error {
			if kind == types.JSONObject && which&JSONKeyWords != 0 {
				yield(key)
			}
			eachWord(d, value, which, yield)
			return nil
		})
	case kind == types.JSONString && which&JSONStringWords != 0,
		kind == types.JSONNumber && which&JSONNumberWords != 0,
		kind == types.JSONBool && which&JSONBoolWords != 0:
		yield(d.text(n).Str())
	}
}

// MapJSONStrings replaces the strings of a json or jsonb value, not its keys.
func MapJSONStrings(t types.Type, v types.Value, f func(string) string) types.Value {
	if t.OID == types.OIDJSONB {
		tree := mapNodeStrings(types.AsJSONB(v), f)
		return tree.Encode()
	}
	return types.NewBytes(appendMapped(nil, jsonDocument.root(v), f))
}

func mapNodeStrings(n types.JSONNode, f func(string) string) types.JSONTree {
	tree := n.Expand()
	switch n.Kind() {
	case types.JSONString:
		return types.JSONTreeString(f(n.Str()))
	case types.JSONArray:
		for i := range tree.Elems {
			tree.Elems[i] = mapNodeStrings(n.Index(i), f)
		}
	case types.JSONObject:
		for i := range tree.Elems {
			tree.Elems[i] = mapNodeStrings(n.At(i), f)
		}
	}
	return tree
}

// appendMapped writes a document anew, without blanks.
func appendMapped(dst []byte, n rawJSON, f func(string) string) []byte {
	kind := n.kind()
	switch kind {
	case types.JSONString:
		return types.AppendJSONString(dst, f(jsonDocument.text(n).Str()))
	case types.JSONObject, types.JSONArray:
	default:
		return append(dst, n...)
	}
	brackets := "[]"
	if kind == types.JSONObject {
		brackets = "{}"
	}
	dst = append(dst, brackets[0])
	first := true
	_ = n.each(func(key string, value rawJSON) error {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if kind == types.JSONObject {
			dst = append(types.AppendJSONString(dst, key), ':')
		}
		dst = appendMapped(dst, value, f)
		return nil
	})
	return append(dst, brackets[1])
}
