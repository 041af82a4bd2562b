package vfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"syscall"
	"testing"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, y FS, name string) []byte {
	t.Helper()
	f := must[File](t)(y.OpenReadOnly(name))
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	ok(t, err)
	return b
}

// TestBoth runs the same steps on the real file system and the faulty one.
func TestBoth(t *testing.T) {
	for name, y := range map[string]FS{"os": OS{}, "faulty": NewFaulty()} {
		t.Run(name, func(t *testing.T) {
			dir := "d/e"
			if y == (OS{}) {
				dir = t.TempDir() + "/d/e"
			}
			ok(t, y.MkdirAll(dir))
			f := must[File](t)(y.Create(dir + "/a"))
			must[int](t)(f.Write([]byte("hello ")))
			must[int](t)(f.Write([]byte("world")))
			must[int](t)(f.WriteAt([]byte("W"), 6))
			ok(t, f.Allocate(4096))
			if n := must[int64](t)(f.Size()); n != 4096 {
				t.Fatalf("size %d after Allocate", n)
			}
			ok(t, f.Truncate(11))
			ok(t, f.Sync())
			ok(t, f.Close())
			if _, err := y.Create(dir + "/a"); !errors.Is(err, fs.ErrExist) {
				t.Fatalf("Create of an existing file: %v", err)
			}
			ok(t, y.Rename(dir+"/a", dir+"/b"))
			ok(t, y.SyncDir(dir))
			if _, err := y.Open(dir + "/a"); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("Open of a missing file: %v", err)
			}
			if got := contents(t, y, dir+"/b"); string(got) != "hello World" {
				t.Fatalf("contents %q", got)
			}
			if got := must[[]string](t)(y.ReadDir(dir)); !slices.Equal(got, []string{"b"}) {
				t.Fatalf("ReadDir: %v", got)
			}
			k := must[io.Closer](t)(y.Lock(dir + "/lock"))
			var locked *LockedError
			if _, err := y.Lock(dir + "/lock"); !errors.As(err, &locked) || locked.PID == 0 {
				t.Fatalf("second Lock: %v", err)
			}
			ok(t, k.Close())
			ok(t, must[io.Closer](t)(y.Lock(dir+"/lock")).Close())
			ok(t, y.Remove(dir+"/b"))
		})
	}
}

func TestCrashKeepsWhatWasSynced(t *testing.T) {
	y := NewFaulty()
	f := must[File](t)(y.Create("a"))
	old := bytes.Repeat([]byte{1}, 4*SectorBytes)
	must[int](t)(f.Write(old))
	ok(t, f.Sync())
	ok(t, y.SyncDir("."))
	must[int](t)(f.WriteAt(bytes.Repeat([]byte{2}, 2*SectorBytes), SectorBytes))
	must[File](t)(y.Create("b")) // never synced into the directory
	seen := map[string]bool{}
	for seed := range uint64(200) {
		after := y.Crash(seed)
		got := contents(t, after, "a")
		key := ""
		for s := range 4 {
			sector := got[s*SectorBytes : (s+1)*SectorBytes]
			if !bytes.Equal(sector, bytes.Repeat(sector[:1], SectorBytes)) {
				t.Fatalf("seed %d: sector %d is torn", seed, s)
			}
			key += string('0' + sector[0])
		}
		if key[0] != '1' || key[3] != '1' {
			t.Fatalf("seed %d: synced sectors changed: %s", seed, key)
		}
		if _, err := after.Open("b"); err == nil {
			key += "b"
		}
		seen[key] = true
	}
	if len(seen) != 8 {
		t.Fatalf("200 crashes gave %d of 8 outcomes: %v", len(seen), seen)
	}
}

func TestFailedSyncIsNotRepairedByTheNext(t *testing.T) {
	y := NewFaulty()
	f := must[File](t)(y.Create("a"))
	ok(t, y.SyncDir("."))
	must[int](t)(f.Write(bytes.Repeat([]byte{7}, SectorBytes)))
	y.FailSync("a", 1)
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("Sync: %v", err)
	}
	ok(t, f.Sync())
	lost := 0
	for seed := range uint64(50) {
		if got := contents(t, y.Crash(seed), "a"); len(got) == 0 || got[0] != 7 {
			lost++
		}
	}
	if lost == 0 {
		t.Fatal("the second Sync made durable what the first one lost")
	}
}

func TestNoSpace(t *testing.T) {
	y := NewFaulty()
	y.SetFree(1000)
	f := must[File](t)(y.Create("a"))
	ok(t, f.Allocate(600))
	if err := f.Allocate(2000); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Allocate: %v", err)
	}
	must[int](t)(f.WriteAt(make([]byte, 600), 0)) // paid for already
	if n, err := f.WriteAt(make([]byte, 600), 600); n != 400 || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("WriteAt: %d, %v", n, err)
	}
	ok(t, y.Remove("a"))
	f = must[File](t)(y.Create("b"))
	ok(t, f.Allocate(1000))
}

func TestCrashAt(t *testing.T) {
	y := NewFaulty()
	f := must[File](t)(y.Create("a"))
	y.CrashAt(2)
	ok(t, f.Sync())
	for range 3 {
		if err := f.Sync(); !errors.Is(err, ErrCrashed) {
			t.Fatalf("Sync after the power went off: %v", err)
		}
	}
	y = y.Crash(1)
	must[File](t)(y.Create("c"))
}
