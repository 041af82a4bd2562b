package pgcatalog

import (
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
)

// TestRelations reads every relation: rows have a value per column, NOT NULL
// columns have one, values print and read back as their type, OIDs are unique.
func TestRelations(t *testing.T) {
	cat := sample()
	ids := map[types.OID]string{}
	for _, v := range cat.Virtuals().All() {
		name := cat.SchemaName(v.Schema) + "." + v.Name
		if other := ids[v.ID]; other != "" {
			t.Errorf("%s and %s share OID %d", name, other, v.ID)
		}
		ids[v.ID] = name
		_, rows := readAll(t, cat, cat.SchemaName(v.Schema), v.Name)
		seen := map[int64]bool{}
		for _, row := range rows {
			checkRow(t, name, v.Table, row)
			if v.Columns[0].Name == "oid" {
				if seen[row[0].Int()] {
					t.Errorf("%s has OID %d twice", name, row[0].Int())
				}
				seen[row[0].Int()] = true
			}
		}
		_, again := readAll(t, cat, cat.SchemaName(v.Schema), v.Name)
		if len(again) != len(rows) {
			t.Errorf("%s: %d rows, then %d", name, len(rows), len(again))
		}
	}
}

func checkRow(t *testing.T, name string, table *catalog.Table, row []types.Value) {
	t.Helper()
	if len(row) != len(table.Columns) {
		t.Fatalf("%s: row of %d values", name, len(row))
	}
	for i := range row {
		c := &table.Columns[i]
		if row[i].IsNull() {
			if c.NotNull {
				t.Fatalf("%s.%s is NULL", name, c.Name)
			}
			continue
		}
		typ := parsedAs(c.Type)
		text := types.FormatText(typ, row[i], nil)
		back, err := types.ParseText(typ, text, nil)
		if err != nil || !back.Identical(row[i]) {
			t.Fatalf("%s.%s: %q reads back as %v, %v", name, c.Name, text, back, err)
		}
	}
}
