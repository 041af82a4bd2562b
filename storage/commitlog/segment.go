package commitlog

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path"
	"strconv"
	"strings"

	"synapse/storage/vfs"
)

// Layout of a segment's header, little endian; records begin at segmentDataStart:
//
//	 0  8 bytes   segmentMagic
//	 8  uint32    segmentFormat
//	12  uint32    CRC of the last record of the segment before (0: none)
//	16  16 bytes  database id
//	32  uint64    segment id, counted up from 1
//	40  uint64    LSN of the first record
//	48  uint64    synced LSN when the segment came into use
//	56  uint32    0
//	60  uint32    CRC32C of bytes [0, 60)
const (
	segmentMagic       = "SYNAPLOG"
	segmentFormat      = 1
	segmentHeaderBytes = 64
	segmentDataStart   = 512 // the header has a disk sector to itself
	segmentSuffix      = ".log"
	spareSuffix        = ".spare"
)

// DatabaseID names a database for ever.
type DatabaseID [16]byte

// String gives hexadecimal.
func (id DatabaseID) String() string { return fmt.Sprintf("%x", id[:]) }

// segment is one file of the log. Its identity is immutable; Log.mu guards the rest.
type segment struct {
	id       uint64
	first    LSN    // of its first record
	previous uint32 // CRC of the record before first
	synced   LSN    // header's synced LSN
	seed     uint32
	name     string // path

	named bool  // the file durably has its header and its final name
	size  int64 // allocated bytes
	used  int64 // end of the last record
	file  vfs.File
}

// identify sets what follows from id, first and the database.
func (s *segment) identify(db DatabaseID) {
	var b [32]byte
	copy(b[:], db[:])
	binary.LittleEndian.PutUint64(b[16:], s.id)
	binary.LittleEndian.PutUint64(b[24:], uint64(s.first))
	s.seed = crc32.Checksum(b[:], castagnoli)
}

func segmentName(dir string, first LSN) string {
	return path.Join(dir, fmt.Sprintf("%016x%s", uint64(first), segmentSuffix))
}

func spareName(dir string, id uint64) string {
	return path.Join(dir, strconv.FormatUint(id, 10)+spareSuffix)
}

// parseSegmentName returns the first LSN a file name promises.
func parseSegmentName(name string) (LSN, bool) {
	hex, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok || len(hex) != 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(hex, 16, 64)
	return LSN(n), err == nil && n > 0
}

func (s *segment) encodeHeader(db DatabaseID) []byte {
	b := make([]byte, segmentHeaderBytes)
	copy(b, segmentMagic)
	binary.LittleEndian.PutUint32(b[8:], segmentFormat)
	binary.LittleEndian.PutUint32(b[12:], s.previous)
	copy(b[16:], db[:])
	binary.LittleEndian.PutUint64(b[32:], s.id)
	binary.LittleEndian.PutUint64(b[40:], uint64(s.first))
	binary.LittleEndian.PutUint64(b[48:], uint64(s.synced))
	binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	return b
}

// decodeSegment reads a header; what is empty, or says why the header is no good.
func decodeSegment(b []byte) (s *segment, db DatabaseID, what string) {
	switch {
	case len(b) < segmentHeaderBytes:
		return nil, db, "the file is shorter than a segment header"
	case string(b[:8]) != segmentMagic:
		return nil, db, "the file does not begin with a segment header"
	case crc32.Checksum(b[:60], castagnoli) != binary.LittleEndian.Uint32(b[60:]):
		return nil, db, "the segment header's checksum is wrong"
	case binary.LittleEndian.Uint32(b[8:]) != segmentFormat:
		return nil, db, fmt.Sprintf("segment format %d is not known to this version", binary.LittleEndian.Uint32(b[8:]))
	}
	s = &segment{
		previous: binary.LittleEndian.Uint32(b[12:]),
		id:       binary.LittleEndian.Uint64(b[32:]),
		first:    LSN(binary.LittleEndian.Uint64(b[40:])),
		synced:   LSN(binary.LittleEndian.Uint64(b[48:])),
	}
	copy(db[:], b[16:32])
	s.identify(db)
	return s, db, ""
}
