package commitlog

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// LSN is a log sequence number: records are numbered 1, 2, 3, … without gaps
// for the life of a database. 0 means none.
type LSN uint64

// Type says what a record is.
type Type uint8

// Record types. The log itself interprets TypePart, TypeCommit, TypeAbort and
// TypeOpen (in Assembler) and writes TypeOpen and TypeMark; the payloads of the
// rest are their writers' business.
const (
	TypePart     Type = 1 // a piece of a transaction's body
	TypeCommit   Type = 2 // the last piece and the seal: see Commit
	TypeAbort    Type = 3 // the parts of this transaction so far are void
	TypeCeiling  Type = 4 // ceiling over commit timestamps and read floor
	TypeSequence Type = 5 // ceiling of a sequence
	TypeOpen     Type = 6 // a process opened the log: transactions of earlier ones are over
	TypeMark     Type = 7 // carries a synced LSN and nothing else
	TypeReclaim  Type = 8 // history that nobody needs any more goes

	// TypeUser is the first type free for others.
	TypeUser Type = 32
)

// urgent records may use the reserve that is kept when the disk is full: they
// are small and let running work end.
func (t Type) urgent() bool {
	switch t {
	case TypeAbort, TypeCeiling, TypeSequence, TypeOpen, TypeMark:
		return true
	}
	return false
}

// HasEffects reports whether a record's payload is a body of effects that belong
// to no transaction.
func (t Type) HasEffects() bool {
	return t == TypeCeiling || t == TypeSequence || t == TypeReclaim
}

// Record is one entry of the log.
type Record struct {
	Type      Type
	LSN       LSN    // set by Append
	Txn       uint64 // transaction; unique within one opening of the log
	Timestamp int64  // commit time, microseconds since 2000-01-01 UTC; 0 where it means nothing
	Synced    LSN    // greatest LSN known to be synced when this one was appended; set by Append
	Payload   []byte
}

// Layout of a record, little endian; padded with zeros to a multiple of 8:
//
//	 0  uint32  CRC32C of bytes [4, 48+length), seeded by the segment
//	 4  uint32  CRC of the previous record (0 before the first)
//	 8  uint32  length of the payload
//	12  uint8   type
//	13  uint8   0
//	14  uint16  recordMagic: makes the search for records behind a bad one cheap
//	16  uint64  LSN
//	24  uint64  transaction
//	32  int64   timestamp
//	40  uint64  synced LSN
//	48  payload
const (
	recordHeaderBytes = 48
	recordAlign       = 8
	recordMagic       = 0x5EC0
)

// PayloadMax is the longest payload of a record in bytes: a part of PartMax and
// the head of a commit record.
const PayloadMax = PartMax + commitHeadBytes

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errBadRecord is why bytes are not a record; Open turns it into a position.
var errBadRecord = errors.New("not a valid record")

// recordBytes is the size of a record on disk.
func recordBytes(payload int) int64 {
	return (recordHeaderBytes + int64(payload) + recordAlign - 1) &^ (recordAlign - 1)
}

// appendRecord encodes r behind a record with checksum previous and returns r's own checksum.
func appendRecord(dst []byte, r *Record, seed, previous uint32) ([]byte, uint32) {
	at := len(dst)
	var h [recordHeaderBytes]byte
	binary.LittleEndian.PutUint32(h[4:], previous)
	binary.LittleEndian.PutUint32(h[8:], uint32(len(r.Payload)))
	h[12] = byte(r.Type)
	binary.LittleEndian.PutUint16(h[14:], recordMagic)
	binary.LittleEndian.PutUint64(h[16:], uint64(r.LSN))
	binary.LittleEndian.PutUint64(h[24:], r.Txn)
	binary.LittleEndian.PutUint64(h[32:], uint64(r.Timestamp))
	binary.LittleEndian.PutUint64(h[40:], uint64(r.Synced))
	sum := crc32.Update(seed, castagnoli, h[4:])
	sum = crc32.Update(sum, castagnoli, r.Payload)
	binary.LittleEndian.PutUint32(h[:], sum)
	dst = append(dst, h[:]...)
	dst = append(dst, r.Payload...)
	for (len(dst)-at)%recordAlign != 0 {
		dst = append(dst, 0)
	}
	return dst, sum
}

// header is what precedes the payload, decoded but not yet trusted.
type header struct {
	sum, previous uint32
	length        int
	record        Record
}

// decodeHeader reads a record's header; ok is false where b cannot begin a record.
func decodeHeader(b []byte) (h header, ok bool) {
	if len(b) < recordHeaderBytes || binary.LittleEndian.Uint16(b[14:]) != recordMagic || b[13] != 0 {
		return header{}, false
	}
	length := binary.LittleEndian.Uint32(b[8:])
	if length > PayloadMax {
		return header{}, false
	}
	return header{
		sum:      binary.LittleEndian.Uint32(b),
		previous: binary.LittleEndian.Uint32(b[4:]),
		length:   int(length),
		record: Record{
			Type:      Type(b[12]),
			LSN:       LSN(binary.LittleEndian.Uint64(b[16:])),
			Txn:       binary.LittleEndian.Uint64(b[24:]),
			Timestamp: int64(binary.LittleEndian.Uint64(b[32:])),
			Synced:    LSN(binary.LittleEndian.Uint64(b[40:])),
		},
	}, true
}

// decodeRecord reads the record at the start of b, which must be of the segment
// with this seed. The payload aliases b.
func decodeRecord(b []byte, seed uint32) (header, error) {
	h, ok := decodeHeader(b)
	if !ok || int64(len(b)) < recordBytes(h.length) {
		return header{}, errBadRecord
	}
	end := recordHeaderBytes + h.length
	if crc32.Update(seed, castagnoli, b[4:end]) != h.sum {
		return header{}, errBadRecord
	}
	h.record.Payload = b[recordHeaderBytes:end:end]
	return h, nil
}
