package index

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
)

// DiffOrdered describes the first difference between two indexes, "" if they are
// equal. What ended at or before the horizon does not count, and a beginning
// before it is as good as another.
func DiffOrdered(have, want *Ordered, horizon int64) string {
	for _, tier := range []struct {
		name string
		each func(x *Ordered, f func(h Hit) bool)
	}{{"current", (*Ordered).EachOpen}, {"history", (*Ordered).EachClosed}} {
		var a, b []Hit
		into := func(list *[]Hit) func(Hit) bool {
			return func(h Hit) bool {
				if h.From = max(h.From, horizon); h.To > horizon {
					*list = append(*list, h)
				}
				return true
			}
		}
		tier.each(have, into(&a))
		tier.each(want, into(&b))
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) {
				return fmt.Sprintf("%s tier has %d entries, the rows give %d", tier.name, len(a), len(b))
			}
			if a[i].Local != b[i].Local || a[i].From != b[i].From || a[i].To != b[i].To || !bytes.Equal(a[i].Key, b[i].Key) {
				return fmt.Sprintf("%s tier, entry %d: %+v, the rows give %+v", tier.name, i, a[i], b[i])
			}
		}
	}
	return ""
}

// DiffUnique describes how a hash differs from the current tier of its index.
func DiffUnique(h *Hash, x *Ordered) string {
	n, diff := 0, ""
	x.EachOpen(func(e Hit) bool {
		if local, from, ok := h.Get(e.Key); ok && local == e.Local && from == e.From {
			n++
		}
		return true
	})
	if n != h.Len() {
		diff = fmt.Sprintf("the hash has %d keys, %d of them in the index", h.Len(), n)
	}
	return diff
}

// DiffInverted compares the current tiers, and what was closed after the horizon.
func DiffInverted(have, want *Inverted, horizon int64) string {
	for name, e := range want.items {
		closed := closedAfter(e, horizon)
		if closed == 0 && e.rows.IsEmpty() {
			continue
		}
		h := have.items[name]
		if h == nil || !h.rows.Equals(e.rows) {
			return fmt.Sprintf("item %q has other rows", name)
		}
		if n := closedAfter(h, horizon); n != closed {
			return fmt.Sprintf("item %q has %d closed rows, the rows give %d", name, n, closed)
		}
	}
	for name, h := range have.items {
		if want.items[name] == nil && !h.rows.IsEmpty() {
			return fmt.Sprintf("item %q is in no row", name)
		}
	}
	return ""
}

func closedAfter(e *itemRows, horizon int64) int {
	return len(e.closed) - sort.Search(len(e.closed), func(i int) bool { return e.closed[i].to > horizon })
}

// DiffText compares postings and statistics, but for what ended at or before the horizon.
func DiffText(have, want *Text, horizon int64) string {
	for key, p := range want.parts {
		h := have.parts[key]
		if h == nil && p.documents.sameSince(&Series{}, horizon) {
			continue
		}
		if h == nil {
			return fmt.Sprintf("partition %q is missing", key)
		}
		if !h.documents.sameSince(&p.documents, horizon) || !h.words.sameSince(&p.words, horizon) {
			return fmt.Sprintf("partition %q has other statistics", key)
		}
		for term, l := range p.terms {
			hl := h.terms[term]
			if hl == nil {
				hl = &termList{}
			}
			if a, b := hl.sorted(horizon), l.sorted(horizon); !slices.Equal(a, b) {
				return fmt.Sprintf("term %q has postings %v, the rows give %v", term, a, b)
			}
		}
	}
	return ""
}

// sorted lists the postings that hold after the horizon.
func (l *termList) sorted(horizon int64) []Posting {
	var out []Posting
	for _, list := range [][]Posting{l.recent, l.closed} {
		for _, p := range list {
			if p.From = max(p.From, horizon); p.To > horizon {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(a, b Posting) int {
		if a.Local != b.Local {
			return int(int64(a.Local) - int64(b.Local))
		}
		return int(min(max(a.From-b.From, -1), 1))
	})
	return out
}
