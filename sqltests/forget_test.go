package sqltests

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"synapse/catalog/memory/forget"
	"synapse/exec/analysis"
	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
	"synapse/storage"
)

// moving is a clock that tests move, and that never tells the same time twice.
type moving struct{ *storage.SteppedClock }

func (c moving) Now() storage.Timestamp {
	c.Advance(time.Microsecond)
	return c.SteppedClock.Now()
}

func (c moving) days(n float64) { c.Advance(time.Duration(n * 24 * float64(time.Hour))) }

func newMoving() moving { return moving{storage.NewSteppedClock(24 * 365 * 86400 * storage.Second)} }

func do(t *testing.T, c *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := c.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// column is the first column of a query.
func column[T any](t *testing.T, c *pgx.Conn, sql string, args ...any) []T {
	t.Helper()
	rows, err := c.Query(context.Background(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}

// keeper is a namespace as the test remembers it.
type keeper struct {
	rows  map[string]*forget.Row
	terms map[string]map[string]bool // of what is held
}

// wrote notes a new entry: what it tells is Σ ln(1 + (N − df + 1/2)/(df + 1/2)) over its
// terms, itself included.
func (k *keeper) wrote(id, content string, row forget.Row) {
	k.terms[id] = map[string]bool{}
	for _, term := range analysis.Terms(nil, content) {
		k.terms[id][term] = true
	}
	n := float64(len(k.terms))
	for term := range k.terms[id] {
		df := 0.0
		for _, has := range k.terms {
			if has[term] {
				df++
			}
		}
		row.Information += math.Log(1 + (n-df+0.5)/(df+0.5))
	}
	k.rows[id] = &row
}

// TestEvictionAgainstModel: random writes, recalls, answers and pins under every
// policy; each time, what memory.evict takes, and why, is what a model of the
// formula takes that keeps its own account.
func TestEvictionAgainstModel(t *testing.T) {
	words := strings.Fields("harbor violin orange glacier market lantern river cactus engine marble sparrow velvet copper thunder meadow anchor")
	for _, policy := range []string{"score", "fifo", "lru", "lfu"} {
		t.Run(policy, func(t *testing.T) {
			clock := newMoving()
			s := harness.StartSynapseAt(t, t.TempDir(), clock)
			c := dial(t, s.URL())
			rng := seed.Rand(t)
			do(t, c, "INSERT INTO memory.namespaces (ns, eviction) VALUES ('m', $1)", policy)
			k := &keeper{rows: map[string]*forget.Row{}, terms: map[string]map[string]bool{}}
			p := forget.Default()
			p.Kind = policy
			for step := range 160 {
				clock.days(rng.Float64())
				switch rng.IntN(5) {
				case 0, 1:
					var content []string
					for range 1 + rng.IntN(6) {
						content = append(content, words[rng.IntN(len(words))])
					}
					text, salience, pinned := strings.Join(content, " "), float64(rng.IntN(5))/4, rng.IntN(10) == 0
					id := one[string](t, c, "SELECT memory.write('m', jsonb_build_object('content', $1::text, 'salience', $2::float8, 'pinned', $3::bool))::text", text, salience, pinned)
					k.wrote(id, text, forget.Row{
						Written:  one[int64](t, c, "SELECT (extract(epoch FROM created_at) * 1000000)::int8 FROM memory.entries WHERE id = $1", id),
						Salience: salience, Pinned: pinned, Bytes: int64(len(text) + len("{}") + 4*384 + 128),
					})
				case 2, 3:
					k.recall(t, c, words[rng.IntN(len(words))]+" "+words[rng.IntN(len(words))], step)
				case 4:
					k.evict(t, c, &p, 5+rng.Int64N(20))
				}
			}
			k.evict(t, c, &p, 3)
		})
	}
}

// recall asks, and reports an answer that cites every third hit.
func (k *keeper) recall(t *testing.T, c *pgx.Conn, question string, step int) {
	t.Helper()
	type hit struct {
		ID, Query string
		At        int64
	}
	rows, err := c.Query(context.Background(), "SELECT q.id::text, q.query_id::text, (extract(epoch FROM now()) * 1000000)::int8 FROM memory.query('m', $1, k => 6) q ORDER BY rank", question)
	if err != nil {
		t.Fatal(err)
	}
	hits, err := pgx.CollectRows(rows, pgx.RowToStructByPos[hit])
	if err != nil {
		t.Fatal(err)
	}
	if len(hits) == 0 {
		return
	}
	var cited []string
	for i, h := range hits {
		r := k.rows[h.ID]
		r.Recalled++
		r.LastRecalled = max(r.LastRecalled, h.At)
		r.Exposed += 1 / math.Log2(float64(i+2))
		if i%3 == 0 {
			cited = append(cited, h.ID)
		}
	}
	answer := fmt.Sprint("answer ", step)
	do(t, c, "SELECT memory.answer($1, ARRAY[$2::uuid], $3::text[]::uuid[])", answer, hits[0].Query, cited)
	at := one[int64](t, c, "SELECT (extract(epoch FROM created_at) * 1000000)::int8 FROM memory.answers WHERE answer_id = $1", answer)
	for _, id := range cited {
		r := k.rows[id]
		r.Citations++
		r.Cited = append([]int64{at}, r.Cited...)
		r.Cited = r.Cited[:min(len(r.Cited), 8)]
	}
}

// evict gives the namespace a budget and compares what goes.
func (k *keeper) evict(t *testing.T, c *pgx.Conn, p *forget.Policy, budget int64) {
	t.Helper()
	ids := slices.Sorted(maps.Keys(k.rows))
	sort.SliceStable(ids, func(a, b int) bool { return k.rows[ids[a]].Written < k.rows[ids[b]].Written })
	var rows []forget.Row
	for _, id := range ids {
		rows = append(rows, *k.rows[id])
	}
	// The budget is there for this transaction alone, so that nobody evicts before.
	tx, err := c.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	do(t, c, "UPDATE memory.namespaces SET max_rows = $1 WHERE ns = 'm'", budget)
	now := one[int64](t, c, "SELECT (extract(epoch FROM now()) * 1000000)::int8")
	want := map[string]float64{}
	for _, v := range p.Choose(rows, forget.Budget{Rows: budget}, now, 0) {
		want[ids[v.Row]] = v.Parts.Score
	}
	if n := one[int](t, c, "SELECT memory.evict('m')::int"); n != len(want) {
		t.Fatalf("%d entries evicted, want %d", n, len(want))
	}
	for id, score := range want {
		got := one[float64](t, c, "SELECT coalesce(score, 0) FROM memory.evictions WHERE entry_id = $1", id)
		if math.Abs(got-score) > 1e-9 {
			t.Fatalf("entry %s went with score %v, the model's is %v", id, got, score)
		}
		delete(k.rows, id)
		delete(k.terms, id)
	}
	do(t, c, "UPDATE memory.namespaces SET max_rows = NULL WHERE ns = 'm'")
	if err := tx.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	left := column[string](t, c, "SELECT id::text FROM memory.entries WHERE ns = 'm'")
	slices.Sort(left)
	if !slices.Equal(left, slices.Sorted(maps.Keys(k.rows))) {
		t.Fatalf("%d entries are left, the model has %d", len(left), len(k.rows))
	}
}

// TestDefaultPolicyIsTheFormulas: the row 'score' of a new directory has the
// weights that the benchmark replays.
func TestDefaultPolicyIsTheFormulas(t *testing.T) {
	c := dial(t, harness.StartSynapse(t).URL())
	p := forget.Policy{Name: forget.Score, Kind: forget.Score}
	err := c.QueryRow(context.Background(), "SELECT recency, credit, information, salience, size, half_days, decay FROM memory.policies WHERE policy = 'score'").
		Scan(&p.Recency, &p.Credit, &p.Information, &p.Salience, &p.Size, &p.HalfDays, &p.Decay)
	if err != nil || p != forget.Default() {
		t.Errorf("%+v, the formula's default is %+v: %v", p, forget.Default(), err)
	}
}

// TestForgettingInTheBackground: budgets and times to live are kept without being
// asked, by the engine's clock, also after a restart; what went is in history.
func TestForgettingInTheBackground(t *testing.T) {
	clock := newMoving()
	s := harness.StartSynapseAt(t, t.TempDir(), clock)
	c := dial(t, s.URL())
	do(t, c, "INSERT INTO memory.namespaces (ns, eviction, max_rows) VALUES ('b', 'fifo', 3)")
	do(t, c, "INSERT INTO memory.namespaces (ns, ttl) VALUES ('t', '2 days')")
	for i := range 5 {
		do(t, c, "SELECT memory.write('b', jsonb_build_object('content', 'entry ' || $1::text))", fmt.Sprint(i))
	}
	do(t, c, "SELECT memory.write('t', '{\"content\": \"short lived\"}'), memory.write('t', '{\"content\": \"pinned\", \"pinned\": true}')")
	before := one[int64](t, c, "SELECT (extract(epoch FROM now()) * 1000000)::int8 - 946684800000000")
	clock.days(1)
	forgetNow(t, s)
	if got := column[string](t, c, "SELECT content FROM memory.entries WHERE ns = 'b' ORDER BY content"); !slices.Equal(got, []string{"entry 2", "entry 3", "entry 4"}) {
		t.Errorf("left: %v", got)
	}
	if n := one[int](t, c, fmt.Sprintf("SELECT count(*)::int FROM memory.entries AS OF %d WHERE ns = 'b'", before)); n != 5 {
		t.Errorf("%d entries AS OF before, want 5", n)
	}
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.entries WHERE ns = 't'"); n != 2 {
		t.Errorf("%d entries after one of two days", n)
	}
	s.Restart(t)
	clock.days(2)
	forgetNow(t, s)
	c = dial(t, s.URL())
	if got := column[string](t, c, "SELECT content FROM memory.entries WHERE ns = 't'"); !slices.Equal(got, []string{"pinned"}) {
		t.Errorf("left after three days: %v", got)
	}
	if got := column[string](t, c, "SELECT ns || ' ' || reason FROM memory.evictions ORDER BY evicted_at, ns"); !slices.Equal(got, []string{"b rows", "b rows", "t ttl"}) {
		t.Errorf("evictions: %v", got)
	}
}

func forgetNow(t *testing.T, s *harness.Synapse) {
	t.Helper()
	if err := s.Engine.ForgetNow(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestWouldHaveHit: for questions asked after evictions, memory.would_have_hit
// tells rank and score of exactly those entries that a namespace returned which
// holds the same and forgot nothing; and so for a question of now.
func TestWouldHaveHit(t *testing.T) {
	clock := newMoving()
	s := harness.StartSynapseAt(t, t.TempDir(), clock)
	c := dial(t, s.URL())
	rng := seed.Rand(t)
	words := strings.Fields("harbor violin orange glacier market lantern river cactus engine marble")
	do(t, c, "INSERT INTO memory.namespaces (ns, eviction) VALUES ('w', 'fifo'), ('twin', 'none')")
	write := func(n int) {
		for range n {
			content := words[rng.IntN(len(words))] + " " + words[rng.IntN(len(words))] + " " + fmt.Sprint(rng.IntN(1000))
			for _, ns := range []string{"w", "twin"} {
				do(t, c, "SELECT memory.write($1, jsonb_build_object('content', $2::text, 'ts', '2001-01-01'))", ns, content)
			}
		}
	}
	var want []string
	ask := func() {
		clock.days(0.1)
		question := words[rng.IntN(len(words))]
		gone := column[string](t, c, "SELECT content FROM memory.entries WHERE ns = 'twin' EXCEPT SELECT content FROM memory.entries WHERE ns = 'w'")
		do(t, c, "SELECT count(*) FROM memory.query('w', $1, k => 5)", question)
		want = append(want, column[string](t, c, "SELECT format('%s %s %s %s', $1::text, content, rank, round(score::numeric, 9)) FROM memory.query('twin', $1, k => 5) WHERE content = ANY ($2)", question, gone)...)
	}
	write(30)
	ask()
	for _, budget := range []int{20, 12} {
		do(t, c, "UPDATE memory.namespaces SET max_rows = $1 WHERE ns = 'w'", budget)
		forgetNow(t, s)
		for range 4 {
			ask()
		}
		do(t, c, "UPDATE memory.namespaces SET max_rows = NULL WHERE ns = 'w'")
		write(4)
	}
	got := column[string](t, c, "SELECT format('%s %s %s %s', question, content, rank, round(score::numeric, 9)) FROM memory.would_have_hit('w') ORDER BY asked_at, rank")
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, question := range words {
		gone := column[string](t, c, "SELECT content FROM memory.entries WHERE ns = 'twin' EXCEPT SELECT content FROM memory.entries WHERE ns = 'w'")
		want := column[string](t, c, "SELECT format('%s %s', rank, content) FROM memory.query('twin', $1) WHERE content = ANY ($2)", question, gone)
		got := column[string](t, c, "SELECT format('%s %s', rank, content) FROM memory.would_have_hit('w', $1)", question)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", question, got, want)
		}
	}
}
