package sqltests

import (
	"context"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

var (
	rewrite  = flag.Bool("rewrite", false, "store what PostgreSQL (or Synapse, where a record runs there only) answers as the expectation")
	onlyFile = flag.String("logic", "", "run the logic files whose name contains this")
)

// statementTimeout bounds one statement of a logic file: a hang is a failure.
const statementTimeout = 30 * time.Second

func logicFiles(t *testing.T) []*logicFile {
	t.Helper()
	names, err := filepath.Glob("testdata/logic/*/*.test")
	if err != nil || len(names) == 0 {
		t.Fatalf("no logic files: %v", err)
	}
	var out []*logicFile
	for _, name := range names {
		if *onlyFile != "" && !strings.Contains(name, *onlyFile) {
			continue
		}
		f, err := readLogic(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

func connect(t *testing.T, url string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// fresh gives a file a schema of its own.
func fresh(t *testing.T, c *pgconn.PgConn) {
	t.Helper()
	for _, sql := range []string{
		"DROP SCHEMA IF EXISTS logic CASCADE", "CREATE SCHEMA logic", "SET search_path = logic, public", "SET TimeZone = 'UTC'",
	} {
		if o := send(context.Background(), c, simpleText, sql); o.err != nil {
			t.Fatalf("%s: %v", sql, o.err)
		}
	}
}

// play runs a file on one server in one mode.
func play(t *testing.T, f *logicFile, c *pgconn.PgConn, m mode, postgres bool) {
	fresh(t, c)
	for _, r := range f.records {
		if postgres && r.synapse != "" {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
		how := m
		if r.text && how == extendedBinary {
			how = extendedText
		}
		if r.simple || strings.Contains(strings.TrimSuffix(strings.TrimSpace(r.sql), ";"), ";\n") {
			how = simpleText // several statements exist in the simple protocol only
		}
		o := send(ctx, c, how, r.sql)
		cancel()
		if diff := r.compare(o); diff != "" {
			t.Errorf("%s:%d: %s\n%s", f.name, r.line, r.sql, diff)
		}
		if c.IsClosed() {
			t.Fatalf("%s:%d: the connection was lost", f.name, r.line)
		}
	}
}

// TestLogic runs every file over each protocol on Synapse.
func TestLogic(t *testing.T) {
	if *rewrite {
		t.Skip("-rewrite: see TestLogicOnPostgres")
	}
	s := harness.StartSynapse(t)
	for _, f := range logicFiles(t) {
		for _, m := range []mode{simpleText, extendedText, extendedBinary} {
			t.Run(strings.TrimPrefix(f.name, "testdata/logic/")+"/"+m.String(), func(t *testing.T) {
				play(t, f, connect(t, s.URL()), m, false)
			})
		}
	}
}

// TestLogicOnPostgres runs the files on a real PostgreSQL: what they expect of
// Synapse is what PostgreSQL does.
func TestLogicOnPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("short: needs a PostgreSQL")
	}
	url := harness.StartPostgres(t)
	var s *harness.Synapse
	if *rewrite {
		s = harness.StartSynapse(t)
	}
	for _, f := range logicFiles(t) {
		t.Run(strings.TrimPrefix(f.name, "testdata/logic/"), func(t *testing.T) {
			if *rewrite {
				rewriteFile(t, f, url, s)
				return
			}
			if f.synapseOnly != "" {
				t.Skip("synapse only: " + f.synapseOnly)
			}
			play(t, f, connect(t, url), simpleText, true)
		})
	}
}

// rewriteFile stores PostgreSQL's answers, and Synapse's for what only Synapse runs.
func rewriteFile(t *testing.T, f *logicFile, url string, s *harness.Synapse) {
	syn, pg := connect(t, s.URL()), connect(t, url)
	fresh(t, syn)
	fresh(t, pg)
	for _, r := range f.records {
		ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
		o := send(ctx, syn, simpleText, r.sql)
		if f.synapseOnly == "" && r.synapse == "" {
			o = send(ctx, pg, simpleText, r.sql)
		}
		cancel()
		switch {
		case o.err != nil:
			r.kind, r.code, r.want = "error", o.code, nil
		case o.cols >= 0:
			r.kind, r.want = "query", r.ordered(o.rows)
		default:
			r.kind = "ok"
		}
	}
	if err := f.write(); err != nil {
		t.Fatal(err)
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(m.Run())
}

// onBothMin is how many statements at least run on both systems.
const onBothMin = 3000

// TestLogicCounts counts the statements of the logic files by feature.
func TestLogicCounts(t *testing.T) {
	both, alone := map[string]int{}, 0
	total := 0
	for _, f := range logicFiles(t) {
		feature := filepath.Base(filepath.Dir(f.name))
		for _, r := range f.records {
			if f.synapseOnly != "" || r.synapse != "" {
				alone++
				continue
			}
			both[feature]++
			total++
		}
	}
	for _, feature := range slices.Sorted(maps.Keys(both)) {
		t.Logf("%5d %s", both[feature], feature)
	}
	t.Logf("%5d run on Synapse and PostgreSQL; %d on Synapse alone, as their files say why", total, alone)
	if total < onBothMin && *onlyFile == "" {
		t.Errorf("%d statements run on both systems, want %d at least", total, onBothMin)
	}
}
