package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"sort"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// installRows is how many rows of a commit are installed before readers of the table are let in.
const installRows = 256

// commit is a transaction made ready: all that can be computed before its
// timestamp is known.
type commit struct {
	tables  []tableChange   // ascending by OID
	body    []byte          // of the log record; nil: nothing is logged
	objects []uint32        // catalog rows that change, each once
	shards  []effect.Effect // what the body says about shards

	parts, partBytes int // of the body, in the log already
}

type tableChange struct {
	table     *table
	forgetful bool // no history is kept
	rows      []rowChange
	indexes   []*tableIndex // for which the rows have deltas
	shape     uint64        // of the table when indexes was taken
}

type rowChange struct {
	local  uint32
	moved  uint32    // of a deleted row: its local in another shard
	image  row.Image // as logged; nil: the row is deleted
	deltas []delta
	write  int32 // in the overlay
}

// Commit makes the transaction's writes durable and visible and returns their
// timestamp; without writes, the watermark. An error means that nothing
// was written, except after a failure of the log (58030), when the outcome is
// unknown until the next start. ctx is not looked at once the commit is in the log.
func (x *Txn) Commit(ctx context.Context) (Timestamp, error) {
	defer x.Rollback()
	if x.done {
		return x.s.seq.published(), nil
	}
	if ctx.Err() != nil {
		return 0, canceled(ctx)
	}
	if len(x.overlay.writes) == 0 && len(x.erased) == 0 {
		return x.s.seq.published(), nil
	}
	c, err := x.prepare()
	if err != nil {
		return 0, err
	}
	if len(c.tables) == 0 && len(x.erased) == 0 {
		return x.s.seq.published(), nil
	}
	logged := c.body != nil
	if x.s.seq.relaxed || !logged {
		// Now, while a full disk can still be refused without harm.
		if err := x.s.seq.reserve(x.s.Now()); err != nil {
			return 0, err
		}
	}
	if err := x.s.writeEarly(x, c); err != nil {
		return 0, err
	}
	// Here already, so that little is left to do while other commits wait.
	if err := x.followIndexes(c); err != nil {
		x.s.void(x, c)
		return 0, err
	}
	ts, lsn, err := x.s.sequence(x, c)
	if err != nil {
		x.s.void(x, c)
		return 0, err
	}
	return ts, x.s.seq.finish(ts, lsn, logged)
}

// writeEarly brings all but the end of a large body to the log before the commit
// takes its turn, so that others do not wait for its bytes.
func (s *Store) writeEarly(x *Txn, c *commit) (err error) {
	n := len(c.body) / commitlog.PartMax * commitlog.PartMax
	if n == 0 {
		return nil
	}
	if c.parts, err = s.journal.AppendPart(x.id, c.body[:n]); err != nil {
		s.void(x, c)
		return err
	}
	c.partBytes, c.body = n, c.body[n:]
	return nil
}

// void says in the log that a transaction's parts do not count. Should that
// fail, the next start says it.
func (s *Store) void(x *Txn, c *commit) {
	if c.parts > 0 {
		_, _ = s.journal.Append(commitlog.Record{Type: commitlog.TypeAbort, Txn: x.id})
	}
}

// sequence validates, stamps, logs and installs a commit, in the order of all commits.
func (s *Store) sequence(x *Txn, c *commit) (Timestamp, commitlog.LSN, error) {
	q := s.seq
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed != nil {
		return 0, 0, q.failed
	}
	if err := x.validate(); err != nil {
		return 0, 0, err
	}
	if err := x.followIndexes(c); err != nil {
		return 0, 0, err
	}
	ts := q.next()
	lsn := s.journal.Last()
	if c.body != nil {
		var err error
		_, version := s.catalog.newestCatalog()
		lsn, err = s.journal.AppendCommit(commitlog.Commit{
			Txn: x.id, Timestamp: int64(ts), CatalogVersion: uint64(version),
			Parts: c.parts, PartBytes: c.partBytes, Body: c.body,
		})
		if err != nil {
			return 0, 0, err
		}
	}
	// From here on the commit is a fact. If memory cannot follow the log, nothing
	// that comes later may be acknowledged.
	installed := false
	defer func() {
		if !installed {
			q.failed = errHalfInstalled()
			if q.fatal != nil {
				go q.fatal(q.failed)
			}
		}
	}()
	if err := s.install(c, x.built, ts); err != nil {
		s.options.Log.Error("commit could not be installed", "error", err)
		return 0, 0, err
	}
	s.erasures.add(x.erased, ts, lsn)
	q.enqueue(ts, lsn)
	installed = true
	return ts, lsn, nil
}

// install applies a commit to memory. Caller holds the sequencer's lock.
func (s *Store) install(c *commit, built []*tableIndex, ts Timestamp) error {
	for i := range c.shards {
		if err := s.shards.take(&c.shards[i]); err != nil {
			return err
		}
	}
	for i := range c.tables {
		if err := c.tables[i].install(ts); err != nil {
			return err
		}
		if c.tables[i].forgetful {
			if err := c.tables[i].table.compact(s.active.horizon(s.seq)); err != nil {
				return err
			}
		}
	}
	if len(c.objects) == 0 {
		return nil
	}
	before, _ := s.catalog.newestCatalog()
	if err := s.catalog.advance(ts, c.objects); err != nil {
		return err
	}
	after, _ := s.catalog.newestCatalog()
	s.detach(before, after, ts)
	s.noteDropped(before, after, ts)
	for i, ix := range built {
		if after.Index(ix.def.ID) != nil && !rebuiltLater(built[i+1:], ix) {
			s.table(ix.layout.ID).attach(ix, ts)
		}
	}
	return nil
}

func rebuiltLater(later []*tableIndex, ix *tableIndex) bool {
	for _, l := range later {
		if l.def.ID == ix.def.ID {
			return true
		}
	}
	return false
}

func (c *tableChange) install(ts Timestamp) error {
	t := c.table
	for first := 0; first < len(c.rows); first += installRows {
		t.mu.Lock()
		for i := first; i < min(first+installRows, len(c.rows)); i++ {
			if err := t.installRow(&c.rows[i], ts); err != nil {
				t.mu.Unlock()
				return err
			}
		}
		t.mu.Unlock()
	}
	return nil
}

// installRow applies one row's change. Caller holds mu exclusively.
func (t *table) installRow(r *rowChange, ts Timestamp) error {
	var im row.Image
	if r.image == nil {
		t.remove(r.local, ts)
		if r.moved != 0 {
			t.versions.get(t.head(r.local)).moved = r.moved
		}
	} else {
		if err := t.put(r.local, r.image, ts); err != nil {
			return err
		}
		im = t.image(t.versions.get(t.head(r.local)))
	}
	for _, b := range t.builds {
		b.noted = append(b.noted, noted{r.local, ts})
	}
	for i := range r.deltas {
		d := &r.deltas[i]
		if d.index.stage == stageGone {
			continue
		}
		if err := d.index.apply(r.local, im, &d.old, &d.new, ts); err != nil {
			return err
		}
	}
	return nil
}

// prepare computes effects and index changes from the overlay.
func (x *Txn) prepare() (*commit, error) {
	ids := make([]types.OID, 0, len(x.overlay.tables))
	for id := range x.overlay.tables {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	c := &commit{}
	var effects []effect.Effect
	for _, id := range ids {
		o := x.overlay.tables[id]
		first := &x.overlay.writes[o.order[0]]
		change := tableChange{table: first.table, forgetful: first.def != nil && !first.def.KeepsHistory()}
		change.indexes, change.shape = x.liveIndexes(change.table)
		truncated := x.overlay.truncates(id)
		if truncated && !first.quiet {
			effects = append(effects, effect.Effect{Kind: effect.Truncate, Table: id})
		}
		for _, i := range o.order {
			w := &x.overlay.writes[i]
			if o.heads[w.local] != i || (w.image == nil && !w.base) {
				continue // overwritten later, or born and dead within the transaction
			}
			r, err := x.prepareRow(w, change.indexes)
			if err != nil {
				return nil, err
			}
			r.write = i
			change.rows = append(change.rows, r)
			if id == effect.CatalogTable {
				c.objects = append(c.objects, w.local)
			}
			if w.quiet || truncated && w.image == nil {
				continue
			}
			row := change.table.rows.id(w.local)
			e := effect.Effect{Kind: effect.Put, Table: id, Row: uint64(row), Image: r.image}
			if r.image == nil {
				e.Kind = effect.Delete
			}
			effects = append(effects, e)
		}
		if len(change.rows) > 0 {
			c.tables = append(c.tables, change)
		}
	}
	for _, e := range x.erased {
		if err := x.isGone(e); err != nil {
			return nil, err
		}
		effects = append(effects, effect.Effect{Kind: effect.Erase, Table: e.table.id, Row: uint64(e.table.rows.id(e.local))})
	}
	if len(effects) > 0 {
		c.shards = x.s.shards.owed(x.namespaces)
		if len(c.shards) > 0 {
			effects = append(slices.Clip(c.shards), effects...)
		}
		c.body = effect.AppendBody(nil, effects)
	}
	return c, nil
}

// liveIndexes returns the indexes of a table that this commit must keep up, and the
// table's shape for which that is so.
func (x *Txn) liveIndexes(tb *table) ([]*tableIndex, uint64) {
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	var out []*tableIndex
	for id, ix := range tb.indexes {
		if x.builtIndex(id) == nil {
			out = append(out, ix)
		}
	}
	for _, ix := range tb.joined {
		if x.builtIndex(ix.def.ID) == nil {
			out = append(out, ix)
		}
	}
	for _, ix := range x.built {
		if ix.layout.ID == tb.id && x.builtIndex(ix.def.ID) == ix {
			out = append(out, ix)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].def.ID < out[j].def.ID })
	return out, tb.shape.Load()
}

// prepareRow computes what one row's newest write changes. The row is locked or
// new, so its committed versions stand still.
func (x *Txn) prepareRow(w *write, indexes []*tableIndex) (rowChange, error) {
	t := w.table
	r := rowChange{local: w.local, image: w.image, moved: x.movedTo(w)}
	t.mu.RLock()
	defer t.mu.RUnlock()
	var base row.Image
	if w.base {
		base = t.image(t.versions.get(t.head(w.local)))
	}
	for _, ix := range indexes {
		if err := r.addDelta(t, ix, base, w.image); err != nil {
			return r, err
		}
	}
	if base != nil && w.image != nil {
		var err error
		if r.image, err = t.shrink(w.image, base); err != nil {
			return r, err
		}
	}
	return r, nil
}

// addDelta adds the change of one index, if there is one. Caller holds t's lock.
func (r *rowChange) addDelta(t *table, ix *tableIndex, base, image row.Image) error {
	d := delta{index: ix}
	var err error
	if base != nil {
		if d.old, err = ix.entryOf(t, base); err != nil {
			return err
		}
	}
	if image != nil {
		if d.new, err = ix.entryOf(t, image); err != nil {
			return err
		}
	}
	if !d.old.equal(&d.new) {
		r.deltas = append(r.deltas, d)
	}
	return nil
}

// shrink marks large attributes that did not change, so that they are logged and
// stored once. base is a stored image. Caller holds mu.
func (t *table) shrink(im, base row.Image) (row.Image, error) {
	same := func(attr int) bool {
		state, payload := im.Payload(attr)
		if state != row.Value || len(payload) < farBytesMin {
			return false
		}
		old, far := base.Payload(attr)
		if old != row.Far {
			return false
		}
		_, skip := binary.Uvarint(payload)
		return bytes.Equal(t.farValue(attr, far).Bytes(), payload[skip:])
	}
	var b row.Builder
	found := false
	for attr := range im.Len() {
		if found = same(attr); found {
			break
		}
	}
	if !found {
		return im, nil
	}
	b.Reset(im.Len())
	for attr := range im.Len() {
		if same(attr) {
			b.SetRaw(attr, row.Same, nil)
		} else {
			state, payload := im.Payload(attr)
			b.SetRaw(attr, state, payload)
		}
	}
	return b.Append(nil)
}

func errHalfInstalled() error {
	return sqlerr.New(sqlerr.CrashShutdown, "the server is going down: a commit in the log could not be applied to memory")
}
