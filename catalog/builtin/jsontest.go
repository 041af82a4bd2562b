package builtin

import "synapse/catalog/types"

// ExistsJSONB is the operator ?: a top-level key, a string element, or the string itself.
func ExistsJSONB(j types.JSONNode, key string) bool {
	switch j.Kind() {
	case types.JSONObject:
		_, ok := j.Get(key)
		return ok
	case types.JSONArray:
		for i, n := 0, j.Len(); i < n; i++ {
			if e := j.Index(i); e.Kind() == types.JSONString && e.Str() == key {
				return true
			}
		}
		return false
	}
	return j.Kind() == types.JSONString && j.Str() == key
}

// existsEach answers ?| (any) and ?& (all); NULL keys are passed over.
func existsEach(all bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		j, result := types.AsJSONB(a[0]), all
		types.ArrayEach(types.TextArray, a[1], func(_ int, key types.Value) bool {
			if key.IsNull() {
				return true
			}
			if ExistsJSONB(j, key.Str()) != all {
				result = !all
				return false
			}
			return true
		})
		return types.NewBool(result), nil
	}
}

func init() {
	contains := func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewBool(types.JSONBContains(types.AsJSONB(a[0]), types.AsJSONB(a[1]))), nil
	}
	add("jsonb_contains(jsonb,jsonb)", contains)
	add("jsonb_contained(jsonb,jsonb)", swapped(contains))
	add("jsonb_exists(jsonb,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewBool(ExistsJSONB(types.AsJSONB(a[0]), a[1].Str())), nil
	})
	add("jsonb_exists_any(jsonb,_text)", existsEach(false))
	add("jsonb_exists_all(jsonb,_text)", existsEach(true))
}
