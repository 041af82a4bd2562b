package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"synapse/sqltests/harness"
)

// client is a program in the way its users write them: it migrates, writes,
// transacts, queries vectors where it knows them, introspects, and prints "ok".
type client struct {
	name    string
	command []string // the server's URL follows
	needs   func() error
	all     bool // run by make test-all only
}

// python is the system's, the one that Debian's modules belong to.
const python = "/usr/bin/python3"

func modules(names string) func() error {
	return func() error { return exec.Command(python, "-c", "import "+names).Run() }
}

func file(name string) func() error {
	return func() error {
		_, err := os.Stat(name)
		return err
	}
}

const jdbc = "/usr/share/java/postgresql.jar"

var clients = []client{
	{name: "psycopg2", command: []string{python, "psycopg2_program.py"}, needs: modules("psycopg2")},
	{name: "psycopg 3", command: []string{python, "psycopg3_program.py"}, needs: modules("psycopg")},
	{name: "SQLAlchemy", command: []string{python, "-W", "ignore", "sqlalchemy_program.py"}, needs: modules("sqlalchemy, psycopg2")},
	{name: "Alembic and pandas", command: []string{python, "-W", "ignore", "alembic_pandas.py"}, needs: modules("alembic, pandas"), all: true},
	{name: "pgjdbc", command: []string{"java", "-cp", jdbc, "Jdbc.java"}, needs: file(jdbc)},
	{name: "node-postgres", command: []string{"node", "node/program.js"}, needs: file("node/node_modules/pg")},
	{name: "LangChain.js", command: []string{"node", "node/langchain.js"}, needs: file("node/node_modules/@langchain/community")},
	{name: "LangGraph.js store", command: []string{"node", "node-all/langgraphstore.js"}, needs: file("node-all/node_modules/@langchain/langgraph"), all: true},
	{name: "LangGraph.js", command: []string{"node", "node-all/langgraph.js"}, needs: file("node-all/node_modules/@langchain/langgraph"), all: true},
	{name: "postgres.js", command: []string{"node", "node-all/postgresjs.js"}, needs: file("node-all/node_modules/postgres"), all: true},
	{name: "Knex", command: []string{"node", "node-all/knex.js"}, needs: file("node-all/node_modules/knex"), all: true},
	{name: "Kysely", command: []string{"node", "node-all/kysely.js"}, needs: file("node-all/node_modules/kysely"), all: true},
	{name: "Sequelize", command: []string{"node", "node-all/sequelize.js"}, needs: file("node-all/node_modules/sequelize"), all: true},
	{name: "TypeORM", command: []string{"node", "node-all/typeorm.js"}, needs: file("node-all/node_modules/typeorm"), all: true},
	{name: "mem0", command: []string{"node", "node-all/mem0.js"}, needs: file("node-all/node_modules/mem0ai"), all: true},
	{name: "drizzle-kit", command: []string{"node", "node-all/drizzlekit.js"}, needs: file("node-all/node_modules/drizzle-kit"), all: true},
	{name: "Drizzle", command: []string{"node", "node-all/drizzle.js"}, needs: file("node-all/node_modules/drizzle-orm"), all: true},
}

// TestClients runs every client program against a server of its own.
func TestClients(t *testing.T) {
	full := os.Getenv("SYNAPSE_TEST_FULL") != ""
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			if c.all && !full {
				t.Skip("run by make test-all (SYNAPSE_TEST_FULL=1)")
			}
			bin, err := exec.LookPath(c.command[0])
			if err == nil {
				err = c.needs()
			}
			if err != nil {
				t.Skipf("not installed (%v): .ci/tools test and .ci/tools all install it", err)
			}
			url := harness.StartSynapse(t).URL()
			out, err := exec.Command(bin, append(c.command[1:], url)...).CombinedOutput()
			text := strings.TrimSpace(string(out))
			if err != nil || !strings.HasSuffix(text, "ok") {
				t.Errorf("%s: %v\n%s", filepath.Base(bin), err, text)
			}
			passed(t, c.name)
		})
	}
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
	passed(t, "psql 15")
}
