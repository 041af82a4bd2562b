package types

import (
	"encoding/binary"
	"math"

	"synapse/catalog/sqlerr"
)

// byteReader takes big-endian numbers off a message, never beyond its end.
type byteReader struct {
	b     []byte
	short bool
}

func (r *byteReader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.short = true
		r.b = nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *byteReader) int32() int32 {
	if b := r.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (r *byteReader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// appendSized appends one element or field: int32 length (-1 NULL) and bytes.
func appendSized(dst []byte, t Type, v Value) ([]byte, error) {
	if v.IsNull() {
		return binary.BigEndian.AppendUint32(dst, math.MaxUint32), nil
	}
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst, err := AppendBinary(dst, t, v)
	if err != nil {
		return dst, err
	}
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst, nil
}

// sized reads one element or field of type t.
func (r *byteReader) sized(t Type) (Value, error) {
	n := r.int32()
	if n == -1 && !r.short {
		return Null, nil
	}
	if n < -1 {
		return Null, errShortMessage()
	}
	b := r.take(int(n))
	if r.short {
		return Null, errShortMessage()
	}
	return ParseBinary(t, b)
}

func appendArrayBinary(dst []byte, t Type, v Value) ([]byte, error) {
	elem := t.Elem().NoMod()
	r := openArray(elem, v.s)
	if r.ndim == 0 && (t.OID == OIDInt2Vector || t.OID == OIDOIDVector) {
		// These two always have one dimension.
		dst = append(dst, 0, 0, 0, 1, 0, 0, 0, 0)
		dst = binary.BigEndian.AppendUint32(dst, uint32(elem.OID))
		return append(dst, 0, 0, 0, 0, 0, 0, 0, 0), nil
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(r.ndim))
	hasNulls := uint32(0)
	if r.nulls != "" {
		hasNulls = 1
	}
	dst = binary.BigEndian.AppendUint32(dst, hasNulls)
	dst = binary.BigEndian.AppendUint32(dst, uint32(elem.OID))
	for d := 0; d < r.ndim; d++ {
		dst = binary.BigEndian.AppendUint32(dst, uint32(r.dim(d)))
		dst = binary.BigEndian.AppendUint32(dst, uint32(r.lower(d)))
	}
	for {
		e, ok := r.next()
		if !ok {
			return dst, nil
		}
		var err error
		if dst, err = appendSized(dst, elem, e); err != nil {
			return dst, err
		}
	}
}

func parseArrayBinary(t Type, b []byte) (Value, error) {
	r := byteReader{b: b}
	ndim, flags, oid := r.int32(), r.int32(), OID(r.int32())
	a := Array{Elem: t.Elem().NoMod()}
	switch {
	case r.short:
		return Null, errShortMessage()
	case ndim < 0:
		return Null, badBinary("invalid number of dimensions: %d", ndim)
	case ndim > ArrayDimsMax:
		return Null, errArrayDims(int(ndim))
	case flags != 0 && flags != 1:
		return Null, badBinary("invalid array flags")
	case oid != a.Elem.OID:
		return Null, sqlerr.New(sqlerr.DatatypeMismatch, "binary data has array element type %d (%s) instead of expected %d (%s)",
			oid, typeNameOf(oid), a.Elem.OID, typeNameOf(a.Elem.OID))
	}
	for i := int32(0); i < ndim; i++ {
		a.Dims = append(a.Dims, r.int32())
		a.Lower = append(a.Lower, r.int32())
	}
	if r.short {
		return Null, errShortMessage()
	}
	n, err := checkArraySize(a.Dims)
	if err != nil {
		return Null, err
	}
	if err := checkArrayBounds(a.Dims, a.Lower); err != nil {
		return Null, err
	}
	// Every element takes four bytes at least: what claims more is refused before it is allocated.
	if n > len(r.b)/4 {
		return Null, errShortMessage()
	}
	a.Values = make([]Value, 0, n)
	for i := 0; i < n; i++ {
		v, err := r.sized(a.Elem)
		if err != nil {
			return Null, err
		}
		a.Values = append(a.Values, v)
	}
	if len(r.b) > 0 {
		return Null, badBinary("incorrect binary data format")
	}
	if n == 0 {
		a.Dims, a.Lower = nil, nil
	}
	return a.Encode(), nil
}

func typeNameOf(oid OID) string {
	if in := Lookup(oid); in != nil {
		return in.SQLName
	}
	return "-"
}

func appendRecordBinary(dst []byte, v Value) ([]byte, error) {
	r, err := DecodeRecord(v)
	if err != nil {
		return dst, err
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r.Values)))
	for i, f := range r.Values {
		dst = binary.BigEndian.AppendUint32(dst, uint32(r.Types[i].OID))
		if dst, err = appendSized(dst, r.Types[i], f); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// parseRecordBinary is record_recv. Errors: 0A000 for an anonymous record, 42804
// where the number or the types of the columns are others.
func parseRecordBinary(t Type, b []byte) (Value, error) {
	fields := t.Fields()
	if fields == nil {
		return Null, errAnonymousInput()
	}
	r := byteReader{b: b}
	n := int(r.int32())
	if r.short {
		return Null, errShortMessage()
	}
	if n != len(fields) {
		return Null, sqlerr.New(sqlerr.DatatypeMismatch, "wrong number of columns: %d, expected %d", n, len(fields))
	}
	rec := RecordValue{Of: t.OID}
	for i, f := range fields {
		oid := OID(r.int32())
		if r.short {
			return Null, errShortMessage()
		}
		if oid != f.Type.OID {
			return Null, sqlerr.New(sqlerr.DatatypeMismatch, "binary data has type %d (%s) instead of expected %d (%s) in record column %d",
				oid, typeNameOf(oid), f.Type.OID, typeNameOf(f.Type.OID), i+1)
		}
		v, err := r.sized(f.Type)
		if err == nil {
			v, err = ApplyTypmod(f.Type, v, false)
		}
		if err != nil {
			return Null, err
		}
		rec.Types, rec.Values = append(rec.Types, f.Type.NoMod()), append(rec.Values, v)
	}
	if len(r.b) > 0 {
		return Null, badBinary("improper binary format in record column %d", n)
	}
	return rec.Encode(), nil
}

// pgvector's format: int16 dimensions, int16 unused (0), the elements big endian.
func appendVectorBinary(dst []byte, f []float32) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(f)))
	dst = append(dst, 0, 0)
	for _, x := range f {
		dst = binary.BigEndian.AppendUint32(dst, math.Float32bits(x))
	}
	return dst
}

func appendHalfvecBinary(dst []byte, v Value) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(v.s)/2))
	dst = append(dst, 0, 0)
	for i := 0; i+1 < len(v.s); i += 2 {
		dst = append(dst, v.s[i+1], v.s[i])
	}
	return dst
}

// vectorHeader reads and checks what vector and halfvec share; it returns the elements' bytes.
func vectorHeader(b []byte, elemBytes int, typeName string) ([]byte, error) {
	r := byteReader{b: b}
	dims, unused := int(int16(r.uint16())), r.uint16()
	if r.short {
		return nil, errShortMessage()
	}
	if err := CheckVectorDims(dims, typeName); err != nil {
		return nil, err
	}
	if unused != 0 {
		return nil, sqlerr.New(sqlerr.DataException, "expected unused to be 0, not %d", unused)
	}
	if len(r.b) < dims*elemBytes {
		return nil, errShortMessage()
	}
	if len(r.b) > dims*elemBytes {
		return nil, badBinary("incorrect binary data format")
	}
	return r.b, nil
}

func parseVectorBinary(b []byte) (Value, error) {
	body, err := vectorHeader(b, 4, "vector")
	if err != nil {
		return Null, err
	}
	out := make([]byte, len(body))
	for i := 0; i < len(body); i += 4 {
		u := binary.BigEndian.Uint32(body[i:])
		if err := checkVectorElement(float64(math.Float32frombits(u)), "vector"); err != nil {
			return Null, err
		}
		binary.LittleEndian.PutUint32(out[i:], u)
	}
	return NewBytes(out), nil
}

func parseHalfvecBinary(b []byte) (Value, error) {
	body, err := vectorHeader(b, 2, "halfvec")
	if err != nil {
		return Null, err
	}
	out := make([]byte, len(body))
	for i := 0; i < len(body); i += 2 {
		u := binary.BigEndian.Uint16(body[i:])
		if err := checkVectorElement(float64(HalfToFloat32(u)), "halfvec"); err != nil {
			return Null, err
		}
		binary.LittleEndian.PutUint16(out[i:], u)
	}
	return NewBytes(out), nil
}

func parseBitsBinary(b []byte) (Value, error) {
	if len(b) < bitHeaderBytes {
		return Null, errShortMessage()
	}
	n := int(int32(binary.BigEndian.Uint32(b)))
	if n < 0 {
		return Null, badBinary("invalid length in external bit string")
	}
	body := b[bitHeaderBytes:]
	want := (n + 7) / 8
	if len(body) < want {
		return Null, errShortMessage()
	}
	if len(body) > want {
		return Null, badBinary("incorrect binary data format")
	}
	packed := append([]byte(nil), body...)
	if n%8 != 0 {
		packed[want-1] &= 0xff << (8 - n%8)
	}
	return NewBits(n, packed), nil
}

func parseInetBinary(b []byte, cidr bool) (Value, error) {
	name := "inet"
	if cidr {
		name = "cidr"
	}
	if len(b) < inetHeaderBytes {
		return Null, errShortMessage()
	}
	size := 4
	switch b[0] {
	case inetFamily4:
	case inetFamily6:
		size = 16
	default:
		return Null, badBinary("invalid address family in external \"%s\" value", name)
	}
	if int(b[1]) > 8*size {
		return Null, badBinary("invalid bits in external \"%s\" value", name)
	}
	if int(b[3]) != size {
		return Null, badBinary("invalid length in external \"%s\" value", name)
	}
	if len(b) != inetHeaderBytes+size {
		return Null, errShortMessage()
	}
	v := NewString(string(b))
	p := inetPrefix(v)
	if cidr && p.Masked().Addr() != p.Addr() {
		return Null, badBinary("invalid external \"cidr\" value").WithDetail("Value has bits set to right of mask.")
	}
	return newInet(p, cidr), nil
}
