package survival

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
	"synapse/storage/lineage"
)

// writers is how many clients write at once.
const writers = 4

// kills is how often the server is killed; SYNAPSE_TEST_FULL asks for the full count.
func kills() int {
	switch {
	case os.Getenv("SYNAPSE_TEST_FULL") != "":
		return 200
	case testing.Short():
		return 4
	}
	return 20
}

// ledger is what one writer was told: what was acknowledged must be there, what
// was in flight at a kill may be. The writer owns it while it runs.
type ledger struct {
	inserted         []int64
	written          []string // ids of memory.write
	updates, perhaps int64    // acknowledged increments, and those in flight at a kill
	appended         int64    // the last acknowledged seq
	sent             int64
}

func dial(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must(t testing.TB, c *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := c.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](t testing.TB, c *pgx.Conn, sql string, args ...any) (v T) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// write works until the connection breaks.
func (l *ledger) write(ctx context.Context, url string, who int) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return
	}
	defer c.Close(ctx)
	ns := fmt.Sprintf("writer:%d", who)
	for {
		l.sent++
		id := int64(who)<<40 | l.sent
		switch l.sent % 4 {
		case 0:
			if _, err = c.Exec(ctx, "INSERT INTO kept VALUES ($1, $2, '[1,2,3]')", id, fmt.Sprint("row ", id)); err == nil {
				l.inserted = append(l.inserted, id)
			}
		case 1:
			if _, err = c.Exec(ctx, "UPDATE counters SET n = n + 1 WHERE id = $1", who); err == nil {
				l.updates++
			} else {
				l.perhaps++
			}
		case 2:
			var uuid string
			entry := fmt.Sprintf(`{"content": "note %d", "metadata": {"n": %d}}`, id, l.sent)
			if err = c.QueryRow(ctx, "SELECT memory.write($1, $2::jsonb)::text", ns, entry).Scan(&uuid); err == nil {
				l.written = append(l.written, uuid)
			}
		case 3:
			var seq int64
			if err = c.QueryRow(ctx, "SELECT memory.append($1, $2)", ns, fmt.Sprint("event ", id)).Scan(&seq); err == nil {
				l.appended = seq
			}
		}
		if err != nil {
			return
		}
	}
}

// verify compares what a restarted server holds with what it acknowledged.
func (l *ledger) verify(t *testing.T, c *pgx.Conn, who int) {
	t.Helper()
	if n := one[int64](t, c, "SELECT count(*) FROM unnest($1::bigint[]) a(id) WHERE NOT EXISTS (SELECT FROM kept k WHERE k.id = a.id)", l.inserted); n > 0 {
		t.Errorf("writer %d: %d of %d acknowledged rows are gone", who, n, len(l.inserted))
	}
	if n := one[int64](t, c, "SELECT count(*) FROM memory.entries WHERE id = ANY($1::uuid[])", l.written); n != int64(len(l.written)) {
		t.Errorf("writer %d: %d of %d acknowledged memories are there", who, n, len(l.written))
	}
	if n := one[int64](t, c, "SELECT n FROM counters WHERE id = $1", who); n < l.updates || n > l.updates+l.perhaps {
		t.Errorf("writer %d: counter %d after %d acknowledged updates and %d in flight", who, n, l.updates, l.perhaps)
	}
	ns := fmt.Sprintf("writer:%d", who)
	last := one[int64](t, c, "SELECT coalesce(max(seq), 0) FROM memory.events WHERE ns = $1", ns)
	count := one[int64](t, c, "SELECT count(*) FROM memory.events WHERE ns = $1", ns)
	if last < l.appended || count != last {
		t.Errorf("writer %d: %d events up to %d, %d acknowledged", who, count, last, l.appended)
	}
}

func TestKillsLoseNothing(t *testing.T) {
	dir := t.TempDir()
	p := harness.StartProcess(t, dir)
	c := dial(t, p.URL())
	must(t, c, "CREATE TABLE kept (id bigint PRIMARY KEY, body text, embedding vector(3))")
	must(t, c, "CREATE INDEX ON kept (body)")
	must(t, c, "CREATE TABLE counters (id int PRIMARY KEY, n bigint NOT NULL)")
	must(t, c, "INSERT INTO counters SELECT g, 0 FROM generate_series(0, $1) g", writers-1)
	random := seed.Rand(t)
	t.Logf("%d kills", kills())
	ledgers := make([]ledger, writers)
	for range kills() {
		var wg sync.WaitGroup
		for who := range ledgers {
			wg.Go(func() { ledgers[who].write(t.Context(), p.URL(), who) })
		}
		time.Sleep(time.Duration(20+random.IntN(200)) * time.Millisecond)
		p.Kill()
		wg.Wait()
		p = harness.StartProcess(t, dir)
		c = dial(t, p.URL())
		for who := range ledgers {
			ledgers[who].verify(t, c, who)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	total := 0
	for _, l := range ledgers {
		total += len(l.inserted) + len(l.written) + int(l.updates) + int(l.appended)
	}
	if total < 10*kills() {
		t.Errorf("only %d commits between %d kills: the test tests little", total, kills())
	}
	t.Logf("%d acknowledged commits", total)
	if code := p.Terminate(t); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Output())
	}
	checkClean(t, dir)
}

func checkClean(t *testing.T, dir string) {
	t.Helper()
	if out, err := exec.Command(harness.Binary(t), "check", "--data", dir).CombinedOutput(); err != nil {
		t.Errorf("synapse check: %v\n%s", err, out)
	}
}

// TestLineageLosesItsWindowOnly: what was recorded a window before the kill is there after it.
func TestLineageLosesItsWindowOnly(t *testing.T) {
	dir := t.TempDir()
	p := harness.StartProcess(t, dir)
	c := dial(t, p.URL())
	must(t, c, "SET application_name = 'before the window'")
	for i := range 50 {
		must(t, c, "SELECT $1::int", i)
	}
	time.Sleep(lineage.SyncWindow + 200*time.Millisecond)
	p.Kill()
	p = harness.StartProcess(t, dir)
	c = dial(t, p.URL())
	if n := one[int64](t, c, "SELECT count(*) FROM memory.lineage WHERE application_name = 'before the window' AND sql = 'SELECT $1::int'"); n != 50 {
		t.Errorf("%d of 50 rows are left", n)
	}
}
