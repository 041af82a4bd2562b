package types

import (
	"strconv"
	"time"
)

// AppendText appends PostgreSQL's text output of v, which must not be NULL. f
// is nil for the default settings.
func AppendText(dst []byte, t Type, v Value, f *Format) []byte {
	if f == nil {
		f = DefaultFormat
	}
	if t.OID >= FirstUserOID {
		t = t.Base()
	}
	switch t.Kind() {
	case KindEnum:
		return appendEnum(dst, t, v.i, f)
	case KindBool:
		if v.i != 0 {
			return append(dst, 't')
		}
		return append(dst, 'f')
	case KindInt2, KindInt4, KindInt8:
		return strconv.AppendInt(dst, v.i, 10)
	case KindOID:
		return appendOID(dst, t.OID, v.i, f)
	case KindChar:
		return appendChar(dst, byte(v.i))
	case KindFloat4:
		return AppendFloat(dst, v.Float(), 32, f.ExtraFloatDigits)
	case KindFloat8:
		return AppendFloat(dst, v.Float(), 64, f.ExtraFloatDigits)
	case KindNumeric:
		return appendNumeric(dst, v.s)
	case KindDate:
		return appendDate(dst, v.i, f)
	case KindTime:
		return appendTime(dst, v.i)
	case KindTimetz:
		return appendTimetz(dst, v)
	case KindTimestamp:
		return appendTimestamp(dst, v.i, nil, f)
	case KindTimestamptz:
		zone := f.Zone
		if zone == nil {
			zone = time.UTC
		}
		return appendTimestamp(dst, v.i, zone, f)
	case KindInterval:
		return appendInterval(dst, AsSpan(v), f.IntervalStyle)
	}
	return appendTextVar(dst, t, v, f)
}

// appendTextVar writes the kinds of the variable class that are no dates.
func appendTextVar(dst []byte, t Type, v Value, f *Format) []byte {
	switch t.Kind() {
	case KindBytea:
		return appendBytea(dst, v.s, f.ByteaOutput)
	case KindUUID:
		return appendUUID(dst, v.s)
	case KindJSONB:
		return AppendJSONB(dst, AsJSONB(v))
	case KindArray:
		if t.OID == OIDInt2Vector || t.OID == OIDOIDVector {
			return appendOIDVector(dst, t, v)
		}
		return appendArray(dst, t, v, f)
	case KindRecord:
		return appendRecord(dst, v, f)
	case KindRange:
		return appendRangeText(dst, t.Range(), v, f)
	case KindMultirange:
		return appendMultirangeText(dst, t.Range(), v, f)
	case KindVector:
		return appendVector(dst, AsFloat32s(v))
	case KindHalfvec:
		return appendHalfvec(dst, v)
	case KindSparsevec:
		return appendSparsevec(dst, v)
	case KindBit:
		return appendBits(dst, v)
	case KindHstore:
		return appendHstore(dst, v)
	case KindInet:
		return appendInet(dst, v, t.OID == OIDCidr)
	case KindMacaddr:
		return appendMacaddr(dst, v.s)
	case KindTID:
		return appendTID(dst, v.s)
	case KindPgLSN:
		return appendLSN(dst, v.s)
	case KindTSVector:
		return appendTSVector(dst, v)
	case KindTSQuery:
		return append(dst, AsTSQuery(v).String()...)
	}
	return append(dst, v.s...)
}

// appendOID writes a number, or for the reg* types the name it stands for.
func appendOID(dst []byte, typ OID, n int64, f *Format) []byte {
	switch typ {
	case OIDOID, OIDXID, OIDCID:
		return strconv.AppendInt(dst, n, 10)
	}
	if n == 0 {
		return append(dst, '-')
	}
	if f.RegName != nil {
		if name := f.RegName(typ, OID(n)); name != "" {
			return append(dst, name...)
		}
	}
	if in := Lookup(OID(n)); typ == OIDRegtype && in != nil {
		return append(dst, in.SQLName...)
	}
	return strconv.AppendInt(dst, n, 10)
}

// FormatText is AppendText as a string; NULL gives "".
func FormatText(t Type, v Value, f *Format) string {
	if v.IsNull() {
		return ""
	}
	return string(AppendText(nil, t, v, f))
}
