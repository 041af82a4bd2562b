package types

import (
	"encoding/binary"
	"strings"

	"synapse/catalog/sqlerr"
)

// The payload of bit and varbit is PostgreSQL's binary format: uint32 big
// endian number of bits, then the bits, the first one highest, padded with 0.
const bitHeaderBytes = 4

// NewBits makes a bit value of n bits from packed bytes, whose padding must be 0.
func NewBits(n int, packed []byte) Value {
	b := make([]byte, bitHeaderBytes, bitHeaderBytes+len(packed))
	binary.BigEndian.PutUint32(b, uint32(n))
	return NewBytes(append(b, packed...))
}

// BitLen returns the number of bits.
func BitLen(v Value) int {
	if len(v.s) < bitHeaderBytes {
		return 0
	}
	return int(be16(v.s))<<16 | int(be16(v.s[2:]))
}

// parseBits reads binary digits, optionally after b, or hexadecimal ones after x. Error: 22P02.
func parseBits(s string) (Value, error) {
	t, hex := s, false
	if t != "" && (t[0]|0x20 == 'b' || t[0]|0x20 == 'x') {
		hex = t[0]|0x20 == 'x'
		t = t[1:]
	}
	if hex {
		packed := make([]byte, (len(t)+1)/2)
		for i := 0; i < len(t); i++ {
			d := unhex(t[i])
			if d < 0 {
				return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%s\" is not a valid hexadecimal digit", firstRune(t[i:]))
			}
			packed[i/2] |= byte(d << (4 * (1 - i%2)))
		}
		return NewBits(4*len(t), packed), nil
	}
	packed := make([]byte, (len(t)+7)/8)
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '1':
			packed[i/8] |= 0x80 >> (i % 8)
		case '0':
		default:
			return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "\"%s\" is not a valid binary digit", firstRune(t[i:]))
		}
	}
	return NewBits(len(t), packed), nil
}

func appendBits(dst []byte, v Value) []byte {
	for i, n := 0, BitLen(v); i < n; i++ {
		c := v.s[bitHeaderBytes+i/8]
		dst = append(dst, '0'+c>>(7-i%8)&1)
	}
	return dst
}

// compareBits orders by the packed bytes, then the length.
func compareBits(a, b Value) int {
	if len(a.s) < bitHeaderBytes || len(b.s) < bitHeaderBytes {
		return strings.Compare(a.s, b.s)
	}
	x, y := a.s[bitHeaderBytes:], b.s[bitHeaderBytes:]
	n := min(len(x), len(y))
	if c := strings.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	return cmpInt(int64(BitLen(a)), int64(BitLen(b)))
}

func appendBitKey(dst []byte, v Value) []byte {
	if len(v.s) < bitHeaderBytes {
		return append(dst, keyEnd)
	}
	dst = appendStringKey(dst, v.s[bitHeaderBytes:])
	return append(dst, v.s[:bitHeaderBytes]...)
}

// fitBits applies bit(n) and varbit(n). Errors: 22026, 22001 for an implicit conversion.
func fitBits(t Type, v Value, explicit bool) (Value, error) {
	n, want := BitLen(v), int(t.Mod)
	varying := t.OID == OIDVarbit
	if n == want || (varying && n <= want) {
		return v, nil
	}
	if !explicit && varying {
		return Null, sqlerr.New(sqlerr.StringDataRightTruncation, "bit string too long for type bit varying(%d)", want)
	}
	if !explicit {
		return Null, sqlerr.New("22026", "bit string length %d does not match type bit(%d)", n, want)
	}
	packed := make([]byte, (want+7)/8)
	copy(packed, v.s[bitHeaderBytes:])
	if want%8 != 0 {
		packed[len(packed)-1] &= 0xff << (8 - want%8)
	}
	return NewBits(want, packed), nil
}
