package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/effect"
	"synapse/storage/row"
	"synapse/storage/snapshot"
)

// Closed versions move to the archive (history.sqlite) when memory is short, one
// table at a time:
//
//	1. copy: the closed versions up to a horizon that no open view is before are
//	   put into the archive, which is synced;
//	2. the log says so: the snapshots delete them, a restart does not look for them;
//	3. a sweep takes them out of memory, as retention does.
//
// A crash between two steps leaves versions in both places; those of the archive
// count only up to the horizon that the log has. A view of a moment before a
// table's archive horizon reads a table of its own, put together from both: see merged.

const (
	// archiveRows is how many versions go to the archive in one SQLite transaction.
	archiveRows = 4096
	// archiveShare: a table is worth archiving when it has more than one closed
	// version for archiveShare live ones.
	archiveShare = 16
)

// ArchiveNow moves all closed versions that nobody reads to the archive: for
// tests and tools. A store in memory has none.
func (s *Store) ArchiveNow(ctx context.Context) error {
	s.reclaiming.Lock()
	defer s.reclaiming.Unlock()
	return s.archiveTables(ctx, false)
}

// archiveTables archives every table that keeps history, or only those where it
// is worth it. Caller holds reclaiming.
func (s *Store) archiveTables(ctx context.Context, worthwhile bool) error {
	if s.archive == nil {
		return nil
	}
	c, _ := s.catalog.newestCatalog()
	var errs []error
	for _, t := range s.allTables() {
		def := c.Table(t.id)
		if def == nil || !def.KeepsHistory() || t.id == effect.CatalogTable {
			continue
		}
		t.mu.RLock()
		closed := t.versions.n - t.live.count()
		worth := closed > 0 && (!worthwhile || closed > t.live.count()/archiveShare)
		t.mu.RUnlock()
		if worth {
			errs = append(errs, s.archiveTable(ctx, t))
		}
	}
	return errors.Join(errs...)
}

// archiveTable moves one table's closed versions.
func (s *Store) archiveTable(ctx context.Context, t *table) error {
	horizon := s.active.limit(s.seq)
	n, err := s.copyToArchive(ctx, t, horizon)
	if n == 0 || err != nil {
		return err
	}
	if err := s.archive.Sync(ctx); err != nil {
		return err
	}
	horizon = s.active.archive(t, horizon)
	if err := s.logReclaim(horizon, t.reclaimEffects(effect.Archive, horizon)...); err != nil {
		return err
	}
	t.mu.RLock()
	since := t.oldestClose
	t.mu.RUnlock()
	if err := s.sweepTable(ctx, t, horizon, false); err != nil { // without rests: writers wait for memory
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if since != 0 {
		t.noteClose(since) // for retention it is still there
	}
	return nil
}

// copyToArchive puts the versions that ended at or before the horizon into the
// archive and returns how many there were.
func (s *Store) copyToArchive(ctx context.Context, t *table, horizon Timestamp) (n int, err error) {
	layouts, err := s.catalog.layouts(t.id)
	if err != nil {
		return 0, err
	}
	var rows []snapshot.Row
	for first, more := uint32(0), true; more; first += reclaimRows {
		if ctx.Err() != nil {
			return n, canceled(ctx)
		}
		rows = rows[:0]
		t.mu.RLock()
		end := min(int(first)+reclaimRows, len(t.newest))
		for local := int(first); local < end && err == nil; local++ {
			rows, err = t.ended(rows, uint32(local), horizon)
		}
		more = end < len(t.newest)
		t.mu.RUnlock()
		for piece := range slices.Chunk(rows, archiveRows) {
			if err == nil {
				err = s.archive.Put(ctx, layouts, piece)
			}
		}
		if err != nil {
			return n, err
		}
		n += len(rows)
	}
	return n, nil
}

// ended appends a row's versions that ended at or before the horizon. Caller holds mu.
func (t *table) ended(dst []snapshot.Row, local uint32, horizon Timestamp) ([]snapshot.Row, error) {
	for i := t.versions.seek(t.head(local), horizon); i != 0; i = t.versions.get(i).prev {
		if t.versions.get(i).to > horizon {
			continue
		}
		r, err := t.export(t.versions.get(i))
		if err != nil {
			return dst, err
		}
		dst = append(dst, r)
	}
	return dst, nil
}

// export makes a version as a snapshot has it: with its large values inside. Caller holds mu.
func (t *table) export(v *version) (snapshot.Row, error) {
	r := snapshot.Row{Table: t.id, ID: uint64(t.rows.id(v.local)), From: int64(v.from), To: int64(v.to)}
	im := t.image(v)
	var b row.Builder
	b.Reset(im.Len())
	for attr := range im.Len() {
		state, payload := im.Payload(attr)
		if state == row.Far {
			value := t.farValue(attr, payload).Str()
			state, payload = row.Value, append(binary.AppendUvarint(nil, uint64(len(value))), value...)
		}
		b.SetRaw(attr, state, payload)
	}
	var err error
	r.Image, err = b.Append(nil)
	return r, err
}

// layouts are the definitions that a table ever had, oldest first.
func (c *catalogStore) layouts(id types.OID) ([]*catalog.Table, error) {
	c.mu.Lock()
	local := c.rows[id]
	c.mu.Unlock()
	c.table.mu.RLock()
	defer c.table.mu.RUnlock()
	var out []*catalog.Table
	for i := c.table.head(local); i != 0; i = c.table.versions.get(i).prev {
		o, err := c.decode(local, c.table.versions.get(i))
		if err != nil {
			return nil, err
		}
		if def, ok := o.(*catalog.Table); ok {
			out = append(out, def)
		}
	}
	slices.Reverse(out)
	return out, nil
}

// mergedPeriod names a table put together from archive and memory.
type mergedPeriod struct {
	table    types.OID
	from, to Timestamp
}

// merged returns a table of the versions that overlap [from, to), from the archive
// and from memory. It belongs to the view; its indexes are made when they are
// asked for. The view keeps the versions where they are: neither the archive's
// horizon nor retention's moves over its moment.
func (v *View) merged(t *catalog.Table, from, to Timestamp) (*table, error) {
	key := mergedPeriod{t.ID, from, to}
	if have := v.mergers[key]; have != nil {
		return have, nil
	}
	base := v.s.table(t.ID)
	m := newTable(t.ID)
	layouts, err := v.s.catalog.layouts(t.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range append(layouts, t) {
		if err := m.describe(l); err != nil {
			return nil, err
		}
	}
	load := func(r snapshot.Row) error {
		if err := v.s.budget.grow(2*len(r.Image) + rowOverheadBytes); err != nil {
			return err
		}
		return m.load(r)
	}
	archived := Timestamp(base.archived.Load())
	if err := v.s.archive.Read(v.ctx, t.ID, int64(from), int64(to), int64(archived), load); err != nil {
		return nil, err
	}
	if err := base.copyVersions(v.ctx, archived, from, to, load); err != nil {
		return nil, err
	}
	m.settle()
	for _, c := range m.vectors {
		freeUnreachable(c.store)
	}
	if v.mergers == nil {
		v.mergers = map[mergedPeriod]*table{}
	}
	v.mergers[key] = m
	return m, nil
}

// copyVersions calls each for the versions in memory that overlap [from, to) and
// are not in the archive, by row and time.
func (t *table) copyVersions(ctx context.Context, archived, from, to Timestamp, each func(snapshot.Row) error) error {
	var chain []uint32
	piece := func(first int) (more bool, err error) {
		t.mu.RLock()
		defer t.mu.RUnlock()
		end := min(first+reclaimRows, len(t.newest))
		for local := first; local < end; local++ {
			chain = chain[:0]
			for i := t.head(uint32(local)); i != 0; i = t.versions.get(i).prev {
				if v := t.versions.get(i); v.from < to && v.to > max(from, archived) {
					chain = append(chain, i)
				}
			}
			for k := len(chain) - 1; k >= 0; k-- {
				r, err := t.export(t.versions.get(chain[k]))
				if err == nil {
					err = each(r)
				}
				if err != nil {
					return false, err
				}
			}
		}
		return end < len(t.newest), nil
	}
	for first, more := 0, true; more; first += reclaimRows {
		if ctx.Err() != nil {
			return canceled(ctx)
		}
		var err error
		if more, err = piece(first); err != nil {
			return err
		}
	}
	return nil
}

// reader returns the table that holds the versions which overlap [from, to).
func (v *View) reader(t *catalog.Table, base *table, from, to Timestamp) (*table, error) {
	if from >= Timestamp(base.archived.Load()) {
		return base, nil
	}
	return v.merged(t, from, to)
}

// limit is the oldest moment that anybody reads or may begin to read.
func (a *activeSnapshots) limit(q *sequencer) Timestamp {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.oldestOfAll(q)
}

// archive moves a table's archive horizon to the given one, or as far as readers let it.
func (a *activeSnapshots) archive(t *table, horizon Timestamp) Timestamp {
	a.mu.Lock()
	defer a.mu.Unlock()
	horizon = max(min(horizon, a.oldestOfAll(nil)), Timestamp(t.archived.Load()))
	t.archived.Store(int64(horizon))
	return horizon
}

// oldestOfAll includes the reads of the past; q nil: only those that have begun.
func (a *activeSnapshots) oldestOfAll(q *sequencer) Timestamp {
	oldest := Timestamp(math.MaxInt64)
	if q != nil {
		oldest = q.published()
	}
	for _, at := range a.at {
		oldest = min(oldest, at)
	}
	for _, at := range a.past {
		oldest = min(oldest, at)
	}
	return oldest
}

// recoverArchived takes over what an earlier process moved to the archive.
func (s *Store) recoverArchived(e *effect.Effect) error {
	if s.archive == nil || !s.archive.Exists() {
		return sqlerr.New(sqlerr.DataCorrupted, "history of table %d is in \"%s\", which is missing", e.Table, snapshot.ArchiveName)
	}
	t := s.table(e.Table)
	if last := RowID(e.Row); last.number() > 0 {
		if _, err := t.note(last); err != nil {
			return err
		}
	}
	t.archived.Store(max(t.archived.Load(), e.Ceiling))
	return nil
}

// sweepTable takes what ended at or before the horizon out of memory.
func (s *Store) sweepTable(ctx context.Context, t *table, horizon Timestamp, paced bool) error {
	w := &sweep{t: t, horizon: horizon, rest: func(time.Duration) error { return nil }}
	if paced {
		w.rest = func(worked time.Duration) error { return rest(ctx, worked*restFactor) }
	}
	if err := w.run(); err != nil {
		return err
	}
	if err := s.pruneVectors(t, horizon); err != nil {
		return err
	}
	return w.compact()
}
