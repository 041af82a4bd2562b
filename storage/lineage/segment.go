package lineage

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// A segment starts with magic, its number, and the chains before its first frame:
// their number (2), each shard (2) and hash (32). Then frames: length (4), CRC32C
// of the payload (4), chain hash (32), payload. A payload begins with its shard (2).
//
// Segments from before there were shards have one chain, that of shard 0: its
// hash stands behind the number of the segment, and payloads have no shard.
const (
	segmentMagic    = "SYNLIN02"
	segmentMagicOne = "SYNLIN01"
	segmentHead     = len(segmentMagic) + 8 + 2 // without the chains
	chainBytes      = 2 + sha256.Size
	frameHead       = 4 + 4 + sha256.Size
	shardBytes      = 2
	maxFrameBytes   = 64 << 20
	segmentMaxBytes = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// chains are the hashes of the shards' newest frames; a shard without has none.
type chains map[uint16][sha256.Size]byte

func (c chains) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(c)))
	for _, shard := range slices.Sorted(maps.Keys(c)) {
		h := c[shard]
		dst = append(binary.BigEndian.AppendUint16(dst, shard), h[:]...)
	}
	return dst
}

// chainHash is the hash of a frame: it covers the shard's frame before.
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
	chain chains
	enc   map[uint16]*encoder // each shard's frames can be read without the others'
}

// encoder returns that of a shard.
func (s *segmentFile) encoder(shard uint16) *encoder {
	if s.enc[shard] == nil {
		s.enc[shard] = &encoder{texts: map[string]uint64{}}
	}
	return s.enc[shard]
}

// createSegment starts a segment that continues the chains.
func createSegment(dir string, n uint64, chain chains) (*segmentFile, error) {
	f, err := os.OpenFile(segmentName(dir, n), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint64([]byte(segmentMagic), n)
	head = chain.append(head)
	if _, err := f.Write(head); err != nil {
		f.Close()
		return nil, err
	}
	return &segmentFile{f: f, n: n, size: int64(len(head)), chain: maps.Clone(chain), enc: map[uint16]*encoder{}}, nil
}

// write appends a frame with the payload, which begins with the shard.
func (s *segmentFile) write(payload []byte) error {
	shard := binary.BigEndian.Uint16(payload)
	h := chainHash(s.chain[shard], payload)
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	frame = binary.BigEndian.AppendUint32(frame, crc32.Checksum(payload, castagnoli))
	frame = append(frame, h[:]...)
	frame = append(frame, payload...)
	if _, err := s.f.WriteAt(frame, s.size); err != nil {
		return err // the next try overwrites what was written of it
	}
	s.size += int64(len(frame))
	s.chain[shard] = h
	return nil
}

// errTorn marks the end of a segment that a crash cut short.
var errTorn = errors.New("torn frame")

// readHead reads what stands before the frames and tells how long it is.
func readHead(name string, r io.Reader) (c chains, sharded bool, size int64, err error) {
	head := make([]byte, segmentHead, segmentHead+sha256.Size)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, false, 0, errTorn
	}
	c = chains{}
	switch string(head[:len(segmentMagic)]) {
	case segmentMagicOne:
		head = head[:segmentHead-2+sha256.Size]
		if _, err := io.ReadFull(r, head[segmentHead:]); err != nil {
			return nil, false, 0, errTorn
		}
		c[0] = [sha256.Size]byte(head[segmentHead-2:])
		return c, false, int64(len(head)), nil
	case segmentMagic:
	default:
		return nil, false, 0, corrupt(name, 0, "it is not a lineage segment")
	}
	n := int(binary.BigEndian.Uint16(head[segmentHead-2:]))
	list := make([]byte, n*chainBytes)
	if _, err := io.ReadFull(r, list); err != nil {
		return nil, false, 0, errTorn
	}
	for i := range n {
		one := list[i*chainBytes:]
		c[binary.BigEndian.Uint16(one)] = [sha256.Size]byte(one[2:chainBytes])
	}
	return c, true, int64(segmentHead + len(list)), nil
}

// readSegment yields the frames of a segment in order and returns the chains at
// its begin and end and the offset behind the last whole frame. A frame cut short
// ends with errTorn; a wrong hash is XX001 with file and offset.
func readSegment(name string, limit int64, yield func(shard uint16, items []byte) error) (first, last chains, end int64, err error) {
	return readRedacted(name, limit, nil, yield)
}

// readRedacted is readSegment, and tells of the frames that were redacted, without
// their segment. Their hash is taken for what they held before.
func readRedacted(name string, limit int64, onRedacted func(tombstone), yield func(shard uint16, items []byte) error) (first, last chains, end int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, 0, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, limit), 256<<10)
	first, sharded, end, err := readHead(name, r)
	if err != nil {
		return nil, nil, 0, err
	}
	last = maps.Clone(first)
	fh := make([]byte, frameHead)
	for frame := uint32(0); ; frame++ {
		if _, err := io.ReadFull(r, fh); err != nil {
			if errors.Is(err, io.EOF) {
				return first, last, end, nil
			}
			return first, last, end, errTorn
		}
		length := binary.BigEndian.Uint32(fh)
		n := length &^ redactedBit
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
		shard, items := uint16(0), payload
		if sharded {
			if n < shardBytes {
				return first, last, end, corrupt(name, end, "the frame has no shard")
			}
			shard, items = binary.BigEndian.Uint16(payload), payload[shardBytes:]
		}
		h := [sha256.Size]byte(fh[8:])
		switch {
		case length&redactedBit != 0:
			if onRedacted != nil {
				onRedacted(tombstone{frame: frame, chain: h, payload: sha256.Sum256(payload)})
			}
		case chainHash(last[shard], payload) != h:
			return first, last, end, corrupt(name, end, "the hash chain is broken")
		}
		if err := yield(shard, items); err != nil {
			return first, last, end, err
		}
		last[shard] = h
		end += int64(frameHead) + int64(n)
	}
}

func corrupt(name string, offset int64, what string) error {
	return sqlerr.New(sqlerr.DataCorrupted, "lineage segment %s is damaged at offset %d: %s", filepath.Base(name), offset, what)
}
