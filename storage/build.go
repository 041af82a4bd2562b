package storage

import (
	"context"
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
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

// span is one version of a row as an index build reads it.
type span struct {
	from, to Timestamp
	image    row.Image
	values   []types.Value
}

// history appends a row's versions as of a moment, oldest first. Caller holds mu; the spans
// may be kept as long as the table is building.
func (t *table) history(dst []span, x *tableIndex, local uint32, as Timestamp) ([]span, error) {
	first := len(dst)
	for i := t.head(local); i != 0; {
		v := t.versions.get(i)
		i = v.prev
		if v.from > as {
			continue
		}
		im := t.image(v)
		values, err := t.values(make([]types.Value, 0, len(x.layout.Columns)), im, x.layout)
		if err != nil {
			return dst, err
		}
		s := span{from: v.from, to: v.to, image: im, values: values}
		if s.to > as {
			s.to = Infinity
		}
		dst = append(dst, s)
	}
	slices.Reverse(dst[first:])
	return dst, nil
}

// fillRow installs the entries of one row as of a moment. Caller holds mu, exclusively for a
// vector index.
func (t *table) fillRow(x *tableIndex, local uint32, as Timestamp) error {
	spans, err := t.history(nil, x, local, as)
	if err != nil {
		return err
	}
	return x.fillSpans(local, spans)
}

// fillSpans installs the entries of one row's versions: neighbouring versions with equal
// entries become one.
func (x *tableIndex) fillSpans(local uint32, spans []span) error {
	var last indexEntry
	var began Timestamp
	flush := func(newest *span, to Timestamp, next *indexEntry) error {
		if !last.present {
			return nil
		}
		last.items = slices.DeleteFunc(last.items, func(item string) bool {
			_, stays := slices.BinarySearch(next.items, item)
			return stays // an item ends when a version lacks it, not when another one changes
		})
		return x.restore(local, newest.image, &last, began, to)
	}
	for i := range spans {
		s := &spans[i]
		e, err := x.entry(s.values)
		if err != nil {
			return err
		}
		if i > 0 && e.equal(&last) {
			continue
		}
		if i > 0 {
			if err := flush(&spans[i-1], s.from, &e); err != nil {
				return err
			}
		}
		last, began = e, s.from
	}
	if len(spans) == 0 {
		return nil
	}
	newest := &spans[len(spans)-1]
	return flush(newest, newest.to, &indexEntry{})
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
