package harness

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

var (
	buildOnce sync.Once
	binary    string
	buildErr  error
)

// Binary builds cmd/synapse once per test process and returns its path.
func Binary(t testing.TB) string {
	t.Helper()
	buildOnce.Do(func() {
		dir, err := os.MkdirTemp("", "synapse-bin-")
		if err != nil {
			buildErr = err
			return
		}
		binary = filepath.Join(dir, "synapse")
		out, err := exec.Command("go", "build", "-o", binary, "synapse/cmd/synapse").CombinedOutput()
		if err != nil {
			buildErr = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	return binary
}

// Process is the real binary, running.
type Process struct {
	Port int
	cmd  *exec.Cmd
	out  *bytes.Buffer
}

// StartProcess runs `synapse serve` on the data directory and waits until it answers.
func StartProcess(t testing.TB, dir string, args ...string) *Process {
	t.Helper()
	p := &Process{Port: freePort(t), out: &bytes.Buffer{}}
	all := append([]string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", p.Port), "--http", "", "--data", dir}, args...)
	p.cmd = exec.Command(Binary(t), all...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	waitFor(t, p.URL())
	return p
}

// URL is the connection string of the process.
func (p *Process) URL() string { return fmt.Sprintf("postgres://synapse@127.0.0.1:%d/synapse", p.Port) }

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends the process without warning.
func (p *Process) Kill() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
}

// Terminate sends SIGTERM and returns the exit code.
func (p *Process) Terminate(t testing.TB) int {
	t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not end after SIGTERM")
	}
	return p.cmd.ProcessState.ExitCode()
}

// Output is what the process printed; read it after it ended.
func (p *Process) Output() string { return p.out.String() }
