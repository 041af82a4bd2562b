package harness

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgresBin is where Debian installs PostgreSQL 15.
const postgresBin = "/usr/lib/postgresql/15/bin"

// StartPostgres starts a PostgreSQL 15 with a database "synapse" on a free port
// and returns its URL. Without the package the test is skipped, saying so.
func StartPostgres(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(postgresBin, "initdb")); err != nil {
		t.Skip("PostgreSQL 15 is not installed: .ci/tools test installs it")
	}
	dir, err := os.MkdirTemp("", "synapse-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	attr := postgresUser(t, dir)
	data := filepath.Join(dir, "data")
	run(t, attr, dir, filepath.Join(postgresBin, "initdb"), "-D", data, "-A", "trust", "-U", "synapse", "--encoding=UTF8", "--locale=C", "-N")
	port := freePort(t)
	cmd := exec.Command(filepath.Join(postgresBin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-k", dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=UTC", "-c", "jit=off", "-c", "max_parallel_workers_per_gather=0")
	cmd.SysProcAttr, cmd.Dir = attr, dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGINT)
		cmd.Wait()
	})
	admin := fmt.Sprintf("postgres://synapse@127.0.0.1:%d/postgres", port)
	waitFor(t, admin)
	c, err := pgconn.Connect(context.Background(), admin)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), "CREATE DATABASE synapse").ReadAll(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("postgres://synapse@127.0.0.1:%d/synapse", port)
}

// postgresUser lets PostgreSQL run as its own user where the test is root, which it refuses.
func postgresUser(t testing.TB, dir string) *syscall.SysProcAttr {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Skip("running as root and there is no user postgres")
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func run(t testing.TB, attr *syscall.SysProcAttr, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr, cmd.Dir = attr, dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// waitFor connects until the server answers.
func waitFor(t testing.TB, url string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		c, err := pgconn.Connect(ctx, url)
		if err == nil {
			c.Close(ctx)
			cancel()
			return
		}
		cancel()
		if time.Now().After(deadline) {
			t.Fatalf("server does not answer: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
