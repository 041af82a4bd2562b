package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// splitPart returns the n-th field, counted from the end where n is negative.
func splitPart(s, sep string, n int64) (string, error) {
	if n == 0 {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "field position must not be zero")
	}
	if s == "" {
		return "", nil
	}
	if sep == "" {
		if n == 1 || n == -1 {
			return s, nil
		}
		return "", nil
	}
	if n < 0 {
		n += int64(strings.Count(s, sep)) + 2
		if n < 1 {
			return "", nil
		}
	}
	for ; n > 1; n-- {
		_, rest, ok := strings.Cut(s, sep)
		if !ok {
			return "", nil
		}
		s = rest
	}
	field, _, _ := strings.Cut(s, sep)
	return field, nil
}

// splitText cuts s at sep; a NULL sep cuts between characters, an empty one
// nowhere. Fields equal to a non-NULL null become NULL.
func splitText(s string, sep, null types.Value) []types.Value {
	if s == "" {
		return nil
	}
	var fields []string
	switch {
	case sep.IsNull():
		fields = strings.Split(s, "")
	case sep.Str() == "":
		fields = []string{s}
	default:
		fields = strings.Split(s, sep.Str())
	}
	values := make([]types.Value, len(fields))
	for i, f := range fields {
		if null.IsNull() || f != null.Str() {
			values[i] = types.NewString(f)
		}
	}
	return values
}

func optional(a []types.Value, i int) types.Value {
	if i < len(a) {
		return a[i]
	}
	return types.Null
}

func stringToArray(_ *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	return types.NewArray(types.Text, splitText(a[0].Str(), a[1], optional(a, 2))).Encode(), nil
}

func stringToTable(_ *Call, a []types.Value, yield func([]types.Value) error) error {
	if a[0].IsNull() {
		return nil
	}
	for _, v := range splitText(a[0].Str(), a[1], optional(a, 2)) {
		if err := yield([]types.Value{v}); err != nil {
			return err
		}
	}
	return nil
}

// arrayToString joins the elements' text; NULLs are left out unless null says how to write them.
func arrayToString(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() || a[1].IsNull() {
		return types.Null, nil
	}
	null := optional(a, 2)
	elem := c.Args[0].Elem()
	var b strings.Builder
	first := true
	types.ArrayEach(c.Args[0], a[0], func(_ int, v types.Value) bool {
		if v.IsNull() && null.IsNull() {
			return true
		}
		if !first {
			b.WriteString(a[1].Str())
		}
		first = false
		if v.IsNull() {
			b.WriteString(null.Str())
		} else {
			b.WriteString(textOf(c.Env, elem, v))
		}
		return true
	})
	return types.NewString(b.String()), nil
}

// concat joins the text of its arguments, NULLs left out. Call.Args holds their types.
func concat(c *Call, a []types.Value) (types.Value, error) {
	var b strings.Builder
	for i, v := range a {
		if !v.IsNull() {
			b.WriteString(textOf(c.Env, c.Args[i], v))
		}
	}
	return types.NewString(b.String()), nil
}

func concatWS(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	var parts []string
	for i, v := range a[1:] {
		if !v.IsNull() {
			parts = append(parts, textOf(c.Env, c.Args[i+1], v))
		}
	}
	return types.NewString(strings.Join(parts, a[0].Str())), nil
}

func init() {
	add("split_part(text,text,int4)", func(_ *Call, a []types.Value) (types.Value, error) {
		s, err := splitPart(a[0].Str(), a[1].Str(), a[2].Int())
		return types.NewString(s), err
	})
	addAll(stringToArray, "string_to_array(text,text)", "string_to_array(text,text,text)")
	for _, key := range []string{"string_to_table(text,text)", "string_to_table(text,text,text)"} {
		addSet(key, stringToTable)
	}
	addAll(arrayToString, "array_to_string(anyarray,text)", "array_to_string(anyarray,text,text)")
	add("concat(any)", concat)
	add("concat_ws(text,any)", concatWS)
}
