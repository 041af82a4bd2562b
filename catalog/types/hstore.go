package types

import (
	"bytes"
	"encoding/binary"
	"sort"
	"strings"

	"synapse/catalog/sqlerr"
)

// HstorePair is one entry of an hstore value; Value is a text or NULL.
type HstorePair struct {
	Key   string
	Value Value
}

// The payload of hstore: uvarint pairs; per pair the key (uvarint length, bytes),
// a byte that is 1 for NULL, and the value (uvarint length, bytes) where it is
// not. Pairs stand in PostgreSQL's order, the shorter key first, without duplicates.

// NewHstore makes a value of pairs in any order. Of pairs with one key the first stays.
func NewHstore(pairs []HstorePair) Value {
	list := append([]HstorePair(nil), pairs...)
	sort.SliceStable(list, func(i, j int) bool { return hstoreKeyLess(list[i].Key, list[j].Key) })
	n := 0
	for i, p := range list {
		if i > 0 && p.Key == list[n-1].Key {
			continue
		}
		list[n] = p
		n++
	}
	dst := binary.AppendUvarint(nil, uint64(n))
	for _, p := range list[:n] {
		dst = appendPayload(dst, KindText, NewString(p.Key))
		if p.Value.IsNull() {
			dst = append(dst, 1)
			continue
		}
		dst = appendPayload(append(dst, 0), KindText, p.Value)
	}
	return NewBytes(dst)
}

func hstoreKeyLess(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// HstorePairs reads the pairs of a value in their order; they alias it. Error: XX001.
func HstorePairs(v Value) ([]HstorePair, error) {
	b := v.Bytes()
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) {
		return nil, errTornPayload()
	}
	b = b[used:]
	list := make([]HstorePair, 0, n)
	for range n {
		key, used, err := decodePayload(KindText, b)
		if err != nil || len(b) == used {
			return nil, errTornPayload()
		}
		null := b[used] == 1
		b = b[used+1:]
		p := HstorePair{Key: key.s}
		if !null {
			if p.Value, used, err = decodePayload(KindText, b); err != nil {
				return nil, err
			}
			b = b[used:]
		}
		list = append(list, p)
	}
	return list, nil
}

// HstoreGet finds the value of a key; ok is false where there is none.
func HstoreGet(pairs []HstorePair, key string) (v Value, ok bool) {
	i := sort.Search(len(pairs), func(i int) bool { return !hstoreKeyLess(pairs[i].Key, key) })
	if i < len(pairs) && pairs[i].Key == key {
		return pairs[i].Value, true
	}
	return Null, false
}

// hstoreParser reads "k"=>"v", k=>NULL, … as hstore_in does.
type hstoreParser struct {
	src string
	at  int
}

// near and cut have the SQLSTATE that PostgreSQL 15 gives.
func (p *hstoreParser) near() error {
	return sqlerr.New(sqlerr.InternalError, "Syntax error near \"%s\" at position %d", firstRune(p.src[p.at:]), p.at)
}

func (p *hstoreParser) cut() error {
	return sqlerr.New(sqlerr.InternalError, "Unexpected end of string")
}

func (p *hstoreParser) skip() {
	for p.at < len(p.src) && isSpace(p.src[p.at]) {
		p.at++
	}
}

// word reads a key or a value, quoted or bare; ok is false at the end of the text.
// A bare key ends before =, a bare value before a comma.
func (p *hstoreParser) word(value bool) (text string, quoted, ok bool, err error) {
	p.skip()
	if p.at == len(p.src) {
		return "", false, false, nil
	}
	var out []byte
	switch c := p.src[p.at]; {
	case c == '"':
		for p.at++; p.at < len(p.src); p.at++ {
			switch c := p.src[p.at]; c {
			case '"':
				p.at++
				return string(out), true, true, nil
			case '\\':
				if p.at++; p.at == len(p.src) {
					return "", false, false, p.cut()
				}
				out = append(out, p.src[p.at])
			default:
				out = append(out, c)
			}
		}
		return "", false, false, p.cut()
	case c == '=' && !value:
		return "", false, false, p.near()
	}
	for start := p.at; p.at < len(p.src); p.at++ {
		c := p.src[p.at]
		switch {
		case c == '\\':
			if p.at++; p.at == len(p.src) {
				return "", false, false, p.cut()
			}
			out, quoted = append(out, p.src[p.at]), quoted || p.at == start+1
			continue
		case isSpace(c), c == '=' && !value, c == ',' && value && p.at > start:
			return string(out), quoted, true, nil
		}
		out = append(out, c)
	}
	return string(out), quoted, true, nil
}

// arrow reads =>.
func (p *hstoreParser) arrow() error {
	p.skip()
	for _, want := range []byte{'=', '>'} {
		if p.at == len(p.src) {
			return p.cut()
		}
		if p.src[p.at] != want {
			return p.near()
		}
		p.at++
	}
	return nil
}

func parseHstore(s string) (Value, error) {
	if err := checkUTF8(s); err != nil {
		return Null, err
	}
	p := &hstoreParser{src: s}
	var pairs []HstorePair
	for {
		key, _, ok, err := p.word(false)
		if err != nil {
			return Null, err
		}
		if !ok {
			break
		}
		if err := p.arrow(); err != nil {
			return Null, err
		}
		text, quoted, ok, err := p.word(true)
		if err != nil {
			return Null, err
		}
		if !ok {
			return Null, p.cut()
		}
		pair := HstorePair{Key: key, Value: NewString(text)}
		if !quoted && equalFold("null", text) {
			pair.Value = Null
		}
		pairs = append(pairs, pair)
		p.skip()
		if p.at == len(p.src) {
			break
		}
		if p.src[p.at] != ',' {
			return Null, p.near()
		}
		p.at++
	}
	return NewHstore(pairs), nil
}

func appendHstore(dst []byte, v Value) []byte {
	pairs, err := HstorePairs(v)
	if err != nil {
		return dst
	}
	quote := func(s string) {
		dst = append(dst, '"')
		for i := 0; i < len(s); i++ {
			if s[i] == '"' || s[i] == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, s[i])
		}
		dst = append(dst, '"')
	}
	for i, p := range pairs {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		quote(p.Key)
		dst = append(dst, "=>"...)
		if p.Value.IsNull() {
			dst = append(dst, "NULL"...)
		} else {
			quote(p.Value.s)
		}
	}
	return dst
}

// appendHstoreBinary is hstore_send: the number of pairs, then keys and values with their lengths.
func appendHstoreBinary(dst []byte, v Value) ([]byte, error) {
	pairs, err := HstorePairs(v)
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(pairs)))
	for _, p := range pairs {
		for _, part := range []Value{NewString(p.Key), p.Value} {
			if dst, err = appendSized(dst, Text, part); err != nil {
				return dst, err
			}
		}
	}
	return dst, nil
}

func parseHstoreBinary(b []byte) (Value, error) {
	r := byteReader{b: b}
	n := r.int32()
	if r.short {
		return Null, errShortMessage()
	}
	if n < 0 {
		return Null, sqlerr.New(sqlerr.ProgramLimitExceeded, "number of pairs (%d) exceeds the maximum allowed (%d)", n, ArrayItemsMax)
	}
	var pairs []HstorePair
	for range n {
		key, err := r.sized(Text)
		if err != nil {
			return Null, err
		}
		if key.IsNull() {
			return Null, sqlerr.New(sqlerr.NullValueNotAllowed, "null value not allowed for hstore key")
		}
		value, err := r.sized(Text)
		if err != nil {
			return Null, err
		}
		pairs = append(pairs, HstorePair{key.s, value})
	}
	if len(r.b) > 0 {
		return Null, badBinary("incorrect binary data format")
	}
	return NewHstore(pairs), nil
}

// appendHstoreKey orders as hstore_cmp: by the texts of all keys and values in one
// string, the number of pairs, and where each text ends and which are NULL.
func appendHstoreKey(dst []byte, v Value) []byte {
	pairs, err := HstorePairs(v)
	if err != nil {
		return appendStringKey(dst, v.s)
	}
	var all strings.Builder
	var ends []byte
	end := func(null byte) {
		ends = append(binary.BigEndian.AppendUint32(ends, uint32(all.Len())), null)
	}
	for _, p := range pairs {
		all.WriteString(p.Key)
		end(0)
		all.WriteString(p.Value.s)
		if p.Value.IsNull() {
			end(1)
		} else {
			end(0)
		}
	}
	dst = appendStringKey(dst, all.String())
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(pairs)))
	return append(dst, ends...)
}

func compareHstore(a, b Value) int {
	return bytes.Compare(appendHstoreKey(nil, a), appendHstoreKey(nil, b))
}
