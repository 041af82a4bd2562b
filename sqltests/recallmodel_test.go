package sqltests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

// moments and questions of TestRecallAsOfIsRecallOfThen: pairs of a question and a time.
func recallPairs() (moments, questions int) {
	if os.Getenv("SYNAPSE_TEST_FULL") != "" {
		return 100, 100
	}
	return 8, 40
}

// TestRecallAsOfIsRecallOfThen: a recall as of T gives the rows and scores that a
// store gives which holds nothing but the rows of T. The naive model of history is
// that store: what was visible at T is copied into an empty one, which knows no
// past, and both are asked the same.
func TestRecallAsOfIsRecallOfThen(t *testing.T) {
	r := seed.Rand(t)
	ctx := context.Background()
	s := harness.StartSynapse(t)
	c := client(t, ctx, s)
	moments, questions := recallPairs()
	var past []time.Time
	for len(past) < moments {
		for range 12 {
			churn(t, ctx, c, r)
		}
		if len(past)%3 == 1 {
			unsettle(t, ctx, c, r, s)
		}
		var at time.Time
		if err := c.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&at); err != nil {
			t.Fatal(err)
		}
		past = append(past, at)
	}
	columns := []string{
		"id", "ns", "kind", "content", "embedding", "metadata", "salience", "session", "seq", "valid_from", "valid_to", "agent", "created_at",
	}
	model := harness.StartSynapse(t)
	m := client(t, ctx, model)
	found := 0
	for _, at := range past {
		moment := at.UTC().Format("2006-01-02 15:04:05.999999Z07:00")
		entries := copied(t, ctx, c, "SELECT "+strings.Join(columns, ", ")+" FROM memory.entries AS OF '"+moment+"'")
		refill(t, ctx, m, "memory.entries", columns, entries)
		credits := []string{"entry_id", "exposed", "cited"}
		refill(t, ctx, m, "memory.credits", credits, copied(t, ctx, c, "SELECT "+strings.Join(credits, ", ")+" FROM memory.credits AS OF '"+moment+"'"))
		constants := []string{"profile", "bm25_k1", "session_weight", "recency_swing", "duplicate_cosine"}
		refill(t, ctx, m, "memory.profiles", constants, copied(t, ctx, c, "SELECT "+strings.Join(constants, ", ")+" FROM memory.profiles AS OF '"+moment+"' WHERE profile = 'default'"))
		for range questions {
			ns, k, question := fmt.Sprintf("user:%d", r.IntN(3)), 1+r.IntN(20), twoWords(r)
			const sql = "SELECT id::text, score FROM memory.query(ns => $1, query => $2, k => $3, valid_as_of => $4"
			got := rowsOf(t, ctx, c, sql+", as_of => $4) ORDER BY rank", ns, question, k, at)
			want := rowsOf(t, ctx, m, sql+") ORDER BY rank", ns, question, k, at)
			found += len(want)
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("%q in %s as of %s\ngot:\n  %s\na store of those rows alone gives:\n  %s", question, ns, moment,
					strings.Join(got, "\n  "), strings.Join(want, "\n  "))
			}
		}
	}
	if found < moments*questions {
		t.Errorf("%d questions found only %d rows: the test shows little", moments*questions, found)
	}
}

func client(t *testing.T, ctx context.Context, s *harness.Synapse) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(ctx) })
	return c
}

func twoWords(r *rand.Rand) string {
	return recallWords[r.IntN(len(recallWords))] + " " + recallWords[r.IntN(len(recallWords))]
}

// copied reads rows as values to copy elsewhere.
func copied(t *testing.T, ctx context.Context, c *pgx.Conn, sql string) (out [][]any) {
	t.Helper()
	rows, err := c.Query(ctx, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// refill makes rows the only ones of a table.
func refill(t *testing.T, ctx context.Context, c *pgx.Conn, table string, columns []string, rows [][]any) {
	t.Helper()
	if _, err := c.Exec(ctx, "DELETE FROM "+table); err != nil {
		t.Fatal(err)
	}
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	insert := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	for _, row := range rows {
		if _, err := c.Exec(ctx, insert, row...); err != nil {
			t.Fatalf("%s: %v", insert, err)
		}
	}
}
