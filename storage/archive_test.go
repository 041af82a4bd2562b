package storage

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/snapshot"
)

// archiveRun is a store on disk beside a model, closed and opened again now and then.
type archiveRun struct {
	*model
	dir string
}

func (r *archiveRun) open(t *testing.T) {
	s, err := Open(ctx, r.dir, Options{Clock: r.clock, Hooks: testHooks(), Durability: Relaxed})
	must(t, err)
	r.s = s
}

func (r *archiveRun) reopen(t *testing.T) {
	for _, x := range r.txns {
		x.x.Rollback()
	}
	r.txns = nil
	must(t, r.s.Close())
	r.open(t)
}

func newArchiveRun(t *testing.T, seed uint64, def *catalog.Table) *archiveRun {
	r := &archiveRun{dir: t.TempDir(), model: &model{t: t, rng: rand.New(rand.NewPCG(seed, 10)), clock: NewSteppedClock(begin2025), ix: notesIndexes()}}
	r.open(t)
	r.def = createTable(t, r.s, def)
	r.history = []moment{{r.s.Watermark(), state{}}}
	return r
}

// compareVersions lists all versions and compares them with the model's states.
func (r *archiveRun) compareVersions() {
	t := r.t
	x := begin(t, r.s, ReadCommitted)
	defer x.Rollback()
	c, err := command(t, x).Scan(r.def, ScanSpec{Columns: allNotes.Columns, Versions: true, VersionsFrom: -Infinity, VersionsTo: Infinity})
	must(t, err)
	defer c.Close()
	seen := map[string]int{}
	var b RowBatch
	for {
		must(t, c.Next(&b))
		if b.N == 0 {
			break
		}
		for i := range b.N {
			row := fmt.Sprintf("%d:%s:%d", b.Cols[0].I64[i], b.Cols[1].Str[i], b.Cols[2].I64[i])
			for _, m := range r.history {
				if b.From[i] <= m.ts && m.ts < b.To[i] {
					seen[fmt.Sprint(m.ts, " ", row)]++
				}
			}
		}
	}
	want := 0
	for _, m := range r.history {
		for id, row := range m.state {
			want++
			if key := fmt.Sprintf("%d %d:%s:%d", m.ts, id, row.tag, row.n); seen[key] != 1 {
				t.Fatalf("%s is in %d versions", key, seen[key])
			}
		}
	}
	if len(seen) != want {
		t.Fatalf("%d (moment, row) pairs in the versions, %d in the model", len(seen), want)
	}
}

// The history model over a store that moves its closed versions to the archive
// again and again and is opened anew: every moment stays what it was by every path.
func TestArchiveModel(t *testing.T) {
	r := newArchiveRun(t, randomSeed(t), notes())
	for step := range *stepsFlag / 2 {
		r.step()
		if step%100 != 99 {
			continue
		}
		switch r.rng.IntN(4) {
		case 0: // a crash behind step 1: the archive has versions that the log does not know of
			_, err := r.s.copyToArchive(ctx, r.s.table(r.def.ID), r.s.active.limit(r.s.seq))
			must(t, err)
			must(t, r.s.archive.Sync(ctx))
			r.reopen(t)
		case 1:
			must(t, r.s.ArchiveNow(ctx))
			if r.rng.IntN(2) == 0 {
				must(t, r.s.Checkpoint(ctx))
			}
			r.reopen(t)
		default:
			must(t, r.s.ArchiveNow(ctx))
		}
		must(t, r.s.Check(ctx))
		for range 3 {
			r.compareMoment(r.rng.IntN(len(r.history)))
		}
	}
	r.reopen(t)
	must(t, r.s.ArchiveNow(ctx))
	tb := r.s.table(r.def.ID)
	if n := tb.versions.n; n != len(r.newest()) {
		t.Errorf("%d versions in memory for %d rows", n, len(r.newest()))
	}
	for i := range r.history {
		r.compareMoment(i)
	}
	r.compareVersions()
	if len(r.s.active.past) != 0 {
		t.Errorf("%d reads are still noted", len(r.s.active.past))
	}

	// The snapshots need not hold them either; the archive does.
	must(t, r.s.Checkpoint(ctx))
	must(t, r.s.Close())
	for i, name := range []string{snapshot.FileNames[0], snapshot.FileNames[1], snapshot.ArchiveName} {
		info, err := snapshot.Verify(ctx, filepath.Join(r.dir, name), func(p string) { t.Error(p) })
		must(t, err)
		if many := info.Rows > len(r.newest())+20; many != (i == 2) {
			t.Errorf("%s holds %d versions, the newest state has %d rows", name, info.Rows, len(r.newest()))
		}
	}
	must(t, os.Rename(filepath.Join(r.dir, snapshot.ArchiveName), filepath.Join(r.dir, "elsewhere")))
	if _, err := Open(ctx, r.dir, Options{Clock: r.clock, Hooks: testHooks()}); !sqlerr.Is(err, sqlerr.DataCorrupted) {
		t.Errorf("opened without the archive: %v", err)
	}
}

// A read that began keeps its versions in memory while others move; one of a
// moment before finds them in the archive.
func TestArchiveHeldByReaders(t *testing.T) {
	r := newArchiveRun(t, randomSeed(t), notes())
	for len(r.history) < 60 {
		r.step()
	}
	for _, x := range r.txns {
		x.x.Rollback()
	}
	r.txns = nil
	v, err := r.s.SnapshotAt(ctx, r.history[30].ts, Principal{})
	must(t, err)
	must(t, r.s.ArchiveNow(ctx))
	if at := Timestamp(r.s.table(r.def.ID).archived.Load()); at > r.history[30].ts || at == noHorizon {
		t.Errorf("the archive goes up to %d, a read is open at %d", at, r.history[30].ts)
	}
	r.compare(v, r.history[30].state, "a read that began before")
	r.compareMoment(10)
	r.compareMoment(50)
	v.Close()
	must(t, r.s.ArchiveNow(ctx))
	for i := range r.history {
		r.compareMoment(i)
	}
	must(t, r.s.Close())
}

// Retention reaches into the archive, also over a restart.
func TestArchiveRetention(t *testing.T) {
	r := newArchiveRun(t, randomSeed(t), notesKeeping("1 hour"))
	for len(r.history) < 60 {
		r.step()
	}
	must(t, r.s.ArchiveNow(ctx))
	r.clock.Advance(30 * time.Minute)
	for len(r.history) < 120 {
		r.step()
	}
	r.reopen(t)
	must(t, r.s.ArchiveNow(ctx))
	r.clock.Advance(45 * time.Minute)
	must(t, r.s.ReclaimNow(ctx))
	r.reopen(t)
	for i := range r.history {
		r.compareKept(i)
	}
	horizon := r.s.table(r.def.ID).reclaimed.Load()
	n := 0
	must(t, r.s.archive.Read(ctx, r.def.ID, -1<<62, 1<<62, 1<<62, func(row snapshot.Row) error {
		n++
		if row.To <= horizon {
			return fmt.Errorf("row %d ended at %d, before %d", row.ID, row.To, horizon)
		}
		return nil
	}))
	if n == 0 {
		t.Error("nothing is in the archive")
	}
	r.clock.Advance(time.Hour)
	must(t, r.s.ReclaimNow(ctx))
	must(t, r.s.archive.Read(ctx, r.def.ID, -1<<62, 1<<62, 1<<62, func(row snapshot.Row) error {
		return fmt.Errorf("row %d is still there", row.ID)
	}))
	must(t, r.s.Close())
}

// History that is larger than memory: near the end of the budget it moves to the
// archive by itself, and writing goes on.
func TestArchiveRelieves(t *testing.T) {
	const room, rows = 12 << 20, 50
	total := tightBudget(room)
	clock := NewSteppedClock(begin2025)
	s, err := Open(ctx, t.TempDir(), Options{Clock: clock, Hooks: testHooks(), Durability: Relaxed, MemoryBytes: total})
	must(t, err)
	def := createTable(t, s, notes())
	ids := make([]RowID, rows)
	var first Timestamp
	written := 0
	for round := 0; written < 2*room; round++ {
		x := s.Begin(TxnOptions{})
		command(t, x)
		size := 0
		for i := range ids {
			row := note(i, "a", round, strings.Repeat(fmt.Sprint("text ", round, " "), 400))
			if round == 0 {
				ids[i] = insert(t, x, def, row)
				continue
			}
			if _, _, _, err = x.LockRow(ctx, def, ids[i], 0, ForNoKeyUpdate, Wait); err == nil {
				_, err = x.Update(ctx, def, ids[i], row)
			}
			if err != nil {
				break
			}
			size += 4000
		}
		if sqlerr.Is(err, sqlerr.OutOfMemory) {
			x.Rollback()
			err = nil
			time.Sleep(measureEvery) // the background is at it
			round--
			continue
		}
		must(t, err)
		ts := commitTxn(t, x)
		if round == 0 {
			first = ts
		}
		written += size
	}
	if !s.archive.Exists() {
		t.Fatalf("%d bytes were written into %d without an archive", written, room)
	}
	for {
		v, err := s.SnapshotAt(ctx, first, Principal{})
		must(t, err)
		c, err := v.Lookup(def, notesIndexes()[0], key1(7), allNotes)
		if sqlerr.Is(err, sqlerr.OutOfMemory) {
			v.Close()
			time.Sleep(measureEvery) // what is put together from the archive takes memory too
			continue
		}
		wantRows(t, "as of the first round", show(t, c, err), "7:a:0")
		v.Close()
		break
	}
	must(t, s.Check(ctx))
	must(t, s.Close())
}
