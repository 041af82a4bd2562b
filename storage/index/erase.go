package index

import (
	"bytes"
	"math"
)

// EraseRow forgets all entries of (key, row), and overwrites their bytes. The row
// has no open entry.
func (x *Ordered) EraseRow(key []byte, local uint32) {
	for {
		it := x.history.Iter()
		ok := seek(&it, key, local, math.MinInt64)
		var e entry
		if ok {
			e = it.Item()
			ok = e.local == local && bytes.Equal(x.key(&e), key)
		}
		it.Release()
		if !ok {
			return
		}
		x.history.Delete(e)
		x.keys.Wipe(e.at, int(e.size))
	}
}

// EraseRow forgets that a row, which has ended, ever held an item.
func (x *Inverted) EraseRow(item string, local uint32) {
	e := x.items[item]
	if e == nil {
		return
	}
	kept := e.closed[:0]
	for _, c := range e.closed {
		if c.local != local {
			kept = append(kept, c)
		}
	}
	e.closed = kept
	if len(e.closed) == 0 && e.rows.IsEmpty() {
		delete(x.items, item)
	}
}

// EraseRow forgets a row's postings of a document's terms, and takes the document
// out of the statistics of [from, to), when the row held it.
func (x *Text) EraseRow(partition []byte, local uint32, terms []string, from, to int64) {
	p := x.parts[string(partition)]
	if p == nil {
		return
	}
	for _, c := range CountTerms(terms) {
		if l := p.terms[c.Term]; l != nil && l.erase(local) {
			delete(p.terms, c.Term)
		}
	}
	p.documents.AddDuring(from, to, -1)
	p.words.AddDuring(from, to, -int64(len(terms)))
}

// erase forgets the postings of a row; empty: none is left.
func (l *termList) erase(local uint32) (empty bool) {
	recent, stale := l.recent[:0], 0
	for _, p := range l.recent {
		if p.Local == local {
			continue
		}
		if p.To != Open {
			stale++
		}
		recent = append(recent, p)
	}
	closed := l.closed[:0]
	for _, p := range l.closed {
		if p.Local != local {
			closed = append(closed, p)
		}
	}
	l.recent, l.stale, l.closed = recent, stale, closed
	return len(recent) == 0 && len(closed) == 0
}
