package storage

import (
	"sync"
	"sync/atomic"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/arena"
	"synapse/storage/index"
	"synapse/storage/row"
)

// table holds the rows of one table, of all shards.
//
// A row is born by its first version and dies once, by the version that closes
// without a successor; its id is never used again. Inside, rows are known by
// their locals (rowMap). Commits are installed in
// the order of their timestamps. mu is held shared while a cursor fills a batch
// or an index is read, exclusive while a piece of a commit is installed. What a
// reader sees is decided by timestamps alone, so it may let go of mu between
// batches. Order of locks: the sequencer's, then a table's; never two tables'.
type table struct {
	id     types.OID
	rows   rowMap
	layout atomic.Pointer[catalog.Table] // for which describe was called last
	unique atomic.Pointer[[]*tableIndex] // the unique ones of indexes and joined, by OID
	shape  atomic.Uint64                 // counts changes of which indexes commits keep up

	mu       sync.RWMutex
	newest   []uint32 // row → its newest version, 0 = none was committed
	versions versions
	data     arena.Arena
	vectors  map[int]*vectorColumn // attribute → where its vectors live
	live     bitset                // rows whose newest version is open: the current tier of scans
	dead     []deadRow             // the history tier, ascending by time of death
	liveRows index.Series          // number of live rows
	epoch    int                   // counts compactions, which renumber versions
	closed   int                   // versions closed since the last one
	changed  Timestamp             // newest commit that touched the table
	recent   recentChanges         // newest commits' rows
	indexes  map[types.OID]*tableIndex
	builds   []*indexBuild  // that note what is installed; changed under the sequencer's lock too
	joined   []*tableIndex  // built, kept up by commits, not attached yet
	retired  []retiredIndex // dropped and replaced ones, for reads of the past
	leaving  []*tableIndex  // vector indexes let go, until no search holds their vectors

	// Of reclaim: see reclaim.go.
	reclaimed        atomic.Int64 // Timestamp before which history is gone; moved under activeSnapshots.mu
	archived         atomic.Int64 // Timestamp up to which closed versions are in the archive; moved under activeSnapshots.mu
	erased           atomic.Int64 // Timestamp of the newest erase of rows; 0 = none
	oldestClose      Timestamp    // no version that is still there was closed before; 0 = none was closed
	dropped          Timestamp    // when the table was dropped, 0 = it was not
	droppedRetention string       // its option then

	fixer row.Builder // of install

	counters tableCounters
}

// deadRow is a row whose newest version was closed at `at`.
type deadRow struct {
	at    Timestamp
	local uint32
}

// retiredIndex is complete for times before until.
type retiredIndex struct {
	index *tableIndex
	until Timestamp
}

func newTable(id types.OID) *table {
	t := &table{id: id, indexes: map[types.OID]*tableIndex{}}
	t.unique.Store(&[]*tableIndex{})
	t.reclaimed.Store(int64(noHorizon))
	t.archived.Store(int64(noHorizon))
	t.recent.since = noHorizon
	return t
}

// noteClose keeps oldestClose. Caller holds mu exclusively.
func (t *table) noteClose(at Timestamp) {
	if t.oldestClose == 0 || at < t.oldestClose {
		t.oldestClose = at
	}
}

// note makes room for a row of the log or a snapshot. Error: XX001.
func (t *table) note(id RowID) (uint32, error) {
	local, ok := t.rows.note(id)
	if !ok {
		return 0, sqlerr.New(sqlerr.DataCorrupted, "table %d cannot have a row %d in shard %d", t.id, id.number(), id.shard())
	}
	return local, nil
}

// head returns the newest version of a row, 0 if none was committed. Caller holds mu.
func (t *table) head(local uint32) uint32 {
	if int(local) < len(t.newest) {
		return t.newest[local]
	}
	return 0
}

// visible returns the version of a row that is visible at `at`, nil if none. Caller holds mu.
func (t *table) visible(local uint32, at Timestamp) *version {
	h := t.head(local)
	if h == 0 {
		return nil
	}
	if v := t.versions.get(h); v.from <= at {
		if at < v.to {
			return v
		}
		return nil
	}
	if i := t.versions.visible(h, at); i != 0 {
		return t.versions.get(i)
	}
	return nil
}

// put installs a new version. Caller holds mu exclusively. Error: XX001 for an
// image that refers to a previous version that is not there.
func (t *table) put(local uint32, im row.Image, ts Timestamp) error {
	for int(local) >= len(t.newest) {
		t.newest = append(t.newest, 0)
	}
	head := t.newest[local]
	var prev *version
	if head != 0 {
		prev = t.versions.get(head)
	}
	stored, err := t.intern(im, prev)
	if err != nil {
		return err
	}
	v := version{from: ts, to: Infinity, at: t.data.Put(stored), size: uint32(len(stored)), local: local}
	if prev != nil {
		t.closed++
		t.noteClose(ts)
		prev.to = min(prev.to, ts) // before push, which may move the page
	}
	t.newest[local] = t.versions.push(v, head)
	if !t.live.has(local) {
		t.live.set(local)
		t.liveRows.Set(int64(ts), t.liveRows.Last()+1)
	}
	t.changed = max(t.changed, ts)
	t.recent.add(ts, local)
	return nil
}

// remove closes the newest version of a row. Caller holds mu exclusively.
func (t *table) remove(local uint32, ts Timestamp) {
	h := t.head(local)
	if h == 0 || !t.live.has(local) {
		return
	}
	t.versions.get(h).to = ts
	t.closed++
	t.noteClose(ts)
	t.live.clear(local)
	t.dead = append(t.dead, deadRow{ts, local})
	t.liveRows.Set(int64(ts), t.liveRows.Last()-1)
	t.changed = max(t.changed, ts)
	t.recent.add(ts, local)
}

// image returns the stored image of a version. Caller holds mu.
func (t *table) image(v *version) row.Image { return row.Image(t.data.At(v.at, int(v.size))) }
