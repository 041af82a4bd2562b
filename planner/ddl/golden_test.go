package ddl_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the goldens anew")

// TestGolden runs the statements of testdata/*.sql in order, one store per file.
// A statement is a paragraph; what it gives stands below it after "-- ":
// notices, then rows, tag or error.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := openDB(t)
	var out strings.Builder
	for _, p := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		sql, want := split(p)
		got := d.outcome(sql)
		if got != want && !*rewrite {
			t.Errorf("%s\ngot\n%s\nwant\n%s", sql, got, want)
		}
		out.WriteString(sql + "\n" + got + "\n")
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(strings.TrimSuffix(out.String(), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// split separates a paragraph's statement from its outcome.
func split(p string) (sql, want string) {
	var body, result []string
	for _, line := range strings.Split(p, "\n") {
		if strings.HasPrefix(line, "-- ") {
			result = append(result, line)
		} else if line != "" {
			body = append(body, line)
		}
	}
	if len(result) > 0 {
		want = strings.Join(result, "\n") + "\n"
	}
	return strings.Join(body, "\n"), want
}

// outcome runs a statement and writes what it gave.
func (d *db) outcome(sql string) string {
	d.notices = nil
	result, err := d.run(sql)
	var lines []string
	for _, n := range d.notices {
		lines = append(lines, "NOTICE: "+n)
	}
	if err != nil {
		lines = append(lines, "ERROR "+shown(err))
	} else if result != "" {
		lines = append(lines, strings.Split(result, "\n")...)
	}
	var out strings.Builder
	for _, l := range lines {
		out.WriteString("-- " + l + "\n")
	}
	return out.String()
}
