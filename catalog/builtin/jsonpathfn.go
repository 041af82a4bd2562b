package builtin

import (
	"errors"
	"strings"
	"sync"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// pathCacheMax bounds the parsed paths kept; the cache is emptied when full.
const pathCacheMax = 512

// pathCache is shared by all connections; mu guards the map.
var pathCache = struct {
	mu sync.Mutex
	m  map[string]*jsonPath
}{m: map[string]*jsonPath{}}

func cachedPath(text string) (*jsonPath, error) {
	pathCache.mu.Lock()
	p := pathCache.m[text]
	pathCache.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := parsePath(text)
	if err != nil {
		return nil, err
	}
	pathCache.mu.Lock()
	defer pathCache.mu.Unlock()
	if len(pathCache.m) >= pathCacheMax {
		clear(pathCache.m)
	}
	pathCache.m[strings.Clone(text)] = p
	return p, nil
}

// queryPath yields the items that a path selects: a is document, path and
// optionally variables and silent. A silent call ends quietly on errors that
// data cause; failed says so.
func queryPath(a []types.Value, silent bool, out emit) (failed bool, err error) {
	path, err := cachedPath(a[1].Str())
	if err != nil {
		return false, err
	}
	r := &pathRun{lax: path.lax, root: types.AsJSONB(a[0])}
	if len(a) > 2 {
		if r.vars = types.AsJSONB(a[2]); r.vars.Kind() != types.JSONObject {
			return false, sqlerr.New(sqlerr.InvalidParameterValue, "\"vars\" argument is not an object").
				WithDetail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.")
		}
	}
	silent = silent || len(a) > 3 && a[3].Bool()
	err = r.eval(path.root, scope{current: r.root, size: -1}, out)
	if err != nil && silent && isPathError(err) {
		return true, nil
	}
	return false, err
}

func pathExistsBody(silent bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		found := false
		failed, err := queryPath(a, silent, func(types.JSONNode) error {
			found = true
			return errFound
		})
		switch {
		case errors.Is(err, errFound):
			return types.NewBool(true), nil
		case err != nil || failed:
			return types.Null, err
		}
		return types.NewBool(found), nil
	}
}

// pathMatchBody wants a single Boolean.
func pathMatchBody(silent bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		items, failed, err := pathItems(a, silent)
		if err != nil || failed {
			return types.Null, err
		}
		if len(items) == 1 {
			switch items[0].Kind() {
			case types.JSONBool:
				return types.NewBool(items[0].Bool()), nil
			case types.JSONNull:
				return types.Null, nil
			}
		}
		if silent || len(a) > 3 && a[3].Bool() {
			return types.Null, nil
		}
		return types.Null, sqlerr.New(codeJSONItem, "single boolean result is expected")
	}
}

func pathItems(a []types.Value, silent bool) (items []types.JSONNode, failed bool, err error) {
	failed, err = queryPath(a, silent, func(item types.JSONNode) error {
		items = append(items, item)
		return nil
	})
	return items, failed, err
}

func init() {
	const args = "(jsonb,jsonpath,jsonb,bool)"
	add("jsonb_path_exists_opr(jsonb,jsonpath)", pathExistsBody(true))
	add("jsonb_path_match_opr(jsonb,jsonpath)", pathMatchBody(true))
	addAll(pathExistsBody(false), "jsonb_path_exists"+args, "jsonb_path_exists_tz"+args)
	addAll(pathMatchBody(false), "jsonb_path_match"+args, "jsonb_path_match_tz"+args)
	addAll(func(_ *Call, a []types.Value) (types.Value, error) {
		items, failed, err := pathItems(a, false)
		if err != nil {
			return types.Null, err
		}
		tree := types.JSONTree{Kind: types.JSONArray}
		for _, item := range items {
			if !failed {
				tree.Append(types.JSONTreeOf(item))
			}
		}
		return tree.Encode(), nil
	}, "jsonb_path_query_array"+args, "jsonb_path_query_array_tz"+args)
	addAll(func(_ *Call, a []types.Value) (types.Value, error) {
		items, _, err := pathItems(a, false)
		if err != nil || len(items) == 0 {
			return types.Null, err
		}
		return items[0].Value(), nil
	}, "jsonb_path_query_first"+args, "jsonb_path_query_first_tz"+args)
	for _, name := range []string{"jsonb_path_query", "jsonb_path_query_tz"} {
		addSet(name+args, func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
			items, _, err := pathItems(a, false)
			for _, item := range items {
				if err == nil {
					err = yield([]types.Value{item.Value()})
				}
			}
			return err
		})
	}
}
