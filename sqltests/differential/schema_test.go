package differential

import (
	"fmt"
	"strings"
)

// table is a made-up table; its first column is the primary key id.
type table struct {
	name    string
	columns []column
}

// schema makes tables, rows and indexes, as statements in order.
func (m *maker) schema() []string {
	var out []string
	m.tables = nil
	for n := range 3 {
		t := table{name: fmt.Sprintf("t%d", n), columns: []column{{"id", "i4"}}}
		for i := range 4 + m.r.IntN(6) {
			t.columns = append(t.columns, column{fmt.Sprintf("c%d", i), pick(m, typeNames...)})
		}
		var defs []string
		for i, c := range t.columns {
			def := c.name + " " + sqlTypes[c.kind]
			if i == 0 {
				def += " PRIMARY KEY"
			}
			defs = append(defs, def)
		}
		out = append(out, fmt.Sprintf("CREATE TABLE %s (%s)", t.name, strings.Join(defs, ", ")))
		var rows []string
		for id := range []int{0, 2, 9, 30}[m.r.IntN(4)] {
			rows = append(rows, m.row(t, id))
		}
		if len(rows) > 0 {
			out = append(out, fmt.Sprintf("INSERT INTO %s VALUES %s", t.name, strings.Join(rows, ", ")))
		}
		for i := range m.r.IntN(4) {
			out = append(out, fmt.Sprintf("CREATE INDEX %s_%d ON %s (%s)", t.name, i, t.name, m.key(t)))
		}
		if m.chance(2) {
			out = append(out, "ANALYZE "+t.name)
		}
		m.tables = append(m.tables, t)
	}
	return out
}

func (m *maker) row(t table, id int) string {
	fields := []string{fmt.Sprint(id)}
	for _, c := range t.columns[1:] {
		value := "NULL"
		if !m.chance(6) {
			value = pick(m, m.literals[c.kind]...)
		}
		fields = append(fields, value)
	}
	return "(" + strings.Join(fields, ", ") + ")"
}

func (m *maker) key(t table) string {
	c := pick(m, t.columns...)
	return c.name + pick(m, "", "", " DESC", " NULLS FIRST", ", id DESC")
}
