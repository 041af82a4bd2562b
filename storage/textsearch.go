package storage

import (
	"math"
	"sort"
	"strconv"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/index"
)

// BM25's parameters where neither query nor index names any.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// textSource gives out scored rows, best first; equal scores by row id.
type textSource struct {
	filter rowFilter
	hits   []textHit
	passed int // hits before it have passed the filter
	// Of a search with counts: its terms, and their counts by textHit.slot.
	terms  []TermStat
	counts []uint32
}

type textHit struct {
	local uint32
	own   int32 // write, -1: committed
	slot  int32 // place in textSource.counts
	score float64
}

// bm25 scores one partition: Robertson, Zaragoza, "The Probabilistic Relevance
// Framework: BM25 and Beyond", 2009, with the idf that is never negative.
type bm25 struct {
	k1, b float64
}

// weight is the term's part of a document's score.
func (m bm25) weight(idf float64, count, length uint32, average float64) float64 {
	tf := float64(count)
	return idf * tf * (m.k1 + 1) / (tf + m.k1*(1-m.b+m.b*float64(length)/average))
}

// idf of a term that df of n documents hold.
func (m bm25) idf(n int64, df int) float64 {
	return math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5))
}

// Text reads rows by BM25 score, best first. Statistics are those of each row's
// partition as of the view's time, never of the filter, so that a score at a
// past moment is what it was then. Rows that hold none of the terms are left out.
func (v *View) Text(t *catalog.Table, ix *catalog.Index, q TextSpec, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	x, err := v.index(c.table, t, ix)
	if err != nil {
		return nil, err
	}
	if x.text == nil {
		return nil, sqlerr.Internal("index %q is not a text index", ix.Name)
	}
	if c.ns != nil && x.namespace < 0 && (len(ix.Keys) < 2 || ix.Keys[0].Column != t.BoundColumn()) {
		return nil, sqlerr.Unsupported("ranking by index \""+ix.Name+"\" within namespaces", "Its statistics are of all namespaces: put the namespace's column first.")
	}
	c.through(&x.counters)
	model := x.bm25(&q)
	own, err := c.ownDocuments(x)
	if err != nil {
		return nil, err
	}
	s := &textSource{filter: rowFilter{rows: q.Rows, keep: q.Filter, columns: q.FilterColumns}}
	key, one := x.partitionKey(q.Partition)
	if c.ns != nil && len(q.Partition) > 0 && !v.who.sees(q.Partition[0]) {
		key = append(key, noPartition)
	}
	if v.x != nil {
		v.x.reads.notePartition(t.ID, x, key, one)
	}
	c.table.mu.RLock()
	parts := x.text.Partitions()
	if one {
		parts = []string{string(key)}
	} else if q.Counts {
		c.table.mu.RUnlock()
		return nil, sqlerr.Internal("text search with counts over more than one partition of %q", ix.Name)
	}
	parts = withOwnPartitions(parts, own, len(q.Partition) > 0)
	for _, p := range parts {
		c.score(s, x, model, p, index.CountTerms(q.Terms), own[p], q.Counts)
	}
	c.table.mu.RUnlock()
	sort.Slice(s.hits, func(a, b int) bool {
		if s.hits[a].score != s.hits[b].score {
			return s.hits[a].score > s.hits[b].score
		}
		return c.table.rows.id(s.hits[a].local) < c.table.rows.id(s.hits[b].local) // not by local: the same after a restart
	})
	c.stats = SearchStats{Mode: "postings", Matches: len(s.hits)}
	if c.ns != nil && !one {
		c.stats.Matches = -1 // others' rows are among them until they are read
	}
	c.src, c.ranked = s, true
	return c, nil
}

// bm25 is the model of a search: its own parameters, else the index's.
func (x *tableIndex) bm25(q *TextSpec) bm25 {
	m := bm25{option(x.def.Options, "k1", bm25K1), option(x.def.Options, "b", bm25B)}
	if q.K1 != nil {
		m.k1 = *q.K1
	}
	if q.B != nil {
		m.b = *q.B
	}
	return m
}

func option(options map[string]string, name string, otherwise float64) float64 {
	if f, err := strconv.ParseFloat(options[name], 64); err == nil {
		return f
	}
	return otherwise
}

// ownDocument is the document of an own write.
type ownDocument struct {
	write int32
	terms []string
}

// ownDocuments analyses the transaction's own rows, by partition.
func (c *Cursor) ownDocuments(x *tableIndex) (map[string][]ownDocument, error) {
	if c.own == nil {
		return nil, nil
	}
	overlay := &c.view.x.overlay
	out := map[string][]ownDocument{}
	c.table.mu.RLock()
	defer c.table.mu.RUnlock()
	for _, local := range overlay.rows(c.own, c.view.cmd) {
		i, _ := overlay.visible(c.own, local, c.view.cmd)
		im := overlay.writes[i].image
		if im == nil {
			continue
		}
		e, err := x.entryOf(c.table, im)
		if err != nil {
			return nil, err
		}
		if e.present {
			out[string(e.key)] = append(out[string(e.key)], ownDocument{i, e.text})
		}
	}
	return out, nil
}

// withOwnPartitions adds partitions that only own writes have.
func withOwnPartitions(parts []string, own map[string][]ownDocument, fixed bool) []string {
	if fixed || len(own) == 0 {
		return parts
	}
	have := map[string]bool{}
	for _, p := range parts {
		have[p] = true
	}
	for p := range own {
		if !have[p] {
			parts = append(parts, p)
		}
	}
	sort.Strings(parts)
	return parts
}

// documents are a partition's number of documents and their average length.
func (x *tableIndex) documents(part string, at int64, own []ownDocument) (n int64, average float64) {
	n, words := x.text.Statistics(part, at)
	for _, d := range own {
		n++
		words += int64(len(d.terms))
	}
	if n == 0 {
		return 0, 0
	}
	return n, max(float64(words)/float64(n), 1)
}

// countIn is how often each of the documents holds a term, and how many do.
func countIn(own []ownDocument, term string) (counts []uint32, holders int) {
	counts = make([]uint32, len(own))
	for i, d := range own {
		for _, t := range d.terms {
			if t == term {
				counts[i]++
			}
		}
		if counts[i] > 0 {
			holders++
		}
	}
	return counts, holders
}

// score appends the scored rows of one partition. Terms are summed up in the
// order of the query, so sums come out the same whenever they are made. Own
// documents count in the statistics, the versions they replace still do too.
// The table's lock is held.
func (c *Cursor) score(s *textSource, x *tableIndex, model bm25, part string, terms []index.TermCount, own []ownDocument, counting bool) {
	at := int64(c.view.at)
	documents, average := x.documents(part, at, own)
	if documents == 0 {
		return
	}
	slots := map[uint32]int32{}
	first := len(s.hits)
	var list []index.Posting
	add := func(hit, term int, idf float64, count, length uint32) {
		s.hits[hit].score += model.weight(idf, count, length, average)
		if counting {
			s.counts[int(s.hits[hit].slot)*len(terms)+term] = count
		}
	}
	open := func(local uint32, write int32) int {
		n := len(s.hits)
		s.hits = append(s.hits, textHit{local: local, own: write, slot: int32(n)})
		if counting {
			s.counts = append(s.counts, make([]uint32, len(terms))...)
		}
		return n
	}
	for _, d := range own {
		open(c.view.x.overlay.writes[d.write].local, d.write)
	}
	for k, q := range terms {
		list = list[:0]
		x.text.Postings(part, q.Term, at, func(p *index.Posting) { list = append(list, *p) })
		counts, holders := countIn(own, q.Term)
		idf := model.idf(documents, len(list)+holders)
		if counting {
			s.terms = append(s.terms, TermStat{q.Term, q.Count, idf})
		}
		for i := range list {
			p := &list[i]
			slot, ok := slots[p.Local]
			if !ok {
				slot = int32(open(p.Local, -1))
				slots[p.Local] = slot
			}
			add(int(slot), k, idf*float64(q.Count), p.Count, p.Length)
		}
		for i, n := range counts {
			if n > 0 {
				add(first+i, k, idf*float64(q.Count), n, uint32(len(own[i].terms)))
			}
		}
	}
	kept := s.hits[:first]
	for _, h := range s.hits[first:] {
		if h.own >= 0 && h.score > 0 || h.own < 0 && !c.touched(h.local) {
			kept = append(kept, h)
		}
	}
	s.hits = kept
}

// Terms returns the distinct terms of a text search with TextSpec.Counts.
func (c *Cursor) Terms() []TermStat {
	if s, ok := c.src.(*textSource); ok {
		return s.terms
	}
	return nil
}

// prepare passes the next hits through the filter; the table's lock is not held.
func (s *textSource) prepare(c *Cursor) error {
	if s.filter.rows == nil && s.filter.keep == nil {
		s.passed = min(len(s.hits), BatchRows)
		return nil
	}
	var rows [64]uint64
	for s.passed = 0; s.passed == 0 && len(s.hits) > 0; {
		n := min(len(s.hits), len(rows))
		kept := s.hits[:0:0]
		group := rows[:0]
		for _, h := range s.hits[:n] {
			group = append(group, uint64(h.local))
		}
		mask := s.filter.accept(c, group)
		for i, h := range s.hits[:n] {
			if h.own >= 0 && s.filter.passes(c, h.own) || h.own < 0 && mask&(1<<i) != 0 {
				kept = append(kept, h)
			}
		}
		if s.filter.err != nil {
			return s.filter.err
		}
		s.passed = len(kept)
		s.hits = append(kept, s.hits[n:]...)
	}
	return nil
}

func (s *textSource) fill(c *Cursor) error {
	c.refs, c.counts = c.refs[:0], c.counts[:0]
	for _, h := range s.hits[:s.passed] {
		emitted := len(c.refs)
		if h.own >= 0 {
			c.emitOwn(h.own, h.score)
		} else {
			c.emitBase(h.local, h.score)
		}
		if n := len(s.terms); n > 0 && len(c.refs) > emitted {
			c.counts = append(c.counts, s.counts[int(h.slot)*n:][:n]...)
		}
	}
	s.hits = s.hits[s.passed:]
	return nil
}
