package sqltests

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// maxFileLines is where a file has more than one idea.
const maxFileLines = 600

// untidy are words and forms that have no place in code: work left undone,
// paths of one machine, and talk about how the code came to be. Patterns are
// written so that they do not match themselves.
var untidy = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"unfinished work", regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)},
	{"a path of one machine", regexp.MustCompile(`(^|["'\x60 (=])/(home|root|work|Users)` + `/[A-Za-z0-9_]`)},
	{"talk about the work", regexp.MustCompile(`(?i)\b(helper ag` + `ent|agent te` + `am|issue\s*#\s*\d|issue \d+\b)`)},
}

// sources yields every file of the tree with one of the extensions, test data and fetched packages excluded.
func sources(t *testing.T, extensions string, each func(name string, text []byte)) {
	t.Helper()
	root := filepath.Dir(mustAbs(t))
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case "testdata", "node_modules", ".git", ".cache", "bin", "data", "__pycache__":
				return filepath.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(path); ext == "" || !strings.Contains(extensions+" ", ext+" ") {
			return nil
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		each(filepath.ToSlash(name), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// mustAbs is the directory of this package, where go test runs it.
func mustAbs(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFilesAreShortAndFormatted(t *testing.T) {
	sources(t, ".go", func(name string, text []byte) {
		if n := bytes.Count(text, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", name, n, maxFileLines)
		}
		formatted, err := format.Source(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(formatted, text) {
			t.Errorf("%s is not formatted by gofmt", name)
		}
	})
}

func TestNothingUntidy(t *testing.T) {
	sources(t, ".go .s .sql .py .js .sh .md", func(name string, text []byte) {
		for i, line := range strings.Split(string(text), "\n") {
			for _, u := range untidy {
				if m := u.pattern.FindString(line); m != "" {
					t.Errorf("%s:%d: %s: %q", name, i+1, u.what, m)
				}
			}
		}
	})
}

// TestPackagesAreDescribed wants a package comment everywhere; commands may hold it in main.go.
func TestPackagesAreDescribed(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("package %s has no package comment (doc.go)", p.ImportPath)
		}
	}
}
