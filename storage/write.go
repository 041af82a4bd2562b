package storage

import (
	"context"
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// everyCommand is above the number of any command: it sees all own writes.
const everyCommand = 1<<31 - 1

// enter readies a table for a write: locks, stores of vectors, the principal's namespaces.
func (x *Txn) enter(ctx context.Context, def *catalog.Table) (*table, error) {
	if err := x.mayWrite(); err != nil {
		return nil, err
	}
	if def.Virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", def.Name)
	}
	if x.entered.def != def {
		if err := x.LockTable(ctx, def.ID, RowExclusive, Wait); err != nil {
			return nil, err
		}
		if err := x.stillPlanned(def); err != nil {
			return nil, err
		}
		t := x.s.table(def.ID)
		if err := t.ready(def); err != nil {
			return nil, err
		}
		x.entered.def, x.entered.table, x.entered.namespace = def, t, x.placedBy(def)
	}
	return x.entered.table, nil
}

// LockForWrite readies a table for writes to the tables that store its rows: 40001
// where another transaction has changed it since the command was planned.
func (x *Txn) LockForWrite(ctx context.Context, def *catalog.Table) error {
	_, err := x.enter(ctx, def)
	return err
}

// stillPlanned refuses a write whose plan was made for a table that another
// transaction has changed or dropped since the command's snapshot.
func (x *Txn) stillPlanned(def *catalog.Table) error {
	x.Catalog() // sets base, if no command has
	newest, _ := x.s.catalog.newestCatalog()
	if newest.ObjectVersion(def.ID) == x.base.ObjectVersion(def.ID) {
		return nil
	}
	if newest.Table(def.ID) == nil {
		return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", def.Name)
	}
	return sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to a concurrent change of relation \"%s\"", def.Name).
		WithHint("The transaction might succeed if retried.")
}

// ready makes the stores of the layout's vector columns.
func (t *table) ready(def *catalog.Table) error {
	if t.layout.Load() == def {
		return nil
	}
	if !slices.ContainsFunc(def.Columns, storesVectors) {
		t.layout.Store(def)
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.layout.Store(def)
	return t.describe(def)
}

// Insert adds a row: one value per t.Columns, dropped ones NULL. A unique key
// that is taken is returned as a Conflict and nothing is written; a key that
// another transaction is about to take or give up is waited for. The indexes
// arbiters are looked at before the others.
func (x *Txn) Insert(ctx context.Context, t *catalog.Table, values []types.Value, arbiters ...types.OID) (RowID, *Conflict, error) {
	tb, err := x.enter(ctx, t)
	if err != nil {
		return 0, nil, err
	}
	if err := x.who.mayWrite(t, values); err != nil {
		return 0, nil, err
	}
	im, err := encodeRow(&x.builder, t, values)
	if err != nil {
		return 0, nil, err
	}
	if err := x.grow(len(im)); err != nil {
		return 0, nil, err
	}
	if c, err := x.claimKeys(ctx, tb, values, 0, nil, arbiters...); c != nil || err != nil {
		return 0, c, err
	}
	local, err := x.allocate(tb, t, x.shardOf(values))
	if err != nil {
		return 0, nil, err
	}
	x.overlay.add(x.newWrite(tb, t, local, im))
	tb.counters.inserted.Add(1)
	x.noteDuplicates(t, tb.rows.id(local))
	return tb.rows.id(local), nil, nil
}

func (x *Txn) newWrite(tb *table, def *catalog.Table, local uint32, im row.Image) write {
	return write{table: tb, def: def, local: local, cmd: x.cmd, image: im, quiet: !def.KeepsHistory()}
}

// Update gives a row new values. The caller has locked the row by LockRow and
// acts on the version that LockRow found. A row whose namespace belongs to
// another shard now moves there.
func (x *Txn) Update(ctx context.Context, t *catalog.Table, id RowID, values []types.Value) (*Conflict, error) {
	tb, err := x.enter(ctx, t)
	if err != nil {
		return nil, err
	}
	local := x.whereIs(tb, tb.rows.local(id))
	old, base, err := x.newestValues(tb, t, local)
	if err != nil {
		return nil, err
	}
	if err := x.who.mayChange(t, old); err != nil {
		return nil, err
	}
	if err := x.who.mayWrite(t, values); err != nil {
		return nil, err
	}
	shard := x.shardOf(values)
	moves := shard != tb.rows.id(local).shard()
	strength := ForNoKeyUpdate
	if moves {
		strength = ForUpdate
	}
	if base {
		if _, err := x.lockRow(ctx, tb, local, strength, Wait); err != nil {
			return nil, err
		}
	}
	im, err := encodeRow(&x.builder, t, values)
	if err != nil {
		return nil, err
	}
	if err := x.grow(len(im)); err != nil {
		return nil, err
	}
	if c, err := x.claimKeys(ctx, tb, values, local, old); c != nil || err != nil {
		return c, err
	}
	tb.counters.updated.Add(1)
	x.noteDuplicates(t, id)
	if moves {
		return nil, x.move(tb, t, local, base, shard, im)
	}
	w := x.newWrite(tb, t, local, im)
	w.base = base
	x.overlay.add(w)
	return nil, nil
}

// Delete removes a row that the caller has locked by LockRow.
func (x *Txn) Delete(ctx context.Context, t *catalog.Table, id RowID) error {
	tb, err := x.enter(ctx, t)
	if err != nil {
		return err
	}
	local := x.whereIs(tb, tb.rows.local(id))
	old, base, err := x.newestValues(tb, t, local)
	if err != nil {
		return err
	}
	if err := x.who.mayChange(t, old); err != nil {
		return err
	}
	if base {
		if _, err := x.lockRow(ctx, tb, local, ForUpdate, Wait); err != nil {
			return err
		}
	}
	w := x.newWrite(tb, t, local, nil)
	w.base = base
	x.overlay.add(w)
	tb.counters.deleted.Add(1)
	return nil
}

// newestValues returns the values of the newest version of a row, own writes
// first, and whether it has committed versions. Error: XX000 for a row that is not there.
func (x *Txn) newestValues(tb *table, def *catalog.Table, local uint32) (values []types.Value, base bool, err error) {
	if o := x.overlay.of(tb.id); o != nil {
		if i, ok := o.heads[local]; ok {
			w := &x.overlay.writes[i]
			if w.image == nil {
				return nil, false, sqlerr.Internal("write to row %d of table %q, which the transaction deleted", local, def.Name)
			}
			tb.mu.RLock()
			defer tb.mu.RUnlock()
			values, err = tb.values(nil, w.image, def)
			return values, w.base, err
		}
	}
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	h := tb.head(local)
	if h == 0 || !tb.live.has(local) {
		return nil, false, sqlerr.Internal("write to row %d of table %q, which does not exist", local, def.Name)
	}
	values, err = tb.values(nil, tb.image(tb.versions.get(h)), def)
	return values, true, err
}

// Truncate deletes every row under an ACCESS EXCLUSIVE lock. In memory each row's
// version is closed, for AS OF; the log and the snapshots get one effect.
func (x *Txn) Truncate(ctx context.Context, t *catalog.Table) error {
	if err := x.mayWrite(); err != nil {
		return err
	}
	if err := x.LockTable(ctx, t.ID, AccessExclusive, Wait); err != nil {
		return err
	}
	tb, err := x.enter(ctx, t)
	if err != nil {
		return err
	}
	rows := x.rowsNow(tb)
	for _, local := range rows {
		w := x.newWrite(tb, t, local, nil)
		w.base = x.ownWrite(tb, local) == nil
		x.overlay.add(w)
	}
	if len(rows) > 0 {
		x.overlay.truncated = append(x.overlay.truncated, truncation{t.ID, len(x.overlay.writes)})
	}
	return nil
}
