package sqltests

import (
	"context"
	"testing"
	"time"

	"synapse/sqltests/harness"
)

// TestWhoWaitsForWhom: a connection that waits for another one's row shows in
// pg_locks, pg_stat_activity and pg_blocking_pids, and no more once it has the row.
func TestWhoWaitsForWhom(t *testing.T) {
	url := harness.StartSynapse(t).URL()
	holder, waiter, watcher := dial(t, url), dial(t, url), dial(t, url)
	run(t, holder, "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1)", "BEGIN", "UPDATE t SET v = 2")
	holding, waiting := one[int](t, holder, "SELECT pg_backend_pid()"), one[int](t, waiter, "SELECT pg_backend_pid()")
	done := make(chan error, 1)
	go func() {
		_, err := waiter.Exec(context.Background(), "UPDATE t SET v = 3")
		done <- err
	}()
	count := func(where string, args ...any) int {
		return one[int](t, watcher, "SELECT count(*)::int FROM "+where, args...)
	}
	for deadline := time.Now().Add(20 * time.Second); count("pg_locks WHERE NOT granted") == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody is seen waiting")
		}
	}
	for _, where := range []string{
		"pg_locks WHERE NOT granted AND pid = $1 AND waitstart IS NOT NULL AND relation = 't'::regclass AND locktype = 'tuple'",
		"pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock' AND wait_event = 'tuple' AND state = 'active'",
	} {
		if n := count(where, waiting); n != 1 {
			t.Errorf("%d rows of %s", n, where)
		}
	}
	if n := count("pg_locks WHERE granted AND pid = $1 AND locktype = 'tuple'", holding); n != 1 {
		t.Errorf("the lock that is waited for shows %d times", n)
	}
	if n := count("pg_stat_activity WHERE pid = $1 AND state = 'idle in transaction' AND query LIKE 'SELECT pg_backend_pid%'", holding); n != 1 {
		t.Errorf("the one who holds it is not idle in transaction")
	}
	if got := one[[]int32](t, watcher, "SELECT pg_blocking_pids($1)", waiting); len(got) != 1 || int(got[0]) != holding {
		t.Errorf("blocked by %v, want %d", got, holding)
	}
	run(t, holder, "COMMIT")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := count("pg_locks WHERE NOT granted OR locktype = 'tuple'"); n != 0 {
		t.Errorf("%d locks are left", n)
	}
	if _, err := holder.Exec(context.Background(), "BEGIN; SELECT 1/0"); err == nil {
		t.Error("no error")
	}
	if n := count("pg_stat_activity WHERE pid = $1 AND state = 'idle in transaction (aborted)'", holding); n != 1 {
		t.Error("the failed transaction does not show")
	}
}
