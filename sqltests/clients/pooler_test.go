package clients

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

const pgbouncerPath = "/usr/sbin/pgbouncer"

// TestPgbouncer puts pgbouncer in transaction mode between clients and the
// server: two clients share one server connection, transaction by transaction.
func TestPgbouncer(t *testing.T) {
	if os.Getenv("SYNAPSE_TEST_FULL") == "" {
		t.Skip("run by make test-all (SYNAPSE_TEST_FULL=1)")
	}
	if file(pgbouncerPath)() != nil {
		t.Skip("pgbouncer is not installed: .ci/tools all installs it")
	}
	server, err := pgconn.ParseConfig(harness.StartSynapse(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "pgbouncer.ini")
	users := filepath.Join(dir, "users")
	text := fmt.Sprintf(`[databases]
synapse = host=%s port=%d dbname=synapse user=synapse
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = extra_float_digits
`, server.Host, server.Port, port, users)
	for name, content := range map[string]string{config: text, users: "\"synapse\" \"\"\n"} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil { // it gives up root's rights and must read its files
			t.Fatal(err)
		}
	}
	pooler := exec.Command(pgbouncerPath, "-q", "-u", "nobody", config)
	if os.Getuid() != 0 {
		pooler = exec.Command(pgbouncerPath, "-q", config)
	}
	if err := pooler.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = pooler.Process.Kill()
		_ = pooler.Wait()
	})
	cfg, err := pgx.ParseConfig(fmt.Sprintf("postgres://synapse@127.0.0.1:%d/synapse", port))
	if err != nil {
		t.Fatal(err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec // statements without a name, as poolers ask for
	connect := func() *pgx.Conn {
		var c *pgx.Conn
		for range 100 {
			if c, err = pgx.ConnectConfig(t.Context(), cfg); err == nil {
				t.Cleanup(func() { c.Close(t.Context()) })
				return c
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatal(err)
		return nil
	}
	a, b := connect(), connect()
	if _, err := a.Exec(t.Context(), "CREATE TABLE pooled (id int PRIMARY KEY, who text)"); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		for k, c := range []*pgx.Conn{a, b} {
			err := pgx.BeginFunc(t.Context(), c, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), "SET LOCAL synapse.agent = 'pooled'"); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), "INSERT INTO pooled VALUES ($1, current_setting('synapse.agent'))", 2*i+k)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var n int
	if err := b.QueryRow(t.Context(), "SELECT count(*) FILTER (WHERE who = 'pooled') FROM pooled").Scan(&n); err != nil || n != 40 {
		t.Errorf("%d rows, %v", n, err)
	}
	passed(t, "pgbouncer")
}
