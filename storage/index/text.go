package index

import (
	"sort"
	"strings"
)

// Text is an inverted index of documents for BM25: postings by (partition,
// term) with the time they held, and for each partition the number of documents
// and of their words over time. So a score at a past time comes out exactly as
// it did then.
type Text struct {
	parts     map[string]*textPart
	lastClose int64
}

type textPart struct {
	terms     map[string]*termList
	documents Series
	words     Series
	pending   []textEvent // of a build, until Seal
	horizon   int64       // postings that ended at or before it are forgotten when they are come across
}

type textEvent struct {
	at               int64
	documents, words int64
}

// Posting is one document that holds a term. It holds no Go pointers.
type Posting struct {
	Local    uint32
	Count    uint32 // occurrences of the term
	Length   uint32 // words of the document
	From, To int64
}

// termList keeps the postings of a term: recent ones ascending by (Local, From),
// some of them closed, and the closed ones moved out, ascending by To.
type termList struct {
	recent []Posting
	stale  int // closed postings in recent
	closed []Posting
}

// NewText returns an empty index.
func NewText() *Text { return &Text{parts: map[string]*textPart{}, lastClose: -1 << 63} }

// TermCount is a term and how often a document has it.
type TermCount struct {
	Term  string
	Count uint32
}

// CountTerms sums up a document's terms, in the order of first occurrence.
func CountTerms(terms []string) []TermCount {
	at := make(map[string]int, len(terms))
	var out []TermCount
	for _, t := range terms {
		if i, ok := at[t]; ok {
			out[i].Count++
			continue
		}
		at[t] = len(out)
		out = append(out, TermCount{t, 1})
	}
	return out
}

func (x *Text) part(key []byte) *textPart {
	p := x.parts[string(key)]
	if p == nil {
		p = &textPart{terms: map[string]*termList{}, horizon: -1 << 63}
		x.parts[string(key)] = p
	}
	return p
}

func (p *textPart) list(term string) *termList {
	l := p.terms[term]
	if l == nil {
		l = &termList{}
		p.terms[strings.Clone(term)] = l // term may be a piece of the document
	}
	return l
}

func (p *textPart) count(at, documents, words int64) {
	p.documents.Set(at, p.documents.Last()+documents)
	p.words.Set(at, p.words.Last()+words)
}

// Add opens a document's postings.
func (x *Text) Add(partition []byte, local uint32, terms []string, from int64) {
	p := x.part(partition)
	for _, c := range CountTerms(terms) {
		p.list(c.Term).add(Posting{local, c.Count, uint32(len(terms)), from, Open})
	}
	p.count(from, 1, int64(len(terms)))
}

// AddDuring opens a document while the index is built; times come in any order and Seal must follow.
func (x *Text) AddDuring(partition []byte, local uint32, terms []string, from int64) {
	p := x.part(partition)
	for _, c := range CountTerms(terms) {
		p.list(c.Term).add(Posting{local, c.Count, uint32(len(terms)), from, Open})
	}
	p.pending = append(p.pending, textEvent{from, 1, int64(len(terms))})
}

// AddClosed adds a document of the past while the index is built; Seal must follow.
func (x *Text) AddClosed(partition []byte, local uint32, terms []string, from, to int64) {
	p := x.part(partition)
	for _, c := range CountTerms(terms) {
		l := p.list(c.Term)
		l.closed = append(l.closed, Posting{local, c.Count, uint32(len(terms)), from, to})
	}
	p.pending = append(p.pending, textEvent{from, 1, int64(len(terms))}, textEvent{to, -1, -int64(len(terms))})
	x.lastClose = max(x.lastClose, to)
}

// Seal ends a build.
func (x *Text) Seal() {
	for _, p := range x.parts {
		for _, l := range p.terms {
			sort.Slice(l.closed, func(a, b int) bool { return l.closed[a].To < l.closed[b].To })
		}
		sort.SliceStable(p.pending, func(a, b int) bool { return p.pending[a].at < p.pending[b].at })
		for _, e := range p.pending {
			p.count(e.at, e.documents, e.words)
		}
		p.pending = nil
	}
}

// Close ends a document's postings at to.
func (x *Text) Close(partition []byte, local uint32, terms []string, to int64) {
	p := x.part(partition)
	for _, c := range CountTerms(terms) {
		p.list(c.Term).close(local, to, p.horizon)
	}
	p.count(to, -1, -int64(len(terms)))
	x.lastClose = max(x.lastClose, to)
}

// LastClose returns the time from which on open postings alone answer.
func (x *Text) LastClose() int64 { return x.lastClose }

func (l *termList) add(p Posting) {
	n := len(l.recent)
	if n == 0 || l.recent[n-1].Local < p.Local || (l.recent[n-1].Local == p.Local && l.recent[n-1].From < p.From) {
		l.recent = append(l.recent, p)
		return
	}
	i := l.after(p.Local)
	l.recent = append(l.recent, Posting{})
	copy(l.recent[i+1:], l.recent[i:])
	l.recent[i] = p
}

// after returns the place behind the last posting of the row.
func (l *termList) after(local uint32) int {
	return sort.Search(len(l.recent), func(i int) bool { return l.recent[i].Local > local })
}

// close marks the row's open posting; when many are closed they move out of the
// way, those before the horizon for good.
func (l *termList) close(local uint32, to, horizon int64) {
	i := l.after(local) - 1
	if i < 0 || l.recent[i].Local != local || l.recent[i].To != Open {
		return
	}
	l.recent[i].To = to
	l.stale++
	if l.stale <= 16+len(l.recent)/4 {
		return
	}
	open := l.recent[:0]
	for _, p := range l.recent {
		if p.To == Open {
			open = append(open, p)
		} else if p.To > horizon {
			l.closed = append(l.closed, p)
		}
	}
	l.recent, l.stale = open, 0
	sort.Slice(l.closed, func(a, b int) bool { return l.closed[a].To < l.closed[b].To })
}

// each calls f for the postings that hold at a time: open ones ascending by row, then others.
func (l *termList) each(at int64, f func(p *Posting)) {
	for i := range l.recent {
		if p := &l.recent[i]; p.From <= at && at < p.To {
			f(p)
		}
	}
	i := sort.Search(len(l.closed), func(i int) bool { return l.closed[i].To > at })
	for ; i < len(l.closed); i++ {
		if p := &l.closed[i]; p.From <= at {
			f(p)
		}
	}
}

// Postings calls f for every posting of a term that holds at a time.
func (x *Text) Postings(partition, term string, at int64, f func(p *Posting)) {
	if p := x.parts[partition]; p != nil {
		if l := p.terms[term]; l != nil {
			l.each(at, f)
		}
	}
}

// Statistics returns the number of documents and of words in a partition at a time.
func (x *Text) Statistics(partition string, at int64) (documents, words int64) {
	if p := x.parts[partition]; p != nil {
		return p.documents.At(at), p.words.At(at)
	}
	return 0, 0
}

// Terms returns the number of (partition, term) pairs that have postings.
func (x *Text) Terms() int {
	n := 0
	for _, p := range x.parts {
		n += len(p.terms)
	}
	return n
}

// Partitions returns the keys of all partitions, ascending.
func (x *Text) Partitions() []string {
	out := make([]string, 0, len(x.parts))
	for k := range x.parts {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
