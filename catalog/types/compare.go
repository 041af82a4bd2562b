package types

import (
	"math"
	"strings"
)

// Compare orders two values of type t, neither NULL, as PostgreSQL's btree
// operator class does under the C collation: -1, 0, 1.
func Compare(t Type, a, b Value) int { return CompareFunc(t)(a, b) }

// Equal reports SQL's equality of two values of type t, neither NULL.
func Equal(t Type, a, b Value) bool { return CompareFunc(t)(a, b) == 0 }

// CompareFunc resolves t once for loops that compare many values. The function
// returned is safe for concurrent use.
func CompareFunc(t Type) func(a, b Value) int {
	switch t.Kind() {
	case KindFloat4, KindFloat8:
		return compareFloats
	case KindBpchar:
		return func(a, b Value) int { return strings.Compare(trimBlanks(a.s), trimBlanks(b.s)) }
	case KindCitext:
		return func(a, b Value) int { return strings.Compare(strings.ToLower(a.s), strings.ToLower(b.s)) }
	case KindInterval:
		return func(a, b Value) int { return CompareSpans(AsSpan(a), AsSpan(b)) }
	case KindTimetz:
		return compareTimetz
	case KindNumeric:
		return func(a, b Value) int { return CompareNumeric(a.s, b.s) }
	case KindJSONB:
		return func(a, b Value) int { return CompareJSONB(AsJSONB(a), AsJSONB(b)) }
	case KindArray:
		elem := t.Elem().NoMod()
		cmp := CompareFunc(elem)
		return func(a, b Value) int { return compareArrays(elem, cmp, a, b) }
	case KindRecord:
		return compareRecords
	case KindRange:
		return t.Range().compareRangeValues
	case KindMultirange:
		return t.Range().compareMultiValues
	case KindVector:
		return func(a, b Value) int { return compareFloat32s(AsFloat32s(a), AsFloat32s(b)) }
	case KindHalfvec:
		return func(a, b Value) int { return compareFloat32s(HalfvecFloat32s(a), HalfvecFloat32s(b)) }
	case KindSparsevec:
		return compareSparse
	case KindBit:
		return compareBits
	case KindHstore:
		return compareHstore
	case KindInet:
		return compareInet
	case KindTSVector:
		return compareTSVector
	case KindTSQuery:
		return compareTSQuery
	}
	if t.Fixed() {
		return compareInts
	}
	// Everything else has a payload whose bytes are in order: text, name, bytea,
	// uuid, macaddr, tid, pg_lsn, and types without an order of their own.
	return compareStrings
}

func compareInts(a, b Value) int    { return cmpInt(a.i, b.i) }
func compareFloats(a, b Value) int  { return CompareFloat(a.Float(), b.Float()) }
func compareStrings(a, b Value) int { return strings.Compare(a.s, b.s) }

// timetzInstant is the time at UTC, by which timetz sorts first.
func timetzInstant(us int64, zone int32) int64 { return us + int64(zone)*usPerSecond }

func compareTimetz(a, b Value) int {
	at, az := TimetzParts(a)
	bt, bz := TimetzParts(b)
	if c := cmpInt(timetzInstant(at, az), timetzInstant(bt, bz)); c != 0 {
		return c
	}
	return cmpInt(int64(az), int64(bz))
}

func compareFloat32s(a, b []float32) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return CompareFloat(float64(a[i]), float64(b[i]))
		}
	}
	return cmpInt(int64(len(a)), int64(len(b)))
}

// compareArrays compares element by element (NULL above all), then the number
// of elements, dimensions, lengths and lower bounds.
func compareArrays(elem Type, cmp func(a, b Value) int, a, b Value) int {
	x, y := openArray(elem, a.s), openArray(elem, b.s)
	for {
		u, okU := x.next()
		v, okV := y.next()
		if !okU || !okV {
			break
		}
		if c := compareNullable(cmp, u, v); c != 0 {
			return c
		}
	}
	if c := cmpInt(int64(x.n), int64(y.n)); c != 0 {
		return c
	}
	if c := cmpInt(int64(x.ndim), int64(y.ndim)); c != 0 {
		return c
	}
	for d := 0; d < x.ndim; d++ {
		if c := cmpInt(int64(x.dim(d)), int64(y.dim(d))); c != 0 {
			return c
		}
	}
	for d := 0; d < x.ndim; d++ {
		if c := cmpInt(int64(x.lower(d)), int64(y.lower(d))); c != 0 {
			return c
		}
	}
	return 0
}

// compareNullable puts NULL above every value, as inside arrays and records.
func compareNullable(cmp func(a, b Value) int, a, b Value) int {
	switch {
	case a.IsNull() && b.IsNull():
		return 0
	case a.IsNull():
		return 1
	case b.IsNull():
		return -1
	}
	return cmp(a, b)
}

// compareRecords compares field by field; fields of unlike types, which SQL
// refuses before this, order by type.
func compareRecords(a, b Value) int {
	x, errX := DecodeRecord(a)
	y, errY := DecodeRecord(b)
	if errX != nil || errY != nil {
		return strings.Compare(a.s, b.s)
	}
	for i := 0; i < len(x.Values) && i < len(y.Values); i++ {
		if x.Types[i].OID != y.Types[i].OID {
			return cmpInt(int64(x.Types[i].OID), int64(y.Types[i].OID))
		}
		if c := compareNullable(CompareFunc(x.Types[i]), x.Values[i], y.Values[i]); c != 0 {
			return c
		}
	}
	return cmpInt(int64(len(x.Values)), int64(len(y.Values)))
}

// canonicalFloat maps what compares equal to one bit pattern: -0 to 0, every NaN to one.
func canonicalFloat(f float64) uint64 {
	if f == 0 {
		return 0
	}
	if math.IsNaN(f) {
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}
