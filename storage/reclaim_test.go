package storage

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/vfs"
)

const testRetention = "50 milliseconds"

// notesKeeping is the table of the tests with a retention.
func notesKeeping(retention string) *catalog.Table {
	def := notes()
	def.Options = map[string]string{retentionOption: retention}
	return def
}

// notesKeepingByShard has its rows in several shards.
func notesKeepingByShard(retention string) *catalog.Table {
	def := notesKeeping(retention)
	def.Options["synapse.namespace"] = "tag"
	return def
}

func createTable(t testing.TB, s *Store, def *catalog.Table) *catalog.Table {
	t.Helper()
	x := begin(t, s, ReadCommitted)
	must(t, x.PutObject(ctx, def))
	for _, ix := range notesIndexes() {
		must(t, x.PutObject(ctx, ix))
	}
	commitTxn(t, x)
	return def
}

// horizon is where the notes' history begins.
func (m *model) horizon() Timestamp {
	at, ok, err := m.s.Horizon(m.def)
	must(m.t, err)
	if !ok {
		m.t.Fatal("the table keeps its history for ever")
	}
	return at
}

// compareKept reads a moment of the history if it is still promised, else it must be refused.
func (m *model) compareKept(i int) {
	end := m.horizon()
	at := m.history[i].ts
	if i+1 < len(m.history) {
		at += Timestamp(m.rng.Int64N(int64(m.history[i+1].ts - at)))
	} else {
		at = max(at, end)
	}
	v, err := m.s.SnapshotAt(ctx, at, Principal{})
	must(m.t, err)
	defer v.Close()
	if at >= end {
		m.compare(v, m.history[i].state, fmt.Sprintf("as of commit %d of %d", i, len(m.history)-1))
		return
	}
	_, err = v.Scan(m.def, allNotes)
	if !sqlerr.Is(err, sqlerr.SnapshotTooOld) || !strings.Contains(err.Error(), end.Time().Format("15:04:05.999999")) {
		m.t.Fatalf("read before the horizon: %v", err)
	}
}

// wantForgotten looks whether anything is left that ended before the reclaimed horizon.
func wantForgotten(t testing.TB, s *Store, def *catalog.Table) {
	t.Helper()
	tb := s.table(def.ID)
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	horizon, n := Timestamp(tb.reclaimed.Load()), 0
	for _, h := range tb.newest {
		for i := h; i != 0; i = tb.versions.get(i).prev {
			n++
			if v := tb.versions.get(i); v.to <= horizon {
				t.Fatalf("row %d has a version that ended at %d, before %d", v.local, v.to, horizon)
			}
		}
	}
	if n != tb.versions.n {
		t.Fatalf("%d versions are reachable, %d are held", n, tb.versions.n)
	}
	for _, x := range tb.indexes {
		if x.ordered == nil {
			continue
		}
		if _, closed := x.ordered.Len(); closed > n {
			t.Errorf("index %q has %d closed entries for %d versions", x.def.Name, closed, n)
		}
	}
}

// The model test over a table with a retention, reclaimed all the time: whatever
// the retention promises is there by every path, also for reads that began before
// a reclaim, and what it does not promise is refused and gone.
func TestReclaimModel(t *testing.T) {
	s, clock := openMemory(t)
	def := createTable(t, s, notesKeepingByShard(testRetention))
	m := &model{t: t, rng: rand.New(rand.NewPCG(randomSeed(t), 7)), s: s, clock: clock, def: def, ix: notesIndexes()}
	m.history = []moment{{s.Watermark(), state{}}}
	var held *View
	var heldAt int
	for step := range *stepsFlag * 2 {
		m.step()
		if step%40 != 39 {
			continue
		}
		must(t, s.ReclaimNow(ctx))
		must(t, s.Check(ctx))
		wantForgotten(t, s, def)
		for range 4 {
			m.compareKept(max(0, len(m.history)-1-m.rng.IntN(120)))
		}
		switch {
		case held == nil:
			heldAt = len(m.history) - 1 - m.rng.IntN(min(30, len(m.history)))
			if m.history[heldAt].ts < m.horizon() {
				continue
			}
			v, err := s.SnapshotAt(ctx, m.history[heldAt].ts, Principal{})
			must(t, err)
			held = v
		case m.history[heldAt].ts >= m.horizon() || m.rng.IntN(4) > 0:
			clock.Advance(time.Duration(m.rng.IntN(20)) * time.Millisecond)
		default:
			m.compare(held, m.history[heldAt].state, "a read that began before the reclaim")
			held.Close()
			held = nil
		}
	}
	for _, x := range m.txns {
		x.x.Rollback()
	}
	if held != nil {
		held.Close()
	}
	clock.Advance(time.Second)
	must(t, s.ReclaimNow(ctx))
	must(t, s.Check(ctx))
	if n, live := s.table(def.ID).versions.n, len(m.newest()); n != live {
		t.Errorf("%d versions of %d live rows are left when all history is past", n, live)
	}
	m.compareKept(len(m.history) - 1)
	if len(s.active.past) != 0 {
		t.Errorf("%d reads are still noted", len(s.active.past))
	}
}

// A read that began while its moment was kept sees it to its end.
func TestReclaimHeldByReaders(t *testing.T) {
	s, clock := openMemory(t)
	def := createTable(t, s, notesKeeping(testRetention))
	x := begin(t, s, ReadCommitted)
	id := insert(t, x, def, note(1, "a", 1, strings.Repeat("first ", 30)))
	first := commitTxn(t, x)
	v, err := s.SnapshotAt(ctx, first, Principal{})
	must(t, err)
	x = begin(t, s, ReadCommitted)
	_, _, _, err = x.LockRow(ctx, def, id, first, ForNoKeyUpdate, Wait)
	must(t, err)
	_, err = x.Update(ctx, def, id, note(1, "b", 2, "second"))
	must(t, err)
	commitTxn(t, x)
	clock.Advance(time.Minute)
	must(t, s.ReclaimNow(ctx))
	c, err := v.Nearest(def, notesIndexes()[2], NearestSpec{Query: vec(1), K: 1}, allNotes)
	wantRows(t, "nearest", show(t, c, err), "1:a:1")
	if n := s.table(def.ID).versions.n; n != 2 {
		t.Errorf("%d versions while a read of the first is open", n)
	}
	if v, err := s.SnapshotAt(ctx, first, Principal{}); err == nil {
		if _, err := v.Scan(def, allNotes); !sqlerr.Is(err, sqlerr.SnapshotTooOld) {
			t.Errorf("a later read of the same moment: %v", err)
		}
		v.Close()
	}
	v.Close()
	must(t, s.ReclaimNow(ctx))
	if n := s.table(def.ID).versions.n; n != 1 {
		t.Errorf("%d versions after the read has ended", n)
	}
}

// Much history goes: memory shrinks, and what is left is exact.
func TestReclaimShrinks(t *testing.T) {
	s, clock := openMemory(t)
	def := createTable(t, s, notesKeeping("1 hour"))
	const rows, rounds = 400, 30
	rng := rand.New(rand.NewPCG(randomSeed(t), 8))
	want := state{}
	ids := map[int]RowID{}
	x := begin(t, s, ReadCommitted)
	for i := range rows {
		r := modelRow{"a", i, strings.Repeat("begin ", 20)}
		ids[i], want[i] = insert(t, x, def, r.values(i)), r
	}
	commitTxn(t, x)
	for round := range rounds {
		x = begin(t, s, ReadCommitted)
		for i := range rows {
			if rng.IntN(rows) == 0 {
				continue // a few long-lived versions among the others
			}
			r := modelRow{string(rune('a' + round%3)), rng.IntN(1000), fmt.Sprintf("word%d %s", round*rows+i, strings.Repeat("text ", 20))}
			_, err := x.Update(ctx, def, ids[i], r.values(i))
			must(t, err)
			want[i] = r
		}
		commitTxn(t, x)
		clock.Advance(time.Minute)
	}
	tb := s.table(def.ID)
	before := [...]int64{int64(tb.versions.n), int64(tb.data.Held()), int64(tb.vectors[4].store.Len()), tb.indexes[notesTag].ordered.SizeBytes()}
	held := len(tb.versions.pages) - len(tb.versions.spare)
	clock.Advance(time.Hour)
	must(t, s.ReclaimNow(ctx))
	must(t, s.Check(ctx))
	wantForgotten(t, s, def)
	after := [...]int64{int64(tb.versions.n), int64(tb.data.Held()), int64(tb.vectors[4].store.Len()), tb.indexes[notesTag].ordered.SizeBytes()}
	for i, what := range []string{"versions", "bytes of rows", "vectors", "bytes of an index"} {
		if after[i] > before[i]/3 {
			t.Errorf("%s: %d before, %d after", what, before[i], after[i])
		}
	}
	if n := len(tb.versions.pages) - len(tb.versions.spare); n > held/3 {
		t.Errorf("pages of versions: %d before, %d after", held, n)
	}
	if n := tb.indexes[notesText].text.Terms(); n > rows+3 {
		t.Errorf("%d terms are left", n)
	}
	m := &model{t: t, rng: rng, s: s, clock: clock, def: def, ix: notesIndexes(), history: []moment{{s.Watermark(), want}}}
	m.compareKept(0)
	v := command(t, begin(t, s, ReadCommitted))
	c, err := v.Scan(def, ScanSpec{Columns: allNotes.Columns, Versions: true, VersionsFrom: -Infinity, VersionsTo: Infinity})
	wantRows(t, "all versions", sorted(show(t, c, err)), sorted(want.show()))
	_, err = v.Scan(def, ScanSpec{Versions: true, VersionsFrom: begin2025, VersionsTo: Infinity})
	if !sqlerr.Is(err, sqlerr.SnapshotTooOld) {
		t.Errorf("versions from before the horizon: %v", err)
	}
}

// History that is gone stays gone after a restart, from the snapshots and from
// the log alone, whatever the option says by then; row numbers are not used again.
func TestReclaimRestart(t *testing.T) {
	for _, checkpoint := range []bool{false, true} {
		dir, clock := t.TempDir(), NewSteppedClock(begin2025)
		open := func() *Store {
			s, err := Open(ctx, dir, Options{Clock: clock, Hooks: testHooks()})
			must(t, err)
			return s
		}
		s := open()
		def := createTable(t, s, notesKeeping("1 day"))
		var last RowID
		x := begin(t, s, ReadCommitted)
		insert(t, x, def, note(1, "a", 1, "stays"))
		last = insert(t, x, def, note(2, "b", 2, "goes"))
		first := commitTxn(t, x)
		x = begin(t, s, ReadCommitted)
		must(t, x.Delete(ctx, def, last))
		commitTxn(t, x)
		if checkpoint {
			must(t, s.Checkpoint(ctx))
		}
		clock.Advance(48 * time.Hour)
		must(t, s.ReclaimNow(ctx))
		longer := notesKeeping("1 year")
		x = begin(t, s, ReadCommitted)
		must(t, x.PutObject(ctx, longer))
		commitTxn(t, x)
		if checkpoint {
			must(t, s.Checkpoint(ctx))
		}
		must(t, s.Close())
		s = open()
		must(t, s.Check(ctx))
		wantForgotten(t, s, def)
		if n := s.table(def.ID).versions.n; n != 1 {
			t.Errorf("checkpoint %v: %d versions after the restart", checkpoint, n)
		}
		v, err := s.SnapshotAt(ctx, first, Principal{})
		must(t, err)
		if _, err := v.Scan(longer, allNotes); !sqlerr.Is(err, sqlerr.SnapshotTooOld) {
			t.Errorf("checkpoint %v: a read before what is left: %v", checkpoint, err)
		}
		x = begin(t, s, ReadCommitted)
		if id := insert(t, x, longer, note(3, "c", 3, "new")); id <= last {
			t.Errorf("checkpoint %v: row number %d is used again", checkpoint, id)
		}
		commitTxn(t, x)
		must(t, s.Checkpoint(ctx))
		must(t, s.Close())
	}
}

// A dropped table goes with all its rows when its retention is over.
func TestReclaimDroppedTable(t *testing.T) {
	dir, clock := t.TempDir(), NewSteppedClock(begin2025)
	s, err := Open(ctx, dir, Options{Clock: clock, Hooks: testHooks()})
	must(t, err)
	def := createTable(t, s, notesKeeping("1 day"))
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, "text"))
	there := commitTxn(t, x)
	x = begin(t, s, ReadCommitted)
	for _, ix := range notesIndexes() {
		must(t, x.DropObject(ctx, ix.ID))
	}
	must(t, x.DropObject(ctx, def.ID))
	commitTxn(t, x)
	read := func() error {
		v, err := s.SnapshotAt(ctx, there, Principal{})
		must(t, err)
		defer v.Close()
		c, err := v.Scan(v.Catalog().Table(def.ID), allNotes)
		if err == nil {
			wantRows(t, "as of before the drop", show(t, c, nil), "1:a:1")
		}
		return err
	}
	clock.Advance(12 * time.Hour)
	must(t, s.ReclaimNow(ctx))
	must(t, read())
	must(t, s.Checkpoint(ctx))
	must(t, s.Close())
	if s, err = Open(ctx, dir, Options{Clock: clock, Hooks: testHooks()}); err != nil {
		t.Fatal(err)
	}
	must(t, read())
	clock.Advance(13 * time.Hour)
	must(t, s.ReclaimNow(ctx))
	for range 2 {
		if err := read(); !sqlerr.Is(err, sqlerr.SnapshotTooOld) {
			t.Errorf("read of a table that is gone: %v", err)
		}
		if n := s.table(def.ID).versions.n; n != 0 {
			t.Errorf("%d versions are left", n)
		}
		must(t, s.Check(ctx))
		must(t, s.Checkpoint(ctx))
		must(t, s.Close())
		if s, err = Open(ctx, dir, Options{Clock: clock, Hooks: testHooks()}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, s.Close())
}

// The crash model over a table with a retention that is reclaimed between commits.
func TestReclaimCrashes(t *testing.T) {
	seed := randomSeed(t)
	cycles := *crashesFlag / crashVariants / 5
	var r *crashRun
	for i := range cycles {
		if i%8 == 0 {
			r = &crashRun{fs: vfs.NewFaulty(), model: &model{t: t, rng: rand.New(rand.NewPCG(seed+uint64(i), 9)), clock: NewSteppedClock(begin2025), ix: notesIndexes()}}
			s, err := openFaulty(r.fs, r.clock)
			must(t, err)
			r.s, r.def = s, createTable(t, s, notesKeepingByShard("4 seconds"))
			r.history = []moment{{s.Watermark(), state{}}}
			r.reclaims = true
		}
		r.cycle()
	}
}

// What retention has taken is not to be found in the SQLite files either.
func TestReclaimLeavesNoBytes(t *testing.T) {
	const marker = "confidential"
	dir, clock := t.TempDir(), NewSteppedClock(begin2025)
	s, err := Open(ctx, dir, Options{Clock: clock, Hooks: testHooks()})
	must(t, err)
	def := createTable(t, s, notesKeeping("1 hour"))
	write := func(first int) {
		x := begin(t, s, ReadCommitted)
		var ids []RowID
		for i := range 20 { // short ones, and some that need pages of their own
			ids = append(ids, insert(t, x, def, note(first+i, marker, i, strings.Repeat(marker+" ", 1+i*i*4))))
		}
		commitTxn(t, x)
		x = begin(t, s, ReadCommitted)
		for _, id := range ids {
			must(t, x.Delete(ctx, def, id))
		}
		commitTxn(t, x)
		must(t, s.Checkpoint(ctx))
	}
	found := func() (in []string) {
		files, err := filepath.Glob(filepath.Join(dir, "*.sqlite*"))
		must(t, err)
		for _, f := range files {
			b, err := os.ReadFile(f)
			must(t, err)
			if bytes.Contains(b, []byte(marker)) {
				in = append(in, filepath.Base(f))
			}
		}
		return in
	}
	write(0)
	must(t, s.ArchiveNow(ctx))
	write(100)
	if in := found(); len(in) < 3 {
		t.Fatalf("before, only %v hold it", in)
	}
	clock.Advance(2 * time.Hour)
	must(t, s.ReclaimNow(ctx))
	x := begin(t, s, ReadCommitted) // syncs the log
	insert(t, x, def, note(1000, "a", 1, "b"))
	commitTxn(t, x)
	must(t, s.Checkpoint(ctx))
	if in := found(); len(in) > 0 {
		t.Errorf("it is still in %v", in)
	}
	must(t, s.Close())
}
