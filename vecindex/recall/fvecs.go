package recall

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

const dimMax = 1 << 20

// ReadFvecs reads a file of vectors: each a little-endian int32 dimension and that many
// float32.
func ReadFvecs(path string) (vecs [][]float32, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r := bufio.NewReader(f)
	for {
		var dim int32
		switch err := binary.Read(r, binary.LittleEndian, &dim); {
		case errors.Is(err, io.EOF):
			return vecs, nil
		case err != nil:
			return nil, err
		case dim < 1 || dim > dimMax:
			return nil, fmt.Errorf("%s: vector %d has %d dimensions", path, len(vecs), dim)
		}
		raw := make([]byte, 4*dim)
		if _, err := io.ReadFull(r, raw); err != nil {
			return nil, err
		}
		vec := make([]float32, dim)
		for i := range vec {
			vec[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		vecs = append(vecs, vec)
	}
}
