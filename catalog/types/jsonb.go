package types

import "sort"

// JSONKind says what a jsonb node is.
type JSONKind uint8

// Kinds of jsonb nodes.
const (
	JSONNull JSONKind = iota
	JSONString
	JSONNumber
	JSONBool
	JSONArray
	JSONObject
)

// String returns what jsonb_typeof says.
func (k JSONKind) String() string {
	return [...]string{"null", "string", "number", "boolean", "array", "object"}[k]
}

// The payload of a jsonb is one node: a tag byte, then
//
//	null, false, true   nothing
//	number              the numeric payload
//	string              the text
//	array               count, count × end offset, the elements' nodes
//	object              count, count × key end, count × value end, the keys, the values' nodes
//
// Counts and offsets are little endian and 1, 2 or 4 bytes wide as the tag's
// high bits say; end offsets count from the end of the offset table of their
// own list. A node's length is known from its parent. Objects hold their keys
// in PostgreSQL's order: shorter first, then by bytes; so lookup is a binary
// search and nothing is decoded on the way.
const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagNumber
	tagString
	tagArray
	tagObject
	tagMask     = 0x0f
	tagWidthBit = 4 // tag >> 4 is log2 of the width of counts and offsets
)

// JSONNode reads a jsonb payload in place; sub-nodes alias it. The zero JSONNode is
// not a value. Payloads must be those that this package made (see CheckJSONB).
type JSONNode struct{ node string }

// AsJSONB views a value of type jsonb.
func AsJSONB(v Value) JSONNode { return JSONNode{v.s} }

// Value returns the node as a jsonb value that aliases its parent.
func (j JSONNode) Value() Value { return NewString(j.node) }

// Kind returns what the node is.
func (j JSONNode) Kind() JSONKind {
	if j.node == "" {
		return JSONNull
	}
	switch j.node[0] & tagMask {
	case tagFalse, tagTrue:
		return JSONBool
	case tagNumber:
		return JSONNumber
	case tagString:
		return JSONString
	case tagArray:
		return JSONArray
	case tagObject:
		return JSONObject
	}
	return JSONNull
}

// IsContainer reports an array or object.
func (j JSONNode) IsContainer() bool { k := j.Kind(); return k == JSONArray || k == JSONObject }

// Str returns the text of a string node.
func (j JSONNode) Str() string { return j.node[1:] }

// Number returns a number node as a numeric value.
func (j JSONNode) Number() Value { return NewString(j.node[1:]) }

// Bool returns the value of a boolean node.
func (j JSONNode) Bool() bool { return j.node[0] == tagTrue }

func (j JSONNode) width() int { return 1 << (j.node[0] >> tagWidthBit) }

// word reads the i-th count or offset behind the tag.
func (j JSONNode) word(i int) int {
	switch w := j.width(); w {
	case 1:
		return int(j.node[1+i])
	case 2:
		return int(j.node[1+2*i]) | int(j.node[2+2*i])<<8
	default:
		return int(le32(j.node[1+4*i:]))
	}
}

// Len returns the elements of an array or the pairs of an object, 0 for a scalar.
func (j JSONNode) Len() int {
	if !j.IsContainer() {
		return 0
	}
	return j.word(0)
}

// span returns entry i of the list whose offsets start at word first and whose
// bytes start at base.
func (j JSONNode) span(first, base, i int) string {
	from := 0
	if i > 0 {
		from = j.word(first + i - 1)
	}
	return j.node[base+from : base+j.word(first+i)]
}

// Index returns element i of an array; i must be below Len.
func (j JSONNode) Index(i int) JSONNode {
	n := j.word(0)
	return JSONNode{j.span(1, 1+j.width()*(1+n), i)}
}

// Key returns the i-th key of an object in stored order.
func (j JSONNode) Key(i int) string {
	n := j.word(0)
	return j.span(1, 1+j.width()*(1+2*n), i)
}

// At returns the value of the i-th key of an object.
func (j JSONNode) At(i int) JSONNode {
	n := j.word(0)
	base := 1 + j.width()*(1+2*n)
	if n > 0 {
		base += j.word(n)
	}
	return JSONNode{j.span(1+n, base, i)}
}

// find returns the position of key, or false.
func (j JSONNode) find(key string) (int, bool) {
	if j.Kind() != JSONObject {
		return 0, false
	}
	n := j.Len()
	i := sort.Search(n, func(i int) bool { return compareJSONKeys(j.Key(i), key) >= 0 })
	return i, i < n && j.Key(i) == key
}

// Get returns the value of key; ok is false where the node is no object or lacks it.
func (j JSONNode) Get(key string) (JSONNode, bool) {
	i, ok := j.find(key)
	if !ok {
		return JSONNode{}, false
	}
	return j.At(i), true
}

// Element is Index with PostgreSQL's negative positions (from the end); ok is
// false out of range or where the node is no array.
func (j JSONNode) Element(i int) (JSONNode, bool) {
	if j.Kind() != JSONArray {
		return JSONNode{}, false
	}
	n := j.Len()
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return JSONNode{}, false
	}
	return j.Index(i), true
}

// Each calls f for each pair of an object in stored order until f returns false.
func (j JSONNode) Each(f func(key string, value JSONNode) bool) {
	for i := 0; i < j.Len(); i++ {
		if !f(j.Key(i), j.At(i)) {
			return
		}
	}
}

// compareJSONKeys is PostgreSQL's storage order of object keys: shorter first, then bytes.
func compareJSONKeys(a, b string) int {
	if len(a) != len(b) {
		return cmpInt(int64(len(a)), int64(len(b)))
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
