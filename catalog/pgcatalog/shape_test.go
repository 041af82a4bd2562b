package pgcatalog

import (
	_ "embed"
	"strings"
	"testing"

	"synapse/catalog/types"
)

// columns15 are the relations of a PostgreSQL 15 with their columns in order,
// domains as their base types: one relation per line.
//
//go:embed testdata/columns15.txt
var columns15 string

// shownAs are the columns whose type Synapse lacks: shown as something that is NULL anyway.
var shownAs = map[string]string{
	"pg_statistic_ext_data.stxdndistinct": "bytea", "pg_statistic_ext_data.stxddependencies": "bytea",
	"pg_statistic_ext_data.stxdmcv": "bytea", "pg_statistic_ext_data.stxdexpr": "_record",
	"pg_stats_ext.n_distinct": "bytea", "pg_stats_ext.dependencies": "bytea",
}

// TestShapes compares the relations with PostgreSQL 15's: every column is there
// with its type, in the same order, and nothing is added.
func TestShapes(t *testing.T) {
	cat := sample()
	known := map[string]bool{}
	for line := range strings.Lines(columns15) {
		name, columns, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		known[name] = true
		schema, rel, _ := strings.Cut(name, ".")
		table := cat.Table(relationByName(cat, nil, schema, rel))
		if table == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		var ours []string
		for i := range table.Columns {
			c := &table.Columns[i]
			ours = append(ours, c.Name+":"+types.Lookup(c.Type.OID).Name)
		}
		var want []string
		for _, c := range strings.Fields(columns) {
			col, _, _ := strings.Cut(c, ":")
			if typ := shownAs[rel+"."+col]; typ != "" {
				c = col + ":" + typ
			}
			want = append(want, c)
		}
		if got, want := strings.Join(ours, " "), strings.Join(want, " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
	for _, r := range relations() {
		if name := cat.SchemaName(r.table.Schema) + "." + r.table.Name; !known[name] {
			t.Errorf("%s is not one of PostgreSQL's", name)
		}
	}
}
