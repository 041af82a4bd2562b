package vecindex

import (
	"math"
	"sync/atomic"
)

const journalBlockLen = 1024

// journal lists the entries of all partitions in one order, for a graph over all of them: a
// position names a partition and an entry. The writer appends under Index.journaling, readers go
// up to the count they loaded. A partition that pruning replaces stays listed; its successor's
// entries are appended.
type journal struct {
	n      atomic.Uint32
	blocks atomic.Pointer[[]*journalBlock]
	parts  atomic.Pointer[[]*journalPart]
	epoch  uint64 // entered: keeps the vectors of replaced partitions, which nodes stand for
}

// journalBlock holds positions without Go pointers.
type journalBlock struct {
	part  [journalBlockLen]uint32
	entry [journalBlockLen]uint32
	// same links positions of equal content in different partitions, as block.sameVec links
	// entries: from the first to the newest, then back in time.
	same [journalBlockLen]atomic.Uint32
}

// journalPart is one incarnation of a partition.
type journalPart struct {
	*partition
	number uint32
	// diedAt is the position from which on its successor is listed: whoever knows fewer
	// positions still uses this one.
	diedAt atomic.Uint32
}

const alive = math.MaxUint32

func newJournal(epoch uint64) *journal {
	j := &journal{epoch: epoch}
	j.blocks.Store(&[]*journalBlock{})
	j.parts.Store(&[]*journalPart{})
	return j
}

// adopt lists a partition with the entries that it has.
func (j *journal) adopt(p *partition) {
	parts := *j.parts.Load()
	part := &journalPart{partition: p, number: uint32(len(parts))}
	part.diedAt.Store(alive)
	parts = append(parts, part)
	j.parts.Store(&parts)
	p.listed = part
	for e := range p.entries.n.Load() {
		j.append(part, e)
	}
}

// append lists one entry.
func (j *journal) append(p *journalPart, e uint32) {
	n := j.n.Load()
	blocks := *j.blocks.Load()
	if int(n/journalBlockLen) == len(blocks) {
		blocks = append(blocks, new(journalBlock))
		j.blocks.Store(&blocks)
	}
	b, i := blocks[n/journalBlockLen], n%journalBlockLen
	b.part[i], b.entry[i] = p.number, e
	b.same[i].Store(noEntry)
	j.n.Store(n + 1)
}

func (j *journal) at(pos uint32) (*journalBlock, uint32) {
	return (*j.blocks.Load())[pos/journalBlockLen], pos % journalBlockLen
}

// locate returns what a position names.
func (j *journal) locate(pos uint32) (*journalPart, uint32) {
	b, i := j.at(pos)
	return (*j.parts.Load())[b.part[i]], b.entry[i]
}

// link adds a position to the chain of one with the same content.
func (j *journal) link(first, pos uint32) {
	fb, fi := j.at(first)
	b, i := j.at(pos)
	b.same[i].Store(fb.same[fi].Load())
	fb.same[fi].Store(pos)
}

func (j *journal) same(pos uint32) uint32 {
	b, i := j.at(pos)
	return b.same[i].Load()
}

func (j *journal) sizeBytes() int64 {
	const block = journalBlockLen * 12
	return int64(len(*j.blocks.Load()))*block + int64(len(*j.parts.Load()))*48
}

// The writer's side; each takes or holds Index.journaling.

// noteInsert lists an entry that the writer has just added to p. Caller holds journaling.
func (x *Index) noteInsert(p *partition) {
	j := x.journal.Load()
	if j == nil {
		return
	}
	if !p.listedIn(j) {
		if p.entries.n.Load() == 1 {
			j.adopt(p) // a new partition; older ones are the background's to list
		}
		return
	}
	j.append(p.listed, p.entries.n.Load()-1)
}

// noteReplaced lists fresh in place of p. Caller holds journaling.
func (x *Index) noteReplaced(p, fresh *partition) {
	j := x.journal.Load()
	if j == nil || !p.listedIn(j) {
		return
	}
	p.listed.diedAt.Store(j.n.Load())
	j.adopt(fresh)
}

// dropWhole forgets the graph over all partitions; Maintain makes a new one when it is wanted.
func (x *Index) dropWhole() {
	x.journaling.Lock()
	defer x.journaling.Unlock()
	if j := x.journal.Load(); j != nil {
		x.journal.Store(nil)
		x.whole.Store(nil)
		x.epochs.leave(j.epoch)
	}
}

// listedIn reports whether the journal follows this incarnation.
func (p *partition) listedIn(j *journal) bool {
	if p.listed == nil {
		return false
	}
	parts := *j.parts.Load()
	return int(p.listed.number) < len(parts) && parts[p.listed.number] == p.listed
}
