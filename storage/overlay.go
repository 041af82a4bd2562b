package storage

import (
	"slices"
	"sort"

	"github.com/tidwall/btree"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// overlay is a transaction's own uncommitted writes, in the order in which they
// were made. A savepoint is a length of it; ROLLBACK TO cuts it there. A command
// numbered c sees the writes of commands below c. Used by the transaction's
// goroutine alone.
type overlay struct {
	writes    []write
	tables    map[types.OID]*tableOverlay
	truncated []truncation // in order
}

// truncation says that all rows that a table had were deleted by the writes
// before number writes.
type truncation struct {
	table  types.OID
	writes int
}

// truncates reports whether the table was truncated.
func (o *overlay) truncates(id types.OID) bool {
	return slices.ContainsFunc(o.truncated, func(t truncation) bool { return t.table == id })
}

// write is one version of a row that is not committed.
type write struct {
	table *table
	def   *catalog.Table // layout of image; nil for the catalog's own table
	local uint32
	cmd   int32
	prev  int32     // the transaction's write of the same row before this one, -1 = none
	image row.Image // without Same and Far; nil: the row is deleted
	base  bool      // the row has committed versions
	moved uint32    // of a delete: the row went to another shard and has this local there
	quiet bool      // not logged: of a temporary or unlogged table
}

// tableOverlay is the part of an overlay that concerns one table.
type tableOverlay struct {
	heads   map[uint32]int32 // row → its newest write
	order   []int32          // all writes of the table
	indexes map[types.OID]*indexOverlay
}

func (o *overlay) of(id types.OID) *tableOverlay { return o.tables[id] }

// add appends a write; cmd, local, table and image are the caller's to set.
func (o *overlay) add(w write) int32 {
	if o.tables == nil {
		o.tables = map[types.OID]*tableOverlay{}
	}
	t := o.tables[w.table.id]
	if t == nil {
		t = &tableOverlay{heads: map[uint32]int32{}}
		o.tables[w.table.id] = t
	}
	i := int32(len(o.writes))
	w.prev = -1
	if h, ok := t.heads[w.local]; ok {
		w.prev, w.base = h, o.writes[h].base
	}
	o.writes = append(o.writes, w)
	t.heads[w.local] = i
	t.order = append(t.order, i)
	return i
}

// cut drops the writes from number n on.
func (o *overlay) cut(n int) {
	for i := len(o.writes) - 1; i >= n; i-- {
		w := &o.writes[i]
		t := o.tables[w.table.id]
		if w.prev >= 0 {
			t.heads[w.local] = w.prev
		} else {
			delete(t.heads, w.local)
		}
		t.order = t.order[:len(t.order)-1]
		if len(t.order) == 0 {
			delete(o.tables, w.table.id)
		}
	}
	for _, t := range o.tables {
		for id, ix := range t.indexes {
			if ix.done > len(t.order) {
				delete(t.indexes, id)
			}
		}
	}
	for k := len(o.truncated); k > 0 && o.truncated[k-1].writes > n; k-- {
		o.truncated = o.truncated[:k-1]
	}
	clear(o.writes[min(n, len(o.writes)):])
	o.writes = o.writes[:min(n, len(o.writes))]
}

// visible returns the write of a row that a command sees; touched is false if it
// sees none and the snapshot decides.
func (o *overlay) visible(t *tableOverlay, local uint32, cmd int32) (i int32, touched bool) {
	i, ok := t.heads[local]
	if !ok {
		return 0, false
	}
	for i >= 0 && o.writes[i].cmd >= cmd {
		i = o.writes[i].prev
	}
	return i, i >= 0
}

// indexOverlay holds the keys of a table's writes in the order of one ordered
// index. It is made when first needed and follows the writes.
type indexOverlay struct {
	entries *btree.BTreeG[overlayEntry]
	done    int // writes of the table that are in entries
}

type overlayEntry struct {
	key    string
	unique bool
	write  int32
}

func (o *overlay) index(t *tableOverlay, x *tableIndex) (*indexOverlay, error) {
	ix := t.indexes[x.def.ID]
	if ix == nil {
		ix = &indexOverlay{entries: btree.NewBTreeGOptions(func(a, b overlayEntry) bool {
			if a.key != b.key {
				return a.key < b.key
			}
			return a.write < b.write
		}, btree.Options{NoLocks: true})}
		if t.indexes == nil {
			t.indexes = map[types.OID]*indexOverlay{}
		}
		t.indexes[x.def.ID] = ix
	}
	for ; ix.done < len(t.order); ix.done++ {
		i := t.order[ix.done]
		w := &o.writes[i]
		if w.image == nil {
			continue
		}
		e, err := x.entryOf(w.table, w.image)
		if err != nil {
			return nil, err
		}
		if e.present {
			ix.entries.Set(overlayEntry{string(e.key), e.unique, i})
		}
	}
	return ix, nil
}

// between returns the writes that a command sees with low ≤ key < high, in key
// order; high nil means no end.
func (o *overlay) between(t *tableOverlay, ix *indexOverlay, low, high []byte, cmd int32) []overlayEntry {
	var out []overlayEntry
	ix.entries.Ascend(overlayEntry{key: string(low), write: -1}, func(e overlayEntry) bool {
		if high != nil && e.key >= string(high) {
			return false
		}
		if i, ok := o.visible(t, o.writes[e.write].local, cmd); ok && i == e.write {
			out = append(out, e)
		}
		return true
	})
	return out
}

// rows returns the rows of which a command sees a write, deletes included, ascending.
func (o *overlay) rows(t *tableOverlay, cmd int32) []uint32 {
	out := make([]uint32, 0, len(t.heads))
	for local := range t.heads {
		if _, ok := o.visible(t, local, cmd); ok {
			out = append(out, local)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}
