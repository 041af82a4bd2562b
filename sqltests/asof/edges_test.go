package asof

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestPrecedence: the clause nearest to the table wins.
func TestPrecedence(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	for n := 1; n <= 9; n += 2 {
		s.on(n, c, fmt.Sprintf("DROP TABLE IF EXISTS t; CREATE TABLE t (n int); INSERT INTO t VALUES (%d)", n))
	}
	s.on(11, c, "CREATE VIEW vw AS SELECT n FROM t", "CREATE VIEW past AS SELECT n FROM t AS OF '"+stamp(day(2))+"'", "SET synapse.as_of = '"+stamp(day(4))+"'")
	s.on(12, c)
	at := func(n int) string { return "AS OF '" + stamp(day(n)) + "'" }
	for _, tt := range []struct{ sql, want string }{
		{"SELECT n FROM t", "n\n3"},
		{"SELECT n FROM t ORDER BY n " + at(6), "n\n5"},
		{"SELECT n FROM t " + at(8) + " ORDER BY n " + at(6), "n\n7"},
		{"SELECT a.n, b.n FROM t a, t " + at(8) + " b ORDER BY 1 " + at(6), "n, n\n5 | 7"},
		{"SELECT a.n, (SELECT n FROM t ORDER BY 1 " + at(8) + ") FROM t a", "n, n\n3 | 7"},
		{"SELECT a.n, (SELECT max(n) FROM (SELECT n FROM t " + at(10) + " UNION SELECT n FROM t) u) AS m FROM t a ORDER BY 1 " + at(2), "n, m\n1 | 9"},
		{"WITH c AS (SELECT n FROM t " + at(8) + ") SELECT c.n, d.n FROM c, c " + at(6) + " d", "n, n\n7 | 7"},
		{"WITH c AS (SELECT n FROM t) SELECT c.n, d.n FROM c, c " + at(6) + " d", "n, n\n3 | 5"},
		{"WITH c AS (SELECT n FROM t) SELECT a.n, b.n, (SELECT n FROM c) AS o FROM c " + at(6) + " a, c " + at(8) + " b", "n, n, o\n5 | 7 | 3"},
		{"WITH c AS (SELECT n FROM t), d AS (SELECT n FROM c UNION ALL SELECT n FROM c) SELECT sum(n) FROM d " + at(10), "sum\n18"},
		{"WITH c AS (SELECT n FROM t) SELECT n, (SELECT n FROM c ORDER BY 1 " + at(8) + ") AS o FROM c", "n, o\n3 | 7"},
		{"SELECT n FROM past ORDER BY n " + at(12), "n\n1"},
		{"SELECT n FROM past " + at(12), "n\n1"},
		{"SELECT x.n, y.n FROM t x CROSS JOIN LATERAL (SELECT n FROM t " + at(8) + " i WHERE i.n > x.n) y", "n, n\n3 | 7"},
		{"WITH RECURSIVE r AS (SELECT n FROM t UNION ALL SELECT n + 1 FROM r WHERE n < 7) SELECT count(*), min(n) FROM r " + at(6), "count, min\n3 | 5"},
		{"WITH RECURSIVE r AS (SELECT n FROM t UNION ALL SELECT n + 1 FROM r WHERE n < 7) SELECT (SELECT count(*) FROM r) AS a, (SELECT count(*) FROM r " + at(6) + ") AS b", "a, b\n5 | 3"},
		{"SELECT EXISTS (SELECT 1 FROM t " + at(6) + " WHERE n = 5), 5 IN (SELECT n FROM t " + at(6) + "), 5 IN (SELECT n FROM t)", "exists, ?column?, ?column?\nt | t | f"},
		{"SELECT n FROM t " + at(6) + " EXCEPT SELECT n FROM t", "n\n5"},
		{"VALUES ((SELECT n FROM t " + at(10) + "))", "column1\n9"},
	} {
		c.everywhere(tt.sql, tt.want)
	}
	c.must("BEGIN " + at(6))
	c.everywhere("SELECT n FROM t", "n\n5")
	c.everywhere("SELECT n FROM t ORDER BY n "+at(8), "n\n7")
	c.must("COMMIT")
	o := s.dial("-c synapse.as_of='" + strings.ReplaceAll(stamp(day(8)), " ", `\ `) + "'")
	o.everywhere("SELECT n FROM t", "n\n7")
	o.must("RESET synapse.as_of") // which is the startup's
	o.everywhere("SELECT n FROM t", "n\n7")
	o.must("SET synapse.as_of = ''")
	o.everywhere("SELECT n FROM t", "n\n9")
}

// TestViewsOfThePast: a view with a moment of its own is not disturbed by what
// happens to its table afterwards; a view younger than the moment that is read
// asks its question of then.
func TestViewsOfThePast(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'one')")
	s.on(3, c, "CREATE VIEW was AS WITH c AS (SELECT * FROM t) SELECT * FROM c AS OF '"+stamp(day(2))+"' ORDER BY id",
		"CREATE VIEW young AS SELECT * FROM t")
	s.on(5, c, "UPDATE t SET v = 'ONE'", "DROP VIEW young", "ALTER TABLE t RENAME v TO w", "ALTER TABLE t RENAME TO u", "CREATE VIEW young AS SELECT * FROM u")
	s.on(7, c, "DROP VIEW young", "DROP TABLE u")
	s.on(8, c)
	c.everywhere("SELECT * FROM was", "id, v\n1 | one")
	c.everywhere("SELECT * FROM young AS OF '"+stamp(day(4))+"'", "id, v\n1 | one")
	c.everywhere("SELECT * FROM young AS OF '"+stamp(day(6))+"'", "id, w\n1 | ONE")
	c.everywhere("SELECT * FROM was AS OF '"+stamp(day(2))+"'", "id, v\n1 | one")
	if len(c.notices) == 0 || !strings.Contains(c.notices[0].Message, `view "was" did not exist yet`) {
		t.Errorf("notices: %+v", c.notices)
	}
	s.on(9, c, "CREATE TABLE x (a int)", "INSERT INTO x VALUES (1)")
	s.on(10, c, "UPDATE x SET a = 2", "CREATE VIEW xs AS SELECT a FROM x")
	s.on(11, c)
	c.everywhere("SELECT * FROM xs AS OF '"+stamp(day(9).Add(time.Hour))+"'", "a\n1")
	c.everywhere("SELECT * FROM xs AS OF '"+stamp(day(8))+"'", "a")
}

// TestNotices: what is missing then is told with the time it came into being.
func TestNotices(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE old (a int)")
	s.on(3, c, "CREATE TABLE young (a int, f timestamptz, u timestamptz) WITH (synapse.valid_time = 'f, u')", "ALTER TABLE old RENAME TO renamed")
	s.on(4, c)
	for _, sql := range []string{
		"SELECT a FROM young AS OF '%s'",
		"SELECT a FROM young ORDER BY a AS OF '%s'",
		"SELECT x.a FROM young x JOIN young AS OF '%[1]s' y ON true ORDER BY 1 AS OF '%[1]s'",
		"WITH c AS (SELECT a FROM young) SELECT a FROM c AS OF '%s'",
	} {
		sql = fmt.Sprintf(sql, stamp(day(2)))
		for name, send := range c.protocols() {
			c.notices = nil
			if a := send(sql); a.text != "a" {
				t.Errorf("%s: %s: %s", name, sql, a)
			}
			if len(c.notices) != 1 {
				t.Fatalf("%s: %s: %d notices", name, sql, len(c.notices))
			}
			n := c.notices[0]
			if !strings.Contains(n.Message, `"young" did not exist yet`) || n.Detail != "It was created at 2025-03-04 00:00:00+00." || !strings.Contains(n.Hint, "VALID_TIME") {
				t.Errorf("%s: %s: %+v", name, sql, n)
			}
		}
	}
	a := c.simple("SELECT * FROM renamed AS OF '" + stamp(day(2)) + "'")
	if a.code != "42P01" || !strings.Contains(a.String(), `was named \"old\"`) {
		t.Errorf("renamed: %s", a)
	}
}

// TestMomentsThatCannotBeRead checks the refusals.
func TestMomentsThatCannotBeRead(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (a int)", "CREATE TABLE short (a int) WITH (synapse.retention = '10 days')", "CREATE UNLOGGED TABLE ul (a int)",
		"CREATE VIEW joined AS SELECT t.a FROM t, short", "CREATE VIEW ulv AS SELECT * FROM ul")
	s.on(2, c, "INSERT INTO t VALUES (1)", "INSERT INTO short VALUES (1)")
	s.on(20, c, "CREATE TEMP TABLE tmp (a int)")
	past, horizon, future := "'"+stamp(day(3))+"'", "'"+stamp(day(10))+"'", "'"+stamp(day(21))+"'"
	for _, tt := range []struct{ sql, want string }{
		{"SELECT a FROM short AS OF " + past, "72000"},
		{"SELECT a FROM short ORDER BY a AS OF " + past, "72000"},
		{"SELECT a FROM joined AS OF " + past, "72000"},
		{"WITH c AS (SELECT a FROM short) SELECT * FROM c AS OF " + past, "72000"},
		{"SELECT a FROM short AS OF " + horizon, "a\n1"},
		{"SELECT a FROM t AS OF " + past, "a\n1"},
		{"SELECT a FROM t AS OF " + future, "22023"},
		{"SELECT a FROM t ORDER BY a AS OF " + future, "22023"},
		{"WITH c AS (SELECT a FROM t) SELECT * FROM c AS OF " + future, "22023"},
		{"SELECT relname FROM pg_class AS OF " + future, "22023"},
		{"SELECT content FROM memory.query('n q') AS OF " + future, "22023"},
		{"SELECT a FROM t AS OF NULL", "22004"},
		{"SELECT a FROM t AS OF 'nonsense'", "22007"},
		{"SELECT a FROM t AS OF QUERY NULL", "22004"},
		{"SELECT a FROM t AS OF QUERY '00000000-0000-0000-0000-000000000001'", "42704"},
		{"SELECT a FROM ul AS OF " + past, "0A000"},
		{"SELECT a FROM ul ORDER BY 1 AS OF " + past, "0A000"},
		{"SELECT a FROM ulv AS OF " + past, "0A000"},
		{"SELECT * FROM (SELECT a FROM tmp ORDER BY 1 AS OF " + past + ") s", "0A000"},
		{"SELECT a FROM tmp AS OF " + past, "0A000"},
		{"SELECT a FROM tmp FOR SYSTEM_TIME ALL", "0A000"},
		{"SELECT a FROM ulv FOR SYSTEM_TIME ALL", "0A000"},
		{"WITH c AS (SELECT a FROM tmp) SELECT * FROM c AS OF " + past, "0A000"},
		{"SELECT relname FROM pg_class FOR SYSTEM_TIME ALL", "0A000"},
		{"SELECT * FROM generate_series(1, 2) FOR SYSTEM_TIME ALL", "0A000"},
		{"SELECT a FROM t FOR VALID_TIME AS OF " + past, "42704"},
		{"SELECT a FROM t AS OF " + past + " FOR UPDATE", "0A000"},
		{"SELECT a FROM t ORDER BY a AS OF " + past + " FOR UPDATE", "25006"},
		{"WITH c AS (INSERT INTO t VALUES (9) RETURNING a) SELECT * FROM c AS OF " + past, "0A000"},
		{"WITH RECURSIVE r AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM r AS OF " + past + " WHERE a < 3) SELECT * FROM r", "0A000"},
		{"WITH c AS (SELECT missing FROM t) SELECT 1 AS one", "42703"},
		{"WITH c AS (SELECT missing FROM t) SELECT a AS one FROM t AS OF " + past, "42703"},
		{"WITH c AS (SELECT missing FROM t) SELECT 1 FROM c AS OF " + past, "42703"},
	} {
		c.everywhere(tt.sql, tt.want)
	}
	c.must("SET synapse.as_of = " + past)
	c.everywhere("SELECT a FROM t", "a\n1")
	c.everywhere("SELECT a FROM short", "72000")
	for _, sql := range []string{
		"INSERT INTO t VALUES (2)", "UPDATE t SET a = 2", "DELETE FROM t", "TRUNCATE t", "CREATE TABLE n (a int)", "SELECT a FROM t FOR UPDATE",
		"WITH c AS (DELETE FROM t RETURNING a) SELECT * FROM c",
	} {
		c.everywhere(sql, "25006")
	}
	if _, err := c.pg.CopyFrom(t.Context(), strings.NewReader("2\n"), "COPY t FROM STDIN"); err == nil || !strings.Contains(err.Error(), "25006") {
		t.Errorf("COPY: %v", err)
	}
	c.must("RESET synapse.as_of")
	c.everywhere("SELECT count(*) FROM t", "count\n1")
}
