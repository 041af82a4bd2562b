package storage

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/vecindex"
)

// tightBudget is a budget of bytes more than the process uses now.
func tightBudget(bytes int64) int64 {
	b := newBudget(1 << 40)
	defer b.close()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.measure()
	return b.used.Load() - b.reserve() + bytes
}

// openTight opens a store that may use bytes more than the process does.
func openTight(t *testing.T, bytes int64) (*Store, *SteppedClock) {
	t.Helper()
	total := tightBudget(bytes)
	clock := NewSteppedClock(begin2025)
	s, err := Open(ctx, "", Options{Clock: clock, Hooks: testHooks(), MemoryBytes: total})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s, clock
}

// fillUp inserts notes until memory is short and returns their ids.
func fillUp(t *testing.T, s *Store, def *catalog.Table, from int) []RowID {
	t.Helper()
	var ids []RowID
	text := strings.Repeat("much text ", 400)
	for n := from; n < from+1<<20; n++ {
		x := s.Begin(TxnOptions{}) // not begin, which keeps it until the test ends
		command(t, x)
		id, _, err := x.Insert(ctx, def, note(n, "a", n, text))
		if err != nil {
			if !sqlerr.Is(err, sqlerr.OutOfMemory) {
				t.Fatal(err)
			}
			x.Rollback()
			return ids
		}
		commitTxn(t, x)
		ids = append(ids, id)
	}
	t.Fatal("memory is never short")
	return nil
}

// At the end of its memory a store refuses writes that grow; reads and DELETE go
// on, and when retention has taken back what was deleted the writes do too.
func TestBudget(t *testing.T) {
	limit := debug.SetMemoryLimit(-1)
	const room = 20 << 20
	s, clock := openTight(t, room)
	def := createTable(t, s, notesKeeping("1 minute"))
	ids := fillUp(t, s, def, 0)
	rows := len(ids)
	if bytes := len(ids) * 4000; bytes < room/8 || bytes > 2*room {
		t.Errorf("%d bytes of rows went into %d", bytes, room)
	}
	if used := s.budget.used.Load(); used > s.budget.total/100*110 { // the last writes were let in by estimate
		t.Errorf("%d bytes are used of %d", used, s.budget.total)
	}
	if set := debug.SetMemoryLimit(-1); set >= s.budget.total {
		t.Errorf("the collector's limit is %d, the budget %d", set, s.budget.total)
	}
	x := begin(t, s, ReadCommitted)
	v := command(t, x)
	if n, err := v.CountRows(def); err != nil || n != len(ids) {
		t.Errorf("%d rows, %v", n, err)
	}
	c, err := v.Nearest(def, notesIndexes()[2], NearestSpec{Query: vec(3), K: 1}, allNotes)
	if got := show(t, c, err); !strings.HasPrefix(got, "3:a:3") {
		t.Errorf("nearest: %.40s", got)
	}
	if _, err := x.Update(ctx, def, ids[0], note(0, "b", 0, "short")); !sqlerr.Is(err, sqlerr.OutOfMemory) {
		t.Errorf("update: %v", err)
	}
	ix := *notesIndexes()[1]
	ix.ID, ix.Name = 29999, "another"
	if err := x.PutObject(ctx, &ix); !sqlerr.Is(err, sqlerr.OutOfMemory) {
		t.Errorf("index: %v", err)
	}
	x.Rollback()
	for len(ids) > 0 {
		x := s.Begin(TxnOptions{})
		command(t, x)
		n := min(len(ids), 1000)
		for _, id := range ids[:n] {
			must(t, x.Delete(ctx, def, id))
		}
		commitTxn(t, x)
		ids = ids[n:]
	}
	clock.Advance(2 * time.Minute)
	must(t, s.ReclaimNow(ctx))
	time.Sleep(measureEvery) // a measurement is that old at least when another is made
	again := fillUp(t, s, def, 1<<20)
	if t.Logf("%d rows, then %d", rows, len(again)); len(again)*4000 < room/8 {
		t.Errorf("only %d rows fit after everything was deleted", len(again))
	}
	if s.budget.refused.Load() < 2 {
		t.Errorf("%d writes were refused", s.budget.refused.Load())
	}
	must(t, s.Check(ctx))
	must(t, s.Close())
	if set := debug.SetMemoryLimit(-1); set != limit {
		t.Errorf("the collector's limit stays %d", set)
	}
}

// A transaction's own uncommitted rows count, and are given back with a rollback.
func TestBudgetOverlay(t *testing.T) {
	s, _ := openTight(t, 20<<20)
	def := createTable(t, s, notes())
	for range 2 {
		x := begin(t, s, ReadCommitted)
		var err error
		n := 0
		for ; err == nil && n < 1<<20; n++ {
			_, _, err = x.Insert(ctx, def, note(n, "a", n, strings.Repeat("much text ", 400)))
		}
		if !sqlerr.Is(err, sqlerr.OutOfMemory) || n < 1000 {
			t.Errorf("after %d rows: %v", n, err)
		}
		x.Rollback()
		time.Sleep(measureEvery)
	}
}

// The collector's limit falls as vectors, which it does not see, take memory.
func TestBudgetFollowsSlabs(t *testing.T) {
	b := newBudget(2 << 30)
	defer b.close()
	before := debug.SetMemoryLimit(-1)
	store, err := vecindex.NewStore(1024)
	must(t, err)
	v := make([]float32, 1024)
	for i := range 50_000 {
		v[0] = float32(i)
		_, err := store.Add("", v)
		must(t, err)
	}
	b.look()
	if after := debug.SetMemoryLimit(-1); before-after < 200<<20 {
		t.Errorf("the limit went from %d to %d while %d bytes of vectors came", before, after, store.SizeBytes())
	}
	must(t, store.Free())
	b.look()
	if after := debug.SetMemoryLimit(-1); after < before-(40<<20) || after == math.MaxInt64 {
		t.Errorf("the limit is %d after the vectors have gone, it was %d", after, before)
	}
}
