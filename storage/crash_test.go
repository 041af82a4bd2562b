package storage

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/vfs"
)

var crashesFlag = flag.Int("crashes", 2000, "crash points of the crash tests")

// crashVariants is in how many ways each power cut is played.
const crashVariants = 4

func openFaulty(fs *vfs.Faulty, clock Clock) (*Store, error) {
	return Open(ctx, "data", Options{FS: fs, Clock: clock, Hooks: testHooks(), SegmentBytes: 32 << 10})
}

// crashRun is a store that loses power again and again, beside a model that does not.
type crashRun struct {
	*model
	fs       *vfs.Faulty
	inflight *state // of the commit that the power cut hit
	reads    []moment
	ticket   int64 // newest value of the sequence that was seen
	reclaims bool  // the table has a retention
}

var tickets = &catalog.Sequence{Header: catalog.Header{ID: 30000, Name: "tickets"}, Start: 1, Increment: 1, Min: 1, Max: 1 << 40, Cache: 1}

// live does random work until the power goes; it reports false if it did not.
func (r *crashRun) live(steps int) bool {
	for range steps {
		switch r.rng.IntN(12) {
		case 0:
			if v, err := r.s.NextVal(ctx, tickets); err == nil {
				if v <= r.ticket {
					r.t.Fatalf("sequence gave %d after %d", v, r.ticket)
				}
				r.ticket = v
			}
		case 1:
			r.readNow()
		case 2:
			r.clock.Advance(time.Duration(r.rng.IntN(3000)) * time.Millisecond)
			if r.reclaims {
				_ = r.s.ReclaimNow(ctx) // fails when the power goes
			}
		default:
			if r.commitOne() {
				return true
			}
		}
	}
	return false
}

// readNow reads AS OF this moment and remembers what it saw.
func (r *crashRun) readNow() {
	at := r.s.Now()
	v, err := r.s.SnapshotAt(ctx, at, Principal{})
	if err != nil {
		return // the power went
	}
	c, err := v.Range(r.def, r.ix[0], IndexRange{}, allNotes)
	wantRows(r.t, "read now", show(r.t, c, err), r.newest().show())
	r.reads = append(r.reads, moment{at, r.newest()})
}

// commitOne runs a small transaction; true if the power went during its commit.
func (r *crashRun) commitOne() bool {
	r.open()
	x := r.txns[len(r.txns)-1]
	for range 1 + r.rng.IntN(5) {
		if len(r.txns) == 0 {
			return false
		}
		switch n := r.rng.IntN(60); {
		case n == 0:
			r.truncate(x)
		case n%2 == 0:
			r.insert(x)
		default:
			r.write(x)
		}
	}
	next := maps.Clone(r.newest())
	for id, row := range x.own {
		if row == nil {
			delete(next, id)
		} else {
			next[id] = *row
		}
	}
	r.drop(x)
	ts, err := x.x.Commit(ctx)
	if err != nil {
		r.inflight = &next
		return true
	}
	if ts > r.history[len(r.history)-1].ts {
		r.history = append(r.history, moment{ts, next})
	}
	return false
}

// revive opens what is on the disk after the crash and checks it; again: also
// what was read before. It returns the state of the newest commit.
func (r *crashRun) revive(fs *vfs.Faulty, again bool) moment {
	s, err := openFaulty(fs, r.clock)
	must(r.t, err)
	r.s = s
	x := r.s.Begin(TxnOptions{})
	defer x.Rollback()
	v := command(r.t, x)
	c, err := v.Range(r.def, r.ix[0], IndexRange{}, allNotes)
	got := show(r.t, c, err)
	found := r.history[len(r.history)-1]
	if r.inflight != nil && got == r.inflight.show() && s.Watermark() > found.ts {
		found = moment{s.Watermark(), *r.inflight}
	}
	r.compare(v, found.state, "after the crash")
	must(r.t, s.Check(ctx))
	for i := range r.history {
		switch {
		case i+8 <= len(r.history) && r.rng.IntN(8) != 0:
		case r.reclaims:
			r.compareKept(i)
		default:
			r.compareMoment(i)
		}
	}
	for _, read := range r.reads {
		if !again || r.reclaims {
			break // a read here would itself raise the floor for the commits to come
		}
		v, err := s.SnapshotAt(ctx, read.ts, Principal{})
		must(r.t, err)
		c, err := v.Range(r.def, r.ix[0], IndexRange{}, allNotes)
		wantRows(r.t, "what was read before the crash", show(r.t, c, err), read.state.show())
	}
	if r.t.Failed() {
		r.t.FailNow()
	}
	return found
}

// cycle cuts the power once and plays it in several ways; the run goes on from the last.
func (r *crashRun) cycle() {
	r.fs.CrashAt(1 + r.rng.IntN(60))
	if !r.live(200) {
		r.t.Fatal("the power did not go")
	}
	if r.rng.IntN(2) == 0 {
		r.clock.Advance(-time.Duration(r.rng.IntN(10)) * time.Second) // the new machine's clock is slow
	}
	for variant := range crashVariants {
		fs := r.fs.Crash(r.rng.Uint64())
		found := r.revive(fs, variant < crashVariants-1)
		if variant == crashVariants-1 {
			r.fs = fs
			if found.ts != r.history[len(r.history)-1].ts {
				r.history = append(r.history, found)
			}
			r.inflight = nil
			return
		}
	}
}

func TestCrashes(t *testing.T) {
	seed := randomSeed(t)
	cycles := *crashesFlag / crashVariants
	if testing.Short() {
		cycles /= 10
	}
	var r *crashRun
	for i := range cycles {
		if i%8 == 0 {
			r = newCrashRun(t, seed+uint64(i))
		}
		r.cycle()
	}
}

func newCrashRun(t *testing.T, seed uint64) *crashRun {
	r := &crashRun{fs: vfs.NewFaulty(), model: &model{t: t, rng: rand.New(rand.NewPCG(seed, 2)), clock: NewSteppedClock(begin2025), ix: notesIndexes()}}
	s, err := openFaulty(r.fs, r.clock)
	must(t, err)
	def := notes()
	if r.rng.IntN(3) > 0 {
		def = namespaced()
	}
	r.s, r.def = s, createTable(t, s, def)
	r.history = []moment{{s.Watermark(), state{}}}
	return r
}

// Several writers commit at once, each rewriting all its rows with one number:
// after a crash a writer's rows agree, and on the last number acknowledged or the next.
func TestCrashUnderGroupCommit(t *testing.T) {
	const writers, rows = 4, 3
	rng := rand.New(rand.NewPCG(randomSeed(t), 3))
	for range max(*crashesFlag/100, 5) {
		fs := vfs.NewFaulty()
		s, err := openFaulty(fs, SystemClock{})
		must(t, err)
		def := createTable(t, s, namespaced())
		var ids [writers][rows]RowID
		x := begin(t, s, ReadCommitted)
		for w := range writers {
			for i := range rows {
				ids[w][i] = insert(t, x, def, note(w*rows+i, "a", 0, ""))
			}
		}
		commitTxn(t, x)
		fs.CrashAt(5 + rng.IntN(200))
		var acked [writers]int
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() { acked[w] = rewrite(s, def, w*rows, ids[w][:]) })
		}
		wg.Wait()
		for range crashVariants {
			after, err := openFaulty(fs.Crash(rng.Uint64()), SystemClock{})
			must(t, err)
			must(t, after.Check(ctx))
			checkWriters(t, after, def, acked[:], rows)
		}
	}
}

// rewrite sets all rows of a writer to 1, 2, … until a commit fails; it returns
// the last number acknowledged. Rows change their shard on the way.
func rewrite(s *Store, def *catalog.Table, first int, ids []RowID) int {
	for n := 1; ; n++ {
		x := s.Begin(TxnOptions{})
		if _, err := x.BeginCommand(ctx); err != nil {
			return n - 1
		}
		for i, id := range ids {
			if _, err := x.Update(ctx, def, id, note(first+i, string(rune('a'+n/8%3)), n, "")); err != nil {
				x.Rollback()
				return n - 1
			}
		}
		if _, err := x.Commit(ctx); err != nil {
			return n - 1
		}
	}
}

func checkWriters(t *testing.T, s *Store, def *catalog.Table, acked []int, rows int) {
	t.Helper()
	x := s.Begin(TxnOptions{})
	defer x.Rollback()
	for w, n := range acked {
		seen := map[int64]int{}
		for i := range rows {
			got, _, _ := read(t, x, def, int64(w*rows+i))
			seen[got]++
		}
		if seen[int64(n)] != rows && seen[int64(n)+1] != rows {
			t.Fatalf("writer %d was told %d, its rows hold %v", w, n, seen)
		}
	}
}

func TestDiskFull(t *testing.T) {
	fs := vfs.NewFaulty()
	s, err := openFaulty(fs, NewSteppedClock(begin2025))
	must(t, err)
	def := createNotes(t, s)
	fs.SetFree(0)
	var full error
	n := 0
	for ; full == nil && n < 10000; n++ {
		x := begin(t, s, ReadCommitted)
		insert(t, x, def, note(n, "a", n, fmt.Sprint("filler ", n)))
		_, full = x.Commit(ctx)
	}
	wantCode(t, full, "53100")
	x := begin(t, s, ReadCommitted)
	if got, err := command(t, x).CountRows(def); err != nil || got != n-1 {
		t.Errorf("reads on a full disk: %d %v, want %d", got, err, n-1)
	}
	x.Rollback()
	fs.SetFree(-1)
	x = begin(t, s, ReadCommitted)
	insert(t, x, def, note(n, "a", n, ""))
	commitTxn(t, x)
}

func TestFsyncFailureIsSticky(t *testing.T) {
	fs := vfs.NewFaulty()
	fatal := make(chan error, 1)
	s, err := Open(ctx, "data", Options{FS: fs, Hooks: testHooks(), OnFatal: func(err error) { fatal <- err }})
	must(t, err)
	def := createNotes(t, s)
	fs.FailSync("", 1)
	for i := range 3 {
		x := begin(t, s, ReadCommitted)
		insert(t, x, def, note(i, "a", i, ""))
		if _, err := x.Commit(ctx); err == nil {
			t.Fatal("a commit after a failed fsync was acknowledged")
		}
	}
	<-fatal
	x := begin(t, s, ReadCommitted)
	c, err := command(t, x).Scan(def, allNotes)
	wantRows(t, "unacknowledged rows", show(t, c, err), "")
}

func TestSecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(ctx, dir, Options{Hooks: testHooks()})
	must(t, err)
	_, err = Open(ctx, dir, Options{Hooks: testHooks()})
	wantCode(t, err, "55006")
	must(t, s.Close())
	s, err = Open(ctx, dir, Options{Hooks: testHooks()})
	must(t, err)
	must(t, s.Close())
}

// A restart over real files: snapshot, log behind it, sequences without gaps.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	clock := NewSteppedClock(begin2025)
	m := &model{t: t, rng: rand.New(rand.NewPCG(randomSeed(t), 4)), clock: clock, ix: notesIndexes()}
	open := func() {
		s, err := Open(ctx, dir, Options{Clock: clock, Hooks: testHooks()})
		must(t, err)
		m.s = s
	}
	open()
	m.def = createNotes(t, m.s)
	m.history = []moment{{m.s.Watermark(), state{}}}
	for round := range 4 {
		for range 300 {
			m.step()
		}
		for _, x := range m.txns {
			x.x.Rollback()
		}
		m.txns = nil
		if round%2 == 0 {
			must(t, m.s.Snapshots().CatchUp(ctx))
		}
		v, err := m.s.NextVal(ctx, tickets)
		must(t, err)
		if v != int64(round+1) {
			t.Errorf("round %d: sequence gave %d", round, v)
		}
		must(t, m.s.Close())
		open()
		must(t, m.s.Check(ctx))
		for i := range m.history {
			m.compareMoment(i)
		}
	}
	must(t, m.s.Close())
}

// A commit of several megabytes is in the log in parts: whole after a crash, and
// gone without a trace when it was refused.
func TestLargeCommit(t *testing.T) {
	fs := vfs.NewFaulty()
	clock := NewSteppedClock(begin2025)
	s, err := Open(ctx, "data", Options{FS: fs, Clock: clock, Hooks: testHooks()})
	must(t, err)
	def := createNotes(t, s)
	text := strings.Repeat("0123456789", 100)
	fill := func(x *Txn, first int) {
		for i := first; i < first+3000; i++ {
			insert(t, x, def, note(i, "a", i, text))
		}
	}
	refused := begin(t, s, Serializable)
	if _, err := command(t, refused).CountRows(def); err != nil {
		t.Fatal(err)
	}
	fill(refused, 10_000)
	x := begin(t, s, ReadCommitted)
	fill(x, 0)
	commitTxn(t, x)
	_, err = refused.Commit(ctx)
	wantCode(t, err, sqlerr.SerializationFailure)
	after, err := Open(ctx, "data", Options{FS: fs.Crash(1), Clock: clock, Hooks: testHooks()})
	must(t, err)
	must(t, after.Check(ctx))
	y := begin(t, after, ReadCommitted)
	if n, err := command(t, y).CountRows(def); err != nil || n != 3000 {
		t.Errorf("%d rows, %v", n, err)
	}
}
