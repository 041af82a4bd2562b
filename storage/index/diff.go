package index

import (
	"bytes"
	"fmt"
	"slices"
)

// DiffOrdered describes the first difference between two indexes, "" if they are equal.
func DiffOrdered(have, want *Ordered) string {
	for _, tier := range []struct {
		name string
		each func(x *Ordered, f func(h Hit) bool)
	}{{"current", (*Ordered).EachOpen}, {"history", (*Ordered).EachClosed}} {
		var a, b []Hit
		tier.each(have, func(h Hit) bool { a = append(a, h); return true })
		tier.each(want, func(h Hit) bool { b = append(b, h); return true })
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

// DiffInverted compares the current tiers.
func DiffInverted(have, want *Inverted) string {
	for name, e := range want.items {
		h := have.items[name]
		if h == nil || !h.rows.Equals(e.rows) {
			return fmt.Sprintf("item %q has other rows", name)
		}
		if len(h.closed) != len(e.closed) {
			return fmt.Sprintf("item %q has %d closed rows, the rows give %d", name, len(h.closed), len(e.closed))
		}
	}
	for name, h := range have.items {
		if want.items[name] == nil && !h.rows.IsEmpty() {
			return fmt.Sprintf("item %q is in no row", name)
		}
	}
	return ""
}

// DiffText compares postings and statistics.
func DiffText(have, want *Text) string {
	for key, p := range want.parts {
		h := have.parts[key]
		if h == nil {
			return fmt.Sprintf("partition %q is missing", key)
		}
		if !slices.Equal(h.documents.times, p.documents.times) || !slices.Equal(h.documents.value, p.documents.value) ||
			!slices.Equal(h.words.value, p.words.value) {
			return fmt.Sprintf("partition %q has other statistics", key)
		}
		for term, l := range p.terms {
			hl := h.terms[term]
			if hl == nil {
				return fmt.Sprintf("term %q is missing", term)
			}
			if a, b := hl.sorted(), l.sorted(); !slices.Equal(a, b) {
				return fmt.Sprintf("term %q has postings %v, the rows give %v", term, a, b)
			}
		}
	}
	return ""
}

func (l *termList) sorted() []Posting {
	out := append(slices.Clone(l.recent), l.closed...)
	slices.SortFunc(out, func(a, b Posting) int {
		if a.Local != b.Local {
			return int(int64(a.Local) - int64(b.Local))
		}
		return int(min(max(a.From-b.From, -1), 1))
	})
	return out
}
