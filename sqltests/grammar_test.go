package sqltests

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/sqltests/harness"
)

const grammarFile = "testdata/grammar.txt"

// grammarSetup are the statements of setUpGrammar; what is not supported of them
// is not there.
var grammarSetup = []string{
	"CREATE ROLE gram_a", "CREATE ROLE gram_b", "CREATE SCHEMA gram", "SET search_path = gram, public",
	"CREATE TABLE t (id int PRIMARY KEY, a int, b text, CONSTRAINT t_check CHECK (a > -10))", "CREATE UNIQUE INDEX t_b ON t (b)",
	"CREATE TABLE nn (a int NOT NULL)", "CREATE TABLE ident (a int GENERATED ALWAYS AS IDENTITY)",
	"CREATE TABLE gen (a int, g int GENERATED ALWAYS AS (a + 1) STORED)", "CREATE TABLE child2 (id int REFERENCES t)",
	"CREATE VIEW v AS SELECT 1 AS a", "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a", "CREATE UNIQUE INDEX mv_a ON mv (a)",
	"CREATE SEQUENCE sq", "CREATE TYPE comp AS (x int, y int)", "CREATE TYPE en AS ENUM ('a', 'b')", "CREATE DOMAIN dom AS int CHECK (VALUE > 0)",
	"CREATE FUNCTION fn(int) RETURNS int LANGUAGE sql AS 'SELECT $1'", "CREATE PROCEDURE pr() LANGUAGE plpgsql AS 'BEGIN END'",
	"CREATE FUNCTION trf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
	"CREATE TRIGGER trig BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trf()",
	"CREATE TABLE par (a int)", "CREATE TABLE kid () INHERITS (par)",
	"CREATE TABLE part (a int) PARTITION BY LIST (a)", "CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1)",
	"INSERT INTO t VALUES (1, 1, 'x')",
}

// notStatements are nodes that no statement of a client has at its top.
var notStatements = []string{
	"RawStmt", "PLAssignStmt", "SetOperationStmt", "ReturnStmt", "ReplicaIdentityStmt",
}

// unexplained is the outcome of what is refused without saying what to use instead.
const unexplained = "0A000 without hint"

// TestGrammar sends a statement of every kind that PostgreSQL's grammar has.
// testdata/grammar.txt says what becomes of each: it works, it fails as
// PostgreSQL's does, or it is refused with 0A000 and a hint at what to use instead.
func TestGrammar(t *testing.T) {
	data, err := os.ReadFile(grammarFile)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	kinds := map[string]bool{}
	url := harness.StartSynapse(t).URL()
	setUpGrammar(t, url)
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "#") {
			fmt.Fprintln(&out, line)
			continue
		}
		want, sql, _ := strings.Cut(line, ": ")
		for _, kind := range statementKinds(t, sql) {
			kinds[kind] = true
		}
		got, message := grammarOutcome(t, url, sql)
		switch better := want == "0A000" && got != "XX000" && got != "broken" && got != unexplained; {
		case got == want, *rewrite:
		case better:
			t.Logf("%s: %s; -rewrite stores it", sql, got)
		default:
			t.Errorf("%s\ngot %s, want %s\n%s", sql, got, want, message)
		}
		fmt.Fprintf(&out, "%s: %s\n", got, sql)
	}
	fields := (&pg.Node{}).ProtoReflect().Descriptor().Oneofs().ByName("node").Fields()
	for i := range fields.Len() {
		name := string(fields.Get(i).Message().Name())
		if strings.HasSuffix(name, "Stmt") && !kinds[name] && !slices.Contains(notStatements, name) {
			t.Errorf("no statement of kind %s in %s", name, grammarFile)
		}
	}
	if *rewrite {
		if err := os.WriteFile(grammarFile, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// statementKinds are the names of the nodes at the top of a text's statements.
func statementKinds(t *testing.T, sql string) (out []string) {
	t.Helper()
	tree, err := pg.Parse(sql)
	if err != nil {
		t.Errorf("%s: %v", sql, err)
		return nil
	}
	for _, s := range tree.Stmts {
		n := s.Stmt.ProtoReflect()
		out = append(out, string(n.WhichOneof(n.Descriptor().Oneofs().ByName("node")).Message().Name()))
	}
	return out
}

// grammarOutcome sends a statement within a transaction that is rolled back, or
// without one where it refuses that.
func grammarOutcome(t *testing.T, url, sql string) (outcome, message string) {
	t.Helper()
	c, err := pgconn.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
	defer cancel()
	_, err = c.Exec(ctx, "SET search_path = gram, public").ReadAll()
	for _, s := range []string{"BEGIN", sql} {
		if err == nil {
			_, err = c.Exec(ctx, s).ReadAll()
		}
	}
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "25001" {
		if _, err = c.Exec(ctx, "ROLLBACK").ReadAll(); err == nil {
			_, err = c.Exec(ctx, sql).ReadAll()
		}
	}
	switch {
	case err == nil:
		return "works", ""
	case !errors.As(err, &e):
		return "broken", err.Error()
	case e.Code == "0A000" && e.Hint == "":
		return unexplained, e.Message
	}
	return e.Code, e.Message + " " + e.Hint
}

// setUpGrammar makes what the statements of the grammar file speak of.
func setUpGrammar(t *testing.T, url string) {
	t.Helper()
	c := connect(t, url)
	for _, s := range grammarSetup {
		var e *pgconn.PgError
		_, err := c.Exec(context.Background(), s).ReadAll()
		if err != nil && (!errors.As(err, &e) || e.Code != "0A000") {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
