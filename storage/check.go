package storage

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/index"
)

// Check compares the derived structures with the rows they come from: scan tiers
// and counts with the version chains, every index with the keys of every
// version, the shard of every row with its namespace. It reads everything; writers wait while their table is checked.
// Error: XX002 with the first thing that does not agree.
func (s *Store) Check(ctx context.Context) error {
	for _, t := range s.allTables() {
		if ctx.Err() != nil {
			return canceled(ctx)
		}
		c, _ := s.catalog.newestCatalog()
		if err := t.check(s, c.Table(t.id)); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) bad(format string, args ...any) error {
	return sqlerr.New(sqlerr.IndexCorrupted, "table %d: "+format, append([]any{t.id}, args...)...)
}

func (t *table) check(s *Store, def *catalog.Table) error {
	t.mu.Lock() // exclusive: an index is rebuilt beside each
	defer t.mu.Unlock()
	live := 0
	dead := map[uint32]Timestamp{}
	for _, d := range t.dead {
		if _, twice := dead[d.local]; twice {
			return t.bad("row %d died twice", d.local)
		}
		dead[d.local] = d.at
	}
	for local, h := range t.newest {
		if h == 0 {
			if t.live.has(uint32(local)) {
				return t.bad("row %d without versions is live", local)
			}
			continue
		}
		if err := t.checkChain(uint32(local), h); err != nil {
			return err
		}
		open := t.versions.get(h).to == Infinity
		if open {
			live++
		}
		if at, isDead := dead[uint32(local)]; open != t.live.has(uint32(local)) || open == isDead || (isDead && at != t.versions.get(h).to) {
			return t.bad("row %d: open %v, live %v, dead %v", local, open, t.live.has(uint32(local)), isDead)
		}
	}
	if n := t.live.count(); n != live || int64(live) != t.liveRows.Last() {
		return t.bad("%d rows are open, %d are live, %d are counted", live, n, t.liveRows.Last())
	}
	for _, x := range t.indexes {
		if err := t.checkIndex(x); err != nil {
			return err
		}
	}
	return t.checkPlacement(s, def)
}

func (t *table) checkChain(local, head uint32) error {
	for i := head; ; {
		v := t.versions.get(i)
		if v.local != local || v.from >= v.to {
			return t.bad("row %d: version %d of row %d from %d to %d", local, i, v.local, v.from, v.to)
		}
		if found := t.versions.seek(head, v.from); found != i {
			return t.bad("row %d: search at %d finds version %d, not %d", local, v.from, found, i)
		}
		if v.prev == 0 {
			return nil
		}
		if p := t.versions.get(v.prev); p.to != v.from || p.depth+1 != v.depth {
			return t.bad("row %d: versions %d and %d do not meet", local, v.prev, i)
		}
		i = v.prev
	}
}

// checkIndex rebuilds an index and compares.
func (t *table) checkIndex(x *tableIndex) error {
	if x.kind == vectorIndex {
		return t.checkVectors(x)
	}
	want := *x
	want.structure = &structure{}
	want.clear()
	for local := range uint32(len(t.newest)) {
		if err := t.fillRow(&want, local, Infinity); err != nil {
			return err
		}
	}
	want.seal()
	if diff := x.difference(&want, int64(t.floor())); diff != "" {
		return t.bad("index %q: %s", x.def.Name, diff)
	}
	return nil
}

// difference describes how two structures of one index differ after the horizon, "" if they do not.
func (x *tableIndex) difference(want *tableIndex, horizon int64) string {
	switch x.kind {
	case orderedIndex:
		if d := index.DiffOrdered(x.ordered, want.ordered, horizon); d != "" || x.unique == nil {
			return d
		}
		return index.DiffUnique(x.unique, x.ordered)
	case invertedIndex:
		return index.DiffInverted(x.inverted, want.inverted, horizon)
	}
	return index.DiffText(x.text, want.text, horizon)
}

// checkVectors looks whether every row with a vector is an open entry.
func (t *table) checkVectors(x *tableIndex) error {
	count := map[string]int{}
	for local, ok := t.live.next(0); ok; local, ok = t.live.next(local + 1) {
		e, err := x.entryOf(t, t.image(t.versions.get(t.head(local))))
		if err != nil {
			return err
		}
		if e.present {
			count[string(e.key)]++
		}
	}
	for key, n := range count {
		if have := x.vector.PartitionLen(key); have != n {
			return t.bad("index %q: partition %q has %d entries, the table %d rows", x.def.Name, key, have, n)
		}
	}
	return nil
}
