package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// compileKeys returns the evaluator of an index. Plain columns without a
// predicate are read directly, the rest is compiled by the hook.
func (s *Store) compileKeys(c *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (IndexEval, error) {
	plain := ix.Predicate == ""
	for i := range ix.Keys {
		k := &ix.Keys[i]
		plain = plain && k.Column > 0
		if k.Column > len(t.Columns) {
			return nil, sqlerr.Internal("index %q names column %d of table %q", ix.Name, k.Column, t.Name)
		}
	}
	if !plain {
		if s.hooks.CompileIndex == nil {
			return nil, sqlerr.Unsupported("an index on an expression or with a predicate", "")
		}
		return s.hooks.CompileIndex(c, t, ix)
	}
	columns := make([]int, len(ix.Keys))
	for i := range ix.Keys {
		columns[i] = ix.Keys[i].Column - 1
	}
	return func(row []types.Value) ([]types.Value, bool, error) {
		keys := make([]types.Value, len(columns))
		for i, c := range columns {
			keys[i] = row[c]
		}
		return keys, true, nil
	}, nil
}

// indexEntry is what one row version contributes to one index.
type indexEntry struct {
	present bool
	key     []byte      // ordered: the whole key; text and vector: the partition
	unique  bool        // ordered: the key takes part in uniqueness
	items   []string    // inverted: what the value contains
	text    []string    // text: the document's terms in order
	vector  types.Value // vector: the vector itself
}

func (e *indexEntry) equal(o *indexEntry) bool {
	if e.present != o.present || string(e.key) != string(o.key) || !e.vector.Identical(o.vector) ||
		len(e.items) != len(o.items) || len(e.text) != len(o.text) {
		return false
	}
	for i := range e.items {
		if e.items[i] != o.items[i] {
			return false
		}
	}
	for i := range e.text {
		if e.text[i] != o.text[i] {
			return false
		}
	}
	return true
}

// entry computes a row's entry in the index. values holds one value per column of x.layout.
func (x *tableIndex) entry(values []types.Value) (indexEntry, error) {
	keys, include, err := x.eval(values)
	if err != nil || !include {
		return indexEntry{}, err
	}
	last := len(keys) - 1
	switch x.kind {
	case orderedIndex:
		if x.exclude != nil {
			return indexEntry{present: true, key: x.exclude.appendKeys(nil, x.def, keys, len(keys))}, nil
		}
		return indexEntry{
			present: true,
			key:     appendIndexKeys(make([]byte, 0, 16*len(keys)), x.def, keys),
			unique:  x.def.Unique && (x.def.NullsEqual || !anyNull(keys)),
		}, nil
	case invertedIndex:
		return x.invertedEntry(keys[last]), nil
	}
	if keys[last].IsNull() {
		return indexEntry{}, nil // neither words nor a place in space
	}
	e := indexEntry{present: true, key: x.partitionOf(values, keys[:last])}
	if x.kind == textIndex {
		e.text = x.tokenize(x.def.Options, keys[last].Str())
		return e, nil
	}
	e.vector = keys[last]
	return e, nil
}

// entryOf computes the entry of an image of t, stored or of an overlay. For a
// stored image the caller holds t's lock. The entry does not alias the image.
func (x *tableIndex) entryOf(t *table, im row.Image) (indexEntry, error) {
	values, err := t.values(make([]types.Value, 0, len(x.layout.Columns)), im, x.layout)
	if err != nil {
		return indexEntry{}, err
	}
	return x.entry(values)
}

// partitionOf returns the partition a row of a text or vector index belongs to:
// by the leading key columns, else by the table's namespace column.
func (x *tableIndex) partitionOf(values, leading []types.Value) []byte {
	if len(leading) > 0 {
		return appendIndexKeys(nil, x.def, leading)
	}
	if x.namespace >= 0 {
		return appendIndexKey(nil, &x.partKey, values[x.namespace])
	}
	return nil
}

// partitionKey encodes the partition a query names; ok is false if it names
// none and the whole index is meant.
func (x *tableIndex) partitionKey(values []types.Value) (key []byte, ok bool) {
	if len(values) == 0 {
		return nil, false
	}
	if n := len(x.def.Keys) - 1; n > 0 {
		return appendIndexKeys(nil, x.def, values[:min(n, len(values))]), len(values) >= n
	}
	if x.namespace >= 0 {
		return appendIndexKey(nil, &x.partKey, values[0]), true
	}
	return nil, false
}
