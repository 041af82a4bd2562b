package storage

import (
	"context"
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

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

// buildIndex makes the structure of an index over all committed versions, beside
// writers that do not wait for it (indexbuild.go), and checks uniqueness with the
// transaction's own writes. It is attached at commit.
func (x *Txn) buildIndex(ctx context.Context, ix *catalog.Index) error {
	def := x.Catalog().Table(ix.Table)
	if def == nil {
		return sqlerr.Internal("index %q of table %d, which does not exist", ix.Name, ix.Table)
	}
	// Changes of the table's definition wait for the transaction's end, writers do not.
	if err := x.LockTable(ctx, ix.Table, RowShare, Wait); err != nil {
		return err
	}
	if err := x.grow(0); err != nil {
		return err
	}
	tb := x.s.table(ix.Table)
	tb.mu.Lock()
	built, err := x.s.newIndex(x.Catalog(), tb, def, ix)
	tb.mu.Unlock()
	if err != nil {
		return err
	}
	if err := x.beginBuild(tb, built).run(ctx); err != nil {
		tb.discard(built)
		return err
	}
	x.built = append(x.built, built)
	return nil
}

// fill installs the entries of every committed version while nobody else reads or
// writes: at recovery.
func (t *table) fill(ctx context.Context, x *tableIndex) error {
	b := &indexBuild{table: t, index: x, since: Infinity}
	return b.fill(ctx)
}

// fillRow installs the entries of one row as of a moment: neighbouring versions
// with equal entries become one. Caller holds mu, exclusively for a vector index.
func (t *table) fillRow(x *tableIndex, local uint32, as Timestamp) error {
	var chain []uint32
	for i := t.head(local); i != 0; i = t.versions.get(i).prev {
		if t.versions.get(i).from <= as {
			chain = append(chain, i)
		}
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
	to := lastVersion.to
	if to > as {
		to = Infinity
	}
	return flush(to, &indexEntry{})
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
