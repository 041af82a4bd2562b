package wire

import (
	"strings"
	"testing"
	"time"
)

func TestSimpleQuery(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	steps := []struct {
		sql  string
		want []string
	}{
		{"", []string{"I", "Z I"}},
		{";;;", []string{"I", "Z I"}},
		{"-- ping", []string{"I", "Z I"}},
		{"/* ping */ ;", []string{"I", "Z I"}},
		{"SELECT 1 AS a; SELECT 'x' AS b, NULL AS c", []string{"T a:23:0", "D 1", "C SELECT 1", "T b:25:0 c:25:0", "D x|NULL", "C SELECT 1", "Z I"}},
		{"CREATE TABLE t (i int PRIMARY KEY)", []string{"C CREATE TABLE", "Z I"}},
		{"INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); SELECT count(*) FROM t", []string{"C INSERT 0 1", "C INSERT 0 1", "T count:20:0", "D 2", "C SELECT 1", "Z I"}},
		// One implicit transaction: the second insert fails, the first is gone, the third never runs.
		{"INSERT INTO t VALUES (3); INSERT INTO t VALUES (1); INSERT INTO t VALUES (4)", []string{"C INSERT 0 1", "E 23505", "Z I"}},
		{"SELECT array_agg(i ORDER BY i) FROM t", []string{"T array_agg:1007:0", "D {1,2}", "C SELECT 1", "Z I"}},
		// COMMIT inside ends what came before it.
		{"BEGIN; INSERT INTO t VALUES (5); COMMIT; INSERT INTO t VALUES (5)", []string{"C BEGIN", "C INSERT 0 1", "C COMMIT", "E 23505", "Z I"}},
		{"SELECT array_agg(i ORDER BY i) FROM t", []string{"T array_agg:1007:0", "D {1,2,5}", "C SELECT 1", "Z I"}},
		{"BEGIN", []string{"C BEGIN", "Z T"}},
		{"DELETE FROM t", []string{"C DELETE 3", "Z T"}},
		{"", []string{"I", "Z T"}},
		{"SELECT nothing", []string{"E 42703", "Z E"}},
		{"SELECT 1", []string{"E 25P02", "Z E"}},
		{"", []string{"I", "Z E"}},
		{"COMMIT", []string{"C ROLLBACK", "Z I"}},
		{"SELECT count(*) FROM t", []string{"T count:20:0", "D 3", "C SELECT 1", "Z I"}},
		{"SELECT * FROM t WHERE i > 100", []string{"T i:23:0", "C SELECT 0", "Z I"}},
		{"UPDATE t SET i = i + 10 RETURNING i", []string{"T i:23:0", "D 11", "D 12", "D 15", "C UPDATE 3", "Z I"}},
		{"SELECT $1", []string{"E 42P02", "Z I"}},
		{"SELECT 1; SELEC 2", []string{"E 42601", "Z I"}},
		{"SELECT 1/(i-15) FROM t ORDER BY i", []string{"T ?column?:23:0", "E 22012", "Z I"}},
		{"COMMIT", []string{"N 25P01", "C COMMIT", "Z I"}},
		{"BEGIN; BEGIN; ROLLBACK", []string{"C BEGIN", "N 25001", "C BEGIN", "C ROLLBACK", "Z I"}},
		{"BEGIN; SAVEPOINT a; SELECT nothing", []string{"C BEGIN", "C SAVEPOINT", "E 42703", "Z E"}},
		{"ROLLBACK TO a", []string{"C ROLLBACK", "Z T"}},
		{"ROLLBACK", []string{"C ROLLBACK", "Z I"}},
	}
	for _, step := range steps {
		t.Run(step.sql, func(t *testing.T) { same(t, c.query(step.sql), step.want...) })
	}
}

func TestStatementTimeout(t *testing.T) {
	s := newTestServer(t)
	c := s.login("options", "-c statement_timeout=80ms")
	same(t, c.query("SELECT pg_sleep(60)"), "T pg_sleep:2278:0", "E 57014", "Z I")
	same(t, c.query("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"), "T count:20:0", "E 57014", "Z I")
	// It is each statement's own.
	c.query("SET statement_timeout = '400ms'")
	same(t, c.query("SELECT pg_sleep(0.25)"), "T pg_sleep:2278:0", "D ", "C SELECT 1", "Z I")
	same(t, c.query("SELECT pg_sleep(0.25)"), "T pg_sleep:2278:0", "D ", "C SELECT 1", "Z I")
	same(t, c.query("SET statement_timeout = 0"), "C SET", "Z I")
	same(t, c.query("SELECT pg_sleep(0.1)"), "T pg_sleep:2278:0", "D ", "C SELECT 1", "Z I")
}

func TestNotifications(t *testing.T) {
	s := newTestServer(t)
	a, b := s.login(), s.login()
	same(t, a.query("LISTEN news"), "C LISTEN", "Z I")
	// An idle client hears at once.
	same(t, b.query("NOTIFY news, 'one'"), "C NOTIFY", "Z I")
	same(t, a.receive(), "A news one")
	// NOTIFY is the transaction's: nothing before COMMIT, nothing after ROLLBACK.
	b.query("BEGIN")
	b.query("SELECT pg_notify('news', 'two')")
	same(t, a.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I")
	b.query("COMMIT")
	same(t, a.receive(), "A news two")
	b.query("BEGIN; NOTIFY news, 'never'; ROLLBACK")
	// A client in a transaction hears after it.
	a.query("BEGIN")
	b.query("NOTIFY news, 'three'")
	time.Sleep(30 * time.Millisecond)
	same(t, a.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z T")
	got := a.query("COMMIT")
	if !strings.Contains(got, "Z I") {
		t.Errorf("COMMIT: %s", got)
	}
	if !strings.Contains(got, "A news three") {
		same(t, a.receive(), "A news three")
	}
	// Oneself hears too; equal payloads of a transaction come once.
	got = a.query("NOTIFY news, 'mine'; NOTIFY news, 'mine'")
	if strings.Count(got, "A news mine") != 1 {
		t.Errorf("own notification: %s", got)
	}
	a.query("UNLISTEN news")
	b.query("NOTIFY news, 'late'")
	same(t, a.query(""), "I", "Z I")
}
