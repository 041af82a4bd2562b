package types

import (
	"encoding/binary"

	"synapse/catalog/sqlerr"
)

// RangeType says how a range type, its multirange type and the type of their
// bounds belong together. Immutable and shared.
type RangeType struct {
	Range      OID
	Multirange OID
	Subtype    Type
	// Discrete: bounds have a next value, so that equal sets have one form,
	// which is [lower,upper). Only int4range, int8range and daterange are.
	Discrete bool
}

// RangeBound is one end of a range. Val is meaningless where Infinite is set;
// Inclusive is false then.
type RangeBound struct {
	Val       Value
	Infinite  bool
	Inclusive bool
}

// RangeValue is a decoded range: what lies between two bounds, or nothing. The
// bounds of an empty range are zero.
type RangeValue struct {
	Lower, Upper RangeBound
	Empty        bool
}

// builtinRanges lists PostgreSQL's own range types.
var builtinRanges = []*RangeType{
	{OIDInt4Range, OIDInt4Multirange, Int4, true},
	{OIDNumRange, OIDNumMultirange, Numeric, false},
	{OIDTSRange, OIDTSMultirange, Timestamp, false},
	{OIDTSTZRange, OIDTSTZMultirange, Timestamptz, false},
	{OIDDateRange, OIDDateMultirange, Date, true},
	{OIDInt8Range, OIDInt8Multirange, Int8, true},
}

var rangeOf = func() map[OID]*RangeType {
	m := map[OID]*RangeType{}
	for _, r := range builtinRanges {
		m[r.Range], m[r.Multirange] = r, r
	}
	return m
}()

// BuiltinRanges lists PostgreSQL's own range types in order of their OID. Shared: do not change.
func BuiltinRanges() []*RangeType { return builtinRanges }

// Range returns what a range or multirange type (also below a domain) is made
// of, nil for other types.
func (t Type) Range() *RangeType {
	if t.OID >= FirstUserOID {
		t = t.Base()
		if d := DefinedType(t.OID); d != nil {
			return d.Range
		}
	}
	return rangeOf[t.OID]
}

// RangeInfo describes the type of ranges over a subtype.
func RangeInfo(id OID, name string, r *RangeType) *Defined {
	return &Defined{Range: r, Info: Info{
		OID: id, Name: name, SQLName: name, Len: -1, Align: rangeAlign(r), Category: 'R', TypType: 'r', Kind: KindRange,
	}}
}

// MultirangeInfo describes the type of multiranges over a subtype.
func MultirangeInfo(id OID, name string, r *RangeType) *Defined {
	d := RangeInfo(id, name, r)
	d.TypType, d.Kind = 'm', KindMultirange
	return d
}

// rangeAlign is that of the bounds, at least that of int4.
func rangeAlign(r *RangeType) byte {
	if in := Lookup(r.Subtype.OID); in != nil && in.Align == 'd' {
		return 'd'
	}
	return 'i'
}

// The payload of a range: a byte of PostgreSQL's flags, then the payloads of
// the bounds that are finite. Two values of a range type are identical bytes
// where their bounds are.
const (
	rangeEmpty    = 0x01
	rangeLowerInc = 0x02
	rangeUpperInc = 0x04
	rangeLowerInf = 0x08
	rangeUpperInf = 0x10
	rangeFlags    = 0x1f
)

// flags is the byte that leads both the payload and the binary format.
func (v *RangeValue) flags() (f byte) {
	if v.Empty {
		return rangeEmpty
	}
	set := func(on bool, bit byte) {
		if on {
			f |= bit
		}
	}
	set(v.Lower.Inclusive, rangeLowerInc)
	set(v.Upper.Inclusive, rangeUpperInc)
	set(v.Lower.Infinite, rangeLowerInf)
	set(v.Upper.Infinite, rangeUpperInf)
	return f
}

// fromFlags is a range whose finite bounds have no value yet.
func fromFlags(f byte) RangeValue {
	if f&rangeEmpty != 0 {
		return RangeValue{Empty: true}
	}
	bound := func(inf, inc byte) RangeBound {
		return RangeBound{Infinite: f&inf != 0, Inclusive: f&inc != 0 && f&inf == 0}
	}
	return RangeValue{Lower: bound(rangeLowerInf, rangeLowerInc), Upper: bound(rangeUpperInf, rangeUpperInc)}
}

// Encode makes the value of a range that Normalize has returned.
func (r *RangeType) Encode(v RangeValue) Value { return NewBytes(r.appendRange(nil, v)) }

func (r *RangeType) appendRange(dst []byte, v RangeValue) []byte {
	dst = append(dst, v.flags())
	if v.Empty {
		return dst
	}
	kind := r.Subtype.Kind()
	if !v.Lower.Infinite {
		dst = appendPayload(dst, kind, v.Lower.Val)
	}
	if !v.Upper.Infinite {
		dst = appendPayload(dst, kind, v.Upper.Val)
	}
	return dst
}

// Decode reads a range; the bounds alias it. Error: XX001 for a torn payload.
func (r *RangeType) Decode(v Value) (RangeValue, error) {
	if len(v.s) == 0 {
		return RangeValue{}, errTornPayload()
	}
	out := fromFlags(v.s[0])
	if out.Empty {
		return out, nil
	}
	kind, rest := r.Subtype.Kind(), v.Bytes()[1:]
	for _, b := range []*RangeBound{&out.Lower, &out.Upper} {
		if b.Infinite {
			continue
		}
		val, used, err := decodePayload(kind, rest)
		if err != nil {
			return RangeValue{}, err
		}
		b.Val, rest = val, rest[used:]
	}
	return out, nil
}

// Normalize checks the order of the bounds and gives equal sets one form: bounds
// without a value between them are the empty range, and those of discrete types
// become [lower,upper). Errors: 22000 for bounds in the wrong order, 22003 and
// 22008 where the next value is beyond the subtype.
func (r *RangeType) Normalize(v RangeValue) (RangeValue, error) {
	if v.Empty {
		return RangeValue{Empty: true}, nil
	}
	if v.Lower.Infinite {
		v.Lower = RangeBound{Infinite: true}
	}
	if v.Upper.Infinite {
		v.Upper = RangeBound{Infinite: true}
	}
	if !v.Lower.Infinite && !v.Upper.Infinite {
		switch c := Compare(r.Subtype, v.Lower.Val, v.Upper.Val); {
		case c > 0:
			return v, sqlerr.New(sqlerr.DataException, "range lower bound must be less than or equal to range upper bound")
		case c == 0 && !(v.Lower.Inclusive && v.Upper.Inclusive):
			return RangeValue{Empty: true}, nil
		}
	}
	if !r.Discrete {
		return v, nil
	}
	var err error
	if !v.Lower.Infinite && !v.Lower.Inclusive {
		if v.Lower, err = r.after(v.Lower, true); err != nil {
			return v, err
		}
	}
	if !v.Upper.Infinite && v.Upper.Inclusive {
		if v.Upper, err = r.after(v.Upper, false); err != nil {
			return v, err
		}
	}
	if !v.Lower.Infinite && !v.Upper.Infinite && v.Lower.Val.i >= v.Upper.Val.i && !(v.Lower.Inclusive && v.Upper.Inclusive) {
		return RangeValue{Empty: true}, nil
	}
	return v, nil
}

// after moves a bound of a discrete type to the next value. The infinities of
// date are values without a next one and stay.
func (r *RangeType) after(b RangeBound, inclusive bool) (RangeBound, error) {
	n := b.Val.i
	switch r.Subtype.OID {
	case OIDDate:
		if n == DateInfinity || n == DateNegInfinity {
			return b, nil
		}
		if n+1 >= dateEnd {
			return b, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
		}
	case OIDInt4:
		if n == maxInt32 {
			return b, sqlerr.New(sqlerr.NumericValueOutOfRange, "integer out of range")
		}
	default:
		if n == maxInt64 {
			return b, sqlerr.New(sqlerr.NumericValueOutOfRange, "bigint out of range")
		}
	}
	return RangeBound{Val: NewInt(n + 1), Inclusive: inclusive}, nil
}

const (
	maxInt32 = 1<<31 - 1
	maxInt64 = 1<<63 - 1
)

// New is Normalize and Encode.
func (r *RangeType) New(v RangeValue) (Value, error) {
	v, err := r.Normalize(v)
	if err != nil {
		return Null, err
	}
	return r.Encode(v), nil
}

// appendRangeBinary appends the binary format of a range: flags and the finite bounds.
func (r *RangeType) appendRangeBinary(dst []byte, v Value) ([]byte, error) {
	x, err := r.Decode(v)
	if err != nil {
		return dst, err
	}
	dst = append(dst, x.flags())
	for _, b := range []*RangeBound{&x.Lower, &x.Upper} {
		if x.Empty || b.Infinite {
			continue
		}
		if dst, err = appendSized(dst, r.Subtype, b.Val); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// parseRangeBinary is range_recv. Errors: 22P03, 08P01 and those of the bounds.
func (r *RangeType) parseRangeBinary(b []byte) (Value, error) {
	if len(b) == 0 {
		return Null, errShortMessage()
	}
	// Flags that PostgreSQL does not know are ignored, as it does.
	out := fromFlags(b[0] & rangeFlags)
	in := byteReader{b: b[1:]}
	for _, bound := range []*RangeBound{&out.Lower, &out.Upper} {
		if out.Empty || bound.Infinite {
			continue
		}
		v, err := in.sized(r.Subtype)
		if err != nil {
			return Null, err
		}
		if v.IsNull() {
			return Null, badBinary("incorrect binary data format")
		}
		bound.Val = v
	}
	if len(in.b) > 0 {
		return Null, badBinary("incorrect binary data format")
	}
	return r.New(out)
}

// appendMultirangeBinary appends the number of ranges and each with its length.
func (r *RangeType) appendMultirangeBinary(dst []byte, v Value) ([]byte, error) {
	list, err := r.DecodeMulti(v)
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(list)))
	for _, x := range list {
		if dst, err = appendSized(dst, Of(r.Range), r.Encode(x)); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// parseMultirangeBinary is multirange_recv.
func (r *RangeType) parseMultirangeBinary(b []byte) (Value, error) {
	in := byteReader{b: b}
	n := uint32(in.int32())
	if in.short {
		return Null, errShortMessage()
	}
	var list []RangeValue
	for range n {
		v, err := in.sized(Of(r.Range))
		if err != nil {
			return Null, err
		}
		if v.IsNull() {
			return Null, badBinary("incorrect binary data format")
		}
		x, err := r.Decode(v)
		if err != nil {
			return Null, err
		}
		list = append(list, x)
	}
	if len(in.b) > 0 {
		return Null, badBinary("incorrect binary data format")
	}
	return r.NewMulti(list), nil
}
