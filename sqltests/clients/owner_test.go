package clients

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/storage"
)

// ownersQuery is the form Synapse was asked for: AS OF before WHERE, both behind ORDER BY.
const ownersQuery = "SELECT content FROM notes ORDER BY embedding <=> $1 AS OF '2025-10-24' WHERE ns='user:4321'"

func makeNotes(t *testing.T, c *pgx.Conn) {
	run(t, c, "CREATE TABLE notes (ns text, content text, embedding vector(3))")
}

func note(t *testing.T, c *pgx.Conn, ns, content, embedding string) {
	t.Helper()
	run(t, c, "INSERT INTO notes VALUES ($1, $2, $3::vector)", ns, content, embedding)
}

// TestOwnersQueryBeforeTheTable: a table younger than the moment has no rows, and the client is told why.
func TestOwnersQueryBeforeTheTable(t *testing.T) {
	s := harness.StartSynapse(t)
	config, err := pgx.ParseConfig(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	var notices []string
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Message) }
	for _, mode := range pgxModes {
		config.DefaultQueryExecMode = mode
		c, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		run(t, c, "DROP TABLE IF EXISTS notes")
		makeNotes(t, c)
		note(t, c, "user:4321", "today", "[1,0,0]")
		notices = nil
		if got := column[string](t, c, ownersQuery, "[1,0,0]"); len(got) != 0 {
			t.Errorf("%s: rows of a table that did not exist: %v", mode, got)
		}
		if len(notices) != 1 || !strings.Contains(notices[0], "notes") {
			t.Errorf("%s: notices %q", mode, notices)
		}
		c.Close(t.Context())
	}
}

// TestOwnersQueryOnBothSides steps the clock over the moment asked for.
func TestOwnersQueryOnBothSides(t *testing.T) {
	day := func(d int) storage.Timestamp {
		return storage.TimestampOf(time.Date(2025, 10, d, 12, 0, 0, 0, time.UTC))
	}
	clock := storage.NewSteppedClock(day(22))
	s := harness.StartSynapseAt(t, t.TempDir(), clock)
	c := dial(t, s.URL(), pgx.QueryExecModeCacheStatement)
	makeNotes(t, c)
	note(t, c, "user:4321", "refund initiated", "[1,0,0]")
	note(t, c, "user:4321", "prefers email", "[0,1,0]")
	note(t, c, "user:9", "someone else", "[1,0,0]")
	clock.Set(day(23))
	run(t, c, "UPDATE notes SET content = 'refund sent' WHERE content = 'refund initiated'")
	clock.Set(day(26))
	note(t, c, "user:4321", "refund delivered", "[0.99,0.1,0]")
	run(t, c, "DELETE FROM notes WHERE content = 'prefers email'")
	want := func(sql, rows string) {
		t.Helper()
		for _, mode := range pgxModes {
			m := dial(t, s.URL(), mode)
			if got := fmt.Sprint(column[string](t, m, sql, "[1,0,0]")); got != rows {
				t.Errorf("%s: %s: %s, want %s", mode, sql, got, rows)
			}
			m.Close(t.Context())
		}
	}
	want(ownersQuery, "[refund sent prefers email]")
	want(strings.Replace(ownersQuery, "2025-10-24", "2025-10-23 00:00+00", 1), "[refund initiated prefers email]")
	want("SELECT content FROM notes WHERE ns='user:4321' ORDER BY embedding <=> $1 AS OF '2025-10-24'", "[refund sent prefers email]")
	want("SELECT content FROM notes WHERE ns='user:4321' ORDER BY embedding <=> $1", "[refund sent refund delivered]")
	// After a restart history is what it was.
	s.Restart(t)
	want(ownersQuery, "[refund sent prefers email]")
}
