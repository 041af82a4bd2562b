package index

import (
	"bytes"

	"github.com/cespare/xxhash/v2"
	"github.com/dolthub/swiss"

	"synapse/storage/arena"
)

// Hash maps the keys of a unique index to rows: the current tier only, for
// look-ups of one key. It is the one place that names the map's implementation.
// Slots hold no Go pointers. Keys with equal hashes chain through next.
type Hash struct {
	heads *swiss.Map[uint64, uint32] // hash of the key → slot
	slots []hashSlot
	free  uint32 // first unused slot, chained by next; 0 = none
	keys  arena.Arena
}

type hashSlot struct {
	at    arena.Address
	size  uint32
	local uint32
	next  uint32
	from  int64
}

// NewHash returns an empty index.
func NewHash() *Hash {
	return &Hash{heads: swiss.NewMap[uint64, uint32](8), slots: make([]hashSlot, 1)}
}

func (h *Hash) is(s *hashSlot, key []byte) bool {
	return int(s.size) == len(key) && bytes.Equal(h.keys.At(s.at, int(s.size)), key)
}

// Get returns the row that has had the key since from.
func (h *Hash) Get(key []byte) (local uint32, from int64, ok bool) {
	i, ok := h.heads.Get(xxhash.Sum64(key))
	for ; ok && i != 0; i = h.slots[i].next {
		if s := &h.slots[i]; h.is(s, key) {
			return s.local, s.from, true
		}
	}
	return 0, 0, false
}

// Put maps key to a row, replacing what was there.
func (h *Hash) Put(key []byte, local uint32, from int64) {
	sum := xxhash.Sum64(key)
	head, _ := h.heads.Get(sum)
	for i := head; i != 0; i = h.slots[i].next {
		if s := &h.slots[i]; h.is(s, key) {
			s.local, s.from = local, from
			return
		}
	}
	i := h.free
	if i != 0 {
		h.free = h.slots[i].next
	} else {
		i = uint32(len(h.slots))
		h.slots = append(h.slots, hashSlot{})
	}
	h.slots[i] = hashSlot{at: h.keys.Put(key), size: uint32(len(key)), local: local, next: head, from: from}
	h.heads.Put(sum, i)
}

// Delete removes the key if the row has it.
func (h *Hash) Delete(key []byte, local uint32) {
	sum := xxhash.Sum64(key)
	head, _ := h.heads.Get(sum)
	last := uint32(0)
	for i := head; i != 0; last, i = i, h.slots[i].next {
		s := &h.slots[i]
		if !h.is(s, key) || s.local != local {
			continue
		}
		switch {
		case last != 0:
			h.slots[last].next = s.next
		case s.next != 0:
			h.heads.Put(sum, s.next)
		default:
			h.heads.Delete(sum)
		}
		h.keys.Wipe(s.at, int(s.size)) // nobody keeps bytes of a key
		*s = hashSlot{next: h.free}
		h.free = i
		return
	}
}

// Len returns the number of keys.
func (h *Hash) Len() int { return h.heads.Count() }
