package asof

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/storage"
)

// withMoment are statements whose moment is a parameter; %s is the list of columns.
var withMoment = []string{
	"SELECT %s FROM t ORDER BY 1 AS OF $1",
	"SELECT %s FROM t ORDER BY 1 AS OF $1 WHERE id > 0",
	"SELECT %s FROM t AS OF $1 ORDER BY 1",
	"SELECT %s FROM t AS OF $1::timestamptz x ORDER BY 1",
	"SELECT %s FROM t AS OF SYSTEM TIME $1 ORDER BY 1",
	"SELECT %s FROM t FOR SYSTEM_TIME AS OF $1 ORDER BY 1",
	"SELECT %s FROM t AS OF ($1::text)::timestamptz ORDER BY 1",
	"SELECT %s FROM t AS OF $1::timestamptz - interval '0 s' ORDER BY 1",
	"SELECT * FROM (SELECT %s FROM t ORDER BY 1 AS OF $1) s ORDER BY 1",
	"WITH c AS (SELECT %s FROM t) SELECT * FROM c AS OF $1 ORDER BY 1",
	"WITH c AS (SELECT * FROM t) SELECT %s FROM c AS OF $1 ORDER BY 1",
	"SELECT %s FROM vw AS OF $1 ORDER BY 1",
	"SELECT %s FROM vw ORDER BY 1 AS OF $1",
}

// TestParameters: the moment comes with Bind, and with it the catalog that names
// mean; what was described is what is sent, or Bind says no.
func TestParameters(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'one')", "CREATE VIEW vw AS SELECT id, v FROM t")
	s.on(3, c, "ALTER TABLE t ADD COLUMN extra int DEFAULT 5", "UPDATE t SET v = 'ONE'", "CREATE OR REPLACE VIEW vw AS SELECT id, v, extra FROM t",
		"CREATE INDEX ON t (v)")
	s.on(5, c, "INSERT INTO t VALUES (2, 'two', 6)")
	s.on(7, c)
	moments := map[int]string{2: stamp(day(2)), 4: stamp(day(4)), 6: stamp(day(6))}
	for _, format := range withMoment {
		for _, tt := range []struct {
			columns string
			want    map[int]string
		}{
			{"id, v", map[int]string{2: "id, v\n1 | one", 4: "id, v\n1 | ONE", 6: "id, v\n1 | ONE\n2 | two"}},
			{"id, extra", map[int]string{2: "42703", 4: "id, extra\n1 | 5", 6: "id, extra\n1 | 5\n2 | 6"}},
			{"*", map[int]string{2: "0A000", 4: "id, v, extra\n1 | ONE | 5", 6: "id, v, extra\n1 | ONE | 5\n2 | two | 6"}},
		} {
			sql := fmt.Sprintf(format, tt.columns)
			name, columns, err := c.prepare(sql)
			if err != nil {
				t.Errorf("%s: %v", sql, err)
				continue
			}
			for range 2 { // the plan of one moment must not serve another
				for _, d := range []int{2, 4, 6} {
					for way, a := range map[string]answer{"prepared": c.run(name, moments[d]), "extended": c.extended(sql, moments[d])} {
						want := tt.want[d]
						if way == "extended" && want == "0A000" {
							want = "0A000" // described before the moment is known, like a named one
						}
						if a.text != want && a.code != want {
							t.Errorf("%s of %s, day %d (described %v)\n got: %s\nwant: %s", way, sql, d, columns, a, want)
						}
					}
				}
			}
		}
	}
	for _, tt := range []struct{ sql, param, want string }{
		{"SELECT id FROM t AS OF $1", "3000-01-01", "22023"},
		{"SELECT id FROM t AS OF $1", "soon", "22007"},
		{"SELECT id FROM t ORDER BY 1 AS OF $1", "2025-03-01", "id"},
		{"SELECT id FROM t AS OF $1", "2025-03-01", "id"},
		{"SELECT id FROM t AS OF QUERY $1", "00000000-0000-0000-0000-000000000001", "42704"},
		{"EXPLAIN (COSTS OFF) SELECT v FROM t AS OF $1", stamp(day(2)), "QUERY PLAN\nSeq Scan on t\n  System Time: AS OF $1"},
		{"SELECT id FROM t AS OF $1::bigint", fmt.Sprint(int64(storage.TimestampOf(day(2)))), "id\n1"},
		{"SELECT v FROM t AS OF now() - $1::interval", "5 days", "v\none"},
	} {
		var params []string
		if tt.param != "" {
			params = []string{tt.param}
		}
		for way, a := range map[string]answer{"extended": c.extended(tt.sql, params...), "prepared": c.prepared(tt.sql, params...)} {
			if a.text != tt.want && a.code != tt.want {
				t.Errorf("%s: %s (%s)\n got: %s\nwant: %s", way, tt.sql, tt.param, a, tt.want)
			}
		}
	}
	for _, begin := range []string{"BEGIN AS OF $1", "START TRANSACTION READ ONLY AS OF $1::timestamptz", "SET TRANSACTION AS OF SYSTEM TIME $1"} {
		if strings.HasPrefix(begin, "SET") {
			c.must("BEGIN")
		}
		if a := c.prepared(begin, stamp(day(2))); a.err != nil {
			t.Errorf("%s: %s", begin, a)
		}
		c.everywhere("SELECT * FROM t", "id, v\n1 | one")
		c.must("COMMIT")
	}
	c.must("BEGIN")
	if a := c.prepared("DECLARE cur CURSOR FOR SELECT v FROM t AS OF $1", stamp(day(2))); a.err != nil {
		t.Errorf("DECLARE: %s", a)
	}
	if a := c.simple("FETCH ALL cur"); a.text != "v\none" {
		t.Errorf("FETCH: %s", a)
	}
	c.must("COMMIT")
	c.must("PREPARE p(timestamptz) AS SELECT id, v FROM t AS OF $1 ORDER BY 1")
	c.must("PREPARE q(timestamptz) AS SELECT * FROM t ORDER BY 1 AS OF $1")
	for _, tt := range []struct{ sql, want string }{
		{"EXECUTE p('" + stamp(day(2)) + "')", "id, v\n1 | one"},
		{"EXECUTE p('" + stamp(day(6)) + "')", "id, v\n1 | ONE\n2 | two"},
		{"EXECUTE q('" + stamp(day(6)) + "')", "id, v, extra\n1 | ONE | 5\n2 | two | 6"},
		{"EXECUTE q('" + stamp(day(2)) + "')", "0A000"},
	} {
		if a := c.simple(tt.sql); a.text != tt.want && a.code != tt.want {
			t.Errorf("%s: %s, want %s", tt.sql, a, tt.want)
		}
	}
}

// TestParametersOfDrivers reads with a parameter in each query mode of pgx.
func TestParametersOfDrivers(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'one')")
	s.on(3, c, "UPDATE t SET v = 'ONE'", "ALTER TABLE t ADD x int")
	s.on(5, c)
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		config, err := pgx.ParseConfig(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		config.DefaultQueryExecMode = mode
		conn, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for d, want := range map[int]string{2: "one", 4: "ONE"} {
				for _, sql := range []string{"SELECT v FROM t AS OF $1 WHERE id = $2", "SELECT v FROM t WHERE id = $2 ORDER BY v AS OF $1"} {
					var got string
					if err := conn.QueryRow(t.Context(), sql, day(d), 1).Scan(&got); err != nil || got != want {
						t.Errorf("%s: %s on day %d: %q, %v", mode, sql, d, got, err)
					}
				}
			}
		}
		conn.Close(t.Context())
	}
}

// TestBindSettles: what the moment makes impossible is said at Bind, before
// BindComplete, and the moment is evaluated once.
func TestBindSettles(t *testing.T) {
	s := newServer(t)
	c := s.dial()
	s.on(1, c, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)")
	s.on(3, c, "ALTER TABLE t ADD extra int DEFAULT 5", "CREATE SEQUENCE seq")
	s.on(5, c)
	past := [][]byte{[]byte(stamp(day(2)))}
	for _, tt := range []struct{ sql, want string }{
		{"SELECT extra FROM t AS OF $1", "ParseComplete, ErrorResponse 42703"},
		{"SELECT extra FROM t ORDER BY 1 AS OF $1", "ParseComplete, ErrorResponse 42703"},
		{"SELECT * FROM t AS OF $1", "ParseComplete, ErrorResponse 0A000"},
		{"SELECT * FROM t ORDER BY 1 AS OF $1", "ParseComplete, ErrorResponse 0A000"},
		{"SELECT id FROM t AS OF $1", "ParseComplete, BindComplete, DataRow 1, CommandComplete SELECT 1"},
		{"SELECT id FROM t ORDER BY 1 AS OF ($1::timestamptz + nextval('seq') * interval '1 s')", "ParseComplete, BindComplete, DataRow 1, CommandComplete SELECT 1"},
	} {
		f := c.pg.Frontend()
		f.Send(&pgproto3.Parse{Query: tt.sql})
		f.Send(&pgproto3.Bind{Parameters: past})
		f.Send(&pgproto3.Execute{})
		f.Send(&pgproto3.Sync{})
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		if got := transcript(t, c); got != tt.want {
			t.Errorf("%s\n got: %s\nwant: %s", tt.sql, got, tt.want)
		}
	}
	if a := c.simple("SELECT nextval('seq')"); a.text != "nextval\n2" { // it was called once
		t.Error(a)
	}
}

// transcript lists the server's messages until it is ready.
func transcript(t *testing.T, c *client) string {
	var out []string
	for {
		m, err := c.pg.ReceiveMessage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.ReadyForQuery:
			return strings.Join(out, ", ")
		case *pgproto3.ErrorResponse:
			out = append(out, "ErrorResponse "+m.Code)
		case *pgproto3.DataRow:
			out = append(out, "DataRow "+string(m.Values[0]))
		case *pgproto3.CommandComplete:
			out = append(out, "CommandComplete "+string(m.CommandTag))
		default:
			out = append(out, strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3."))
		}
	}
}
