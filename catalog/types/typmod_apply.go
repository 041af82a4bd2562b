package types

import (
	"strconv"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// ApplyTypmod fits v to t's modifier: cuts or pads strings, rounds numbers and
// times, checks dimensions. explicit is a cast written by the user, which may cut
// strings; an assignment may cut blanks only. NULL and types without a modifier
// pass through. Errors: 22001, 22003, 22008, 22000 (vector), 22026 (bit).
func ApplyTypmod(t Type, v Value, explicit bool) (Value, error) {
	if t.OID >= FirstUserOID {
		t = t.Base()
	}
	if t.Mod < 0 || !v.valid {
		return v, nil
	}
	switch t.OID {
	case OIDVarchar, OIDBpchar:
		return fitChars(t, v, explicit)
	case OIDNumeric:
		return fitNumeric(t.Mod, v)
	case OIDTime, OIDTimestamp, OIDTimestamptz:
		return fitMicros(t, v)
	case OIDTimetz:
		us, zone := TimetzParts(v)
		return NewTimetz(roundMicros(us, int(t.Mod)), zone), nil
	case OIDInterval:
		return fitInterval(t.Mod, v)
	case OIDBit, OIDVarbit:
		return fitBits(t, v, explicit)
	case OIDVector, OIDHalfvec, OIDSparsevec:
		if n := VectorDims(t, v); n != int(t.Mod) {
			return Null, sqlerr.New(sqlerr.DataException, "expected %d dimensions, not %d", t.Mod, n)
		}
		return v, nil
	}
	if t.Kind() == KindArray {
		return fitArray(t, v, explicit)
	}
	return v, nil
}

func fitArray(t Type, v Value, explicit bool) (Value, error) {
	a, err := DecodeArray(t, v)
	if err != nil {
		return Null, err
	}
	elem := t.Elem()
	for i := range a.Values {
		if a.Values[i], err = ApplyTypmod(elem, a.Values[i], explicit); err != nil {
			return Null, err
		}
	}
	return a.Encode(), nil
}

// fitChars applies varchar(n) and char(n); n counts characters.
func fitChars(t Type, v Value, explicit bool) (Value, error) {
	limit := int(t.Mod) - varHeader
	n := len(v.s)
	if n > limit {
		n = utf8.RuneCountInString(v.s)
	}
	if n > limit {
		cut := 0
		for i := 0; i < limit; i++ {
			_, w := utf8.DecodeRuneInString(v.s[cut:])
			cut += w
		}
		if !explicit && trimBlanks(v.s[cut:]) != "" {
			return Null, sqlerr.New(sqlerr.StringDataRightTruncation, "value too long for type %s(%d)", t.Info().SQLName, limit)
		}
		return NewString(v.s[:cut]), nil
	}
	if t.OID == OIDVarchar {
		return v, nil
	}
	pad := limit - utf8.RuneCountInString(v.s)
	if pad == 0 {
		return v, nil
	}
	b := append(make([]byte, 0, len(v.s)+pad), v.s...)
	for i := 0; i < pad; i++ {
		b = append(b, ' ')
	}
	return NewBytes(b), nil
}

// fitNumeric rounds to the scale and refuses more digits than the precision has.
func fitNumeric(mod int32, v Value) (Value, error) {
	precision, scale := NumericTypmodParts(mod)
	overflow := func() *sqlerr.Error {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "numeric field overflow")
	}
	d := DecimalOf(v)
	switch {
	case d.form == formNaN:
		return v, nil
	case d.form != finite:
		return Null, overflow().WithDetail("A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
	}
	r := d.Round(scale)
	limit := Decimal{}.with(pow10(max(precision-scale, 0)))
	if precision < scale {
		limit = Decimal{scale: int32(scale - precision), small: 1}
	}
	if r.Abs().Compare(limit) >= 0 {
		bound := "1"
		if precision != scale {
			bound = "10^" + strconv.Itoa(precision-scale)
		}
		return Null, overflow().WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s.", precision, scale, bound)
	}
	return r.Value()
}

func fitMicros(t Type, v Value) (Value, error) {
	if t.OID != OIDTime && (v.i == TimestampInfinity || v.i == TimestampNegInfinity) {
		return v, nil
	}
	return NewInt(roundMicros(v.i, int(t.Mod))), nil
}

// roundMicros rounds to a number of decimals of the second, half away from zero.
func roundMicros(us int64, precision int) int64 {
	if precision >= TimePrecisionMax {
		return us
	}
	unit := pow10i64[TimePrecisionMax-precision]
	if us >= 0 {
		return (us + unit/2) / unit * unit
	}
	return -((-us + unit/2) / unit * unit)
}

// fitInterval drops what is finer than the declared fields and rounds seconds.
func fitInterval(mod int32, v Value) (Value, error) {
	s := AsSpan(v)
	switch mask := int(mod >> 16 & 0x7fff); {
	case mask == intervalFullRange:
	case mask == rangeYear:
		s.Months -= s.Months % monthsPerYear
		s.Days, s.Micros = 0, 0
	case mask&^(rangeYear|rangeMonth) == 0:
		s.Days, s.Micros = 0, 0
	case mask == rangeDay:
		s.Micros = 0
	case mask&(rangeMinute|rangeSecond) == 0:
		s.Micros -= s.Micros % usPerHour
	case mask&rangeSecond == 0:
		s.Micros -= s.Micros % usPerMinute
	}
	if p := int(mod & 0xffff); p != intervalFullPrecision {
		s.Micros = roundMicros(s.Micros, p)
	}
	return s.Value(), nil
}
