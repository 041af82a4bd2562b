package vecindex

import (
	"sync/atomic"
	"unsafe"
)

// partition is the entries of one partition key and, when it is large, their graph. It is
// replaced as a whole when pruning compacts it; entry numbers are those of one incarnation.
type partition struct {
	key     string
	entries *entries
	byRow   *lookup // newest entry of a row
	byVec   *lookup // first entry of a vector
	graph   atomic.Pointer[graphState]
	build   *graphBuild   // guarded by Index.maintenance
	vecs    atomic.Uint32 // distinct vectors
	closed  atomic.Uint32 // entries with to < Open
	listed  *journalPart  // guarded by Index.journaling
}

func newPartition(key string) *partition {
	return &partition{key: key, entries: newEntries(), byRow: newLookup(), byVec: newLookup()}
}

func (p *partition) rowOf(e uint32) uint64 {
	b, i := p.entries.at(e)
	return b.rows[i]
}

func (p *partition) vecOf(e uint32) uint64 {
	b, i := p.entries.at(e)
	return uint64(b.vecs[i])
}

// insert appends an entry and reports whether its vector is new to the partition.
func (p *partition) insert(vec uint32, row uint64, from, to int64) (newVec bool) {
	e := p.entries.n.Load()
	first := p.byVec.find(uint64(vec), p.vecOf)
	older := p.byRow.find(row, p.rowOf)

	b, i := p.entries.add()
	b.rows[i], b.vecs[i], b.from[i] = row, vec, from
	b.olderOfRow[i] = older
	b.to[i].Store(Open)
	b.sameVec[i].Store(noEntry)
	if to != Open {
		b.close(i, to)
		p.closed.Add(1)
	}
	if first != noEntry {
		fb, fi := p.entries.at(first)
		b.sameVec[i].Store(fb.sameVec[fi].Load())
	}
	// Everything that leads to the entry is in place before the count covers it; readers
	// ignore numbers beyond the count they began with.
	p.byRow.set(row, e, p.rowOf)
	if first == noEntry {
		p.byVec.set(uint64(vec), e, p.vecOf)
		p.vecs.Add(1)
	} else {
		fb, fi := p.entries.at(first)
		fb.sameVec[fi].Store(e)
	}
	p.entries.publish()
	return first == noEntry
}

// closeRow closes the row's open entry.
func (p *partition) closeRow(row uint64, to int64) bool {
	for e := p.byRow.find(row, p.rowOf); e != noEntry; {
		b, i := p.entries.at(e)
		if b.to[i].Load() == Open {
			b.close(i, to)
			p.closed.Add(1)
			return true
		}
		e = b.olderOfRow[i]
	}
	return false
}

// sizeBytes is the memory of entries and look-ups, without the graph.
func (p *partition) sizeBytes() int64 {
	blocks := len(*p.entries.blocks.Load())
	return int64(blocks)*int64(unsafe.Sizeof(block{})+8) +
		int64(p.byRow.sizeBytes()+p.byVec.sizeBytes()+len(p.key)) + partitionBytes
}

// partitionBytes is about what a partition costs besides its arrays.
const partitionBytes = 320
