package bind

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"synapse/catalog"
	_ "synapse/catalog/memory"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/parse"
)

var rewrite = flag.Bool("rewrite", false, "write the goldens anew")

func col(attr int, name string, t types.Type) catalog.Column {
	return catalog.Column{Name: name, Type: t, Attr: attr}
}

func mod(t types.Type, m int32) types.Type { t.Mod = m; return t }

// testCatalog has the tables that the goldens use.
func testCatalog() *catalog.Catalog {
	h := func(id types.OID, name string) catalog.Header {
		return catalog.Header{ID: id, Name: name, Schema: catalog.SchemaPublic}
	}
	t := &catalog.Table{Header: h(20000, "t"), Columns: []catalog.Column{
		col(0, "a", types.Int4), col(1, "b", types.Text), col(2, "c", types.Numeric), col(3, "d", types.Timestamptz),
		col(4, "j", types.JSONB), col(5, "arr", types.Int4Array),
	}}
	t.Columns[0].NotNull = true
	t.Constraints = []catalog.Constraint{
		{ID: 20001, Name: "t_pkey", Kind: catalog.PrimaryKey, Columns: []int{1}, Index: 20002},
		{ID: 20003, Name: "t_c_check", Kind: catalog.Check, Expr: "c > 0"},
	}
	pkey := &catalog.Index{
		Header: h(20002, "t_pkey"), Table: 20000, Method: catalog.BTree, Unique: true, Primary: true,
		Keys: []catalog.IndexKey{{Column: 1, Type: types.Int4}},
	}
	u := &catalog.Table{Header: h(20010, "u"), Columns: []catalog.Column{
		col(0, "id", types.Int8), col(1, "a", types.Int4), col(2, "name", mod(types.Varchar, 14)), col(3, "gone", types.Text), col(4, "n", types.Int2),
	}}
	u.Columns[3].Dropped = true
	u.Columns[0].Identity, u.Columns[0].Sequence = 'a', 20011
	u.Columns[4].Default = "7"
	m := &catalog.Table{
		Header: h(20020, "memories"), Columns: []catalog.Column{
			col(0, "ns", types.Text), col(1, "content", types.Text), col(2, "embedding", mod(types.Vector, 3)),
			col(3, "valid_from", types.Timestamptz), col(4, "valid_to", types.Timestamptz),
		},
		Options: map[string]string{"synapse.valid_time": "valid_from, valid_to"},
	}
	g := &catalog.Table{Header: h(20030, "g"), Columns: []catalog.Column{col(0, "x", types.Int4), col(1, "y", types.Int4)}}
	g.Columns[1].Generated = "x * 2"
	return catalog.Empty(nil).With(1,
		catalog.Change{ID: 11, Object: &catalog.Schema{Header: catalog.Header{ID: catalog.SchemaPgCatalog, Name: "pg_catalog"}}},
		catalog.Change{ID: 2200, Object: &catalog.Schema{Header: catalog.Header{ID: catalog.SchemaPublic, Name: "public"}}},
		catalog.Change{ID: 20000, Object: t}, catalog.Change{ID: 20002, Object: pkey},
		catalog.Change{ID: 20010, Object: u}, catalog.Change{ID: 20011, Object: &catalog.Sequence{Header: h(20011, "u_id_seq"), Type: types.Int8}},
		catalog.Change{ID: 20020, Object: m}, catalog.Change{ID: 20030, Object: g},
		catalog.Change{ID: 20040, Object: &catalog.View{Header: h(20040, "v"), Query: "SELECT a AS va, b || '!' AS vb, c FROM t WHERE a > 0", SearchPath: []string{"pg_catalog", "public"}}},
	)
}

var testCat = testCatalog()

func testContext() *Context {
	return &Context{Catalog: testCat, SearchPath: []string{"pg_catalog", "public"}, User: "synapse"}
}

func bindText(t *testing.T, sql string) (*Result, error) {
	t.Helper()
	list, err := parse.Parse(sql)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		t.Fatalf("%d statements in %s", len(list), sql)
	}
	ctx := testContext()
	ctx.TextStart = list[0].Start
	return Bind(ctx, list[0].Stmt, list[0].Text)
}

// outcome is what a golden holds for a statement: its plan or its error.
func outcome(t *testing.T, sql string) string {
	r, err := bindText(t, sql)
	if err == nil {
		return dumpPlan(r.Plan)
	}
	e := sqlerr.From(err)
	out := "error " + string(e.Code) + " at " + itoa(e.Position) + ": " + e.Message + "\n"
	if e.Detail != "" {
		out += "detail: " + e.Detail + "\n"
	}
	if e.Hint != "" {
		out += "hint: " + e.Hint + "\n"
	}
	return out
}

// TestGolden runs the files of testdata: statement, a line "----", what comes
// of it, an empty line.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runGolden(t, file) })
	}
}

func runGolden(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		sql, want, _ := strings.Cut(block, "\n----\n")
		sql = strings.TrimSuffix(sql, "\n----")
		got := strings.TrimSpace(outcome(t, sql))
		if !*rewrite && got != strings.TrimSpace(want) {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s", sql, got, want)
		}
		out.WriteString(sql + "\n----\n" + got + "\n\n")
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(strings.TrimSuffix(out.String(), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
