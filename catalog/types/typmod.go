package types

import (
	"strconv"

	"synapse/catalog/sqlerr"
)

// Limits of type modifiers, PostgreSQL's and pgvector's.
const (
	CharLengthMax       = 10485760
	BitLengthMax        = 83886080
	NumericPrecisionMax = 1000
	TimePrecisionMax    = 6

	varHeader = 4 // what PostgreSQL adds to the lengths and precisions in atttypmod

	intervalFullRange     = 0x7fff
	intervalFullPrecision = 0xffff
)

// NumericTypmod packs numeric(precision, scale).
func NumericTypmod(precision, scale int) int32 {
	return int32(precision<<16|scale&0x7ff) + varHeader
}

// NumericTypmodParts is the inverse of NumericTypmod; mod must not be -1.
func NumericTypmodParts(mod int32) (precision, scale int) {
	m := int(mod) - varHeader
	return m >> 16 & 0xffff, (m&0x7ff ^ 1024) - 1024
}

// TypmodIn turns a declaration's modifiers (varchar(10), numeric(10,2)) into
// atttypmod. For an array type it is its element's. interval takes PostgreSQL's
// form: the mask of its fields, then the precision. Errors: 22023; 42601 for a
// type that takes none.
func TypmodIn(oid OID, mods []string) (int32, error) {
	if e := Of(oid).Elem(); e.OID != 0 && Of(oid).Kind() == KindArray {
		oid = e.OID
	}
	if len(mods) == 0 {
		return -1, nil
	}
	n := make([]int, len(mods))
	for i, m := range mods {
		v, err := strconv.ParseInt(m, 10, 32)
		if err != nil {
			_, err := parseInt(m, 32, "integer")
			return 0, err
		}
		n[i] = int(v)
	}
	switch oid {
	case OIDVarchar, OIDBpchar:
		name := "varchar"
		if oid == OIDBpchar {
			name = "char"
		}
		return lengthTypmod(n, name, "length for type %s must be at least 1", "length for type %s cannot exceed %d", CharLengthMax, varHeader)
	case OIDBit:
		return lengthTypmod(n, "bit", "length for type %s must be at least 1", "length for type %s cannot exceed %d", BitLengthMax, 0)
	case OIDVarbit:
		return lengthTypmod(n, "varbit", "length for type %s must be at least 1", "length for type %s cannot exceed %d", BitLengthMax, 0)
	case OIDSparsevec:
		return lengthTypmod(n, "sparsevec", "dimensions for type %s must be at least 1", "dimensions for type %s cannot exceed %d", SparsevecDimsMax, 0)
	case OIDVector, OIDHalfvec:
		return lengthTypmod(n, Lookup(oid).Name, "dimensions for type %s must be at least 1", "dimensions for type %s cannot exceed %d", VectorDimsMax, 0)
	case OIDNumeric:
		return numericTypmodIn(n)
	case OIDTime:
		return precisionTypmod(n, "TIME", "")
	case OIDTimetz:
		return precisionTypmod(n, "TIME", " WITH TIME ZONE")
	case OIDTimestamp:
		return precisionTypmod(n, "TIMESTAMP", "")
	case OIDTimestamptz:
		return precisionTypmod(n, "TIMESTAMP", " WITH TIME ZONE")
	case OIDInterval:
		return intervalTypmodIn(n)
	}
	return 0, sqlerr.New(sqlerr.SyntaxError, "type modifier is not allowed for type \"%s\"", typeNameOf(oid))
}

func badTypmod(format string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, format, args...)
}

func lengthTypmod(n []int, name, low, high string, limit, header int) (int32, error) {
	switch {
	case len(n) != 1:
		return 0, badTypmod("invalid type modifier")
	case n[0] < 1:
		return 0, badTypmod(low, name)
	case n[0] > limit:
		return 0, badTypmod(high, name, limit)
	}
	return int32(n[0] + header), nil
}

func numericTypmodIn(n []int) (int32, error) {
	if len(n) > 2 {
		return 0, badTypmod("invalid NUMERIC type modifier")
	}
	if n[0] < 1 || n[0] > NumericPrecisionMax {
		return 0, badTypmod("NUMERIC precision %d must be between 1 and %d", n[0], NumericPrecisionMax)
	}
	scale := 0
	if len(n) == 2 {
		scale = n[1]
		if scale < -NumericPrecisionMax || scale > NumericPrecisionMax {
			return 0, badTypmod("NUMERIC scale %d must be between %d and %d", scale, -NumericPrecisionMax, NumericPrecisionMax)
		}
	}
	return NumericTypmod(n[0], scale), nil
}

// precisionTypmod lowers what is above TimePrecisionMax, as PostgreSQL does (with a warning there).
func precisionTypmod(n []int, name, suffix string) (int32, error) {
	if len(n) != 1 {
		return 0, badTypmod("invalid type modifier")
	}
	if n[0] < 0 {
		return 0, badTypmod("%s(%d)%s precision must not be negative", name, n[0], suffix)
	}
	return int32(min(n[0], TimePrecisionMax)), nil
}

func intervalTypmodIn(n []int) (int32, error) {
	if len(n) > 2 {
		return 0, badTypmod("invalid INTERVAL type modifier")
	}
	if _, ok := intervalRanges[n[0]]; !ok {
		return 0, badTypmod("invalid INTERVAL type modifier")
	}
	if len(n) == 1 {
		if n[0] == intervalFullRange {
			return -1, nil
		}
		return int32(n[0]<<16 | intervalFullPrecision), nil
	}
	if n[1] < 0 {
		return 0, badTypmod("INTERVAL(%d) precision must not be negative", n[1])
	}
	return int32(n[0]<<16 | min(n[1], TimePrecisionMax)), nil
}

// Bits of an interval's field mask.
const (
	rangeMonth  = 1 << 1
	rangeYear   = 1 << 2
	rangeDay    = 1 << 3
	rangeHour   = 1 << 10
	rangeMinute = 1 << 11
	rangeSecond = 1 << 12
)

// intervalRanges are the field masks that a declaration can have, with the words that show them.
var intervalRanges = map[int]string{
	rangeYear: " year", rangeMonth: " month", rangeDay: " day", rangeHour: " hour",
	rangeMinute: " minute", rangeSecond: " second",
	rangeYear | rangeMonth: " year to month", rangeDay | rangeHour: " day to hour",
	rangeDay | rangeHour | rangeMinute:               " day to minute",
	rangeDay | rangeHour | rangeMinute | rangeSecond: " day to second",
	rangeHour | rangeMinute:                          " hour to minute",
	rangeHour | rangeMinute | rangeSecond:            " hour to second",
	rangeMinute | rangeSecond:                        " minute to second",
	intervalFullRange:                                "",
}

// FormatType is PostgreSQL's format_type(oid, typmod): "character varying(10)",
// "vector(3)", "timestamp(3) with time zone", "integer[]". Without a modifier
// bpchar and bit keep those names, since "character" would mean character(1);
// Info.SQLName is the spelling for messages.
func FormatType(t Type) string {
	in := Lookup(t.OID)
	if in == nil {
		return "???"
	}
	if in.Kind == KindArray && in.TypType != 'd' && t.OID != OIDInt2Vector && t.OID != OIDOIDVector {
		return FormatType(Type{OID: in.Elem, Mod: t.Mod}) + "[]"
	}
	if t.Mod < 0 {
		switch t.OID {
		case OIDBpchar:
			return "bpchar"
		case OIDBit:
			return "\"bit\""
		}
		return in.SQLName
	}
	mod := "(" + strconv.Itoa(int(t.Mod)) + ")"
	switch t.OID {
	case OIDVarchar, OIDBpchar:
		return in.SQLName + "(" + strconv.Itoa(int(t.Mod)-varHeader) + ")"
	case OIDNumeric:
		p, s := NumericTypmodParts(t.Mod)
		return "numeric(" + strconv.Itoa(p) + "," + strconv.Itoa(s) + ")"
	case OIDTime:
		return "time" + mod + " without time zone"
	case OIDTimetz:
		return "time" + mod + " with time zone"
	case OIDTimestamp:
		return "timestamp" + mod + " without time zone"
	case OIDTimestamptz:
		return "timestamp" + mod + " with time zone"
	case OIDInterval:
		out := "interval" + intervalRanges[int(t.Mod>>16&0x7fff)]
		if p := int(t.Mod & 0xffff); p != intervalFullPrecision {
			out += "(" + strconv.Itoa(p) + ")"
		}
		return out
	case OIDBit, OIDVarbit, OIDVector, OIDHalfvec, OIDSparsevec:
		return in.SQLName + mod
	}
	return in.SQLName
}
