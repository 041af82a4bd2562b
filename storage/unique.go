package storage

import (
	"bytes"
	"context"
	"slices"

	"synapse/catalog/types"
)

// uniques returns the unique indexes that a write must respect: those of the
// table and those this transaction made, without those it dropped.
func (x *Txn) uniques(tb *table) []*tableIndex {
	list := *tb.unique.Load()
	if len(x.objects) == 0 {
		return list
	}
	var out []*tableIndex
	for _, ix := range list {
		if x.builtIndex(ix.def.ID) == nil && !x.dropped(ix.def.ID) {
			out = append(out, ix)
		}
	}
	for _, ix := range x.built {
		if ix.layout.ID == tb.id && ix.constrains() && x.builtIndex(ix.def.ID) == ix {
			out = append(out, ix)
		}
	}
	return out
}

// dropped reports whether the transaction dropped the object.
func (x *Txn) dropped(id types.OID) bool {
	for i := len(x.objects) - 1; i >= 0; i-- {
		if c := &x.objects[i].change; c.ID == id {
			return c.Object == nil
		}
	}
	return false
}

// arbitersFirst orders indexes so that a row which is in the way twice is found
// by the index that ON CONFLICT names.
func arbitersFirst(list []*tableIndex, first []types.OID) []*tableIndex {
	if len(first) == 0 || len(list) < 2 {
		return list
	}
	out := make([]*tableIndex, 0, len(list))
	var rest []*tableIndex
	for _, ix := range list {
		if slices.Contains(first, ix.def.ID) {
			out = append(out, ix)
		} else {
			rest = append(rest, ix)
		}
	}
	return append(out, rest...)
}

// constrains reports whether rows can refuse each other by the index.
func (x *tableIndex) constrains() bool { return x.unique != nil || x.exclude != nil }

// claimKeys locks the unique keys of a row's new values and reports the first
// that is taken, those of the indexes first before others. old are the values it
// replaces, nil for a new row. A key of a deferrable index may be taken for now:
// the index is noted in x.doubts.
func (x *Txn) claimKeys(ctx context.Context, tb *table, values []types.Value, self uint32, old []types.Value, first ...types.OID) (*Conflict, error) {
	held := len(x.owner.held)
	x.doubts = x.doubts[:0]
	for _, ix := range arbitersFirst(x.uniques(tb), first) {
		e, err := ix.entry(values)
		if err != nil {
			return nil, err
		}
		if !e.unique && (ix.exclude == nil || !e.present) {
			continue
		}
		if old != nil {
			was, err := ix.entry(old)
			if err != nil {
				return nil, err
			}
			if was.unique == e.unique && was.present && bytes.Equal(was.key, e.key) {
				continue
			}
			if _, err := x.lockRow(ctx, tb, self, ForUpdate, Wait); err != nil {
				return nil, err
			}
		}
		c, err := x.claimEntry(ctx, tb, ix, &e, values, self)
		if err != nil {
			return nil, err
		}
		if c != nil && ix.def.Deferrable {
			x.doubts = append(x.doubts, ix)
			continue
		}
		if c != nil {
			x.s.locks.releaseTo(x.owner, held)
			return c, nil
		}
	}
	return nil, nil
}

// claimEntry claims a row's entry in one index that constrains, and reports what is in the way.
func (x *Txn) claimEntry(ctx context.Context, tb *table, ix *tableIndex, e *indexEntry, values []types.Value, self uint32) (*Conflict, error) {
	keys, _, err := ix.eval(values)
	if err != nil {
		return nil, err
	}
	var row uint32
	var taken bool
	var other []types.Value
	if ix.exclude != nil {
		row, other, taken, err = x.excluded(ctx, tb, ix, keys, self)
	} else {
		row, taken, err = x.claimKey(ctx, tb, ix, e.key, self)
	}
	if err != nil || !taken {
		return nil, err
	}
	return &Conflict{Index: ix.def, Key: cloneValues(keys), Row: tb.rows.id(row), Other: other}, nil
}

// claimKey locks one key. Where the row that has it now is locked by someone who
// may be deleting it, it lets go of the key, waits and looks again.
func (x *Txn) claimKey(ctx context.Context, tb *table, ix *tableIndex, key []byte, self uint32) (row uint32, taken bool, err error) {
	name := lockKey{space: keySpace, a: uint64(ix.def.ID), bytes: string(key)}
	for {
		held := len(x.owner.held)
		if _, err := x.s.locks.acquire(ctx, x.owner, name, keyExclusive, Wait, x.timeout); err != nil {
			return 0, false, err
		}
		row, own, found, err := x.keyRow(tb, ix, key, self)
		if err != nil || !found || own {
			return row, found, err
		}
		inner := len(x.owner.held)
		granted, err := x.s.locks.acquire(ctx, x.owner, rowLockKey(tb, row), uint8(ForKeyShare), SkipLocked, 0)
		if err != nil {
			return 0, false, err
		}
		if granted {
			x.s.locks.releaseTo(x.owner, inner)
			if still, _, found, err := x.keyRow(tb, ix, key, self); err != nil || (found && still == row) {
				return row, true, err
			}
			x.s.locks.releaseTo(x.owner, held)
			continue
		}
		x.s.locks.releaseTo(x.owner, held)
		if _, err := x.s.locks.acquire(ctx, x.owner, rowLockKey(tb, row), uint8(ForKeyShare), Wait, x.timeout); err != nil {
			return 0, false, err
		}
		x.s.locks.releaseTo(x.owner, held)
	}
}

// keyRow finds the row that has a unique key as of the newest commit and own
// writes, other than self. own: the transaction wrote it.
func (x *Txn) keyRow(tb *table, ix *tableIndex, key []byte, self uint32) (row uint32, own, found bool, err error) {
	o := x.overlay.of(tb.id)
	if o != nil {
		keys, err := x.overlay.index(o, ix)
		if err != nil {
			return 0, false, false, err
		}
		for _, e := range x.overlay.between(o, keys, key, append(key[:len(key):len(key)], 0), everyCommand) {
			if w := &x.overlay.writes[e.write]; e.unique && w.local != self {
				return w.local, true, true, nil
			}
		}
	}
	tb.mu.RLock()
	row, _, found = ix.unique.Get(key)
	tb.mu.RUnlock()
	if !found || row == self {
		return 0, false, false, nil
	}
	if o != nil {
		if _, touched := o.heads[row]; touched {
			return 0, false, false, nil // deleted, or has another key now
		}
	}
	return row, false, true, nil
}

func cloneValues(v []types.Value) []types.Value {
	out := make([]types.Value, len(v))
	for i := range v {
		out[i] = v[i].Clone()
	}
	return out
}
