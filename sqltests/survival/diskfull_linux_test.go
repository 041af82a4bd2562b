package survival

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"synapse/sqltests/harness"
)

// TestDiskFull runs on a file system of a fixed size: when it is full, writes
// are 53100, reads go on, and writes come back with the space.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=320m"); err != nil {
		t.Skip("a file system of its own size needs root: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	p := harness.StartProcess(t, dir+"/data")
	c := dial(t, p.URL())
	must(t, c, "CREATE TABLE t (i int PRIMARY KEY, body text)")
	must(t, c, "INSERT INTO t VALUES (0, 'first')")

	ballast := dir + "/ballast"
	fill(t, ballast)
	kept, refused := int64(1), false
	body := strings.Repeat("x", 1<<20)
	for i := 1; i < 400 && !refused; i++ {
		_, err := c.Exec(t.Context(), "INSERT INTO t VALUES ($1, $2)", i, body)
		switch {
		case err == nil:
			kept++
		case codeOf(err) == "53100":
			refused = true
		default:
			t.Fatalf("row %d: %v", i, err)
		}
	}
	if !refused {
		t.Fatal("a full disk refused nothing")
	}
	if n := one[int64](t, c, "SELECT count(*) FROM t"); n != kept {
		t.Errorf("%d rows can be read, %d were acknowledged", n, kept)
	}
	t.Logf("refused after %d rows", kept)
	start := time.Now()
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	back := false
	for deadline := time.Now().Add(20 * time.Second); !back && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		_, err := c.Exec(t.Context(), "INSERT INTO t VALUES (1000, 'after')")
		if back = err == nil; !back && codeOf(err) != "53100" {
			t.Fatal(err)
		}
	}
	t.Logf("back after %v", time.Since(start))
	if !back {
		t.Fatal("writes did not come back with the space")
	}
	p.Kill()
	p = harness.StartProcess(t, dir+"/data")
	if n := one[int64](t, dial(t, p.URL()), "SELECT count(*) FROM t"); n != kept+1 {
		t.Errorf("%d rows after a restart, %d were acknowledged", n, kept+1)
	}
	p.Terminate(t)
	checkClean(t, dir+"/data")
}

// fill writes until the file system has no byte left.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}
