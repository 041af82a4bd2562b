package sqltests

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

// TestCursorsOfSavepoints: going back to a savepoint closes the cursors declared
// since, and a released one hands them on.
func TestCursorsOfSavepoints(t *testing.T) {
	c := dial(t, harness.StartSynapse(t).URL())
	run(t, c, "BEGIN", "DECLARE before CURSOR FOR SELECT 1", "SAVEPOINT a", "DECLARE since CURSOR FOR SELECT 2",
		"SAVEPOINT b", "DECLARE inner_one CURSOR FOR SELECT 3", "RELEASE b", "SAVEPOINT c", "ROLLBACK TO c")
	for _, name := range []string{"before", "since", "inner_one"} {
		run(t, c, "FETCH 0 FROM "+name)
	}
	run(t, c, "ROLLBACK TO a", "FETCH 1 FROM before")
	for _, name := range []string{"since", "inner_one"} {
		run(t, c, "SAVEPOINT s")
		_, err := c.Exec(context.Background(), "FETCH 1 FROM "+name)
		wantCode(t, "FETCH FROM "+name, err, "34000")
		run(t, c, "ROLLBACK TO s")
	}
	run(t, c, "COMMIT")
}

// TestCopyErrors: a COPY that fails loads nothing, says where, and leaves the connection usable.
func TestCopyErrors(t *testing.T) {
	c := dial(t, harness.StartSynapse(t).URL())
	run(t, c, "CREATE TABLE cp (a int PRIMARY KEY, b text CHECK (b <> 'bad'))")
	for _, x := range []struct{ data, code, where string }{
		{"1\tx\nx\ty\n", "22P02", "COPY cp, line 2, column a"},
		{"1\n", "22P04", "COPY cp, line 1"},
		{"1\tx\n2\ty\tz\n", "22P04", "COPY cp, line 2"},
		{"1\tx\n2\tbad\n", "23514", "COPY cp"},
		{"1\tx\n1\ty\n", "23505", "COPY cp"},
	} {
		_, err := c.PgConn().CopyFrom(context.Background(), strings.NewReader(x.data), "COPY cp FROM STDIN")
		wantCode(t, x.data, err, x.code)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Where != x.where {
			t.Errorf("%q failed at %q, want %q", x.data, pg.Where, x.where)
		}
	}
	if n := one[int](t, c, "SELECT count(*)::int FROM cp"); n != 0 {
		t.Errorf("failed COPYs left %d rows", n)
	}
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
