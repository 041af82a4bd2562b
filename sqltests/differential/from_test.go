package differential

import (
	"fmt"
	"strings"
)

// from makes up a FROM clause; keys are columns that tell its rows apart, nil if none do.
func (m *maker) from(depth int, s *scope) (t *tree, columns []column, keys []string) {
	if depth > 0 && m.chance(2) {
		return m.join(depth, s)
	}
	switch m.r.IntN(9) {
	case 0:
		if s.queries > 0 {
			name := m.alias("d")
			q, kinds := m.query(&scope{queries: s.queries - 1}, nil)
			if m.chance(3) {
				q = m.sorted(q, kinds, false)
			}
			return node("from", "({}) AS "+name, q), columnsOf(name, kinds), nil
		}
	case 1:
		name := m.alias("g")
		call := pick(m, "generate_series(1, 4)", "unnest(ARRAY[3, 1, NULL])", "generate_series(5, 1, -2)")
		return leaf("from", fmt.Sprintf("%s WITH ORDINALITY AS %s (c0, o)", call, name)),
			[]column{{name + ".c0", "i4"}, {name + ".o", "i8"}}, []string{name + ".o"}
	case 2:
		name := m.alias("v")
		kinds := []string{pick(m, typeNames...), pick(m, typeNames...)}
		var rows []*tree
		for range 1 + m.r.IntN(3) {
			rows = append(rows, node("row", "({}, {})", m.typed(kinds[0], 1, &scope{}), m.typed(kinds[1], 1, &scope{})))
		}
		return node("from", "(VALUES {}) AS "+name+" (c0, c1)", list("list", ", ", rows)), columnsOf(name, kinds), nil
	}
	b := pick(m, m.tables...)
	name := m.alias("t")
	for _, c := range b.columns {
		columns = append(columns, column{name + "." + c.name, c.kind})
	}
	return leaf("from", b.name+" AS "+name), columns, []string{name + ".id"}
}

// join makes up a join of two FROM items.
func (m *maker) join(depth int, s *scope) (t *tree, columns []column, keys []string) {
	left, leftColumns, leftKeys := m.from(depth-1, s)
	right, rightColumns, rightKeys := m.from(depth-1, s)
	columns = append(append([]column(nil), leftColumns...), rightColumns...)
	if leftKeys != nil && rightKeys != nil {
		keys = append(append([]string(nil), leftKeys...), rightKeys...)
	}
	if m.chance(8) {
		return node("from", "{} CROSS JOIN {}", left, right), columns, keys
	}
	if m.chance(8) && s.queries > 0 { // reads the left side's columns
		name := m.alias("l")
		q, kinds := m.query(&scope{columns: leftColumns, queries: 0}, nil)
		kind := pick(m, " CROSS JOIN LATERAL ({}) AS "+name, " LEFT JOIN LATERAL ({}) AS "+name+" ON true")
		return node("from", "{}"+kind, left, q), append(append([]column(nil), leftColumns...), columnsOf(name, kinds)...), nil
	}
	inside := &scope{columns: columns, queries: s.queries - 1}
	kind := pick(m, " JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ")
	on := m.equality(leftColumns, rightColumns)
	if on == nil {
		if strings.Contains(kind, "FULL") {
			kind = " LEFT JOIN " // PostgreSQL has FULL JOIN for merge- and hash-joinable conditions only
		}
		on = m.expr("bool", 2, inside)
	} else if m.chance(3) && !strings.Contains(kind, "FULL") {
		on = node("bool", "{} AND {}", on, m.expr("bool", 2, inside))
	}
	return node("from", "({}"+kind+"{} ON {})", left, right, on), columns, keys
}

// equality compares a column of each side; nil where no two are of one type.
func (m *maker) equality(left, right []column) *tree {
	var pairs []string
	for _, l := range left {
		for _, r := range right {
			if l.kind == r.kind {
				pairs = append(pairs, l.name+" = "+r.name)
			}
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return leaf("bool", pick(m, pairs...))
}
