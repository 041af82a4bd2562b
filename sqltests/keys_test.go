package sqltests

import (
	"context"
	"testing"
	"time"

	"synapse/sqltests/harness"
)

// onBoth runs a test on Synapse and, where it is installed, on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("Synapse", func(t *testing.T) { test(t, harness.StartSynapse(t).URL()) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, harness.StartPostgres(t)) })
}

// TestForeignKeysAndSnapshots: a transaction above READ COMMITTED must not act on
// rows that it does not see, and must not leave them without their parent either.
func TestForeignKeysAndSnapshots(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		a, b := dial(t, url), dial(t, url)
		run(t, a, "DROP TABLE IF EXISTS kc, kn, kp", "CREATE TABLE kp (id int PRIMARY KEY)",
			"CREATE TABLE kc (id int PRIMARY KEY, p int REFERENCES kp ON DELETE CASCADE, v int)",
			"CREATE TABLE kn (id int PRIMARY KEY, p int REFERENCES kp)", "INSERT INTO kp SELECT generate_series(1, 9)",
			"INSERT INTO kc SELECT g, g, 0 FROM generate_series(1, 6) g")
		for _, x := range []struct{ name, level, meanwhile, statement, want string }{
			{"changed child", "REPEATABLE READ", "UPDATE kc SET v = 1 WHERE id = 1", "DELETE FROM kp WHERE id = 1", "40001"},
			{"new child", "REPEATABLE READ", "INSERT INTO kc VALUES (70, 7, 0)", "DELETE FROM kp WHERE id = 7", "40001"},
			{"changed child", "SERIALIZABLE", "UPDATE kc SET v = 1 WHERE id = 2", "DELETE FROM kp WHERE id = 2", "40001"},
			{"changed child", "READ COMMITTED", "UPDATE kc SET v = 1 WHERE id = 3", "DELETE FROM kp WHERE id = 3", ""},
			{"deleted child", "REPEATABLE READ", "DELETE FROM kc WHERE id = 4", "DELETE FROM kp WHERE id = 4", ""},
			{"other child", "REPEATABLE READ", "UPDATE kc SET v = 1 WHERE id = 6", "DELETE FROM kp WHERE id = 5", ""},
			{"new child without cascade", "REPEATABLE READ", "INSERT INTO kn VALUES (80, 8)", "DELETE FROM kp WHERE id = 8", "23503"},
		} {
			t.Run(x.level+" "+x.name, func(t *testing.T) {
				run(t, a, "BEGIN ISOLATION LEVEL "+x.level, "SELECT count(*) FROM kp")
				run(t, b, x.meanwhile)
				_, err := a.Exec(context.Background(), x.statement)
				if x.want == "" {
					if err != nil {
						t.Error(err)
					}
					run(t, a, "COMMIT")
					return
				}
				wantCode(t, x.statement, err, x.want)
				run(t, a, "ROLLBACK")
			})
		}
		if n := one[int](t, a, "SELECT count(*)::int FROM kc WHERE p NOT IN (SELECT id FROM kp)"); n != 0 {
			t.Errorf("%d children have lost their parent", n)
		}
	})
}

// TestDeferrableKeysOfTwo: a key that another transaction has taken is decided by
// how that one ends, at the latest when the constraint is checked.
func TestDeferrableKeysOfTwo(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		a, b := dial(t, url), dial(t, url)
		run(t, a, "DROP TABLE IF EXISTS kd", "CREATE TABLE kd (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)", "INSERT INTO kd VALUES (1)")
		for _, end := range []string{"COMMIT", "ROLLBACK"} {
			run(t, a, "BEGIN", "INSERT INTO kd VALUES (2)")
			done := make(chan error, 1)
			go func() {
				_, err := b.Exec(context.Background(), "BEGIN; INSERT INTO kd VALUES (2); COMMIT")
				if err != nil {
					_, _ = b.Exec(context.Background(), "ROLLBACK")
				}
				done <- err
			}()
			select {
			case err := <-done:
				t.Errorf("did not wait: %v", err)
			case <-time.After(50 * time.Millisecond):
			}
			run(t, a, end)
			if err := <-done; end == "COMMIT" {
				wantCode(t, "second insert", err, "23505")
			} else if err != nil {
				t.Error(err)
			}
			run(t, a, "DELETE FROM kd WHERE id = 2")
		}
		// The key is free when the constraint is checked: another one deleted the row.
		run(t, a, "BEGIN", "INSERT INTO kd VALUES (1)")
		run(t, b, "DELETE FROM kd WHERE id = 1")
		run(t, a, "COMMIT")
		if n := one[int](t, a, "SELECT count(*)::int FROM kd"); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}
