package types

import (
	"encoding/binary"
)

// RecordValue is a decoded record (row value). Names is empty where the fields
// have none; then PostgreSQL calls them f1, f2, ….
type RecordValue struct {
	Of     OID // the composite type, 0 for an anonymous record
	Types  []Type
	Names  []string
	Values []Value
}

// The payload of a record: uvarint fields; byte flags (1: names; 2: a uint32 OID
// of the composite type follows; 4: the fields are the attributes of that type
// by number, dropped ones included); per field uint32 OID, the name (uvarint
// length, bytes) if any, byte 1 for NULL or 0 and the field's payload. Field
// types stand in the value because the plan knows a record only as "record".
const (
	recordHasNames = 1
	recordHasType  = 2
	recordByAttr   = 4
)

// Encode makes the record's value. Values of a composite type are in the order
// of its fields. They are stored by attribute number, so that attributes can be
// added and dropped later; where the fields are not the type's of today (AS OF,
// renamed by an alias) they keep the names they are given with.
func (r RecordValue) Encode() Value {
	if d := DefinedType(r.Of); d != nil && r.fits(d) {
		return r.encodeByAttr(d)
	}
	named, flags := len(r.Names) > 0, byte(0)
	if named {
		flags = recordHasNames
	}
	dst := r.header(len(r.Values), flags)
	for i, v := range r.Values {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(r.Types[i].OID))
		if named {
			dst = binary.AppendUvarint(dst, uint64(len(r.Names[i])))
			dst = append(dst, r.Names[i]...)
		}
		dst = appendField(dst, r.Types[i], v)
	}
	return NewBytes(dst)
}

func (r RecordValue) header(n int, flags byte) []byte {
	dst := binary.AppendUvarint(nil, uint64(n))
	if r.Of == 0 {
		return append(dst, flags)
	}
	return binary.LittleEndian.AppendUint32(append(dst, flags|recordHasType), uint32(r.Of))
}

func appendField(dst []byte, t Type, v Value) []byte {
	if v.IsNull() {
		return append(dst, 1)
	}
	return AppendPayload(append(dst, 0), t, v)
}

// fits reports whether the record has the fields that the type has now.
func (r *RecordValue) fits(d *Defined) bool {
	if len(r.Values) != len(d.Fields) || len(d.Fields) == 0 {
		return false
	}
	for i, f := range d.Fields {
		if r.Types[i].OID != f.Type.OID || len(r.Names) > 0 && r.Names[i] != f.Name {
			return false
		}
	}
	return true
}

func (r RecordValue) encodeByAttr(d *Defined) Value {
	n := d.Fields[len(d.Fields)-1].Attr + 1
	dst := r.header(n, recordByAttr)
	next := 0
	for attr := range n {
		if d.Fields[next].Attr != attr { // dropped
			dst = append(dst, 0, 0, 0, 0, 1)
			continue
		}
		dst = binary.LittleEndian.AppendUint32(dst, uint32(r.Types[next].OID))
		dst = appendField(dst, r.Types[next], r.Values[next])
		next++
	}
	return NewBytes(dst)
}

// DecodeRecord reads a record value; the fields alias it. A value of a composite
// type has the fields that the type has now. Error: XX001 for a torn payload.
func DecodeRecord(v Value) (RecordValue, error) {
	var r RecordValue
	b := v.Bytes()
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) || used >= len(b) {
		return r, errTornPayload()
	}
	flags := b[used]
	b = b[used+1:]
	if flags&recordHasType != 0 {
		if len(b) < 4 {
			return r, errTornPayload()
		}
		r.Of = OID(binary.LittleEndian.Uint32(b))
		b = b[4:]
	}
	if err := r.decodeFields(b, int(n), flags&recordHasNames != 0); err != nil {
		return RecordValue{}, err
	}
	if flags&recordByAttr != 0 {
		if d := DefinedType(r.Of); d != nil {
			return r.asDefined(d), nil
		}
	}
	return r, nil
}

func (r *RecordValue) decodeFields(b []byte, n int, named bool) error {
	r.Types = make([]Type, n)
	r.Values = make([]Value, n)
	if named {
		r.Names = make([]string, n)
	}
	for i := range r.Values {
		if len(b) < 4 {
			return errTornPayload()
		}
		r.Types[i] = Of(OID(binary.LittleEndian.Uint32(b)))
		b = b[4:]
		if named {
			name, used, err := decodePayload(KindText, b)
			if err != nil {
				return err
			}
			r.Names[i], b = name.s, b[used:]
		}
		if len(b) < 1 {
			return errTornPayload()
		}
		null := b[0] == 1
		b = b[1:]
		if null {
			continue
		}
		f, used, err := DecodePayload(r.Types[i], b)
		if err != nil {
			return err
		}
		r.Values[i], b = f, b[used:]
	}
	return nil
}

// asDefined picks the fields of a type from values by attribute number.
// Attributes that are younger than the value are NULL.
func (r *RecordValue) asDefined(d *Defined) RecordValue {
	out := RecordValue{
		Of: r.Of, Types: make([]Type, len(d.Fields)), Names: make([]string, len(d.Fields)), Values: make([]Value, len(d.Fields)),
	}
	for i, f := range d.Fields {
		out.Types[i], out.Names[i] = f.Type.NoMod(), f.Name
		if f.Attr < len(r.Values) && (r.Types[f.Attr].OID == f.Type.OID) {
			out.Values[i] = r.Values[f.Attr]
		}
	}
	return out
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
