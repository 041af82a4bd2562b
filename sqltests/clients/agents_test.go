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

// block is a piece of code of docs/agents.md with what it prints.
var block = regexp.MustCompile("(?s)```(python|sql|js)\n(.*?)```\n\n```text\n(.*?)```")

// agentsServer is the address that the document's code connects to.
const agentsServer = "postgres://synapse@127.0.0.1:5433/synapse"

// TestAgentsDocument runs the code of docs/agents.md, so that it stays true.
func TestAgentsDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/agents.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := block.FindAllStringSubmatch(string(text), -1)
	if n := strings.Count(string(text), "```"); len(blocks) == 0 || n != 4*len(blocks) {
		t.Fatalf("%d blocks of code with output, but %d fences", len(blocks), n)
	}
	url := harness.StartSynapse(t).URL()
	for _, b := range blocks {
		language, code, want := b[1], strings.ReplaceAll(b[2], agentsServer, url), b[3]
		if language == "sql" {
			if got := psql(t, url, code, "-t", "-q"); got != want {
				t.Errorf("this prints\n%s\nnot\n%s\n%s", got, want, code)
			}
			continue
		}
		cmd := command(t, language, code)
		if cmd == nil {
			continue
		}
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("%v: this prints\n%s\nnot\n%s\n%s", err, out, want, code)
		}
	}
}

// command is the program that runs a block; nil, noted in the log, if what it needs is not installed.
func command(t *testing.T, language, code string) *exec.Cmd {
	t.Helper()
	source := filepath.Join(t.TempDir(), "block."+language)
	if err := os.WriteFile(source, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if language == "python" {
		if modules("psycopg")() != nil {
			t.Log("psycopg is not installed: .ci/tools test installs it")
			return nil
		}
		return exec.Command(python, source)
	}
	folder, needs := "node", "node/node_modules/@langchain/community"
	if strings.Contains(code, "langgraph") {
		folder, needs = "node-all", "node-all/node_modules/@langchain/langgraph"
	}
	libraries, err := filepath.Abs(folder + "/node_modules")
	if err != nil || file(needs)() != nil {
		t.Logf("%s is not there: .ci/tools installs it", needs)
		return nil
	}
	cmd := exec.Command("node", source)
	cmd.Env = append(os.Environ(), "NODE_PATH="+libraries)
	return cmd
}
