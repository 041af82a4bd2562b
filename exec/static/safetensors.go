package static

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// maxHeaderBytes bounds the header of a safetensors file, as its own library does.
const maxHeaderBytes = 100 << 20

// tensor is one array of a safetensors file: raw little-endian values.
type tensor struct {
	dtype string
	shape []int
	data  []byte
}

// readTensors reads a safetensors file: eight bytes of header length, a JSON header
// that gives each array's type, shape and place, then the arrays.
func readTensors(file string) (map[string]tensor, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if len(raw) < 8 {
		return nil, fmt.Errorf("%s: not a safetensors file", file)
	}
	n := binary.LittleEndian.Uint64(raw)
	if n > maxHeaderBytes || n > uint64(len(raw)-8) {
		return nil, fmt.Errorf("%s: not a safetensors file", file)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(raw[8:8+n], &header); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	body := raw[8+n:]
	out := map[string]tensor{}
	for name, text := range header {
		if name == "__metadata__" {
			continue
		}
		var h struct {
			DType   string `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &h); err != nil {
			return nil, fmt.Errorf("%s: tensor %q: %w", file, name, err)
		}
		from, to := h.Offsets[0], h.Offsets[1]
		if from < 0 || to < from || to > len(body) {
			return nil, fmt.Errorf("%s: tensor %q lies outside of the file", file, name)
		}
		t := tensor{h.DType, h.Shape, body[from:to]}
		width, known := widths[h.DType]
		if !known || t.values()*width != len(t.data) {
			return nil, fmt.Errorf("%s: tensor %q of type %s does not have the size of its shape", file, name, h.DType)
		}
		out[name] = t
	}
	return out, nil
}

// widths of the types that are read, in bytes.
var widths = map[string]int{"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I8": 1, "I64": 8, "I32": 4}

// values is the number of values of the shape, -1 for a shape that cannot be.
func (t *tensor) values() int {
	n := 1
	for _, d := range t.shape {
		if d < 0 || d > 0 && n > math.MaxInt32*8/d {
			return -1
		}
		n *= d
	}
	return n
}

// float returns value i.
func (t *tensor) float(i int) float32 {
	switch t.dtype {
	case "F64":
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(t.data[8*i:])))
	case "F32":
		return math.Float32frombits(binary.LittleEndian.Uint32(t.data[4*i:]))
	case "F16":
		return half(binary.LittleEndian.Uint16(t.data[2*i:]))
	case "BF16":
		return math.Float32frombits(uint32(binary.LittleEndian.Uint16(t.data[2*i:])) << 16)
	case "I8":
		return float32(int8(t.data[i]))
	}
	return float32(t.integer(i))
}

// integer returns value i of a tensor of integers.
func (t *tensor) integer(i int) int64 {
	switch t.dtype {
	case "I64":
		return int64(binary.LittleEndian.Uint64(t.data[8*i:]))
	case "I32":
		return int64(int32(binary.LittleEndian.Uint32(t.data[4*i:])))
	}
	return int64(t.float(i))
}

// half converts an IEEE 754 half.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, int(h>>10&0x1f), uint32(h&0x3ff)
	switch exp {
	case 0: // zero and subnormals: frac · 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*0x1p-24))
	case 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp+112)<<23 | frac<<13)
}
