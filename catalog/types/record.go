package types

import (
	"encoding/binary"
)

// RecordValue is a decoded record (row value). Names is empty where the fields
// have none; then PostgreSQL calls them f1, f2, ….
type RecordValue struct {
	Types  []Type
	Names  []string
	Values []Value
}

// The payload of a record: uvarint fields; byte flags (1: names); per field
// uint32 OID, the name (uvarint length, bytes) if any, byte 1 for NULL or 0 and
// the field's payload. Field types stand in the value because the plan knows a
// record only as "record".
const recordHasNames = 1

// Encode makes the record's value.
func (r RecordValue) Encode() Value {
	dst := binary.AppendUvarint(nil, uint64(len(r.Values)))
	if len(r.Names) > 0 {
		dst = append(dst, recordHasNames)
	} else {
		dst = append(dst, 0)
	}
	for i, v := range r.Values {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(r.Types[i].OID))
		if len(r.Names) > 0 {
			dst = binary.AppendUvarint(dst, uint64(len(r.Names[i])))
			dst = append(dst, r.Names[i]...)
		}
		if v.IsNull() {
			dst = append(dst, 1)
			continue
		}
		dst = append(dst, 0)
		dst = AppendPayload(dst, r.Types[i], v)
	}
	return NewBytes(dst)
}

// DecodeRecord reads a record value; the fields alias it. Error: XX001 for a torn payload.
func DecodeRecord(v Value) (RecordValue, error) {
	var r RecordValue
	b := v.Bytes()
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) || used >= len(b) {
		return r, errTornPayload()
	}
	named := b[used] == recordHasNames
	b = b[used+1:]
	r.Types = make([]Type, n)
	r.Values = make([]Value, n)
	if named {
		r.Names = make([]string, n)
	}
	for i := range r.Values {
		if len(b) < 4 {
			return RecordValue{}, errTornPayload()
		}
		r.Types[i] = Of(OID(binary.LittleEndian.Uint32(b)))
		b = b[4:]
		if named {
			name, used, err := decodePayload(KindText, b)
			if err != nil {
				return RecordValue{}, err
			}
			r.Names[i], b = name.s, b[used:]
		}
		if len(b) < 1 {
			return RecordValue{}, errTornPayload()
		}
		null := b[0] == 1
		b = b[1:]
		if null {
			continue
		}
		f, used, err := DecodePayload(r.Types[i], b)
		if err != nil {
			return RecordValue{}, err
		}
		r.Values[i], b = f, b[used:]
	}
	return r, nil
}

// appendRecord writes PostgreSQL's row output: (a,"b c",).
func appendRecord(dst []byte, v Value, f *Format) []byte {
	r, err := DecodeRecord(v)
	if err != nil {
		return append(dst, '(', ')')
	}
	dst = append(dst, '(')
	for i, e := range r.Values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if e.IsNull() {
			continue
		}
		at := len(dst)
		dst = AppendText(dst, r.Types[i], e, f)
		if !recordNeedsQuotes(dst[at:]) {
			continue
		}
		text := string(dst[at:])
		dst = append(dst[:at], '"')
		for j := 0; j < len(text); j++ {
			if text[j] == '"' || text[j] == '\\' {
				dst = append(dst, text[j])
			}
			dst = append(dst, text[j])
		}
		dst = append(dst, '"')
	}
	return append(dst, ')')
}

func recordNeedsQuotes(b []byte) bool {
	for _, c := range b {
		if c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || isSpace(c) {
			return true
		}
	}
	return len(b) == 0
}
