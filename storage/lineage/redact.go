package lineage

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Erase redacts what the files hold of something: the frames that hold it are
// written anew without it, keep their place in the chain of hashes, and are
// vouched for by tombstones, which are in the chain themselves. A check of the
// chain thus tells a redaction from a falsification.
//
// Order: tombstones are written and synced, then each segment is replaced by its
// redacted copy. After a crash in between, redacting again completes it.

// redactedBit in a frame's length marks a frame that was redacted: its hash is
// that of what it held before.
const redactedBit = 1 << 31

const temporarySuffix = ".tmp"

// tombstone says what stands in place of a redacted frame.
type tombstone struct {
	segment uint64
	frame   uint32 // number in the segment, from 0
	chain   [sha256.Size]byte
	payload [sha256.Size]byte // hash of what stands there now
}

func (t *tombstone) append(dst []byte) []byte {
	dst = append(dst, tagErased)
	dst = binary.BigEndian.AppendUint64(dst, t.segment)
	dst = binary.BigEndian.AppendUint32(dst, t.frame)
	dst = append(dst, t.chain[:]...)
	return append(dst, t.payload[:]...)
}

func (d *decoder) tombstone() *tombstone {
	t := &tombstone{}
	if b := d.take(12); b != nil {
		t.segment, t.frame = binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])
	}
	copy(t.chain[:], d.take(sha256.Size))
	copy(t.payload[:], d.take(sha256.Size))
	return t
}

// Redaction says what goes. It is asked often, and for the same text twice.
type Redaction struct {
	// Text reports whether a text (of a statement, or of a parameter) goes. A record
	// that loses a text loses its parameters and its vector too, and is Erased.
	Text func(text string) bool
	// Vector is Text for vectors.
	Vector func(v []float32) bool
	// Record reports whether a record is about what goes: it is Erased, and keeps its texts.
	Record func(r *Record) bool
}

// apply redacts a record and reports whether anything changed.
func (x *Redaction) apply(r *Record) bool {
	gone := x.Text(r.SQL) || x.Vector(r.QueryVector)
	for i := range r.Params {
		gone = gone || x.Text(r.Params[i].Text) || x.Vector(r.Params[i].Vector)
	}
	changed := false
	if gone && (r.Params != nil || r.QueryVector != nil) {
		r.Params, r.QueryVector = nil, nil
		changed = true
	}
	if !r.Erased && (gone || x.Record(r)) {
		r.Erased = true
		changed = true
	}
	return changed
}

// Redact redacts everything recorded before the call, and returns how many records
// changed. Nothing of it is in any file then.
func (s *Store) Redact(ctx context.Context, x Redaction) (records int, err error) {
	if err := s.Sync(ctx); err != nil {
		return 0, err
	}
	s.fileMu.Lock()
	defer s.fileMu.Unlock()
	list, err := segments(s.dir)
	if err != nil {
		return 0, err
	}
	end := s.seg.n
	if err := s.roll(); err != nil { // a segment that is written to is not replaced
		return 0, err
	}
	for _, n := range list {
		if n > end || ctx.Err() != nil {
			break
		}
		changed, err := s.redactSegment(n, &x)
		if err != nil && !errors.Is(err, os.ErrNotExist) { // retention may have taken it
			return records, err
		}
		records += changed
	}
	return records, context.Cause(ctx)
}

// redactSegment replaces a segment by its redacted copy, if there is anything to redact.
func (s *Store) redactSegment(n uint64, x *Redaction) (records int, err error) {
	name := segmentName(s.dir, n)
	out := &redacted{n: n, x: x, texts: dictionaries{}}
	if err := out.read(name); err != nil || out.tombstones == nil {
		return 0, err
	}
	if err := s.seg.write(append([]byte{0, 0}, out.tombstones...)); err != nil { // shard 0
		return 0, err
	}
	if err := s.seg.f.Sync(); err != nil {
		return 0, err
	}
	return out.records, replaceFile(name, out.file)
}

// redacted is a segment on its way to its copy.
type redacted struct {
	n          uint64
	x          *Redaction
	texts      dictionaries
	file       []byte
	tombstones []byte
	records    int
}

// read makes the copy.
func (c *redacted) read(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 256<<10)
	_, sharded, size, err := readHead(name, r)
	if err != nil {
		return err
	}
	c.file = make([]byte, size)
	if _, err := f.ReadAt(c.file, 0); err != nil {
		return err
	}
	head := make([]byte, frameHead)
	for frame := uint32(0); ; frame++ {
		if _, err := io.ReadFull(r, head); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		length := binary.BigEndian.Uint32(head)
		payload := make([]byte, length&^redactedBit)
		if _, err := io.ReadFull(r, payload); err != nil {
			return err
		}
		if err := c.frame(frame, head, payload, sharded); err != nil {
			return fmt.Errorf("lineage segment %d, frame %d: %w", c.n, frame, err)
		}
	}
}

// frame appends a frame, redacted where it must be.
func (c *redacted) frame(number uint32, head, payload []byte, sharded bool) error {
	shard, skip := uint16(0), 0
	if sharded && len(payload) >= shardBytes {
		shard, skip = binary.BigEndian.Uint16(payload), shardBytes
	}
	fresh := append([]byte(nil), payload[:skip]...)
	records, changed := 0, false
	err := walk(payload[skip:], c.texts.of(shard), func(it item) error {
		switch {
		case it.tombstone != nil:
			fresh = it.tombstone.append(fresh)
		case it.record != nil:
			if c.x.apply(it.record) {
				records++
			}
			fresh = appendRecord(fresh, it.record, it.number)
		default:
			text := it.text
			if c.x.Text(text) {
				changed = changed || text != ""
				text = ""
			}
			fresh = appendString(append(fresh, tagText), text)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if records == 0 && !changed {
		c.file = append(append(c.file, head...), payload...)
		return nil
	}
	c.records += records
	t := tombstone{segment: c.n, frame: number, payload: sha256.Sum256(fresh)}
	copy(t.chain[:], head[8:])
	c.tombstones = t.append(c.tombstones)
	c.file = binary.BigEndian.AppendUint32(c.file, uint32(len(fresh))|redactedBit)
	c.file = binary.BigEndian.AppendUint32(c.file, crc32.Checksum(fresh, castagnoli))
	c.file = append(append(c.file, head[8:]...), fresh...)
	return nil
}

// replaceFile puts a file with the content in the place of another, durably.
func replaceFile(name string, content []byte) error {
	f, err := os.OpenFile(name+temporarySuffix, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(name+temporarySuffix, name)
}

// tidy removes what a crash left of a redaction.
func tidy(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), temporarySuffix) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// vouched compares the redacted frames of all segments with the tombstones.
type vouched struct {
	tombstones map[tombstone]bool
	redacted   []tombstone
}

// problems lists the redacted frames that no tombstone vouches for.
func (v *vouched) problems(dir string) (out []string) {
	for _, t := range v.redacted {
		if !v.tombstones[t] {
			out = append(out, fmt.Sprintf("lineage segment %s: frame %d was changed, and no erase says so", filepath.Base(segmentName(dir, t.segment)), t.frame))
		}
	}
	return out
}
