package types

import "strings"

// jsonRank is PostgreSQL's order of jsonb kinds: Object > Array > Boolean > Number > String > Null.
func jsonRank(k JSONKind) int { return int(k) }

// CompareJSONB is the btree order of jsonb. A scalar at the top counts as an
// array of one element that sorts below a true one; hence [] < scalars < [x].
func CompareJSONB(a, b JSONNode) int {
	if !a.IsContainer() || !b.IsContainer() {
		na, ra := topLevelShape(a)
		nb, rb := topLevelShape(b)
		if ra != rb || na != nb {
			if c := cmpInt(int64(ra), int64(rb)); c != 0 {
				return c
			}
			return cmpInt(int64(na), int64(nb))
		}
		if a.IsContainer() != b.IsContainer() {
			if a.IsContainer() {
				return 1
			}
			return -1
		}
	}
	return compareJSONNodes(a, b)
}

// topLevelShape is what two top-level values are compared by first: elements and kind.
func topLevelShape(j JSONNode) (n, rank int) {
	if j.IsContainer() {
		return j.Len(), jsonRank(j.Kind())
	}
	return 1, jsonRank(JSONArray)
}

func compareJSONNodes(a, b JSONNode) int {
	ka, kb := a.Kind(), b.Kind()
	if ka != kb {
		return cmpInt(int64(jsonRank(ka)), int64(jsonRank(kb)))
	}
	switch ka {
	case JSONString:
		return strings.Compare(a.Str(), b.Str())
	case JSONNumber:
		return CompareNumeric(a.node[1:], b.node[1:])
	case JSONBool:
		return cmpInt(int64(a.node[0]), int64(b.node[0]))
	case JSONNull:
		return 0
	}
	if c := cmpInt(int64(a.Len()), int64(b.Len())); c != 0 {
		return c
	}
	for i := 0; i < a.Len(); i++ {
		if ka == JSONArray {
			if c := compareJSONNodes(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
			continue
		}
		if c := strings.Compare(a.Key(i), b.Key(i)); c != 0 {
			return c
		}
		if c := compareJSONNodes(a.At(i), b.At(i)); c != 0 {
			return c
		}
	}
	return 0
}
