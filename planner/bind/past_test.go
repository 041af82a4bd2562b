package bind

import (
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/exec/plan"
	"synapse/planner/parse"
)

// TestPastCatalog binds names by the catalog of the moment that is read.
func TestPastCatalog(t *testing.T) {
	older := testCat.Table(20000).Clone()
	older.Columns = older.Columns[:2]
	past := testCat.With(2, catalog.Change{ID: 20000, Object: older}, catalog.Change{ID: 20010})
	tests := []struct {
		sql, want string
		now       bool // the statement itself reads today
	}{
		{"SELECT * FROM t", "columns a integer, b text\nSeqScan t [1 2]", false},
		{"SELECT count(*) FROM u", "columns count bigint\nAgg by [] count()\n  Values", false},
		{"SELECT * FROM t AS OF '2020-01-01'", "columns a integer, b text\nSeqScan t [1 2] as of '2020-01-01 00:00:00+00'::timestamp with time zone", true},
		{"SELECT id FROM u AS OF '2020-01-01'", "columns id bigint\nValues", true},
		{"SELECT c FROM t", "error", false},
	}
	for _, tt := range tests {
		list, err := parse.Parse(tt.sql)
		if err != nil {
			t.Fatal(err)
		}
		ctx := testContext()
		ctx.CatalogAt = func(*plan.Temporal) (*catalog.Catalog, error) { return past, nil }
		if !tt.now {
			ctx.Catalog, ctx.Today = past, testCat
		}
		r, err := Bind(ctx, list[0].Stmt, list[0].Text)
		got := "error"
		if err == nil {
			got = strings.TrimSpace(dumpPlan(r.Plan))
		}
		if got != tt.want {
			t.Errorf("%s\n got: %s\nwant: %s", tt.sql, got, tt.want)
		}
		if absent := strings.Contains(tt.want, "Values"); err == nil && absent != (len(r.Plan.Notices) == 1) {
			t.Errorf("%s: notices %v", tt.sql, r.Plan.Notices)
		}
	}
}
