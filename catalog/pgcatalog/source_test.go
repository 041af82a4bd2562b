package pgcatalog

import (
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
)

// source is a session without live state.
type source struct {
	cat *catalog.Catalog
}

func (s source) Catalog() *catalog.Catalog { return s.cat }
func (source) CurrentUser() string         { return "synapse" }
func (source) CurrentDatabase() string     { return "synapse" }
func (source) Statistic(name string) func(yield func(row []types.Value) error) error {
	switch name {
	case "settings":
		return func(yield func(row []types.Value) error) error {
			t := types.NewString
			return yield([]types.Value{t("work_mem"), t("4096"), t("kB"), t("memory"), t("integer"), t("4096"), t("4096"), types.NewInt(64), types.NewInt(1 << 31), t("user"), types.Null})
		}
	case "activity":
		return func(yield func(row []types.Value) error) error {
			t := types.NewString
			return yield([]types.Value{types.NewInt(7), t("synapse"), t("synapse"), t("psql"), t("127.0.0.1"), types.NewInt(5), types.NewInt(1), types.NewInt(2), types.NewInt(3), t("active"), t("SELECT 1"), types.Null, types.Null, t("")})
		}
	}
	return nil
}

func key(name string) *string { return &name }

// sample is a catalog with one of everything.
func sample() *catalog.Catalog {
	const schema = catalog.SchemaPublic
	h := func(id types.OID, name string) catalog.Header {
		return catalog.Header{ID: id, Name: name, Schema: schema, Owner: catalog.RoleSynapse, Comment: "on " + name}
	}
	users := &catalog.Table{
		Header: h(20000, "users"), TypeID: 20001, ArrayTypeID: 20002,
		Columns: []catalog.Column{
			{Name: "id", Type: types.Int8, NotNull: true, Default: "nextval('20010'::regclass)", Sequence: 20010, Comment: "the key"},
			{Name: "gone", Type: types.Text, Attr: 1, Dropped: true, Missing: key("x")},
			{Name: "Name", Type: types.Type{OID: types.OIDVarchar, Mod: 44}, Attr: 2},
			{Name: "twice", Type: types.Int8, Attr: 3, Generated: "(id * 2)"},
			{Name: "v", Type: types.Type{OID: types.OIDVector, Mod: 3}, Attr: 4},
			{Name: "n", Type: types.Int4, Attr: 5, NotNull: true, Identity: 'a', Sequence: 20011},
			{Name: "tags", Type: types.TextArray, Attr: 6},
		},
		Constraints: []catalog.Constraint{
			{ID: 20020, Name: "users_pkey", Kind: catalog.PrimaryKey, Columns: []int{1}, Index: 20030},
			{ID: 20021, Name: "users_check", Kind: catalog.Check, Columns: []int{1}, Expr: "(id > 0)", Comment: "positive"},
		},
		Options: map[string]string{"synapse.retention": "1 day"},
	}
	posts := &catalog.Table{
		Header:  h(20100, "posts"),
		Columns: []catalog.Column{{Name: "user id", Type: types.Int8}, {Name: "body", Type: types.Text, Attr: 1}},
		Constraints: []catalog.Constraint{
			{ID: 20120, Name: "posts_fk", Kind: catalog.ForeignKey, Columns: []int{1}, Parent: 20000, ParentCols: []int{1}, Index: 20030, OnDelete: catalog.Cascade, Deferrable: true, Deferred: true},
		},
	}
	objects := append(catalog.Bootstrap(), users, posts,
		&catalog.Sequence{Header: h(20010, "users_id_seq"), Type: types.Int8, Start: 1, Increment: 1, Min: 1, Max: 9, Cache: 1, OwnerTable: 20000, OwnerColumn: 1},
		&catalog.Sequence{Header: h(20011, "users_n_seq"), Type: types.Int4, Start: 1, Increment: 1, Min: 1, Max: 9, Cache: 1, OwnerTable: 20000, OwnerColumn: 6},
		&catalog.Index{Header: h(20030, "users_pkey"), Table: 20000, Method: catalog.BTree, Unique: true, Primary: true, Constraint: 20020, Keys: []catalog.IndexKey{{Column: 1, Type: types.Int8}}},
		&catalog.Index{Header: h(20031, "users_name"), Table: 20000, Method: catalog.BTree, Keys: []catalog.IndexKey{{Expr: `lower(("Name")::text)`, Type: types.Text, Desc: true, NullsFirst: true}, {Column: 1, Type: types.Int8, NullsFirst: true}}, Include: []int{4}, Predicate: "(id > 5)"},
		&catalog.Index{Header: h(20032, "users_v"), Table: 20000, Method: catalog.HNSW, Keys: []catalog.IndexKey{{Column: 5, Type: types.Vector, Opclass: "vector_cosine_ops"}}, Options: map[string]string{"m": "16", "ef_construction": "64"}},
		&catalog.View{Header: h(20200, "adults"), Query: `SELECT id FROM users;`, Columns: []catalog.Column{{Name: "id", Type: types.Int8}}, TypeID: 20201},
		&catalog.Extension{Header: h(20300, "vector"), Version: "0.8.0"},
		&catalog.Function{Header: h(20400, "twice"), Args: []catalog.FunctionArg{{Name: "x", Type: types.Int4, Default: "1"}}, Ret: types.Int4, Language: "sql", Body: "SELECT x * 2"},
		&catalog.Role{Header: catalog.Header{ID: 20500, Name: "app"}, Inherit: true, MemberOf: []catalog.Membership{{Role: catalog.RoleSynapse, Grantor: catalog.RoleSynapse}}, ConnLimit: -1, Settings: map[string]string{"search_path": "app"}},
	)
	c := catalog.Empty(catalog.NewVirtuals(catalog.VirtualSchemaName, Tables()...))
	changes := make([]catalog.Change, len(objects))
	for i, o := range objects {
		changes[i] = catalog.Change{ID: o.ObjectID(), Object: o}
	}
	return c.With(2, changes...)
}

// readAll returns the rows of a relation.
func readAll(t *testing.T, cat *catalog.Catalog, schema, name string) (*catalog.VirtualTable, [][]types.Value) {
	t.Helper()
	o := cat.Relation(schema, name)
	if o == nil {
		t.Fatalf("no relation %s.%s", schema, name)
	}
	v := cat.Virtuals().ByID(o.ObjectID())
	var rows [][]types.Value
	if err := v.Rows(source{cat}, func(row []types.Value) error {
		rows = append(rows, append([]types.Value(nil), row...))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return v, rows
}
