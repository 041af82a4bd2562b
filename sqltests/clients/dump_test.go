package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"synapse/sqltests/harness"
)

const binaries15 = "/usr/lib/postgresql/15/bin/"

// restricted are the lines of a dump that differ each time.
var restricted = regexp.MustCompile(`(?m)^\\(un)?restrict .*\n`)

func pgDump(t *testing.T, url string, args ...string) string {
	t.Helper()
	cmd := exec.Command(binaries15+"pg_dump", append(args, url)...)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil || problems.Len() > 0 {
		t.Fatalf("pg_dump %v: %v\n%s", args, err, problems.String())
	}
	return restricted.ReplaceAllString(string(out), "")
}

// dumped is a schema with one of everything that pg_dump knows and Synapse has.
func dumped(t *testing.T, url string, withVectors bool) {
	t.Helper()
	script, err := os.ReadFile("testdata/dumped.sql")
	if err != nil {
		t.Fatal(err)
	}
	text := string(script)
	if !withVectors {
		text, _, _ = strings.Cut(text, "-- pgvector from here on\n")
	}
	psql(t, url, text, "-q")
}

// TestPgDump dumps Synapse with PostgreSQL's own program. What it writes makes an
// equal database when restored, as text and in the custom format.
func TestPgDump(t *testing.T) {
	if file(binaries15+"pg_dump")() != nil {
		t.Skip("PostgreSQL 15's pg_dump is not installed: .ci/tools test installs it")
	}
	source := harness.StartSynapse(t).URL()
	dumped(t, source, true)
	want := pgDump(t, source)

	again := harness.StartSynapse(t).URL()
	psql(t, again, want, "-q")
	if got := pgDump(t, again); got != want {
		t.Errorf("a dump of the restored dump differs:\n%s", difference(want, got))
	}

	archive := filepath.Join(t.TempDir(), "archive")
	pgDump(t, source, "-Fc", "-f", archive)
	target := harness.StartSynapse(t).URL()
	for _, args := range [][]string{{}, {"--clean", "--if-exists", "--jobs", "2"}} { // into an empty database, and over what is there
		cmd := exec.Command(binaries15+"pg_restore", append(args, "--exit-on-error", "-d", target, archive)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("pg_restore %v: %v\n%s", args, err, out)
		}
		if got := pgDump(t, target); got != want {
			t.Errorf("pg_restore %v made another database:\n%s", args, difference(want, got))
		}
	}

	one := pgDump(t, source, "--table", "app.people", "--data-only", "--column-inserts")
	if n := strings.Count(one, "INSERT INTO app.people ("); n != 2 || strings.Contains(one, "app.notes") {
		t.Errorf("--table app.people --column-inserts wrote %d rows:\n%s", n, one)
	}
	passed(t, "pg_dump 15")
}

// TestDumpBetweenServers moves a database from Synapse to PostgreSQL, and from there to Synapse.
func TestDumpBetweenServers(t *testing.T) {
	if file(binaries15+"pg_dump")() != nil {
		t.Skip("PostgreSQL 15's pg_dump is not installed: .ci/tools test installs it")
	}
	source, postgres, back := harness.StartSynapse(t).URL(), harness.StartPostgres(t), harness.StartSynapse(t).URL()
	dumped(t, source, false)
	psql(t, postgres, pgDump(t, source, "--no-owner"), "-q")
	psql(t, back, pgDump(t, postgres, "--no-owner"), "-q")
	// The data, column by column, and what constrains it.
	const rows = `SET extra_float_digits = 1;
SELECT * FROM app.people ORDER BY id; SELECT * FROM app.notes ORDER BY person, no; SELECT * FROM app.pp ORDER BY b; SELECT * FROM app.happy;
SELECT * FROM app.counts ORDER BY mood; SELECT count(*), sum(a), sum(c) FROM plain; SELECT app.twice(4), app.twice(4, 5); SELECT * FROM app.rows(2);
SELECT nextval('app.counter'), nextval('app.people_id_seq');
INSERT INTO app.notes (person, body) VALUES (2, 'new') RETURNING *;
UPDATE app.people SET name = 'Bo' WHERE id = 2 RETURNING seen > now() - interval '1 hour' AS touched, up;
SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'app'::regnamespace AND contype <> 'c' ORDER BY conname COLLATE "C";
SELECT indexdef FROM pg_indexes WHERE schemaname = 'app' ORDER BY indexname;
SELECT column_name, column_default, is_nullable, data_type, is_identity, is_generated FROM information_schema.columns WHERE table_schema = 'app' ORDER BY table_name, ordinal_position;
`
	want := psql(t, source, rows)
	if got := psql(t, postgres, rows); got != want {
		t.Errorf("PostgreSQL restored something else:\n%s", difference(want, got))
	}
	if got := psql(t, back, rows); got != want {
		t.Errorf("Synapse restored something else from PostgreSQL's dump:\n%s", difference(want, got))
	}
	passed(t, "pg_dump 15")
}

// difference lists the lines of two texts that only one has.
func difference(want, got string) string {
	var b strings.Builder
	has := func(text string) map[string]bool {
		m := map[string]bool{}
		for line := range strings.Lines(text) {
			m[line] = true
		}
		return m
	}
	w, g := has(want), has(got)
	for line := range strings.Lines(want) {
		if !g[line] {
			b.WriteString("- " + line)
		}
	}
	for line := range strings.Lines(got) {
		if !w[line] {
			b.WriteString("+ " + line)
		}
	}
	return b.String()
}
