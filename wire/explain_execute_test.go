package wire

import (
	"strings"
	"testing"
)

// TestExplainExecute: the arguments of EXECUTE are evaluated under EXPLAIN too.
func TestExplainExecute(t *testing.T) {
	c := newTestServer(t).login()
	c.query("CREATE TABLE t (i int PRIMARY KEY, x text)")
	c.query("INSERT INTO t SELECT g, 'x' || g FROM generate_series(1, 100) g")
	c.query("PREPARE q (int, text) AS SELECT * FROM t WHERE i < $1 AND x <> $2")
	for _, sql := range []string{"EXPLAIN (ANALYZE, TIMING OFF) EXECUTE q(11, 'x3')", "EXPLAIN (ANALYZE, TIMING OFF) EXECUTE q(5 + 6, lower('X3'))"} {
		if got := c.query(sql); !strings.Contains(got, "actual rows=9 ") {
			t.Errorf("%s: %s", sql, got)
		}
	}
	if got := c.query("EXPLAIN EXECUTE q(11, 'x3')"); !strings.Contains(got, "Index Scan") {
		t.Errorf("%s", got)
	}
	same(t, c.query("EXPLAIN EXECUTE q(1)"), "E 42601", "Z I")
	same(t, c.query("EXPLAIN EXECUTE none(1)"), "E 26000", "Z I")
	same(t, c.query("EXPLAIN EXECUTE q('a', 'b')"), "E 22P02", "Z I")
}
