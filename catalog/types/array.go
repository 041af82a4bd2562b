package types

import (
	"encoding/binary"
	"math"

	"synapse/catalog/sqlerr"
)

// Limits of arrays, as in PostgreSQL.
const (
	ArrayDimsMax  = 6
	ArrayItemsMax = 134217727 // elements of all dimensions together
)

// Array is a decoded array value. Dims and Lower have one entry per dimension
// and are empty for the empty array; Values are in row-major order. Elem is the
// element type.
type Array struct {
	Elem   Type
	Dims   []int32
	Lower  []int32
	Values []Value
}

// NewArray makes a one-dimensional array with lower bound 1.
func NewArray(elem Type, values []Value) Array {
	a := Array{Elem: elem, Values: values}
	if len(values) > 0 {
		a.Dims = []int32{int32(len(values))}
		a.Lower = []int32{1}
	}
	return a
}

// The payload of an array: byte ndim; byte flags (1: a null bitmap follows the
// bounds); ndim × (int32 length, int32 lower bound) little endian; the bitmap,
// bit set = NULL; the payloads of the elements that are not NULL.
const (
	arrayHeaderBytes = 2
	arrayHasNulls    = 1
)

// Encode makes the array's value. The receiver must be consistent: the product
// of Dims is len(Values).
func (a Array) Encode() Value {
	k := a.Elem.Kind()
	nulls := false
	size := arrayHeaderBytes + 8*len(a.Dims)
	w := payloadWidth(k)
	for _, v := range a.Values {
		if v.IsNull() {
			nulls = true
		} else if w > 0 {
			size += w
		} else {
			size += len(v.s) + 2
		}
	}
	if nulls {
		size += (len(a.Values) + 7) / 8
	}
	dst := make([]byte, arrayHeaderBytes, size)
	if len(a.Values) == 0 {
		return NewBytes(dst)
	}
	dst[0] = byte(len(a.Dims))
	for i := range a.Dims {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(a.Dims[i]))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(a.Lower[i]))
	}
	if nulls {
		dst[1] = arrayHasNulls
		at := len(dst)
		dst = append(dst, make([]byte, (len(a.Values)+7)/8)...)
		for i, v := range a.Values {
			if v.IsNull() {
				dst[at+i>>3] |= 1 << (i & 7)
			}
		}
	}
	for _, v := range a.Values {
		if !v.IsNull() {
			dst = appendPayload(dst, k, v)
		}
	}
	return NewBytes(dst)
}

// arrayReader walks an array's payload without decoding it into a slice.
type arrayReader struct {
	ndim  int
	n     int    // elements
	dims  string // ndim × 8 bytes
	nulls string // bitmap or empty
	body  []byte
	kind  Kind
	i     int
	bad   bool
}

func openArray(elem Type, s string) arrayReader {
	r := arrayReader{kind: elem.Kind()}
	if len(s) < arrayHeaderBytes {
		r.bad = true
		return r
	}
	r.ndim = int(s[0])
	head := arrayHeaderBytes + 8*r.ndim
	if r.ndim > ArrayDimsMax || len(s) < head {
		r.bad = true
		return r
	}
	r.dims = s[arrayHeaderBytes:head]
	if r.ndim > 0 {
		r.n = 1
	}
	for d := 0; d < r.ndim; d++ {
		r.n *= int(r.dim(d))
		if r.n < 0 || r.n > ArrayItemsMax {
			r.bad = true
			return r
		}
	}
	if s[1] == arrayHasNulls {
		w := (r.n + 7) / 8
		if len(s) < head+w {
			r.bad = true
			return r
		}
		r.nulls = s[head : head+w]
		head += w
	}
	r.body = NewString(s[head:]).Bytes()
	return r
}

func (r *arrayReader) dim(d int) int32   { return int32(le32(r.dims[8*d:])) }
func (r *arrayReader) lower(d int) int32 { return int32(le32(r.dims[8*d+4:])) }

// next returns the next element; ok is false at the end or on a torn payload (then bad is set).
func (r *arrayReader) next() (v Value, ok bool) {
	if r.i >= r.n || r.bad {
		return Null, false
	}
	i := r.i
	r.i++
	if r.nulls != "" && r.nulls[i>>3]&(1<<(i&7)) != 0 {
		return Null, true
	}
	v, used, err := decodePayload(r.kind, r.body)
	if err != nil {
		r.bad = true
		return Null, false
	}
	r.body = r.body[used:]
	return v, true
}

func le32(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func le64(s string) uint64 {
	return uint64(le32(s)) | uint64(le32(s[4:]))<<32
}

// DecodeArray reads an array value; the elements alias it. t is the array type.
// Error: XX001 for a torn payload.
func DecodeArray(t Type, v Value) (Array, error) {
	elem := t.Elem()
	r := openArray(elem, v.s)
	a := Array{Elem: elem}
	if !r.bad && r.ndim > 0 {
		a.Dims = make([]int32, r.ndim)
		a.Lower = make([]int32, r.ndim)
		for d := range a.Dims {
			a.Dims[d], a.Lower[d] = r.dim(d), r.lower(d)
		}
		a.Values = make([]Value, 0, min(r.n, len(v.s)*8))
		for {
			e, ok := r.next()
			if !ok {
				break
			}
			a.Values = append(a.Values, e)
		}
	}
	if r.bad {
		return Array{Elem: elem}, errTornPayload()
	}
	return a, nil
}

// ArrayLen returns the number of elements of all dimensions together.
func ArrayLen(v Value) int {
	r := openArray(Type{}, v.s)
	return r.n
}

// ArrayDims returns lengths and lower bounds, both empty for the empty array.
func ArrayDims(v Value) (dims, lower []int32) {
	r := openArray(Type{}, v.s)
	for d := 0; d < r.ndim && !r.bad; d++ {
		dims = append(dims, r.dim(d))
		lower = append(lower, r.lower(d))
	}
	return dims, lower
}

// ArrayEach calls f for each element in row-major order until f returns false.
// It allocates nothing. t is the array type.
func ArrayEach(t Type, v Value, f func(i int, e Value) bool) {
	r := openArray(t.Elem(), v.s)
	for i := 0; ; i++ {
		e, ok := r.next()
		if !ok || !f(i, e) {
			return
		}
	}
}

// checkArraySize guards the product of dimensions before anything is allocated (54000).
func checkArraySize(dims []int32) (int, error) {
	n := int64(1)
	for _, d := range dims {
		if d < 0 {
			return 0, errArraySize()
		}
		n *= int64(d)
		if n > ArrayItemsMax {
			return 0, errArraySize()
		}
	}
	if len(dims) == 0 {
		return 0, nil
	}
	return int(n), nil
}

func errArraySize() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", ArrayItemsMax)
}

func errArrayDims(n int) error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", n, ArrayDimsMax)
}

// checkArrayBounds refuses an upper bound beyond int32 (54000).
func checkArrayBounds(dims, lower []int32) error {
	for i := range dims {
		if int64(lower[i])+int64(dims[i])-1 > math.MaxInt32-1 {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "array lower bound is too large: %d", lower[i])
		}
	}
	return nil
}
