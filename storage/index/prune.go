package index

import (
	"bytes"
	"math"
	"sort"

	"synapse/storage/arena"
)

// PruneRow forgets the closed entries of (key, row) that ended at or before the horizon.
func (x *Ordered) PruneRow(key []byte, local uint32, horizon int64) {
	for {
		it := x.history.Iter()
		ok := seek(&it, key, local, math.MinInt64)
		var e entry
		for ; ok; ok = it.Next() {
			e = it.Item()
			if e.local != local || !bytes.Equal(x.key(&e), key) {
				ok = false
				break
			}
			if e.to <= horizon {
				break
			}
		}
		it.Release()
		if !ok {
			return
		}
		x.history.Delete(e)
		x.keys.Free(e.at, int(e.size))
	}
}

// Mover moves an index's keys out of sparse chunks, some at a time.
type Mover struct {
	sparse  arena.Sparse
	history bool // the tier that is being walked
	begun   bool
	key     []byte // of the entry looked at last, copied: it may go between two calls
	local   uint32
	from    int64
	slot    int
}

// Sparse returns a mover for the keys, nil where it would not pay.
func (x *Ordered) Sparse() *Mover {
	if s := x.keys.Sparse(); s != nil {
		return &Mover{sparse: s}
	}
	return nil
}

// Move looks at up to max entries, at least two; done at the end.
func (x *Ordered) Move(m *Mover, max int) (done bool) {
	tree := x.current
	if m.history {
		tree = x.history
	}
	var moved []entry
	n := 0
	it := tree.Iter()
	ok := it.First()
	if m.begun {
		ok = seek(&it, m.key, m.local, m.from)
	}
	for ; ok && n < max; ok = it.Next() {
		n++
		e := it.Item()
		if m.sparse.Has(e.at) {
			moved = append(moved, e)
		}
		if n == max {
			m.key, m.local, m.from, m.begun = append(m.key[:0], x.key(&e)...), e.local, e.from, true
		}
	}
	it.Release()
	for _, e := range moved {
		old := e.at
		e.at = x.keys.Put(x.key(&e))
		tree.Set(e)
		x.keys.Free(old, int(e.size))
	}
	if ok {
		return false
	}
	if m.history {
		return true
	}
	m.history, m.begun = true, false
	return false
}

// Sparse returns a mover for the keys, nil where it would not pay.
func (h *Hash) Sparse() *Mover {
	if s := h.keys.Sparse(); s != nil {
		return &Mover{sparse: s}
	}
	return nil
}

// Move looks at up to max slots; done at the end.
func (h *Hash) Move(m *Mover, max int) (done bool) {
	for n := 0; n < max && m.slot < len(h.slots); n++ {
		s := &h.slots[m.slot]
		if s.size > 0 && m.sparse.Has(s.at) {
			old := s.at
			s.at = h.keys.Put(h.keys.At(old, int(s.size)))
			h.keys.Free(old, int(s.size))
		}
		m.slot++
	}
	return m.slot >= len(h.slots)
}

// PruneItem forgets that rows held an item until the horizon or earlier.
func (x *Inverted) PruneItem(name string, horizon int64) {
	e := x.items[name]
	if e == nil {
		return
	}
	i := sort.Search(len(e.closed), func(i int) bool { return e.closed[i].to > horizon })
	e.closed = shortened(e.closed, i)
	if len(e.closed) == 0 && e.rows.IsEmpty() {
		delete(x.items, name)
	}
}

// shortened drops the first n elements, and their memory when it is much.
func shortened[T any](list []T, n int) []T {
	if n == 0 {
		return list
	}
	if len(list)-n < cap(list)/2 {
		return append([]T(nil), list[n:]...)
	}
	return list[n:]
}

// PruneTerm forgets a term's postings that ended at or before the horizon. A few
// may stay among the open ones until they are moved out of their way; those are
// never seen. Closed for good is closed: the horizon must not go back.
func (x *Text) PruneTerm(partition, term string, horizon int64) {
	p := x.parts[partition]
	if p == nil {
		return
	}
	p.horizon = max(p.horizon, horizon)
	l := p.terms[term]
	if l == nil {
		return
	}
	i := sort.Search(len(l.closed), func(i int) bool { return l.closed[i].To > horizon })
	l.closed = shortened(l.closed, i)
	if l.stale < len(l.recent) || len(l.closed) > 0 {
		return
	}
	for i := range l.recent {
		if l.recent[i].To > horizon {
			return
		}
	}
	delete(p.terms, term)
}

// PrunePartition forgets the statistics before the horizon.
func (x *Text) PrunePartition(partition string, horizon int64) {
	p := x.parts[partition]
	if p == nil {
		return
	}
	p.documents.Cut(horizon)
	p.words.Cut(horizon)
	if len(p.terms) == 0 && p.documents.Last() == 0 && p.documents.At(horizon) == 0 {
		delete(x.parts, partition)
	}
}
