package types

import (
	"encoding/binary"
	"math"

	"synapse/catalog/sqlerr"
)

// A payload is one value at rest inside a larger one (array elements, record
// fields, spill files): little-endian numbers of the type's own width for the
// fixed class, uvarint length and bytes for the variable class. NULL is the
// container's business.

// payloadWidth is the size of a fixed-class payload in bytes, 0 for the variable class.
func payloadWidth(k Kind) int {
	switch k {
	case KindBool, KindChar:
		return 1
	case KindInt2:
		return 2
	case KindInt4, KindOID, KindFloat4, KindDate:
		return 4
	case KindInt8, KindFloat8, KindTime, KindTimestamp, KindTimestamptz, KindEnum:
		return 8
	}
	return 0
}

// AppendPayload appends v, which must not be NULL.
func AppendPayload(dst []byte, t Type, v Value) []byte {
	return appendPayload(dst, t.Kind(), v)
}

func appendPayload(dst []byte, k Kind, v Value) []byte {
	switch payloadWidth(k) {
	case 1:
		return append(dst, byte(v.i))
	case 2:
		return binary.LittleEndian.AppendUint16(dst, uint16(v.i))
	case 4:
		if k == KindFloat4 {
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(v.Float())))
		}
		return binary.LittleEndian.AppendUint32(dst, uint32(v.i))
	case 8:
		return binary.LittleEndian.AppendUint64(dst, uint64(v.i))
	}
	dst = binary.AppendUvarint(dst, uint64(len(v.s)))
	return append(dst, v.s...)
}

// DecodePayload reads what AppendPayload wrote and returns the bytes used. The
// value aliases b. Error: XX001 where b is too short.
func DecodePayload(t Type, b []byte) (Value, int, error) {
	return decodePayload(t.Kind(), b)
}

func decodePayload(k Kind, b []byte) (Value, int, error) {
	w := payloadWidth(k)
	if len(b) < w {
		return Null, 0, errTornPayload()
	}
	switch w {
	case 1:
		return NewInt(int64(b[0])), 1, nil
	case 2:
		return NewInt(int64(int16(binary.LittleEndian.Uint16(b)))), 2, nil
	case 4:
		u := binary.LittleEndian.Uint32(b)
		switch k {
		case KindFloat4:
			return NewFloat(float64(math.Float32frombits(u))), 4, nil
		case KindOID:
			return NewInt(int64(u)), 4, nil
		}
		return NewInt(int64(int32(u))), 4, nil
	case 8:
		return NewInt(int64(binary.LittleEndian.Uint64(b))), 8, nil
	}
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return Null, 0, errTornPayload()
	}
	end := used + int(n)
	return NewBytes(b[used:end:end]), end, nil
}

func errTornPayload() error {
	return sqlerr.New(sqlerr.DataCorrupted, "stored value is shorter than its type needs")
}
