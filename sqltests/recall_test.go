package sqltests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

// words that entries and questions are made of: few enough that most questions find something.
var recallWords = strings.Fields(`refund order invoice delivery address customer email phone contract renewal
	discount coupon delay warehouse parcel courier damage replacement warranty support ticket urgent weekly monthly`)

// TestRecallOfThePast: whatever happens to a memory afterwards, a recall that was
// recorded comes out again with the same rows in the same order with the same
// scores, and AS OF its snapshot gives the same rows.
func TestRecallOfThePast(t *testing.T) {
	r := seed.Rand(t)
	s := harness.StartSynapse(t)
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { c.Close(ctx) }()
	var past []recorded
	steps := 300
	if os.Getenv("SYNAPSE_TEST_FULL") != "" {
		steps = 9000
	}
	for step := 0; step < steps; step++ {
		churn(t, ctx, c, r)
		if step%3 == 0 {
			past = append(past, ask(t, ctx, c, r))
		}
		if step%50 == 49 {
			unsettle(t, ctx, c, r, s)
		}
		if step == steps/2 { // half of the questions are asked of a recovered store
			c.Close(ctx)
			s.Restart(t)
			if c, err = pgx.Connect(ctx, s.URL()); err != nil {
				t.Fatal(err)
			}
		}
	}
	found := 0
	for _, p := range past {
		found += len(p.rows)
		if p.id == "" {
			continue // it returned nothing, so it has no id to show
		}
		compareRecall(t, p, "replay_query", rowsOf(t, ctx, c, "SELECT id::text, score FROM memory.replay_query($1) ORDER BY rank", p.id))
		at := rowsOf(t, ctx, c, "SELECT id::text, score FROM memory.query(ns => $1, query => $2, k => $3, as_of => (SELECT snapshot FROM memory.lineage WHERE query_id = $4)) ORDER BY rank",
			p.ns, p.question, p.k, p.id)
		compareRecall(t, p, "as_of", at)
	}
	if found < 100 {
		t.Errorf("the questions found only %d rows: the test shows little", found)
	}
}

type recorded struct {
	ns, question, id string
	k                int
	rows             []string
}

func compareRecall(t *testing.T, p recorded, how string, got []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(p.rows, "\n") {
		t.Errorf("%s of %q in %s (query %s) differs\nthen:\n  %s\nagain:\n  %s", how, p.question, p.ns, p.id,
			strings.Join(p.rows, "\n  "), strings.Join(got, "\n  "))
	}
}

// unsettle changes what ranking stands on beside the entries: constants, credits,
// indexes, and where old versions are kept.
func unsettle(t *testing.T, ctx context.Context, c *pgx.Conn, r *rand.Rand, s *harness.Synapse) {
	t.Helper()
	if err := s.Engine.Store.ArchiveNow(ctx); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		fmt.Sprintf("UPDATE memory.profiles SET bm25_k1 = %v, session_weight = %v, recency_swing = %v WHERE profile = 'default'", r.Float64()*2, r.Float64(), r.Float64()),
		`SELECT memory.answer(gen_random_uuid()::text, ARRAY[q.id], ARRAY(SELECT id FROM memory.hits(ARRAY[q.id]) WHERE rank <= 2))
			FROM (SELECT query_id FROM memory.lineage WHERE sql = 'memory.query' AND rows > 0 ORDER BY started_at DESC LIMIT 1) q(id)`,
		"DROP INDEX memory.entries_content",
		"CREATE INDEX entries_content ON memory.entries USING bm25 (ns, content)",
		"REINDEX INDEX memory.entries_embedding",
	} {
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// churn does one random thing to the memory.
func churn(t *testing.T, ctx context.Context, c *pgx.Conn, r *rand.Rand) {
	t.Helper()
	ns := fmt.Sprintf("user:%d", r.IntN(3))
	var err error
	switch r.IntN(8) {
	case 0:
		_, err = c.Exec(ctx, "UPDATE memory.entries SET content = $2 WHERE id = (SELECT id FROM memory.entries WHERE ns = $1 ORDER BY id LIMIT 1)", ns, sentence(r))
	case 1:
		_, err = c.Exec(ctx, "DELETE FROM memory.entries WHERE id = (SELECT id FROM memory.entries WHERE ns = $1 ORDER BY content LIMIT 1)", ns)
	case 2:
		_, err = c.Exec(ctx, "UPDATE memory.entries SET salience = $2 WHERE ns = $1 AND content < 'm'", ns, r.Float64())
	case 3:
		_, err = c.Exec(ctx, "SELECT memory.append($1, $2)", ns, sentence(r))
	default:
		_, err = c.Exec(ctx, "SELECT memory.write($1, jsonb_build_object('content', $2::text, 'salience', $3::float8))", ns, sentence(r), r.Float64())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func sentence(r *rand.Rand) string {
	n := 3 + r.IntN(8)
	out := make([]string, n)
	for i := range out {
		out[i] = recallWords[r.IntN(len(recallWords))]
	}
	return strings.Join(out, " ")
}

// ask recalls and keeps the answer.
func ask(t *testing.T, ctx context.Context, c *pgx.Conn, r *rand.Rand) recorded {
	t.Helper()
	p := recorded{
		ns: fmt.Sprintf("user:%d", r.IntN(3)), k: 1 + r.IntN(20),
		question: recallWords[r.IntN(len(recallWords))] + " " + recallWords[r.IntN(len(recallWords))],
	}
	rows, err := c.Query(ctx, "SELECT id::text, score, query_id::text FROM memory.query(ns => $1, query => $2, k => $3) ORDER BY rank", p.ns, p.question, p.k)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var score float64
		if err := rows.Scan(&id, &score, &p.id); err != nil {
			t.Fatal(err)
		}
		p.rows = append(p.rows, fmt.Sprintf("%s %v", id, score))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func rowsOf(t *testing.T, ctx context.Context, c *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		var score float64
		if err := rows.Scan(&id, &score); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %v", id, score))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}
