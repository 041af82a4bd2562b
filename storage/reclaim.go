package storage

import (
	"context"
	"errors"
	"time"

	"synapse/catalog"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/index"
)

// Reclaim takes back what a table's retention no longer promises. A round:
//
//	1. the horizon: now − retention, but never past what an open view may read;
//	   from here on reads before it are refused (72000), and the log says so, for
//	   the snapshots and for restarts;
//	2. a sweep over the rows: versions that ended at or before the horizon leave
//	   their chains, with their index entries, a few under each hold of the
//	   table's lock;
//	3. what is kept by time (dead rows, counts, dropped indexes, vector entries);
//	4. where much of the memory is free now, another walk moves the rest together.
//
// Readers see nothing of it: they look at their own moment or later ones.

const (
	reclaimEvery    = time.Second
	reclaimSlackMax = Timestamp(3600) * Second
	// reclaimShare: a table is swept again when a 1/reclaimShare of its retention has passed.
	reclaimShare = 16

	// Bounds of the work under one hold of a table's lock.
	reclaimRows     = 2048
	reclaimVersions = 128

	// restFactor: after a step the sweep rests this many times as long as the step took.
	restFactor = 4

	// buildPause is the time between looks whether an index build has joined.
	buildPause = 10 * time.Millisecond
)

// noHorizon is the horizon of a table of which nothing was reclaimed.
const noHorizon = -Infinity

// reclaim runs rounds in the background.
func (s *Store) reclaim(ctx context.Context) {
	tick := time.NewTicker(reclaimEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.reclaimRound(ctx, true); err != nil && ctx.Err() == nil {
			s.options.Log.Error("retention", "error", err)
		}
		if err := s.relieve(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Error("archive", "error", err)
		}
		if err := s.FinishErase(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Warn("erase is not complete yet", "error", err)
		}
	}
}

// relieve moves history to the archive when memory is short.
func (s *Store) relieve(ctx context.Context) error {
	if !s.budget.pressure() {
		return nil
	}
	s.reclaiming.Lock()
	defer s.reclaiming.Unlock()
	return s.archiveTables(ctx, true)
}

// ReclaimNow takes back at once, without pauses, everything that retention no
// longer promises: for tests and tools.
func (s *Store) ReclaimNow(ctx context.Context) error { return s.reclaimRound(ctx, false) }

// reclaimRound looks at every table with a retention. A paced round waits until
// it pays and rests between its steps.
func (s *Store) reclaimRound(ctx context.Context, paced bool) error {
	s.reclaiming.Lock()
	defer s.reclaiming.Unlock()
	var errs []error
	c, _ := s.catalog.newestCatalog()
	for _, t := range s.allTables() {
		if ctx.Err() != nil {
			return canceled(ctx)
		}
		option, dropped := t.retention(c)
		begin, ok, err := retentionBegin(option, s.Now())
		if err != nil || !ok {
			errs = append(errs, err)
			continue
		}
		if dropped != 0 && dropped <= begin {
			errs = append(errs, s.release(t, dropped))
			continue
		}
		slack := Timestamp(0)
		if paced {
			slack = min((s.Now()-begin)/reclaimShare, reclaimSlackMax)
		}
		t.mu.RLock()
		closed := t.oldestClose
		t.mu.RUnlock()
		if closed != 0 && closed+slack <= begin {
			errs = append(errs, s.reclaimTable(ctx, t, begin, closed, paced))
		}
	}
	return errors.Join(errs...)
}

// retention returns the option that a table has, or had when it was dropped, and
// the time of the drop, 0 if it is there.
func (t *table) retention(c *catalog.Catalog) (option string, dropped Timestamp) {
	if def := c.Table(t.id); def != nil {
		return def.Options[retentionOption], 0
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.droppedRetention, t.dropped
}

// reclaimTable runs one round over a table.
func (s *Store) reclaimTable(ctx context.Context, t *table, begin, closed Timestamp, paced bool) error {
	horizon, ok := s.active.advance(t, begin, closed, s.seq)
	if !ok {
		return nil // somebody still reads it
	}
	if err := s.logReclaim(horizon, t.reclaimEffects(effect.Reclaim, horizon)...); err != nil {
		return err
	}
	if s.archive != nil {
		if err := s.archive.Forget(ctx, t.id, int64(horizon)); err != nil {
			return err
		}
	}
	return s.sweepTable(ctx, t, horizon, paced)
}

// reclaimEffects say for every shard that versions go.
func (t *table) reclaimEffects(kind effect.Kind, horizon Timestamp) (list []effect.Effect) {
	for _, last := range t.rows.greatest() {
		list = append(list, effect.Effect{Kind: kind, Table: t.id, Row: uint64(last), Ceiling: int64(horizon)})
	}
	return list
}

// logReclaim says in the log what is about to go. It need not be synced: until it
// is, what is gone from memory is merely kept on disk.
func (s *Store) logReclaim(at Timestamp, list ...effect.Effect) error {
	_, err := s.journal.Append(commitlog.Record{Type: commitlog.TypeReclaim, Timestamp: int64(at), Payload: effect.AppendBody(nil, list)})
	return err
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return canceled(ctx)
	case <-time.After(d):
		return nil
	}
}

// pruneVectors lets the vector indexes forget. Commits wait meanwhile, because an
// index has one writer; searches do not.
func (s *Store) pruneVectors(t *table, horizon Timestamp) error {
	t.mu.RLock()
	var list []*tableIndex
	for _, x := range t.indexes {
		if x.vector != nil && x.vector.Prunable(int64(horizon)) {
			list = append(list, x)
		}
	}
	t.mu.RUnlock()
	for _, x := range list {
		s.seq.mu.Lock()
		x.vector.Forget(int64(horizon))
		s.seq.mu.Unlock()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.indexes {
		if x.vector != nil {
			x.vector.Reclaim()
		}
	}
	kept := t.leaving[:0]
	for _, x := range t.leaving {
		if !x.vector.Reclaim() {
			kept = append(kept, x)
		}
	}
	t.leaving = kept
	return nil
}

// sweep is one walk over a table's rows, and a second one to compact. Between two
// steps the table's lock is free; what a step leaves for the next is in here.
type sweep struct {
	t       *table
	horizon Timestamp
	rest    func(worked time.Duration) error

	next    uint32        // row to look at
	indexes []*tableIndex // of the running step
	gone    []uint32      // versions that are off their chain, oldest last
	shared  map[uint64]struct{}
	left    bool // closed versions remain
	terms   map[*index.Text]map[textTerm]struct{}
	items   map[*index.Inverted]map[string]struct{}
}

type textTerm struct{ partition, term string }

// steps calls do under the table's lock until it says that it is done. While an
// index is built that nobody else keeps up, it waits: that one would keep entries
// of versions that are gone.
func (w *sweep) steps(do func() (done bool, err error)) error {
	for {
		w.t.mu.Lock()
		if len(w.t.builds) > 0 {
			w.t.mu.Unlock()
			time.Sleep(buildPause)
			if err := w.rest(0); err != nil {
				return err
			}
			continue
		}
		begin := time.Now()
		done, err := do()
		worked := time.Since(begin)
		w.t.mu.Unlock()
		if err != nil || done {
			return err
		}
		if err := w.rest(worked); err != nil {
			return err
		}
	}
}
