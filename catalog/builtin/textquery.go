package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/textsearch"
	"synapse/catalog/types"
)

// Functions on tsquery. Those that need a configuration are catalog/pgcatalog's.

// TextSearchOID looks a configuration (typ is regconfig) or a dictionary
// (regdictionary) up by its name as SQL text, 0 if there is none.
func TextSearchOID(typ types.OID, text string) types.OID {
	parts := SplitName(text)
	name := parts[len(parts)-1]
	if len(parts) > 2 || len(parts) == 2 && parts[0] != "pg_catalog" {
		return 0
	}
	if typ == types.OIDRegconfig {
		if c := textsearch.FindConfig(name); c != nil {
			return c.OID
		}
	} else if d := textsearch.FindDictionary(name); d != nil {
		return d.OID
	}
	return 0
}

// TextSearchName is the name of a configuration or dictionary, the inverse of
// TextSearchOID; "" for another type and for an OID that nothing has.
func TextSearchName(typ, id types.OID) string {
	switch typ {
	case types.OIDRegconfig:
		if c, err := textsearch.ConfigByOID(id); err == nil {
			return c.Name
		}
	case types.OIDRegdict:
		if d, err := textsearch.DictionaryByOID(id); err == nil {
			return d.Name
		}
	}
	return ""
}

// joinQueries lifts an operator of two queries; an empty one gives way to the other.
func joinQueries(op types.TSOperator, distance int) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		distance := distance
		if len(a) > 2 {
			if distance = int(a[2].Int()); distance < 0 || distance > types.TSQueryDistanceMax {
				return types.Null, sqlerr.New(sqlerr.InvalidParameterValue,
					"distance in phrase operator must be an integer value between zero and %d inclusive", types.TSQueryDistanceMax)
			}
		}
		left, right := types.AsTSQuery(a[0]), types.AsTSQuery(a[1])
		switch {
		case left == nil:
			return a[1], nil
		case right == nil:
			return a[0], nil
		}
		return (&types.TSQuery{Op: op, Distance: distance, Left: left, Right: right}).Value(), nil
	}
}

// containsQuery asks whether every word of the second query is one of the first's.
func containsQuery(_ *Call, a []types.Value) (types.Value, error) {
	words := map[string]bool{}
	textsearch.Operands(types.AsTSQuery(a[0]), func(o *types.TSQuery) { words[o.Word] = true })
	all := true
	textsearch.Operands(types.AsTSQuery(a[1]), func(o *types.TSQuery) { all = all && words[o.Word] })
	return types.NewBool(all), nil
}

// queryTree is what of a query an index can look for: T where it is nothing.
func queryTree(_ *Call, a []types.Value) (types.Value, error) {
	q := types.AsTSQuery(a[0])
	if q == nil {
		return types.NewString(""), nil
	}
	if q = textsearch.WithoutNot(q); q == nil {
		return types.NewString("T"), nil
	}
	return types.NewString(q.String()), nil
}

func rewriteQuery(_ *Call, a []types.Value) (types.Value, error) {
	q, target := types.AsTSQuery(a[0]), types.AsTSQuery(a[1])
	if q == nil || target == nil {
		return a[0], nil
	}
	r := textsearch.NewRewriter(q)
	r.Replace(target, types.AsTSQuery(a[2]))
	return r.Query().Value(), nil
}

func init() {
	add("tsquery_and(tsquery,tsquery)", joinQueries(types.TSAnd, 0))
	add("tsquery_or(tsquery,tsquery)", joinQueries(types.TSOr, 0))
	add("tsquery_phrase(tsquery,tsquery)", joinQueries(types.TSPhrase, 1))
	add("tsquery_phrase(tsquery,tsquery,int4)", joinQueries(types.TSPhrase, 1))
	add("tsquery_not(tsquery)", func(_ *Call, a []types.Value) (types.Value, error) {
		q := types.AsTSQuery(a[0])
		if q == nil {
			return a[0], nil
		}
		return (&types.TSQuery{Op: types.TSNot, Right: q}).Value(), nil
	})
	add("numnode(tsquery)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(int64(types.AsTSQuery(a[0]).Nodes())), nil
	})
	add("querytree(tsquery)", queryTree)
	add("tsq_mcontains(tsquery,tsquery)", containsQuery)
	add("tsq_mcontained(tsquery,tsquery)", swapped(containsQuery))
	add("ts_rewrite(tsquery,tsquery,tsquery)", rewriteQuery)
}
