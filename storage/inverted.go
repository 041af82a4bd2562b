package storage

import (
	"encoding/binary"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/cespare/xxhash/v2"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Items of an inverted index are short strings with a mark in front.
const (
	itemKey    = 'k' // object key, or string in an array
	itemString = 's' // other string value
	itemNumber = 'n'
	itemBool   = 'b'
	itemNull   = '0'
	itemPath   = 'p' // jsonb_path_ops: hash of the path and the value at its end
	itemElem   = 'e' // array element
	itemPair   = 'v' // hstore: a key, 0 and its value, or a key and 1 for NULL
	itemGram   = 't' // trigram
)

const (
	pathOps    = "jsonb_path_ops"
	trigramOps = "gin_trgm_ops"
)

// invertedEntry lists what a value contains, sorted and distinct.
func (x *tableIndex) invertedEntry(v types.Value) indexEntry {
	if v.IsNull() {
		return indexEntry{present: true}
	}
	key := &x.def.Keys[len(x.def.Keys)-1]
	return indexEntry{present: true, items: itemsOf(key.Type, key.Opclass, v)}
}

func itemsOf(t types.Type, opclass string, v types.Value) []string {
	var out []string
	switch {
	case t.Kind() == types.KindTSVector:
		return lexemeItems(v)
	case t.Kind() == types.KindArray:
		elem := t.Elem()
		types.ArrayEach(t, v, func(_ int, e types.Value) bool {
			if !e.IsNull() {
				out = append(out, elementItem(elem, e))
			}
			return true
		})
	case opclass == trigramOps:
		out = trigramItems(types.TrigramsOf(v.Str()))
	case t.Kind() == types.KindHstore:
		out = hstoreItems(v, true)
	case opclass == pathOps:
		out = pathItems(nil, types.AsJSONB(v), 0)
	default:
		out = jsonItems(nil, types.AsJSONB(v), true)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func trigramItems(list []types.Trigram) []string {
	out := make([]string, len(list))
	for i, g := range list {
		out[i] = string(itemGram) + string(g[:])
	}
	return out
}

// hstoreItems lists pairs, and with keys set the keys too.
func hstoreItems(v types.Value, keys bool) []string {
	pairs, err := types.HstorePairs(v)
	if err != nil {
		return nil
	}
	var out []string
	for _, p := range pairs {
		if keys {
			out = append(out, string(itemKey)+p.Key)
		}
		if p.Value.IsNull() {
			out = append(out, string(itemPair)+p.Key+"\x01")
		} else {
			out = append(out, string(itemPair)+p.Key+"\x00"+p.Value.Str())
		}
	}
	return out
}

func elementItem(elem types.Type, e types.Value) string {
	return string(types.AppendKey([]byte{itemElem}, elem, e))
}

// scalarItem makes the item of a scalar node; inArray: strings count as keys, for the ? operators.
func scalarItem(j types.JSONNode, inArray bool) string {
	switch j.Kind() {
	case types.JSONString:
		if inArray {
			return string(itemKey) + j.Str()
		}
		return string(itemString) + j.Str()
	case types.JSONNumber:
		return string(types.AppendKey([]byte{itemNumber}, types.Numeric, j.Number()))
	case types.JSONBool:
		if j.Bool() {
			return string(itemBool) + "t"
		}
		return string(itemBool) + "f"
	}
	return string(itemNull)
}

func jsonItems(dst []string, j types.JSONNode, inArray bool) []string {
	switch j.Kind() {
	case types.JSONArray:
		for i := range j.Len() {
			dst = jsonItems(dst, j.Index(i), true)
		}
	case types.JSONObject:
		for i := range j.Len() {
			dst = append(dst, string(itemKey)+j.Key(i))
			dst = jsonItems(dst, j.At(i), false)
		}
	default:
		dst = append(dst, scalarItem(j, inArray))
	}
	return dst
}

func pathItems(dst []string, j types.JSONNode, path uint64) []string {
	switch j.Kind() {
	case types.JSONArray:
		for i := range j.Len() {
			dst = pathItems(dst, j.Index(i), path)
		}
	case types.JSONObject:
		for i := range j.Len() {
			dst = pathItems(dst, j.At(i), chain(path, j.Key(i)))
		}
	default:
		b := binary.BigEndian.AppendUint64([]byte{itemPath}, chain(path, scalarItem(j, false)))
		dst = append(dst, string(b))
	}
	return dst
}

// chain extends the hash of a path.
func chain(path uint64, step string) uint64 {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(step)), path)
	return xxhash.Sum64(append(b, step...))
}

// queryItems returns the items a query needs and whether all of them. ok is
// false where the index cannot narrow and every row is a candidate.
func queryItems(key *catalog.IndexKey, q InvertedQuery) (items []string, all, ok bool, err error) {
	t := key.Type
	switch q.Op {
	case InvertedContains:
		items = itemsOf(t, key.Opclass, q.Value)
		return items, true, len(items) > 0, nil
	case InvertedOverlap:
		items = itemsOf(t, key.Opclass, q.Value)
		return items, false, true, nil
	}
	switch q.Op {
	case InvertedSimilar:
		return trigramItems(types.TrigramsOf(q.Value.Str())), false, true, nil
	case InvertedLike:
		items = trigramItems(types.TrigramsOfPattern(q.Value.Str()))
		return items, true, len(items) > 0, nil
	}
	if key.Opclass == pathOps || t.Kind() == types.KindArray {
		return nil, false, false, sqlerr.Internal("operator of this inverted query is not in the index's operator class")
	}
	if q.Op == InvertedExists {
		return []string{string(itemKey) + q.Value.Str()}, true, true, nil
	}
	types.ArrayEach(types.TextArray, q.Value, func(_ int, e types.Value) bool {
		if !e.IsNull() {
			items = append(items, string(itemKey)+e.Str())
		}
		return true
	})
	all = q.Op == InvertedExistsAll
	return items, all, !all || len(items) > 0, nil
}

// Inverted reads the candidate rows of a query on a GIN index, by row id; the
// caller rechecks the condition.
func (v *View) Inverted(t *catalog.Table, ix *catalog.Index, q InvertedQuery, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	x, err := v.index(c.table, t, ix)
	if err != nil {
		return nil, err
	}
	if x.inverted == nil {
		return nil, sqlerr.Internal("index %q is not an inverted index", ix.Name)
	}
	c.through(&x.counters)
	if q.Value.IsNull() {
		c.src = &listSource{}
		return c, nil
	}
	if q.Op == InvertedMatch {
		rows, all := v.matchRows(t.ID, c, x, q.Value)
		if all {
			return v.Scan(t, spec)
		}
		return c.candidates(rows), nil
	}
	items, all, ok, err := queryItems(&x.def.Keys[len(x.def.Keys)-1], q)
	if err != nil {
		return nil, err
	}
	if !ok {
		return v.Scan(t, spec)
	}
	if v.x != nil {
		v.x.reads.noteItems(t.ID, x, items, all)
	}
	c.table.mu.RLock()
	rows := x.inverted.Candidates(items, all, int64(v.at))
	c.table.mu.RUnlock()
	return c.candidates(rows), nil
}

// candidates lets the cursor read the rows of a set, and own writes.
func (c *Cursor) candidates(rows *roaring.Bitmap) *Cursor {
	c.stats = SearchStats{Mode: "postings", Matches: int(rows.GetCardinality())}
	c.addOwn(rows)
	c.src = &bitmapSource{it: rows.Iterator()}
	return c
}

// addOwn adds the rows of which the view sees an own write.
func (c *Cursor) addOwn(rows *roaring.Bitmap) {
	if c.own != nil {
		for _, local := range c.view.x.overlay.rows(c.own, c.view.cmd) {
			rows.Add(local)
		}
	}
}

// bitmapSource looks at the rows of a set, ascending.
type bitmapSource struct {
	it roaring.IntPeekable
}

func (s *bitmapSource) fill(c *Cursor) error {
	for s.it.HasNext() && len(c.refs) < BatchRows {
		c.emit(s.it.Next(), 0)
	}
	return nil
}

// Candidates reads the rows of a set, by row id. What it reads is part of what the cursors
// read that the set was made from.
func (v *View) Candidates(t *catalog.Table, rows *RowSet, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	c.src = &bitmapSource{it: rows.rows.Iterator()}
	return c, nil
}
