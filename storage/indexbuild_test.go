package storage

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/index"
)

// createBareNotes makes the table with its primary key alone.
func createBareNotes(t testing.TB, s *Store) *catalog.Table { return createBare(t, s, notes()) }

func createBare(t testing.TB, s *Store, def *catalog.Table) *catalog.Table {
	t.Helper()
	x := begin(t, s, ReadCommitted)
	must(t, x.PutObject(ctx, def))
	must(t, x.PutObject(ctx, notesIndexes()[0]))
	commitTxn(t, x)
	return def
}

// writeBeside commits small transactions on rows of its own until stop, and counts them.
func writeBeside(t *testing.T, s *Store, def *catalog.Table, writer int, stop *atomic.Bool, commits *atomic.Int64) {
	rng := rand.New(rand.NewPCG(randomSeed(t), uint64(writer)))
	live := map[RowID]int{}
	next := writer
	for !stop.Load() && !t.Failed() {
		x := s.Begin(TxnOptions{})
		_, err := x.BeginCommand(ctx)
		must(t, err)
		for range 1 + rng.IntN(4) {
			switch n := rng.IntN(10); {
			case n < 4 || len(live) == 0:
				id, conflict, err := x.Insert(ctx, def, note(next, "w", next, "some words"))
				if err != nil || conflict != nil {
					t.Errorf("insert: %v %v", conflict, err)
					return
				}
				live[id] = next
				next += 16
			case n < 8:
				for id, key := range live {
					values := note(key, "w", rng.IntN(1000), "other words")
					if conflict, err := x.Update(ctx, def, id, values); err != nil || conflict != nil {
						t.Errorf("update: %v %v", conflict, err)
					}
					break
				}
			default:
				for id := range live {
					if err := x.Delete(ctx, def, id); err != nil {
						t.Errorf("delete: %v", err)
					}
					delete(live, id)
					break
				}
			}
		}
		if _, err := x.Commit(ctx); err != nil {
			t.Errorf("commit: %v", err)
			return
		}
		commits.Add(1)
	}
}

// Indexes of every kind are built while others write: no writer fails or waits for the end of
// the build, and each index holds what a fresh one would.
func TestIndexesAreBuiltBesideWriters(t *testing.T) { buildBeside(t, notes(), nil) }

// The same where history is taken back meanwhile.
func TestIndexesAreBuiltBesideReclaim(t *testing.T) {
	buildBeside(t, notesKeeping("10 milliseconds"), func(s *Store) { must(t, s.ReclaimNow(ctx)) })
}

// buildBeside builds indexes beside writers, and beside what else is to be done again and again.
func buildBeside(t *testing.T, def *catalog.Table, again func(s *Store)) {
	s, err := Open(ctx, "", Options{Hooks: testHooks()})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	createBare(t, s, def)
	x := begin(t, s, ReadCommitted)
	for i := range 4000 {
		insert(t, x, def, note(-1-i, "old", i, "the first words"))
	}
	commitTxn(t, x)
	var stop atomic.Bool
	var commits atomic.Int64
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() { writeBeside(t, s, def, w, &stop, &commits) })
	}
	if again != nil {
		wg.Go(func() {
			for !stop.Load() && !t.Failed() {
				again(s)
				time.Sleep(time.Millisecond)
			}
		})
	}
	defer wg.Wait()
	defer stop.Store(true)
	list := notesIndexes()[1:]
	unique := *list[0]
	unique.ID, unique.Name, unique.Unique = 21000, "notes_unique", true
	unique.Keys = []catalog.IndexKey{{Column: 1, Type: types.Int4}, {Column: 2, Type: types.Text}}
	partial := *list[0]
	partial.ID, partial.Name = 21001, "notes_hash"
	partial.Method, partial.Keys = catalog.Hash, []catalog.IndexKey{{Column: 2, Type: types.Text}}
	list = append(list, &unique, &partial)
	for round := range 3 {
		for _, ix := range list {
			before := commits.Load()
			x := begin(t, s, ReadCommitted)
			must(t, x.PutObject(ctx, ix))
			// The index is whole before its transaction ends; writers go on.
			for built := commits.Load(); commits.Load() < built+3 && !t.Failed(); {
				time.Sleep(time.Millisecond)
			}
			if round == 2 && ix == list[0] {
				x.Rollback()
				continue
			}
			commitTxn(t, x)
			must(t, s.Check(ctx))
			if commits.Load() == before {
				t.Errorf("%s: nobody wrote", ix.Name)
			}
		}
		if round < 2 {
			x := begin(t, s, ReadCommitted)
			for _, ix := range list {
				must(t, x.DropObject(ctx, ix.ID))
			}
			commitTxn(t, x)
		}
	}
	stop.Store(true)
	wg.Wait()
	must(t, s.Check(ctx))
	if tb := s.table(notesID); tb.building() {
		t.Error("a build is still there")
	}
}

func uniqueOnTag() *catalog.Index {
	return &catalog.Index{
		Header: catalog.Header{ID: 21000, Name: "notes_tag_key", Schema: schemaTest}, Table: notesID,
		Method: catalog.BTree, Unique: true, Keys: []catalog.IndexKey{{Column: 2, Type: types.Text}},
	}
}

// waitingBuild begins a unique index on tag while a transaction has an uncommitted row "b", and
// returns when the build waits for it.
func waitingBuild(t *testing.T, tag string) (s *Store, def *catalog.Table, writer, builder *Txn, built chan error, cancel func()) {
	s, _ = openMemory(t)
	def = createBareNotes(t, s)
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, ""))
	insert(t, x, def, note(2, "b", 2, ""))
	commitTxn(t, x)
	writer, builder = begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	insert(t, writer, def, note(3, tag, 3, ""))
	buildCtx, stop := context.WithCancel(ctx)
	t.Cleanup(stop)
	built = make(chan error, 1)
	go func() { built <- builder.PutObject(buildCtx, uniqueOnTag()) }()
	for tb := s.table(notesID); ; time.Sleep(time.Millisecond) {
		tb.mu.RLock()
		joined := len(tb.joined) == 1
		tb.mu.RUnlock()
		if joined {
			return s, def, writer, builder, built, stop
		}
	}
}

// wantNoIndex looks whether a build that failed left nothing: equal tags are accepted again.
func wantNoIndex(t *testing.T, s *Store, def *catalog.Table) {
	t.Helper()
	if tb := s.table(notesID); tb.building() || len(tb.indexes) != 1 || len(*tb.unique.Load()) != 1 {
		t.Error("the build is still there")
	}
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(10, "a", 1, ""))
	commitTxn(t, x)
	must(t, s.Check(ctx))
}

// A transaction that wrote before the build could see it decides by its end.
func TestUniqueBuildWaitsForOlderWriters(t *testing.T) {
	s, def, writer, builder, built, _ := waitingBuild(t, "b")
	other := begin(t, s, ReadCommitted) // goes on meanwhile, and is held to the keys
	insert(t, other, def, note(4, "d", 4, ""))
	if _, conflict, err := other.Insert(ctx, def, note(5, "a", 5, "")); err != nil || conflict == nil || conflict.Index.Name != "notes_tag_key" {
		t.Errorf("a second \"a\": %v, %v", conflict, err)
	}
	commitTxn(t, other)
	commitTxn(t, writer)
	err := <-built
	wantCode(t, err, sqlerr.UniqueViolation)
	if !strings.Contains(err.Error(), `could not create unique index "notes_tag_key"`) {
		t.Error(err)
	}
	builder.Rollback()
	wantNoIndex(t, s, def)

	s, def, writer, builder, built, _ = waitingBuild(t, "b")
	writer.Rollback()
	must(t, <-built)
	commitTxn(t, builder)
	must(t, s.Check(ctx))
	x := begin(t, s, ReadCommitted)
	if _, conflict, err := x.Insert(ctx, def, note(6, "b", 6, "")); err != nil || conflict == nil {
		t.Errorf("a second \"b\": %v, %v", conflict, err)
	}
}

// The keys of the transaction that the build waited for are in the index.
func TestOlderWritersAreIndexed(t *testing.T) {
	s, def, writer, builder, built, _ := waitingBuild(t, "c")
	commitTxn(t, writer)
	must(t, <-built)
	commitTxn(t, builder)
	must(t, s.Check(ctx))
	x := begin(t, s, ReadCommitted)
	if _, conflict, err := x.Insert(ctx, def, note(6, "c", 6, "")); err != nil || conflict == nil {
		t.Errorf("a second \"c\": %v, %v", conflict, err)
	}
}

func TestCanceledBuildLeavesNothing(t *testing.T) {
	s, def, writer, _, built, cancel := waitingBuild(t, "c")
	cancel()
	wantCode(t, <-built, sqlerr.QueryCanceled)
	writer.Rollback()
	wantNoIndex(t, s, def)
}

// Two who each wait for the other's end: one is told.
func TestBuildAndWriterDeadlock(t *testing.T) {
	s, def, writer, _, built, _ := waitingBuild(t, "c")
	lock := make(chan error, 1)
	go func() { lock <- writer.LockTable(ctx, def.ID, AccessExclusive, Wait) }()
	select {
	case err := <-lock:
		wantCode(t, err, sqlerr.DeadlockDetected)
		writer.Rollback()
		must(t, <-built)
	case err := <-built:
		wantCode(t, err, sqlerr.DeadlockDetected)
	}
	must(t, s.Check(ctx))
}

// The transaction's own rows count: what it deleted is not in the way, what it wrote is.
func TestUniqueBuildOverOwnWrites(t *testing.T) {
	for _, deleteFirst := range []bool{true, false} {
		s, _ := openMemory(t)
		def := createBareNotes(t, s)
		x := begin(t, s, ReadCommitted)
		first := insert(t, x, def, note(1, "a", 1, ""))
		second := insert(t, x, def, note(2, "a", 2, ""))
		commitTxn(t, x)
		x = begin(t, s, ReadCommitted)
		gone := second
		if deleteFirst {
			gone = first
		}
		must(t, x.Delete(ctx, def, gone))
		insert(t, x, def, note(3, "b", 3, ""))
		save := x.Savepoint()
		insert(t, x, def, note(4, "b", 4, ""))
		wantCode(t, x.PutObject(ctx, uniqueOnTag()), sqlerr.UniqueViolation)
		x.RollbackTo(save)
		must(t, x.PutObject(ctx, uniqueOnTag()))
		if _, conflict, err := x.Insert(ctx, def, note(5, "a", 5, "")); err != nil || conflict == nil {
			t.Errorf("a second \"a\": %v, %v", conflict, err)
		}
		commitTxn(t, x)
		must(t, s.Check(ctx))
		x = begin(t, s, ReadCommitted)
		if _, conflict, err := x.Insert(ctx, def, note(6, "a", 6, "")); err != nil || conflict == nil {
			t.Errorf("delete first %v: a second \"a\" after the commit: %v, %v", deleteFirst, conflict, err)
		}
	}
}

// A vector index that is not built to the end gives its references back.
func TestDiscardedVectorBuildFreesVectors(t *testing.T) {
	s, def, _, _ := seeded(t, 0)
	x := begin(t, s, ReadCommitted)
	row := insert(t, x, def, note(1, "a", 1, ""))
	commitTxn(t, x)
	store := s.table(notesID).vectors[4].store
	refs := func() (n uint32) {
		s.table(notesID).mu.Lock()
		defer s.table(notesID).mu.Unlock()
		im := s.table(notesID).image(s.table(notesID).visible(uint32(row), Infinity-1))
		return store.Refs(uint32(farAddress(im.Payload(4))))
	}
	before := refs()
	again := *notesIndexes()[2]
	again.ID, again.Name = 21002, "notes_v2"
	x = begin(t, s, ReadCommitted)
	must(t, x.PutObject(ctx, &again))
	if refs() != before+1 {
		t.Fatalf("%d references, want %d", refs(), before+1)
	}
	x.Rollback()
	if refs() != before {
		t.Errorf("%d references after the rollback, want %d", refs(), before)
	}
}

// History that is taken back while an index is filled does not stay behind in it.
func TestReclaimWaitsForAFillingBuild(t *testing.T) {
	clock := NewSteppedClock(begin2025)
	s, err := Open(ctx, "", Options{Clock: clock, Hooks: testHooks()})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	def := createBare(t, s, notesKeeping(testRetention))
	x := begin(t, s, ReadCommitted)
	id := insert(t, x, def, note(1, "a", 1, ""))
	commitTxn(t, x)
	for i := range 5 {
		clock.Advance(time.Second)
		x = begin(t, s, ReadCommitted)
		must(t, set(x, def, id, note(1, "a", i, "")))
		commitTxn(t, x)
	}
	clock.Advance(time.Minute)
	x = begin(t, s, ReadCommitted)
	tb := s.table(notesID)
	ix, err := s.newIndex(x.Catalog(), tb, def, notesIndexes()[1])
	must(t, err)
	b := x.beginBuild(tb, ix)
	must(t, b.fill(ctx))
	reclaimed := make(chan error, 1)
	go func() { reclaimed <- s.ReclaimNow(ctx) }()
	time.Sleep(50 * time.Millisecond) // it must not end in this time, however long it is
	must(t, b.join(ctx))
	tb.attach(ix, s.Now())
	must(t, <-reclaimed)
	must(t, s.Check(ctx))
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	closed := 0
	ix.ordered.EachClosed(func(index.Hit) bool { closed++; return true })
	if closed > 0 {
		t.Errorf("%d entries of the past are left", closed)
	}
}
