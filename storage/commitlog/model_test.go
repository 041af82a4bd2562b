package commitlog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"synapse/storage/vfs"
)

var smallSegments = Options{SegmentBytes: 16 << 10, BufferBytes: 4 << 10, DatabaseID: DatabaseID{1}}

// history is what a test did to a log: the model that a recovered log is compared with.
type history struct {
	rng     *rand.Rand
	records []Record // by LSN-1, those of Open too
	acked   LSN      // greatest LSN whose Sync returned nil
	cut     LSN      // greatest argument of TruncateBelow
}

func newHistory(seed uint64) *history {
	return &history{rng: rand.New(rand.NewPCG(seed, 7))}
}

// opened notes the TypeOpen record of a new Log.
func (h *history) opened(l *Log) {
	h.records = append(h.records[:l.Last()-1], Record{Type: TypeOpen, LSN: l.Last()})
}

// append writes one record of random size and type.
func (h *history) append(l *Log) error {
	size := h.rng.IntN(300)
	if h.rng.IntN(20) == 0 {
		size = h.rng.IntN(3000)
	}
	r := Record{Type: TypeUser + Type(h.rng.IntN(3)), Txn: h.rng.Uint64(), Timestamp: h.rng.Int64(), Payload: make([]byte, size)}
	for i := range r.Payload {
		r.Payload[i] = byte(h.rng.Uint32())
	}
	var err error
	r.LSN, err = l.Append(r)
	if err == nil {
		h.records = append(h.records, r)
		if r.LSN != LSN(len(h.records)) {
			return fmt.Errorf("LSN %d, want %d", r.LSN, len(h.records))
		}
	}
	return err
}

func (h *history) sync(l *Log) error {
	lsn := l.Last()
	if h.rng.IntN(3) == 0 && lsn > l.First() {
		lsn -= LSN(h.rng.Uint64N(uint64(min(3, lsn-l.First()))))
	}
	err := l.Sync(context.Background(), lsn)
	if err == nil {
		h.acked = max(h.acked, lsn)
	}
	return err
}

// step does one random thing.
func (h *history) step(l *Log) error {
	switch n := h.rng.IntN(20); {
	case n < 13:
		return h.append(l)
	case n < 19:
		return h.sync(l)
	default:
		lsn := l.First() + LSN(h.rng.Uint64N(uint64(l.Synced()-l.First()+2)))
		h.cut = max(h.cut, lsn)
		return l.TruncateBelow(lsn)
	}
}

// check compares a recovered log with the model: a prefix of what was appended,
// at least what was acknowledged, and nothing that was not cut is missing.
func (h *history) check(l *Log) error {
	last := l.Recovery().Last
	if last < h.acked {
		return fmt.Errorf("LSN %d was acknowledged, the log ends with %d", h.acked, last)
	}
	if l.First() > max(h.cut, 1) {
		return fmt.Errorf("the log begins with LSN %d, it was cut below %d", l.First(), h.cut)
	}
	next := l.First()
	err := l.Replay(next, func(got Record) error {
		if got.LSN != next {
			return fmt.Errorf("LSN %d where %d should be", got.LSN, next)
		}
		if !h.matches(got) {
			return fmt.Errorf("record %d is not what was appended", got.LSN)
		}
		next++
		return nil
	})
	if err != nil {
		return err
	}
	if next != last+1 {
		return fmt.Errorf("replay ended before LSN %d, the log ends with %d", next, last)
	}
	return nil
}

// matches compares a record with the model. The log's own records, written by an
// Open that failed or by Close, are taken into the model when they show up at the end.
func (h *history) matches(got Record) bool {
	if int(got.LSN) <= len(h.records) {
		want := h.records[got.LSN-1]
		if got.Type == want.Type && got.Txn == want.Txn && got.Timestamp == want.Timestamp && bytes.Equal(got.Payload, want.Payload) {
			return true
		}
	}
	if got.LSN <= h.acked || got.Type != TypeOpen && got.Type != TypeMark {
		return false
	}
	h.records = append(h.records[:got.LSN-1], Record{Type: got.Type, LSN: got.LSN})
	return true
}

// reopen recovers from the files in fs and compares.
func (h *history) reopen(fs vfs.FS) (*Log, error) {
	l, err := Open(fs, "log", smallSegments)
	if err != nil {
		return nil, err
	}
	if err := h.check(l); err != nil {
		return nil, err
	}
	h.opened(l)
	h.acked = max(h.acked, l.Synced())
	return l, nil
}

var (
	crashPoints = flag.Int("points", 3000, "crash points of TestCrash")
	crashSeed   = flag.Int64("seed", -1, "run TestCrash with this seed only")
)

// TestCrash switches the power off, or lets an operation fail and kills the
// process, at random points through several restarts. Each loss of power keeps a
// random part of what was not synced.
func TestCrash(t *testing.T) {
	for seed := range uint64(*crashPoints / 5) {
		if *crashSeed >= 0 && seed != uint64(*crashSeed) {
			continue
		}
		if err := crashRun(seed, 5); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func crashRun(seed uint64, generations int) error {
	h := newHistory(seed)
	fs := vfs.NewFaulty()
	for g := range generations {
		kill := h.rng.IntN(3) == 0
		// Sometimes while opening, mostly some way into the work.
		at := 1 + h.rng.IntN(4) + h.rng.IntN(2)*h.rng.IntN(150)
		if kill {
			fs.FailNth(at, syscall.EIO)
		} else {
			fs.CrashAt(at)
		}
		var err error
		if l, e := h.reopen(fs); e != nil {
			err = e
		} else {
			for n := 0; err == nil; n++ {
				if err = h.step(l); kill && n == 300 { // the fault was one the log lives with
					err = syscall.EIO
				}
			}
		}
		switch {
		case kill && errors.Is(err, syscall.EIO):
			fs.SetHook(nil) // a new process on the same page cache
		case errors.Is(err, vfs.ErrCrashed):
			fs = fs.Crash(h.rng.Uint64())
		default:
			return fmt.Errorf("generation %d: %w", g, err)
		}
	}
	l, err := h.reopen(fs)
	if err != nil {
		return fmt.Errorf("at the end: %w", err)
	}
	return l.Close()
}

// TestFailEveryOperation lets each operation of a fixed history fail once.
func TestFailEveryOperation(t *testing.T) {
	for k := 1; ; k++ {
		fs := vfs.NewFaulty()
		fs.FailNth(k, errors.New("injected"))
		h := newHistory(1)
		l, err := Open(fs, "log", smallSegments)
		if err == nil {
			h.opened(l)
			for i := 0; i < 400; i++ {
				_ = h.step(l)
			}
			_ = l.Close()
		}
		done := fs.Ops() < k
		fs.SetHook(nil)
		for seed := range uint64(3) {
			after := fs.Crash(seed)
			copied := *h
			copied.records = slices.Clone(h.records)
			l, err := copied.reopen(after)
			if err != nil {
				t.Fatalf("operation %d, crash %d: %v", k, seed, err)
			}
			if err := l.Close(); err != nil {
				t.Fatalf("operation %d, crash %d: %v", k, seed, err)
			}
		}
		if done {
			t.Logf("%d operations", k-1)
			return
		}
	}
}

// TestCommitsAreWhole crashes between the parts of transactions.
func TestCommitsAreWhole(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		fs := vfs.NewFaulty()
		l, err := Open(fs, "log", smallSegments)
		if err != nil {
			t.Fatal(err)
		}
		fs.CrashAt(1 + rng.IntN(60))
		bodies := map[uint64][]byte{}
		acked := map[uint64]bool{}
		for txn := uint64(1); ; txn++ {
			body := bytes.Repeat(binary.LittleEndian.AppendUint64(nil, txn), rng.IntN(1200))
			early := rng.IntN(len(body) + 1)
			parts, err := l.AppendPart(txn, body[:early])
			if err != nil {
				break
			}
			if rng.IntN(8) == 0 {
				if _, err := l.Append(Record{Type: TypeAbort, Txn: txn}); err != nil {
					break
				}
				continue
			}
			bodies[txn] = body
			lsn, err := l.AppendCommit(Commit{Txn: txn, Timestamp: int64(txn), Parts: parts, PartBytes: early, Body: body[early:]})
			if err != nil {
				break
			}
			if rng.IntN(2) == 0 {
				if l.Sync(context.Background(), lsn) != nil {
					break
				}
				acked[txn] = true
			}
		}
		l, err = Open(fs.Crash(seed), "log", smallSegments)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var a Assembler
		err = l.Replay(1, func(r Record) error {
			c, err := a.Add(r)
			if c != nil {
				if !bytes.Equal(c.Body, bodies[c.Txn]) || c.Timestamp != int64(c.Txn) {
					return fmt.Errorf("transaction %d is not whole", c.Txn)
				}
				delete(acked, c.Txn)
			}
			return err
		})
		if err != nil || len(acked) > 0 {
			t.Fatalf("seed %d: %v; lost: %v", seed, err, acked)
		}
	}
}
