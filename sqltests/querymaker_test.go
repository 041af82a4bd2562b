package sqltests

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// metaColumns are the columns of the made-up tables.
const metaColumns = `id int, i int, s smallint, l bigint, t text, v varchar(8), c char(4), x citext, f float8, n numeric,
	d timestamptz, b bool, j jsonb, r int[], e vector(2)`

// queryMaker makes up rows, indexes and queries. In a query a@ and b@ stand
// for a variant of a table; x and y are its two references.
type queryMaker struct{ r *rand.Rand }

func (g *queryMaker) pick(list ...string) string { return list[g.r.IntN(len(list))] }

// literals of each kind of column: few, so that conditions meet rows, and with the values that go wrong.
var literals = map[string][]string{
	"i": {"0", "1", "2", "3", "-1", "7", "2147483640"},
	"s": {"0", "1", "2", "3", "-1", "32767"},
	"l": {"0", "1", "2", "3", "-1", "9223372036854775807"},
	"t": {"'a'", "'A'", "'b'", "''", "'a '", "'ab'", "'é'"},
	"v": {"'a'", "'A'", "'b'", "''", "'a '", "'ab'"},
	"c": {"'a'", "'A'", "'b'", "''", "'a '", "'ab'"},
	"x": {"'a'", "'A'", "'b'", "'B'", "''"},
	"f": {"0", "'-0'", "1", "1.5", "'NaN'", "'Infinity'", "-1"},
	"n": {"0", "1", "1.0", "1.50", "1.5", "'NaN'", "-1"},
	"d": {"'2020-01-01'", "'2020-01-02 03:00'", "'infinity'", "'-infinity'"},
	"b": {"true", "false"},
	"j": {`'{"k": 1}'`, `'{"k": 1, "m": "a"}'`, `'{"m": ["a", "b"]}'`, `'[1, 2]'`, `'"a"'`, `'{}'`, `'null'`},
	"r": {"'{1,2}'", "'{}'", "'{2,NULL}'", "'{3}'"},
	"e": {"'[1,0]'", "'[0,1]'", "'[0,0]'", "'[0.5,0.5]'", "'[1,2]'", "'[-1,3]'"},
}

var columnNames = strings.Fields("i s l t v c x f n d b j r e")

// comparable columns have an order that the checks use.
var comparableNames = strings.Fields("i s l t v c x f n d b")

func (g *queryMaker) literal(column string) string {
	if g.r.IntN(8) == 0 {
		return "NULL"
	}
	return g.pick(literals[column]...)
}

func (g *queryMaker) row(id int) string {
	fields := []string{fmt.Sprint(id)}
	for _, c := range columnNames {
		fields = append(fields, g.literal(c))
	}
	return "(" + strings.Join(fields, ", ") + ")"
}

// index makes up what follows CREATE INDEX … ON table.
func (g *queryMaker) index() string {
	key := func() string {
		return g.pick(comparableNames...) + g.pick("", "", "", " DESC", " NULLS FIRST", " DESC NULLS LAST")
	}
	switch g.r.IntN(10) {
	case 0:
		return "USING hash (" + g.pick(comparableNames...) + ")"
	case 1:
		return "USING gin (" + g.pick("j", "j jsonb_path_ops", "r") + ")"
	case 2:
		return "USING hnsw (" + g.pick("", "t, ", "i, ") + "e " + g.pick("vector_l2_ops", "vector_cosine_ops", "vector_ip_ops") + ")"
	case 3:
		return "(" + g.pick("lower(t)", "(i + 1)", "(t || 'x')", "(v::text)", "(x::text)") + ")"
	case 4:
		return "(" + key() + ") WHERE " + g.pick("i > 1", "t = 'a'", "b", "t IS NOT NULL", "i IS NULL")
	case 5, 6:
		return "(" + key() + ", " + g.pick("id", "id DESC", key()) + ")"
	}
	return "(" + key() + ")"
}

// from makes up a join of x and y.
func (g *queryMaker) from() string {
	x, y := "a@ x", "b@ y"
	switch g.r.IntN(6) {
	case 0:
		return "a@ x, (SELECT 1 AS id) y"
	case 1:
		return x + ", " + y
	}
	c := g.pick(comparableNames...)
	on := "x." + c + " = y." + c
	if g.r.IntN(4) == 0 {
		on = g.pick("x.i = y.l", "x.l = y.i", "x.s = y.i", "x.i = y.s", "x.t = y.v", "x.v = y.t", "x.c = y.t", "x.t = y.c", "x.x = y.t", "x.f = y.i", "x.n = y.i", "x.n = y.f")
	}
	if g.r.IntN(3) == 0 {
		on += " AND " + g.atom("xy")
	}
	return x + g.pick(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ") + y + " ON " + on
}

// condition makes up a condition over x.
func (g *queryMaker) condition(depth int) string { return g.conditionOf("x", depth) }

func (g *queryMaker) conditionOf(refs string, depth int) string {
	if depth > 0 {
		switch g.r.IntN(5) {
		case 0, 1:
			return "(" + g.conditionOf(refs, depth-1) + g.pick(" AND ", " AND ", " OR ") + g.conditionOf(refs, depth-1) + ")"
		case 2:
			return "NOT (" + g.conditionOf(refs, depth-1) + ")"
		}
	}
	return g.atom(refs)
}

// atom is one condition over the references named in refs.
func (g *queryMaker) atom(refs string) string {
	ref := string(refs[g.r.IntN(len(refs))]) + "."
	c := g.pick(comparableNames...)
	value := func() string { return g.literal(c) }
	switch g.r.IntN(16) {
	case 0:
		return ref + c + g.pick(" IS NULL", " IS NOT NULL")
	case 1:
		return ref + c + " IN (" + value() + ", " + value() + ", " + value() + ")"
	case 2:
		return ref + c + " BETWEEN " + value() + " AND " + value()
	case 3:
		return ref + c + g.pick(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + value()
	case 4:
		return ref + g.pick("j @> ", "j <@ ") + g.literal("j")
	case 5:
		return ref + g.pick("j ? 'k'", "j ? 'a'", "j ?| '{k,m}'", "j ?& '{k,m}'", "j ?& '{}'", "j ?| '{}'")
	case 6:
		return ref + g.pick("r @> ", "r && ", "r <@ ", "r = ") + g.literal("r") + "::int[]"
	case 7:
		return g.pick("lower("+ref+"t) = 'a'", "("+ref+"i + 1) = 2", ref+"t || 'x' = 'ax'", ref+"v::text = 'a'", ref+"x::text = 'A'",
			ref+"t::citext = 'A'", ref+"c::text = 'a'", ref+"t::char(4) = 'a'", ref+"t::varchar = 'a'")
	case 8:
		return g.pick(ref+"i > 1", ref+"t = 'a'", ref+"b", ref+"t IS NOT NULL", ref+"i IS NULL")
	case 9:
		return g.pick(ref+"i = 1::bigint", ref+"i = 1.0", ref+"s = 1", ref+"s < 40000", ref+"i < 3000000000", ref+"l = 1::smallint", ref+"i > 0.5", ref+"f = 1", ref+"n = 1")
	case 10:
		return g.pick(ref+"t = 'a'::varchar", ref+"v = 'a'::text", ref+"c = 'a'::text", ref+"x = 'A'::text", ref+"t = 'a'::citext", ref+"c = 'a '::char(3)")
	case 11:
		return ref + "i = " + g.pick("ANY ('{1,2,NULL}')", "ANY ('{}')", "ALL ('{1}')", "ANY (NULL::int[])", "ANY (ARRAY[1, NULL])")
	case 12:
		return g.pick("EXISTS", "NOT EXISTS") + " (SELECT FROM b@ z WHERE z." + c + " = " + ref + c + ")"
	case 13:
		return ref + c + g.pick(" IN", " NOT IN") + " (SELECT z." + c + " FROM b@ z WHERE z.i " + g.pick("= 1", "> "+ref+"i", "IS NOT NULL") + ")"
	}
	return ref + c + g.pick(" = ", " = ", " < ", " <= ", " > ", " >= ", " <> ") + value()
}

// query makes up a query whose result does not depend on chance; ordered tells
// whether the order of its rows is part of it.
func (g *queryMaker) query() (sql string, ordered bool) {
	switch g.r.IntN(8) {
	case 0:
		return g.ordered(), true
	case 1, 2:
		return g.ordered(), true
	case 3:
		return g.nearest(), true
	case 4:
		c := g.pick(comparableNames...)
		return "SELECT q." + c + ", q.k FROM (SELECT " + c + ", count(*) AS k FROM a@ GROUP BY " + c + ") q WHERE " +
			g.pick("q.k > 1", "q."+c+" = "+g.literal(c), "q."+c+" IS NULL"), false
	case 5:
		c := g.pick("i", "l", "d", "b")
		return "SELECT q.* FROM (SELECT " + c + " FROM a@ " + g.pick("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL", "INTERSECT ALL") +
			" SELECT " + c + " FROM b@) q WHERE q." + c + g.pick(" = ", " > ", " <> ") + g.literal(c), false
	}
	return "SELECT x.id, y.id FROM " + g.from() + " WHERE " + g.conditionOf("x", 2), false
}

// ordered sorts by a total order and takes a part.
func (g *queryMaker) ordered() string {
	var keys []string
	for range 1 + g.r.IntN(2) {
		keys = append(keys, g.pick("x.", "x.", "")+g.pick(comparableNames...)+g.pick("", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"))
	}
	id := g.pick("x.id", "x.id DESC")
	sql := "SELECT x.id, x.* FROM a@ x"
	if g.r.IntN(2) == 0 {
		sql += " WHERE " + g.conditionOf("x", 1)
	}
	sql += " ORDER BY " + strings.Join(keys, ", ") + ", " + id
	return sql + g.pick("", " LIMIT 5", " LIMIT 5 OFFSET 2", " OFFSET 3", " LIMIT 0", " LIMIT NULL", " LIMIT 9223372036854775807 OFFSET 1", " LIMIT NULL OFFSET 2")
}

// nearest asks for the smallest distances; rows at the same distance may come in
// any order, so only the distances are compared. NULL distances of a vector that
// is not there are no part of an index.
func (g *queryMaker) nearest() string {
	op := g.pick("<->", "<=>", "<#>")
	q := "'" + g.pick("[1,0]", "[0.3,0.7]", "[-1,2]") + "'"
	key := g.pick("e "+op+" "+q, q+" "+op+" e", "1 - (e "+op+" "+q+") DESC", "e "+op+" "+q+" NULLS FIRST", "e "+op+" "+q+" DESC")
	where := "e IS NOT NULL AND e <> '[0,0]'"
	if g.r.IntN(2) == 0 {
		where += " AND " + g.conditionOf("x", 1)
	}
	return "SELECT round((e " + op + " " + q + ")::numeric, 5) FROM a@ x WHERE " + where + " ORDER BY " + key + " LIMIT " + g.pick("3", "1000", "3 OFFSET 1", "9223372036854775807 OFFSET 2", "NULL", "0")
}
