package types

import (
	"encoding/binary"
	"math"
	"strings"
)

// Key bytes are order-preserving: bytes.Compare of two keys of one type is
// Compare of the values. They are self-delimiting, no key is a prefix of
// another, so keys of several columns concatenate. int2, int4, int8 and oid
// kinds share one form, float4 and float8 another, so that a key of one width
// finds the other.

// Marks of list-like keys. They sort: the shorter list first, NULL above values.
const (
	keyEnd  = 0x00
	keyItem = 0x01
	keyNull = 0x02
)

// AppendKey appends the key of v, which must not be NULL.
func AppendKey(dst []byte, t Type, v Value) []byte {
	switch t.Kind() {
	case KindBool, KindChar:
		return append(dst, byte(v.i))
	case KindDate:
		return binary.BigEndian.AppendUint32(dst, uint32(v.i)^1<<31)
	case KindFloat4, KindFloat8:
		return binary.BigEndian.AppendUint64(dst, sortableFloat(v.Float()))
	case KindUUID, KindMacaddr, KindTID, KindPgLSN:
		return append(dst, v.s...) // fixed length and in order
	case KindBpchar:
		return appendStringKey(dst, trimBlanks(v.s))
	case KindCitext:
		return appendStringKey(dst, strings.ToLower(v.s))
	case KindInterval:
		hi, lo := AsSpan(v).normal()
		dst = binary.BigEndian.AppendUint64(dst, uint64(hi)^1<<63)
		return binary.BigEndian.AppendUint64(dst, lo)
	case KindTimetz:
		us, zone := TimetzParts(v)
		dst = binary.BigEndian.AppendUint64(dst, uint64(timetzInstant(us, zone))^1<<63)
		return binary.BigEndian.AppendUint32(dst, uint32(zone)^1<<31)
	case KindNumeric:
		return appendNumericKey(dst, v.s)
	case KindJSONB:
		return appendJSONBKey(dst, AsJSONB(v))
	case KindArray:
		return appendArrayKey(dst, t.Elem().NoMod(), v)
	case KindRecord:
		return appendRecordKey(dst, v)
	case KindRange:
		return appendRangeValueKey(dst, t, v)
	case KindMultirange:
		return appendMultirangeKey(dst, t, v)
	case KindVector:
		return appendFloat32sKey(dst, AsFloat32s(v))
	case KindHalfvec:
		return appendFloat32sKey(dst, HalfvecFloat32s(v))
	case KindSparsevec:
		return appendSparseKey(dst, v)
	case KindBit:
		return appendBitKey(dst, v)
	case KindHstore:
		return appendHstoreKey(dst, v)
	case KindInet:
		return appendInetKey(dst, v)
	case KindTSVector:
		return appendTSVectorKey(dst, v)
	case KindTSQuery:
		return appendTSQueryKey(dst, v)
	}
	if t.Fixed() {
		return binary.BigEndian.AppendUint64(dst, uint64(v.i)^1<<63)
	}
	return appendStringKey(dst, v.s)
}

// sortableFloat maps floats to unsigned numbers in CompareFloat's order.
func sortableFloat(f float64) uint64 {
	u := canonicalFloat(f)
	if math.IsNaN(f) {
		return math.MaxUint64
	}
	if u>>63 != 0 {
		return ^u
	}
	return u | 1<<63
}

// appendStringKey ends the bytes with 0; bytes 0 and 1, which texts hardly ever
// hold, become the pairs 1 1 and 1 2, which keeps the order.
func appendStringKey(dst []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] <= 1 {
			plain = false
			break
		}
	}
	if plain {
		return append(append(dst, s...), keyEnd)
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= 1 {
			dst = append(dst, 1, s[i]+1)
		} else {
			dst = append(dst, s[i])
		}
	}
	return append(dst, keyEnd)
}

// appendNumericKey writes the class, then weight and digits (each digit plus
// one, 0 ends), inverted for negative numbers.
func appendNumericKey(dst []byte, s string) []byte {
	v := viewNumeric(s)
	c := v.class()
	dst = append(dst, byte(c))
	if c != classNeg && c != classPos {
		return dst
	}
	at := len(dst)
	dst = binary.BigEndian.AppendUint16(dst, uint16(v.weight)^1<<15)
	for i := 0; i < v.n; i++ {
		dst = binary.BigEndian.AppendUint16(dst, uint16(v.digit(i)+1))
	}
	dst = append(dst, 0, 0)
	if c == classNeg {
		for i := at; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// appendJSONBKey mirrors CompareJSONB: rank, count, rawness, content.
func appendJSONBKey(dst []byte, j JSONNode) []byte {
	if j.IsContainer() {
		return appendJSONNodeKey(dst, j)
	}
	dst = append(dst, byte(jsonRank(JSONArray)))
	dst = binary.BigEndian.AppendUint32(dst, 1)
	dst = append(dst, 0)
	return appendJSONNodeKey(dst, j)
}

func appendJSONNodeKey(dst []byte, j JSONNode) []byte {
	k := j.Kind()
	dst = append(dst, byte(jsonRank(k)))
	switch k {
	case JSONString:
		return appendStringKey(dst, j.Str())
	case JSONNumber:
		return appendNumericKey(dst, j.node[1:])
	case JSONBool:
		return append(dst, j.node[0])
	case JSONNull:
		return dst
	}
	n := j.Len()
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	dst = append(dst, 1)
	for i := 0; i < n; i++ {
		if k == JSONArray {
			dst = appendJSONNodeKey(dst, j.Index(i))
			continue
		}
		dst = appendStringKey(dst, j.Key(i))
		dst = appendJSONNodeKey(dst, j.At(i))
	}
	return dst
}

func appendArrayKey(dst []byte, elem Type, v Value) []byte {
	r := openArray(elem, v.s)
	for {
		e, ok := r.next()
		if !ok {
			break
		}
		if e.IsNull() {
			dst = append(dst, keyNull)
			continue
		}
		dst = AppendKey(append(dst, keyItem), elem, e)
	}
	dst = append(dst, keyEnd, byte(r.ndim))
	for d := 0; d < r.ndim; d++ {
		dst = binary.BigEndian.AppendUint32(dst, uint32(r.dim(d)))
	}
	for d := 0; d < r.ndim; d++ {
		dst = binary.BigEndian.AppendUint32(dst, uint32(r.lower(d))^1<<31)
	}
	return dst
}

func appendRecordKey(dst []byte, v Value) []byte {
	r, err := DecodeRecord(v)
	if err != nil {
		return appendStringKey(dst, v.s)
	}
	for i, f := range r.Values {
		if f.IsNull() {
			dst = append(dst, keyNull)
			continue
		}
		dst = AppendKey(append(dst, keyItem), r.Types[i], f)
	}
	return append(dst, keyEnd)
}

func appendFloat32sKey(dst []byte, f []float32) []byte {
	for _, x := range f {
		dst = append(dst, keyItem)
		dst = binary.BigEndian.AppendUint64(dst, sortableFloat(float64(x)))
	}
	return append(dst, keyEnd)
}
