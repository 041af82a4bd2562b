package storage

import (
	"fmt"
	"testing"

	"synapse/catalog/types"
	"synapse/storage/vfs"
)

// A row moves from one namespace to another and keeps its vector: each
// partition finds what it had, then and now, before and after a restart.
func TestNamespaceIsThePartition(t *testing.T) {
	// In another shard the vector is a copy, beside those of its new namespace.
	for shards, vectors := range map[int]int{1: 3, ShardsDefault: 4} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) { namespaceIsThePartition(t, shards, vectors) })
	}
}

func namespaceIsThePartition(t *testing.T, shards, vectors int) {
	fs := vfs.NewFaulty()
	clock := NewSteppedClock(begin2025)
	s, err := Open(ctx, "data", Options{FS: fs, Clock: clock, Hooks: testHooks(), SegmentBytes: 32 << 10, Shards: shards})
	must(t, err)
	x := begin(t, s, ReadCommitted)
	def := namespaced()
	must(t, x.PutObject(ctx, def))
	ix := notesIndexes()[2]
	must(t, x.PutObject(ctx, ix))
	insert(t, x, def, note(1, "a", 1, ""))
	moving := insert(t, x, def, note(2, "a", 2, ""))
	insert(t, x, def, note(3, "b", 3, ""))
	first := commitTxn(t, x)
	clock.Advance(1e9)
	x = begin(t, s, ReadCommitted)
	row := note(2, "b", 2, "")
	if _, err := x.Update(ctx, def, moving, row); err != nil {
		t.Fatal(err)
	}
	second := commitTxn(t, x)
	if n := s.table(def.ID).vectors[4].store.Len(); n != vectors {
		t.Errorf("%d vectors, want %d", n, vectors)
	}
	check := func(s *Store) {
		t.Helper()
		must(t, s.Check(ctx))
		for _, c := range []struct {
			at       Timestamp
			ns, want string
		}{
			{first, "a", "1:a:1 2:a:2"},
			{first, "b", "3:b:3"},
			{second, "a", "1:a:1"},
			{second, "b", "2:b:2 3:b:3"},
		} {
			v, err := s.SnapshotAt(ctx, c.at, Principal{})
			must(t, err)
			n := NearestSpec{Query: vec(0), K: 5, Partition: []types.Value{types.NewString(c.ns)}}
			cur, err := v.Nearest(def, ix, n, allNotes)
			wantRows(t, c.ns, show(t, cur, err), c.want)
		}
	}
	check(s)
	again, err := openFaulty(fs.Crash(1), clock)
	must(t, err)
	check(again)
}
