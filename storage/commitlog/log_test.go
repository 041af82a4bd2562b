package commitlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/storage/vfs"
)

func open(t testing.TB, fs vfs.FS, opt Options) *Log {
	t.Helper()
	l, err := Open(fs, "log", opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// add appends n records of size bytes and syncs them.
func add(t testing.TB, l *Log, n, size int) {
	t.Helper()
	for range n {
		_, err := l.Append(Record{Type: TypeUser, Payload: bytes.Repeat([]byte{0xAB}, size)})
		ok(t, err)
	}
	ok(t, l.Sync(context.Background(), l.Last()))
}

func segmentNames(t testing.TB, fs vfs.FS) []string {
	t.Helper()
	names, err := fs.ReadDir("log")
	ok(t, err)
	var segs []string
	for _, n := range names {
		if strings.HasSuffix(n, segmentSuffix) {
			segs = append(segs, path.Join("log", n))
		}
	}
	return segs
}

// flip changes one byte of a file.
func flip(t testing.TB, fs vfs.FS, name string, at int64) {
	t.Helper()
	f, err := fs.Open(name)
	ok(t, err)
	b := make([]byte, 1)
	_, err = f.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	b[0] ^= 0x40
	_, err = f.WriteAt(b, at)
	ok(t, err)
	ok(t, f.Close())
}

func TestReopen(t *testing.T) {
	fs := vfs.NewFaulty()
	for round := range 4 {
		l := open(t, fs, smallSegments)
		if want := LSN(round*52 + 1); l.Last() != want {
			t.Fatalf("round %d opens with LSN %d, want %d", round, l.Last(), want)
		}
		if l.DatabaseID() != smallSegments.DatabaseID {
			t.Fatal("the database id changed")
		}
		add(t, l, 50, 700)
		ok(t, l.Close())
		ok(t, l.Close())
		if _, err := l.Append(Record{Type: TypeUser}); !errors.Is(err, ErrClosed) {
			t.Fatalf("Append after Close: %v", err)
		}
		if r := l.Recovery(); r.Cut {
			t.Fatalf("round %d: %s", round, r)
		}
	}
	if _, err := Open(fs, "log", Options{DatabaseID: DatabaseID{2}}); !sqlerr.Is(err, sqlerr.DataCorrupted) {
		t.Fatalf("a log of another database: %v", err)
	}
}

// TestEveryRecordIsGuarded damages each record of a log that was closed cleanly.
func TestEveryRecordIsGuarded(t *testing.T) {
	for at := 0; ; at++ {
		fs := vfs.NewFaulty()
		l := open(t, fs, smallSegments)
		add(t, l, 40, 900)
		ok(t, l.Close())
		segs := segmentNames(t, fs)
		if len(segs) < 3 {
			t.Fatalf("only %d segments", len(segs))
		}
		// Record at of the log, a byte of its header or payload.
		n, name, off := 0, "", int64(0)
		for _, s := range segs {
			f, err := fs.OpenReadOnly(s)
			ok(t, err)
			size, err := f.Size()
			ok(t, err)
			b := make([]byte, size)
			_, err = f.ReadAt(b, 0)
			ok(t, err)
			for o := int64(segmentDataStart); o < size; n++ {
				h, valid := decodeHeader(b[o:])
				if !valid {
					break
				}
				if n == at {
					name, off = s, o
				}
				o += recordBytes(h.length)
			}
		}
		if name == "" {
			break
		}
		flip(t, fs, name, off+int64(at*7%48))
		_, err := Open(fs, "log", smallSegments)
		if at == n-1 { // the mark itself is not guarded by anything
			ok(t, err)
			continue
		}
		want := fmt.Sprintf("file %q, offset %d", name, off)
		if !sqlerr.Is(err, sqlerr.DataCorrupted) || !strings.Contains(err.Error(), want) {
			t.Fatalf("damage at %s: %v", want, err)
		}
		_, problems, err := Verify(fs, "log", nil)
		ok(t, err)
		if len(problems) != 1 || problems[0].File != name || problems[0].Offset != off {
			t.Fatalf("Verify: %v", problems)
		}
	}
}

func TestDamagedAndMissingSegments(t *testing.T) {
	cases := map[string]func(t *testing.T, fs vfs.FS, segs []string){
		"header":         func(t *testing.T, fs vfs.FS, segs []string) { flip(t, fs, segs[1], 33) },
		"magic":          func(t *testing.T, fs vfs.FS, segs []string) { flip(t, fs, segs[0], 0) },
		"missing":        func(t *testing.T, fs vfs.FS, segs []string) { ok(t, fs.Remove(segs[1])) },
		"renamed":        func(t *testing.T, fs vfs.FS, segs []string) { ok(t, fs.Rename(segs[1], "log/00000000000000ff.log")) },
		"cut short":      func(t *testing.T, fs vfs.FS, segs []string) { truncate(t, fs, segs[1], 5000) },
		"cut to nothing": func(t *testing.T, fs vfs.FS, segs []string) { truncate(t, fs, segs[len(segs)-1], 0) },
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			fs := vfs.NewFaulty()
			l := open(t, fs, smallSegments)
			add(t, l, 60, 900)
			ok(t, l.Close())
			damage(t, fs, segmentNames(t, fs))
			if _, err := Open(fs, "log", smallSegments); !sqlerr.Is(err, sqlerr.DataCorrupted) {
				t.Fatalf("Open: %v", err)
			}
		})
	}
}

func truncate(t *testing.T, fs vfs.FS, name string, size int64) {
	f, err := fs.Open(name)
	ok(t, err)
	ok(t, f.Truncate(size))
	ok(t, f.Close())
}

// TestUnsyncedBatch loses one record in the middle of a batch that was never acknowledged.
func TestUnsyncedBatch(t *testing.T) {
	fs := vfs.NewFaulty()
	l := open(t, fs, smallSegments)
	add(t, l, 3, 100)
	last := l.Last()
	add(t, l, 5, 600) // one sync: its records carry the synced LSN of before
	name := segmentNames(t, fs)[0]
	flip(t, fs, name, segmentDataStart+recordBytes(0)+3*recordBytes(100)+recordBytes(600)+100)
	l = open(t, fs, smallSegments)
	r := l.Recovery()
	if !r.Cut || r.Last != last+1 || r.File != name || !strings.Contains(r.String(), "unsynced batch") {
		t.Fatalf("recovery: %+v", r)
	}
	// The valid records behind the cut are gone for good.
	add(t, l, 1, 600)
	ok(t, l.Close())
	if got := open(t, fs, smallSegments).Recovery(); got.Cut || got.Last != last+4 {
		t.Fatalf("second recovery: %+v", got)
	}
}

func TestFailedSyncIsLatched(t *testing.T) {
	fs := vfs.NewFaulty()
	l := open(t, fs, smallSegments)
	add(t, l, 3, 100)
	synced := l.Synced()
	fs.FailSync("log/", 1)
	lsn, err := l.Append(Record{Type: TypeUser})
	ok(t, err)
	for range 3 {
		if err := l.Sync(context.Background(), lsn); !errors.Is(err, ErrFailed) || !errors.Is(err, syscall.EIO) || !sqlerr.Is(err, sqlerr.IOError) {
			t.Fatalf("Sync: %v", err)
		}
		if _, err := l.Append(Record{Type: TypeUser}); !errors.Is(err, ErrFailed) {
			t.Fatalf("Append: %v", err)
		}
	}
	if l.Synced() != synced || l.Err() == nil {
		t.Fatalf("synced %d, was %d; latched %v", l.Synced(), synced, l.Err())
	}
	ok(t, l.Sync(context.Background(), synced))
	if err := l.Close(); !errors.Is(err, ErrFailed) {
		t.Fatalf("Close: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	fs := vfs.NewFaulty()
	l := open(t, fs, smallSegments)
	fs.SetFree(20 << 10) // room for one more segment
	var lsn LSN
	for {
		n, err := l.Append(Record{Type: TypeUser, Payload: make([]byte, 500)})
		if err != nil {
			if !errors.Is(err, ErrDiskFull) || !errors.Is(err, syscall.ENOSPC) || !sqlerr.Is(err, sqlerr.DiskFull) {
				t.Fatalf("Append: %v", err)
			}
			break
		}
		lsn = n
	}
	if lsn < 60 {
		t.Fatalf("only %d records fit into three segments", lsn)
	}
	ok(t, l.Sync(context.Background(), lsn))
	for range 5 { // small records of the system use the reserve
		_, err := l.Append(Record{Type: TypeCeiling, Payload: make([]byte, 16)})
		ok(t, err)
	}
	if _, err := l.Append(Record{Type: TypeUser, Payload: make([]byte, 500)}); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("Append: %v", err)
	}
	if _, err := l.AppendCommit(Commit{Txn: 1, Body: make([]byte, 9000)}); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("AppendCommit: %v", err)
	}
	fs.SetFree(-1)
	add(t, l, 100, 500)
	last := l.Last()
	ok(t, l.Close())
	if got := open(t, fs, smallSegments).Recovery().Last; got != last+1 {
		t.Fatalf("recovered to %d, want %d", got, last+1)
	}
}

func TestLimits(t *testing.T) {
	l := open(t, vfs.NewFaulty(), Options{})
	if _, err := l.Append(Record{Payload: make([]byte, PayloadMax+1)}); !sqlerr.Is(err, sqlerr.ProgramLimitExceeded) {
		t.Fatalf("Append: %v", err)
	}
	if err := l.Sync(context.Background(), l.Last()+1); !sqlerr.Is(err, sqlerr.InternalError) {
		t.Fatalf("Sync: %v", err)
	}
	_, err := l.Append(Record{Payload: make([]byte, PayloadMax)})
	ok(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := l.Sync(ctx, l.Last()); !errors.Is(err, context.Canceled) {
		t.Fatalf("Sync: %v", err)
	}
}

func TestReaderFollows(t *testing.T) {
	fs := vfs.NewFaulty()
	l := open(t, fs, smallSegments)
	r, err := l.NewReader(1)
	ok(t, err)
	defer r.Close()
	seen := LSN(0)
	drain := func() {
		for {
			rec, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			ok(t, err)
			if rec.LSN != seen+1 {
				t.Fatalf("LSN %d after %d", rec.LSN, seen)
			}
			seen = rec.LSN
		}
	}
	for i := range 60 {
		add(t, l, 1+i%5, 300)
		_, err := l.Append(Record{Type: TypeUser, Payload: make([]byte, 100)}) // not synced
		ok(t, err)
		drain()
		if seen != l.Synced() {
			t.Fatalf("read up to %d, synced is %d", seen, l.Synced())
		}
		ok(t, l.TruncateBelow(seen))
	}
	if l.First() == 1 {
		t.Fatal("nothing was cut")
	}
	if _, err := l.NewReader(1); !sqlerr.Is(err, sqlerr.DataCorrupted) {
		t.Fatalf("NewReader of what was cut: %v", err)
	}
	ok(t, l.Replay(l.First()+3, func(rec Record) error {
		if rec.LSN < l.First()+3 {
			t.Fatalf("replay gave LSN %d", rec.LSN)
		}
		return nil
	}))
}

func TestConcurrentWriters(t *testing.T) {
	fs := vfs.NewFaulty()
	l := open(t, fs, smallSegments)
	fs.SetHook(func(op vfs.Op) error {
		if op.Kind == "sync" {
			time.Sleep(50 * time.Microsecond)
		}
		return nil
	})
	const writers, each = 16, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				lsn, err := l.AppendCommit(Commit{Txn: uint64(w*each + i), Body: make([]byte, 40*w)})
				if err == nil {
					err = l.Sync(context.Background(), lsn)
				}
				if err == nil && l.Synced() < lsn {
					err = errors.New("Sync returned before the record was synced")
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if s := l.Stats(); s.Syncs > writers*each/2 || s.Records != writers*each+1 {
		t.Errorf("no group commit: %+v", s)
	}
	after := fs.Crash(1)
	commits := 0
	var a Assembler
	ok(t, open(t, after, smallSegments).Replay(1, func(r Record) error {
		c, err := a.Add(r)
		if c != nil {
			commits++
		}
		return err
	}))
	if commits != writers*each {
		t.Fatalf("%d commits survived of %d", commits, writers*each)
	}
}

func TestOnDisk(t *testing.T) {
	dir := t.TempDir() + "/log"
	l, err := Open(vfs.OS{}, dir, Options{SegmentBytes: 1 << 20})
	ok(t, err)
	add(t, l, 300, 10_000)
	last := l.Last()
	ok(t, l.Close())
	l, err = Open(vfs.OS{}, dir, Options{SegmentBytes: 1 << 20})
	ok(t, err)
	if l.Recovery().Last != last+1 {
		t.Fatalf("recovered %+v, want LSN %d", l.Recovery(), last+1)
	}
	ok(t, l.TruncateBelow(last))
	if l.Stats().Segments > 3 {
		t.Fatalf("%d segments", l.Stats().Segments)
	}
	ok(t, l.Close())
}

// TestCutBeforeNextSegmentIsInUse cuts the log when the next segment exists in
// memory only: the last one on disk must stay, else the log would begin anew.
func TestCutBeforeNextSegmentIsInUse(t *testing.T) {
	fs := vfs.NewFaulty()
	l := open(t, fs, smallSegments)
	before := l.Stats().Segments
	for l.Stats().Segments == before {
		_, err := l.Append(Record{Type: TypeUser, Payload: make([]byte, 2000)})
		ok(t, err)
		if l.Stats().Segments == before {
			ok(t, l.Sync(context.Background(), l.Last()))
		}
	}
	synced := l.Synced()
	ok(t, l.TruncateBelow(synced+1))
	if got := open(t, fs.Crash(1), smallSegments); got.Recovery().Last < synced || got.DatabaseID() != l.DatabaseID() {
		t.Fatalf("recovered %+v, synced was %d", got.Recovery(), synced)
	}
}
