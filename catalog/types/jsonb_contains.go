package types

// JSONBContains is a @> b: every key, element and scalar of b is in a at the same
// place. An array at the top also contains a bare scalar.
func JSONBContains(a, b JSONNode) bool {
	if a.Kind() == JSONArray && !b.IsContainer() {
		return containsElement(a, b)
	}
	return containsNode(a, b)
}

func containsNode(a, b JSONNode) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch b.Kind() {
	case JSONObject:
		for i, n := 0, b.Len(); i < n; i++ {
			v, ok := a.Get(b.Key(i))
			if !ok || !containsNode(v, b.At(i)) {
				return false
			}
		}
		return true
	case JSONArray:
		for i, n := 0, b.Len(); i < n; i++ {
			if !containsElement(a, b.Index(i)) {
				return false
			}
		}
		return true
	}
	return compareJSONNodes(a, b) == 0
}

// containsElement reports that some element of the array a contains e.
func containsElement(a, e JSONNode) bool {
	for i, n := 0, a.Len(); i < n; i++ {
		if containsNode(a.Index(i), e) {
			return true
		}
	}
	return false
}
