package textsearch

import (
	"strings"

	"synapse/catalog/types"
)

// headlineWord is a token of the document. A token that several operands match
// is followed by a copy of itself for each further one.
type headlineWord struct {
	Token
	at       int            // position in the document's tsvector
	operand  *types.TSQuery // that it matches, nil: none
	repeated bool
	shown    bool
	marked   bool // between StartSel and StopSel
	hidden   bool // its parts are shown
	spaced   bool // a blank is shown in its place
}

// headline is a document in which fragments are chosen.
type headline struct {
	*HeadlineOptions
	query *types.TSQuery
	words []headlineWord
}

// Headline is ts_headline: a piece of the text that the query matches, with its words marked.
func (c *Config) Headline(text string, q *types.TSQuery, o *HeadlineOptions, notice func(string)) string {
	h := &headline{HeadlineOptions: o, query: q}
	h.parse(c, text, notice)
	switch {
	case o.MaxFragments > 0:
		h.chooseFragments()
	case o.HighlightAll:
		h.show(0, len(h.words)-1)
	default:
		h.chooseCover()
	}
	return h.text()
}

func (h *headline) parse(c *Config, text string, notice func(string)) {
	var operands []*types.TSQuery
	Operands(h.query, func(o *types.TSQuery) { operands = append(operands, o) })
	at := 0
	Parse(text, func(t Token) bool {
		if len(t.Text) > types.LexemeBytesMax {
			if notice != nil {
				notice(LongWordNotice)
			}
			return true
		}
		word := headlineWord{Token: t}
		dict := c.Dictionary(t.Type)
		if dict == nil {
			h.words = append(h.words, word)
			return true
		}
		at++
		lexeme, ok := dict.Lexize(t.Text)
		if ok {
			word.at = min(at, types.LexemePositionMax)
		}
		first := len(h.words)
		h.words = append(h.words, word)
		for _, o := range operands {
			switch {
			case !ok || lexeme != o.Word && !(o.Prefix && strings.HasPrefix(lexeme, o.Word)):
			case h.words[first].operand == nil:
				h.words[first].operand = o
			default:
				copied := h.words[first]
				copied.operand, copied.repeated = o, true
				h.words = append(h.words, copied)
			}
		}
		return true
	})
}

// isWord reports whether a token counts as a word of a fragment; compound tokens do not, their parts do.
func (h *headline) isWord(i int) bool {
	switch h.words[i].Type {
	case Blank, Tag, URL, NumHyphenWord, AsciiHyphenWord, HyphenWord:
		return false
	}
	return true
}

// isInteresting reports whether a word is searched for.
func (h *headline) isInteresting(i int) bool {
	return h.words[i].operand != nil && !h.words[i].repeated
}

// isBadEnd reports whether a fragment should not begin or end with the word.
func (h *headline) isBadEnd(i int) bool {
	if h.isInteresting(i) {
		return false
	}
	switch h.words[i].Type {
	case Scientific, Version, Decimal, SignedInt, UnsignedInt, Protocol, Entity:
		return true
	}
	return !h.isWord(i) || len(h.words[i].Text) <= h.ShortWord
}

// count adds a word to the number of words and of interesting ones.
func (h *headline) count(i, step int, words, interesting *int) {
	if h.isWord(i) {
		*words += step
	}
	if h.isInteresting(i) {
		*interesting += step
	}
}

// show marks the words from first to last.
func (h *headline) show(first, last int) {
	for i := first; i <= last; i++ {
		w := &h.words[i]
		w.marked = w.marked || w.operand != nil
		switch w.Type {
		case Tag:
			w.spaced = w.spaced || !h.HighlightAll
		case URL, NumHyphenWord, AsciiHyphenWord, HyphenWord:
			w.hidden = true
		}
		w.shown = !w.repeated
	}
}

// text puts the fragments together.
func (h *headline) text() string {
	var b strings.Builder
	fragments, inside := 0, false
	for i := range h.words {
		w := &h.words[i]
		if w.repeated {
			continue
		}
		if !w.shown {
			inside = false
			continue
		}
		if !inside {
			inside = true
			if fragments++; fragments > 1 {
				b.WriteString(h.FragmentDelimiter)
			}
		}
		switch {
		case w.spaced:
			b.WriteByte(' ')
		case w.hidden:
		case w.marked:
			b.WriteString(h.StartSel)
			b.WriteString(w.Text)
			b.WriteString(h.StopSel)
		default:
			b.WriteString(w.Text)
		}
	}
	return b.String()
}

// nextInteresting is the first word from i on that any operand matches, -1 if none.
func (h *headline) nextInteresting(i int) int {
	for ; i < len(h.words); i++ {
		if h.words[i].operand != nil {
			return i
		}
	}
	return -1
}

// cover finds the first, then shortest stretch from i on that satisfies the
// query and is not longer than reach words.
func (h *headline) cover(i, reach int) (first, last int, ok bool) {
	for first = h.nextInteresting(i); first >= 0; {
		next := -1
		for last = first; last >= 0 && last-first < reach; {
			if h.satisfies(first, last) {
				return first, last, true
			}
			behind := h.nextInteresting(last + 1)
			if last == first {
				next = behind
			}
			last = behind
		}
		first = next
	}
	return 0, 0, false
}

func (h *headline) satisfies(first, last int) bool {
	if h.query == nil {
		return false
	}
	return matches(h.query, func(q *types.TSQuery, s *span) answer {
		result := no
		for _, w := range h.words[first : last+1] {
			if w.operand != q {
				continue
			}
			if s == nil {
				return yes
			}
			if n := len(s.at); n == 0 || s.at[n-1] < w.at {
				s.at = append(s.at, w.at)
			}
			result = yes
		}
		return result
	})
}

// coverReach bounds the length of a cover in words.
func (h *headline) coverReach() int {
	reach := max(h.MaxWords*10, 100)
	if h.MaxFragments > 0 {
		reach *= h.MaxFragments
	}
	return reach
}
