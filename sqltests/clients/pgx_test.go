package clients

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

var pgxModes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

func dial(t *testing.T, url string, mode pgx.QueryExecMode) *pgx.Conn {
	t.Helper()
	c, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	c.DefaultQueryExecMode = mode
	conn, err := pgx.ConnectConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func run(t *testing.T, c *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := c.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func column[T any](t *testing.T, c *pgx.Conn, sql string, args ...any) []T {
	t.Helper()
	rows, err := c.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}

func TestPgx(t *testing.T) {
	t.Cleanup(func() { passed(t, "pgx") })
	s := harness.StartSynapse(t)
	for i, mode := range pgxModes {
		t.Run(mode.String(), func(t *testing.T) {
			c := dial(t, s.URL(), mode)
			table := fmt.Sprintf("notes%d", i)
			run(t, c, "CREATE TABLE "+table+" (id bigserial PRIMARY KEY, ns text NOT NULL, body text, tags text[], at timestamptz DEFAULT now(), embedding vector(3))")
			at := time.Date(2025, 10, 24, 12, 0, 0, 0, time.UTC)
			for j, e := range []string{"[1,0,0]", "[0,1,0]", "[0,0,1]"} {
				run(t, c, "INSERT INTO "+table+" (ns, body, tags, at, embedding) VALUES ($1, $2, $3, $4, $5::vector)",
					"user:1", fmt.Sprintf("note %d", j), []string{"a", "b"}, at, e)
			}
			got := column[string](t, c, "SELECT body FROM "+table+" WHERE ns = $1 ORDER BY embedding <=> $2::vector LIMIT 2", "user:1", "[0,0.9,0.1]")
			if fmt.Sprint(got) != "[note 1 note 2]" {
				t.Errorf("nearest: %v", got)
			}
			var when time.Time
			var tags []string
			var vector *string
			err := c.QueryRow(t.Context(), "SELECT at, tags, embedding::text FROM "+table+" WHERE id = $1", int64(1)).Scan(&when, &tags, &vector)
			if err != nil || !when.Equal(at) || len(tags) != 2 || vector == nil || *vector != "[1,0,0]" {
				t.Errorf("read back %v %v %v, %v", when, tags, vector, err)
			}
			transact(t, c, table)
			batch(t, c, table)
			n, err := c.CopyFrom(t.Context(), pgx.Identifier{table}, []string{"ns", "body", "at"},
				pgx.CopyFromRows([][]any{{"user:2", "x", at}, {"user:2", nil, at}}))
			if n != 2 || err != nil {
				t.Errorf("CopyFrom: %d, %v", n, err)
			}
		})
	}
}

// transact commits one change and rolls another back; errors carry their SQLSTATE.
func transact(t *testing.T, c *pgx.Conn, table string) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), c, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE "+table+" SET body = $1 WHERE id = $2", "changed", int64(1))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(t.Context(), c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "DELETE FROM "+table); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "INSERT INTO "+table+" (id, ns) VALUES (1, NULL)")
		return err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "23502" || pg.ColumnName != "ns" {
		t.Errorf("want 23502 of column ns, got %v", err)
	}
	if n := column[int64](t, c, "SELECT count(*) FROM "+table); n[0] != 3 {
		t.Errorf("%d rows after a rollback", n[0])
	}
}

func batch(t *testing.T, c *pgx.Conn, table string) {
	t.Helper()
	b := &pgx.Batch{}
	b.Queue("INSERT INTO "+table+" (ns, body) VALUES ($1, $2)", "user:3", "from a batch")
	b.Queue("SELECT count(*) FROM "+table+" WHERE ns = $1", "user:3")
	r := c.SendBatch(t.Context(), b)
	_, err := r.Exec()
	var n int64
	if err == nil {
		err = r.QueryRow().Scan(&n)
	}
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	if err != nil || n != 1 {
		t.Errorf("batch: %d, %v", n, err)
	}
}

func TestPgxListens(t *testing.T) {
	s := harness.StartSynapse(t)
	a, b := dial(t, s.URL(), pgx.QueryExecModeCacheStatement), dial(t, s.URL(), pgx.QueryExecModeCacheStatement)
	run(t, a, "LISTEN handoff")
	run(t, b, "SELECT pg_notify('handoff', $1)", "agent-c")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	n, err := a.WaitForNotification(ctx)
	if err != nil || n.Channel != "handoff" || n.Payload != "agent-c" {
		t.Errorf("%+v, %v", n, err)
	}
}
