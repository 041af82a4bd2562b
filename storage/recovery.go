package storage

import (
	"context"
	"slices"
	"sort"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/snapshot"
)

// recover brings back what was committed: the newest snapshot, then the log
// behind it, then the catalog and the indexes, which are derived.
func (s *Store) recover(ctx context.Context, log *commitlog.Log) error {
	redo, applied := commitlog.LSN(1), commitlog.LSN(0)
	if s.snapshots != nil {
		st, err := s.loadSnapshot(ctx)
		if err != nil {
			return err
		}
		redo, applied = max(st.Redo, 1), st.Applied
	}
	err := log.ReplayCommits(redo, applied, s.replayCommit, s.replayRecord)
	if err != nil {
		return err
	}
	s.seq.readFloor = max(s.seq.ceiling, s.seq.last)
	s.seq.watermark.Store(int64(s.seq.last))
	if err := s.catalog.recover(s.seq.last); err != nil {
		return err
	}
	if err := s.reclaimRecovered(ctx); err != nil {
		return err
	}
	if err := s.buildIndexes(ctx); err != nil {
		return err
	}
	s.loadGraphs()
	return nil
}

// loadSnapshot takes over the newest snapshot.
func (s *Store) loadSnapshot(ctx context.Context) (*snapshot.State, error) {
	laidOut := false
	begin := func() {
		s.mu.Lock()
		clear(s.tables)
		s.mu.Unlock()
		laidOut = false
		s.catalog = newCatalogStore(s)
	}
	st, err := s.snapshots.Load(ctx, begin, func(r snapshot.Row) error {
		if r.Table != effect.CatalogTable && !laidOut {
			laidOut = true
			if err := s.layoutTables(); err != nil {
				return err
			}
		}
		return s.table(r.Table).load(r)
	})
	if err != nil {
		return nil, err
	}
	for _, t := range s.tables {
		t.recent.since = t.changed
		t.settle()
	}
	for i := range st.Effects {
		if err := s.replayEffect(&st.Effects[i]); err != nil {
			return nil, err
		}
	}
	s.seq.last = max(s.seq.last, Timestamp(st.Last))
	return st, nil
}

// load appends a version of a snapshot; versions of a row come oldest first.
func (t *table) load(r snapshot.Row) error {
	local, err := t.note(RowID(r.ID))
	if err != nil {
		return err
	}
	for int(local) >= len(t.newest) {
		t.newest = append(t.newest, 0)
	}
	im, err := t.intern(r.Image, nil)
	if err != nil {
		return err
	}
	v := version{from: Timestamp(r.From), to: Timestamp(r.To), at: t.data.Put(im), size: uint32(len(im)), local: local}
	t.newest[local] = t.versions.push(v, t.newest[local])
	t.changed = max(t.changed, v.from)
	if v.to != Infinity {
		t.noteClose(v.to)
		t.changed = max(t.changed, v.to)
	}
	return nil
}

// settle derives the scan tiers and the count of rows from loaded versions.
func (t *table) settle() {
	type event struct {
		at Timestamp
		by int64
	}
	var events []event
	for local, h := range t.newest {
		if h == 0 {
			continue
		}
		first := t.versions.get(h)
		if first.to == Infinity {
			t.live.set(uint32(local))
		} else {
			t.dead = append(t.dead, deadRow{first.to, uint32(local)})
			events = append(events, event{first.to, -1})
		}
		for first.prev != 0 {
			first = t.versions.get(first.prev)
		}
		events = append(events, event{first.from, 1})
	}
	sort.SliceStable(t.dead, func(i, j int) bool { return t.dead[i].at < t.dead[j].at })
	slices.SortFunc(events, func(a, b event) int { return int(min(max(a.at-b.at, -1), 1)) })
	for _, e := range events {
		t.liveRows.Set(int64(e.at), t.liveRows.Last()+e.by)
	}
}

// layoutTables readies the vector columns of all tables before their rows come:
// for every layout that a table ever had.
func (s *Store) layoutTables() error {
	c := s.catalog.table
	for local := range uint32(len(c.newest)) {
		for i := c.head(local); i != 0; i = c.versions.get(i).prev {
			o, err := s.catalog.decode(local, c.versions.get(i))
			if err != nil {
				return err
			}
			if i == c.head(local) {
				catalog.Publish(o) // types whose last table is gone too: its rows are still read AS OF
			}
			def, ok := o.(*catalog.Table)
			if !ok {
				break
			}
			if err := s.table(def.ID).describe(def); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) replayCommit(c *commitlog.Commit) error {
	ts := Timestamp(c.Timestamp)
	s.seq.last = max(s.seq.last, ts)
	return effect.Decode(c.Body, func(e *effect.Effect) error {
		switch e.Kind {
		case effect.Put:
			return s.replayPut(e, ts)
		case effect.Delete:
			t := s.table(e.Table)
			t.remove(t.rows.local(RowID(e.Row)), ts)
			return nil
		case effect.Truncate:
			s.table(e.Table).removeAll(ts)
			return nil
		case effect.Erase:
			t := s.table(e.Table)
			t.forgetRow(t.rows.local(RowID(e.Row)))
			return nil
		default:
			return s.replayEffect(e)
		}
	})
}

// removeAll closes the newest versions of all rows but those of the commit at ts itself.
func (t *table) removeAll(ts Timestamp) {
	for local, ok := t.live.next(0); ok; local, ok = t.live.next(local + 1) {
		if t.versions.get(t.head(local)).from < ts {
			t.remove(local, ts)
		}
	}
}

func (s *Store) replayPut(e *effect.Effect, ts Timestamp) error {
	t := s.table(e.Table)
	local, err := t.note(RowID(e.Row))
	if err != nil {
		return err
	}
	if err := t.put(local, e.Image, ts); err != nil {
		return err
	}
	if e.Table != effect.CatalogTable {
		return nil
	}
	o, err := effect.CatalogObject(e.Image)
	if err != nil {
		// A body marked as unchanged: the stored row has it.
		if o, err = s.catalog.decode(local, t.versions.get(t.head(local))); err != nil {
			return err
		}
	}
	catalog.Publish(o)
	if def, ok := o.(*catalog.Table); ok {
		return s.table(def.ID).describe(def)
	}
	return nil
}

func (s *Store) replayRecord(r commitlog.Record) error {
	if !r.Type.HasEffects() {
		return nil
	}
	return effect.Decode(r.Payload, s.replayEffect)
}

// replayEffect applies an effect that is not on rows. Error: XX001 if it
// contradicts an earlier one.
func (s *Store) replayEffect(e *effect.Effect) error {
	switch e.Kind {
	case effect.Shards, effect.Assign:
		return s.shards.take(e)
	case effect.Sequence:
		s.seqs.recover(e)
	case effect.Archive:
		return s.recoverArchived(e)
	case effect.Reclaim, effect.Release:
		return s.recoverReclaim(e)
	case effect.Ceiling:
		s.seq.ceiling = max(s.seq.ceiling, Timestamp(e.Ceiling))
	}
	return nil
}

// recover finds the moments at which the catalog changed and builds the newest.
func (c *catalogStore) recover(last Timestamp) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.table
	var times []Timestamp
	for local := range uint32(len(t.newest)) {
		for i := t.head(local); i != 0; {
			v := t.versions.get(i)
			times = append(times, v.from)
			if v.to != Infinity {
				times = append(times, v.to)
			}
			i = v.prev
		}
	}
	slices.Sort(times)
	for _, at := range slices.Compact(times) {
		c.history = append(c.history, catalogVersion{since: at})
	}
	newest := &c.history[len(c.history)-1]
	if newest.catalog == nil {
		built, err := c.build(newest.since)
		if err != nil {
			return err
		}
		newest.catalog = built
		c.note(len(c.history) - 1)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	for local := range uint32(len(t.newest)) {
		v := t.visible(local, last)
		if v == nil {
			continue
		}
		o, err := c.decode(local, v)
		if err != nil {
			return err
		}
		c.rows[o.ObjectID()] = local
	}
	return nil
}

// buildIndexes makes the structures of all indexes from the rows.
func (s *Store) buildIndexes(ctx context.Context) error {
	c, _ := s.catalog.newestCatalog()
	for _, o := range c.All(catalog.ClassIndex) {
		ix := o.(*catalog.Index)
		def := c.Table(ix.Table)
		if def == nil {
			return sqlerr.New(sqlerr.DataCorrupted, "index \"%s\" belongs to table %d, which does not exist", ix.Name, ix.Table)
		}
		t := s.table(ix.Table)
		t.mu.Lock()
		x, err := s.newIndex(c, t, def, ix)
		t.mu.Unlock()
		if err != nil {
			return err
		}
		if err := t.fill(ctx, x); err != nil {
			return err
		}
		t.attach(x, s.seq.last)
	}
	return nil
}
