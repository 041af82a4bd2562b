package survival

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

func codeOf(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return fmt.Sprint(err)
}

// TestTerminationDrains: SIGTERM lets a statement finish, tells idle clients, and exits 0.
func TestTerminationDrains(t *testing.T) {
	dir := t.TempDir()
	p := harness.StartProcess(t, dir)
	idle, busy := dial(t, p.URL()), dial(t, p.URL())
	must(t, busy, "CREATE TABLE t (i int)")
	finished := make(chan error, 1)
	go func() {
		_, err := busy.Exec(t.Context(), "INSERT INTO t SELECT 1 FROM (SELECT pg_sleep(0.7)) s")
		finished <- err
	}()
	time.Sleep(300 * time.Millisecond)
	if code := p.Terminate(t); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Output())
	}
	if err := <-finished; err != nil {
		t.Errorf("the running statement: %v", err)
	}
	if _, err := idle.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("an idle client outlived the server")
	}
	p = harness.StartProcess(t, dir)
	if n := one[int64](t, dial(t, p.URL()), "SELECT count(*) FROM t"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// serve runs the binary to its end and returns its exit code and output.
func serve(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(harness.Binary(t), append([]string{"serve"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	timer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer timer.Stop()
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestSecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	p := harness.StartProcess(t, dir)
	code, out := serve(t, nil, "--listen", "127.0.0.1:0", "--http", "", "--data", dir)
	if code != 1 || !strings.Contains(out, fmt.Sprintf("PID %d", p.PID())) {
		t.Errorf("exit code %d, %s", code, out)
	}
	if _, err := dial(t, p.URL()).Exec(t.Context(), "SELECT 1"); err != nil {
		t.Errorf("the first server: %v", err)
	}
}

func TestRefusedFlags(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		args []string
		want string
	}{
		{"all addresses", nil, []string{"--listen", "0.0.0.0:0"}, "loopback"},
		{"no address", nil, []string{"--listen", ":0"}, "loopback"},
		{"a public address", nil, []string{"--listen", "192.0.2.1:5433"}, "loopback"},
		{"HTTP on all addresses", nil, []string{"--http", "[::]:0"}, "loopback"},
		{"environment", []string{"SYNAPSE_LISTEN=0.0.0.0:0"}, nil, "loopback"},
		{"durability", nil, []string{"--durability", "maybe"}, "durable"},
		{"environment's durability", []string{"SYNAPSE_DURABILITY=maybe"}, nil, "durable"},
		{"unknown flag", nil, []string{"--colour"}, "colour"},
		{"argument", nil, []string{"now"}, "now"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, out := serve(t, test.env, append(test.args, "--data", t.TempDir())...)
			if code != 2 || !strings.Contains(out, test.want) {
				t.Errorf("exit code %d, %s", code, out)
			}
		})
	}
}

// TestEnvironment starts a server by SYNAPSE_* alone; a flag wins over its variable.
func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(harness.Binary(t), "serve", "--durability", "relaxed")
	cmd.Env = append(os.Environ(), "SYNAPSE_LISTEN=127.0.0.1:0", "SYNAPSE_HTTP=", "SYNAPSE_DATA="+dir, "SYNAPSE_DURABILITY=durable")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(syscall.SIGTERM)
	lines := bufio.NewScanner(out)
	var port int
	for port == 0 && lines.Scan() {
		words := strings.Fields(lines.Text())
		for i, w := range words {
			if w == "-p" && i+1 < len(words) {
				port, _ = strconv.Atoi(words[i+1])
			}
		}
		if strings.Contains(lines.Text(), "ready") && (!strings.Contains(lines.Text(), dir) || !strings.Contains(lines.Text(), "relaxed")) {
			t.Errorf("greeting %q", lines.Text())
		}
	}
	c := dial(t, fmt.Sprintf("postgres://synapse@127.0.0.1:%d/synapse", port))
	if got := one[string](t, c, "SHOW synapse.durability"); got != "relaxed" {
		t.Errorf("durability %s", got)
	}
	c.Close(t.Context())
}
