package sqltests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

// TestPartitionsAgainstPlainTable makes up partition trees and changes them and a
// plain table alike. Whatever the bounds are, both must hold the same rows, every
// condition must find the same ones (pruned with constants, with parameters, and
// as of a remembered moment), and each partition must hold its own rows only.
func TestPartitionsAgainstPlainTable(t *testing.T) {
	s := harness.StartSynapse(t)
	c, err := pgconn.Connect(context.Background(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	m := &partitionModel{t: t, c: c, r: seed.Rand(t)}
	for round := range 8 {
		m.tables(round)
		for range 30 {
			m.change()
			m.ask()
		}
		m.ownRows()
		m.past()
		if t.Failed() {
			t.Logf("statements:\n%s", strings.Join(m.history, ";\n"))
			return
		}
	}
}

type partitionModel struct {
	t       *testing.T
	c       *pgconn.PgConn
	r       *rand.Rand
	name    string
	history []string
	moments []remembered
}

// remembered is what the plain table held at a moment.
type remembered struct {
	at   string
	rows []string
}

func (m *partitionModel) pick(list ...string) string { return list[m.r.IntN(len(list))] }

// value is a value of a column of the tables: a int, b text, c date.
func (m *partitionModel) value(column string) string {
	if m.r.IntN(12) == 0 {
		return "NULL"
	}
	switch column {
	case "a":
		return fmt.Sprint(m.r.IntN(40))
	case "b":
		return "'" + string(rune('a'+m.r.IntN(8))) + "'"
	}
	return fmt.Sprintf("'2020-01-%02d'", 1+m.r.IntN(28))
}

func (m *partitionModel) run(sql string, args ...[]byte) ([]string, error) {
	m.history = append(m.history, sql)
	var rows []string
	r := m.c.ExecParams(context.Background(), sql, args, nil, nil, nil).Read()
	for _, row := range r.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if cells[i] = string(v); v == nil {
				cells[i] = "NULL"
			}
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows, r.Err
}

func (m *partitionModel) must(sql string, args ...[]byte) []string {
	m.t.Helper()
	rows, err := m.run(sql, args...)
	if err != nil {
		m.t.Fatalf("%s\n%v\nafter:\n%s", sql, err, strings.Join(m.history, ";\n"))
	}
	return rows
}

func (m *partitionModel) tables(round int) {
	m.name, m.history, m.moments = fmt.Sprintf("p%d", round), nil, nil
	m.must("CREATE TABLE q" + m.name + " (a int, b text, c date)")
	m.partitioned(m.name, "CREATE TABLE "+m.name+" (a int, b text, c date)", 0)
	m.must("CREATE INDEX ON " + m.name + " (" + m.pick("a", "b", "c", "a, b") + ")")
}

// partitioned makes a partitioned table by the statement begun and its partitions,
// some of which are partitioned again.
func (m *partitionModel) partitioned(name, begin string, depth int) {
	kind := m.pick("range", "range2", "list", "hash")
	column := m.pick("a", "b", "c")
	var bounds []string
	switch kind {
	case "range":
		m.must(begin + " PARTITION BY RANGE (" + column + ")")
		bounds = m.ranges(column)
	case "range2":
		m.must(begin + " PARTITION BY RANGE (a, b)")
		bounds = []string{
			"FROM (MINVALUE, MINVALUE) TO (10, 'c')", "FROM (10, 'c') TO (10, MAXVALUE)", "FROM (10, MAXVALUE) TO (25, 'b')", "FROM (30, MINVALUE) TO (MAXVALUE, MAXVALUE)",
		}
	case "list":
		m.must(begin + " PARTITION BY LIST (b)")
		bounds = []string{"IN ('a', 'c')", "IN ('b', NULL)", "IN ('d', 'e', 'f')"}
	default:
		m.must(begin + " PARTITION BY HASH (" + column + ")")
		bounds = []string{"WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 4, REMAINDER 1)", "WITH (MODULUS 4, REMAINDER 3)"}
	}
	for i, b := range bounds {
		part := fmt.Sprintf("%s_%d", name, i)
		sql := "CREATE TABLE " + part + " PARTITION OF " + name + " FOR VALUES " + b
		if depth < 2 && m.r.IntN(4) == 0 {
			m.partitioned(part, sql, depth+1)
		} else {
			m.must(sql)
		}
	}
	if kind != "hash" && m.r.IntN(3) > 0 {
		m.must("CREATE TABLE " + name + "_d PARTITION OF " + name + " DEFAULT")
	}
}

func (m *partitionModel) ranges(column string) []string {
	switch column {
	case "a":
		return []string{"FROM (MINVALUE) TO (5)", "FROM (5) TO (17)", "FROM (17) TO (30)"}
	case "b":
		return []string{"FROM ('a') TO ('c')", "FROM ('c') TO ('f')", "FROM ('g') TO (MAXVALUE)"}
	}
	return []string{"FROM ('2020-01-01') TO ('2020-01-10')", "FROM ('2020-01-10') TO ('2020-01-20')"}
}

// both runs a statement on the partitioned table and, where it took it, on the plain one.
func (m *partitionModel) both(sql string) {
	_, err := m.run(strings.ReplaceAll(sql, "@", m.name))
	if err != nil {
		if !strings.Contains(err.Error(), "23514") {
			m.t.Fatalf("%s\n%v\nafter:\n%s", sql, err, strings.Join(m.history, ";\n"))
		}
		return
	}
	m.must(strings.ReplaceAll(sql, "@", "q"+m.name))
}

func (m *partitionModel) change() {
	switch m.r.IntN(8) {
	case 0, 1, 2, 3:
		m.both(fmt.Sprintf("INSERT INTO @ VALUES (%s, %s, %s)", m.value("a"), m.value("b"), m.value("c")))
	case 4, 5:
		column := m.pick("a", "b", "c")
		m.both("UPDATE @ SET " + column + " = " + m.value(column) + " WHERE " + m.condition())
	case 6:
		m.both("DELETE FROM @ WHERE a = " + m.value("a"))
	default:
		at := m.must("SELECT clock_timestamp()")[0]
		m.moments = append(m.moments, remembered{at, m.must("SELECT * FROM q" + m.name + " ORDER BY a, b, c")})
	}
}

func (m *partitionModel) condition() string {
	column := m.pick("a", "b", "c")
	switch m.r.IntN(8) {
	case 0:
		return column + " IS " + m.pick("", "NOT ") + "NULL"
	case 1:
		return column + " IN (" + m.value(column) + ", " + m.value(column) + ")"
	case 2:
		return "(" + m.condition() + " OR " + m.condition() + ")"
	case 3, 4:
		return m.condition() + " AND " + m.condition()
	}
	return column + " " + m.pick("=", "<", "<=", ">", ">=", "<>") + " " + m.value(column)
}

// ask compares what conditions find, once with constants and once with a parameter.
func (m *partitionModel) ask() {
	where, order := m.condition(), " ORDER BY a, b, c"
	m.same("SELECT * FROM @ WHERE " + where + order)
	m.same("SELECT b, count(*), min(a), max(c) FROM @ WHERE " + where + " GROUP BY b ORDER BY b")
	m.same("SELECT a, b, c FROM @ WHERE " + where + order + " LIMIT 3")
	m.same("SELECT k.x, p.a, p.b, p.c FROM (VALUES (3), (17), (25)) k (x) JOIN @ p ON p.a = k.x WHERE " + strings.NewReplacer("a ", "p.a ", "b ", "p.b ", "c ", "p.c ").Replace(m.pick("a > 5", "b < 'd'", "c IS NOT NULL")) + " ORDER BY 1, 2, 3, 4")
	op := m.pick("=", "<", ">=")
	m.same("SELECT * FROM @ WHERE a "+op+" $1::int AND ("+m.condition()+")"+order, []byte(fmt.Sprint(m.r.IntN(40))))
}

func (m *partitionModel) same(sql string, args ...[]byte) {
	m.t.Helper()
	got := m.must(strings.ReplaceAll(sql, "@", m.name), args...)
	want := m.must(strings.ReplaceAll(sql, "@", "q"+m.name), args...)
	if !slices.Equal(got, want) {
		m.t.Errorf("%s %s\npartitioned: %v\nplain:       %v", sql, args, got, want)
	}
}

// ownRows: each partition holds what its constraint says, also after it was taken
// out and put back.
func (m *partitionModel) ownRows() {
	parts := m.must("SELECT relid::regclass::text, pg_get_partition_constraintdef(relid) FROM pg_partition_tree('" + m.name + "') WHERE isleaf")
	for _, row := range parts {
		name, cond, _ := strings.Cut(row, "|")
		if cond == "NULL" || cond == "" {
			continue
		}
		if n := m.must("SELECT count(*) FROM " + name + " WHERE (" + cond + ") IS FALSE")[0]; n != "0" {
			m.t.Errorf("%s rows of %s are not its own: %s", n, name, cond)
		}
	}
	parts = m.must("SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c JOIN pg_inherits i ON inhrelid = c.oid WHERE inhparent = '" + m.name + "'::regclass")
	name, bound, _ := strings.Cut(parts[m.r.IntN(len(parts))], "|")
	all := m.must("SELECT count(*) FROM " + m.name)[0]
	m.must("ALTER TABLE " + m.name + " DETACH PARTITION " + name)
	m.must("ALTER TABLE " + m.name + " ATTACH PARTITION " + name + " " + bound)
	if n := m.must("SELECT count(*) FROM " + m.name)[0]; n != all {
		m.t.Errorf("%s rows after DETACH and ATTACH of %s, %s before", n, name, all)
	}
}

// past compares remembered moments, which lie before a partition was taken out.
func (m *partitionModel) past() {
	for _, k := range m.moments {
		got := m.must("SELECT * FROM " + m.name + " AS OF '" + k.at + "' ORDER BY a, b, c")
		if !slices.Equal(got, k.rows) {
			m.t.Errorf("as of %s\npartitioned: %v\nremembered:  %v", k.at, got, k.rows)
		}
	}
}
