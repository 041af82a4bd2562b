package differential

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

var (
	seeds = flag.Int("differential-seeds", 0, "how many schemas TestGenerated makes up; 0: 12, with SYNAPSE_TEST_FULL=1 300")
	limit = flag.Int("differential-failures", 10, "after how many differences TestGenerated stops")
)

// queriesPerSeed is how many statements are asked of each schema.
const queriesPerSeed = 120

// TestGenerated asks both systems made-up queries over made-up tables.
func TestGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("short: needs a PostgreSQL")
	}
	n := *seeds
	if n == 0 {
		if n = 12; os.Getenv("SYNAPSE_TEST_FULL") != "" {
			n = 300
		}
	}
	p := &pair{t: t, seen: map[string]int{}}
	p.postgres, p.synapse = connect(t, harness.StartPostgres(t)), connect(t, harness.StartSynapse(t).URL())
	g := readGrammar(t)
	first := seed.Of(t)
	for i := range n {
		m := &maker{grammar: g, r: rand.New(rand.NewPCG(first, uint64(i)))}
		p.round(m, i)
		if p.failures >= *limit {
			break
		}
	}
	t.Logf("%d statements, %d of them errors in both, %d errors of one side only that depend on what is computed first", p.asked, p.errors, p.tolerated)
}

func connect(t *testing.T, url string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// pair is the two systems and what was seen of them.
type pair struct {
	t                                  *testing.T
	postgres, synapse                  *pgconn.PgConn
	seen                               map[string]int
	asked, errors, tolerated, failures int
}

// round plays one schema.
func (p *pair) round(m *maker, number int) {
	setup := append([]string{
		"SET TimeZone = 'UTC'", "SET client_min_messages = error", "SET statement_timeout = '3s'",
		"DROP SCHEMA IF EXISTS made CASCADE", "CREATE SCHEMA made", "SET search_path = made, public",
	}, m.schema()...)
	for _, sql := range setup {
		a, b := ask(p.postgres, sql), ask(p.synapse, sql)
		if a.err != nil || b.err != nil {
			p.t.Fatalf("round %d: %s\nPostgreSQL: %v\nSynapse: %v", number, sql, a.err, b.err)
		}
	}
	for range queriesPerSeed {
		st := m.statement()
		p.asked++
		why, _ := p.difference(st.String())
		if why == "" {
			continue
		}
		kind := strings.SplitN(why, "\n", 2)[0]
		sql := reduce(st, func(sql string) bool {
			again, _ := p.difference(sql)
			return again != "" && strings.SplitN(again, "\n", 2)[0] == kind
		})
		why, _ = p.difference(sql)
		if p.seen[kind]++; p.seen[kind] > 3 {
			continue // the same complaint, three times shown
		}
		p.failures++
		p.t.Errorf("round %d: %s\n%s\ntables:\n  %s", number, sql, why, strings.Join(p.used(sql, setup[6:]), "\n  "))
		if p.failures >= *limit {
			return
		}
	}
}

// used are the statements that made the tables a query names.
func (p *pair) used(sql string, setup []string) []string {
	var out []string
	for _, s := range setup {
		for _, name := range []string{"t0", "t1", "t2"} {
			if strings.Contains(sql, name+" AS ") && strings.Contains(s, " "+name) {
				out = append(out, s)
			}
		}
	}
	return out
}

// answer is what a system said.
type answer struct {
	columns []string // name, type and modifier
	rows    []string
	code    string
	err     error
}

func ask(c *pgconn.PgConn, sql string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	results, err := c.Exec(ctx, sql).ReadAll()
	a := answer{err: err}
	if err != nil {
		a.code = "?"
		if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) {
			a.code = pg.Code
		}
		return a
	}
	if len(results) == 0 {
		return a
	}
	r := results[len(results)-1]
	a.columns = fieldNames(r.FieldDescriptions)
	for _, row := range r.Rows {
		fields := make([]string, len(row))
		for i, f := range row {
			if fields[i] = string(f); f == nil {
				fields[i] = "NULL"
			}
		}
		a.rows = append(a.rows, strings.Join(fields, " | "))
	}
	return a
}

// describe are the columns that a statement has before it is planned: PostgreSQL's
// planner sees through a CASE of constants, and a modifier with it.
func describe(c *pgconn.PgConn, sql string) []string {
	d, err := c.Prepare(context.Background(), "", sql, nil)
	if err != nil {
		return nil
	}
	return fieldNames(d.Fields)
}

func fieldNames(fields []pgconn.FieldDescription) (out []string) {
	for _, f := range fields {
		out = append(out, fmt.Sprintf("%s %d %d", f.Name, f.DataTypeOID, f.TypeModifier))
	}
	return out
}

// inOrder matches a statement whose whole result is sorted: see maker.sorted.
var inOrder = regexp.MustCompile(`^SELECT s\d+\.\* FROM \(.*\) AS s\d+ ORDER BY [^()]*$`)

// difference says how the two answers differ, "" if they do not. The first line
// is the kind of difference.
func (p *pair) difference(sql string) (why string, failed bool) {
	want, got := ask(p.postgres, sql), ask(p.synapse, sql)
	if p.synapse.IsClosed() {
		p.t.Fatalf("Synapse closed the connection: %s\n%v", sql, got.err)
	}
	if want.err != nil || got.err != nil {
		return p.differentErrors(sql, want, got)
	}
	if !slices.Equal(want.columns, got.columns) && !slices.Equal(describe(p.postgres, sql), describe(p.synapse, sql)) {
		return fmt.Sprintf("columns differ\nPostgreSQL %s\nSynapse    %s", strings.Join(want.columns, ", "), strings.Join(got.columns, ", ")), false
	}
	if !inOrder.MatchString(sql) {
		slices.Sort(want.rows)
		slices.Sort(got.rows)
	}
	if !slices.Equal(want.rows, got.rows) {
		return fmt.Sprintf("rows differ\nPostgreSQL (%d)\n  %s\nSynapse (%d)\n  %s", len(want.rows), head(want.rows), len(got.rows), head(got.rows)), false
	}
	return "", false
}

func head(rows []string) string { return strings.Join(rows[:min(len(rows), 12)], "\n  ") }

// differentErrors compares where at least one system failed. Which rows a
// condition is computed for is the planner's choice, and so is whether what is
// beside a NULL is computed: a failing computation (class 22, or a subquery's
// second row) may be met by one system only, and one before another.
func (p *pair) differentErrors(sql string, want, got answer) (string, bool) {
	if want.code == got.code {
		p.errors++
		return "", true
	}
	for _, code := range []string{want.code, got.code} {
		if code == "57014" || code == "53200" { // joins of joins may have more rows than there is time or memory for
			return "", true
		}
	}
	folded := lazy.MatchString(sql) || want.err != nil && got.err != nil
	if folded && runtime(want) && runtime(got) {
		p.tolerated++
		return "", true
	}
	return fmt.Sprintf("SQLSTATE %s, want %s: %v\nPostgreSQL: %v", got.code, want.code, got.err, want.err), true
}

// lazy matches statements of which a part need not be computed. PostgreSQL's
// planner computes constants also in the branches that are not taken.
var lazy = regexp.MustCompile(`FROM |NULL::|case |coalesce\(| and | or `)

// runtime reports a failure of a computation, or none.
func runtime(a answer) bool {
	if a.err == nil || strings.HasPrefix(a.code, "22") || a.code == "21000" {
		return true
	}
	for _, computed := range []string{"searching for elements in multidimensional", "removing elements from multidimensional", "not supported for type", "cannot convert NaN", "cannot convert infinity", "cannot subtract infinite"} {
		if strings.Contains(a.err.Error(), computed) {
			return true
		}
	}
	return false
}
