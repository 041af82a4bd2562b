package ddl

import (
	"strconv"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// indexKeysMax is PostgreSQL's INDEX_MAX_KEYS.
const indexKeysMax = 32

// createIndex makes an index of a stored table.
func (b *binder) createIndex(s *ast.CreateIndexStmt) error {
	t, err := b.indexedTable(s.Table)
	if err != nil {
		return err
	}
	method, err := indexMethod(s)
	if err != nil {
		return err
	}
	if err := tablespace(s.Tablespace); err != nil {
		return err
	}
	if n := len(s.Elements) + len(s.Include); n > indexKeysMax {
		return sqlerr.New(sqlerr.TooManyColumns, "cannot use more than %d columns in an index", indexKeysMax)
	}
	name := ""
	if s.Name != "" {
		name = b.name(s.Name)
		schema, _ := b.cat.Object(t.Schema).(*catalog.Schema)
		if found, err := b.exists(schema, name, s.IfNotExists); found || err != nil {
			return err
		}
	}
	if s.Concurrently && t.Partitioned() {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot create index on partitioned table \"%s\" concurrently", t.Name)
	}
	if s.Concurrently {
		b.lock(t.ID, ast.ShareUpdateExclusiveLock)
	}
	d := &draft{binder: b, t: t.Clone()}
	ix := &catalog.Index{Table: t.ID, Method: method, Unique: s.Unique, NullsEqual: s.NullsNotDistinct}
	if err := d.indexKeys(ix, s.Elements); err != nil {
		return err
	}
	if err := d.indexInclude(ix, s.Include); err != nil {
		return err
	}
	if s.Unique {
		if err := d.keyCoversPartition(keyOrds(ix), "UNIQUE"); err != nil {
			return err
		}
	}
	if s.Where != nil {
		x, err := bind.CatalogExpr(b.bindContext(), t, nil, s.Where, bind.IndexPredicate, b.text)
		if err != nil {
			return err
		}
		ix.Predicate = x.String()
	}
	if ix.Options, err = indexOptions(method, s.Options); err != nil {
		return err
	}
	if name == "" {
		name = b.chooseName(t.Schema, t.Name, indexAddition(t, ix, s.Elements), "idx", false)
	}
	if ix.Header, err = b.header(name, t.Schema); err != nil {
		return err
	}
	ix.Owner = t.Owner
	ix.Invalid = s.Table.Only && t.Partitioned() && len(t.Children) > 0
	b.put(ix)
	if s.Table.Only {
		return nil
	}
	return d.below(func(child *draft) error { return child.partIndex(t, ix, true) })
}

// keyOrds are the columns among an index's keys.
func keyOrds(ix *catalog.Index) []int {
	var out []int
	for i := range ix.Keys {
		if ix.Keys[i].Column > 0 {
			out = append(out, ix.Keys[i].Column)
		}
	}
	return out
}

// indexedTable finds the table or materialized view to index.
func (b *binder) indexedTable(ref *ast.TableRef) (*catalog.Table, error) {
	o, err := b.lookup(ref.Schema, ref.Name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, b.noRelation(ref)
	}
	t, ok := o.(*catalog.Table)
	if !ok {
		e := sqlerr.New(sqlerr.WrongObjectType, "cannot create index on relation \"%s\"", ref.Name)
		if o.Class() == catalog.ClassView {
			e = e.WithDetail("This operation is not supported for views.")
		}
		return nil, e
	}
	if t.Virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", ref.Name)
	}
	return t, b.mustOwn(t)
}

// indexMethod checks the access method and what it can do.
func indexMethod(s *ast.CreateIndexStmt) (catalog.Method, error) {
	m := catalog.Method(s.AccessMethod)
	multi, include, unique, order := false, false, false, false
	switch m {
	case catalog.BTree, "":
		m, multi, include, unique, order = catalog.BTree, true, true, true, true
	case catalog.Hash:
	case catalog.GIN, catalog.HNSW, catalog.IVFFlat, catalog.BM25:
		multi = true // the columns in front are the partition
	case catalog.GiST:
		multi, include = true, true
	case catalog.SPGiST:
		include = true
	case "brin":
		return "", sqlerr.Unsupported("access method \""+string(m)+"\"", "Use btree for order, gin for jsonb and arrays, hnsw for vectors, bm25 for words.")
	default:
		return "", sqlerr.New(sqlerr.UndefinedObject, "access method \"%s\" does not exist", m)
	}
	not := func(what string) error {
		return sqlerr.New(sqlerr.FeatureNotSupported, "access method \"%s\" does not support %s", m, what)
	}
	switch {
	case s.Unique && !unique:
		return "", not("unique indexes")
	case len(s.Include) > 0 && !include:
		return "", not("included columns")
	case len(s.Elements) > 1 && !multi:
		return "", not("multicolumn indexes")
	}
	for _, e := range s.Elements {
		if e.Dir != ast.SortDefault && !order {
			return "", not("ASC/DESC options")
		}
		if e.Nulls != ast.NullsDefault && !order {
			return "", not("NULLS FIRST/LAST options")
		}
	}
	return m, nil
}

// indexKeys binds the keys; in a method with a partition only the last has an operator class of the method.
func (d *draft) indexKeys(ix *catalog.Index, elements []*ast.IndexElem) error {
	for i, e := range elements {
		k, err := d.indexKey(e)
		if err != nil {
			return err
		}
		method := ix.Method
		if partitioned(method) && i < len(elements)-1 {
			method = catalog.BTree
		}
		if k.Opclass, err = opclass(method, k.Type, e); err != nil {
			return err
		}
		if method == catalog.HNSW || method == catalog.IVFFlat {
			if err := vectorKey(method, k.Type); err != nil {
				return err
			}
		}
		k.Desc = e.Dir == ast.SortDesc
		k.NullsFirst = e.Nulls == ast.NullsFirst || e.Nulls == ast.NullsDefault && k.Desc
		ix.Keys = append(ix.Keys, k)
	}
	return nil
}

// partitioned: the keys before the last say which part of the index an entry is in.
func partitioned(m catalog.Method) bool {
	return m == catalog.GIN || m == catalog.HNSW || m == catalog.IVFFlat || m == catalog.BM25
}

func (d *draft) indexKey(e *ast.IndexElem) (k catalog.IndexKey, err error) {
	if e.Expr == nil {
		c, ord := d.t.Column(e.Name)
		if c == nil {
			if systemColumnNames[e.Name] {
				return k, sqlerr.New(sqlerr.FeatureNotSupported, "index creation on system columns is not supported")
			}
			return k, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", e.Name)
		}
		k = catalog.IndexKey{Column: ord, Type: c.Type, Collation: c.Collation}
	} else {
		x, err := bind.CatalogExpr(d.bindContext(), d.t, nil, e.Expr, bind.IndexKeyExpr, d.text)
		if err != nil {
			return k, err
		}
		if c, ok := x.(*plan.Col); ok { // (a) is the column a
			k = catalog.IndexKey{Column: c.Index + 1, Type: c.Typ, Collation: d.t.Columns[c.Index].Collation}
		} else {
			k = catalog.IndexKey{Expr: x.String(), Type: x.Type()}
		}
		if in := types.Lookup(k.Type.OID); in == nil || in.TypType == 'p' {
			return k, sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", "expr", sqlName(k.Type))
		}
	}
	if len(e.Collation) > 0 {
		k.Collation, err = d.collation(e.Collation, k.Type)
	}
	return k, err
}

func (d *draft) indexInclude(ix *catalog.Index, list []*ast.IndexElem) error {
	for _, e := range list {
		if e.Expr != nil {
			return sqlerr.New(sqlerr.FeatureNotSupported, "expressions are not supported in included columns")
		}
		_, ord := d.t.Column(e.Name)
		if ord == 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", e.Name)
		}
		ix.Include = append(ix.Include, ord)
	}
	return nil
}

// indexAddition is the middle part of an unnamed index's name: its columns, and
// for expressions the name of the function or "expr".
func indexAddition(t *catalog.Table, ix *catalog.Index, elements []*ast.IndexElem) string {
	var names []string
	for i, k := range ix.Keys {
		name := "expr"
		if k.Column > 0 {
			name = t.Columns[k.Column-1].Name
		} else if f := bind.ColumnLabel(elements[i].Expr); f != "?column?" {
			name = f
		}
		names = append(names, distinctName(name, names))
	}
	for _, ord := range ix.Include {
		names = append(names, distinctName(t.Columns[ord-1].Name, names))
	}
	return nameAddition(names)
}

// distinctName numbers a name that is in the list already: expr, expr1, expr2.
func distinctName(name string, taken []string) string {
	has := func(s string) bool {
		for _, t := range taken {
			if t == s {
				return true
			}
		}
		return false
	}
	out := name
	for n := 1; has(out); n++ {
		out = name + strconv.Itoa(n)
	}
	return out
}
