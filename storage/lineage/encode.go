package lineage

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"synapse/catalog/sqlerr"
)

// Item tags inside a frame.
const (
	tagText   = 'T' // a statement text, numbered in order of appearance in the segment
	tagRecord = 'R'
	tagErased = 'E' // a tombstone: vouches for a frame that was redacted
)

// encoder appends the records of a shard; its dictionary lives as long as a segment.
type encoder struct {
	texts map[string]uint64
}

func (e *encoder) append(dst []byte, r *Record) []byte {
	n, ok := e.texts[r.SQL]
	if !ok {
		n = uint64(len(e.texts))
		e.texts[r.SQL] = n
		dst = append(dst, tagText)
		dst = appendString(dst, r.SQL)
	}
	return appendRecord(dst, r, n)
}

// appendRecord appends a record whose text has number n.
func appendRecord(dst []byte, r *Record, n uint64) []byte {
	dst = append(dst, tagRecord)
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = append(dst, r.QueryID[:]...)
	dst = append(dst, r.ParentID[:]...)
	for _, v := range []int64{r.StartedAt, int64(r.Duration), r.Snapshot, r.AsOf, r.Rows} {
		dst = binary.AppendVarint(dst, v)
	}
	dst = binary.AppendUvarint(dst, n)
	dst = binary.LittleEndian.AppendUint64(dst, r.Fingerprint)
	for _, s := range []string{r.Role, r.Agent, r.Application, r.Database, r.Namespace, r.SQLState, r.TraceID, r.SpanID, r.Plan} {
		dst = appendString(dst, s)
	}
	dst = append(dst, flag(r.OwnWrites)|flag(r.Approximate)<<1|flag(r.Erased)<<2)
	dst = binary.AppendUvarint(dst, uint64(len(r.Params)))
	for _, p := range r.Params {
		dst = binary.AppendUvarint(dst, uint64(p.Type))
		dst = append(dst, flag(p.Null)|flag(p.Vector != nil)<<1)
		if p.Vector != nil {
			dst = appendVector(dst, p.Vector)
		} else {
			dst = appendString(dst, p.Text)
		}
	}
	dst = appendVector(dst, r.QueryVector)
	dst = appendHits(dst, r.Hits)
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

func appendHits(dst []byte, hits []Hit) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(hits)))
	for _, h := range hits {
		dst = binary.AppendUvarint(dst, uint64(h.Rank))
		dst = binary.AppendUvarint(dst, h.Row)
		dst = binary.AppendVarint(dst, h.Version)
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(h.Score))
		dst = appendString(dst, h.ID)
		dst = appendString(dst, h.Parts)
	}
	return dst
}

func appendVector(dst []byte, v []float32) []byte {
	dst = slices.Grow(binary.AppendUvarint(dst, uint64(len(v))), 4*len(v))
	for _, x := range v {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// decoder reads items back with bounds checks; after the first fault everything reads as zero.
type decoder struct {
	b     []byte
	fault bool
}

func (d *decoder) take(n uint64) []byte {
	if d.fault || n > uint64(len(d.b)) {
		d.fault = true
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || d.fault {
		d.fault = true
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 || d.fault {
		d.fault = true
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) string() string { return string(d.take(d.uvarint())) }

// count reads a length whose items take at least size bytes each.
func (d *decoder) count(size uint64) int {
	n := d.uvarint()
	if n > uint64(len(d.b))/size {
		d.fault = true
		return 0
	}
	return int(n)
}

// dictionaries are the texts of a segment's frames so far, by shard.
type dictionaries map[uint16]*[]string

// of returns the texts of a shard's frames.
func (d dictionaries) of(shard uint16) *[]string {
	if d[shard] == nil {
		d[shard] = &[]string{}
	}
	return d[shard]
}

// item is what a frame is made of: one of a text, a record with the number of its
// text, and a tombstone.
type item struct {
	text      string // where the other two are nil
	record    *Record
	number    uint64
	tombstone *tombstone
}

// items yields the records of a frame. texts is the segment's dictionary so far and grows.
func items(frame []byte, texts *[]string, yield func(r *Record) error) error {
	return walk(frame, texts, func(it item) error {
		if it.record == nil {
			return nil
		}
		return yield(it.record)
	})
}

// walk yields everything in a frame.
func walk(frame []byte, texts *[]string, yield func(it item) error) error {
	d := &decoder{b: frame}
	for len(d.b) > 0 {
		var it item
		switch d.byte() {
		case tagText:
			it.text = d.string()
			*texts = append(*texts, it.text)
		case tagRecord:
			head := d.take(4)
			if head == nil {
				return damaged()
			}
			body := &decoder{b: d.take(uint64(binary.LittleEndian.Uint32(head)))}
			it.record, it.number = body.record(*texts)
			d.fault = d.fault || body.fault
		case tagErased:
			it.tombstone = d.tombstone()
		default:
			return damaged()
		}
		if d.fault {
			return damaged()
		}
		if err := yield(it); err != nil {
			return err
		}
	}
	return nil
}

// record reads a record, whose text has the number n.
func (d *decoder) record(texts []string) (r *Record, n uint64) {
	r = &Record{}
	copy(r.QueryID[:], d.take(16))
	copy(r.ParentID[:], d.take(16))
	r.StartedAt = d.varint()
	r.Duration = time.Duration(d.varint())
	r.Snapshot, r.AsOf, r.Rows = d.varint(), d.varint(), d.varint()
	if n = d.uvarint(); n < uint64(len(texts)) {
		r.SQL = texts[n]
	} else {
		d.fault = true
	}
	r.Fingerprint = d.uint64()
	for _, s := range []*string{&r.Role, &r.Agent, &r.Application, &r.Database, &r.Namespace, &r.SQLState, &r.TraceID, &r.SpanID, &r.Plan} {
		*s = d.string()
	}
	flags := d.byte()
	r.OwnWrites, r.Approximate, r.Erased = flags&1 != 0, flags&2 != 0, flags&4 != 0
	for i, n := 0, d.count(3); i < n && !d.fault; i++ {
		p := Param{Type: uint32(d.uvarint())}
		form := d.byte()
		if p.Null = form&1 != 0; form&2 != 0 {
			p.Vector = d.vector()
		} else {
			p.Text = d.string()
		}
		r.Params = append(r.Params, p)
	}
	r.QueryVector = d.vector()
	for i, n := 0, d.count(13); i < n && !d.fault; i++ {
		h := Hit{Rank: int(d.uvarint()), Row: d.uvarint(), Version: d.varint()}
		h.Score = math.Float64frombits(d.uint64())
		h.ID, h.Parts = d.string(), d.string()
		r.Hits = append(r.Hits, h)
	}
	return r, n
}

func (d *decoder) vector() []float32 {
	n := d.count(4)
	if n == 0 {
		return nil
	}
	b := d.take(uint64(4 * n))
	if b == nil {
		return nil
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

func damaged() error {
	return sqlerr.New(sqlerr.DataCorrupted, "lineage record cannot be read")
}
