package asof

import (
	"fmt"
	"strings"
	"testing"
)

// forms are the places of a clause around something that stands in FROM; %[1]s is
// the list of columns, %[2]s the item, %[3]s the moment.
var forms = []string{
	"SELECT %[1]s FROM %[2]s AS OF %[3]s ORDER BY 1",
	"SELECT %[1]s FROM %[2]s AS OF %[3]s AS x ORDER BY 1",
	"SELECT %[1]s FROM %[2]s FOR SYSTEM_TIME AS OF %[3]s ORDER BY 1",
	"SELECT %[1]s FROM %[2]s ORDER BY 1 AS OF %[3]s",
	"SELECT * FROM (SELECT %[1]s FROM %[2]s AS OF %[3]s) s ORDER BY 1",
	"SELECT * FROM (SELECT %[1]s FROM %[2]s ORDER BY 1 AS OF %[3]s) s ORDER BY 1",
	"WITH c AS (SELECT %[1]s FROM %[2]s) SELECT * FROM c AS OF %[3]s ORDER BY 1",
	"WITH c AS MATERIALIZED (SELECT %[1]s FROM %[2]s) SELECT * FROM c ORDER BY 1 AS OF %[3]s",
	"SELECT s.* FROM (VALUES (1)) o(n) CROSS JOIN LATERAL (SELECT %[1]s FROM %[2]s AS OF %[3]s) s ORDER BY 1",
	"SELECT %[1]s FROM %[2]s AS OF %[3]s UNION ALL SELECT %[1]s FROM %[2]s AS OF %[3]s WHERE false ORDER BY 1",
}

func inForms(columns, item, at string) []string {
	var out []string
	for _, f := range forms {
		out = append(out, fmt.Sprintf(f, columns, item, at))
	}
	return out
}

// TestFunctions: AS OF behind or around a function of the memory schema makes it read the past.
func TestFunctions(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, `SELECT memory.write('n', '{"content": "refund was asked for"}')`, `SELECT memory.put('n', 'k', '1')`, "SELECT memory.append('n', 'first event')")
	s.on(3, c, `SELECT memory.write('n', '{"content": "refund was paid"}')`, `SELECT memory.put('n', 'k', '2')`, "SELECT memory.append('n', 'second event')",
		`SELECT memory.write('m', '{"content": "refund elsewhere"}')`)
	s.on(5, c, "CREATE VIEW asked AS SELECT content FROM memory.query('n refund')")
	s.on(7, c)
	for _, m := range []struct {
		day           int
		content       string
		fact, replays string
	}{
		{2, "\nrefund was asked for", "1", "\nfirst event"},
		{4, "\nrefund was asked for\nrefund was paid", "2", "\nfirst event\nsecond event"},
	} {
		at := "'" + stamp(day(m.day)) + "'"
		entries := `content FROM memory.entries WHERE kind <> 'event'`
		c.everywhere("SELECT "+entries+" AND ns = 'n' ORDER BY 1 AS OF "+at, "content"+m.content)
		for _, item := range []string{"memory.query('n refund was')", "memory.query(ns => 'n', query => 'refund was')", "memory.query('n', 'refund was')"} {
			for _, sql := range inForms("content", item, at) {
				if strings.Contains(sql, "UNION") {
					continue // each arm is a recall
				}
				got := c.simple(sql)
				if want := "content" + m.content; withoutEvents(got.text) != want {
					t.Errorf("%s\n got: %s\nwant: %s", sql, got, want)
				}
			}
		}
		for _, sql := range inForms("content", "memory.replay('n')", at) {
			c.everywhere(sql, "content"+m.replays)
		}
		for _, sql := range inForms("fact", "(VALUES (memory.get('n', 'k'))) v(fact)", at) {
			if strings.HasSuffix(sql, "ORDER BY 1 AS OF "+at) || strings.Contains(sql, "c AS OF") || strings.Contains(sql, "ORDER BY 1 AS OF") {
				c.everywhere(sql, "fact\n"+m.fact)
			}
		}
		c.everywhere("SELECT * FROM memory.get('n', 'k') AS OF "+at+" AS v", "v\n"+m.fact)
		c.everywhere("SELECT memory.get('n', 'k') AS v ORDER BY 1 AS OF "+at, "v\n"+m.fact)
		c.everywhere("SELECT (SELECT memory.get('n', 'k') ORDER BY 1 AS OF "+at+") AS v, memory.get('n', 'k') AS now", "v, now\n"+m.fact+" | 2")
		c.everywhere("SELECT memory.get('n', 'k', as_of => "+at+") AS v", "v\n"+m.fact)
		// The argument wins.
		c.everywhere("SELECT content FROM memory.replay('n', as_of => "+at+") AS OF '"+stamp(day(6))+"'", "content"+m.replays)
		c.everywhere("SELECT memory.get('n', 'k', as_of => "+at+") AS v ORDER BY 1 AS OF '"+stamp(day(6))+"'", "v\n"+m.fact)
		a := c.simple("SELECT DISTINCT ns FROM memory.query(ns => 'n', query => 'refund', namespaces => '{m*}') AS OF " + at + " ORDER BY 1")
		if want := map[int]string{2: "ns\nn", 4: "ns\nm\nn"}[m.day]; a.text != want {
			t.Errorf("prefixes on day %d: %s, want %s", m.day, a, want)
		}
	}
	a := c.simple("SELECT content FROM asked AS OF '" + stamp(day(6)) + "' ORDER BY 1")
	if !strings.Contains(a.text, "was paid") {
		t.Errorf("view: %s", a)
	}
	c.everywhere("SELECT g FROM generate_series(1, 2) AS OF '"+stamp(day(2))+"' g", "g\n1\n2")
}

// withoutEvents drops what recall also finds: the events that are remembered.
func withoutEvents(text string) string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		if !strings.HasSuffix(l, "event") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// TestVirtualRelations: the catalog's relations AS OF show the catalog of then.
func TestVirtualRelations(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE SCHEMA app", "CREATE TABLE app.a (id int PRIMARY KEY, old text)", "CREATE VIEW app.v AS SELECT id FROM app.a")
	s.on(3, c, "DROP VIEW app.v", "ALTER TABLE app.a RENAME TO b", "ALTER TABLE app.b RENAME old TO new", "ALTER TABLE app.b ADD more bigint DEFAULT 1")
	s.on(5, c, "DROP TABLE app.b")
	s.on(7, c, "DROP SCHEMA app")
	s.on(9, c)
	relations := "(SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace) x"
	for _, m := range []struct {
		day                         int
		relations, columns, schemas string
	}{
		{0, "3F000", "", ""},
		{2, "\na\na_pkey\nv", "\na id integer\na old text\nv id integer", "\napp"},
		{4, "\na_pkey\nb", "\nb id integer\nb more bigint\nb new text", "\napp"},
		{6, "", "", "\napp"},
		{8, "3F000", "", ""},
	} {
		at := "'" + stamp(day(m.day)) + "'"
		want := "relname" + m.relations
		if !strings.HasPrefix(m.relations, "\n") && m.relations != "" {
			want = m.relations
		}
		for _, sql := range []string{
			"SELECT relname FROM " + relations + " ORDER BY 1 AS OF " + at,
			"WITH c AS (SELECT relname FROM " + relations + ") SELECT relname FROM c AS OF " + at + " ORDER BY 1",
			"SELECT relname FROM (SELECT relname FROM " + relations + " ORDER BY 1 AS OF " + at + ") s ORDER BY 1",
		} {
			c.everywhere(sql, want)
		}
		for _, sql := range []string{
			"SELECT relname FROM pg_class AS OF %[1]s k JOIN pg_namespace AS OF %[1]s n ON n.oid = k.relnamespace WHERE nspname = 'app' ORDER BY 1",
			"SELECT k.relname FROM pg_catalog.pg_class FOR SYSTEM_TIME AS OF %[1]s k, pg_namespace AS OF %[1]s n WHERE n.oid = k.relnamespace AND nspname = 'app' ORDER BY 1",
		} {
			want := "relname"
			if strings.HasPrefix(m.relations, "\n") {
				want += m.relations
			}
			c.everywhere(fmt.Sprintf(sql, at), want)
		}
		columns := "SELECT table_name || ' ' || column_name || ' ' || data_type AS c FROM information_schema.columns%s WHERE table_schema = 'app' ORDER BY 1%s"
		c.everywhere(fmt.Sprintf(columns, " AS OF "+at, ""), "c"+m.columns)
		c.everywhere(fmt.Sprintf(columns, "", " AS OF "+at), "c"+m.columns)
		for _, sql := range inForms("nspname", "pg_namespace", at) {
			got := c.simple(sql)
			if has := strings.Contains(got.text, "\napp"); got.err != nil || has != (m.schemas != "") {
				t.Errorf("day %d: %s: %s", m.day, sql, got)
			}
		}
	}
	c.everywhere("SELECT (SELECT pg_get_viewdef('app.v'::regclass) ORDER BY 1 AS OF '"+stamp(day(2))+"') LIKE '%app.a%' AS def", "def\nt")
	c.everywhere("SELECT 'app.a'::regclass AS name, 'app.a'::regclass::text AS text, to_regclass('app.b') AS later ORDER BY 1 AS OF '"+stamp(day(2))+"'", "name, text, later\napp.a | app.a | NULL")
	before := start.AddDate(-1, 0, 0) // there was no database
	c.everywhere("SELECT nspname FROM pg_catalog.pg_namespace AS OF '"+stamp(before)+"'", "nspname")
	c.everywhere("SELECT pg_catalog.format_type(23, -1), count(*) FROM pg_namespace ORDER BY 1 AS OF '"+stamp(before)+"'", "format_type, count\ninteger | 0")
	c.everywhere("SELECT schema_name FROM information_schema.schemata ORDER BY 1 AS OF '"+stamp(before)+"'", "schema_name")
	c.everywhere("SELECT count(*) > 0 AS live FROM pg_stat_activity AS OF '"+stamp(day(2))+"'", "live\nt")
}

// TestQueryMoments: AS OF QUERY reads the snapshot that a statement of the past read.
func TestQueryMoments(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'one')", "CREATE VIEW vw AS SELECT v FROM t")
	s.on(2, c, "SELECT id, v FROM t WHERE 'marked' <> ''")
	s.on(3, c, "DROP VIEW vw", "ALTER TABLE t DROP COLUMN v", "INSERT INTO t VALUES (2)", "ALTER TABLE t RENAME TO u")
	s.on(4, c)
	id := strings.TrimPrefix(c.must("SELECT query_id FROM memory.lineage WHERE sql LIKE '%marked%' AND sql NOT LIKE '%lineage%'").text, "query_id\n")
	for _, m := range []string{"'" + id + "'", "'" + id + "'::uuid", "('" + id + "')"} {
		for _, item := range []string{"t", "public.t"} {
			for _, sql := range inForms("id, v", item, "QUERY "+m) {
				c.everywhere(sql, "id, v\n1 | one")
			}
		}
		for _, sql := range inForms("v", "vw", "QUERY "+m) {
			c.everywhere(sql, "v\none")
		}
	}
	for _, begin := range []string{"BEGIN AS OF QUERY '" + id + "'", "BEGIN; SET TRANSACTION AS OF QUERY '" + id + "'"} {
		c.must(begin)
		c.everywhere("SELECT * FROM t", "id, v\n1 | one")
		c.must("ROLLBACK")
	}
	if a := c.extended("SELECT id FROM u AS OF QUERY $1", id); a.code != "42P01" {
		t.Errorf("today's name: %s", a)
	}
}
