package types

import (
	"encoding/binary"
	"math/bits"

	"synapse/catalog/sqlerr"
)

// Span is a decoded interval: three parts that do not normalise into each other.
type Span struct {
	Micros int64
	Days   int32
	Months int32
}

const intervalBytes = 16

// AsSpan decodes a value of type interval.
func AsSpan(v Value) Span {
	if len(v.s) < intervalBytes {
		return Span{}
	}
	return Span{Micros: int64(le64(v.s)), Days: int32(le32(v.s[8:])), Months: int32(le32(v.s[12:]))}
}

// Value encodes the interval.
func (s Span) Value() Value {
	b := make([]byte, intervalBytes)
	binary.LittleEndian.PutUint64(b, uint64(s.Micros))
	binary.LittleEndian.PutUint32(b[8:], uint32(s.Days))
	binary.LittleEndian.PutUint32(b[12:], uint32(s.Months))
	return NewBytes(b)
}

// normal returns the length in microseconds as a 128-bit two's complement
// number, a month being 30 days and a day 24 hours: the order of intervals.
func (s Span) normal() (hi int64, lo uint64) {
	days := int64(s.Days) + int64(s.Months)*daysPerMonth
	h, l := bits.Mul64(uint64(days), uint64(usPerDay))
	if days < 0 {
		h -= uint64(usPerDay)
	}
	l, carry := bits.Add64(l, uint64(s.Micros), 0)
	h, _ = bits.Add64(h, uint64(s.Micros>>63), carry)
	return int64(h), l
}

// CompareSpans orders intervals by normalised length.
func CompareSpans(a, b Span) int {
	ah, al := a.normal()
	bh, bl := b.normal()
	switch {
	case ah != bh:
		return cmpInt(ah, bh)
	case al < bl:
		return -1
	case al > bl:
		return 1
	}
	return 0
}

func errIntervalRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "interval out of range")
}

// timetz payload: int64 microseconds, int32 seconds west of UTC, little endian.
const timetzBytes = 12

// NewTimetz makes a time with time zone; zone is seconds west of UTC as in PostgreSQL.
func NewTimetz(us int64, zone int32) Value {
	b := make([]byte, timetzBytes)
	binary.LittleEndian.PutUint64(b, uint64(us))
	binary.LittleEndian.PutUint32(b[8:], uint32(zone))
	return NewBytes(b)
}

// TimetzParts returns microseconds since midnight and the zone in seconds west of UTC.
func TimetzParts(v Value) (us int64, zone int32) {
	if len(v.s) < timetzBytes {
		return 0, 0
	}
	return int64(le64(v.s)), int32(le32(v.s[8:]))
}
