package storage

import (
	"context"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// Which shard a transaction's rows go to, and how a row gets from one to
// another. An update that changes the namespace to one of another shard is a
// delete and an insert under a new id in the same commit, so that a shard holds
// its namespaces' rows, all of them, and can later be replicated on its own. To
// everybody outside it is an update all the same: who holds the old id is led to
// the new one (whereIs).

// placedBy returns the position of the column that says in which shard a table's
// rows live; 0: all are in shard 0.
func (x *Txn) placedBy(def *catalog.Table) int {
	if !def.KeepsHistory() || !x.s.shards.several() {
		return 0
	}
	return def.NamespaceColumn()
}

// shardOf returns the shard of a row of the table entered last, and notes a
// namespace that is used for the first time.
func (x *Txn) shardOf(values []types.Value) uint16 {
	if x.entered.namespace == 0 {
		return 0
	}
	ns := values[x.entered.namespace-1]
	if ns.IsNull() {
		return 0
	}
	shard, stored := x.s.shards.place(ns.Str())
	if !stored && !x.namespaces[ns.Str()] {
		if x.namespaces == nil {
			x.namespaces = map[string]bool{}
		}
		x.namespaces[strings.Clone(ns.Str())] = true
	}
	return shard
}

// allocate gives a new row its local. Error: 54000 if there are no more.
func (x *Txn) allocate(tb *table, def *catalog.Table, shard uint16) (uint32, error) {
	local, ok := tb.rows.allocate(shard)
	if !ok {
		return 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "table \"%s\" has no row numbers left", def.Name)
	}
	return local, nil
}

// move writes a row's new image under a new id in another shard.
func (x *Txn) move(tb *table, def *catalog.Table, local uint32, base bool, shard uint16, im row.Image) error {
	to, err := x.allocate(tb, def, shard)
	if err != nil {
		return err
	}
	gone := x.newWrite(tb, def, local, nil)
	gone.base, gone.moved = base, to
	x.overlay.add(gone)
	x.overlay.add(x.newWrite(tb, def, to, im))
	return nil
}

// whereIs returns where a row is now that commits or own writes may have moved.
func (x *Txn) whereIs(tb *table, local uint32) uint32 {
	if tb.rows.pages.Load() == nil {
		return local // no row is outside shard 0
	}
	for {
		to := uint32(0)
		if own := x.ownWrite(tb, local); own != nil {
			to = own.moved
		} else {
			tb.mu.RLock()
			if h := tb.head(local); h != 0 {
				to = tb.versions.get(h).moved
			}
			tb.mu.RUnlock()
		}
		if to == 0 {
			return local
		}
		local = to
	}
}

// movedTo returns where the row of a write is in the end, 0 if it did not move
// or was deleted after that.
func (x *Txn) movedTo(w *write) uint32 {
	o := x.overlay.of(w.table.id)
	for w.moved != 0 {
		to := w.moved
		if w = &x.overlay.writes[o.heads[to]]; w.image != nil {
			return to
		}
	}
	return 0
}

// resettle moves the rows of a table whose namespace column is another one now.
func (x *Txn) resettle(ctx context.Context, old, def *catalog.Table) error {
	if old == nil || x.placedBy(old) == x.placedBy(def) {
		return nil
	}
	if err := x.LockTable(ctx, def.ID, AccessExclusive, Wait); err != nil {
		return err
	}
	tb, err := x.enter(ctx, def)
	if err != nil {
		return err
	}
	for _, local := range x.rowsNow(tb) {
		values, base, err := x.newestValues(tb, def, local)
		if err != nil {
			return err
		}
		shard := x.shardOf(values)
		if shard == tb.rows.id(local).shard() {
			continue
		}
		im, err := encodeRow(&x.builder, def, values)
		if err != nil {
			return err
		}
		if err := x.move(tb, def, local, base, shard, im); err != nil {
			return err
		}
	}
	return nil
}

// rowsNow lists the rows of a table as of the newest commit and own writes. The
// table is locked against writes of others.
func (x *Txn) rowsNow(tb *table) []uint32 {
	var locals []uint32
	o := x.overlay.of(tb.id)
	tb.mu.RLock()
	for i, ok := tb.live.next(0); ok; i, ok = tb.live.next(i + 1) {
		if x.ownWrite(tb, i) == nil {
			locals = append(locals, i)
		}
	}
	tb.mu.RUnlock()
	if o != nil {
		for _, local := range x.overlay.rows(o, everyCommand) {
			if x.ownWrite(tb, local).image != nil {
				locals = append(locals, local)
			}
		}
	}
	return locals
}

// settleShards fixes the number of shards and looks whether all rows are in one
// of them. Error: XX001.
func (s *Store) settleShards() error {
	if err := s.shards.settle(s.options.Shards, s.seq.last == 0); err != nil {
		return err
	}
	for _, t := range s.allTables() {
		if n := t.rows.shards(); n > s.shards.count {
			return sqlerr.New(sqlerr.DataCorrupted, "table %d has rows in shard %d of %d", t.id, n-1, s.shards.count)
		}
	}
	return nil
}

// checkPlacement looks whether every live row is in the shard of its namespace.
// Caller holds the table's lock.
func (t *table) checkPlacement(s *Store, def *catalog.Table) error {
	ord := 0
	if def != nil && def.KeepsHistory() && s.shards.several() {
		ord = def.NamespaceColumn()
	}
	for local, ok := t.live.next(0); ok; local, ok = t.live.next(local + 1) {
		id := t.rows.id(local)
		if back := t.rows.local(id); back != local {
			return t.bad("row %d has the id of row %d", local, back)
		}
		if def == nil && t.id != effect.CatalogTable {
			continue // dropped: its rows are where they were
		}
		shard, stored := uint16(0), true
		if ord != 0 {
			ns, err := t.column(t.image(t.versions.get(t.head(local))), &def.Columns[ord-1])
			if err != nil {
				return err
			}
			if !ns.IsNull() {
				shard, stored = s.shards.place(ns.Str())
			}
		}
		if !stored || shard != id.shard() {
			return t.bad("row %d is in shard %d, its namespace in %d (assigned: %v)", id.number(), id.shard(), shard, stored)
		}
	}
	return nil
}
