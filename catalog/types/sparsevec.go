package types

import (
	"encoding/binary"
	"math"
	"sort"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// Limits of sparsevec, pgvector's.
const (
	SparsevecDimsMax     = 1000000000
	SparsevecElementsMax = 16000 // that are not zero
)

// Sparse is a decoded sparsevec: the elements that are not zero, by ascending
// 0-based index (texts count from 1).
type Sparse struct {
	Dims    int
	Indices []int32
	Values  []float32
}

// The payload of a sparsevec, little endian: uint32 dimensions, the uint32
// indices, the float32 elements.
const sparseHeaderBytes = 4

// Value makes the sparsevec's value. The receiver must hold no zeros and be in order.
func (v Sparse) Value() Value {
	b := make([]byte, 0, sparseHeaderBytes+8*len(v.Indices))
	b = binary.LittleEndian.AppendUint32(b, uint32(v.Dims))
	for _, i := range v.Indices {
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
	}
	for _, f := range v.Values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return NewBytes(b)
}

// AsSparse decodes a sparsevec.
func AsSparse(v Value) Sparse {
	n := max(len(v.s)-sparseHeaderBytes, 0) / 8
	out := Sparse{Indices: make([]int32, n), Values: make([]float32, n)}
	if len(v.s) >= sparseHeaderBytes {
		out.Dims = int(le32(v.s))
	}
	for i := range n {
		out.Indices[i] = int32(le32(v.s[sparseHeaderBytes+4*i:]))
		out.Values[i] = math.Float32frombits(le32(v.s[sparseHeaderBytes+4*(n+i):]))
	}
	return out
}

// SparseOf keeps the elements of a dense vector that are not zero. Error: 54000
// for more than SparsevecElementsMax of them.
func SparseOf(f []float32) (Sparse, error) {
	out := Sparse{Dims: len(f)}
	for i, x := range f {
		if x != 0 {
			out.Indices, out.Values = append(out.Indices, int32(i)), append(out.Values, x)
		}
	}
	return out, checkSparseElements(len(out.Values))
}

// Dense is the vector with its zeros; Dims must be small enough for one.
func (v Sparse) Dense() []float32 {
	out := make([]float32, v.Dims)
	for i, at := range v.Indices {
		out[at] = v.Values[i]
	}
	return out
}

func checkSparseDims(n int64) error {
	if n < 1 {
		return sqlerr.New(sqlerr.DataException, "sparsevec must have at least 1 dimension")
	}
	if n > SparsevecDimsMax {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "sparsevec cannot have more than %d dimensions", SparsevecDimsMax)
	}
	return nil
}

func checkSparseElements(n int) error {
	if n > SparsevecElementsMax {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "sparsevec cannot have more than %d non-zero elements", SparsevecElementsMax)
	}
	return nil
}

func errSparseIndex() error {
	return sqlerr.New(sqlerr.DataException, "sparsevec index out of bounds")
}

// sparseParser reads '{index:element,…}/dimensions'.
type sparseParser struct {
	src string
	at  int
}

func (p *sparseParser) bad(detail string) error {
	e := sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type sparsevec: \"%s\"", p.src)
	if detail != "" {
		e = e.WithDetail("%s", detail)
	}
	return e
}

// is skips blanks and takes a character if it is the next one.
func (p *sparseParser) is(c byte) bool {
	p.at = skipSpaces(p.src, p.at)
	if p.at < len(p.src) && p.src[p.at] == c {
		p.at++
		return true
	}
	return false
}

// number reads an integer; what is too large stays too large for any index.
func (p *sparseParser) number() (int64, error) {
	p.at = skipSpaces(p.src, p.at)
	start := p.at
	if p.at < len(p.src) && (p.src[p.at] == '-' || p.src[p.at] == '+') {
		p.at++
	}
	digits := p.at
	for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
		p.at++
	}
	if p.at == digits {
		return 0, p.bad("")
	}
	n, _ := strconv.ParseInt(p.src[start:p.at], 10, 64) // on overflow the nearest number
	return max(min(n, math.MaxInt32), -math.MaxInt32), nil
}

// element reads a float4.
func (p *sparseParser) element() (float32, error) {
	p.at = skipSpaces(p.src, p.at)
	start := p.at
	for p.at < len(p.src) && !strings.ContainsRune(",}", rune(p.src[p.at])) && !isSpace(p.src[p.at]) {
		p.at++
	}
	word := p.src[start:p.at]
	v, err := parseFloat(word, 32, "sparsevec")
	switch {
	case err != nil && sqlerr.Is(err, sqlerr.NumericValueOutOfRange):
		return 0, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type sparsevec", word)
	case err != nil:
		return 0, p.bad("")
	}
	return float32(v.Float()), checkVectorElement(v.Float(), "sparsevec")
}

// parseSparsevec is sparsevec_in. Errors: 22P02 for the form, 22000 for indices
// and elements that no sparsevec has, 22003, 54000.
func parseSparsevec(s string) (Value, error) {
	p := &sparseParser{src: s}
	if !p.is('{') {
		return Null, p.bad("Vector contents must start with \"{\".")
	}
	out := Sparse{}
	for first := true; !p.is('}'); first = false {
		if !first && !p.is(',') {
			return Null, p.bad("")
		}
		index, err := p.number()
		if err != nil {
			return Null, err
		}
		if !p.is(':') {
			return Null, p.bad("")
		}
		f, err := p.element()
		if err != nil {
			return Null, err
		}
		if f != 0 {
			out.Indices, out.Values = append(out.Indices, int32(index-1)), append(out.Values, f)
		}
		if err := checkSparseElements(len(out.Values)); err != nil {
			return Null, err
		}
	}
	if !p.is('/') {
		return Null, p.bad("Unexpected end of input.")
	}
	dims, err := p.number()
	if err != nil {
		return Null, err
	}
	if p.at = skipSpaces(s, p.at); p.at < len(s) {
		return Null, p.bad("Junk after closing.")
	}
	if err := checkSparseDims(dims); err != nil {
		return Null, err
	}
	out.Dims = int(dims)
	sort.Sort(sparseByIndex(out))
	if err := out.checkIndices("sparsevec indices must not contain duplicates"); err != nil {
		return Null, err
	}
	return out.Value(), nil
}

// checkIndices refuses indices outside the dimensions; message is for those that do not ascend.
func (v Sparse) checkIndices(message string) error {
	for i, at := range v.Indices {
		if at < 0 || int(at) >= v.Dims {
			return errSparseIndex()
		}
		if i > 0 && at <= v.Indices[i-1] {
			return sqlerr.New(sqlerr.DataException, "%s", message)
		}
	}
	return nil
}

type sparseByIndex Sparse

func (v sparseByIndex) Len() int           { return len(v.Indices) }
func (v sparseByIndex) Less(i, j int) bool { return v.Indices[i] < v.Indices[j] }
func (v sparseByIndex) Swap(i, j int) {
	v.Indices[i], v.Indices[j] = v.Indices[j], v.Indices[i]
	v.Values[i], v.Values[j] = v.Values[j], v.Values[i]
}

func appendSparsevec(dst []byte, val Value) []byte {
	v := AsSparse(val)
	dst = append(dst, '{')
	for i, at := range v.Indices {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(at)+1, 10)
		dst = AppendFloat(append(dst, ':'), float64(v.Values[i]), 32, 1)
	}
	return strconv.AppendInt(append(dst, '}', '/'), int64(v.Dims), 10)
}

// appendSparsevecBinary is pgvector's format: int32 dimensions, int32 elements,
// int32 unused (0), the int32 indices from 0, the float4 elements.
func appendSparsevecBinary(dst []byte, val Value) []byte {
	v := AsSparse(val)
	dst = binary.BigEndian.AppendUint32(dst, uint32(v.Dims))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(v.Indices)))
	dst = append(dst, 0, 0, 0, 0)
	for _, i := range v.Indices {
		dst = binary.BigEndian.AppendUint32(dst, uint32(i))
	}
	for _, f := range v.Values {
		dst = binary.BigEndian.AppendUint32(dst, math.Float32bits(f))
	}
	return dst
}

func parseSparsevecBinary(b []byte) (Value, error) {
	r := byteReader{b: b}
	dims, n, unused := r.int32(), r.int32(), r.int32()
	switch {
	case r.short:
		return Null, errShortMessage()
	case n < 0:
		return Null, sqlerr.New(sqlerr.DataException, "sparsevec cannot have negative number of elements")
	case unused != 0:
		return Null, sqlerr.New(sqlerr.DataException, "expected unused to be 0, not %d", unused)
	case n > dims:
		return Null, sqlerr.New(sqlerr.DataException, "sparsevec cannot have more elements than dimensions")
	}
	if err := checkSparseDims(int64(dims)); err != nil {
		return Null, err
	}
	if err := checkSparseElements(int(n)); err != nil {
		return Null, err
	}
	v := Sparse{Dims: int(dims), Indices: make([]int32, n), Values: make([]float32, n)}
	for i := range v.Indices {
		v.Indices[i] = r.int32()
	}
	for i := range v.Values {
		v.Values[i] = math.Float32frombits(uint32(r.int32()))
		if v.Values[i] == 0 && !r.short {
			return Null, sqlerr.New(sqlerr.DataException, "binary representation of sparsevec cannot contain zero values")
		}
		if err := checkVectorElement(float64(v.Values[i]), "sparsevec"); err != nil {
			return Null, err
		}
	}
	switch {
	case r.short:
		return Null, errShortMessage()
	case len(r.b) > 0:
		return Null, badBinary("incorrect binary data format")
	}
	return v.Value(), v.checkIndices("sparsevec indices must be in ascending order")
}

// compareSparse orders as the dense vectors would be ordered, then by
// dimensions. (pgvector differs for vectors of unlike dimensions of which the
// longer one has a negative element beyond the shorter one's end.)
func compareSparse(a, b Value) int {
	return strings.Compare(string(appendSparseKey(nil, a)), string(appendSparseKey(nil, b)))
}

// Marks of an element in a key: below, at and above the zeros of the other vector.
const (
	sparseNegative = 0x00
	sparseEnd      = 0x01
	sparsePositive = 0x02
)

// appendSparseKey: a positive element sorts above the zeros that a vector whose
// next element comes later has there, and the more so the earlier it comes; a
// negative one below them.
func appendSparseKey(dst []byte, val Value) []byte {
	v := AsSparse(val)
	for i, at := range v.Indices {
		if v.Values[i] > 0 {
			dst = binary.BigEndian.AppendUint32(append(dst, sparsePositive), ^uint32(at))
		} else {
			dst = binary.BigEndian.AppendUint32(append(dst, sparseNegative), uint32(at))
		}
		dst = binary.BigEndian.AppendUint64(dst, sortableFloat(float64(v.Values[i])))
	}
	return binary.BigEndian.AppendUint32(append(dst, sparseEnd), uint32(v.Dims))
}
