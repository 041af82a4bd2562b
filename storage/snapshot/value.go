package snapshot

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// How values are stored:
//
//	bool, integers, oid, "char"      INTEGER (enums too: the label's position, see types.Label)
//	float4, float8                   REAL
//	text, varchar, name, json, …     TEXT, as it is
//	bytea, vector, halfvec, record,
//	arrays of types of users         BLOB, the payload of catalog/types
//	everything else                  TEXT, PostgreSQL's text form (ISO, UTC), where that reads back exactly
//
// What its column's class cannot hold exactly (NaN, −0, text with odd bytes, an
// interval or numeric whose text form reads back differently) is a BLOB with the
// payload: 8 bytes little endian for types of the fixed class.

// form is how a type's values are stored.
type form uint8

const (
	formInteger form = iota
	formReal
	formText    // payload is the text
	formPayload // payload as BLOB
	formPrinted // text form
)

// printedBytesMax bounds the payloads of which the text form is tried.
const printedBytesMax = 16 << 10

func formOf(t types.Type) form {
	if e := t.Elem(); types.DefinedType(e.Base().OID) != nil {
		return formPayload // labels in a text could be renamed
	}
	if types.DefinedType(t.Base().OID) == nil && t.Range() != nil {
		return formPrinted
	}
	switch t.Kind() {
	case types.KindBool, types.KindInt2, types.KindInt4, types.KindInt8, types.KindOID, types.KindChar, types.KindEnum:
		return formInteger
	case types.KindFloat4, types.KindFloat8:
		return formReal
	case types.KindText, types.KindBpchar, types.KindName, types.KindCitext, types.KindJSON:
		return formText
	case types.KindDate, types.KindTime, types.KindTimestamp, types.KindTimestamptz,
		types.KindUUID, types.KindInterval, types.KindTimetz, types.KindNumeric, types.KindJSONB,
		types.KindArray, types.KindInet, types.KindMacaddr, types.KindBit, types.KindHstore:
		return formPrinted
	}
	return formPayload
}

// affinity is the declared type of a column: it decides how SQLite tools show it.
func (f form) affinity() string {
	return [...]string{formInteger: "INTEGER", formReal: "REAL", formText: "TEXT", formPayload: "BLOB", formPrinted: "TEXT"}[f]
}

// store turns a value into what is bound to a SQLite statement.
func store(t types.Type, v types.Value) any {
	if v.IsNull() {
		return nil
	}
	switch formOf(t) {
	case formInteger:
		return v.Int()
	case formReal:
		if f := v.Float(); f == f && !(f == 0 && math.Signbit(f)) { //nolint:gocritic // NaN differs from itself
			return f
		}
	case formText:
		if printable(v.Str()) {
			return v.Str()
		}
	case formPrinted:
		if len(v.Str()) <= printedBytesMax {
			s := string(types.AppendText(nil, t, v, nil))
			if w, err := types.ParseText(t, s, nil); err == nil && w.Identical(v) && printable(s) {
				return s
			}
		}
	}
	return payload(t, v)
}

func printable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// payload is the exact form of a value.
func payload(t types.Type, v types.Value) []byte {
	if t.Fixed() {
		return binary.LittleEndian.AppendUint64(nil, uint64(v.Int()))
	}
	return append([]byte{}, v.Str()...)
}

// restore is the inverse of store; raw is what the driver returned. Error: XX001.
func restore(t types.Type, raw any) (types.Value, error) {
	switch x := raw.(type) {
	case nil:
		return types.Null, nil
	case []byte:
		if !t.Fixed() {
			return types.NewString(string(x)), nil
		}
		if len(x) == 8 {
			return types.NewInt(int64(binary.LittleEndian.Uint64(x))), nil
		}
	case int64:
		switch formOf(t) {
		case formInteger:
			return types.NewInt(x), nil
		case formReal:
			return types.NewFloat(float64(x)), nil
		}
	case float64:
		if formOf(t) == formReal {
			return types.NewFloat(x), nil
		}
	case string:
		switch formOf(t) {
		case formText:
			return types.NewString(x), nil
		case formPrinted:
			v, err := types.ParseText(t, x, nil)
			if err != nil {
				return types.Null, sqlerr.New(sqlerr.DataCorrupted, "stored value cannot be read: %v", err).Wrap(err)
			}
			return v, nil
		}
	}
	return types.Null, sqlerr.New(sqlerr.DataCorrupted, "stored value of type %s is a SQLite %T", typeName(t), raw)
}

func typeName(t types.Type) string {
	if in := types.Lookup(t.OID); in != nil {
		return in.SQLName
	}
	return "unknown"
}

// shownLabel spells the labels that an enum had when the view was made.
func shownLabel(t types.Type, column string) string {
	d := types.DefinedType(t.Base().OID)
	if d == nil || len(d.Labels) == 0 {
		return column
	}
	out := "CASE " + column
	for _, l := range d.Labels {
		out += fmt.Sprintf(" WHEN %d THEN '%s'", l.Position, strings.ReplaceAll(l.Name, "'", "''"))
	}
	return out + " ELSE " + column + " END"
}

// shown is the expression by which a view shows a column to people.
func shown(t types.Type, column string) string {
	switch t.Kind() {
	case types.KindEnum:
		return shownLabel(t, column)
	case types.KindBool:
		return "CASE " + column + " WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"
	case types.KindFloat4, types.KindFloat8:
		return "CASE WHEN typeof(" + column + ") <> 'blob' THEN " + column +
			" WHEN hex(" + column + ") = '0000000000000080' THEN -0.0 ELSE 'NaN' END"
	case types.KindVector:
		return "CASE WHEN " + column + " IS NOT NULL THEN 'vector of ' || (length(" + column + ") / 4) || ' float32' END"
	case types.KindHalfvec:
		return "CASE WHEN " + column + " IS NOT NULL THEN 'vector of ' || (length(" + column + ") / 2) || ' float16' END"
	case types.KindBytea:
		return "CASE WHEN " + column + " IS NOT NULL THEN '\\x' || lower(hex(" + column + ")) END"
	}
	return "CASE WHEN typeof(" + column + ") = 'blob' THEN '\\x' || lower(hex(" + column + ")) ELSE " + column + " END"
}
