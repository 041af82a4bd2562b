package types

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"synapse/sqltests/seed"
)

// propertyTypes are the types whose random values are tried.
var propertyTypes = []Type{
	Bool, Int2, Int4, Int8, OIDType, Char, Float4, Float8, Numeric, Text, Bpchar, Name, Bytea, UUID, JSONB,
	Date, Time, Timetz, Timestamp, Timestamptz, Interval, Vector, Halfvec, Of(OIDVarbit), Of(OIDInet), Of(OIDMacaddr),
	Int4Array, TextArray, Of(OIDNumericArray), Of(OIDJSONBArray), Record, Of(OIDCitext), Of(OIDPgLSN), Of(OIDTID),
}

// randomValue makes values that are often equal or close, where orders go wrong.
func randomValue(r *rand.Rand, t Type) Value {
	small := func() int64 { return int64(r.IntN(5)) - 2 }
	switch t.Kind() {
	case KindBool:
		return NewBool(r.IntN(2) == 0)
	case KindChar:
		return NewInt(int64(byte(r.IntN(256))))
	case KindOID:
		return NewInt(int64(r.Uint32()))
	case KindInt2, KindInt4, KindDate:
		if t.Kind() == KindInt4 && r.IntN(4) == 0 {
			return NewInt(int64(int32(r.Uint32())))
		}
		return NewInt(small())
	case KindInt8, KindTimestamp, KindTimestamptz:
		if r.IntN(3) == 0 {
			return NewInt(r.Int64N(1<<58) - 1<<57)
		}
		return NewInt(small())
	case KindTime:
		return NewInt(r.Int64N(usPerDay + 1))
	case KindFloat4:
		return NewFloat(float64(float32(randomFloat(r))))
	case KindFloat8:
		return NewFloat(randomFloat(r))
	case KindInterval:
		return Span{Micros: small() * usPerDay / 2, Days: int32(small() * 15), Months: int32(small())}.Value()
	case KindTimetz:
		return NewTimetz(r.Int64N(4)*usPerHour, int32(small()*3600))
	}
	return randomVariable(r, t)
}

func randomFloat(r *rand.Rand) float64 {
	switch r.IntN(6) {
	case 0:
		return []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1, -1}[r.IntN(7)]
	case 1:
		return math.Float64frombits(r.Uint64())
	}
	return float64(r.IntN(9)-4) / 4
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for n := r.IntN(4); n > 0; n-- {
		b.WriteString([]string{"a", "b", " ", "\x01", "é", "A", "\x02", `"`, `\`, ","}[r.IntN(10)])
	}
	return b.String()
}

func randomVariable(r *rand.Rand, t Type) Value {
	fixedBytes := map[Kind]int{KindUUID: 16, KindMacaddr: 6, KindTID: 6, KindPgLSN: 8}
	if n := fixedBytes[t.Kind()]; n > 0 {
		b := make([]byte, n)
		b[r.IntN(n)] = byte(r.IntN(3))
		return NewBytes(b)
	}
	switch t.Kind() {
	case KindBytea:
		b := make([]byte, r.IntN(4))
		for i := range b {
			b[i] = byte(r.IntN(3))
		}
		return NewBytes(b)
	case KindNumeric:
		return randomNumeric(r)
	case KindJSONB:
		tree := randomJSON(r, 3)
		return tree.Encode()
	case KindVector, KindHalfvec:
		f := make([]float32, 1+r.IntN(3))
		for i := range f {
			f[i] = float32(r.IntN(5)-2) / 2
		}
		if t.Kind() == KindVector {
			return VectorFromFloat32s(f)
		}
		v, _ := HalfvecFromFloat32s(f)
		return v
	case KindBit:
		v, _ := parseBits(strings.Map(func(c rune) rune { return '0' + c&1 }, randomText(r)))
		return v
	case KindInet:
		v, err := parseInet(fmt.Sprintf("10.%d.0.%d/%d", r.IntN(2), r.IntN(3), 14+r.IntN(19)), false)
		if err != nil {
			panic(err)
		}
		return v
	case KindArray:
		return randomArray(r, t)
	case KindRecord:
		rec := RecordValue{Types: []Type{Int4, Text}, Values: []Value{Null, NewString(randomText(r))}}
		if r.IntN(3) > 0 {
			rec.Values[0] = NewInt(int64(r.IntN(3)))
		}
		return rec.Encode()
	}
	return NewString(randomText(r))
}

func randomNumeric(r *rand.Rand) Value {
	s := fmt.Sprintf("%d", r.IntN(200)-100)
	switch r.IntN(8) {
	case 0:
		s = []string{"NaN", "Infinity", "-Infinity", "0.00", "-0"}[r.IntN(5)]
	case 1:
		s = fmt.Sprintf("%de%d", r.IntN(20000)-10000, r.IntN(40)-20)
	case 2:
		s = fmt.Sprintf("%d.%0*d", r.IntN(30000)-15000, 1+r.IntN(9), r.IntN(10))
	}
	v, err := parseNumeric(s)
	if err != nil {
		panic(err)
	}
	return v
}

func randomJSON(r *rand.Rand, depth int) JSONTree {
	n := 7
	if depth == 0 {
		n = 4
	}
	switch r.IntN(n) {
	case 0:
		return JSONTreeNull
	case 1:
		return JSONTreeBool(r.IntN(2) == 0)
	case 2:
		v := randomNumeric(r)
		for viewNumeric(v.s).special() {
			v = randomNumeric(r)
		}
		return JSONTreeNumber(v)
	case 3:
		return JSONTreeString(randomText(r))
	case 4:
		t := JSONTree{Kind: JSONObject}
		for i := r.IntN(4); i > 0; i-- {
			t.Add(randomText(r), randomJSON(r, depth-1))
		}
		return t
	}
	t := JSONTree{Kind: JSONArray}
	for i := r.IntN(3); i > 0; i-- {
		t.Append(randomJSON(r, depth-1))
	}
	return t
}

func randomArray(r *rand.Rand, t Type) Value {
	a := Array{Elem: t.Elem()}
	for i := r.IntN(4); i > 0; i-- {
		if r.IntN(5) == 0 {
			a.Values = append(a.Values, Null)
		} else {
			a.Values = append(a.Values, randomValue(r, a.Elem))
		}
	}
	switch n := int32(len(a.Values)); {
	case n == 0:
	case n == 2 && r.IntN(3) == 0:
		a.Dims, a.Lower = []int32{1, 2}, []int32{1, 1}
	default:
		a.Dims, a.Lower = []int32{n}, []int32{int32(r.IntN(2))}
	}
	return a.Encode()
}

// TestOrderProperties holds keys, hashes and the order's own laws against Compare.
func TestOrderProperties(t *testing.T) {
	r := seed.Rand(t)
	for _, ty := range propertyTypes {
		values := make([]Value, 60)
		for i := range values {
			values[i] = randomValue(r, ty)
		}
		for _, a := range values {
			for _, b := range values {
				checkKeyAndHash(t, ty, a, b)
				if Compare(ty, a, b) != -Compare(ty, b, a) {
					t.Errorf("%s: Compare is not antisymmetric", FormatType(ty))
				}
			}
		}
		cmp := CompareFunc(ty)
		sort.Slice(values, func(i, j int) bool { return cmp(values[i], values[j]) < 0 })
		for i := 1; i < len(values); i++ {
			if cmp(values[0], values[i]) > 0 {
				t.Errorf("%s: Compare is not transitive", FormatType(ty))
			}
		}
		if t.Failed() {
			return
		}
	}
}

// TestRoundTrips sends random values through text, binary and payload and back.
func TestRoundTrips(t *testing.T) {
	r := seed.Rand(t)
	for _, ty := range propertyTypes {
		for i := 0; i < 100; i++ {
			v := randomValue(r, ty)
			text := FormatText(ty, v, nil)
			if ty.OID != OIDRecord && ty.Kind() != KindBit && ty.Kind() != KindChar {
				back, err := ParseText(ty, text, nil)
				if err != nil || !Equal(ty, v, back) {
					t.Fatalf("%s: text %q came back as %q, %v", FormatType(ty), text, FormatText(ty, back, nil), err)
				}
			}
			b, err := AppendBinary(nil, ty, v)
			if err != nil {
				t.Fatalf("%s: %v", FormatType(ty), err)
			}
			back, err := ParseBinary(ty, b)
			if ty.OID == OIDRecord {
				back, err = v, nil // no input, as in PostgreSQL
			}
			if err != nil || FormatText(ty, back, nil) != text {
				t.Fatalf("%s: binary of %q came back as %q, %v", FormatType(ty), text, FormatText(ty, back, nil), err)
			}
			p := AppendPayload([]byte("x"), ty, v)
			back, n, err := DecodePayload(ty, p[1:])
			if err != nil || n != len(p)-1 || FormatText(ty, back, nil) != text {
				t.Fatalf("%s: payload of %q came back as %q, %v", FormatType(ty), text, FormatText(ty, back, nil), err)
			}
			if ty.Kind() == KindJSONB && CheckJSONB(v.Str()) != nil {
				t.Fatalf("jsonb: %q does not pass its own check", text)
			}
		}
	}
}
