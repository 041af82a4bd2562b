package storage

import (
	"slices"
	"sync"
	"sync/atomic"
)

// A row's id is (shard, number): numbers are handed out by each shard for
// itself, from 1 on. Inside, a row is known by its local: a dense number of its
// table, whatever the shard, because locals index slabs, bitmaps and posting
// lists and are what all indexes speak of.
const (
	shardShift = 48
	// numberMax bounds the numbers of one table and shard, and the locals of a table, for ever.
	numberMax = 1<<32 - 1

	rowPageBits = 4
	rowPageRows = 1 << rowPageBits
	rowPagesMax = 1 << (32 - rowPageBits)
)

func makeRowID(shard uint16, number uint64) RowID { return RowID(shard)<<shardShift | RowID(number) }

func (id RowID) shard() uint16  { return uint16(id >> shardShift) }
func (id RowID) number() uint64 { return uint64(id) & (1<<shardShift - 1) }

// rowMap translates between ids and locals, as a page table does: both are cut
// into pages of 16, and a page of one shard's numbers lies on one page of
// locals. So at most a page per shard is idle, and each direction costs a load.
// As long as all rows are in shard 0 there are no pages and a local is the number.
//
// The pages of a shard are placed in ascending order without gaps: the rows of
// one shard have the same order by local as by id, also after a restart, which
// may place the shards among each other in another order. Local 0 is never used.
type rowMap struct {
	mu    sync.Mutex // guards last and the placing of pages; a leaf
	last  []uint64   // shard → greatest number handed out or seen
	pages atomic.Pointer[rowPages]
}

// rowPages is immutable: growing makes a new one, which may share memory with it
// behind its own end.
type rowPages struct {
	ids    []RowID    // page of locals → id of its first row
	locals [][]uint32 // shard → page of numbers → first local of the page
}

// id returns the id of a row.
func (m *rowMap) id(local uint32) RowID { return m.pages.Load().id(local) }

func (p *rowPages) id(local uint32) RowID {
	if p == nil {
		return RowID(local)
	}
	return p.ids[local>>rowPageBits] | RowID(local%rowPageRows)
}

// local returns the local of a row, 0 for an id that was never handed out or seen.
func (m *rowMap) local(id RowID) uint32 {
	p := m.pages.Load()
	if p == nil {
		if id > numberMax {
			return 0
		}
		return uint32(id)
	}
	shard, page := int(id.shard()), id.number()>>rowPageBits
	if shard >= len(p.locals) || page >= uint64(len(p.locals[shard])) {
		return 0
	}
	return p.locals[shard][page] | uint32(id%rowPageRows)
}

// allocate hands out a shard's next number; ok is false when there are no more.
func (m *rowMap) allocate(shard uint16) (local uint32, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.place(makeRowID(shard, m.lastOf(shard)+1))
}

// note makes room for a row of the log or a snapshot, whose number is not given
// out again; ok is false if there is none.
func (m *rowMap) note(id RowID) (local uint32, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.place(id)
}

// greatest returns the greatest id in shard 0, which has number 0 if there is
// none, and in every other shard with rows.
func (m *rowMap) greatest() []RowID {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []RowID{makeRowID(0, m.lastOf(0))}
	for shard, last := range m.last {
		if shard > 0 && last > 0 {
			out = append(out, makeRowID(uint16(shard), last))
		}
	}
	return out
}

// shards returns one more than the greatest shard that a row is in.
func (m *rowMap) shards() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.last)
}

func (m *rowMap) lastOf(shard uint16) uint64 {
	if int(shard) < len(m.last) {
		return m.last[shard]
	}
	return 0
}

// place raises last to the id's number and places the pages up to it. Caller holds mu.
func (m *rowMap) place(id RowID) (local uint32, ok bool) {
	shard, number := id.shard(), id.number()
	if number == 0 || number >= numberMax {
		return 0, false
	}
	p := m.pages.Load()
	if p == nil && shard != 0 {
		p = m.split()
	}
	if p != nil {
		if p, ok = p.grow(shard, number>>rowPageBits); !ok {
			return 0, false
		}
		m.pages.Store(p)
	}
	for int(shard) >= len(m.last) {
		m.last = append(m.last, 0)
	}
	m.last[shard] = max(m.last[shard], number)
	return m.local(id), true
}

// split makes the pages of a table whose rows were all in shard 0 so far. Caller holds mu.
func (m *rowMap) split() *rowPages {
	p := &rowPages{locals: [][]uint32{nil}}
	for page := range m.lastOf(0)>>rowPageBits + 1 {
		p.ids = append(p.ids, RowID(page<<rowPageBits))
		p.locals[0] = append(p.locals[0], uint32(page<<rowPageBits))
	}
	return p
}

// grow returns p with the pages of a shard's numbers up to page; p itself if it has them.
func (p *rowPages) grow(shard uint16, page uint64) (*rowPages, bool) {
	if int(shard) < len(p.locals) && page < uint64(len(p.locals[shard])) {
		return p, true
	}
	next := &rowPages{ids: p.ids, locals: slices.Clone(p.locals)}
	for int(shard) >= len(next.locals) {
		next.locals = append(next.locals, nil)
	}
	list := next.locals[shard]
	for uint64(len(list)) <= page {
		if len(next.ids) == rowPagesMax {
			return nil, false
		}
		list = append(list, uint32(len(next.ids)<<rowPageBits))
		next.ids = append(next.ids, makeRowID(shard, uint64(len(list)-1)<<rowPageBits))
	}
	next.locals[shard] = list
	return next, true
}
