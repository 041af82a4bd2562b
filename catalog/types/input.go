package types

import (
	"synapse/catalog/sqlerr"
)

// ParseText is PostgreSQL's input function of type t; t's modifier is not
// applied (see ApplyTypmod). f is nil for the default settings. The reg* types
// are read by f.RegValue, without it in their numeric form only. Errors: 22P02 for text the type does not
// take, 22003, 22007, 22008 and others as PostgreSQL raises them.
func ParseText(t Type, s string, f *Format) (Value, error) {
	if f == nil {
		f = DefaultFormat
	}
	if t.OID >= FirstUserOID {
		t = t.Base()
	}
	switch t.Kind() {
	case KindEnum:
		return parseEnum(t, s, f)
	case KindRecord:
		return parseComposite(t, s, f)
	case KindBool:
		return parseBool(s)
	case KindInt2:
		return intValue(parseInt(s, 16, "smallint"))
	case KindInt4:
		return intValue(parseInt(s, 32, "integer"))
	case KindInt8:
		return intValue(parseInt(s, 64, t.Info().SQLName))
	case KindOID:
		if s == "-" && t.OID != OIDOID {
			return NewInt(0), nil
		}
		if f.RegValue != nil && t.OID != OIDOID && t.OID != OIDXID && t.OID != OIDCID {
			id, err := f.RegValue(t.OID, s)
			return intValue(int64(id), err)
		}
		return intValue(parseOID(s, t.Info().SQLName))
	case KindChar:
		return parseChar(s), nil
	case KindFloat4:
		return parseFloat(s, 32, "real")
	case KindFloat8:
		return parseFloat(s, 64, "double precision")
	case KindNumeric:
		return parseNumeric(s)
	case KindDate:
		return parseDate(s, f)
	case KindTime:
		return parseTime(s, f)
	case KindTimetz:
		return parseTimetz(s, f)
	case KindTimestamp, KindTimestamptz:
		return parseTimestamp(t, s, f)
	case KindInterval:
		return parseInterval(s, intervalFields(t.Mod), f)
	case KindArray:
		if t.OID == OIDInt2Vector || t.OID == OIDOIDVector {
			return parseOIDVector(t, s, f)
		}
		return parseArray(t, s, f)
	case KindRange:
		return parseRange(t.Range(), s, f)
	case KindMultirange:
		return parseMultirange(t.Range(), s, f)
	}
	return parseTextVar(t, s)
}

func intValue(i int64, err error) (Value, error) {
	if err != nil {
		return Null, err
	}
	return NewInt(i), nil
}

// parseTextVar reads the kinds whose input depends on no setting.
func parseTextVar(t Type, s string) (Value, error) {
	switch t.Kind() {
	case KindText, KindBpchar, KindCitext, KindACLItem, KindJSONPath:
		return stringValue(s, checkUTF8(s))
	case KindName:
		return stringValue(parseName(s), checkUTF8(s))
	case KindBytea:
		return parseBytea(s)
	case KindUUID:
		return parseUUID(s)
	case KindJSON:
		if err := checkUTF8(s); err != nil {
			return Null, err
		}
		return stringValue(s, ValidateJSON(s))
	case KindJSONB:
		if err := checkUTF8(s); err != nil {
			return Null, err
		}
		return JSONBFromText(s)
	case KindVector:
		return parseVector(s)
	case KindHalfvec:
		return parseHalfvec(s)
	case KindSparsevec:
		return parseSparsevec(s)
	case KindBit:
		return parseBits(s)
	case KindHstore:
		return parseHstore(s)
	case KindInet:
		return parseInet(s, t.OID == OIDCidr)
	case KindMacaddr:
		return parseMacaddr(s)
	case KindTID:
		return parseTID(s)
	case KindPgLSN:
		return parseLSN(s)
	case KindTSVector, KindTSQuery:
		if err := checkUTF8(s); err != nil {
			return Null, err
		}
		if t.Kind() == KindTSQuery {
			return parseTSQuery(s)
		}
		return parseTSVector(s)
	case KindVoid:
		return NewString(""), nil
	case KindInvalid:
		return Null, sqlerr.New(sqlerr.UndefinedObject, "type with OID %d does not exist", t.OID)
	case KindPseudo:
		return Null, sqlerr.New(sqlerr.FeatureNotSupported, "cannot accept a value of type %s", t.Info().Name)
	}
	return Null, sqlerr.Unsupported("input of type "+t.Info().SQLName, "")
}

func stringValue(s string, err error) (Value, error) {
	if err != nil {
		return Null, err
	}
	return NewString(s), nil
}

// errAnonymousInput refuses what PostgreSQL refuses as well: a record's fields are not known from outside.
func errAnonymousInput() error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
}
