package differential

import (
	"fmt"
	"strings"
)

func (m *maker) alias(prefix string) string {
	m.aliases++
	return fmt.Sprintf("%s%d", prefix, m.aliases)
}

// statement makes up a whole query.
func (m *maker) statement() *tree {
	m.aliases = 0
	s := &scope{queries: 2}
	if m.chance(5) { // one value, without rows: all that differs is a function
		return node("query", "SELECT {} AS c", m.expr("any", 3, &scope{}))
	}
	q, kinds := m.query(s, nil)
	switch {
	case m.chance(4):
		return m.sorted(q, kinds, true)
	case m.chance(8):
		name := m.alias("w")
		body, inner := m.query(s, nil)
		outer, _ := m.over(&scope{queries: 1}, leaf("from", name), columnsOf(name, inner), nil)
		return node("query", "WITH "+name+" AS "+pick(m, "", "MATERIALIZED ", "NOT MATERIALIZED ")+"({}) {}", body, outer)
	}
	return q
}

// sorted puts a total order above a query, so that the order may be compared and
// LIMIT takes the same rows everywhere. Values that are equal but do not look
// alike are told apart by their text.
func (m *maker) sorted(q *tree, kinds []string, withAll bool) *tree {
	name := m.alias("s")
	var keys []string
	for i := range kinds {
		c := fmt.Sprintf("%s.c%d", name, i)
		keys = append(keys, c+pick(m, "", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"))
		if !exact[kinds[i]] {
			keys = append(keys, c+"::text")
		}
	}
	m.r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	limit := pick(m, " LIMIT 5", " LIMIT 3 OFFSET 1", " OFFSET 2", " LIMIT 1", " FETCH FIRST 4 ROWS ONLY")
	if withAll {
		limit = pick(m, "", "", limit)
	}
	return node("query", "SELECT "+name+".* FROM ({}) AS "+name+" ORDER BY "+strings.Join(keys, ", ")+"{}", q, maybe(leaf("limit", limit)))
}

// exact types have one text for each value.
var exact = map[string]bool{
	"i2": true, "i4": true, "i8": true, "txt": true, "vc": true, "bool": true, "date": true, "time": true, "ts": true, "tstz": true,
	"ia": true, "ta": true, "uuid": true, "bytea": true, "rng": true,
}

// canonical makes equal values look alike, for what keeps one of several equals.
func canonical(kind string, e *tree) *tree {
	switch kind {
	case "num":
		return node(kind, "trim_scale({})", e)
	case "f8":
		return node(kind, "({} + 0.0::float8)", e)
	case "iv":
		return node("iv", "justify_interval({})", e)
	case "js", "bpchar":
		return node("txt", "({})::text", e)
	}
	return e
}

func canonicalKind(kind string) string {
	if kind == "js" || kind == "bpchar" {
		return "txt"
	}
	return kind
}

// columnsOf are the columns c0, c1, … of a derived table.
func columnsOf(name string, kinds []string) []column {
	var out []column
	for i, k := range kinds {
		out = append(out, column{fmt.Sprintf("%s.c%d", name, i), k})
	}
	return out
}

// query makes up a query whose columns are c0, c1, …; want gives their types, nil any.
func (m *maker) query(outer *scope, want []string) (*tree, []string) {
	if outer.queries > 0 && m.chance(7) {
		return m.combined(outer, want)
	}
	inside := &scope{columns: outer.columns, queries: outer.queries - 1}
	from, columns, keys := m.from(2, inside)
	inside.columns = append(append([]column(nil), columns...), outer.columns...)
	inside.keys = keys
	return m.over(inside, from, columns, want)
}

// over makes a query over a FROM clause.
func (m *maker) over(s *scope, from *tree, columns []column, want []string) (*tree, []string) {
	inside := *s
	if len(inside.columns) == 0 {
		inside.columns = columns
	}
	if want == nil {
		for range 1 + m.r.IntN(4) {
			want = append(want, pick(m, typeNames...))
		}
	}
	where := leaf("where", "")
	if m.chance(2) {
		where = maybe(node("where", " WHERE {}", m.expr("bool", 3, &inside)))
	}
	switch m.r.IntN(7) {
	case 0, 1:
		return m.grouped(&inside, from, where, want)
	case 2:
		return m.windowed(&inside, from, where, want)
	case 3:
		return m.distinct(&inside, from, where, want)
	}
	var items []*tree
	for i, k := range want {
		items = append(items, named(m.expr(k, 3, &inside), i))
	}
	return node("query", "SELECT {} FROM {}{}", list("list", ", ", items), from, where), want
}

func named(e *tree, i int) *tree { return node("item", "{} AS c"+fmt.Sprint(i), e) }

func (m *maker) distinct(s *scope, from, where *tree, want []string) (*tree, []string) {
	var items []*tree
	var kinds []string
	for i, k := range want {
		items = append(items, named(canonical(k, m.typed(k, 2, s)), i))
		kinds = append(kinds, canonicalKind(k))
	}
	return node("query", "SELECT DISTINCT {} FROM {}{}", list("list", ", ", items), from, where), kinds
}

// typed is an expression whose type is the one asked for, whatever it is made of.
func (m *maker) typed(kind string, depth int, s *scope) *tree {
	return node(kind, "({})::"+sqlTypes[kind], m.expr(kind, depth, s))
}

// combined is a set operation of two queries.
func (m *maker) combined(outer *scope, want []string) (*tree, []string) {
	if want == nil {
		for range 1 + m.r.IntN(3) {
			want = append(want, pick(m, typeNames...))
		}
	}
	side := func() *tree {
		inside := &scope{columns: outer.columns, queries: outer.queries - 1}
		q, _ := m.query(inside, want)
		name := m.alias("u")
		var items []*tree
		for i, k := range want {
			items = append(items, named(canonical(k, leaf(k, fmt.Sprintf("%s.c%d::%s", name, i, sqlTypes[k]))), i))
		}
		return node("query", "SELECT {} FROM ({}) AS "+name, list("items", ", ", items), q)
	}
	var kinds []string
	for _, k := range want {
		kinds = append(kinds, canonicalKind(k))
	}
	op := pick(m, "UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL")
	return node("query", "({}) "+op+" ({})", side(), side()), kinds
}

// subquery is an expression with a query of its own, mostly one that reads outer columns.
func (m *maker) subquery(kind string, s *scope) *tree {
	inside := &scope{columns: s.columns, queries: s.queries - 1}
	if kind == "bool" {
		k := pick(m, "i4", "txt", "num", "date", "bool", "i8")
		q, _ := m.query(inside, []string{k})
		switch m.r.IntN(5) {
		case 0:
			return node(kind, pick(m, "EXISTS", "NOT EXISTS")+" ({})", q)
		case 1:
			return node(kind, "{} "+pick(m, "=", "<", ">=", "<>")+" "+pick(m, "ANY", "ALL")+" ({})", m.expr(k, 1, s), q)
		case 2:
			return node(kind, "({}, 1) "+pick(m, "IN", "NOT IN")+" (SELECT q.c0, 1 FROM ({}) AS q)", m.expr(k, 1, s), q)
		}
		return node(kind, "{} "+pick(m, "IN", "NOT IN")+" ({})", m.expr(k, 1, s), q)
	}
	q, _ := m.query(inside, []string{kind})
	name := m.alias("q")
	if m.chance(4) && (kind == "ia" || kind == "ta") {
		k := map[string]string{"ia": "i4", "ta": "txt"}[kind]
		q, _ := m.query(inside, []string{k})
		return node(kind, "ARRAY(SELECT "+name+".c0 FROM ({}) AS "+name+" ORDER BY 1)", q)
	}
	return node(kind, "(SELECT "+name+".c0 FROM ({}) AS "+name+" ORDER BY "+name+".c0, "+name+".c0::text LIMIT 1)", q)
}
