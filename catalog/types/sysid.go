package types

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// The payload of tid is 6 bytes big endian (uint32 block, uint16 offset), that
// of pg_lsn 8 bytes big endian: both in order.
const (
	tidBytes = 6
	lsnBytes = 8
)

// parseTID reads (block,offset). Error: 22P02.
func parseTID(s string) (Value, error) {
	t := trimSpace(s)
	if len(t) < 2 || t[0] != '(' || t[len(t)-1] != ')' {
		return Null, badSyntax("tid", s)
	}
	block, offset, ok := strings.Cut(t[1:len(t)-1], ",")
	b, errB := strconv.ParseUint(block, 10, 32)
	o, errO := strconv.ParseUint(offset, 10, 16)
	if !ok || errB != nil || errO != nil {
		return Null, badSyntax("tid", s)
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(b))
	return NewBytes(binary.BigEndian.AppendUint16(out, uint16(o))), nil
}

func appendTID(dst []byte, s string) []byte {
	if len(s) < tidBytes {
		return dst
	}
	dst = append(dst, '(')
	dst = strconv.AppendUint(dst, uint64(be16(s))<<16|uint64(be16(s[2:])), 10)
	dst = append(dst, ',')
	dst = strconv.AppendUint(dst, uint64(be16(s[4:])), 10)
	return append(dst, ')')
}

// parseLSN reads XXXXXXXX/XXXXXXXX. Error: 22P02.
func parseLSN(s string) (Value, error) {
	hi, lo, ok := strings.Cut(s, "/")
	h, errH := strconv.ParseUint(hi, 16, 32)
	l, errL := strconv.ParseUint(lo, 16, 32)
	if !ok || errH != nil || errL != nil || len(hi) > 8 || len(lo) > 8 {
		return Null, badSyntax("pg_lsn", s)
	}
	return NewBytes(binary.BigEndian.AppendUint64(nil, h<<32|l)), nil
}

func appendLSN(dst []byte, s string) []byte {
	if len(s) < lsnBytes {
		return dst
	}
	u := binary.BigEndian.Uint64(NewString(s).Bytes())
	dst = append(dst, strings.ToUpper(strconv.FormatUint(u>>32, 16))...)
	dst = append(dst, '/')
	return append(dst, strings.ToUpper(strconv.FormatUint(u&0xffffffff, 16))...)
}
