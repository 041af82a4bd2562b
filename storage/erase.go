package storage

import (
	"context"
	"slices"
	"sync"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/arena"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// Erase removes rows with all their versions, for ever. It is a commit whose
// record names rows, never what was in them; FinishErase then removes them
// everywhere:
//
//	1. memory: the versions leave their rows and every index; transactions above
//	   READ COMMITTED that began before are refused from here on (72000);
//	2. archive, saved graphs: rewritten or removed;
//	3. log and snapshots: a new segment begins, both snapshots apply the commit
//	   and empty their write-ahead files, all older segments are removed;
//	4. memory again: what the versions took is overwritten once no view is open
//	   that may still hold bytes of it.
//
// A crash in between: as long as the log holds a commit that erases, the next
// start completes it before anybody can read (recoverErase).

// eraseWait is how long FinishErase waits for views that may hold bytes of erased
// rows; after that the background overwrites them when the views have ended.
const eraseWait = 2 * time.Second

// erasedRow is a row that a transaction erases.
type erasedRow struct {
	table *table
	local uint32
}

// erasure is a commit's erased rows, until they are gone everywhere.
type erasure struct {
	ts    Timestamp
	lsn   commitlog.LSN
	rows  map[*table][]uint32
	wipes map[*table]*remains // after they have left memory's structures
	filed bool                // gone from all files
}

// remains is memory of erased versions that nothing leads to any more.
type remains struct {
	pieces  map[uint64]int // address in the table's arena → bytes
	vectors map[int][]uint32
}

// erasures are the commits that are not gone everywhere.
type erasures struct {
	mu   sync.Mutex // guards list
	list []*erasure
}

func (e *erasures) add(rows []erasedRow, ts Timestamp, lsn commitlog.LSN) {
	if len(rows) == 0 {
		return
	}
	byTable := map[*table][]uint32{}
	for _, r := range rows {
		byTable[r.table] = append(byTable[r.table], r.local)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, &erasure{ts: ts, lsn: lsn, rows: byTable})
}

// Erase marks rows, which have no version left that the transaction sees, to be
// gone with its commit. After Commit the caller calls FinishErase.
func (x *Txn) Erase(ctx context.Context, t *catalog.Table, ids []RowID) error {
	tb, err := x.enter(ctx, t)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if local := tb.rows.local(id); local != 0 {
			x.erased = append(x.erased, erasedRow{tb, local})
		}
	}
	return nil
}

// isGone refuses to erase a row that the transaction did not delete.
func (x *Txn) isGone(e erasedRow) error {
	if own := x.ownWrite(e.table, e.local); own != nil && own.image == nil {
		return nil
	}
	e.table.mu.RLock()
	defer e.table.mu.RUnlock()
	if e.table.live.has(e.local) {
		return sqlerr.New(sqlerr.SerializationFailure, "could not erase a row that was written meanwhile").
			WithHint("The transaction might succeed if retried.")
	}
	return nil
}

// FinishErase completes what commits erased, and returns when nothing of it is in
// any file. Errors (55006, 53100, 57014) leave the rest to the background, which
// tries again, or to the next start.
func (s *Store) FinishErase(ctx context.Context) error {
	s.erasures.mu.Lock()
	list := slices.Clone(s.erasures.list)
	s.erasures.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	s.reclaiming.Lock() // a sweep may hold versions between two steps
	defer s.reclaiming.Unlock()
	for _, e := range list {
		if err := s.finishErase(ctx, e); err != nil {
			return err
		}
	}
	s.erasures.mu.Lock()
	s.erasures.list = slices.DeleteFunc(s.erasures.list, func(e *erasure) bool { return e.filed && len(e.wipes) == 0 })
	s.erasures.mu.Unlock()
	return nil
}

func (s *Store) finishErase(ctx context.Context, e *erasure) error {
	if e.wipes == nil {
		wipes := map[*table]*remains{}
		for t, locals := range e.rows {
			gone, err := s.unlink(t, locals, e.ts)
			if err != nil {
				return err
			}
			wipes[t] = gone
		}
		e.wipes = wipes
	}
	if !e.filed {
		if err := s.eraseFiles(ctx, e); err != nil {
			return err
		}
		e.filed = true
	}
	for deadline := time.Now().Add(eraseWait); ; {
		if s.active.limit(s.seq) >= e.ts {
			for t, gone := range e.wipes {
				s.wipe(t, gone)
			}
			clear(e.wipes)
			return nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return nil // the background goes on
		}
		time.Sleep(time.Millisecond)
	}
}

// step tells tests how far an erase has come.
func (s *Store) step(name string) {
	if s.options.OnErase != nil {
		s.options.OnErase(name)
	}
}

// eraseFiles removes rows from everything on disk.
func (s *Store) eraseFiles(ctx context.Context, e *erasure) error {
	s.step("memory")
	for t, locals := range e.rows {
		ids := make([]uint64, len(locals))
		for i, local := range locals {
			ids[i] = uint64(t.rows.id(local))
		}
		if err := s.eraseArchived(ctx, t.id, ids); err != nil {
			return err
		}
		s.forgetGraphs(t)
	}
	s.step("archive")
	return s.eraseLog(ctx, e.lsn)
}

func (s *Store) eraseArchived(ctx context.Context, id types.OID, rows []uint64) error {
	if s.archive == nil {
		return nil
	}
	return s.archive.Erase(ctx, id, rows)
}

// forgetGraphs removes the saved graphs of a table, which know the vectors' codes.
func (s *Store) forgetGraphs(t *table) {
	if s.graphs == nil {
		return
	}
	s.savingGraphs.Lock()
	defer s.savingGraphs.Unlock()
	t.mu.RLock()
	var list []types.OID
	for id, x := range t.indexes {
		if x.vector != nil {
			list = append(list, id)
		}
	}
	t.mu.RUnlock()
	for _, id := range list {
		s.removeGraphs(id)
	}
}

// eraseLog removes the log up to a record, once both snapshots have it. A store
// without snapshots, as tests have, keeps its log.
func (s *Store) eraseLog(ctx context.Context, lsn commitlog.LSN) error {
	log, ok := s.journal.(*commitlog.Log)
	if !ok || s.snapshots == nil {
		return nil
	}
	if err := log.Roll(ctx); err != nil {
		return err
	}
	s.step("log")
	if err := s.snapshots.CatchUp(ctx); err != nil {
		return err
	}
	s.step("snapshots")
	return s.snapshots.Forget(ctx, uint64(lsn))
}

// unlink takes rows out of memory's structures and returns what memory they held.
func (s *Store) unlink(t *table, locals []uint32, ts Timestamp) (*remains, error) {
	for {
		s.seq.mu.Lock() // a vector index has one writer
		t.mu.Lock()
		if len(t.builds) == 0 {
			break
		}
		t.mu.Unlock()
		s.seq.mu.Unlock()
		time.Sleep(buildPause) // else the index that is built would keep entries of versions that are gone
	}
	defer s.seq.mu.Unlock()
	defer t.mu.Unlock()
	t.erased.Store(max(t.erased.Load(), int64(ts)))
	gone := &remains{pieces: map[uint64]int{}, vectors: map[int][]uint32{}}
	vectors := map[*tableIndex]map[string][]uint64{}
	for _, local := range locals {
		if err := t.eraseEntries(local, vectors); err != nil {
			return nil, err
		}
		t.eraseVersions(local, gone)
	}
	for x, partitions := range vectors {
		for key, rows := range partitions {
			x.vector.Erase(key, rows)
		}
	}
	t.epoch++
	return gone, nil
}

// allIndexes are those in service, about to be, and kept for the past.
func (t *table) allIndexes() []*tableIndex {
	var out []*tableIndex
	for _, x := range t.indexes {
		out = append(out, x)
	}
	out = append(out, t.joined...)
	for _, r := range t.retired {
		if !t.inUse(r.index) {
			out = append(out, r.index)
		}
	}
	return out
}

// eraseEntries takes a dead row out of all indexes; those of vectors are noted,
// by partition. Caller holds mu.
func (t *table) eraseEntries(local uint32, vectors map[*tableIndex]map[string][]uint64) error {
	var chain []*version // oldest first
	for i := t.head(local); i != 0; i = t.versions.get(i).prev {
		chain = append(chain, t.versions.get(i))
	}
	slices.Reverse(chain)
	for _, x := range t.allIndexes() {
		// Versions with the same entry share it.
		var held indexEntry
		var from, to Timestamp
		flush := func() {
			if !held.present {
				return
			}
			if x.kind == vectorIndex {
				if vectors[x] == nil {
					vectors[x] = map[string][]uint64{}
				}
				vectors[x][string(held.key)] = append(vectors[x][string(held.key)], uint64(local))
				return
			}
			x.eraseEntry(local, &held, from, to)
		}
		for _, v := range chain {
			e, err := x.entryOf(t, t.image(v))
			if err != nil {
				return err
			}
			if !e.equal(&held) {
				flush()
				held, from = e, v.from
			}
			to = v.to
		}
		flush()
	}
	return nil
}

func (x *tableIndex) eraseEntry(local uint32, e *indexEntry, from, to Timestamp) {
	switch x.kind {
	case orderedIndex:
		x.ordered.EraseRow(e.key, local)
	case invertedIndex:
		for _, item := range e.items {
			x.inverted.EraseRow(item, local)
		}
	case textIndex:
		x.text.EraseRow(e.key, local, e.text, int64(from), int64(to))
	}
}

// eraseVersions takes a row's versions away; gone gets the memory that they held.
// Caller holds mu.
func (t *table) eraseVersions(local uint32, gone *remains) {
	head := t.head(local)
	if head == 0 {
		return
	}
	born := t.versions.get(head).from
	died := t.versions.get(head).to
	for _, i := range t.versions.cut(head, head, true) {
		v := t.versions.get(i)
		born = v.from
		t.noteRemains(v, gone)
		t.versions.remove(i)
	}
	t.newest[local] = 0
	t.live.clear(local)
	t.dead = slices.DeleteFunc(t.dead, func(d deadRow) bool { return d.local == local })
	t.liveRows.AddDuring(int64(born), int64(died), -1)
}

// noteRemains lists the memory of a version.
func (t *table) noteRemains(v *version, gone *remains) {
	im := t.image(v)
	for attr := range im.Len() {
		state, payload := im.Payload(attr)
		at := farAddress(state, payload)
		switch {
		case state != row.Far:
		case at&farVector != 0:
			gone.vectors[attr] = append(gone.vectors[attr], uint32(at))
		default:
			gone.pieces[at] = farSize(payload)
		}
	}
	gone.pieces[uint64(v.at)] = int(v.size)
}

// forgetRow is erase at the start, when nobody reads and no index is there yet.
func (t *table) forgetRow(local uint32) {
	gone := &remains{pieces: map[uint64]int{}, vectors: map[int][]uint32{}}
	t.eraseVersions(local, gone)
	t.wipeRemains(gone)
}

// wipe overwrites what erased versions held.
func (s *Store) wipe(t *table, gone *remains) {
	s.seq.mu.Lock()
	defer s.seq.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipeRemains(gone)
	for _, x := range t.allIndexes() {
		if x.vector != nil {
			x.vector.Reclaim()
		}
	}
}

// wipeRemains overwrites memory that nothing leads to and nobody reads. Caller holds mu.
func (t *table) wipeRemains(gone *remains) {
	for at, n := range gone.pieces {
		t.data.Wipe(arena.Address(at), n)
	}
	for attr, ids := range gone.vectors {
		for _, id := range ids {
			t.vectors[attr].store.Release(id)
		}
	}
}

// recoverErase completes what an earlier process erased, as long as the log has
// anything of it. It is part of the start: memory has applied it already.
func (s *Store) recoverErase(ctx context.Context, log *commitlog.Log) error {
	if s.snapshots == nil {
		return nil
	}
	rows := map[types.OID][]uint64{}
	var last commitlog.LSN
	err := log.ReplayCommits(log.First(), 0, func(c *commitlog.Commit) error {
		return effect.Decode(c.Body, func(e *effect.Effect) error {
			if e.Kind == effect.Erase {
				rows[e.Table] = append(rows[e.Table], e.Row)
				last = c.LSN
			}
			return nil
		})
	}, nil)
	if err != nil || last == 0 {
		return err
	}
	for id, list := range rows {
		if err := s.eraseArchived(ctx, id, list); err != nil {
			return err
		}
		s.forgetGraphs(s.table(id))
	}
	s.options.Log.Info("erase completed")
	return s.eraseLog(ctx, last)
}
