package storage

import (
	"context"
	"slices"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// An index is built beside writers, none of whom waits for it but for the moment in which a
// piece of rows is read:
//
//	begin     under the sequencer's lock: the build is of all commits so far; from now on
//	          every installed change of the table is noted
//	fill      entries of all versions of those commits, a piece at a time
//	catch up  what was noted, in the order of commits, until little is left
//	join      under the sequencer's lock: the rest. From now on commits keep the index up
//	          themselves, those too that were prepared before (followIndexes), and writers
//	          respect its unique keys
//	settle    where rows can refuse the index: wait for the transactions that wrote before the
//	          join, look whether what they did stands in its way
//	attach    when the transaction commits (Store.install): readers find it
//
// As PostgreSQL's CREATE INDEX CONCURRENTLY, with one difference: what fails leaves nothing.
type indexBuild struct {
	table *table
	index *tableIndex
	txn   *Txn      // that builds; nil at recovery
	since Timestamp // fill reads the versions of commits up to here
	noted []noted   // guarded by table.mu
	done  int       // of noted
	spans []span    // of the piece that is filled
}

// noted is one row's change by one commit.
type noted struct {
	local uint32
	ts    Timestamp
}

// buildStage is how far an index is. Guarded by the table's lock.
type buildStage uint8

const (
	stagePrivate  buildStage = iota // nobody but its builder knows it
	stageJoined                     // commits keep it up
	stageAttached                   // readers use it
	stageGone                       // the build failed or was rolled back
)

const (
	// buildRows is how many rows a build handles before it lets a commit in.
	buildRows = 64
	// joinRows is how many noted changes may be left for the step that stops commits.
	joinRows = 256
	// catchUpRounds ends the race with writers that are faster than the build.
	catchUpRounds = 64
	// suspectsMax is how many suspected keys are kept before they are looked at.
	suspectsMax = 1024
)

// building reports whether an index build relies on the table's versions staying where they
// are. Caller holds mu.
func (t *table) building() bool { return len(t.builds)+len(t.joined) > 0 }

// beginBuild begins to note the table's changes.
func (x *Txn) beginBuild(t *table, ix *tableIndex) *indexBuild {
	s := x.s
	s.seq.mu.Lock() // no commit is half installed
	defer s.seq.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	b := &indexBuild{table: t, index: ix, txn: x, since: s.seq.last}
	if ix.unique != nil {
		ix.suspects = &suspects{}
	}
	t.builds = append(t.builds, b)
	return b
}

// run does everything up to the attaching, which is the commit's. After an error the caller
// discards the index.
func (b *indexBuild) run(ctx context.Context) error {
	if err := b.fill(ctx); err != nil {
		return err
	}
	for round := 0; ; round++ {
		left, err := b.catchUp(ctx)
		if err != nil {
			return err
		}
		if left <= joinRows || round == catchUpRounds {
			break
		}
	}
	if err := b.join(ctx); err != nil {
		return err
	}
	return b.settle(ctx)
}

// lock takes the table's lock as the index needs it: vectors are stored in memory that the
// table's rows share, everything else is the builder's own until the join.
func (b *indexBuild) lock() (unlock func()) {
	if b.index.kind == vectorIndex {
		b.table.mu.Lock()
		return b.table.mu.Unlock
	}
	b.table.mu.RLock()
	return b.table.mu.RUnlock
}

// fill installs the entries of every version that the build begins with.
func (b *indexBuild) fill(ctx context.Context) error {
	more := true
	for first := uint32(0); more; first += buildRows {
		if ctx.Err() != nil {
			return canceled(ctx)
		}
		var err error
		if more, err = b.fillPiece(first); err != nil {
			return err
		}
		if err := b.suspect(); err != nil {
			return err
		}
	}
	b.index.seal()
	return nil
}

// fillPiece installs the entries of some rows. Only for a vector index is the table locked
// longer than it takes to read them: words are split and keys computed beside its writers.
func (b *indexBuild) fillPiece(first uint32) (more bool, err error) {
	t := b.table
	if b.index.kind == vectorIndex {
		defer b.lock()()
		end := min(first+buildRows, uint32(len(t.newest)))
		for local := first; local < end; local++ {
			if err := t.fillRow(b.index, local, b.since); err != nil {
				return false, err
			}
		}
		return int(end) < len(t.newest), nil
	}
	b.spans = b.spans[:0]
	var ends [buildRows]int // of each row's spans
	t.mu.RLock()
	end := min(first+buildRows, uint32(len(t.newest)))
	for local := first; local < end && err == nil; local++ {
		b.spans, err = t.history(b.spans, b.index, local, b.since)
		ends[local-first] = len(b.spans)
	}
	more = int(end) < len(t.newest)
	t.mu.RUnlock()
	begin := 0
	for local := first; local < end && err == nil; local++ {
		err = b.index.fillSpans(local, b.spans[begin:ends[local-first]])
		begin = ends[local-first]
	}
	return more, err
}

// catchUp applies what was noted until the call and returns how much came meanwhile.
func (b *indexBuild) catchUp(ctx context.Context) (left int, err error) {
	b.table.mu.RLock()
	end := len(b.noted)
	b.table.mu.RUnlock()
	for b.done < end {
		if ctx.Err() != nil {
			return 0, canceled(ctx)
		}
		if err := b.piece(min(b.done+buildRows, end)); err != nil {
			return 0, err
		}
		if err := b.suspect(); err != nil {
			return 0, err
		}
	}
	b.table.mu.RLock()
	defer b.table.mu.RUnlock()
	return len(b.noted) - b.done, nil
}

// suspect ends a build early that has met many keys twice.
func (b *indexBuild) suspect() error {
	if s := b.index.suspects; s != nil && len(s.pairs) > suspectsMax {
		return b.table.resolve(b.index, b.txn)
	}
	return nil
}

func (b *indexBuild) piece(end int) error {
	defer b.lock()()
	return b.apply(end)
}

// apply applies noted changes. Caller holds the table's lock.
func (b *indexBuild) apply(end int) error {
	t := b.table
	for ; b.done < end; b.done++ {
		n := b.noted[b.done]
		var old, next indexEntry
		var err error
		if v := t.visible(n.local, n.ts-1); v != nil {
			if old, err = b.index.entryOf(t, t.image(v)); err != nil {
				return err
			}
		}
		v := t.visible(n.local, n.ts)
		if v == nil {
			err = b.index.apply(n.local, nil, &old, &next, n.ts)
		} else if next, err = b.index.entryOf(t, t.image(v)); err == nil && !old.equal(&next) {
			err = b.index.apply(n.local, t.image(v), &old, &next, n.ts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// join lets commits keep the index up.
func (b *indexBuild) join(ctx context.Context) error {
	s := b.txn.s
	if ctx.Err() != nil {
		return canceled(ctx)
	}
	s.seq.mu.Lock()
	defer s.seq.mu.Unlock()
	t := b.table
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := b.apply(len(b.noted)); err != nil {
		return err
	}
	t.builds = slices.DeleteFunc(t.builds, func(other *indexBuild) bool { return other == b })
	t.joined = append(t.joined, b.index)
	b.index.stage = stageJoined
	t.refreshUnique()
	return nil
}

// settle makes sure that no row stands in the index's way: the transaction's own rows, those
// of transactions that began to write before they could know of it, and those that were there.
func (b *indexBuild) settle(ctx context.Context) error {
	t, ix, x := b.table, b.index, b.txn
	if err := t.claimOwn(ctx, x, ix); err != nil {
		return err
	}
	if ix.constrains() || !ix.plain() {
		key := lockKey{space: tableSpace, a: uint64(t.id)}
		if err := x.s.locks.awaitHolders(ctx, x.owner, key, uint8(ShareLock), x.timeout); err != nil {
			return err
		}
	}
	if ix.exclude != nil {
		return t.checkExclusion(ix, x)
	}
	if ix.unique == nil {
		t.mu.RLock()
		defer t.mu.RUnlock()
		return ix.refused
	}
	return t.resolve(ix, x)
}

// plain reports whether every row has an entry that can be computed: no expression, no predicate.
func (x *tableIndex) plain() bool {
	for i := range x.def.Keys {
		if x.def.Keys[i].Column == 0 {
			return false
		}
	}
	return x.def.Predicate == ""
}

// claimOwn claims the keys of the rows that the transaction itself has written.
func (t *table) claimOwn(ctx context.Context, x *Txn, ix *tableIndex) error {
	o := x.overlay.of(t.id)
	if !ix.constrains() || o == nil {
		return nil
	}
	for local, i := range o.heads {
		w := &x.overlay.writes[i]
		if w.image == nil {
			continue
		}
		t.mu.RLock()
		values, err := t.values(nil, w.image, ix.layout)
		t.mu.RUnlock()
		if err != nil {
			return err
		}
		e, err := ix.entry(values)
		if err != nil {
			return err
		}
		if !e.unique && (ix.exclude == nil || !e.present) {
			continue
		}
		if c, err := x.claimEntry(ctx, t, ix, &e, values, local); err != nil {
			return err
		} else if c != nil && ix.exclude != nil {
			return errExcluded(ix, c.Key, c.Other)
		} else if c != nil {
			return errNotUnique(ix, values)
		}
	}
	return nil
}

// suspects are unique keys that two rows had, if only for a moment, while an index was built.
type suspects struct {
	pairs []suspect
}

type suspect struct {
	key  []byte
	rows [2]uint32
}

func (s *suspects) add(key []byte, first, second uint32) {
	s.pairs = append(s.pairs, suspect{slices.Clone(key), [2]uint32{first, second}})
}

// resolve looks whether suspected keys belong to two rows as of the newest commit and makes
// the others lead to the one that they belong to. Error: 23505. Rows that x has written are
// claimOwn's.
func (t *table) resolve(ix *tableIndex, x *Txn) error {
	own := x.overlay.of(t.id)
	t.mu.Lock()
	defer t.mu.Unlock()
	if ix.refused != nil {
		return ix.refused
	}
	for _, p := range ix.suspects.pairs {
		owners := 0
		for _, local := range p.rows {
			v := t.visible(local, Infinity-1)
			if v == nil || t.touched(own, local) {
				continue
			}
			values, err := t.values(nil, t.image(v), ix.layout)
			if err != nil {
				return err
			}
			e, err := ix.entry(values)
			if err != nil {
				return err
			}
			if !e.unique || string(e.key) != string(p.key) {
				continue
			}
			if owners++; owners > 1 {
				return errNotUnique(ix, values)
			}
			ix.unique.Put(p.key, local, int64(v.from))
		}
	}
	ix.suspects.pairs = nil
	return nil
}

func (t *table) touched(own *tableOverlay, local uint32) bool {
	if own == nil {
		return false
	}
	_, yes := own.heads[local]
	return yes
}

func errNotUnique(ix *tableIndex, values []types.Value) error {
	keys, _, err := ix.eval(values)
	if err != nil {
		return err
	}
	return sqlerr.New(sqlerr.UniqueViolation, "could not create unique index \"%s\"", ix.def.Name).
		WithDetail("Key %s is duplicated.", describeKey(ix, keys)).On("", ix.layout.Name, "", ix.def.Name)
}

// discard takes a build that failed or was rolled back out of service.
func (t *table) discard(x *tableIndex) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x.stage == stageAttached || x.stage == stageGone {
		return
	}
	x.stage = stageGone
	t.builds = slices.DeleteFunc(t.builds, func(b *indexBuild) bool { return b.index == x })
	t.joined = slices.DeleteFunc(t.joined, func(j *tableIndex) bool { return j == x })
	if x.vector != nil {
		x.vector.Clear()
		if !x.shared {
			_ = x.vectors.store.Free() // else the process ends with it
		}
	}
	t.refreshUnique()
}

// discardBuilt discards the indexes that the transaction built from the n-th on, but for those
// that its commit attached.
func (x *Txn) discardBuilt(n int) {
	for _, ix := range x.built[n:] {
		x.s.table(ix.layout.ID).discard(ix)
	}
	clear(x.built[n:])
	x.built = x.built[:n]
}

// followIndexes adds what the commit does to indexes that joined after it was prepared. Caller
// holds the sequencer's lock in the end, so that no others can join. Where a row cannot be indexed the
// build fails, not the commit.
func (x *Txn) followIndexes(c *commit) error {
	for i := range c.tables {
		change := &c.tables[i]
		if change.shape == change.table.shape.Load() {
			continue
		}
		now, shape := x.liveIndexes(change.table)
		for _, ix := range now {
			if slices.ContainsFunc(change.indexes, func(have *tableIndex) bool { return have.structure == ix.structure }) {
				continue
			}
			if err := x.follow(change, ix); err != nil {
				return err
			}
		}
		change.indexes, change.shape = now, shape
	}
	return nil
}

func (x *Txn) follow(change *tableChange, ix *tableIndex) error {
	t := change.table
	add := func(r *rowChange) error {
		t.mu.RLock()
		defer t.mu.RUnlock()
		w := &x.overlay.writes[r.write]
		var base row.Image
		if w.base {
			base = t.image(t.versions.get(t.head(w.local)))
		}
		return r.addDelta(t, ix, base, w.image)
	}
	for i := range change.rows {
		if err := add(&change.rows[i]); err != nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			if ix.stage == stageAttached {
				return err
			}
			ix.refused = err
			return nil
		}
	}
	return nil
}
