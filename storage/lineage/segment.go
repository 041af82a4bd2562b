package lineage

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// A segment starts with magic, its number and the chain hash before its first
// frame; then frames: length (4), CRC32C of the payload (4), chain hash (32), payload.
const (
	segmentMagic    = "SYNLIN01"
	segmentHead     = len(segmentMagic) + 8 + sha256.Size
	frameHead       = 4 + 4 + sha256.Size
	maxFrameBytes   = 64 << 20
	segmentMaxBytes = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// chainHash is the hash of a frame: it covers the frame before.
func chainHash(prev [sha256.Size]byte, payload []byte) (h [sha256.Size]byte) {
	s := sha256.New()
	s.Write(prev[:])
	s.Write(payload)
	s.Sum(h[:0])
	return h
}

func segmentName(dir string, n uint64) string {
	return filepath.Join(dir, fmt.Sprintf("lineage-%012d.seg", n))
}

// segments lists the numbers of the segments in order.
func segments(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), "lineage-")
		if !ok {
			continue
		}
		if n, err := strconv.ParseUint(strings.TrimSuffix(name, ".seg"), 10, 64); err == nil && strings.HasSuffix(name, ".seg") {
			out = append(out, n)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out, nil
}

// segmentFile is the segment being written.
type segmentFile struct {
	f     *os.File
	n     uint64
	size  int64
	chain [sha256.Size]byte
	enc   encoder
}

// createSegment starts a segment after the chain hash prev.
func createSegment(dir string, n uint64, prev [sha256.Size]byte) (*segmentFile, error) {
	f, err := os.OpenFile(segmentName(dir, n), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint64([]byte(segmentMagic), n)
	head = append(head, prev[:]...)
	if _, err := f.Write(head); err != nil {
		f.Close()
		return nil, err
	}
	return &segmentFile{f: f, n: n, size: int64(len(head)), chain: prev, enc: encoder{texts: map[string]uint64{}}}, nil
}

// write appends a frame with the payload.
func (s *segmentFile) write(payload []byte) error {
	h := chainHash(s.chain, payload)
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	frame = binary.BigEndian.AppendUint32(frame, crc32.Checksum(payload, castagnoli))
	frame = append(frame, h[:]...)
	frame = append(frame, payload...)
	if _, err := s.f.WriteAt(frame, s.size); err != nil {
		return err // the next try overwrites what was written of it
	}
	s.size += int64(len(frame))
	s.chain = h
	return nil
}

// errTorn marks the end of a segment that a crash cut short.
var errTorn = errors.New("torn frame")

// readSegment yields the frames of a segment in order and returns the chain hash
// at its end and the offset behind the last whole frame. A frame cut short ends
// with errTorn; a wrong hash is XX001 with file and offset.
func readSegment(name string, limit int64, yield func(payload []byte) error) (first, last [sha256.Size]byte, end int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return first, last, 0, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, limit), 256<<10)
	head := make([]byte, segmentHead)
	if _, err := io.ReadFull(r, head); err != nil {
		return first, last, 0, errTorn
	}
	if string(head[:len(segmentMagic)]) != segmentMagic {
		return first, last, 0, corrupt(name, 0, "it is not a lineage segment")
	}
	copy(first[:], head[len(segmentMagic)+8:])
	last, end = first, int64(segmentHead)
	fh := make([]byte, frameHead)
	for {
		if _, err := io.ReadFull(r, fh); err != nil {
			if errors.Is(err, io.EOF) {
				return first, last, end, nil
			}
			return first, last, end, errTorn
		}
		n := binary.BigEndian.Uint32(fh)
		if n > maxFrameBytes || end+int64(frameHead)+int64(n) > limit {
			return first, last, end, errTorn
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(r, payload); err != nil {
			return first, last, end, errTorn
		}
		if crc32.Checksum(payload, castagnoli) != binary.BigEndian.Uint32(fh[4:]) {
			return first, last, end, corrupt(name, end, "checksum mismatch")
		}
		h := chainHash(last, payload)
		if string(h[:]) != string(fh[8:]) {
			return first, last, end, corrupt(name, end, "the hash chain is broken")
		}
		if err := yield(payload); err != nil {
			return first, last, end, err
		}
		last = h
		end += int64(frameHead) + int64(n)
	}
}

func corrupt(name string, offset int64, what string) error {
	return sqlerr.New(sqlerr.DataCorrupted, "lineage segment %s is damaged at offset %d: %s", filepath.Base(name), offset, what)
}
