package storage

import (
	"testing"

	"synapse/storage/vfs"
)

// A relaxed commit is seen at once and is durable after the window; a crash
// loses commits from the end only, and no timestamp is given out twice.
func TestRelaxed(t *testing.T) {
	fs := vfs.NewFaulty()
	open := func(fs *vfs.Faulty) *Store {
		s, err := Open(ctx, "data", Options{FS: fs, Clock: NewSteppedClock(begin2025), Durability: Relaxed, Hooks: testHooks()})
		must(t, err)
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := open(fs)
	def := createNotes(t, s)
	must(t, s.journal.Sync(ctx, s.journal.Last()))
	var last Timestamp
	for i := range 20 {
		x := begin(t, s, ReadCommitted)
		insert(t, x, def, note(i, "a", i, ""))
		last = commitTxn(t, x)
	}
	if s.Watermark() != last {
		t.Errorf("watermark %d, last commit %d", s.Watermark(), last)
	}
	after := open(fs.Crash(7))
	must(t, after.Check(ctx))
	x := begin(t, after, ReadCommitted)
	n, err := command(t, x).CountRows(def)
	must(t, err)
	for i := range n {
		read(t, x, def, int64(i))
	}
	insert(t, x, def, note(n, "a", n, ""))
	if ts := commitTxn(t, x); ts <= last {
		t.Errorf("timestamp %d after %d was given out", ts, last)
	}
}
