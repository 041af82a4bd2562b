package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"synapse/sqltests/harness"
)

// goClients are the programs of ./golang, a module of its own; core ones run in make test.
var goClients = map[string]bool{
	"gorm": true, "bun": false, "pq": false, "pgxpool": false, "goose": false, "golang-migrate": false, "pgvector-go": false,
}

func TestGoClients(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "clients")
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Dir = "golang"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the Go clients: %v\n%s", err, out)
	}
	full := os.Getenv("SYNAPSE_TEST_FULL") != ""
	for name, core := range goClients {
		t.Run(name, func(t *testing.T) {
			if !core && !full {
				t.Skip("run by make test-all (SYNAPSE_TEST_FULL=1)")
			}
			out, err := exec.Command(bin, name, harness.StartSynapse(t).URL()).CombinedOutput()
			if text := strings.TrimSpace(string(out)); err != nil || text != "ok" {
				t.Errorf("%v\n%s", err, text)
			}
			passed(t, name)
		})
	}
}

// TestEnt generates the client of ./golang/ent/schema, as ent's users do, in a copy
// of the module, and runs the program that uses it.
func TestEnt(t *testing.T) {
	if os.Getenv("SYNAPSE_TEST_FULL") == "" {
		t.Skip("run by make test-all (SYNAPSE_TEST_FULL=1)")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("golang")); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "ent-client")
	for _, args := range [][]string{
		{"tool", "ent", "generate", "--feature", "sql/upsert,sql/lock,sql/modifier,sql/execquery", "--target", "ent/gen", "./ent/schema"},
		{"build", "-o", bin, "./ent/program"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	out, err := exec.Command(bin, harness.StartSynapse(t).URL()).CombinedOutput()
	if text := strings.TrimSpace(string(out)); err != nil || text != "ok" {
		t.Errorf("%v\n%s", err, text)
	}
	passed(t, "ent")
}
