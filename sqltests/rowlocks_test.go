package sqltests

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

// TestRowLocksBelow: which rows FOR UPDATE locks where views, subqueries and
// partitions stand between the clause and the tables. What is left free, as
// another session finds by SKIP LOCKED, is what PostgreSQL 15 leaves free.
func TestRowLocksBelow(t *testing.T) {
	s := harness.StartSynapse(t)
	ctx := context.Background()
	connect := func() *pgx.Conn {
		c, err := pgx.Connect(ctx, s.URL())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c, other := connect(), connect()
	defer c.Close(ctx)
	defer other.Close(ctx)
	for _, sql := range []string{
		"CREATE TABLE t (id int PRIMARY KEY, g int)", "INSERT INTO t SELECT g, g % 3 FROM generate_series(1, 6) g",
		"CREATE TABLE u (id int PRIMARY KEY)", "INSERT INTO u VALUES (1), (2), (3)",
		"CREATE VIEW v AS SELECT id, g * 10 AS gg FROM t WHERE g > 0", "CREATE VIEW vv AS SELECT * FROM v WHERE gg > 10",
		"CREATE VIEW vagg AS SELECT g, count(*) FROM t GROUP BY g",
		"CREATE TABLE pt (a int, b int) PARTITION BY RANGE (a)",
		"CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10)", "CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (10) TO (20)",
		"INSERT INTO pt SELECT g, g FROM generate_series(8, 12) g",
	} {
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	free := func() string {
		var out []string
		for _, q := range []string{"SELECT id FROM t ORDER BY id", "SELECT id FROM u ORDER BY id", "SELECT a FROM pt ORDER BY a"} {
			rows, err := other.Query(ctx, q+" FOR UPDATE SKIP LOCKED")
			if err != nil {
				t.Fatal(err)
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int32])
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, strings.Trim(fmt.Sprint(ids), "[]"))
		}
		return strings.Join(out, " / ")
	}
	for _, k := range []struct {
		sql  string
		rows int
		code string
		free string
	}{
		{`select * from v where id < 3 for update`, 2, "", "3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from vv for update`, 2, "", "1 3 4 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from v join u using (id) for update`, 2, "", "3 4 5 6 / 3 / 8 9 10 11 12"},
		{`select * from v join u using (id) for update of u`, 2, "", "1 2 3 4 5 6 / 3 / 8 9 10 11 12"},
		{`select * from v join u using (id) for update of v`, 2, "", "3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (select * from t where g=1) s where id > 1 for share`, 1, "", "1 2 3 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (select * from t order by id limit 2) s for update`, 2, "", "3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (select * from t order by id) s where id = 3 for update`, 1, "", "1 2 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from vagg for update`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (select id from t union select id from u) s for update`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from u left join t using (id) for update`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from u left join t using (id) for update of u`, 3, "", "1 2 3 4 5 6 /  / 8 9 10 11 12"},
		{`select * from u left join v using (id) for update`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`with c as (select * from t) select * from c for update`, 6, "", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`with c as (select * from t) select * from c for update of c`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (values (1)) x(a) for update of x`, 1, "", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from generate_series(1,2) f for update of f`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (select distinct g from t) s for update`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select id from t where id in (select id from u) for update`, 3, "", "4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from (t join u using (id)) j for update of j`, 0, "0A000", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 11 12"},
		{`select * from t x, (select * from u) y where x.id=y.id for no key update of y`, 3, "", "1 2 3 4 5 6 /  / 8 9 10 11 12"},
		{`select * from pt where a > 8 for update`, 4, "", "1 2 3 4 5 6 / 1 2 3 / 8"},
		{`select * from (select a from pt where b > 10) z where a < 12 for update`, 1, "", "1 2 3 4 5 6 / 1 2 3 / 8 9 10 12"},
	} {
		tx, err := c.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := tx.Query(ctx, k.sql)
		n := 0
		if err == nil {
			for rows.Next() {
				n++
			}
			err = rows.Err()
		}
		var e *pgconn.PgError
		code := ""
		if errors.As(err, &e) {
			code = e.Code
		}
		if got := free(); n != k.rows || code != k.code || got != k.free {
			t.Errorf("%s\ngot  %d rows, %q, free %s\nwant %d rows, %q, free %s", k.sql, n, code, got, k.rows, k.code, k.free)
		}
		_ = tx.Rollback(ctx)
	}
}
