package asof

import (
	"strings"
	"testing"
)

// TestExplain: the plan says what is read as of when, and uses the indexes of then.
func TestExplain(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (id int PRIMARY KEY, v text)", "CREATE INDEX gone ON t (v)", "INSERT INTO t VALUES (1, 'one')")
	s.on(3, c, "DROP INDEX gone", "ALTER TABLE t ADD n int", "CREATE INDEX young ON t (n)", "CREATE INDEX wide ON t (v, n)")
	s.on(5, c)
	at := "'" + stamp(day(2)) + "'"
	const system = "AS OF '2025-03-03 00:00:00+00'::timestamp with time zone"
	for _, tt := range []struct{ sql, want string }{
		{
			"SELECT * FROM t AS OF %s WHERE v = 'one'",
			"Index Scan using gone on t\n  System Time: " + system + "\n  Index Cond: (v = 'one'::text)",
		},
		{
			"SELECT * FROM t WHERE v = 'one' ORDER BY id AS OF %s",
			"Sort\n  Sort Key: id\n  ->  Index Scan using gone on t\n        Index Cond: (v = 'one'::text)\nAs Of: 2025-03-03 00:00:00+00",
		},
		{"SELECT * FROM t WHERE v = 'one'", "Index Scan using wide on t\n  Index Cond: (v = 'one'::text)"},
		{"SELECT content FROM memory.query('a b') AS OF %s", "Function Scan on query\n  System Time: " + system},
		{"SELECT relname FROM pg_class AS OF %s", "Seq Scan on pg_class\n  System Time: " + system},
		{"SELECT * FROM memory.get('a', 'b') AS OF %s", "Function Scan on get\n  System Time: " + system},
	} {
		c.everywhere("EXPLAIN (COSTS OFF) "+strings.ReplaceAll(tt.sql, "%s", at), "QUERY PLAN\n"+tt.want)
	}
	c.everywhere("SELECT v FROM t AS OF "+at+" WHERE v = 'one'", "v\none")
}
