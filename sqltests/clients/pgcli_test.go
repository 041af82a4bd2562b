package clients

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"synapse/sqltests/harness"
)

// TestPgcli types into pgcli, which reads schemas, relations, columns, functions
// and types for its completion first.
func TestPgcli(t *testing.T) {
	if os.Getenv("SYNAPSE_TEST_FULL") == "" {
		t.Skip("run by make test-all (SYNAPSE_TEST_FULL=1)")
	}
	bin, err := exec.LookPath("pgcli")
	if err != nil {
		t.Skip("pgcli is not installed: .ci/tools all installs it")
	}
	s := harness.StartSynapse(t)
	cmd := exec.Command(bin, s.URL())
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=dumb")
	cmd.Stdin = strings.NewReader("create table typed (id int primary key, body text);\ninsert into typed values (1, 'by hand');\n\\d typed\nselect body from typed;\n\\dt memory.*\n\\q\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"by hand", "typed_pkey", "namespaces"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	passed(t, "pgcli")
}
