package index

import (
	"bytes"
	"math"
	"sort"

	"github.com/tidwall/btree"
)

// Range selects the entries with Low ≤ key < High that hold at time At.
type Range struct {
	Low     []byte
	High    []byte // nil: no upper end
	At      int64
	Reverse bool // descending keys; rows of one key descend too
}

// Hit is one entry found. Key aliases the index and never changes.
type Hit struct {
	Local    uint32
	From, To int64
	Key      []byte
}

// Position is where a scan stopped: the last entry it returned.
type Position struct {
	set   bool
	key   []byte
	local uint32
	from  int64
}

// Started reports whether the scan has returned anything yet.
func (p *Position) Started() bool { return p.set }

// Scan appends up to max entries behind pos to dst, in order, and moves pos.
// Fewer than max appended means the end. The tree may change between calls.
func (x *Ordered) Scan(r *Range, pos *Position, dst []Hit, max int) []Hit {
	var current, history stream
	x.open(&current, x.current, r, pos)
	defer current.it.Release()
	history.done = true
	if r.At < x.lastClose {
		x.open(&history, x.history, r, pos)
		defer history.it.Release()
	}
	for n := 0; n < max; n++ {
		s := &current
		if current.done || (!history.done && x.before(&history.e, &current.e, r.Reverse)) {
			s = &history
		}
		if s.done {
			break
		}
		e := s.e
		key := x.key(&e)
		to := e.to
		if to == 0 {
			to = Open
		}
		dst = append(dst, Hit{Local: e.local, From: e.from, To: to, Key: key})
		*pos = Position{set: true, key: key, local: e.local, from: e.from}
		x.advance(s, r)
	}
	return dst
}

// stream is one tier's side of a merge; e is its next entry unless done.
type stream struct {
	it   btree.IterG[entry]
	e    entry
	done bool
}

func (x *Ordered) before(a, b *entry, reverse bool) bool {
	if reverse {
		return x.less(*b, *a)
	}
	return x.less(*a, *b)
}

// open places a stream on its first entry behind pos.
func (x *Ordered) open(s *stream, tree *btree.BTreeG[entry], r *Range, pos *Position) {
	s.it.Init(tree, false)
	s.done = false
	var ok bool
	if r.Reverse {
		ok = seekBefore(&s.it, r, pos)
	} else if pos.set {
		ok = seek(&s.it, pos.key, pos.local, pos.from)
		if ok {
			e := s.it.Item()
			if e.local == pos.local && e.from == pos.from && bytes.Equal(x.key(&e), pos.key) {
				ok = s.it.Next()
			}
		}
	} else {
		ok = seek(&s.it, r.Low, 0, math.MinInt64)
	}
	x.settle(s, r, ok)
}

// seekBefore moves to the last entry before the position, or before the range's end.
func seekBefore(it *btree.IterG[entry], r *Range, pos *Position) bool {
	key, local, from := r.High, uint32(0), int64(math.MinInt64)
	if pos.set {
		key, local, from = pos.key, pos.local, pos.from
	}
	if key == nil || !seek(it, key, local, from) {
		return it.Last()
	}
	return it.Prev()
}

func (x *Ordered) advance(s *stream, r *Range) {
	if r.Reverse {
		x.settle(s, r, s.it.Prev())
	} else {
		x.settle(s, r, s.it.Next())
	}
}

// settle skips entries that do not hold at r.At; ok tells whether the iterator stands on one.
func (x *Ordered) settle(s *stream, r *Range, ok bool) {
	for ; ok; ok = x.step(s, r) {
		e := s.it.Item()
		if r.Reverse {
			if bytes.Compare(x.key(&e), r.Low) < 0 {
				break
			}
		} else if r.High != nil && bytes.Compare(x.key(&e), r.High) >= 0 {
			break
		}
		if e.from <= r.At && (e.to == 0 || r.At < e.to) {
			s.e = e
			return
		}
	}
	s.done = true
}

func (x *Ordered) step(s *stream, r *Range) bool {
	if r.Reverse {
		return s.it.Prev()
	}
	return s.it.Next()
}

// Count returns the number of open entries with low ≤ key < high, high nil meaning no end.
func (x *Ordered) Count(low, high []byte) int {
	end := x.current.Len()
	if high != nil {
		end = x.rank(high)
	}
	return end - x.rank(low)
}

// rank returns the number of open entries with a smaller key.
func (x *Ordered) rank(key []byte) int {
	return sort.Search(x.current.Len(), func(i int) bool {
		e, _ := x.current.GetAt(i)
		return bytes.Compare(x.key(&e), key) >= 0
	})
}

// EachOpen calls f for every open entry in order until it returns false.
func (x *Ordered) EachOpen(f func(h Hit) bool) {
	x.current.Scan(func(e entry) bool {
		return f(Hit{Local: e.local, From: e.from, To: Open, Key: x.key(&e)})
	})
}

// EachClosed calls f for every closed entry in order until it returns false.
func (x *Ordered) EachClosed(f func(h Hit) bool) {
	x.history.Scan(func(e entry) bool {
		return f(Hit{Local: e.local, From: e.from, To: e.to, Key: x.key(&e)})
	})
}

// Changed reports whether the set of rows with Low ≤ key < High changed after t:
// an entry was opened or closed later.
func (x *Ordered) Changed(low, high []byte, t int64) bool {
	changed := false
	within := func(tree *btree.BTreeG[entry], hit func(e *entry) bool) {
		it := tree.Iter()
		defer it.Release()
		for ok := seek(&it, low, 0, math.MinInt64); ok; ok = it.Next() {
			e := it.Item()
			if high != nil && bytes.Compare(x.key(&e), high) >= 0 {
				return
			}
			if hit(&e) {
				changed = true
				return
			}
		}
	}
	within(x.current, func(e *entry) bool { return e.from > t })
	if !changed && t < x.lastClose {
		within(x.history, func(e *entry) bool { return e.to > t })
	}
	return changed
}
