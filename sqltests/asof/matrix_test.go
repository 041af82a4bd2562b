package asof

import (
	"testing"
	"time"
)

// chapter is what a relation was on a day: its columns and rows, or an SQLSTATE.
type chapter struct {
	relation string
	day      int
	want     string
}

// history makes tables and views that change in every way DDL can change them.
func history(s *server, c *client) []chapter {
	s.on(1, c,
		"CREATE TABLE t (id int PRIMARY KEY, v text)",
		"INSERT INTO t VALUES (1, 'one'), (2, 'two')",
		"CREATE VIEW vw AS SELECT id, v FROM t",
		"CREATE VIEW vv AS SELECT * FROM vw WHERE id < 10",
		"CREATE TABLE keep (k int, x int)", "INSERT INTO keep VALUES (1, 10)")
	s.on(3, c, "ALTER TABLE t ADD COLUMN extra int DEFAULT 5", "UPDATE t SET v = 'ONE', extra = 6 WHERE id = 1", "DELETE FROM t WHERE id = 2",
		"INSERT INTO t VALUES (3, 'three', 7)")
	s.on(5, c, "DROP VIEW vv", "DROP VIEW vw", "ALTER TABLE t RENAME COLUMN v TO w", "CREATE INDEX ON t (w)",
		"CREATE VIEW vw AS SELECT id, w, extra FROM t", "CREATE VIEW vv AS SELECT * FROM vw WHERE id < 10")
	s.on(7, c, "DROP VIEW vv", "DROP VIEW vw", "ALTER TABLE t DROP COLUMN w", "ALTER TABLE t ALTER COLUMN extra TYPE text USING 'n' || extra",
		"ALTER TABLE keep RENAME x TO y", "ALTER TABLE keep ADD z int")
	s.on(9, c, "ALTER TABLE t RENAME TO renamed", "CREATE TABLE t (other bool)", "INSERT INTO t VALUES (true)", "UPDATE keep SET z = 3")
	s.on(11, c, "DROP TABLE renamed", "DROP TABLE t")
	s.on(13, c, "CREATE TABLE t (fourth int)", "INSERT INTO t VALUES (4)")
	s.on(15, c)
	return []chapter{
		{"t", 2, "id, v\n1 | one\n2 | two"},
		{"t", 4, "id, v, extra\n1 | ONE | 6\n3 | three | 7"},
		{"t", 6, "id, w, extra\n1 | ONE | 6\n3 | three | 7"},
		{"t", 8, "id, extra\n1 | n6\n3 | n7"},
		{"renamed", 10, "id, extra\n1 | n6\n3 | n7"},
		{"public.renamed", 10, "id, extra\n1 | n6\n3 | n7"},
		{"t", 10, "other\nt"},
		{"t", 12, "fourth"}, // today's table did not exist yet
		{"t", 14, "fourth\n4"},
		{"vw", 2, "id, v\n1 | one\n2 | two"},
		{"vw", 4, "id, v\n1 | ONE\n3 | three"},
		{"vw", 6, "id, w, extra\n1 | ONE | 6\n3 | three | 7"},
		{"vw", 8, "42P01"},
		{"vv", 4, "id, v\n1 | ONE\n3 | three"},
		{"vv", 6, "id, w, extra\n1 | ONE | 6\n3 | three | 7"},
		{"keep", 2, "k, x\n1 | 10"},
		{"keep", 8, "k, y, z\n1 | 10 | NULL"},
		{"keep", 10, "k, y, z\n1 | 10 | 3"},
		{"renamed", 12, "42P01"},
		{"never", 2, "42P01"},
	}
}

// TestSpellings crosses every spelling with relations before and after changes of
// the schema.
func TestSpellings(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	chapters := history(s, c)
	list := spellings(func() time.Time { return day(15) })
	check := func(t *testing.T) {
		for _, sp := range list {
			t.Run(sp.name, func(t *testing.T) {
				for _, ch := range chapters {
					got := sp.read(c, ch.relation, day(ch.day))
					if got.text != ch.want && (got.code == "" || got.code != ch.want) {
						t.Errorf("%s on day %d\n got: %s\nwant: %s", ch.relation, ch.day, got, ch.want)
					}
				}
			})
		}
	}
	check(t)
	c.pg.Close(t.Context())
	s.Restart(t)
	c = s.dial()
	t.Run("restarted", check)
}
