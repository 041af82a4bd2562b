package planner

import (
	"context"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
)

func table(id types.OID, schema types.OID, name string, cols ...catalog.Column) *catalog.Table {
	return &catalog.Table{Header: catalog.Header{ID: id, Name: name, Schema: schema}, Columns: cols}
}

func baseCatalog() *catalog.Catalog {
	a := catalog.Column{Name: "a", Type: types.Int4}
	return catalog.Empty(nil).With(1,
		catalog.Change{ID: catalog.SchemaPublic, Object: &catalog.Schema{Header: catalog.Header{ID: catalog.SchemaPublic, Name: "public"}}},
		catalog.Change{ID: 20000, Object: table(20000, catalog.SchemaPublic, "t", a)},
		catalog.Change{ID: 20001, Object: table(20001, catalog.SchemaPublic, "u", a)})
}

func planOf(t *testing.T, p *Planner, c *catalog.Catalog, sql string, params ...types.OID) *plan.Plan {
	t.Helper()
	list, err := p.Parse(sql)
	if err != nil {
		t.Fatal(err)
	}
	bc := bind.Context{Catalog: c, SearchPath: []string{"pg_temp_1", "pg_catalog", "public"}, ParamTypes: params}
	pl, _, err := p.Plan(context.Background(), bc, list[0])
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

func TestPlanCache(t *testing.T) {
	p := New()
	c := baseCatalog()
	first := planOf(t, p, c, "SELECT a FROM t")
	if planOf(t, p, c, "SELECT a FROM t") != first {
		t.Error("the same text in the same catalog was planned twice")
	}
	other := c.With(2, catalog.Change{ID: 20001, Object: table(20001, catalog.SchemaPublic, "u", catalog.Column{Name: "b", Type: types.Text})})
	if planOf(t, p, other, "SELECT a FROM t") != first {
		t.Error("a change of another table spoiled the plan")
	}
	changed := c.With(3, catalog.Change{ID: 20000, Object: table(20000, catalog.SchemaPublic, "t", catalog.Column{Name: "a", Type: types.Text})})
	if pl := planOf(t, p, changed, "SELECT a FROM t"); pl == first || pl.Columns[0].Type != types.Text {
		t.Error("the plan outlived its table's version")
	}
}

// TestPlanCacheShadow: a temporary table of one session takes the name there,
// and nowhere else.
func TestPlanCacheShadow(t *testing.T) {
	p := New()
	c := baseCatalog()
	first := planOf(t, p, c, "SELECT a FROM t")
	temp := c.With(2,
		catalog.Change{ID: 30000, Object: &catalog.Schema{Header: catalog.Header{ID: 30000, Name: "pg_temp_1"}}},
		catalog.Change{ID: 30001, Object: table(30001, 30000, "t", catalog.Column{Name: "a", Type: types.Text})})
	if pl := planOf(t, p, temp, "SELECT a FROM t"); pl.Columns[0].Type != types.Text {
		t.Error("the temporary table was not found")
	}
	if planOf(t, p, c, "SELECT a FROM t") != first {
		t.Error("the temporary table of one session spoiled the plan of another")
	}
}

func TestPlanCacheKey(t *testing.T) {
	p := New()
	c := baseCatalog()
	a := planOf(t, p, c, "SELECT $1", types.OIDInt4)
	b := planOf(t, p, c, "SELECT $1", types.OIDText)
	if a == b || a.Params[0] != types.Int4 || b.Params[0] != types.Text {
		t.Errorf("parameter types are not part of the key: %v, %v", a.Params, b.Params)
	}
}

func TestPlanCacheBound(t *testing.T) {
	c := newPlanCache(3 * planBytesFixed)
	p := New()
	p.plans = c
	cat := baseCatalog()
	for _, sql := range []string{"SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4"} {
		planOf(t, p, cat, sql)
	}
	if st := p.Stats(); st.Bytes > 3*planBytesFixed || st.Plans == 0 {
		t.Errorf("cache holds %d plans, %d bytes", st.Plans, st.Bytes)
	}
}

func TestTableInfoCache(t *testing.T) {
	p := New()
	c := baseCatalog()
	bc := bind.Context{Catalog: c, SearchPath: []string{"public"}}
	first, err := p.TableInfo(context.Background(), bc, c.Table(20000))
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.TableInfo(context.Background(), bc, c.Table(20000))
	if err != nil || again != first {
		t.Errorf("compiled twice: %v", err)
	}
	bc.Catalog = c.With(2, catalog.Change{ID: 20009, Object: &catalog.Index{Header: catalog.Header{ID: 20009, Name: "i", Schema: catalog.SchemaPublic}, Table: 20000}})
	if info, err := p.TableInfo(context.Background(), bc, c.Table(20000)); err != nil || len(info.Indexes) != 1 {
		t.Errorf("a new index was not seen: %v", err)
	}
}

// fakeSizes is a table size that the test changes.
type fakeSizes struct{ rows int }

func (f *fakeSizes) Rows(*catalog.Table) (int, bool) { return f.rows, true }

func TestPlanCacheOutgrown(t *testing.T) {
	p := New()
	sizes := &fakeSizes{rows: 10}
	p.UseSizes(sizes)
	c := baseCatalog()
	first := planOf(t, p, c, "SELECT a FROM t")
	sizes.rows = 500
	if planOf(t, p, c, "SELECT a FROM t") != first {
		t.Error("a small change of size spoiled the plan")
	}
	sizes.rows = 1_000_000
	if planOf(t, p, c, "SELECT a FROM t") == first {
		t.Error("the plan for a small table was kept for a large one")
	}
}

func TestNotPlannable(t *testing.T) {
	p := New()
	for sql, want := range map[string]sqlerr.Code{"DO 'x'": sqlerr.InternalError, "CALL f()": sqlerr.InternalError} {
		list, err := p.Parse(sql)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Plan(context.Background(), bind.Context{Catalog: baseCatalog()}, list[0]); !sqlerr.Is(err, want) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
