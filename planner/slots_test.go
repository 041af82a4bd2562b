package planner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/planner/parse"
)

// vectorText is an inline vector of 384 dimensions, about 5 KB of text.
func vectorText(r *rand.Rand) string {
	var b strings.Builder
	for i := range 384 {
		fmt.Fprintf(&b, "%c%.10f", "[,"[min(i, 1)], r.Float32())
	}
	return b.String() + "]"
}

// vectorCatalog has a table with vectors.
func vectorCatalog() *catalog.Catalog {
	return baseCatalog().With(2, catalog.Change{ID: 20002, Object: table(20002, catalog.SchemaPublic, "m",
		catalog.Column{Name: "id", Type: types.Int4}, catalog.Column{Name: "e", Type: types.Type{OID: types.OIDVector, Mod: 384}})})
}

func compile(t testing.TB, p *Planner, c *catalog.Catalog, sql string) (parse.Statement, *plan.Plan, []types.Value, error) {
	t.Helper()
	list, err := p.Parse(sql)
	if err != nil {
		t.Fatal(err)
	}
	bc := bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}}
	pl, slots, err := p.Plan(context.Background(), bc, list[0])
	return list[0], pl, slots, err
}

// TestInlineVectorsShare: texts that differ in a long vector share tree and plan,
// and each brings its own value.
func TestInlineVectorsShare(t *testing.T) {
	p, c, r := New(), vectorCatalog(), rand.New(rand.NewPCG(1, 2))
	sql := func(v string) string { return "SELECT id FROM m ORDER BY e <=> '" + v + "' LIMIT 5 -- tail" }
	a, b := vectorText(r), vectorText(r)
	first, plan1, slots1, err := compile(t, p, c, sql(a))
	if err != nil {
		t.Fatal(err)
	}
	second, plan2, slots2, err := compile(t, p, c, sql(b))
	if err != nil {
		t.Fatal(err)
	}
	if first.Stmt != second.Stmt || plan1 != plan2 {
		t.Errorf("trees shared: %t, plans shared: %t", first.Stmt == second.Stmt, plan1 == plan2)
	}
	if first.Text != sql(a)[:len(first.Text)] || second.Text != sql(b)[:len(second.Text)] || first.Params != 0 {
		t.Errorf("texts are not the users': %.50q, %.50q, %d parameters", first.Text, second.Text, first.Params)
	}
	for i, want := range []string{a, b} {
		v, err := types.ParseText(types.Of(types.OIDVector), want, nil)
		if got := [][]types.Value{slots1, slots2}[i]; err != nil || len(got) != 1 || got[0].Str() != v.Str() {
			t.Errorf("text %d has slots %v", i, got)
		}
	}
	if p.Stats().Plans != 1 || p.trees.Stats().Entries != 1 {
		t.Errorf("%+v, %+v", p.Stats(), p.trees.Stats())
	}
}

// TestSlotErrors: what is wrong with a literal is said as of the literal, at its place in the text.
func TestSlotErrors(t *testing.T) {
	p, c := New(), vectorCatalog()
	good, bad := "["+strings.Repeat("1,", 40)+"1]", "["+strings.Repeat("1,", 40)+"x]"
	for _, sql := range []string{
		"SELECT 'é', id FROM m ORDER BY e <=> '" + good + "', e <-> '" + bad + "'",
		"SELECT 'é', id FROM m WHERE e <=> '" + bad + "' < 1 AND id = 1",
	} {
		for range 2 {
			_, _, _, err := compile(t, p, c, sql)
			want := len([]rune(sql[:strings.Index(sql, bad)]))
			if e := sqlerr.From(err); err == nil || e.Code != sqlerr.InvalidTextRepresentation || e.Position != want {
				t.Errorf("%.40s…: %v at %d, want 22P02 at %d", sql, err, e.Position, want)
			}
		}
	}
	// A type whose input depends on more than the text is bound as it stands.
	_, pl, slots, err := compile(t, p, c, "SELECT '"+strings.Repeat(" ", 80)+"m'::regclass::int")
	if err != nil || len(pl.Params) != 0 || slots != nil {
		t.Errorf("%v %v %v", pl, slots, err)
	}
	// Parameters that the text does not use keep their numbers.
	list, _ := p.Parse("SELECT '" + good + "'")
	bc := bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}, ParamTypes: []types.OID{types.OIDInt4}}
	if pl, slots, err := p.Plan(context.Background(), bc, list[0]); err != nil || len(pl.Params) != 1 || slots != nil {
		t.Errorf("%v %v %v", pl, slots, err)
	}
}

// BenchmarkInlineVector compiles statements that differ in a 5 KB vector: with
// slots, and as each text was compiled before there were any.
func BenchmarkInlineVector(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	c := vectorCatalog()
	texts := make([]string, 64)
	for i := range texts {
		texts[i] = "SELECT id FROM m ORDER BY e <=> '" + vectorText(r) + "' LIMIT 5"
	}
	b.Run("slots", func(b *testing.B) {
		p := New()
		for i := range b.N {
			if _, _, slots, err := compile(b, p, c, texts[i%len(texts)]); err != nil || len(slots) != 1 {
				b.Fatal(err)
			}
		}
	})
	b.Run("whole-text", func(b *testing.B) {
		for i := range b.N {
			list, err := parse.Parse(texts[i%len(texts)])
			if err != nil {
				b.Fatal(err)
			}
			p := New() // every text is new to it
			bc := bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}}
			if _, _, err := p.Plan(context.Background(), bc, list[0]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
