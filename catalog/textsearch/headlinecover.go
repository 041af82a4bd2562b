package textsearch

// candidate is a piece of the document that may become the headline.
type candidate struct {
	first, last int
	interesting int  // words that are searched for
	whole       bool // it holds its cover
}

// chooseCover shows one piece around the best cover.
func (h *headline) chooseCover() {
	best := candidate{last: -1, interesting: -1}
	for i := 0; ; i++ {
		first, last, ok := h.cover(i, h.coverReach())
		if !ok {
			break
		}
		i = first
		c := h.around(first, last)
		switch {
		case c.whole != best.whole:
			ok = c.whole
		case c.interesting != best.interesting:
			ok = c.interesting > best.interesting
		default:
			ok = !h.isBadEnd(c.last) && h.isBadEnd(best.last)
		}
		if ok {
			best = c
		}
	}
	if best.interesting < 0 {
		best.first, best.last = 0, h.opening()
	}
	h.show(best.first, best.last)
}

// opening is the last of the first MinWords words.
func (h *headline) opening() int {
	last, words := 0, 0
	for i := 0; i < len(h.words) && words < h.MinWords; i++ {
		if h.isWord(i) {
			words++
		}
		last = i
	}
	return min(last, len(h.words)-1)
}

// around stretches or cuts a cover so that it has from MinWords to MaxWords words and good ends.
func (h *headline) around(first, last int) candidate {
	c := candidate{first: first, last: first}
	words := 0
	i := first
	for ; i <= last && words < h.MaxWords; i++ {
		h.count(i, 1, &words, &c.interesting)
		c.last = i
	}
	if words < h.MaxWords {
		h.lengthen(&c, i-1, last, words)
	} else {
		for i = min(i, last); words > h.MinWords && h.isBadEnd(i); i-- {
			h.count(i, -1, &words, &c.interesting)
			c.last = i - 1
		}
	}
	c.whole = c.first <= first && c.last >= last
	return c
}

// lengthen goes on to the right up to a good end; at the end of the text, to the left.
func (h *headline) lengthen(c *candidate, from, last, words int) {
	for i := from; i < len(h.words) && words < h.MaxWords; i++ {
		if i > last {
			h.count(i, 1, &words, &c.interesting)
		}
		c.last = i
		if !h.isBadEnd(i) && words >= h.MinWords {
			break
		}
	}
	if words >= h.MinWords {
		return
	}
	i := c.first - 1
	for ; i >= 0; i-- {
		h.count(i, 1, &words, &c.interesting)
		if words >= h.MaxWords || !h.isBadEnd(i) && words >= h.MinWords {
			break
		}
	}
	c.first = max(i, 0)
}

// fragment is a piece of a cover with at most MaxWords words.
type fragment struct {
	first, last int
	words       int
	interesting int
	done        bool // shown, or overlapping what is
}

// chooseFragments shows up to MaxFragments pieces, those with most interesting words first.
func (h *headline) chooseFragments() {
	list := h.fragments()
	shown := 0
	for ; shown < h.MaxFragments; shown++ {
		best := -1
		for i := range list {
			f := &list[i]
			if !f.done && (best < 0 && f.interesting >= 0 || best >= 0 && (f.interesting > list[best].interesting ||
				f.interesting == list[best].interesting && f.words < list[best].words)) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		f := list[best]
		h.stretch(&f)
		h.show(f.first, f.last)
		for i := range list {
			if list[i].first <= f.last && list[i].last >= f.first {
				list[i].done = true
			}
		}
		list[best].done = true
	}
	if shown == 0 {
		h.show(0, h.opening())
	}
}

// fragments cuts every cover into pieces that begin and end with an interesting word.
func (h *headline) fragments() []fragment {
	var list []fragment
	for i := 0; ; i++ {
		first, last, ok := h.cover(i, h.coverReach())
		if !ok {
			return list
		}
		i = first
		for first <= last {
			f := h.cut(first, last)
			list = append(list, f)
			first = f.last + 1
		}
	}
}

func (h *headline) cut(first, last int) fragment {
	for i := first; i <= last; i++ {
		first = i
		if h.isInteresting(i) {
			break
		}
	}
	f := fragment{first: first, last: last}
	i := first
	for ; i <= last && f.words < h.MaxWords; i++ {
		h.count(i, 1, &f.words, &f.interesting)
	}
	if last <= i {
		return f
	}
	for f.last = i; i >= first; i-- {
		f.last = i
		if h.isInteresting(i) {
			break
		}
		if h.isWord(i) {
			f.words--
		}
	}
	return f
}

// stretch lengthens a fragment to both sides, not into what is shown already.
func (h *headline) stretch(f *fragment) {
	if f.words >= h.MaxWords {
		return
	}
	room := (h.MaxWords - f.words) / 2
	far := f.first
	for i, added := f.first-1, 0; i >= 0 && added < room && !h.words[i].shown; i-- {
		if h.isWord(i) {
			f.words++
			added++
		}
		far = i
	}
	for ; far < f.first && h.isBadEnd(far); far++ {
		if h.isWord(far) {
			f.words--
		}
	}
	f.first = far
	far = f.last
	for i := f.last + 1; i < len(h.words) && f.words < h.MaxWords && !h.words[i].shown; i++ {
		if h.isWord(i) {
			f.words++
		}
		far = i
	}
	for ; far > f.last && h.isBadEnd(far); far-- {
		if h.isWord(far) {
			f.words--
		}
	}
	f.last = far
}
