package effect

import (
	"encoding/binary"
	"slices"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// Body versions: 2 added Truncate, 3 Erase. Bodies of older versions are read as they ever were.
const (
	bodyVersion    = 3
	bodyVersionMin = 1
)

// numberMask: rows are logged by their number in the section's shard.
const numberMask = 1<<shardShift - 1

// effectBytesFixed is at least what an effect takes beside its image and name.
const effectBytesFixed = 24

// AppendBody encodes the effects. Those of one shard keep their order; sections
// are in the order in which the shards first appear.
func AppendBody(dst []byte, effects []Effect) []byte {
	var order []uint16
	count := map[uint16]int{}
	size := 0
	for i := range effects {
		size += effectBytesFixed + len(effects[i].Image) + len(effects[i].Namespace)
		s := effects[i].Shard()
		if count[s] == 0 {
			order = append(order, s)
		}
		count[s]++
	}
	dst = append(slices.Grow(dst, size), bodyVersion)
	dst = binary.AppendUvarint(dst, uint64(len(order)))
	for _, shard := range order {
		dst = binary.AppendUvarint(dst, uint64(shard))
		dst = binary.AppendUvarint(dst, uint64(count[shard]))
		for i := range effects {
			if effects[i].Shard() == shard {
				dst = appendEffect(dst, &effects[i])
			}
		}
	}
	return dst
}

func appendEffect(dst []byte, e *Effect) []byte {
	dst = append(dst, byte(e.Kind))
	switch e.Kind {
	case Put:
		dst = binary.AppendUvarint(dst, uint64(e.Table))
		dst = binary.AppendUvarint(dst, e.Row&numberMask)
		dst = binary.AppendUvarint(dst, uint64(len(e.Image)))
		return append(dst, e.Image...)
	case Delete, Erase:
		dst = binary.AppendUvarint(dst, uint64(e.Table))
		return binary.AppendUvarint(dst, e.Row&numberMask)
	case Truncate:
		return binary.AppendUvarint(dst, uint64(e.Table))
	case Sequence:
		dst = binary.AppendUvarint(dst, uint64(e.Sequence))
		dst = binary.AppendVarint(dst, e.Value)
		if e.Called {
			return append(dst, 1)
		}
		return append(dst, 0)
	case Reclaim, Release, Archive:
		dst = binary.AppendUvarint(dst, uint64(e.Table))
		dst = binary.AppendUvarint(dst, e.Row&numberMask)
		return binary.AppendVarint(dst, e.Ceiling)
	case Ceiling:
		return binary.AppendVarint(dst, e.Ceiling)
	case Assign:
		dst = binary.AppendUvarint(dst, uint64(len(e.Namespace)))
		dst = append(dst, e.Namespace...)
		return binary.AppendUvarint(dst, uint64(e.To))
	case Shards:
		return binary.AppendUvarint(dst, uint64(e.Count))
	}
	return dst
}

// Decode calls f for every effect of a body in order; e is reused between calls.
// Error: XX001 for bytes that AppendBody cannot have written, or f's.
func Decode(body []byte, f func(e *Effect) error) error {
	r := reader{b: body}
	if v := r.u8(); (v < bodyVersionMin || v > bodyVersion) && !r.bad {
		return corrupt("unknown version")
	}
	sections := r.uvarint()
	var e Effect
	for range sections {
		shard, count := r.uvarint(), r.uvarint()
		if r.bad || shard > 1<<16-1 || count > uint64(len(r.b)) {
			return corrupt("bad section")
		}
		for range count {
			e = Effect{}
			r.effect(&e, shard)
			if r.bad {
				return corrupt("cut off, of unknown kind or in the section of another shard")
			}
			if e.Kind == Put {
				if err := e.Image.Check(); err != nil {
					return err
				}
			}
			if err := f(&e); err != nil {
				return err
			}
		}
	}
	if r.bad || len(r.b) != 0 {
		return corrupt("bad length")
	}
	return nil
}

// reader takes fields off the front of b; after the first that does not fit, bad is set and all are zero.
type reader struct {
	b   []byte
	bad bool
}

// effect reads an effect of a shard's section.
func (r *reader) effect(e *Effect, shard uint64) {
	e.Kind = Kind(r.u8())
	switch e.Kind {
	case Put:
		e.Table, e.Row = r.oid(), r.row(shard)
		e.Image = row.Image(r.bytes())
	case Delete, Erase:
		e.Table, e.Row = r.oid(), r.row(shard)
	case Truncate:
		e.Table = r.oid()
	case Sequence:
		e.Sequence, e.Value, e.Called = r.oid(), r.varint(), r.u8() == 1
	case Reclaim, Release, Archive:
		e.Table, e.Row, e.Ceiling = r.oid(), r.row(shard), r.varint()
	case Ceiling:
		e.Ceiling = r.varint()
	case Assign:
		e.Namespace = string(r.bytes())
		to := r.uvarint()
		r.bad = r.bad || to > 1<<16-1
		e.To = uint16(to)
	case Shards:
		count := r.uvarint()
		r.bad = r.bad || count == 0 || count > 1<<16-1
		e.Count = uint16(count)
	default:
		r.bad = true
	}
	r.bad = r.bad || uint64(e.Shard()) != shard // shard 0 holds what belongs to no row
}

func (r *reader) row(shard uint64) uint64 {
	n := r.uvarint()
	r.bad = r.bad || n > numberMask
	return shard<<shardShift | n
}

func (r *reader) u8() byte {
	if r.bad || len(r.b) == 0 {
		r.bad = true
		return 0
	}
	x := r.b[0]
	r.b = r.b[1:]
	return x
}

func (r *reader) uvarint() uint64 {
	x, n := binary.Uvarint(r.b)
	if r.bad || n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return x
}

func (r *reader) varint() int64 {
	x, n := binary.Varint(r.b)
	if r.bad || n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return x
}

func (r *reader) oid() types.OID {
	x := r.uvarint()
	r.bad = r.bad || x > 1<<32-1
	return types.OID(x)
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	x := r.b[:n:n]
	r.b = r.b[n:]
	return x
}

func corrupt(what string) error {
	return sqlerr.New(sqlerr.DataCorrupted, "commit body: %s", what)
}
