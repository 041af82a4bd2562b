package vecindex

import (
	"math"
	"sync/atomic"
)

const (
	blockLen = 64 // entries per block: one bit each in a mask

	// Open is the `to` of an entry that nobody has closed.
	Open = int64(math.MaxInt64)
	// Latest is the At that sees every open entry.
	Latest = Open - 1

	noEntry = ^uint32(0)
)

// block is the memory of 64 entries. It holds no Go pointers. Fields are written before
// the entry is published through entries.n and not changed afterwards, but for the atomic ones.
type block struct {
	rows [blockLen]uint64
	from [blockLen]int64
	to   [blockLen]atomic.Int64
	vecs [blockLen]uint32
	// sameVec links the entries of one vector: the first entry's link is the newest one,
	// whose links go back in time.
	sameVec [blockLen]atomic.Uint32
	// olderOfRow links a row's entries from the newest to the oldest.
	olderOfRow [blockLen]uint32
	closed     atomic.Uint32 // entries with to < Open
	maxTo      atomic.Int64  // greatest `to` among the closed ones
}

// entries is an append-only sequence: one writer, readers up to the count they loaded.
type entries struct {
	n      atomic.Uint32
	blocks atomic.Pointer[[]*block]
}

func newEntries() *entries {
	e := &entries{}
	e.blocks.Store(&[]*block{})
	return e
}

// add appends an entry without publishing it and returns its block and its place there.
func (e *entries) add() (b *block, at uint32) {
	n := e.n.Load()
	blocks := *e.blocks.Load()
	if int(n/blockLen) == len(blocks) {
		blocks = append(blocks, new(block))
		e.blocks.Store(&blocks)
	}
	return blocks[n/blockLen], n % blockLen
}

// publish makes the entry that add returned visible to readers.
func (e *entries) publish() { e.n.Add(1) }

// at returns the block and place of a published entry.
func (e *entries) at(i uint32) (*block, uint32) {
	return (*e.blocks.Load())[i/blockLen], i % blockLen
}

// close sets `to` of an open entry.
func (b *block) close(at uint32, to int64) {
	if to > b.maxTo.Load() || b.closed.Load() == 0 {
		b.maxTo.Store(to)
	}
	b.to[at].Store(to)
	b.closed.Add(1)
}

// visibleAt reports whether entry i exists at the time t.
func (b *block) visibleAt(i uint32, t int64) bool { return b.from[i] <= t && t < b.to[i].Load() }

// visible is the mask of the first n entries that exist at the time t.
func (b *block) visible(n uint32, t int64) uint64 {
	if b.closed.Load() == blockLen && b.maxTo.Load() <= t {
		return 0
	}
	var mask uint64
	for i := range n {
		if b.visibleAt(i, t) {
			mask |= 1 << i
		}
	}
	return mask
}
