package check

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"synapse/storage"
)

var kills = flag.Int("kills", 6, "kills of TestKill")

// killDir tells a child process of TestKill where to write, and with which ids to begin.
const (
	killDir  = "SYNAPSE_TEST_KILL_DIR"
	killNext = "SYNAPSE_TEST_KILL_NEXT"
)

// TestKill kills a process that commits and takes snapshots without pause, and
// verifies what it leaves behind: files first, then every acknowledged row.
func TestKill(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		commitForEver(t, dir)
		return
	}
	dir, next := t.TempDir(), int64(0)
	for n := range *kills {
		acked := next - 1
		runAndKill(t, dir, next, time.Duration(50+rand.IntN(400))*time.Millisecond, &acked)
		if problems, out := run(t, dir, nil); problems > 0 {
			t.Fatalf("kill %d: %s", n, out)
		}
		a := &agents{t: t, rng: rand.New(rand.NewPCG(1, 1))}
		a.open(dir, storage.SystemClock{})
		ok(t, a.s.Check(ctx))
		v, err := a.s.SnapshotAt(ctx, a.s.Now(), storage.Principal{Super: true})
		ok(t, err)
		rows, err := v.CountRows(items)
		ok(t, err)
		v.Close()
		ok(t, a.s.Close())
		// Ids are given out in order, one per commit, so a count says which are there.
		if int64(rows) < acked+1 {
			t.Fatalf("kill %d: row %d was acknowledged, %d rows are there", n, acked, rows)
		}
		next = int64(rows)
	}
	if next == 0 {
		t.Fatal("no child committed anything")
	}
	t.Logf("%d commits survived %d kills", next, *kills)
}

// runAndKill starts a child, notes the greatest id that it says is committed, and kills it.
func runAndKill(t *testing.T, dir string, next int64, after time.Duration, acked *int64) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), killDir+"="+dir, killNext+"="+strconv.FormatInt(next, 10))
	out, err := child.StdoutPipe()
	ok(t, err)
	ok(t, child.Start())
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	var timer *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Fatalf("the child says %q", lines.Text())
		}
		*acked = id
		if timer == nil { // counted from the first commit, whatever the start takes
			timer = time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
	}
}

// commitForEver is the child.
func commitForEver(t *testing.T, dir string) {
	next, err := strconv.ParseInt(os.Getenv(killNext), 10, 64)
	ok(t, err)
	a := &agents{t: t, rng: rand.New(rand.NewPCG(uint64(next), 1))}
	a.open(dir, storage.SystemClock{})
	go func() {
		for {
			if err := a.s.Snapshots().CatchUp(context.Background()); err != nil {
				fmt.Println(err) // the parent fails on it
			}
		}
	}()
	for id := next; ; id++ {
		x := a.s.Begin(storage.TxnOptions{})
		_, err := x.BeginCommand(ctx)
		ok(t, err)
		_, conflict, err := x.Insert(ctx, items, a.values(id))
		ok(t, err)
		if conflict != nil {
			fmt.Println("row is there already:", id)
		}
		_, err = x.Commit(ctx)
		ok(t, err)
		fmt.Println(id)
	}
}
