package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/index"
	"synapse/storage/row"
	"synapse/vecindex"
)

// indexKind is the structure behind an index.
type indexKind uint8

const (
	orderedIndex  indexKind = iota // btree, hash, gist and spgist; with a Hash beside it where unique
	invertedIndex                  // gin
	textIndex                      // bm25
	vectorIndex                    // hnsw, ivfflat
)

// tableIndex is one index of a table. Its structure is guarded by the table's
// lock; def, layout and eval never change.
type tableIndex struct {
	def       *catalog.Index
	layout    *catalog.Table // that eval reads rows by
	kind      indexKind
	eval      IndexEval
	tokenize  func(options map[string]string, text string) []string
	namespace int // 0-based position of the namespace column when it is the partition, else -1
	partKey   catalog.IndexKey

	*structure
}

// structure is what holds an index's entries: one of the first four, by kind.
// Definitions of one index that differ in name share it.
type structure struct {
	ordered  *index.Ordered
	unique   *index.Hash // beside ordered
	inverted *index.Inverted
	text     *index.Text
	vector   *vecindex.Index
	vectors  *vectorColumn // shared with the table where the key is a column of it, else the index's own
	shared   bool          // vectors is the table's
	exclude  *exclusion    // beside ordered, of an exclusion constraint

	counters scanCounters
	stage    buildStage
	suspects *suspects // unique: while it is built; nil: nothing to suspect
	refused  error     // joined: why a row of a commit could not be indexed
}

// clear makes a structure empty, except that of a vector index.
func (x *tableIndex) clear() {
	switch x.kind {
	case orderedIndex:
		x.ordered = index.NewOrdered()
		if x.def.Unique {
			x.unique = index.NewHash()
		}
	case invertedIndex:
		x.inverted = index.NewInverted()
	case textIndex:
		x.text = index.NewText()
	}
}

func kindOf(ix *catalog.Index) (indexKind, error) {
	if ix.Inverted() {
		return invertedIndex, nil
	}
	switch m := ix.Method; m {
	case catalog.BTree, catalog.Hash, catalog.GiST, catalog.SPGiST, "":
		return orderedIndex, nil
	case catalog.BM25:
		return textIndex, nil
	case catalog.HNSW, catalog.IVFFlat:
		return vectorIndex, nil
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "access method \"%s\" does not exist", ix.Method)
}

// newIndex makes an empty index over a table. Caller holds t.mu exclusively
// (for the vectors that it shares with the table).
func (s *Store) newIndex(c *catalog.Catalog, t *table, def *catalog.Table, ix *catalog.Index) (*tableIndex, error) {
	kind, err := kindOf(ix)
	if err != nil {
		return nil, err
	}
	x := &tableIndex{def: ix, layout: def, kind: kind, namespace: -1, structure: &structure{}}
	if x.eval, err = s.compileKeys(c, def, ix); err != nil {
		return nil, err
	}
	if ord := def.NamespaceColumn(); ord != 0 && len(ix.Keys) == 1 {
		x.namespace = ord - 1
		x.partKey = catalog.IndexKey{Column: ord, Type: def.Columns[ord-1].Type}
	}
	if x.exclude, err = s.newExclusion(c, def, ix); err != nil {
		return nil, err
	}
	x.clear()
	switch kind {
	case textIndex:
		x.tokenize = s.hooks.Tokenize
		if x.tokenize == nil {
			return nil, sqlerr.Unsupported("a bm25 index", "")
		}
	case vectorIndex:
		err = x.openVector(s, t)
	}
	return x, err
}

// lastClose is the time from which on the current tier alone answers.
func (x *tableIndex) lastClose() Timestamp {
	switch x.kind {
	case orderedIndex:
		return Timestamp(x.ordered.LastClose())
	case invertedIndex:
		return Timestamp(x.inverted.LastClose())
	case textIndex:
		return Timestamp(x.text.LastClose())
	}
	return 0
}

// putUnique makes a key lead to a row. An index that is being built notes who had it.
func (x *tableIndex) putUnique(key []byte, local uint32, from Timestamp) {
	if x.suspects != nil {
		if have, _, ok := x.unique.Get(key); ok && have != local {
			x.suspects.add(key, have, local)
		}
	}
	x.unique.Put(key, local, int64(from))
}

// delta is the change of one row in one index by one commit.
type delta struct {
	index    *tableIndex
	old, new indexEntry
}

// apply installs a delta stamped ts. The row's new version, if any, is
// installed already and its stored image is im. Caller holds the table's lock exclusively.
func (x *tableIndex) apply(local uint32, im row.Image, old, next *indexEntry, ts Timestamp) error {
	if old.present {
		x.close(local, old, next, ts)
	}
	if !next.present {
		return nil
	}
	switch x.kind {
	case orderedIndex:
		x.ordered.Add(next.key, local, int64(ts))
		if next.unique {
			x.putUnique(next.key, local, ts)
		}
	case invertedIndex:
		x.inverted.Change(local, old.items, next.items, int64(ts))
	case textIndex:
		x.text.Add(next.key, local, next.text, int64(ts))
	case vectorIndex:
		return x.insertVector(local, im, next, ts, Infinity)
	}
	return nil
}

// close ends a row's entry at ts.
func (x *tableIndex) close(local uint32, old, next *indexEntry, ts Timestamp) {
	switch x.kind {
	case orderedIndex:
		x.ordered.Close(old.key, local, int64(ts))
		if old.unique {
			x.unique.Delete(old.key, local)
		}
	case invertedIndex:
		if !next.present {
			x.inverted.Change(local, old.items, nil, int64(ts))
		}
	case textIndex:
		x.text.Close(old.key, local, old.text, int64(ts))
	case vectorIndex:
		x.vector.Close(string(old.key), uint64(local), int64(ts))
	}
}

// restore installs an entry while an index is built over existing versions; to
// is Infinity for an open one. Entries of one row come in the order of time,
// those of different rows in any. seal ends the build.
func (x *tableIndex) restore(local uint32, im row.Image, e *indexEntry, from, to Timestamp) error {
	open := to == Infinity
	switch x.kind {
	case orderedIndex:
		if !open {
			x.ordered.AddClosed(e.key, local, int64(from), int64(to))
			return nil
		}
		x.ordered.Add(e.key, local, int64(from))
		if e.unique {
			x.putUnique(e.key, local, from)
		}
	case invertedIndex:
		if open {
			x.inverted.Change(local, nil, e.items, int64(from))
		} else {
			x.inverted.AddClosed(local, e.items, int64(from), int64(to))
		}
	case textIndex:
		if open {
			x.text.AddDuring(e.key, local, e.text, int64(from))
		} else {
			x.text.AddClosed(e.key, local, e.text, int64(from), int64(to))
		}
	case vectorIndex:
		return x.insertVector(local, im, e, from, to)
	}
	return nil
}

func (x *tableIndex) seal() {
	switch x.kind {
	case invertedIndex:
		x.inverted.Seal()
	case textIndex:
		x.text.Seal()
	}
}
