package pgcatalog

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/partition"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func init() {
	providers["pg_inherits"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			t := o.(*catalog.Table)
			for i, parent := range t.Parents {
				s.add(cells{"inhrelid": t.ID, "inhparent": parent, "inhseqno": i + 1, "inhdetachpending": false})
			}
		}
		for _, o := range s.cat.All(catalog.ClassIndex) {
			if x := o.(*catalog.Index); x.Parent != 0 {
				s.add(cells{"inhrelid": x.ID, "inhparent": x.Parent, "inhseqno": 1, "inhdetachpending": false})
			}
		}
	}
	providers["pg_partitioned_table"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			if t := o.(*catalog.Table); t.Partitioned() {
				s.partitioned(t)
			}
		}
	}
}

func (s *sheet) partitioned(t *catalog.Table) {
	p := t.Partitioning
	method := catalog.BTree
	if p.Strategy == catalog.ByHash {
		method = catalog.Hash
	}
	var attrs []int
	var classes, collated []types.OID
	var exprs []string
	for i := range p.Keys {
		k := &p.Keys[i]
		attrs, classes = append(attrs, k.Column), append(classes, opclassOf(method, k))
		var collation types.OID
		if in := types.Lookup(k.Type.OID); in != nil {
			collation = collationOf(in)
		}
		if id, ok := collations[k.Collation]; ok {
			collation = id
		}
		collated = append(collated, collation)
		if k.Column == 0 {
			exprs = append(exprs, k.Expr)
		}
	}
	var fallback types.OID
	for _, id := range t.Children {
		if child := s.cat.Table(id); child != nil && child.IsPartition() && child.Bound.Default {
			fallback = id
		}
	}
	s.add(cells{
		"partrelid": t.ID, "partstrat": byte(p.Strategy), "partnatts": len(p.Keys), "partdefid": fallback,
		"partattrs": attrs, "partclass": classes, "partcollation": collated, "partexprs": orNull(strings.Join(exprs, ", ")),
	})
}

// boundText is relpartbound; nil for what is no partition.
func boundText(cat *catalog.Catalog, t *catalog.Table) any {
	if !t.IsPartition() {
		return nil
	}
	return partition.Text(cat.Table(t.Parents[0]), t.Bound)
}

// lineage lists a relation of a partition tree and those above it, nearest first;
// nil for one that is in no tree.
func lineage(cat *catalog.Catalog, id types.OID) []types.OID {
	switch o := cat.Object(id).(type) {
	case *catalog.Table:
		if !o.IsPartition() && !o.Partitioned() {
			return nil
		}
		out := []types.OID{id}
		for _, up := range cat.Ancestors(o) {
			out = append(out, up.ID)
		}
		return out
	case *catalog.Index:
		if t := cat.Table(o.Table); t == nil || o.Parent == 0 && !t.Partitioned() {
			return nil
		}
		out := []types.OID{id}
		for x := cat.Index(o.Parent); x != nil; x = cat.Index(x.Parent) {
			out = append(out, x.ID)
		}
		return out
	}
	return nil
}

// descendants lists the direct parts of a relation of a partition tree.
func descendants(cat *catalog.Catalog, id types.OID) (parts []types.OID, leaf bool) {
	switch o := cat.Object(id).(type) {
	case *catalog.Table:
		if !o.Partitioned() {
			return nil, true
		}
		return o.Children, false
	case *catalog.Index:
		t := cat.Table(o.Table)
		if !t.Partitioned() {
			return nil, true
		}
		for _, child := range t.Children {
			for _, x := range cat.Indexes(child) {
				if x.Parent == id {
					parts = append(parts, x.ID)
				}
			}
		}
	}
	return parts, false
}

// registerPartitions binds the functions over partition trees.
func registerPartitions() {
	regclass := []types.OID{types.OIDRegclass}
	builtin.Register(&builtin.Function{
		Name: "pg_partition_ancestors", OID: 3425, Kind: builtin.SetReturning, Args: regclass, Ret: types.OIDRegclass, Strict: true,
		Volatility: builtin.Volatile, Columns: []builtin.OutColumn{{Name: "relid", Type: types.Regclass}},
		Rows: func(c *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
			s, err := scopeOf(c)
			if err != nil {
				return err
			}
			for _, id := range lineage(s.cat, oidArg(a[0])) {
				if err := yield([]types.Value{types.NewInt(int64(id))}); err != nil {
					return err
				}
			}
			return nil
		},
	})
	builtin.Register(&builtin.Function{
		Name: "pg_partition_root", OID: 3424, Args: regclass, Ret: types.OIDRegclass, Strict: true,
		Eval: lift(func(s *scope, a []types.Value) (types.Value, error) {
			list := lineage(s.cat, oidArg(a[0]))
			if list == nil {
				return types.Null, nil
			}
			return types.NewInt(int64(list[len(list)-1])), nil
		}),
	})
	builtin.Register(&builtin.Function{
		Name: "pg_partition_tree", OID: 3423, Kind: builtin.SetReturning, Args: regclass, Ret: types.OIDRecord, Strict: true, Volatility: builtin.Volatile,
		Columns: []builtin.OutColumn{{Name: "relid", Type: types.Regclass}, {Name: "parentrelid", Type: types.Regclass}, {Name: "isleaf", Type: types.Bool}, {Name: "level", Type: types.Int4}},
		Rows:    partitionTree,
	})
	builtin.Register(&builtin.Function{
		Name: "satisfies_hash_partition", OID: 5028, Args: []types.OID{types.OIDOID, types.OIDInt4, types.OIDInt4, types.OIDAny},
		Variadic: true, Ret: types.OIDBool, Volatility: builtin.Immutable, Eval: satisfiesHash,
	})
	bind(texts(func(s *scope, a []types.Value) (string, bool) {
		t := s.cat.Table(oidArg(a[0]))
		if t == nil || !t.Partitioned() {
			return "", false
		}
		return partition.KeyDef(t), true
	}), "pg_get_partkeydef(oid)")
	bind(texts(func(s *scope, a []types.Value) (string, bool) {
		t := s.cat.Table(oidArg(a[0]))
		if t == nil || !t.IsPartition() {
			return "", false
		}
		text := partition.Constraint(s.cat, t)
		return text, text != ""
	}), "pg_get_partition_constraintdef(oid)")
}

// partitionTree lists a tree level by level, as PostgreSQL does.
func partitionTree(c *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
	s, err := scopeOf(c)
	if err != nil {
		return err
	}
	root := oidArg(a[0])
	up := lineage(s.cat, root)
	if up == nil {
		return nil
	}
	type entry struct {
		id, parent types.OID
		level      int64
	}
	list := []entry{{id: root}}
	if len(up) > 1 {
		list[0].parent = up[1]
	}
	for i := 0; i < len(list); i++ {
		e := list[i]
		parts, leaf := descendants(s.cat, e.id)
		parent := types.Null
		if e.parent != 0 {
			parent = types.NewInt(int64(e.parent))
		}
		if err := yield([]types.Value{types.NewInt(int64(e.id)), parent, types.NewBool(leaf), types.NewInt(e.level)}); err != nil {
			return err
		}
		for _, id := range parts {
			list = append(list, entry{id, e.id, e.level + 1})
		}
	}
	return nil
}

// satisfiesHash tells whether values belong to a hash partition of a table.
func satisfiesHash(c *builtin.Call, a []types.Value) (types.Value, error) {
	s, err := scopeOf(c)
	if err != nil {
		return types.Null, err
	}
	if a[0].IsNull() || a[1].IsNull() || a[2].IsNull() {
		return types.NewBool(false), nil
	}
	t := s.cat.Table(oidArg(a[0]))
	modulus, remainder := a[1].Int(), a[2].Int()
	invalid := func(format string, args ...any) (types.Value, error) {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, format, args...)
	}
	switch {
	case t == nil:
		return types.Null, sqlerr.New(sqlerr.UndefinedTable, "could not open relation with OID %d", a[0].Int())
	case !t.Partitioned() || t.Partitioning.Strategy != catalog.ByHash:
		return invalid("\"%s\" is not a hash partitioned table", t.Name)
	case modulus <= 0:
		return invalid("modulus for hash partition must be an integer value greater than zero")
	case remainder < 0:
		return invalid("remainder for hash partition must be an integer value greater than or equal to zero")
	case remainder >= modulus:
		return invalid("remainder for hash partition must be less than modulus")
	}
	keys := t.Partitioning.Keys
	if len(a)-3 != len(keys) {
		return invalid("number of partitioning columns (%d) does not match number of partition keys provided (%d)", len(keys), len(a)-3)
	}
	ts := make([]types.Type, len(keys))
	for i := range keys {
		ts[i] = keys[i].Type
		if got := c.Args[i+3]; got.OID != ts[i].OID && got.OID != types.OIDUnknown {
			return invalid("column %d of the partition key has type %s, but supplied value is of type %s",
				i+1, types.FormatType(ts[i].NoMod()), types.FormatType(got.NoMod()))
		}
	}
	return types.NewBool(partition.Hash(ts, a[3:])%uint64(modulus) == uint64(remainder)), nil
}
