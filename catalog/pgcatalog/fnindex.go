package pgcatalog

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/types"
)

// What access methods can do, in the words of pg_index_column_has_property and
// its kin. A method that is not listed cannot.
var (
	orderedMethods    = []catalog.Method{catalog.BTree}
	multiColMethods   = []catalog.Method{catalog.BTree, catalog.GIN, catalog.GiST}
	includingMethods  = []catalog.Method{catalog.BTree, catalog.GiST, catalog.SPGiST}
	nullsMethods      = []catalog.Method{catalog.BTree, catalog.GiST, catalog.SPGiST}
	byDistanceMethods = []catalog.Method{catalog.HNSW, catalog.IVFFlat, catalog.BM25, catalog.GiST, catalog.SPGiST}
	backwardMethods   = []catalog.Method{catalog.BTree, catalog.Hash}
	clusterMethods    = []catalog.Method{catalog.BTree, catalog.GiST}
)

func init() {
	bind(indexMethodProperty, "pg_indexam_has_property(oid,text)")
	bind(indexProperty, "pg_index_has_property(regclass,text)")
	bind(indexColumnProperty, "pg_index_column_has_property(regclass,int4,text)")
}

func boolOrNull(v, known bool) (types.Value, error) {
	if !known {
		return types.Null, nil
	}
	return types.NewBool(v), nil
}

// scansRowByRow: all but GIN, whose scans give bitmaps only.
func scansRowByRow(m catalog.Method) bool { return m != catalog.GIN }

func indexMethodProperty(_ *scope, a []types.Value) (types.Value, error) {
	var m catalog.Method
	for method, id := range methods {
		if id == oidArg(a[0]) {
			m = method
		}
	}
	if m == "" {
		return types.Null, nil
	}
	switch a[1].Str() {
	case "can_order", "can_unique":
		return boolOrNull(slices.Contains(orderedMethods, m), true)
	case "can_multi_col":
		return boolOrNull(slices.Contains(multiColMethods, m), true)
	case "can_exclude":
		return boolOrNull(scansRowByRow(m), true)
	case "can_include":
		return boolOrNull(slices.Contains(includingMethods, m), true)
	}
	return types.Null, nil
}

func indexProperty(s *scope, a []types.Value) (types.Value, error) {
	x := s.cat.Index(oidArg(a[0]))
	if x == nil {
		return types.Null, nil
	}
	switch a[1].Str() {
	case "clusterable":
		return boolOrNull(slices.Contains(clusterMethods, x.Method), true)
	case "index_scan":
		return boolOrNull(scansRowByRow(x.Method), true)
	case "bitmap_scan":
		return boolOrNull(x.Method != catalog.HNSW && x.Method != catalog.IVFFlat && x.Method != catalog.BM25, true)
	case "backward_scan":
		return boolOrNull(slices.Contains(backwardMethods, x.Method), true)
	}
	return types.Null, nil
}

func indexColumnProperty(s *scope, a []types.Value) (types.Value, error) {
	x, n := s.cat.Index(oidArg(a[0])), int(a[1].Int())
	if x == nil || n <= 0 || n > len(x.Keys)+len(x.Include) {
		return types.Null, nil
	}
	if n > len(x.Keys) { // an included column
		switch a[2].Str() {
		case "orderable", "distance_orderable":
			return boolOrNull(false, true)
		case "returnable":
			return boolOrNull(true, true)
		}
		return types.Null, nil
	}
	k, ordered := &x.Keys[n-1], slices.Contains(orderedMethods, x.Method)
	switch a[2].Str() {
	case "asc":
		return boolOrNull(ordered && !k.Desc, true)
	case "desc":
		return boolOrNull(ordered && k.Desc, true)
	case "nulls_first":
		return boolOrNull(ordered && k.NullsFirst, true)
	case "nulls_last":
		return boolOrNull(ordered && !k.NullsFirst, true)
	case "orderable", "search_array":
		return boolOrNull(ordered, true)
	case "search_nulls":
		return boolOrNull(slices.Contains(nullsMethods, x.Method), true)
	case "returnable":
		return boolOrNull(ordered, true)
	case "distance_orderable": // depends on the operator class where the method can
		return boolOrNull(false, !slices.Contains(byDistanceMethods, x.Method))
	}
	return types.Null, nil
}
