package vecindex

import "sync/atomic"

const lookupSlotsMin = 16

// lookup finds an entry by a number that the entry holds (its row, its vector): open
// addressing over entry numbers. One writer; readers need no lock, because slots are only
// filled or replaced by a later entry of the same key, and a larger table is published whole.
type lookup struct {
	slots atomic.Pointer[[]atomic.Uint32] // entry+1; 0 is empty
	used  int                             // the writer's own
}

func newLookup() *lookup {
	l := &lookup{}
	s := make([]atomic.Uint32, lookupSlotsMin)
	l.slots.Store(&s)
	return l
}

func mix(key uint64) uint64 {
	key ^= key >> 32
	key *= 0xd6e8feb86659fd93
	key ^= key >> 32
	key *= 0xd6e8feb86659fd93
	return key ^ key>>32
}

// find returns the entry for key, or noEntry. keyOf tells the key of an entry.
func (l *lookup) find(key uint64, keyOf func(entry uint32) uint64) uint32 {
	slots := *l.slots.Load()
	mask := uint64(len(slots) - 1)
	for i := mix(key) & mask; ; i = (i + 1) & mask {
		s := slots[i].Load()
		if s == 0 {
			return noEntry
		}
		if keyOf(s-1) == key {
			return s - 1
		}
	}
}

// set makes key lead to entry.
func (l *lookup) set(key uint64, entry uint32, keyOf func(entry uint32) uint64) {
	slots := *l.slots.Load()
	if (l.used+1)*2 > len(slots) {
		slots = l.grow(slots, keyOf)
	}
	mask := uint64(len(slots) - 1)
	for i := mix(key) & mask; ; i = (i + 1) & mask {
		s := slots[i].Load()
		if s == 0 {
			l.used++
		} else if keyOf(s-1) != key {
			continue
		}
		slots[i].Store(entry + 1)
		return
	}
}

func (l *lookup) grow(old []atomic.Uint32, keyOf func(entry uint32) uint64) []atomic.Uint32 {
	slots := make([]atomic.Uint32, 2*len(old))
	mask := uint64(len(slots) - 1)
	for j := range old {
		s := old[j].Load()
		if s == 0 {
			continue
		}
		i := mix(keyOf(s-1)) & mask
		for slots[i].Load() != 0 {
			i = (i + 1) & mask
		}
		slots[i].Store(s)
	}
	l.slots.Store(&slots)
	return slots
}

func (l *lookup) sizeBytes() int { return 4 * len(*l.slots.Load()) }
