package types

import (
	"encoding/binary"
	"math"

	"synapse/catalog/sqlerr"
)

// AppendBinary appends the wire's binary format of v (PostgreSQL's send
// functions), which must not be NULL. Error: 42883 for a type that has none.
func AppendBinary(dst []byte, t Type, v Value) ([]byte, error) {
	if t.OID >= FirstUserOID {
		t = t.Base()
	}
	switch t.Kind() {
	case KindEnum:
		return appendEnum(dst, t, v.i, nil), nil
	case KindBool, KindChar:
		return append(dst, byte(v.i)), nil
	case KindInt2:
		return binary.BigEndian.AppendUint16(dst, uint16(v.i)), nil
	case KindInt4, KindOID:
		return binary.BigEndian.AppendUint32(dst, uint32(v.i)), nil
	case KindDate:
		return binary.BigEndian.AppendUint32(dst, uint32(v.i)), nil
	case KindFloat4:
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(v.Float()))), nil
	case KindInt8, KindFloat8, KindTime, KindTimestamp, KindTimestamptz:
		return binary.BigEndian.AppendUint64(dst, uint64(v.i)), nil
	case KindInterval:
		s := AsSpan(v)
		dst = binary.BigEndian.AppendUint64(dst, uint64(s.Micros))
		dst = binary.BigEndian.AppendUint32(dst, uint32(s.Days))
		return binary.BigEndian.AppendUint32(dst, uint32(s.Months)), nil
	case KindTimetz:
		us, zone := TimetzParts(v)
		dst = binary.BigEndian.AppendUint64(dst, uint64(us))
		return binary.BigEndian.AppendUint32(dst, uint32(zone)), nil
	case KindJSONB:
		return AppendJSONB(append(dst, jsonbVersion), AsJSONB(v)), nil
	case KindArray:
		return appendArrayBinary(dst, t, v)
	case KindRecord:
		return appendRecordBinary(dst, v)
	case KindHstore:
		return appendHstoreBinary(dst, v)
	case KindRange:
		return t.Range().appendRangeBinary(dst, v)
	case KindMultirange:
		return t.Range().appendMultirangeBinary(dst, v)
	case KindVector:
		return appendVectorBinary(dst, AsFloat32s(v)), nil
	case KindHalfvec:
		return appendHalfvecBinary(dst, v), nil
	case KindSparsevec:
		return appendSparsevecBinary(dst, v), nil
	case KindTSVector:
		return appendTSVectorBinary(dst, v), nil
	case KindText, KindBpchar, KindName, KindCitext, KindBytea, KindUUID, KindNumeric, KindJSON,
		KindTSQuery, KindBit, KindInet, KindMacaddr, KindTID, KindPgLSN, KindVoid:
		return append(dst, v.s...), nil
	}
	return dst, errNoBinary(t, "output")
}

// jsonbVersion leads jsonb's binary format.
const jsonbVersion = 1

func errNoBinary(t Type, which string) error {
	name := "???"
	if in := Lookup(t.OID); in != nil {
		name = in.SQLName
	}
	return sqlerr.New(sqlerr.UndefinedFunction, "no binary %s function available for type %s", which, name)
}

// ParseBinary reads the wire's binary format (PostgreSQL's recv functions). The
// value does not alias b. Errors: 22P03 for a form the type does not take, 08P01
// where b ends early, and those of the type's own checks.
func ParseBinary(t Type, b []byte) (Value, error) {
	if t.OID >= FirstUserOID {
		t = t.Base()
	}
	if t.Kind() == KindEnum {
		return parseEnum(t, string(b), nil)
	}
	if w := binaryWidth(t.Kind()); w > 0 {
		if len(b) < w {
			return Null, errShortMessage()
		}
		if len(b) > w {
			return Null, badBinary("incorrect binary data format")
		}
		return parseBinaryFixed(t, b)
	}
	switch t.Kind() {
	case KindText, KindBpchar, KindCitext, KindName, KindJSON, KindJSONB:
		return parseBinaryText(t, b)
	case KindBytea, KindVoid:
		return NewString(string(b)), nil
	case KindNumeric:
		return parseNumericBinary(b)
	case KindArray:
		return parseArrayBinary(t, b)
	case KindRecord:
		return parseRecordBinary(t, b)
	case KindHstore:
		return parseHstoreBinary(b)
	case KindRange:
		return t.Range().parseRangeBinary(b)
	case KindMultirange:
		return t.Range().parseMultirangeBinary(b)
	case KindVector:
		return parseVectorBinary(b)
	case KindHalfvec:
		return parseHalfvecBinary(b)
	case KindSparsevec:
		return parseSparsevecBinary(b)
	case KindBit:
		return parseBitsBinary(b)
	case KindInet:
		return parseInetBinary(b, t.OID == OIDCidr)
	case KindTSVector:
		return parseTSVectorBinary(b)
	case KindTSQuery:
		return parseTSQueryBinary(b)
	}
	return Null, errNoBinary(t, "input")
}

// binaryWidth is the exact length of the fixed-length formats, 0 for the others.
func binaryWidth(k Kind) int {
	switch k {
	case KindUUID, KindInterval:
		return 16
	case KindTimetz:
		return timetzBytes
	case KindMacaddr, KindTID:
		return macaddrBytes
	case KindPgLSN:
		return lsnBytes
	}
	return payloadWidth(k)
}

func parseBinaryFixed(t Type, b []byte) (Value, error) {
	switch t.Kind() {
	case KindBool:
		return NewBool(b[0] != 0), nil
	case KindChar:
		return NewInt(int64(b[0])), nil
	case KindInt2:
		return NewInt(int64(int16(binary.BigEndian.Uint16(b)))), nil
	case KindInt4:
		return NewInt(int64(int32(binary.BigEndian.Uint32(b)))), nil
	case KindOID:
		return NewInt(int64(binary.BigEndian.Uint32(b))), nil
	case KindFloat4:
		return NewFloat(float64(math.Float32frombits(binary.BigEndian.Uint32(b)))), nil
	case KindInt8, KindFloat8:
		return NewInt(int64(binary.BigEndian.Uint64(b))), nil
	case KindDate:
		d := int64(int32(binary.BigEndian.Uint32(b)))
		if d != DateInfinity && d != DateNegInfinity && (d < dateMin || d >= dateEnd) {
			return Null, errDateRange()
		}
		return NewInt(d), nil
	case KindTime:
		us := int64(binary.BigEndian.Uint64(b))
		return NewInt(us), checkTimeOfDay(us)
	case KindTimestamp, KindTimestamptz:
		ts := int64(binary.BigEndian.Uint64(b))
		if ts != TimestampInfinity && ts != TimestampNegInfinity && !timestampInRange(ts) {
			return Null, errTimestampRange()
		}
		return NewInt(ts), nil
	case KindInterval:
		return Span{
			Micros: int64(binary.BigEndian.Uint64(b)),
			Days:   int32(binary.BigEndian.Uint32(b[8:])),
			Months: int32(binary.BigEndian.Uint32(b[12:])),
		}.Value(), nil
	case KindTimetz:
		us, zone := int64(binary.BigEndian.Uint64(b)), int32(binary.BigEndian.Uint32(b[8:]))
		if zone <= -timetzZoneEnd || zone >= timetzZoneEnd {
			return Null, sqlerr.New(sqlerr.InvalidTimeZoneDisplacement, "time zone displacement out of range")
		}
		return NewTimetz(us, zone), checkTimeOfDay(us)
	}
	return NewString(string(b)), nil
}

// timetzZoneEnd bounds a zone displacement in seconds (16 hours, PostgreSQL's limit).
const timetzZoneEnd = 16 * 3600

func checkTimeOfDay(us int64) error {
	if us < 0 || us > usPerDay {
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "time out of range")
	}
	return nil
}

func parseBinaryText(t Type, b []byte) (Value, error) {
	if t.Kind() == KindJSONB {
		if len(b) == 0 {
			return Null, errShortMessage()
		}
		if b[0] != jsonbVersion {
			return Null, badBinary("unsupported jsonb version number %d", b[0])
		}
		b = b[1:]
	}
	if t.Kind() == KindName && len(b) > NameBytesMax {
		return Null, sqlerr.New(sqlerr.NameTooLong, "identifier too long").
			WithDetail("Identifier must be less than %d characters.", NameBytesMax+1)
	}
	return parseTextVar(t, string(b))
}

// parseNumericBinary checks and normalises numeric's external format.
func parseNumericBinary(b []byte) (Value, error) {
	if len(b) < numericHeaderBytes {
		return Null, errShortMessage()
	}
	n := int(binary.BigEndian.Uint16(b))
	weight := int(int16(binary.BigEndian.Uint16(b[2:])))
	sign := binary.BigEndian.Uint16(b[4:])
	dscale := int(binary.BigEndian.Uint16(b[6:]))
	switch sign {
	case numericNaN, numericPosInf, numericNegInf:
		return numericSpecial(sign), nil
	case numericPos, numericNeg:
	default:
		return Null, badBinary("invalid sign in external \"numeric\" value")
	}
	if dscale > NumericScaleMax {
		return Null, badBinary("invalid scale in external \"numeric\" value")
	}
	b = b[numericHeaderBytes:]
	if len(b) < 2*n {
		return Null, errShortMessage()
	}
	if len(b) > 2*n {
		return Null, badBinary("incorrect binary data format")
	}
	digits := make([]int16, n)
	for i := range digits {
		digits[i] = int16(binary.BigEndian.Uint16(b[2*i:]))
		if digits[i] < 0 || digits[i] >= numericBase {
			return Null, badBinary("invalid digit in external \"numeric\" value")
		}
	}
	v, err := encodeNumeric(sign == numericNeg, weight, dscale, digits)
	if err != nil {
		return Null, err
	}
	// Digits beyond the scale are cut, as numeric_recv does.
	return truncNumericPayload(v, dscale)
}
