package storage

import (
	"context"
	"runtime"
	"time"

	"synapse/catalog"
	"synapse/storage/effect"
	"synapse/vecindex"
)

// noteDropped remembers when tables with history were dropped; those without are
// forgotten at once: views that are open keep what they read from.
func (s *Store) noteDropped(before, after *catalog.Catalog, ts Timestamp) {
	for _, o := range before.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		if after.Table(t.ID) != nil {
			continue
		}
		if t.KeepsHistory() {
			s.table(t.ID).noteDrop(t, ts)
			continue
		}
		s.mu.Lock()
		delete(s.tables, t.ID)
		s.mu.Unlock()
	}
}

func (t *table) noteDrop(def *catalog.Table, ts Timestamp) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropped, t.droppedRetention = ts, def.Options[retentionOption]
}

// release gives back all of a table that was dropped before its history begins.
func (s *Store) release(t *table, dropped Timestamp) error {
	if _, ok := s.active.advance(t, dropped, dropped, s.seq); !ok {
		return nil // somebody still reads it
	}
	if err := s.logReclaim(dropped, effect.Effect{Kind: effect.Release, Table: t.id, Ceiling: int64(dropped)}); err != nil {
		return err
	}
	s.replaceReleased(t, dropped)
	if s.archive != nil {
		return s.archive.Drop(context.Background(), t.id)
	}
	return nil
}

// replaceReleased puts an empty table in the place of a released one: it knows
// that there was a history, and refuses reads of it.
func (s *Store) replaceReleased(t *table, dropped Timestamp) {
	empty := newTable(t.id)
	empty.reclaimed.Store(int64(dropped))
	s.mu.Lock()
	s.tables[t.id] = empty
	s.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.vectors {
		freeUnreachable(c.store)
	}
	for _, r := range t.retired {
		if v := r.index.vectors; v != nil && !r.index.shared {
			freeUnreachable(v.store)
		}
	}
}

// freeUnreachable returns the memory of a store, which lies outside the Go heap,
// when nothing uses it any more; a build of a graph may still do.
func freeUnreachable(store *vecindex.Store) {
	runtime.SetFinalizer(store, func(s *vecindex.Store) { _ = s.Free() })
}

// recoverReclaim takes over what an earlier process gave back. Error: XX001.
func (s *Store) recoverReclaim(e *effect.Effect) error {
	t := s.table(e.Table)
	if e.Kind == effect.Release {
		s.replaceReleased(t, Timestamp(e.Ceiling))
		return nil
	}
	if last := RowID(e.Row); last.number() > 0 {
		if _, err := t.note(last); err != nil {
			return err
		}
	}
	t.reclaimed.Store(max(t.reclaimed.Load(), e.Ceiling))
	return nil
}

// reclaimRecovered finishes what the log says is gone, before indexes are built,
// and finds the tables that were dropped.
func (s *Store) reclaimRecovered(ctx context.Context) error {
	for _, t := range s.allTables() {
		horizon := t.floor()
		if horizon == noHorizon {
			continue
		}
		if gone := t.reclaimed.Load(); s.archive != nil && gone != int64(noHorizon) {
			if err := s.archive.Forget(ctx, t.id, gone); err != nil {
				return err
			}
		}
		w := &sweep{t: t, horizon: horizon, rest: func(time.Duration) error { return nil }}
		if err := w.run(); err != nil {
			return err
		}
		if gone := Timestamp(t.reclaimed.Load()); Timestamp(t.archived.Load()) > gone {
			t.noteClose(max(gone+1, 1)) // in the archive
		}
	}
	c := s.catalog.table
	for local := range uint32(len(c.newest)) {
		h := c.head(local)
		if h == 0 || c.versions.get(h).to == Infinity {
			continue
		}
		v := c.versions.get(h)
		o, err := s.catalog.decode(local, v)
		if err != nil {
			return err
		}
		if def, ok := o.(*catalog.Table); ok {
			if t := s.table(def.ID); Timestamp(t.reclaimed.Load()) < v.to { // else it was released
				t.noteDrop(def, v.to)
			}
		}
	}
	return nil
}
