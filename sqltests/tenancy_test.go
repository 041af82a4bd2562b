package sqltests

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

// generated are the parts of answers that differ between any two runs: UUIDs,
// times, row versions.
var generated = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?\+00(:00)?|\b\d{15,}\b`)

// answer is all that a client sees of a statement: rows, tags, notices and errors, as text.
func answer(c *pgx.Conn, sql string) string {
	var w strings.Builder
	results, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
	for _, r := range results {
		for _, row := range r.Rows {
			for _, v := range row {
				fmt.Fprintf(&w, "%s|", v)
			}
			w.WriteByte('\n')
		}
		fmt.Fprintln(&w, r.CommandTag)
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		fmt.Fprintln(&w, e.Code, e.Message, e.Detail, e.Hint, e.SchemaName, e.TableName, e.ColumnName, e.ConstraintName)
	}
	return generated.ReplaceAllString(w.String(), "?")
}

// tenantsWorld is a server on which two roles are bound to namespaces of their own.
func tenantsWorld(t *testing.T) (url string) {
	url = harness.StartSynapse(t).URL()
	admin := dial(t, url)
	run(t, admin,
		"CREATE ROLE a LOGIN", "CREATE ROLE b LOGIN",
		"SELECT memory.grant_namespace('a', 'a', 'write'), memory.grant_namespace('a', 'team:a/*', 'write')",
		"SELECT memory.grant_namespace('b', 'b', 'write'), memory.grant_namespace('b', 'team:b/*', 'write')",
		"CREATE TABLE docs (ns text, id int, body text, n int, v vector(3), PRIMARY KEY (ns, id)) WITH (synapse.namespace = 'ns')",
		"CREATE INDEX ON docs USING hnsw (v vector_l2_ops)", "CREATE INDEX ON docs USING bm25 (ns, body)", "CREATE INDEX ON docs (n)",
		"CREATE TABLE notes (id int PRIMARY KEY, ns text, doc int, FOREIGN KEY (ns, doc) REFERENCES docs) WITH (synapse.namespace = 'ns')",
		"CREATE VIEW short AS SELECT ns, id, left(body, 5) AS head FROM docs",
		"GRANT ALL ON docs, notes, short, memory.entries, memory.facts, memory.events, memory.namespaces TO a, b",
	)
	return url
}

// change makes one change of a tenant's own rows.
func change(r *rand.Rand, ns string) string {
	words := []string{"red", "green", "blue", "tea", "milk", "stone"}
	text := words[r.IntN(len(words))] + " " + words[r.IntN(len(words))]
	id, n := r.IntN(20), r.IntN(50)
	switch r.IntN(9) {
	case 0:
		return fmt.Sprintf("SELECT memory.write('%s', '{\"content\": \"%s %d\"}') IS NOT NULL", ns, text, n)
	case 1:
		return fmt.Sprintf("SELECT memory.put('%s', 'k%d', '%d')", ns, id%5, n)
	case 2:
		return fmt.Sprintf("SELECT memory.append('team:%s/x', '%s')", ns, text)
	case 3:
		return fmt.Sprintf("UPDATE docs SET n = n + 1 WHERE n < %d", n)
	case 4:
		return fmt.Sprintf("DELETE FROM docs WHERE id = %d AND NOT EXISTS (SELECT 1 FROM notes WHERE doc = docs.id)", id)
	}
	return fmt.Sprintf("INSERT INTO docs VALUES ('%s', %d, '%s', %d, '[%d,%d,%d]') ON CONFLICT (ns, id) DO UPDATE SET n = excluded.n + docs.n",
		ns, id, text, n, r.IntN(9), r.IntN(9), r.IntN(9))
}

// looks are what a tenant tries to learn; some of it about the other.
var looks = []string{
	"SELECT ns, id, body, n FROM docs ORDER BY ns, id",
	"SELECT count(*), sum(n), min(id), max(id) FROM docs",
	"SELECT ns, id FROM docs ORDER BY v <-> '[1,2,3]', id LIMIT 5",
	"SELECT ns, id FROM docs WHERE n > 10 ORDER BY v <-> '[4,4,4]', id LIMIT 3",
	"SELECT ns, id FROM docs WHERE ns = 'a' ORDER BY v <-> '[1,2,3]' LIMIT 5",
	"SELECT count(*) FROM docs WHERE n BETWEEN 5 AND 20",
	"SELECT count(*) FROM docs TABLESAMPLE BERNOULLI (100)",
	"SELECT * FROM short ORDER BY 1, 2",
	"SELECT count(*) FROM docs FOR SYSTEM_TIME ALL",
	"SELECT count(*) FROM docs AS OF '-0s'",
	"EXPLAIN SELECT * FROM docs WHERE n = 3",
	"EXPLAIN SELECT * FROM docs WHERE ns = 'a' ORDER BY v <-> '[1,2,3]' LIMIT 5",
	"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) SELECT id FROM docs ORDER BY v <-> '[1,2,3]' LIMIT 5",
	"SELECT id, round(bm25(body, 'red tea')::numeric, 4) FROM docs ORDER BY bm25(body, 'red tea') DESC, id LIMIT 5",
	"EXPLAIN SELECT id FROM docs ORDER BY bm25(body, 'red tea') DESC LIMIT 5",
	"EXPLAIN SELECT id FROM docs WHERE ns = 'a' ORDER BY bm25(body, 'red tea') DESC LIMIT 5",
	"SELECT id FROM docs WHERE ns = 'a' ORDER BY bm25(body, 'red tea') DESC LIMIT 5",
	"UPDATE docs SET n = 0 WHERE ns = 'a'",
	"DELETE FROM docs WHERE ns <> 'b'",
	"INSERT INTO docs VALUES ('a', 1, 'x', 1, '[1,1,1]')",
	"UPDATE docs SET ns = 'a'",
	"INSERT INTO notes VALUES (1000000, 'b', 999)",
	"INSERT INTO notes VALUES (1000001, 'a', 1)",
	"MERGE INTO docs USING (SELECT 'a' AS ns, 1 AS id) s ON docs.ns = s.ns AND docs.id = s.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING",
	"SELECT count(*) FROM docs d1 JOIN docs d2 ON d1.n = d2.n",
	"SELECT ns, id FROM docs ORDER BY ns, id FOR UPDATE",
	"TRUNCATE docs",
	"SELECT ns, content FROM memory.query('b', 'red tea', k => 5)",
	"SELECT ns, content FROM memory.query('a', 'red tea', k => 5)",
	"SELECT ns, content, round(score::numeric, 3) FROM memory.query('b', 'green stone', namespaces => ARRAY['a', 'b', 'team:a/*', 'team:b/*']) ORDER BY 3 DESC, 2",
	"SELECT memory.get('a', 'k1'), memory.get('b', 'k1')",
	"SELECT seq, content FROM memory.replay('team:a/x')", "SELECT seq, content FROM memory.replay('team:b/x')",
	"SELECT memory.put('a', 'k1', '0')", "SELECT memory.write('team:a/z', '{\"content\": \"x\"}')",
	"SELECT memory.erase('a', '{}', 'no')",
	"SELECT ns FROM memory.namespaces ORDER BY 1", "SELECT ns, content FROM memory.entries ORDER BY 1, 2",
	"SELECT ns, key, value FROM memory.facts ORDER BY 1, 2", "SELECT count(*) FROM memory.events",
	"SELECT role, ns, privilege FROM memory.namespace_grants ORDER BY 2",
	"SELECT role, count(*) > 0 FROM memory.lineage GROUP BY 1 ORDER BY 1",
	"SELECT relname, n_live_tup, n_tup_ins, seq_scan FROM pg_stat_user_tables WHERE relname IN ('docs', 'notes', 'entries', 'facts') ORDER BY 1",
	"SELECT pg_relation_size('docs'), pg_total_relation_size('memory.entries')",
	"SELECT relname, reltuples FROM pg_class WHERE relname IN ('docs', 'entries') ORDER BY 1",
	"SELECT usename, query <> '' FROM pg_stat_activity ORDER BY 1",
	`LISTEN "memory:a"`, `NOTIFY "memory:a", 'x'`, "SELECT pg_notify('memory:a', 'x')",
	"SELECT memory.answer('x', '{}')", "SELECT memory.grant_namespace('b', 'a')",
	"SELECT * FROM memory.answers",
	"COPY (SELECT ns, id FROM docs ORDER BY 1, 2) TO STDOUT",
}

// TestTenantsDoNotMeet: what one tenant sees is the same whether or not the other exists.
func TestTenantsDoNotMeet(t *testing.T) {
	r := seed.Rand(t)
	alone, shared := tenantsWorld(t), tenantsWorld(t)
	aAlone, bAlone, bShared := dial(t, as(shared, "a")), dial(t, as(alone, "b")), dial(t, as(shared, "b"))
	for range 60 {
		run(t, aAlone, change(r, "a"))
	}
	for round := range 12 {
		for range 6 {
			sql := change(r, "b")
			if one, two := answer(bAlone, sql), answer(bShared, sql); one != two {
				t.Fatalf("round %d: %s\nalone:\n%s\nbeside another:\n%s", round, sql, one, two)
			}
			run(t, aAlone, change(r, "a"))
		}
		for _, sql := range looks {
			one, two := answer(bAlone, sql), answer(bShared, sql)
			if one != two {
				t.Errorf("round %d: %s\nalone:\n%s\nbeside another:\n%s", round, sql, one, two)
			}
		}
		if t.Failed() {
			return
		}
	}
	// The other tenant's rows are all there.
	if n := one[int](t, dial(t, shared), "SELECT count(*)::int FROM docs WHERE ns = 'a'"); n == 0 {
		t.Error("the test has no rows of the other tenant")
	}
	if n := one[int](t, aAlone, "SELECT count(*)::int FROM docs"); n == 0 {
		t.Error("the other tenant does not see its own rows")
	}
}

// TestNamespaceGrants: reading and writing are apart, a group's namespaces are
// its members', a revoke holds at once, and a role cannot widen what it has.
func TestNamespaceGrants(t *testing.T) {
	s := harness.StartSynapse(t)
	url := s.URL()
	ctx := context.Background()
	admin := dial(t, url)
	run(t, admin, "CREATE ROLE reader LOGIN", "CREATE ROLE team", "CREATE ROLE member LOGIN", "GRANT team TO member",
		"SELECT memory.grant_namespace('reader', 'pub'), memory.grant_namespace('team', 'team:x/*', 'write')",
		"SELECT memory.put('pub', 'k', '1')", "SELECT memory.put('other', 'k', '1')",
		"CREATE FUNCTION public.leak() RETURNS jsonb LANGUAGE sql SECURITY DEFINER AS 'SELECT memory.get(''other'', ''k'')'")
	reader, member := dial(t, as(url, "reader")), dial(t, as(url, "member"))
	exec := func(c *pgx.Conn, sql string) error { _, err := c.Exec(ctx, sql); return err }
	if got := one[string](t, reader, "SELECT memory.get('pub', 'k')::text"); got != "1" {
		t.Errorf("read %s", got)
	}
	refused(t, exec(reader, "SELECT memory.put('pub', 'k', '2')"), "42501", `permission denied for namespace "pub"`)
	run(t, member, "SELECT memory.put('team:x/1', 'k', '1')")
	refused(t, exec(member, "SELECT memory.put('team:y/1', 'k', '1')"), "42501")
	for _, sql := range []string{"SELECT memory.grant_namespace('reader', '*', 'write')", "ALTER ROLE reader SUPERUSER", "SET ROLE synapse", "SET SESSION AUTHORIZATION synapse"} {
		refused(t, exec(reader, sql), "42501")
	}
	// A function of the owner's reads as the owner, and only while it runs.
	if got := one[string](t, reader, "SELECT leak()::text || coalesce(memory.get('other', 'k')::text, ' nothing')"); got != "1 nothing" {
		t.Errorf("the function and after it: %s", got)
	}
	run(t, admin, "BEGIN", "SELECT memory.revoke_namespace('reader', 'pub')")
	if got := one[string](t, reader, "SELECT memory.get('pub', 'k')::text"); got != "1" {
		t.Errorf("an uncommitted revoke holds: %s", got)
	}
	run(t, admin, "COMMIT")
	if n := one[int](t, reader, "SELECT count(*)::int FROM memory.query('pub', 'x')"); n != 0 || one[bool](t, reader, "SELECT memory.get('pub', 'k') IS NOT NULL") {
		t.Error("a revoked namespace is read")
	}
	s.Restart(t)
	member = dial(t, as(s.URL(), "member"))
	run(t, member, "SELECT memory.put('team:x/1', 'k', '2')")
	refused(t, exec(member, "SELECT memory.put('pub', 'k', '1')"), "42501")
	// A role without namespaces has its own tables, and no others.
	run(t, dial(t, s.URL()), "CREATE ROLE app LOGIN", "GRANT CREATE ON SCHEMA public TO app", "CREATE TABLE theirs (ns text, v int) WITH (synapse.namespace = 'ns')",
		"INSERT INTO theirs VALUES ('z', 1)", "GRANT SELECT ON theirs TO app")
	app := dial(t, as(s.URL(), "app"))
	run(t, app, "CREATE TABLE mine (ns text, v int) WITH (synapse.namespace = 'ns')", "INSERT INTO mine VALUES ('z', 1)")
	if mine, theirs := one[int](t, app, "SELECT count(*)::int FROM mine"), one[int](t, app, "SELECT count(*)::int FROM theirs"); mine != 1 || theirs != 0 {
		t.Errorf("%d rows of its own, %d of others", mine, theirs)
	}
}
