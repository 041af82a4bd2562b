package check

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
	"synapse/storage/snapshot"
	"synapse/storage/vfs"
)

var ctx = context.Background()

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func object(t *testing.T, o catalog.Object) effect.Effect {
	im, err := effect.CatalogRow(o)
	ok(t, err)
	return effect.Effect{Kind: effect.Put, Table: effect.CatalogTable, Row: uint64(o.ObjectID()), Image: im}
}

// dataDir makes a database of some commits; the snapshots have all but the last
// few, and are left as a killed server leaves them.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	log, err := commitlog.Open(vfs.OS{}, filepath.Join(dir, logName), commitlog.Options{SegmentBytes: 64 << 10})
	ok(t, err)
	p, err := snapshot.Open(ctx, dir, log)
	ok(t, err)
	now := int64(0)
	commit := func(effects ...effect.Effect) {
		now++
		lsn, err := log.AppendCommit(commitlog.Commit{Txn: uint64(now), Timestamp: now, Body: effect.AppendBody(nil, effects)})
		ok(t, err)
		ok(t, log.Sync(ctx, lsn))
	}
	tab := &catalog.Table{
		Header:  catalog.Header{ID: 20001, Name: "t", Schema: 2200},
		Columns: []catalog.Column{{Name: "x", Type: types.Text}}, NextAttr: 1,
	}
	commit(object(t, &catalog.Schema{Header: catalog.Header{ID: 2200, Name: "public"}}), object(t, tab))
	for i := range 500 {
		if i == 450 {
			ok(t, p.CatchUp(ctx))
		}
		var b row.Builder
		b.Reset(1)
		b.Set(0, types.Text, types.NewString(strings.Repeat("some text ", 20)))
		im, err := b.Append(nil)
		ok(t, err)
		commit(effect.Effect{Kind: effect.Put, Table: 20001, Row: uint64(i % 50), Image: im})
	}
	// Copy everything while it is open, then let go.
	copied := t.TempDir()
	ok(t, os.CopyFS(copied, os.DirFS(dir)))
	ok(t, p.Close())
	ok(t, log.Close())
	return copied
}

func run(t *testing.T, dir string, deep Deep) (int, string) {
	t.Helper()
	var out strings.Builder
	n, err := Run(ctx, dir, &out, deep)
	ok(t, err)
	return n, out.String()
}

func overwrite(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	ok(t, err)
	_, err = f.WriteAt([]byte("damage"), at)
	ok(t, err)
	ok(t, f.Close())
}

func TestRun(t *testing.T) {
	logs := func(t *testing.T, dir string) []string {
		names, err := filepath.Glob(filepath.Join(dir, logName, "*.log"))
		ok(t, err)
		if len(names) == 0 {
			t.Fatalf("segments: %v", names)
		}
		return names
	}
	cases := map[string]struct {
		damage func(t *testing.T, dir string)
		want   []string // in the output, in this order; the first problem first
	}{
		"sound": {func(*testing.T, string) {}, []string{"last LSN", "snapshot-a.sqlite: applied", "snapshot-b.sqlite: applied"}},
		"log damaged": {
			func(t *testing.T, dir string) { overwrite(t, logs(t, dir)[0], 3000) },
			[]string{"problem: ", ".log: offset ", "no valid record"},
		},
		"snapshot damaged": {
			func(t *testing.T, dir string) { overwrite(t, filepath.Join(dir, snapshot.FileNames[1]), 4096*3) },
			[]string{"snapshot-a.sqlite: applied", "problem: snapshot-b.sqlite: "},
		},
		"snapshot missing": {
			func(t *testing.T, dir string) { ok(t, os.Remove(filepath.Join(dir, snapshot.FileNames[0]))) },
			[]string{"snapshot-a.sqlite: not there"},
		},
		"both snapshots missing": {
			func(t *testing.T, dir string) {
				ok(t, os.Remove(filepath.Join(dir, snapshot.FileNames[0])))
				ok(t, os.Remove(filepath.Join(dir, snapshot.FileNames[1])))
			},
			[]string{"problem: the log begins with LSN", "no sound snapshot"},
		},
		"log of nothing": {
			func(t *testing.T, dir string) {
				for _, n := range logs(t, dir) {
					ok(t, os.Remove(n))
				}
			},
			[]string{"problem: snapshot-a.sqlite: belongs to database", "but the log ends with 0"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := dataDir(t)
			c.damage(t, dir)
			n, out := run(t, dir, nil)
			if sound := !strings.Contains(out, "problem: "); sound != (n == 0) {
				t.Errorf("%d problems, but:\n%s", n, out)
			}
			rest := out
			for _, want := range c.want {
				at := strings.Index(rest, want)
				if at < 0 {
					t.Fatalf("%q is missing in:\n%s", want, out)
				}
				rest = rest[at:]
			}
		})
	}
}

func TestDeep(t *testing.T) {
	dir := dataDir(t)
	n, out := run(t, dir, func(_ context.Context, got string, report func(string)) error {
		if got != dir {
			t.Errorf("directory %q", got)
		}
		report("an index lacks a row")
		return nil
	})
	if n != 1 || !strings.Contains(out, "problem: an index lacks a row\n") {
		t.Fatalf("%d problems:\n%s", n, out)
	}
	broken := errors.New("cannot look")
	if _, err := Run(ctx, dir, os.Stderr, func(context.Context, string, func(string)) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("Run: %v", err)
	}
}

func TestCannotLook(t *testing.T) {
	if _, err := Run(ctx, t.TempDir(), os.Stderr, nil); !sqlerr.Is(err, sqlerr.UndefinedFile) {
		t.Fatalf("an empty directory: %v", err)
	}
	dir := dataDir(t)
	lock, err := vfs.OS{}.Lock(filepath.Join(dir, lockName))
	ok(t, err)
	if _, err := Run(ctx, dir, os.Stderr, nil); !sqlerr.Is(err, sqlerr.ObjectInUse) || !strings.Contains(err.Error(), "PID") {
		t.Fatalf("a directory in use: %v", err)
	}
	ok(t, lock.Close())
}

// TestStore checks what a store leaves behind, and so the names in the directory.
func TestStore(t *testing.T) {
	dir := t.TempDir()
	s, err := storage.Open(ctx, dir, storage.Options{})
	ok(t, err)
	if _, err := Run(ctx, dir, os.Stderr, nil); !sqlerr.Is(err, sqlerr.ObjectInUse) {
		t.Fatalf("beside an open store: %v", err)
	}
	ok(t, s.Snapshots().CatchUp(ctx))
	ok(t, s.Close())
	if n, out := run(t, dir, nil); n != 0 || !strings.Contains(out, "snapshot-b.sqlite: applied LSN") {
		t.Fatalf("%d problems:\n%s", n, out)
	}
}
