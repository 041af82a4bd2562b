package pgcatalog

import (
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/catalog/types"
)

// opclassKey names an operator class within its method; opclassDefault is the default for a type.
type opclassKey struct {
	method types.OID
	name   string
}

type opclassDefault struct{ method, typ types.OID }

type opclassTable struct {
	byName   map[opclassKey]types.OID
	defaults map[opclassDefault]types.OID
}

// opclasses indexes the rows of pg_opclass.
var opclasses = sync.OnceValue(func() *opclassTable {
	t := &opclassTable{byName: map[opclassKey]types.OID{}, defaults: map[opclassDefault]types.OID{}}
	for _, f := range snapshotRows("pg_opclass") {
		id, method, in := oidOf(f[0]), oidOf(f[1]), oidOf(f[6])
		t.byName[opclassKey{method, f[2]}] = id
		if f[7] == "t" {
			t.defaults[opclassDefault{method, in}] = id
		}
	}
	return t
})

// opclassOf is the operator class of a key: the one it names, or its type's default.
func opclassOf(m catalog.Method, k *catalog.IndexKey) types.OID {
	t, method := opclasses(), methods[m]
	if k.Opclass != "" {
		return t.byName[opclassKey{method, k.Opclass}]
	}
	in := types.Lookup(k.Type.Base().OID)
	if in == nil {
		return 0
	}
	for _, typ := range []types.OID{in.OID, baseOf(in)} {
		if id := t.defaults[opclassDefault{method, typ}]; id != 0 {
			return id
		}
	}
	return 0
}

// usualPath is the search path of rows that are the same for every session.
var usualPath = []string{"pg_catalog", "public"}

// opclassSchema is where the operator class of a key is: where its extension was put, if it has one.
func opclassSchema(cat *catalog.Catalog, m catalog.Method, k *catalog.IndexKey) types.OID {
	if m == catalog.HNSW || m == catalog.IVFFlat {
		return builtinTypeSchema(cat, types.OIDVector)
	}
	return builtinTypeSchema(cat, k.Type.OID)
}

// baseOf is the type whose operator classes serve a type that has none of its own.
func baseOf(in *types.Info) types.OID {
	switch in.Kind {
	case types.KindEnum:
		return types.OIDAnyEnum
	case types.KindText:
		return types.OIDText
	case types.KindOID:
		return types.OIDOID
	case types.KindInet:
		return types.OIDInet
	case types.KindArray:
		return types.OIDAnyArray
	case types.KindRecord:
		return types.OIDRecord
	case types.KindRange:
		return types.OIDAnyRange
	case types.KindMultirange:
		return types.OIDAnyMultirange
	}
	return 0
}

// Bits of pg_index.indoption.
const (
	optionDesc       = 1
	optionNullsFirst = 2
)

func init() {
	providers["pg_index"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassIndex) {
			s.index(o.(*catalog.Index))
		}
	}
	providers["pg_indexes"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassIndex) {
			x := o.(*catalog.Index)
			if t := s.cat.Table(x.Table); t != nil {
				s.add(cells{"schemaname": s.cat.SchemaName(t.Schema), "tablename": t.Name, "indexname": x.Name, "indexdef": indexDef(s.cat, x, usualPath, false)})
			}
		}
	}
}

func (s *sheet) index(x *catalog.Index) {
	keys := make([]int, 0, len(x.Keys)+len(x.Include))
	class, collation, option := make([]types.OID, len(x.Keys)), make([]types.OID, len(x.Keys)), make([]int, len(x.Keys))
	var exprs []string
	for i := range x.Keys {
		k := &x.Keys[i]
		keys = append(keys, k.Column)
		if k.Column == 0 {
			exprs = append(exprs, k.Expr)
		}
		class[i] = opclassOf(x.Method, k)
		if in := types.Lookup(k.Type.OID); in != nil {
			collation[i] = collationOf(in)
		}
		if id, ok := collations[k.Collation]; ok {
			collation[i] = id
		}
		if k.Desc {
			option[i] |= optionDesc
		}
		if k.NullsFirst {
			option[i] |= optionNullsFirst
		}
	}
	keys = append(keys, x.Include...)
	c := constraintOf(s.cat, x)
	t := s.cat.Table(x.Table)
	s.add(cells{
		"indisclustered": t != nil && t.ClusterIndex == x.ID, "indisreplident": t != nil && t.ReplicaIndex == x.ID,
		"indexrelid": x.ID, "indrelid": x.Table, "indnatts": len(keys), "indnkeyatts": len(x.Keys),
		"indisunique": x.Unique, "indnullsnotdistinct": x.NullsEqual, "indisprimary": x.Primary, "indisexclusion": len(x.Exclude) > 0,
		"indimmediate": c == nil || !c.Deferrable, "indisvalid": !x.Invalid, "indisready": !x.Invalid, "indislive": true,
		"indkey": keys, "indcollation": collation, "indclass": class, "indoption": option,
		"indexprs": orNull(strings.Join(exprs, ", ")), "indpred": orNull(x.Predicate),
	})
}

// constraintOf is the constraint that an index serves, nil if none.
func constraintOf(cat *catalog.Catalog, x *catalog.Index) *catalog.Constraint {
	t := cat.Table(x.Table)
	if t == nil {
		return nil
	}
	for i := range t.Constraints {
		c := &t.Constraints[i]
		if c.Kind != catalog.ForeignKey && (c.Index == x.ID || x.Constraint != 0 && c.ID == x.Constraint) {
			return c
		}
	}
	return nil
}
