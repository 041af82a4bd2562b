package storage

import (
	"testing"

	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/vfs"
)

// TestTruncateIsOneEffect: however many rows a table has, the log gets one
// effect; what is rolled back to a savepoint or written behind it counts.
func TestTruncateIsOneEffect(t *testing.T) {
	fs, clock := vfs.NewFaulty(), NewSteppedClock(begin2025)
	s, err := openFaulty(fs, clock)
	must(t, err)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	for id := range 500 {
		insert(t, x, def, note(id, "a", id, "text"))
	}
	before := commitTxn(t, x)

	x = begin(t, s, ReadCommitted)
	mark := x.Savepoint()
	must(t, x.Truncate(ctx, def))
	x.RollbackTo(mark)
	command(t, x)
	insert(t, x, def, note(500, "a", 500, "text"))
	kept := commitTxn(t, x)

	x = begin(t, s, ReadCommitted)
	insert(t, x, def, note(501, "a", 501, "text"))
	must(t, x.Truncate(ctx, def))
	command(t, x)
	insert(t, x, def, note(7, "a", 7, "text"))
	cut := commitTxn(t, x)

	counts := func(at Timestamp) int {
		v, err := s.SnapshotAt(ctx, at, Principal{})
		must(t, err)
		defer v.Close()
		n, err := v.CountRows(def)
		must(t, err)
		return n
	}
	check := func(when string) {
		t.Helper()
		if a, b, c := counts(before), counts(kept), counts(cut); a != 500 || b != 501 || c != 1 {
			t.Errorf("%s: %d, %d and %d rows, want 500, 501, 1", when, a, b, c)
		}
		must(t, s.Check(ctx))
	}
	check("in memory")

	got := map[effect.Kind]int{}
	log, ok := s.journal.(*commitlog.Log)
	if !ok {
		t.Fatalf("journal is a %T", s.journal)
	}
	must(t, log.ReplayCommits(1, 0, func(c *commitlog.Commit) error {
		return effect.Decode(c.Body, func(e *effect.Effect) error {
			if Timestamp(c.Timestamp) == cut {
				got[e.Kind]++
			}
			return nil
		})
	}, func(commitlog.Record) error { return nil }))
	if len(got) != 2 || got[effect.Truncate] != 1 || got[effect.Put] != 1 {
		t.Errorf("effects of the commit by kind: %v", got)
	}

	must(t, s.Close())
	s, err = openFaulty(fs, clock)
	must(t, err)
	defer s.Close()
	check("after recovery")
}
