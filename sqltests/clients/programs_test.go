package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"synapse/sqltests/harness"
)

// program runs a client program with the server's URL as its last argument; it must print "ok" last.
func program(t *testing.T, url, name string, args ...string) {
	t.Helper()
	out, err := exec.Command(name, append(args, url)...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil || !strings.HasSuffix(text, "ok") {
		t.Errorf("%s: %v\n%s", filepath.Base(name), err, text)
	}
}

// TestPsycopg2 runs the system's Python, the one Debian's python3-psycopg2 belongs to.
func TestPsycopg2(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import psycopg2").Run(); err != nil {
		t.Skip("python3-psycopg2 is not installed: .ci/tools test installs it")
	}
	program(t, harness.StartSynapse(t).URL(), python, "psycopg.py")
}

func TestNodePostgres(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node.js is not installed")
	}
	if _, err := os.Stat("node/node_modules/pg"); err != nil {
		t.Skip("node-postgres is not installed: .ci/tools test runs npm ci")
	}
	program(t, harness.StartSynapse(t).URL(), node, "node/program.js")
}

// psql runs a script and returns what it printed.
func psql(t *testing.T, url, script string, flags ...string) string {
	t.Helper()
	bin, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed: .ci/tools test installs it")
	}
	cmd := exec.Command(bin, "-X", "-v", "ON_ERROR_STOP=1", "-A", "-d", url)
	cmd.Args = append(cmd.Args, flags...)
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(), "PGOPTIONS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("psql: %v\n%s", err, out)
	}
	return string(out)
}

// psqlScript uses what people use: variables, client-side COPY, results as variables and as statements.
const psqlScript = `
CREATE TABLE notes (id int PRIMARY KEY, body text);
\set who 'it''s me'
INSERT INTO notes VALUES (1, :'who'), (2, NULL);
\copy notes from 'FILE' with (format csv)
SELECT * FROM notes ORDER BY id;
\copy (select id from notes where id > 2) to stdout
BEGIN;
DELETE FROM notes;
ROLLBACK;
SELECT count(*) AS n FROM notes \gset
\echo :n rows
SELECT format('SELECT %s', g) FROM generate_series(7, 8) g \gexec
SELECT 'then' AS OF '-1s';
`

func TestPsql(t *testing.T) {
	s := harness.StartSynapse(t)
	file := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(file, []byte("3,three\n4,four\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := psql(t, s.URL(), strings.ReplaceAll(psqlScript, "FILE", file), "-t")
	for _, want := range []string{"1|it's me\n2|\n3|three\n4|four\n", "4 rows\n", "\n7\n8\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}
