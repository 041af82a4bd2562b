package types

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"unsafe"

	"synapse/catalog/sqlerr"
)

// VectorDimsMax is the most dimensions a vector or halfvec value has (pgvector's limit).
const VectorDimsMax = 16000

// float32 payloads are little endian, so on such a machine they can be viewed in place.
var littleEndian = func() bool {
	x := uint16(1)
	return *(*byte)(unsafe.Pointer(&x)) == 1
}()

// VectorFromFloat32s makes a vector value; it copies.
func VectorFromFloat32s(f []float32) Value {
	b := make([]byte, 4*len(f))
	for i, x := range f {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	return NewBytes(b)
}

// AsFloat32s returns the vector's numbers, in place where the payload is aligned
// to four bytes, else as a copy. The result must not be written to.
func AsFloat32s(v Value) []float32 {
	n := len(v.s) / 4
	if n == 0 {
		return nil
	}
	p := unsafe.Pointer(unsafe.StringData(v.s))
	if littleEndian && uintptr(p)%4 == 0 {
		return unsafe.Slice((*float32)(p), n)
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(le32(v.s[4*i:]))
	}
	return out
}

// VectorDims returns the dimensions of a vector, halfvec or sparsevec value.
func VectorDims(t Type, v Value) int {
	switch t.OID {
	case OIDHalfvec:
		return len(v.s) / 2
	case OIDSparsevec:
		return AsSparse(v).Dims
	}
	return len(v.s) / 4
}

// CheckVector refuses NaN and infinities (22000), as pgvector does for every vector it makes.
func CheckVector(f []float32, typeName string) error {
	for _, x := range f {
		if err := checkVectorElement(float64(x), typeName); err != nil {
			return err
		}
	}
	return nil
}

func checkVectorElement(x float64, typeName string) error {
	if math.IsNaN(x) {
		return sqlerr.New(sqlerr.DataException, "NaN not allowed in %s", typeName)
	}
	if math.IsInf(x, 0) {
		return sqlerr.New(sqlerr.DataException, "infinite value not allowed in %s", typeName)
	}
	return nil
}

// CheckVectorDims refuses a dimension outside 1..VectorDimsMax (22000, 54000).
func CheckVectorDims(n int, typeName string) error {
	if n < 1 {
		return sqlerr.New(sqlerr.DataException, "%s must have at least 1 dimension", typeName)
	}
	if n > VectorDimsMax {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "%s cannot have more than %d dimensions", typeName, VectorDimsMax)
	}
	return nil
}

// parseVectorElements reads '[1,2,3]'. Errors: 22P02 for the form, 22003 for an
// element beyond float32, 22000 for NaN, infinities and no dimensions.
func parseVectorElements(s, typeName string) ([]float32, error) {
	bad := func(detail string) error {
		e := sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typeName, s)
		if detail != "" {
			_ = e.WithDetail("%s", detail)
		}
		return e
	}
	at := skipSpaces(s, 0)
	if at >= len(s) || s[at] != '[' {
		return nil, bad("Vector contents must start with \"[\".")
	}
	at = skipSpaces(s, at+1)
	if at < len(s) && s[at] == ']' {
		return nil, CheckVectorDims(0, typeName)
	}
	out := make([]float32, 0, min(len(s)/4+1, VectorDimsMax))
	for {
		if len(out) == VectorDimsMax {
			return nil, CheckVectorDims(VectorDimsMax+1, typeName)
		}
		at = skipSpaces(s, at)
		if x, end, ok := shortFloat32(s, at); ok && end < len(s) && s[end] == ',' {
			out = append(out, x)
			at = end + 1
			continue
		}
		end := at
		for end < len(s) && s[end] != ',' && s[end] != ']' {
			end++
		}
		if end == len(s) || end == at {
			return nil, bad("")
		}
		x, err := parseVectorNumber(trimSpace(s[at:end]), typeName, bad)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		at = end + 1
		if s[end] == ']' {
			break
		}
	}
	if skipSpaces(s, at) != len(s) {
		return nil, bad("Junk after closing right brace.")
	}
	return out, nil
}

func parseVectorNumber(t, typeName string, bad func(string) error) (float32, error) {
	if f, ok := parseFloatWord(t); ok {
		return 0, checkVectorElement(f, typeName)
	}
	if t == "" || !isFloatStart(t) {
		return 0, bad("")
	}
	f, err := strconv.ParseFloat(t, 32)
	if errors.Is(err, strconv.ErrRange) {
		return 0, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type %s", t, typeName)
	}
	if err != nil {
		return 0, bad("")
	}
	return float32(f), nil
}

func skipSpaces(s string, at int) int {
	for at < len(s) && isSpace(s[at]) {
		at++
	}
	return at
}

func parseVector(s string) (Value, error) {
	f, err := parseVectorElements(s, "vector")
	if err != nil {
		return Null, err
	}
	return VectorFromFloat32s(f), nil
}

func appendVector(dst []byte, f []float32) []byte {
	dst = append(dst, '[')
	for i, x := range f {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendFloat(dst, float64(x), 32, 1)
	}
	return append(dst, ']')
}
