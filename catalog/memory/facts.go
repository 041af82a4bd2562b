package memory

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func registerFacts() {
	nsKey := []string{"ns", "key"}
	two := []types.OID{oidText, oidText}
	fn("put", []string{"ns", "key", "value", "expected_version"}, []types.OID{oidText, oidText, oidJSONB, types.OIDInt8},
		[]string{"NULL"}, types.OIDInt8, put)
	fn("patch", []string{"ns", "key", "patch", "expected_version"}, []types.OID{oidText, oidText, oidJSONB, types.OIDInt8},
		[]string{"NULL"}, types.OIDInt8, patch)
	builtin.Register(&builtin.Function{
		Name: "merge_patch", Schema: "memory", Args: []types.OID{oidJSONB, oidJSONB}, ArgNames: []string{"target", "patch"}, Ret: oidJSONB,
		Volatility: builtin.Immutable,
		Eval:       func(_ *builtin.Call, a []types.Value) (types.Value, error) { return mergePatch(a[0], a[1]), nil },
	})
	fn("get", append(nsKey, "as_of"), append(two, oidTime), []string{"NULL"}, oidJSONB,
		func(h Host, a []types.Value) (types.Value, error) {
			if err := requireNS(a[0]); err != nil {
				return types.Null, err
			}
			return one(h, "get", moment(a[2]), a[:2])
		})
	fn("delete", nsKey, two, nil, types.OIDBool,
		func(h Host, a []types.Value) (types.Value, error) {
			if err := requireNS(a[0]); err != nil {
				return types.Null, err
			}
			gone, err := affected(h, "delete", a)
			if err == nil && gone.Bool() {
				err = changed(h, a[0], "fact", a[1].Str())
			}
			return gone, err
		})
	fn("cas", []string{"ns", "key", "expected", "value"}, []types.OID{oidText, oidText, oidJSONB, oidJSONB}, nil, types.OIDBool, cas)
}

// put stores a fact and returns its version: 1, and one more with every change.
func put(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	for i, name := range []string{"ns", "key", "value"} {
		if err := required(name, a[i]); err != nil {
			return types.Null, err
		}
	}
	return putAt(h, a[0], a[1], a[2], a[3])
}

// cas stores value if the fact is expected (NULL: absent), holding the fact's lock.
func cas(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	if err := required("key", a[1]); err != nil {
		return types.Null, err
	}
	if err := required("value", a[3]); err != nil {
		return types.Null, err
	}
	if a[2].IsNull() { // there is no row to lock: the insert decides who is first
		if _, _, err := openNamespace(h, a[0]); err != nil {
			return types.Null, err
		}
		made, err := affected(h, "put_new", []types.Value{a[0], a[1], a[3], text(h.Agent())})
		if err == nil && made.Bool() {
			err = changed(h, a[0], "fact", a[1].Str())
		}
		return made, err
	}
	now, err := one(h, "lock", 0, a[:2])
	if err != nil {
		return types.Null, err
	}
	if now.IsNull() || !types.Equal(types.JSONB, now, a[2]) {
		return types.NewBool(false), nil
	}
	if _, err := putAt(h, a[0], a[1], a[3], types.Null); err != nil {
		return types.Null, err
	}
	return types.NewBool(true), nil
}

// putAt stores a fact, where a version is expected only if that is the newest one.
func putAt(h Host, ns, key, value, expected types.Value) (types.Value, error) {
	if _, _, err := openNamespace(h, ns); err != nil {
		return types.Null, err
	}
	agent := text(h.Agent())
	var version types.Value
	var err error
	switch {
	case expected.IsNull():
		version, err = one(h, "put", 0, []types.Value{ns, key, value, agent})
	case expected.Int() == 0: // there is no row to lock: the insert decides who is first
		version, err = one(h, "put_new", 0, []types.Value{ns, key, value, agent})
	default:
		version, err = one(h, "put_expected", 0, []types.Value{ns, key, value, agent, expected})
	}
	if err != nil {
		return types.Null, err
	}
	if !version.IsNull() {
		return version, changed(h, ns, "fact", key.Str())
	}
	return types.Null, sqlerr.New(sqlerr.SerializationFailure, "fact %q of namespace %q is not at version %d", key.Str(), ns.Str(), expected.Int()).
		WithHint("Read the fact again and decide anew.")
}

// patch merges a JSON merge patch into a fact and returns its version; the fact
// is locked from reading to writing, so no concurrent patch is lost.
func patch(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	for i, name := range []string{"ns", "key", "patch"} {
		if err := required(name, a[i]); err != nil {
			return types.Null, err
		}
	}
	for {
		now, err := one(h, "lock", 0, a[:2])
		if err != nil {
			return types.Null, err
		}
		if !now.IsNull() {
			return putAt(h, a[0], a[1], mergePatch(now, a[2]), a[3])
		}
		if !a[3].IsNull() {
			return putAt(h, a[0], a[1], mergePatch(types.Null, a[2]), a[3])
		}
		if _, _, err := openNamespace(h, a[0]); err != nil {
			return types.Null, err
		}
		version, err := one(h, "put_new", 0, []types.Value{a[0], a[1], mergePatch(types.Null, a[2]), text(h.Agent())})
		if err != nil {
			return types.Null, err
		}
		if !version.IsNull() {
			return version, changed(h, a[0], "fact", a[1].Str())
		} // else another one made the fact meanwhile
	}
}

// mergePatch applies an RFC 7396 merge patch: objects merge key by key, null
// removes a key, everything else replaces. target may be NULL.
func mergePatch(target, patch types.Value) types.Value {
	var t *types.JSONNode
	if !target.IsNull() {
		node := types.AsJSONB(target)
		t = &node
	}
	tree := mergeNodes(t, types.AsJSONB(patch))
	return tree.Encode()
}

// mergeNodes merges a patch into a node; target is nil where there is none.
func mergeNodes(target *types.JSONNode, patch types.JSONNode) types.JSONTree {
	if patch.Kind() != types.JSONObject {
		return types.JSONTreeOf(patch)
	}
	out := types.JSONTree{Kind: types.JSONObject}
	changes := map[string]types.JSONNode{}
	var order []string
	patch.Each(func(key string, v types.JSONNode) bool {
		changes[key] = v
		order = append(order, key)
		return true
	})
	if target != nil && target.Kind() == types.JSONObject {
		target.Each(func(key string, old types.JSONNode) bool {
			v, changed := changes[key]
			switch {
			case !changed:
				out.Add(key, types.JSONTreeOf(old))
			case v.Kind() != types.JSONNull:
				out.Add(key, mergeNodes(&old, v))
			}
			delete(changes, key)
			return true
		})
	}
	for _, key := range order {
		if v, left := changes[key]; left && v.Kind() != types.JSONNull {
			out.Add(key, mergeNodes(nil, v))
		}
	}
	return out
}
