package storage

import (
	"context"
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// buildRows is how many rows an index build reads before it lets a commit in.
const buildRows = 1024

// index returns the structure of an index for this transaction's writes: its own
// build, else the table's; nil if there is none.
func (x *Txn) index(tb *table, id types.OID) *tableIndex {
	if ix := x.builtIndex(id); ix != nil {
		return ix
	}
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	return tb.indexes[id]
}

// builtIndex returns the newest build of an index by this transaction.
func (x *Txn) builtIndex(id types.OID) *tableIndex {
	for i := len(x.built) - 1; i >= 0; i-- {
		if x.built[i].def.ID == id {
			return x.built[i]
		}
	}
	return nil
}

// buildIndex makes the structure of an index over all committed versions and
// checks uniqueness with the transaction's own writes. It is attached at commit.
func (x *Txn) buildIndex(ctx context.Context, ix *catalog.Index) error {
	def := x.Catalog().Table(ix.Table)
	if def == nil {
		return sqlerr.Internal("index %q of table %d, which does not exist", ix.Name, ix.Table)
	}
	if err := x.LockTable(ctx, ix.Table, ShareLock, Wait); err != nil {
		return err
	}
	tb := x.s.table(ix.Table)
	tb.mu.Lock()
	built, err := x.s.newIndex(x.Catalog(), tb, def, ix)
	tb.mu.Unlock()
	if err != nil {
		return err
	}
	if err := tb.fill(ctx, built); err != nil {
		return err
	}
	x.built = append(x.built, built)
	return x.checkBuilt(tb, built)
}

// fill installs the entries of every committed version, a piece at a time.
// Writers are locked out by the table lock, or by recovery.
func (t *table) fill(ctx context.Context, x *tableIndex) error {
	for first := uint32(0); ; first += buildRows {
		if ctx.Err() != nil {
			return canceled(ctx)
		}
		t.mu.Lock() // exclusive: vectors are stored
		n := uint32(len(t.newest))
		for local := first; local < min(first+buildRows, n); local++ {
			if err := t.fillRow(x, local); err != nil {
				t.mu.Unlock()
				return err
			}
		}
		t.mu.Unlock()
		if first+buildRows >= n {
			x.seal()
			return nil
		}
	}
}

// fillRow installs the entries of one row: neighbouring versions with equal
// entries become one.
func (t *table) fillRow(x *tableIndex, local uint32) error {
	var chain []uint32
	for i := t.head(local); i != 0; i = t.versions.get(i).prev {
		chain = append(chain, i)
	}
	var last indexEntry
	var began Timestamp
	var lastVersion *version
	flush := func(to Timestamp, next *indexEntry) error {
		if !last.present {
			return nil
		}
		last.items = slices.DeleteFunc(last.items, func(item string) bool {
			_, stays := slices.BinarySearch(next.items, item)
			return stays // an item ends when a version lacks it, not when another one changes
		})
		return x.restore(local, t.image(lastVersion), &last, began, to)
	}
	for k := len(chain) - 1; k >= 0; k-- {
		v := t.versions.get(chain[k])
		e, err := x.entryOf(t, t.image(v))
		if err != nil {
			return err
		}
		if lastVersion != nil && e.equal(&last) {
			lastVersion = v
			continue
		}
		if lastVersion != nil {
			if err := flush(v.from, &e); err != nil {
				return err
			}
		}
		last, began, lastVersion = e, v.from, v
	}
	if lastVersion == nil {
		return nil
	}
	return flush(lastVersion.to, &indexEntry{})
}

// checkBuilt refuses a unique index over rows that are not.
func (x *Txn) checkBuilt(tb *table, built *tableIndex) error {
	if built.unique == nil {
		return nil
	}
	o := x.overlay.of(tb.id)
	seen := map[string]bool{}
	duplicate := func(values []types.Value) error {
		keys, _, err := built.eval(values)
		if err != nil {
			return err
		}
		return sqlerr.New(sqlerr.UniqueViolation, "could not create unique index \"%s\"", built.def.Name).
			WithDetail("Key %s is duplicated.", describeKey(built, keys)).On("", built.layout.Name, "", built.def.Name)
	}
	check := func(local uint32, w *write) error {
		var values []types.Value
		var err error
		if w != nil {
			values, err = tb.values(nil, w.image, built.layout)
		} else {
			values, err = tb.values(nil, tb.image(tb.versions.get(tb.head(local))), built.layout)
		}
		if err != nil {
			return err
		}
		e, err := built.entry(values)
		if err != nil || !e.unique {
			return err
		}
		if seen[string(e.key)] {
			return duplicate(values)
		}
		seen[string(e.key)] = true
		return nil
	}
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	for local, ok := tb.live.next(0); ok; local, ok = tb.live.next(local + 1) {
		if o != nil {
			if _, touched := o.heads[local]; touched {
				continue
			}
		}
		if err := check(local, nil); err != nil {
			return err
		}
	}
	if o != nil {
		for _, i := range o.heads {
			if w := &x.overlay.writes[i]; w.image != nil {
				if err := check(w.local, w); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// describeKey shows a key as "(a, b)=(1, 2)".
func describeKey(x *tableIndex, keys []types.Value) string {
	var names, values []string
	for i := range keys {
		k := &x.def.Keys[i]
		if k.Column > 0 {
			names = append(names, x.layout.Columns[k.Column-1].Name)
		} else {
			names = append(names, k.Expr)
		}
		if keys[i].IsNull() {
			values = append(values, "null")
		} else {
			values = append(values, string(types.AppendText(nil, k.Type, keys[i], nil)))
		}
	}
	return "(" + strings.Join(names, ", ") + ")=(" + strings.Join(values, ", ") + ")"
}
