package sqltests

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

var (
	metaFor   = flag.Duration("metamorphic-for", 8*time.Second, "how long TestMetamorphic makes up queries")
	metaSteps = flag.Int("metamorphic-steps", 0, "how many queries TestMetamorphic makes up; 0 = as many as there is time for")
)

// TestMetamorphic makes up tables, indexes and queries, and checks what must hold
// whatever they are: indexes do not change a result, and the rows where a
// condition is true, false and unknown are all rows.
func TestMetamorphic(t *testing.T) {
	m := &metamorphic{t: t, g: &queryMaker{r: seed.Rand(t)}}
	s := harness.StartSynapse(t)
	c, err := pgconn.Connect(context.Background(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	m.c = c
	end := time.Now().Add(*metaFor)
	steps := 0
	for round := 0; time.Now().Before(end) && !t.Failed(); round++ {
		m.tables(round)
		for i := 0; i < 60 && time.Now().Before(end) && !t.Failed(); i++ {
			if steps++; *metaSteps > 0 && steps > *metaSteps {
				return
			}
			m.partition()
			m.compare()
		}
	}
	t.Logf("%d queries", 5*steps)
}

// metamorphic holds the tables of a round: each table as x0 without and as x1
// with indexes.
type metamorphic struct {
	t       *testing.T
	c       *pgconn.PgConn
	g       *queryMaker
	history []string // statements that made the tables, to repeat a failure by hand
}

func (m *metamorphic) run(sql string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	results, err := m.c.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range results[len(results)-1].Rows {
		fields := make([]string, len(row))
		for i, f := range row {
			if fields[i] = string(f); f == nil {
				fields[i] = "NULL"
			}
		}
		out = append(out, strings.Join(fields, "|"))
	}
	return out, nil
}

func (m *metamorphic) must(sql string) []string {
	m.t.Helper()
	rows, err := m.run(sql)
	if err != nil {
		m.t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

// tables makes new tables with the same rows and indexes on one of each pair.
func (m *metamorphic) tables(round int) {
	m.t.Helper()
	m.history = nil
	do := func(sql string) {
		m.history = append(m.history, sql)
		m.must(sql)
	}
	for _, name := range []string{"a", "b"} {
		for _, variant := range []string{"0", "1"} {
			m.must("DROP TABLE IF EXISTS " + name + variant)
			do("CREATE TABLE " + name + variant + " (" + metaColumns + ")")
		}
		var rows []string
		for i := range []int{0, 3, 40, 300}[(round+m.g.r.IntN(2))%4] {
			rows = append(rows, m.g.row(i))
		}
		early := m.g.r.IntN(2) == 0 // indexes of a filled table are built another way
		if early {
			m.indexes(name, do)
		}
		for _, variant := range []string{"0", "1"} {
			if len(rows) > 0 {
				do("INSERT INTO " + name + variant + " VALUES " + strings.Join(rows, ", "))
			}
		}
		if !early {
			m.indexes(name, do)
		}
		change := fmt.Sprintf("SET i = i + 1, t = lower(t), e = NULL WHERE id %% 7 = %d", m.g.r.IntN(7))
		gone := fmt.Sprintf("WHERE id %% 11 = %d", m.g.r.IntN(11))
		for _, variant := range []string{"0", "1"} {
			do("UPDATE " + name + variant + " " + change)
			do("DELETE FROM " + name + variant + " " + gone)
		}
	}
}

func (m *metamorphic) indexes(name string, do func(sql string)) {
	for n := range 2 + m.g.r.IntN(5) {
		do(fmt.Sprintf("CREATE INDEX %s1_%d ON %s1 %s", name, n, name, m.g.index()))
	}
}

// variant names the tables with (1) or without (0) indexes.
func variant(sql, v string) string { return strings.NewReplacer("a@", "a"+v, "b@", "b"+v).Replace(sql) }

// partition checks that a condition is true, false or unknown of every row.
func (m *metamorphic) partition() {
	m.t.Helper()
	indexed := func(s string) string { return variant(s, "1") }
	from, cond := indexed(m.g.from()), indexed(m.g.condition(2))
	all := m.must("SELECT x.id, y.id FROM " + from)
	var parts []string
	for _, p := range []string{cond, "NOT (" + cond + ")", "(" + cond + ") IS NULL"} {
		parts = append(parts, m.must("SELECT x.id, y.id FROM "+from+" WHERE "+p)...)
	}
	slices.Sort(all)
	slices.Sort(parts)
	if !slices.Equal(all, parts) {
		m.fail("FROM "+from+" WHERE "+cond, "all rows", all, "rows of the three parts", parts)
	}
}

// compare checks that a query gives the same with and without indexes.
func (m *metamorphic) compare() {
	m.t.Helper()
	sql, ordered := m.g.query()
	want := m.must(variant(sql, "0"))
	with := variant(sql, "1")
	got := m.must(with)
	if !ordered {
		slices.Sort(want)
		slices.Sort(got)
	}
	if !slices.Equal(want, got) {
		m.fail(with, "without indexes", want, "with indexes", got)
	}
}

func (m *metamorphic) fail(sql, wantName string, want []string, gotName string, got []string) {
	m.t.Helper()
	head := func(rows []string) string { return strings.Join(rows[:min(len(rows), 20)], "\n  ") }
	var made []string
	for _, h := range m.history {
		if len(h) < 200 {
			made = append(made, h)
		}
	}
	plan, _ := m.run("EXPLAIN (COSTS OFF) " + sql)
	m.t.Errorf("%s\n%s (%d)\n  %s\n%s (%d)\n  %s\nplan\n%s\ntables\n%s", sql, wantName, len(want), head(want), gotName, len(got), head(got),
		strings.Join(plan, "\n"), strings.Join(made, ";\n"))
}
