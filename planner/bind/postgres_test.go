package bind

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

var record = flag.String("record", "", "connection string of a PostgreSQL whose answers testdata/postgres shall hold")

// postgresSchema makes the tables of testCatalog in a real PostgreSQL.
const postgresSchema = `
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS binder CASCADE; CREATE SCHEMA binder; SET search_path = binder;
CREATE TABLE t (a int4 PRIMARY KEY, b text, c numeric CONSTRAINT t_c_check CHECK (c > 0), d timestamptz, j jsonb, arr int4[]);
CREATE TABLE u (id int8 GENERATED ALWAYS AS IDENTITY, a int4, name varchar(10), gone text, n int2 DEFAULT 7);
ALTER TABLE u DROP COLUMN gone;
CREATE TABLE g (x int4, y int4 GENERATED ALWAYS AS (x * 2) STORED);
CREATE VIEW v AS SELECT a AS va, b || '!' AS vb, c FROM t WHERE a > 0;`

// TestPostgres compares what a statement's parameters and columns are, or which
// error it gives, with what PostgreSQL 15 answered to Parse and Describe.
func TestPostgres(t *testing.T) {
	files, err := filepath.Glob("testdata/postgres/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	var conn *pgx.Conn
	if *record != "" {
		if conn, err = pgx.Connect(context.Background(), *record); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(context.Background(), postgresSchema); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if conn != nil {
				recordFile(t, conn, file)
			}
			compareFile(t, file)
		})
	}
}

func blocks(t *testing.T, file string) [][2]string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][2]string
	for _, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		sql, want, _ := strings.Cut(block, "\n----\n")
		out = append(out, [2]string{strings.TrimSuffix(sql, "\n----"), strings.TrimSpace(want)})
	}
	return out
}

func recordFile(t *testing.T, conn *pgx.Conn, file string) {
	var out []string
	for _, b := range blocks(t, file) {
		out = append(out, b[0]+"\n----\n"+describeThere(conn, b[0]))
	}
	if err := os.WriteFile(file, []byte(strings.Join(out, "\n\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func describeThere(conn *pgx.Conn, sql string) string {
	d, err := conn.PgConn().Prepare(context.Background(), "", sql, nil)
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return errorText(pe.Code, int(pe.Position), pe.Message, pe.Hint)
	}
	if err != nil {
		return "error " + err.Error()
	}
	var params, cols []string
	for _, oid := range d.ParamOIDs {
		params = append(params, types.FormatType(types.Of(types.OID(oid))))
	}
	for _, f := range d.Fields {
		typ := types.Type{OID: types.OID(f.DataTypeOID), Mod: f.TypeModifier}
		cols = append(cols, f.Name+" "+types.FormatType(typ))
	}
	return describeText(params, cols)
}

func describeText(params, cols []string) string {
	return strings.TrimSpace("(" + strings.Join(params, ", ") + ") -> " + strings.Join(cols, ", "))
}

func errorText(code string, pos int, message, hint string) string {
	out := fmt.Sprintf("error %s at %d: %s", code, pos, message)
	if hint != "" {
		out += "\nhint: " + hint
	}
	return out
}

func describeHere(t *testing.T, sql string) string {
	r, err := bindText(t, sql)
	if err != nil {
		e := sqlerr.From(err)
		return errorText(string(e.Code), e.Position, e.Message, e.Hint)
	}
	var params, cols []string
	for _, p := range r.Plan.Params {
		params = append(params, types.FormatType(p))
	}
	for _, c := range r.Plan.Columns {
		cols = append(cols, c.Name+" "+types.FormatType(c.Type))
	}
	return describeText(params, cols)
}

func compareFile(t *testing.T, file string) {
	for _, b := range blocks(t, file) {
		if got := describeHere(t, b[0]); got != b[1] {
			t.Errorf("%s\n got: %s\nwant: %s", b[0], got, b[1])
		}
	}
}
