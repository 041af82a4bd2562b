package ddl_test

import (
	"os"
	"strings"
	"testing"

	"synapse/catalog/sqlerr"
)

// TestMemorySchema runs the memory schema's own SQL.
func TestMemorySchema(t *testing.T) {
	d := openDB(t)
	text, err := os.ReadFile("../../catalog/memory/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	d.must(strings.NewReplacer("{{dimensions}}", "3", "{{model}}", "builtin").Replace(string(text)))
	d.must("INSERT INTO memory.entries (ns, content, embedding) VALUES ('a', 'x', '[1,2,3]'), ('a', 'y', NULL)")
	if got := d.must("SELECT kind, content, salience, content_hash FROM memory.current ORDER BY content"); got !=
		"memory x 0.5 9dd4e461268c8034f5c8564e155c67a6\nmemory y 0.5 415290769594460e2e485922904f345d" {
		t.Errorf("rows\n%s", got)
	}
	d.reopen()
	if got := d.must("SELECT count(*) FROM memory.current WHERE ns = 'a'"); got != "2" {
		t.Errorf("after a restart: %s rows", got)
	}
}

// TestOnCommit: what temporary tables do at the end of their transaction.
func TestOnCommit(t *testing.T) {
	d := openDB(t)
	d.tempSchema = "pg_temp_1"
	d.must(`CREATE TEMP TABLE kept (a int);
		CREATE TEMP TABLE emptied (a serial PRIMARY KEY, b int) ON COMMIT DELETE ROWS;
		INSERT INTO kept VALUES (1); INSERT INTO emptied (b) VALUES (1), (2)`)
	if got := d.must("SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM emptied)"); got != "1 0" {
		t.Errorf("rows left: %s", got)
	}
	d.must("CREATE TEMP TABLE gone (a serial PRIMARY KEY) ON COMMIT DROP")
	if _, err := d.run("SELECT * FROM gone"); !sqlerr.Is(err, sqlerr.UndefinedTable) {
		t.Errorf("ON COMMIT DROP: %v", err)
	}
	d.must("DROP SCHEMA pg_temp_1 CASCADE")
	if got := d.takeNotices(); got != "drop cascades to 2 other objects | drop cascades to table kept; drop cascades to table emptied" {
		t.Errorf("notice %s", got)
	}
}

// TestAlterSurvivesRestart: rows read the same through the log as before it.
func TestAlterSurvivesRestart(t *testing.T) {
	d := openDB(t)
	d.must(`CREATE TABLE t (a int PRIMARY KEY, b text, c int DEFAULT 1);
		INSERT INTO t VALUES (1, '10'), (2, '20');
		ALTER TABLE t ALTER b TYPE int USING b::int, DROP COLUMN c, ADD COLUMN d text DEFAULT 'new';
		CREATE INDEX ON t (b); INSERT INTO t VALUES (3, 30, 'x')`)
	for range 2 {
		if got := d.must("SELECT * FROM t WHERE b >= 20 ORDER BY a"); got != "2 20 new\n3 30 x" {
			t.Errorf("rows\n%s", got)
		}
		d.reopen()
	}
}

// TestNamespaceChange: vector and text indexes follow when another column becomes the namespace.
func TestNamespaceChange(t *testing.T) {
	d := openDB(t)
	d.must(`CREATE TABLE m (ns text, other text, v vector(2));
		CREATE INDEX ON m USING hnsw (v vector_l2_ops);
		INSERT INTO m VALUES ('a', 'x', '[1,0]'), ('b', 'x', '[2,0]'), ('a', 'y', '[3,0]')`)
	for _, change := range []string{"SET (synapse.namespace = 'ns')", "SET (synapse.namespace = 'other')", "RESET (synapse.namespace)"} {
		d.must("ALTER TABLE m " + change)
		if got := d.must("SELECT ns, other FROM m WHERE other = 'x' ORDER BY v <-> '[3,0]' LIMIT 1"); got != "b x" {
			t.Errorf("%s: nearest is %s", change, got)
		}
		if got := d.must("SELECT count(*) FROM (SELECT 1 FROM m ORDER BY v <-> '[3,0]' LIMIT 5) s"); got != "3" {
			t.Errorf("%s: %s rows", change, got)
		}
	}
}

// TestFailedStatementLeavesNothing: what a statement made before its error is undone.
func TestFailedStatementLeavesNothing(t *testing.T) {
	d := openDB(t)
	d.must("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
	before := d.catalog().Version()
	for _, sql := range []string{
		"ALTER TABLE t ADD COLUMN b int DEFAULT 2, ADD UNIQUE (a)",
		"ALTER TABLE t ADD COLUMN b int DEFAULT 2, ADD CHECK (a > 1)",
		"CREATE TABLE u AS SELECT 1 / (a - 1) FROM t",
		"CREATE SCHEMA s CREATE TABLE x (a int) CREATE TABLE x (a int)",
	} {
		if _, err := d.run(sql); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
	if d.catalog().Version() != before || d.must("SELECT * FROM t") != "1\n1" {
		t.Error("a failed statement left something behind")
	}
}

// TestMissingValues: rows written before a column existed read its default, and
// indexes over it hold them.
func TestMissingValues(t *testing.T) {
	d := openDB(t)
	d.must(`CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);
		ALTER TABLE t ADD v vector(2) DEFAULT '[1,2]', ADD arr int[] DEFAULT '{1,2}', ADD j jsonb DEFAULT '{"k": 1}',
			ADD ts timestamptz DEFAULT '2020-01-01 00:00:00+00', ADD b bytea DEFAULT '\x00ff', ADD iv interval DEFAULT '1 mon 2 days',
			ADD n numeric(6,2) DEFAULT 1.5, ADD c char(4) DEFAULT 'ab', ADD s text DEFAULT 'it''s', ADD f float8 DEFAULT '-Infinity';
		CREATE INDEX ON t (s); CREATE INDEX ON t USING gin (arr); CREATE INDEX ON t USING hnsw (v vector_l2_ops);
		INSERT INTO t (a) VALUES (3)`)
	const row = `[1,2] {1,2} {"k": 1} 2020-01-01 00:00:00+00 \x00ff 1 mon 2 days 1.50 ab   it's -Infinity`
	for range 2 {
		if got := d.must("SELECT v, arr, j, ts, b, iv, n, c, s, f FROM t WHERE s = 'it''s' AND arr @> '{2}'"); got != row+"\n"+row+"\n"+row {
			t.Errorf("rows\n%s", got)
		}
		if got := d.must("SELECT count(*) FROM (SELECT 1 FROM t ORDER BY v <-> '[0,0]' LIMIT 9) x"); got != "3" {
			t.Errorf("%s rows by the vector index", got)
		}
		d.reopen()
	}
}
