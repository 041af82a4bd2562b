package asof

import (
	"strings"
	"testing"
)

// TestValidTime reads by both clocks, before and after the period's columns were
// renamed and given to another type of question.
func TestValidTime(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE price (item text, p int, f timestamptz, u timestamptz) WITH (synapse.valid_time = 'f, u')",
		"INSERT INTO price VALUES ('a', 10, '2024-01-01', '2024-02-01'), ('a', 20, '2024-02-01', 'infinity'), ('b', 5, '2024-01-15', NULL), ('c', 7, NULL, '2024-01-10')",
		"CREATE TABLE plain (item text)", "INSERT INTO plain VALUES ('z')",
		"CREATE VIEW prices AS SELECT item, p FROM price")
	s.on(3, c, "UPDATE price SET p = 11 WHERE p = 10", "DROP VIEW prices", "ALTER TABLE price RENAME f TO since", "ALTER TABLE price RENAME u TO until",
		"CREATE VIEW prices AS SELECT item, p FROM price")
	s.on(5, c)
	clause := map[string]string{
		"AS OF '2024-01-20'":                    "\na | 11\nb | 5",
		"AS OF '2024-01-05'":                    "\na | 11\nc | 7",
		"BETWEEN '2024-01-10' AND '2024-02-01'": "\na | 11\na | 20\nb | 5",
		"FROM '2024-01-10' TO '2024-02-01'":     "\na | 11\nb | 5",
		"ALL":                                   "\na | 11\na | 20\nb | 5\nc | 7",
		"AS OF timestamptz '2024-01-20' - '10 d'::interval": "\na | 11",
	}
	for when, rows := range clause {
		for _, form := range []string{
			"SELECT item, p FROM price FOR VALID_TIME ? ORDER BY 1, 2",
			"SELECT item, p FROM price ORDER BY 1, 2 FOR VALID_TIME ?",
			"SELECT item, p FROM prices FOR VALID_TIME ? ORDER BY 1, 2",
			"SELECT item, p FROM prices ORDER BY 1, 2 FOR VALID_TIME ?",
			"WITH c AS (SELECT item, p FROM price) SELECT item, p FROM c FOR VALID_TIME ? ORDER BY 1, 2",
			"SELECT * FROM (SELECT item, p FROM price FOR VALID_TIME ?) s ORDER BY 1, 2",
			"SELECT * FROM (SELECT item, p FROM price ORDER BY 1, 2 FOR VALID_TIME ?) s ORDER BY 1, 2",
		} {
			sql := strings.Replace(form, "?", when, 1)
			c.everywhere(sql, "item, p"+rows)
			// The past of the table, when its columns had other names.
			then := strings.Replace(sql, " ORDER BY 1, 2 FOR", " ORDER BY 1, 2 AS OF '"+stamp(day(2))+"' FOR", 1)
			if then == sql {
				then = strings.Replace(sql, "FOR VALID_TIME", "AS OF '"+stamp(day(2))+"' FOR VALID_TIME", 1)
			}
			c.everywhere(then, "item, p"+strings.Replace(rows, "11", "10", 1))
		}
	}
	c.everywhere("SELECT * FROM (SELECT item FROM price UNION ALL SELECT item FROM plain) u ORDER BY 1 FOR VALID_TIME AS OF '2024-01-20'", "item\na\nb\nz")
	c.everywhere("SELECT * FROM plain FOR VALID_TIME AS OF '2024-01-20'", "42704")
	c.everywhere("SELECT * FROM generate_series(1, 2) FOR VALID_TIME AS OF '2024-01-20'", "0A000")
	for name, send := range c.protocols() {
		a := send("SELECT item, p FROM price FOR VALID_TIME AS OF '2024-01-20' FOR SYSTEM_TIME AS OF '" + stamp(day(2)) + "' ORDER BY 1")
		if a.text != "item, p\na | 10\nb | 5" {
			t.Errorf("%s: both clocks, the other way round: %s", name, a)
		}
	}
	if a := c.extended("SELECT item, p FROM price FOR VALID_TIME AS OF $1 AS OF $2 ORDER BY 1", "2024-01-20", stamp(day(2))); a.text != "item, p\na | 10\nb | 5" {
		t.Errorf("parameters of both clocks: %s", a)
	}
	s.on(7, c, `SELECT memory.write('n', '{"content": "refund asked", "ts": "2024-01-01", "valid_to": "2024-02-01"}')`,
		`SELECT memory.write('n', '{"content": "refund paid", "ts": "2024-02-01"}')`)
	s.on(9, c)
	recall := "SELECT content FROM memory.query(ns => 'n', query => 'refund'%) ORDER BY 1"
	c.everywhere(strings.Replace(recall, "%)", ") FOR VALID_TIME AS OF '2024-01-20'", 1), "content\nrefund asked")
	c.everywhere(strings.Replace(recall, "%)", ", valid_as_of => '2024-02-20') FOR VALID_TIME AS OF '2024-01-20'", 1), "content\nrefund paid")
	c.everywhere(strings.Replace(recall, "%)", ") FOR VALID_TIME AS OF '2024-01-20' AS OF '"+stamp(day(6))+"'", 1), "content")
}
