package types

import (
	"encoding/binary"
	"sort"
)

// JSONTree is a jsonb value under construction or change: what the functions
// that build and edit jsonb work on. Elems are an array's elements or an
// object's values; Keys go with the latter. Encode sorts keys and lets the last
// of equal keys win.
type JSONTree struct {
	Kind  JSONKind
	Bool  bool
	Str   string // a string's text, a number's numeric payload
	Keys  []string
	Elems []JSONTree

	raw string // an unchanged node, encoded already; then only Kind is set besides
}

// Constructors of scalar nodes.
var (
	JSONTreeNull = JSONTree{Kind: JSONNull}
)

// JSONTreeString makes a string node.
func JSONTreeString(s string) JSONTree { return JSONTree{Kind: JSONString, Str: s} }

// JSONTreeBool makes a boolean node.
func JSONTreeBool(b bool) JSONTree { return JSONTree{Kind: JSONBool, Bool: b} }

// JSONTreeNumber makes a number node from a numeric value.
func JSONTreeNumber(numeric Value) JSONTree { return JSONTree{Kind: JSONNumber, Str: numeric.s} }

// JSONTreeOf embeds an existing node without decoding it.
func JSONTreeOf(j JSONNode) JSONTree { return JSONTree{Kind: j.Kind(), raw: j.node} }

// Expand decodes one level of a node: its children stay encoded.
func (j JSONNode) Expand() JSONTree {
	t := JSONTree{Kind: j.Kind()}
	switch t.Kind {
	case JSONArray:
		for i := 0; i < j.Len(); i++ {
			t.Elems = append(t.Elems, JSONTreeOf(j.Index(i)))
		}
	case JSONObject:
		for i := 0; i < j.Len(); i++ {
			t.Keys = append(t.Keys, j.Key(i))
			t.Elems = append(t.Elems, JSONTreeOf(j.At(i)))
		}
	default:
		t.raw = j.node
	}
	return t
}

// Opened is the node with its first level decoded, ready to be changed.
func (t JSONTree) Opened() JSONTree {
	if t.raw == "" {
		return t
	}
	return JSONNode{node: t.raw}.Expand()
}

// Append adds an element to an array node.
func (t *JSONTree) Append(e JSONTree) { t.Elems = append(t.Elems, e) }

// Add adds a pair to an object node; a later pair of the same key wins.
func (t *JSONTree) Add(key string, value JSONTree) {
	t.Keys = append(t.Keys, key)
	t.Elems = append(t.Elems, value)
}

// Encode makes the jsonb value.
func (t *JSONTree) Encode() Value { return NewBytes(t.append(nil)) }

func (t *JSONTree) append(dst []byte) []byte {
	if t.raw != "" {
		return append(dst, t.raw...)
	}
	switch t.Kind {
	case JSONBool:
		if t.Bool {
			return append(dst, tagTrue)
		}
		return append(dst, tagFalse)
	case JSONNumber:
		return append(append(dst, tagNumber), t.Str...)
	case JSONString:
		return append(append(dst, tagString), t.Str...)
	case JSONArray:
		return appendJSONList(dst, tagArray, nil, t.Elems)
	case JSONObject:
		t.sortKeys()
		t.dedupe()
		return appendJSONList(dst, tagObject, t.Keys, t.Elems)
	}
	return append(dst, tagNull)
}

// insertionSortMax is up to how many keys insertion sort is the faster one.
const insertionSortMax = 16

// sortKeys sorts the pairs by key and keeps equal keys in their order.
func (t *JSONTree) sortKeys() {
	p := jsonPairs{t}
	if len(t.Keys) > insertionSortMax {
		sort.Stable(p)
		return
	}
	for i := 1; i < len(t.Keys); i++ {
		for j := i; j > 0 && p.Less(j, j-1); j-- {
			p.Swap(j, j-1)
		}
	}
}

// jsonPairs sorts an object's pairs by key.
type jsonPairs struct{ t *JSONTree }

func (p jsonPairs) Len() int { return len(p.t.Keys) }
func (p jsonPairs) Less(i, j int) bool {
	return compareJSONKeys(p.t.Keys[i], p.t.Keys[j]) < 0
}

func (p jsonPairs) Swap(i, j int) {
	p.t.Keys[i], p.t.Keys[j] = p.t.Keys[j], p.t.Keys[i]
	p.t.Elems[i], p.t.Elems[j] = p.t.Elems[j], p.t.Elems[i]
}

// dedupe keeps the last of equal keys; the pairs are sorted stably.
func (t *JSONTree) dedupe() {
	n := 0
	for i := range t.Keys {
		if i+1 < len(t.Keys) && t.Keys[i] == t.Keys[i+1] {
			continue
		}
		t.Keys[n], t.Elems[n] = t.Keys[i], t.Elems[i]
		n++
	}
	t.Keys, t.Elems = t.Keys[:n], t.Elems[:n]
}

// appendJSONList writes an array (keys nil) or object. The offset width depends
// on the content's size, so the table is laid out for the widest and packed
// when the content is known.
func appendJSONList(dst []byte, tag byte, keys []string, elems []JSONTree) []byte {
	n := len(elems)
	lists := 1
	if tag == tagObject {
		lists = 2
	}
	head := len(dst)
	dst = append(dst, make([]byte, 1+4*(1+lists*n))...)
	body := len(dst)
	for i, k := range keys {
		dst = append(dst, k...)
		binary.LittleEndian.PutUint32(dst[head+1+4*(1+i):], uint32(len(dst)-body))
	}
	values := len(dst)
	first := 1 + (lists-1)*n
	for i := range elems {
		dst = elems[i].append(dst)
		binary.LittleEndian.PutUint32(dst[head+1+4*(first+i):], uint32(len(dst)-values))
	}
	binary.LittleEndian.PutUint32(dst[head+1:], uint32(n))
	return packJSONList(dst, head, body, 1+lists*n, tag, max(n, values-body, len(dst)-values))
}

// packJSONList narrows the words of a list to the width that largest needs.
func packJSONList(dst []byte, head, body, words int, tag byte, largest int) []byte {
	logWidth := byte(2)
	switch {
	case largest < 1<<8:
		logWidth = 0
	case largest < 1<<16:
		logWidth = 1
	}
	dst[head] = tag | logWidth<<tagWidthBit
	if logWidth == 2 {
		return dst
	}
	at := head + 1
	for i := 0; i < words; i++ {
		w := dst[head+1+4*i:]
		dst[at] = w[0]
		at++
		if logWidth == 1 {
			dst[at] = w[1]
			at++
		}
	}
	n := copy(dst[at:], dst[body:])
	return dst[:at+n]
}
