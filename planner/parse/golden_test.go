package parse

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"synapse/catalog/sqlerr"
)

var rewriteGoldens = flag.Bool("rewrite", false, "write the results into testdata/ast")

// TestGolden parses each text of testdata/ast/*.txt and compares the dump of
// what comes out. A block is the text, a line of four dashes, and the result;
// an empty line ends it. Lines that start with # are comments.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/ast/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			for i, block := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
				out.WriteString(goldenBlock(t, file, block, i > 0))
			}
			if *rewriteGoldens {
				if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// goldenBlock checks one block and returns it with the result as it is now.
func goldenBlock(t *testing.T, file, block string, separate bool) string {
	t.Helper()
	sql, want, _ := strings.Cut(block, "\n----\n")
	sql = strings.TrimSuffix(sql, "\n----")
	comment := ""
	for strings.HasPrefix(sql, "#") {
		line, rest, _ := strings.Cut(sql, "\n")
		comment, sql = comment+line+"\n", rest
	}
	got := ""
	if sql != "" {
		got = result(sql)
	}
	if !*rewriteGoldens && got != strings.TrimSpace(want) {
		t.Errorf("%s: %s\n got %s\nwant %s", file, sql, got, want)
	}
	head := ""
	if separate {
		head = "\n"
	}
	if sql == "" {
		return head + comment
	}
	return head + comment + sql + "\n----\n" + got + "\n"
}

func result(sql string) string {
	stmts, err := Parse(sql)
	if err != nil {
		e := sqlerr.From(err)
		out := fmt.Sprintf("%s %s at %d", e.Code, e.Message, e.Position)
		if e.Hint != "" {
			out += " HINT " + e.Hint
		}
		return out
	}
	var lines []string
	for _, s := range stmts {
		line := dump(s.Stmt, true)
		if s.Params > 0 {
			line += fmt.Sprintf(" params=%d", s.Params)
		}
		if len(stmts) > 1 || s.Text != sql {
			line += fmt.Sprintf(" text=%q", s.Text)
		}
		if s.Comment != "" {
			line += fmt.Sprintf(" comment=%q", s.Comment)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return "(nothing)"
	}
	return strings.Join(lines, "\n")
}

// goldenTexts returns the inputs of all golden files.
func goldenTexts(t testing.TB) (out []string) {
	files, err := filepath.Glob("testdata/ast/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(data), "\n\n") {
			if sql, _, ok := strings.Cut(block, "\n----\n"); ok {
				out = append(out, sql)
			}
		}
	}
	return out
}
