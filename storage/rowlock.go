package storage

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/index"
)

func rowLockKey(tb *table, local uint32) lockKey {
	return lockKey{space: rowSpace, a: uint64(tb.id), b: uint64(local)}
}

func (x *Txn) lockRow(ctx context.Context, tb *table, local uint32, strength LockStrength, policy WaitPolicy) (bool, error) {
	return x.s.locks.acquire(ctx, x.owner, rowLockKey(tb, local), uint8(strength), policy, x.timeout)
}

// LockRow locks a row that a command of this transaction saw in the version
// that began at seen (RowBatch.From), and tells what became of it meanwhile:
// Changed brings the newest version's values and its From, to be qualified again.
// A row that the running command has written itself is Gone. From REPEATABLE
// READ on a row that someone else changed is 40001. Other errors: 55P03, 40P01, 57014.
func (x *Txn) LockRow(ctx context.Context, t *catalog.Table, id RowID, seen Timestamp, strength LockStrength, policy WaitPolicy) (LockOutcome, []types.Value, Timestamp, error) {
	tb := x.s.table(t.ID)
	first := tb.rows.local(id)
	for local := x.whereIs(tb, first); ; {
		own := x.ownWrite(tb, local)
		if own != nil {
			switch {
			case own.cmd > x.cmd:
				return 0, nil, 0, sqlerr.New(sqlerr.TriggeredDataChange, "tuple to be updated was already modified by an operation triggered by the current command").
					WithHint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")
			case own.image == nil || own.cmd == x.cmd:
				return Gone, nil, 0, nil
			case !own.base && local == first:
				return Locked, nil, Pending, nil
			}
		}
		outcome, err := x.lockSeen(ctx, tb, t, local, strength, policy)
		if outcome == Skipped || err != nil {
			return outcome, nil, 0, err
		}
		if to := x.whereIs(tb, local); to != local {
			local = to // someone moved it while this transaction waited
			continue
		}
		tb.mu.RLock()
		defer tb.mu.RUnlock()
		if own != nil {
			if seen == Pending {
				return Locked, nil, Pending, nil
			}
			values, err := tb.values(nil, own.image, t)
			return Changed, values, Pending, err
		}
		return x.compareNewest(tb, t, local, seen)
	}
}

// lockSeen locks a row and, if this transaction has not written there, its table; Locked or Skipped.
func (x *Txn) lockSeen(ctx context.Context, tb *table, t *catalog.Table, local uint32, strength LockStrength, policy WaitPolicy) (LockOutcome, error) {
	if x.entered.def != t {
		if err := x.LockTable(ctx, t.ID, RowShare, Wait); err != nil {
			return 0, err
		}
	}
	try := policy
	if policy == NoWait {
		try = SkipLocked
	}
	granted, err := x.lockRow(ctx, tb, local, strength, try)
	switch {
	case err != nil:
		return 0, err
	case !granted && policy == NoWait:
		return 0, sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock on row in relation \"%s\"", t.Name)
	case !granted:
		return Skipped, nil
	}
	return Locked, nil
}

func (x *Txn) ownWrite(tb *table, local uint32) *write {
	if o := x.overlay.of(tb.id); o != nil {
		if i, ok := o.heads[local]; ok {
			return &x.overlay.writes[i]
		}
	}
	return nil
}

// compareNewest compares the version a command saw with the newest commit.
// The row is locked and the caller holds tb.mu.
func (x *Txn) compareNewest(tb *table, t *catalog.Table, local uint32, seen Timestamp) (LockOutcome, []types.Value, Timestamp, error) {
	h := tb.head(local)
	if h == 0 {
		return Gone, nil, 0, nil
	}
	v := tb.versions.get(h)
	if v.to != Infinity {
		if x.iso != ReadCommitted && v.to > x.snapshot {
			return 0, nil, 0, sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent delete")
		}
		return Gone, nil, 0, nil
	}
	if v.from == seen {
		return Locked, nil, v.from, nil
	}
	if x.iso != ReadCommitted && v.from > x.snapshot {
		return 0, nil, 0, sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
	}
	values, err := tb.values(nil, tb.image(v), t)
	return Changed, values, v.from, err
}

// Latest returns the values of a row as of the newest commit and own writes, and
// its From (Pending for an own write); ok is false if there is no such row.
func (x *Txn) Latest(t *catalog.Table, id RowID) (values []types.Value, from Timestamp, ok bool, err error) {
	tb := x.s.table(t.ID)
	local := x.whereIs(tb, tb.rows.local(id))
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	if own := x.ownWrite(tb, local); own != nil {
		if own.image == nil {
			return nil, 0, false, nil
		}
		values, err = tb.values(nil, own.image, t)
		return values, Pending, err == nil, err
	}
	h := tb.head(local)
	if h == 0 || !tb.live.has(local) {
		return nil, 0, false, nil
	}
	v := tb.versions.get(h)
	values, err = tb.values(nil, tb.image(v), t)
	return values, v.from, err == nil, err
}

// LatestByKey finds and locks the row with a key as of the newest commit and own
// writes, whatever the snapshot: for foreign keys and ON CONFLICT. key has one
// value per key of the index. Where several rows match it takes the first.
func (x *Txn) LatestByKey(ctx context.Context, ix *catalog.Index, key []types.Value, strength LockStrength) (RowID, bool, error) {
	tb := x.s.table(ix.Table)
	ti := x.index(tb, ix.ID)
	if ti == nil || ti.ordered == nil {
		return 0, false, sqlerr.Internal("index %q cannot be looked up by key", ix.Name)
	}
	bytes := appendIndexKeys(nil, ix, key)
	for {
		local, own, err := x.latestByKey(tb, ti, bytes)
		if err != nil || local == 0 {
			return 0, false, err
		}
		if own {
			return tb.rows.id(local), true, nil
		}
		held := len(x.owner.held)
		if _, err := x.lockRow(ctx, tb, local, strength, Wait); err != nil {
			return 0, false, err
		}
		again, _, err := x.latestByKey(tb, ti, bytes)
		if err != nil {
			return 0, false, err
		}
		if again == local {
			return tb.rows.id(local), true, nil
		}
		x.s.locks.releaseTo(x.owner, held)
	}
}

// latestByKey returns the first row with the key, 0 if there is none.
func (x *Txn) latestByKey(tb *table, ix *tableIndex, key []byte) (local uint32, own bool, err error) {
	high := successor(key)
	o := x.overlay.of(tb.id)
	if o != nil {
		keys, err := x.overlay.index(o, ix)
		if err != nil {
			return 0, false, err
		}
		if list := x.overlay.between(o, keys, key, high, everyCommand); len(list) > 0 {
			return x.overlay.writes[list[0].write].local, true, nil
		}
	}
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	var pos index.Position
	r := index.Range{Low: key, High: high, At: int64(Infinity)}
	var hits []index.Hit
	for {
		hits = ix.ordered.Scan(&r, &pos, hits[:0], 16)
		for _, h := range hits {
			touched := false
			if o != nil {
				_, touched = o.heads[h.Local]
			}
			if !touched {
				return h.Local, false, nil
			}
		}
		if len(hits) < 16 {
			return 0, false, nil
		}
	}
}
