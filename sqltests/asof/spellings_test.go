package asof

import (
	"fmt"
	"net/url"
	"time"

	"synapse/storage"
)

// spelling is one way to read a relation as of a moment: all rows and columns in
// the order of the first column.
type spelling struct {
	name string
	read func(c *client, relation string, at time.Time) answer
}

// sent makes a spelling of one statement, in each protocol.
func sent(name string, sql func(relation string, at time.Time) string) []spelling {
	var out []spelling
	for _, p := range []string{"simple", "extended", "prepared"} {
		out = append(out, spelling{name + ", " + p, func(c *client, relation string, at time.Time) answer {
			return c.protocols()[p](sql(relation, at))
		}})
	}
	return out
}

// text is a spelling by a format of relation and literal.
func text(name, format string) []spelling {
	return sent(name, func(relation string, at time.Time) string {
		return fmt.Sprintf(format, relation, "'"+stamp(at)+"'")
	})
}

// spellings lists them all. Those that need the server's clock know the time from now.
func spellings(now func() time.Time) []spelling {
	all := [][]spelling{
		text("statement, at the end", "SELECT * FROM %s ORDER BY 1 AS OF %s"),
		text("statement, before WHERE", "SELECT * FROM %s ORDER BY 1 AS OF %s WHERE true"),
		text("statement, with LIMIT", "SELECT * FROM %s ORDER BY 1 LIMIT 1000 AS OF %s"),
		text("table", "SELECT * FROM %s AS OF %s ORDER BY 1"),
		text("table, alias", "SELECT x.* FROM %s AS OF %s x ORDER BY 1"),
		text("table, FOR SYSTEM_TIME", "SELECT * FROM %s FOR SYSTEM_TIME AS OF %s AS x ORDER BY 1"),
		text("table, SYSTEM TIME", "SELECT * FROM %s AS OF SYSTEM TIME %s ORDER BY 1"),
		text("table, cast", "SELECT * FROM %s AS OF %s::timestamptz ORDER BY 1"),
		text("table, expression", "SELECT * FROM %s AS OF (%s::timestamptz + interval '0 s') ORDER BY 1"),
		text("subquery, its end", "SELECT * FROM (SELECT * FROM %s ORDER BY 1 AS OF %s) s ORDER BY 1"),
		text("subquery, its table", "SELECT * FROM (SELECT * FROM %s AS OF %s) s ORDER BY 1"),
		text("lateral", "SELECT s.* FROM (VALUES (1)) o(n), LATERAL (SELECT * FROM %s AS OF %s WHERE o.n = 1) s ORDER BY 1"),
		text("inside WITH", "WITH c AS (SELECT * FROM %s AS OF %s) SELECT * FROM c ORDER BY 1"),
		text("WITH, statement", "WITH c AS (SELECT * FROM %s) SELECT * FROM c ORDER BY 1 AS OF %s"),
		text("WITH, reference", "WITH c AS (SELECT * FROM %s) SELECT * FROM c AS OF %s ORDER BY 1"),
		text("WITH, materialized", "WITH c AS MATERIALIZED (SELECT * FROM %s) SELECT * FROM c AS OF %s ORDER BY 1"),
		text("WITH, nested", "WITH c AS (SELECT * FROM %s), d AS (SELECT * FROM c) SELECT * FROM d AS OF %s ORDER BY 1"),
		text("WITH, in a subquery", "WITH c AS (SELECT * FROM %s) SELECT * FROM (SELECT * FROM c ORDER BY 1 AS OF %s) s ORDER BY 1"),
		text("UNION, arms", "SELECT * FROM %[1]s AS OF %[2]s UNION SELECT * FROM %[1]s AS OF %[2]s ORDER BY 1"),
		text("UNION, statement", "SELECT * FROM %[1]s UNION SELECT * FROM %[1]s ORDER BY 1 AS OF %[2]s"),
		text("innermost wins", "SELECT * FROM %s AS OF %s ORDER BY 1 AS OF '2025-03-01'"),
		sent("bare int8", func(r string, at time.Time) string {
			return fmt.Sprintf("SELECT * FROM %s AS OF %d ORDER BY 1", r, storage.TimestampOf(at))
		}),
		sent("SYSTEM TIME nanoseconds", func(r string, at time.Time) string {
			return fmt.Sprintf("SELECT * FROM %s AS OF SYSTEM TIME %d ORDER BY 1", r, at.UnixNano())
		}),
		sent("interval text", func(r string, at time.Time) string {
			return fmt.Sprintf("SELECT * FROM %s AS OF '-%ds' ORDER BY 1", r, int64(now().Sub(at).Seconds()))
		}),
		sent("now() - interval", func(r string, at time.Time) string {
			return fmt.Sprintf("SELECT * FROM %s AS OF now() - interval '%d s' ORDER BY 1", r, int64(now().Sub(at).Seconds()))
		}),
		sent("sqlcommenter", func(r string, at time.Time) string {
			return fmt.Sprintf("SELECT * FROM %s ORDER BY 1 /*as_of='%s'*/", r, url.PathEscape(stamp(at)))
		}),
		{
			{"setting", func(c *client, r string, at time.Time) answer {
				c.must("SET synapse.as_of = '" + stamp(at) + "'")
				defer c.must("RESET synapse.as_of")
				return c.simple("SELECT * FROM " + r + " ORDER BY 1")
			}},
			{"setting, prepared", func(c *client, r string, at time.Time) answer {
				c.must("SET synapse.as_of = '" + stamp(at) + "'")
				defer c.must("RESET synapse.as_of")
				return c.prepared("SELECT * FROM " + r + " ORDER BY 1")
			}},
			inBlock("BEGIN AS OF", "BEGIN AS OF %s"),
			inBlock("BEGIN READ ONLY AS OF", "BEGIN TRANSACTION READ ONLY AS OF %s"),
			inBlock("START TRANSACTION AS OF", "START TRANSACTION AS OF %s"),
			inBlock("SET TRANSACTION AS OF", "BEGIN; SET TRANSACTION AS OF %s"),
			inBlock("SET TRANSACTION AS OF SYSTEM TIME", "BEGIN; SET TRANSACTION AS OF SYSTEM TIME %s"),
			{"cursor", func(c *client, r string, at time.Time) answer {
				defer c.simple("ROLLBACK")
				return c.simple("BEGIN; DECLARE x CURSOR FOR SELECT * FROM " + r + " AS OF '" + stamp(at) + "' ORDER BY 1; FETCH ALL x")
			}},
			{"PREPARE", func(c *client, r string, at time.Time) answer {
				defer c.simple("DEALLOCATE ALL")
				return c.simple("PREPARE p AS SELECT * FROM " + r + " ORDER BY 1 AS OF '" + stamp(at) + "'; EXECUTE p")
			}},
			{"CREATE TABLE AS", func(c *client, r string, at time.Time) answer {
				defer c.simple("ROLLBACK")
				return c.simple("BEGIN; CREATE TABLE made AS SELECT * FROM " + r + " AS OF '" + stamp(at) + "'; SELECT * FROM made ORDER BY 1")
			}},
			{"CREATE TABLE AS, end", func(c *client, r string, at time.Time) answer {
				defer c.simple("ROLLBACK")
				return c.simple("BEGIN; CREATE TABLE made AS SELECT * FROM " + r + " ORDER BY 1 AS OF '" + stamp(at) + "'; SELECT * FROM made ORDER BY 1")
			}},
			{"view of the past", func(c *client, r string, at time.Time) answer {
				defer c.simple("ROLLBACK")
				return c.simple("BEGIN; CREATE VIEW made AS SELECT * FROM " + r + " AS OF '" + stamp(at) + "'; SELECT * FROM made ORDER BY 1")
			}},
		},
	}
	var out []spelling
	for _, list := range all {
		out = append(out, list...)
	}
	return out
}

// inBlock reads in a transaction that was begun as of the moment.
func inBlock(name, begin string) spelling {
	return spelling{name, func(c *client, relation string, at time.Time) answer {
		defer c.simple("ROLLBACK")
		if a := c.simple(fmt.Sprintf(begin, "'"+stamp(at)+"'")); a.err != nil {
			return a
		}
		return c.prepared("SELECT * FROM " + relation + " ORDER BY 1")
	}}
}
