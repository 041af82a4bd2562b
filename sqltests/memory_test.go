package sqltests

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/sqltests/harness"
)

// agents runs n connections at the same time, each with its number.
func agents(t *testing.T, url string, n int, work func(c *pgx.Conn, agent int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for agent := range n {
		wg.Go(func() {
			c, err := pgx.Connect(context.Background(), url)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close(context.Background())
			if err := work(c, agent); err != nil {
				t.Errorf("agent %d: %v", agent, err)
			}
		})
	}
	wg.Wait()
}

func dial(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// one is the first column of a query's only row.
func one[T any](t *testing.T, c *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := c.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// TestConcurrentAppends: agents that append to one stream of a namespace that is
// new to all of them get numbers without gaps and repetitions, also where some
// roll back.
func TestConcurrentAppends(t *testing.T) {
	s := harness.StartSynapse(t)
	ctx := context.Background()
	const each = 25
	agents(t, s.URL(), 6, func(c *pgx.Conn, agent int) error {
		for i := range each {
			tx, err := c.Begin(ctx)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "SELECT memory.append('shared', $1)", fmt.Sprintf("event %d of %d", i, agent)); err != nil {
				return err
			}
			if i%5 == 4 {
				err = tx.Rollback(ctx)
			} else {
				err = tx.Commit(ctx)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	c := dial(t, s.URL())
	const kept = 6 * each * 4 / 5
	if got := one[string](t, c, "SELECT format('%s %s %s %s', count(*), count(DISTINCT seq), min(seq), max(seq)) FROM memory.replay('shared')"); got != fmt.Sprintf("%d %d 1 %d", kept, kept, kept) {
		t.Errorf("count, distinct, first and last number: %s; want %d events", got, kept)
	}
	if got := one[int](t, c, "SELECT count(*)::int FROM memory.entries WHERE ns = 'shared' AND kind = 'event'"); got != kept {
		t.Errorf("%d of %d events are remembered", got, kept)
	}
}

// TestConcurrentIdempotency: of writes with one key, one is stored and all get its id.
func TestConcurrentIdempotency(t *testing.T) {
	s := harness.StartSynapse(t)
	const keys, writers = 20, 6
	ids := make([][]string, writers)
	agents(t, s.URL(), writers, func(c *pgx.Conn, agent int) error {
		for k := range keys {
			var id string
			err := c.QueryRow(context.Background(), "SELECT memory.write('n', jsonb_build_object('content', $1::text, 'idempotency_key', $2::text))::text",
				fmt.Sprint("by ", agent), fmt.Sprint(k)).Scan(&id)
			if err != nil {
				return err
			}
			ids[agent] = append(ids[agent], id)
		}
		return nil
	})
	for agent := range ids {
		if !slices.Equal(ids[agent], ids[0]) {
			t.Errorf("agent %d got other ids than agent 0", agent)
		}
	}
	if n := one[int](t, dial(t, s.URL()), "SELECT count(*)::int FROM memory.entries"); n != keys {
		t.Errorf("%d entries of %d keys", n, keys)
	}
}

// TestConcurrentCas: of those who claim the same fact, one wins; and counting by
// compare and set loses no step.
func TestConcurrentCas(t *testing.T) {
	s := harness.StartSynapse(t)
	ctx := context.Background()
	const claims, counters, steps = 20, 6, 10
	var mu sync.Mutex
	won := map[int]int{}
	agents(t, s.URL(), counters, func(c *pgx.Conn, agent int) error {
		for k := range claims {
			var ok bool
			if err := c.QueryRow(ctx, "SELECT memory.cas('n', $1, NULL, to_jsonb($2::int))", fmt.Sprint("claim ", k), agent).Scan(&ok); err != nil {
				return err
			}
			if ok {
				mu.Lock()
				won[k]++
				mu.Unlock()
			}
		}
		if _, err := c.Exec(ctx, "SELECT memory.cas('n', 'counter', NULL, '0')"); err != nil {
			return err
		}
		for done := 0; done < steps; {
			var ok bool
			err := c.QueryRow(ctx, "SELECT memory.cas('n', 'counter', v, to_jsonb(v::int + 1)) FROM memory.get('n', 'counter') AS g(v)").Scan(&ok)
			if err != nil {
				return err
			}
			if ok {
				done++
			}
		}
		return nil
	})
	for k := range claims {
		if won[k] != 1 {
			t.Errorf("claim %d has %d winners", k, won[k])
		}
	}
	if n := one[int](t, dial(t, s.URL()), "SELECT memory.get('n', 'counter')::int"); n != counters*steps {
		t.Errorf("counted to %d, want %d", n, counters*steps)
	}
}

// TestRecallInTransaction: what a transaction wrote it recalls, others do not, and a rollback takes it back.
func TestRecallInTransaction(t *testing.T) {
	s := harness.StartSynapse(t)
	c, other := dial(t, s.URL()), dial(t, s.URL())
	const recall = "SELECT count(*)::int FROM memory.query(ns => 'n', query => 'parcel')"
	run(t, c, "BEGIN", `SELECT memory.write('n', '{"content": "the parcel is lost"}')`)
	if n := one[int](t, c, recall); n != 1 {
		t.Errorf("the writer recalls %d entries", n)
	}
	if n := one[int](t, other, recall); n != 0 {
		t.Errorf("another connection recalls %d uncommitted entries", n)
	}
	run(t, c, "ROLLBACK")
	if n := one[int](t, c, recall); n != 0 {
		t.Errorf("after the rollback %d entries are recalled", n)
	}
}

// TestReplayOfOddNamespaces: a recall comes out again whatever its namespaces are called.
func TestReplayOfOddNamespaces(t *testing.T) {
	c := dial(t, harness.StartSynapse(t).URL())
	for _, ns := range []string{"a,b", `quo"ted`, "{brace}", `back\slash`, "sp ace", "'"} {
		if _, err := c.Exec(context.Background(), "SELECT memory.write($1, '{\"content\": \"an invoice\"}')", ns); err != nil {
			t.Fatal(err)
		}
		id := one[string](t, c, "SELECT query_id::text FROM memory.query(ns => $1, query => 'invoice', namespaces => '{other}')", ns)
		if got := one[string](t, c, "SELECT ns FROM memory.replay_query($1::text::uuid)", id); got != ns {
			t.Errorf("recall in %q came out again in %q", ns, got)
		}
	}
}

func run(t *testing.T, c *pgx.Conn, list ...string) {
	t.Helper()
	for _, sql := range list {
		if _, err := c.Exec(context.Background(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// TestLineageOfStatements: cursors, EXECUTE, statements that fail, are refused or
// left unfinished have their rows, and the recalls inside point to them.
func TestLineageOfStatements(t *testing.T) {
	ctx := context.Background()
	c := dial(t, harness.StartSynapse(t).URL())
	run(t, c, `SELECT memory.write('n', '{"content": "the parcel is lost"}')`,
		"BEGIN", "DECLARE cur CURSOR FOR SELECT content FROM memory.query('n parcel')", "FETCH ALL FROM cur", "COMMIT",
		"PREPARE p AS SELECT content FROM memory.query($1)", "EXECUTE p('n parcel')",
		"CREATE TEMP TABLE kept AS SELECT content FROM memory.query('n parcel')", "BEGIN")
	for _, sql := range []string{"SELECT 1 / 0 AS fails", "SELECT 'refused'"} {
		if _, err := c.Exec(ctx, sql); err == nil {
			t.Errorf("%s went well", sql)
		}
	}
	run(t, c, "ROLLBACK")
	for _, want := range []struct{ like, state string }{
		{"SELECT 1 / 0 AS fails", "22012"}, {"SELECT 'refused'", "25P02"}, {"DECLARE cur %", "00000"}, {"EXECUTE p%", "00000"},
	} {
		if n := one[int](t, c, "SELECT count(*)::int FROM memory.lineage WHERE sql LIKE $1 AND sqlstate = $2", want.like, want.state); n != 1 {
			t.Errorf("%d rows of %s with %s", n, want.like, want.state)
		}
	}
	for _, parent := range []string{"DECLARE cur %", "EXECUTE p%", "CREATE TEMP TABLE kept %"} {
		n := one[int](t, c, "SELECT count(*)::int FROM memory.lineage r JOIN memory.lineage s ON s.query_id = r.parent_id WHERE r.sql = 'memory.query' AND s.sql LIKE $1", parent)
		if n != 1 {
			t.Errorf("%d recalls below %s", n, parent)
		}
	}
}

// TestLineageOfSuspendedPortal: a query whose rows are never all asked for has its row too.
func TestLineageOfSuspendedPortal(t *testing.T) {
	c := dial(t, harness.StartSynapse(t).URL())
	run(t, c, "BEGIN")
	f := c.PgConn().Frontend()
	f.SendParse(&pgproto3.Parse{Query: "SELECT generate_series(1, 100) AS suspended"})
	f.SendBind(&pgproto3.Bind{})
	f.SendExecute(&pgproto3.Execute{MaxRows: 2})
	f.SendSync(&pgproto3.Sync{})
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := f.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if _, ready := m.(*pgproto3.ReadyForQuery); ready {
			break
		}
	}
	run(t, c, "COMMIT")
	if n := one[int](t, c, "SELECT rows::int FROM memory.lineage WHERE sql LIKE 'SELECT generate_series(1, 100) AS suspended'"); n != 2 {
		t.Errorf("the row tells of %d rows, 2 were sent", n)
	}
}

// TestLineageHash: synapse.lineage = hash keeps neither text nor parameters nor the
// question of a recall, which so cannot be replayed; off keeps nothing.
func TestLineageHash(t *testing.T) {
	ctx := context.Background()
	c := dial(t, harness.StartSynapse(t).URL())
	run(t, c, `SELECT memory.write('n', '{"content": "the parcel is lost"}')`, "SET synapse.lineage = hash")
	id := one[string](t, c, "SELECT query_id::text FROM memory.query(ns => 'n', query => $1)", "parcel 4711")
	one[string](t, c, "SELECT $1::text || 'literal 4711'", "parameter 4711")
	if _, err := c.Exec(ctx, "SELECT '4711' FROM nowhere"); err == nil {
		t.Error("there is a table nowhere")
	}
	run(t, c, "SET synapse.lineage = off", "SELECT 'not 4711 at all'", "RESET synapse.lineage")
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.lineage l WHERE l::text LIKE '%' || 4710 + 1 || '%' AND started_at < now()"); n != 0 {
		t.Errorf("%d rows hold what was to be kept out", n)
	}
	if n := one[int](t, c, "SELECT count(*)::int FROM memory.lineage WHERE sql = '' AND fingerprint IS NOT NULL"); n < 3 {
		t.Errorf("%d statements without text, want 3 at least", n)
	}
	_, err := c.Exec(ctx, "SELECT * FROM memory.replay_query($1::text::uuid)", id)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "55000" {
		t.Errorf("replay of a recall without its question: %v", err)
	}
}

// TestCopyEmbeds: each row that COPY stores gets the vector of its own text.
func TestCopyEmbeds(t *testing.T) {
	c := dial(t, harness.StartSynapse(t).URL())
	rows := [][]any{{"n", "a parcel came late"}, {"n", "the dog barks at night"}, {"n", "rent is due on Monday"}}
	if _, err := c.CopyFrom(context.Background(), pgx.Identifier{"memory", "entries"}, []string{"ns", "content"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, c, "SELECT count(*) FROM memory.entries WHERE ns = 'n' AND embedding = embed(content)"); n != len(rows) {
		t.Errorf("%d of %d entries have the vector of their text", n, len(rows))
	}
}

// TestConcurrentMerge: writers of one content at the same time leave one entry
// that counted them all, where the namespace merges repetitions.
func TestConcurrentMerge(t *testing.T) {
	s := harness.StartSynapse(t)
	c := dial(t, s.URL())
	if _, err := c.Exec(context.Background(), "INSERT INTO memory.namespaces (ns, dedupe) VALUES ('m', 'merge')"); err != nil {
		t.Fatal(err)
	}
	const writers, times = 4, 5
	agents(t, s.URL(), writers, func(c *pgx.Conn, _ int) error {
		for range times {
			if _, err := c.Exec(context.Background(), `SELECT memory.write('m', '{"content": "the same again"}')`); err != nil {
				return err
			}
		}
		return nil
	})
	var entries, repeats int
	if err := c.QueryRow(context.Background(), "SELECT count(*), sum(repeats) FROM memory.entries WHERE ns = 'm'").Scan(&entries, &repeats); err != nil {
		t.Fatal(err)
	}
	if entries != 1 || repeats != writers*times-1 {
		t.Errorf("%d entries with %d repetitions, want 1 with %d", entries, repeats, writers*times-1)
	}
}

// TestConcurrentPatches: patches of different keys of one fact are all kept.
func TestConcurrentPatches(t *testing.T) {
	s := harness.StartSynapse(t)
	agents(t, s.URL(), 4, func(c *pgx.Conn, agent int) error {
		for i := range 5 {
			patch := fmt.Sprintf(`{"a%d": {"n%d": 1}}`, agent, i)
			if _, err := c.Exec(context.Background(), "SELECT memory.patch('p', 'shared', $1)", patch); err != nil {
				return err
			}
		}
		return nil
	})
	c := dial(t, s.URL())
	n := one[int](t, c, `SELECT count(*) FROM jsonb_each(memory.get('p', 'shared')) a, jsonb_each(a.value)`)
	if v := one[int](t, c, `SELECT version FROM memory.facts WHERE ns = 'p'`); n != 20 || v != 20 {
		t.Errorf("%d keys at version %d, want 20 at 20", n, v)
	}
}

// TestChangesAreHeard: who listens to a namespace's channel hears of what memory
// functions commit, and of nothing that rolls back.
func TestChangesAreHeard(t *testing.T) {
	s := harness.StartSynapse(t)
	ctx, listener, writer := context.Background(), dial(t, s.URL()), dial(t, s.URL())
	long := strings.Repeat("namespace ", 20)
	for _, ns := range []string{"team:a", long} {
		channel := one[string](t, listener, "SELECT memory.channel($1)", ns)
		if _, err := listener.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Exec(ctx, "BEGIN; SELECT memory.put('"+ns+"', 'gone', '1'); ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // equal ones of a transaction are one
			if _, err := writer.Exec(ctx, "BEGIN; SELECT memory.put('"+ns+"', 'k', '1'); SELECT memory.append('"+ns+"', 'x', remember => false); SELECT memory.put('"+ns+"', 'k', '2'); COMMIT"); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []string{"fact:k", "event:main:1", "fact:k", "event:main:2"} {
			wait, cancel := context.WithTimeout(ctx, time.Minute)
			n, err := listener.WaitForNotification(wait)
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			if n.Channel != channel || n.Payload != want {
				t.Errorf("heard %q on %q, want %q", n.Payload, n.Channel, want)
			}
		}
	}
}
