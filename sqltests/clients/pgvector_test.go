package clients

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

// vectorAnswer is what became of a statement.
type vectorAnswer struct {
	Rows    []string
	Code    string
	Message string
}

// TestPgvector sends pglite/statements.txt to Synapse and to PGlite, a PostgreSQL
// with pgvector: rows, SQLSTATEs and messages agree. Where they do not, a line
// that starts with "# differs: " in front of the statement says why.
func TestPgvector(t *testing.T) {
	if _, err := os.Stat("pglite/node_modules/@electric-sql/pglite-pgvector"); err != nil {
		t.Skip("PGlite is not installed: .ci/tools test installs it")
	}
	data, err := os.ReadFile("pglite/statements.txt")
	if err != nil {
		t.Fatal(err)
	}
	var statements []string
	differs := map[string]string{}
	why := ""
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "#") {
			_, why, _ = strings.Cut(line, "# differs: ")
			continue
		}
		statements = append(statements, line)
		if why != "" {
			differs[line] = why
		}
		why = ""
	}
	want := askPGlite(t, statements)
	c, err := pgconn.Connect(context.Background(), harness.StartSynapse(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for i, sql := range statements {
		got := askVector(c, sql)
		same := slices.Equal(got.Rows, want[i].Rows) && got.Code == want[i].Code && got.Message == want[i].Message
		switch {
		case same && differs[sql] != "":
			t.Errorf("%s\nagrees, though it is said to differ: %s", sql, differs[sql])
		case !same && differs[sql] == "":
			t.Errorf("%s\npgvector %v\nSynapse  %v", sql, want[i], got)
		}
	}
}

// askPGlite runs the statements in order on a new database.
func askPGlite(t *testing.T, statements []string) []vectorAnswer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "answer.mjs")
	cmd.Dir, cmd.Stdin = "pglite", strings.NewReader(strings.Join(statements, "\n"))
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("PGlite: %v\n%s", err, complaints.String())
	}
	var answers []vectorAnswer
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Buffer(nil, 16<<20); lines.Scan(); {
		var a vectorAnswer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(statements) {
		t.Fatalf("PGlite answered %d of %d statements", len(answers), len(statements))
	}
	return answers
}

func askVector(c *pgconn.PgConn, sql string) (a vectorAnswer) {
	results, err := c.Exec(context.Background(), sql).ReadAll()
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return vectorAnswer{Code: e.Code, Message: e.Message}
	} else if err != nil {
		return vectorAnswer{Message: err.Error()}
	}
	for _, r := range results {
		for _, row := range r.Rows {
			fields := make([]string, len(row))
			for i, f := range row {
				if fields[i] = string(f); f == nil {
					fields[i] = "NULL"
				}
			}
			a.Rows = append(a.Rows, strings.Join(fields, " | "))
		}
	}
	return a
}
