package storage

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/index"
)

// An exclusion constraint bars two rows of which all its operators are true. A
// write of new keys, under the constraint's mutex,
//
//  1. looks at the claims of other transactions: keys that they wrote and may
//     yet commit. It waits for the one in its way to end and begins again;
//  2. looks at the rows of the newest commit and at its own writes. A row in
//     the way that someone may be deleting is waited for, as for unique keys;
//  3. notes its own claim, which a lock of its own stands for: whoever waits
//     for the claim waits for that lock, so that deadlocks are found.
//
// A transaction drops its claims when it ends, after its rows are installed:
// what is not found in step 1 is in step 2.
//
// Rows in the way are looked for in the ordered index, whose keys begin with
// those compared by =. Where the only other key is a range compared by &&, the
// rows of one prefix cannot overlap each other, so that the neighbours decide;
// else all rows of the prefix are compared.
type exclusion struct {
	conflict ExclusionTest
	order    []int // keys in the order of the index: those compared by = first
	equal    int   // how many of order are compared by =
	disjoint bool  // one range compared by && follows them

	mu     sync.Mutex       // taken before a table's
	claims map[*Txn][]claim // of transactions under way
	serial uint64
}

// claim is what a transaction has written and not yet committed.
type claim struct {
	prefix string // key bytes of what is compared by =
	keys   []types.Value
	lock   lockKey // held as long as the claim counts
}

// newExclusion prepares the check of an index; nil where it serves no exclusion constraint.
func (s *Store) newExclusion(c *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (*exclusion, error) {
	if len(ix.Exclude) == 0 {
		return nil, nil
	}
	if s.hooks.CompileExclusion == nil {
		return nil, sqlerr.Unsupported("an exclusion constraint", "")
	}
	test, err := s.hooks.CompileExclusion(c, t, ix)
	if err != nil {
		return nil, err
	}
	e := &exclusion{conflict: test, claims: map[*Txn][]claim{}}
	var others []int
	for i, op := range ix.Exclude {
		if op == "=" {
			e.order = append(e.order, i)
		} else {
			others = append(others, i)
		}
	}
	e.equal = len(e.order)
	e.order = append(e.order, others...)
	e.disjoint = len(others) == 1 && ix.Exclude[others[0]] == "&&" && ix.Keys[others[0]].Type.Kind() == types.KindRange && !ix.Deferrable
	return e, nil
}

// appendKeys appends the first n keys in the index's order.
func (e *exclusion) appendKeys(dst []byte, ix *catalog.Index, keys []types.Value, n int) []byte {
	for _, i := range e.order[:n] {
		dst = appendIndexKey(dst, &ix.Keys[i], keys[i])
	}
	return dst
}

// excluded claims the keys of a row for the transaction. It returns the row in
// the way and its keys; taken is false where there is none. Keys of a deferrable
// constraint are claimed in any case.
func (x *Txn) excluded(ctx context.Context, tb *table, ix *tableIndex, keys []types.Value, self uint32) (row uint32, have []types.Value, taken bool, err error) {
	if anyNull(keys) {
		return 0, nil, false, nil
	}
	e := ix.exclude
	prefix := string(e.appendKeys(nil, ix.def, keys, e.equal))
	for {
		wait, err := x.othersClaim(ctx, e, prefix, keys)
		if err != nil {
			return 0, nil, false, err
		}
		if wait == nil {
			var own bool
			row, have, own, taken, err = x.excludedBy(tb, ix, prefix, keys, self)
			if err == nil && (!taken || ix.def.Deferrable) {
				err = x.claim(ctx, ix, claim{prefix: prefix, keys: cloneValues(keys)})
			}
			e.mu.Unlock()
			if err != nil || !taken || own {
				return row, have, taken, err
			}
			key := rowLockKey(tb, row)
			held := len(x.owner.held)
			granted, err := x.s.locks.acquire(ctx, x.owner, key, uint8(ForKeyShare), SkipLocked, 0)
			if err != nil || granted {
				x.s.locks.releaseTo(x.owner, held)
				if err == nil && x.stillExcluded(tb, ix, row, have) {
					return row, have, true, nil
				}
				if err != nil {
					return 0, nil, false, err
				}
				continue
			}
			wait = &key
		}
		if err := x.awaitLock(ctx, *wait); err != nil {
			return 0, nil, false, err
		}
	}
}

// awaitLock waits until nobody holds a lock against the transaction.
func (x *Txn) awaitLock(ctx context.Context, key lockKey) error {
	mode := uint8(keyExclusive)
	if key.space == rowSpace {
		mode = uint8(ForKeyShare)
	}
	held := len(x.owner.held)
	_, err := x.s.locks.acquire(ctx, x.owner, key, mode, Wait, x.timeout)
	x.s.locks.releaseTo(x.owner, held)
	return err
}

// othersClaim takes the constraint's mutex and looks for a claim of another
// transaction that is in the way. It returns the claim's lock with the mutex
// released, or nil with it held. Claims whose lock a rollback to a savepoint has
// released are dropped.
func (x *Txn) othersClaim(ctx context.Context, e *exclusion, prefix string, keys []types.Value) (wait *lockKey, err error) {
	e.mu.Lock()
	defer func() {
		if err != nil || wait != nil {
			e.mu.Unlock()
		}
	}()
	for other, list := range e.claims {
		if other == x {
			continue
		}
		for i := 0; i < len(list); i++ {
			c := list[i]
			if c.prefix != prefix {
				continue
			}
			yes, err := e.conflict(keys, c.keys)
			if err != nil {
				return nil, err
			}
			if !yes {
				continue
			}
			held := len(x.owner.held)
			free, err := x.s.locks.acquire(ctx, x.owner, c.lock, keyExclusive, SkipLocked, 0)
			if err != nil {
				return nil, err
			}
			if !free {
				return &c.lock, nil
			}
			x.s.locks.releaseTo(x.owner, held)
			list = append(list[:i], list[i+1:]...)
			e.claims[other] = list
			i--
		}
	}
	return nil, nil
}

// claim notes what the transaction writes. Caller holds the constraint's mutex.
func (x *Txn) claim(ctx context.Context, ix *tableIndex, c claim) error {
	e := ix.exclude
	e.serial++
	c.lock = lockKey{space: keySpace, a: uint64(ix.def.ID), bytes: "claim " + strconv.FormatUint(e.serial, 10)}
	if _, err := x.s.locks.acquire(ctx, x.owner, c.lock, keyExclusive, Wait, 0); err != nil {
		return err
	}
	if e.claims[x] == nil {
		x.claimed = append(x.claimed, e)
	}
	e.claims[x] = append(e.claims[x], c)
	return nil
}

// dropClaims forgets what the transaction has claimed.
func (x *Txn) dropClaims() {
	for _, e := range x.claimed {
		e.mu.Lock()
		delete(e.claims, x)
		e.mu.Unlock()
	}
	x.claimed = nil
}

// excludedBy finds a row whose keys exclude those given, as of the newest commit
// and own writes, other than self. own: the transaction wrote it.
func (x *Txn) excludedBy(tb *table, ix *tableIndex, prefix string, keys []types.Value, self uint32) (row uint32, have []types.Value, own, taken bool, err error) {
	e := ix.exclude
	whole := e.appendKeys(nil, ix.def, keys, len(e.order))
	o := x.overlay.of(tb.id)
	if o != nil {
		if row, have, taken, err = x.excludedByOwn(o, ix, prefix, string(whole), keys, self); err != nil || taken {
			return row, have, true, taken, err
		}
	}
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	for hit := range e.candidates(ix.ordered, []byte(prefix), whole) {
		v := tb.visible(hit.Local, Infinity-1)
		if v == nil {
			continue
		}
		values, err := tb.values(nil, tb.image(v), ix.layout)
		if err != nil {
			return 0, nil, false, false, err
		}
		have, include, err := ix.eval(values)
		if err != nil {
			return 0, nil, false, false, err
		}
		yes := false
		if include && !anyNull(have) {
			if yes, err = e.conflict(keys, have); err != nil {
				return 0, nil, false, false, err
			}
		}
		if yes && hit.Local != self && !tb.touched(o, hit.Local) {
			return hit.Local, cloneValues(have), false, true, nil
		}
		hit.in = yes
	}
	return 0, nil, false, false, nil
}

// neighbour is an entry that may be in the way. The reader sets in where it is:
// a direction of the search ends with the first entry that is not.
type neighbour struct {
	index.Hit
	in bool
}

// scanPiece is how many entries one look into the index takes.
const scanPiece = 16

// candidates yields the entries of a prefix that may exclude a key: all of them,
// or the neighbours on both sides as long as they do.
func (e *exclusion) candidates(x *index.Ordered, prefix, whole []byte) func(yield func(*neighbour) bool) {
	side := func(yield func(*neighbour) bool, r index.Range) bool {
		var pos index.Position
		var hits []index.Hit
		r.At = int64(Infinity) - 1
		for {
			hits = x.Scan(&r, &pos, hits[:0], scanPiece)
			for _, h := range hits {
				n := &neighbour{Hit: h}
				if !yield(n) {
					return false
				}
				if e.disjoint && !n.in {
					return true
				}
			}
			if len(hits) < scanPiece {
				return true
			}
		}
	}
	return func(yield func(*neighbour) bool) {
		end := successor(prefix)
		if !e.disjoint {
			side(yield, index.Range{Low: prefix, High: end})
			return
		}
		if side(yield, index.Range{Low: whole, High: end}) {
			side(yield, index.Range{Low: prefix, High: whole, Reverse: true})
		}
	}
}

// excludedByOwn looks among the transaction's own writes.
func (x *Txn) excludedByOwn(o *tableOverlay, ix *tableIndex, prefix, whole string, keys []types.Value, self uint32) (row uint32, have []types.Value, taken bool, err error) {
	e := ix.exclude
	own, err := x.overlay.index(o, ix)
	if err != nil {
		return 0, nil, false, err
	}
	look := func(entry overlayEntry) (more bool) {
		if !strings.HasPrefix(entry.key, prefix) {
			return false
		}
		w := &x.overlay.writes[entry.write]
		if i, ok := x.overlay.visible(o, w.local, everyCommand); !ok || i != entry.write || w.local == self {
			return true
		}
		var values, other []types.Value
		if values, err = w.table.values(nil, w.image, ix.layout); err != nil {
			return false
		}
		if other, _, err = ix.eval(values); err != nil || anyNull(other) {
			return err == nil
		}
		if taken, err = e.conflict(keys, other); taken {
			row, have = w.local, cloneValues(other)
		}
		return err == nil && !taken && !e.disjoint
	}
	from := prefix
	if e.disjoint {
		from = whole
	}
	own.entries.Ascend(overlayEntry{key: from, write: -1}, look)
	if e.disjoint && !taken && err == nil {
		own.entries.Descend(overlayEntry{key: whole, write: -1}, look)
	}
	return row, have, taken, err
}

// stillExcluded reports whether a committed row has the keys with which it was in
// the way.
func (x *Txn) stillExcluded(tb *table, ix *tableIndex, row uint32, have []types.Value) bool {
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	v := tb.visible(row, Infinity-1)
	if v == nil {
		return false
	}
	e, err := ix.entryOf(tb, tb.image(v))
	return err == nil && e.present && bytes.Equal(e.key, ix.exclude.appendKeys(nil, ix.def, have, len(have)))
}

// checkExclusion looks whether rows of the newest commit exclude each other, once
// the index is built. Rows that x has written are claimOwn's.
func (t *table) checkExclusion(ix *tableIndex, x *Txn) error {
	own := x.overlay.of(t.id)
	t.mu.RLock()
	defer t.mu.RUnlock()
	if ix.refused != nil {
		return ix.refused
	}
	e := ix.exclude
	var group [][]types.Value // keys of the rows of one prefix that are compared with the next
	var prefix []byte
	r, pos := index.Range{At: int64(Infinity) - 1}, index.Position{}
	var hits []index.Hit
	for {
		hits = ix.ordered.Scan(&r, &pos, hits[:0], buildRows)
		for _, h := range hits {
			v := t.visible(h.Local, Infinity-1)
			if v == nil || t.touched(own, h.Local) {
				continue
			}
			values, err := t.values(nil, t.image(v), ix.layout)
			if err != nil {
				return err
			}
			keys, include, err := ix.eval(values)
			if err != nil {
				return err
			}
			if !include || anyNull(keys) {
				continue
			}
			if p := e.appendKeys(nil, ix.def, keys, e.equal); !bytes.Equal(p, prefix) {
				prefix, group = p, group[:0]
			}
			for _, other := range group {
				if yes, err := e.conflict(keys, other); err != nil {
					return err
				} else if yes {
					return errExcluded(ix, other, keys)
				}
			}
			if e.disjoint {
				group = group[:0] // in the order of lower bounds: a row overlaps its predecessor if any
			}
			group = append(group, cloneValues(keys))
		}
		if len(hits) < buildRows {
			return nil
		}
	}
}

func errExcluded(ix *tableIndex, a, b []types.Value) error {
	return sqlerr.New(sqlerr.ExclusionViolation, "could not create exclusion constraint \"%s\"", ix.def.Name).
		WithDetail("Key %s conflicts with key %s.", describeKey(ix, a), describeKey(ix, b)).On("", ix.layout.Name, "", ix.def.Name)
}
