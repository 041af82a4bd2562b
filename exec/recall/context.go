package recall

import (
	"sort"
	"strconv"

	"synapse/catalog/types"
	"synapse/storage"
)

// expandedSessions is the number of a namespace's sessions, the best ones, whose
// turns are looked at even if they hold none of the terms.
const expandedSessions = 64

// conversation is a namespace as the question sees it: the turns that hold a
// term or stand beside one that does, by session. An entry without a place in a
// session is a session of its own. What surrounds a turn is a statistic of the
// namespace: filters and valid time do not change it.
type conversation struct {
	profile  *Profile
	terms    []storage.TermStat
	sessions map[string]*session
	order    []*session // in the order of discovery
}

// session is one session with its turns by seq; counts are how often its turns
// hold each term, and once more what its days hold (see dates).
type session struct {
	name   string
	turns  []turn
	counts []float64
	dated  []float64 // 1 for each term that a day of the session holds; nil: none
	score  float64
}

// turn is an entry in its session. counts alias the conversation's, nil: none.
type turn struct {
	row    storage.RowID
	seq    int64
	bm25   float64
	counts []uint32
	passes bool // filter and valid time
}

// saturated is the part of BM25 that a passage without a fixed length has: the
// idf of each term times its count, which saturates with k1 and is not normalised
// by length (b = 0), since all windows are about as long.
func (c *conversation) saturated(counts []float64) float64 {
	var sum float64
	k1 := c.profile.K1
	for i := range c.terms {
		if f := counts[i]; f > 0 {
			sum += float64(c.terms[i].Count) * c.terms[i].IDF * f * (k1 + 1) / (f + k1)
		}
	}
	return sum
}

// session finds or opens a session.
func (c *conversation) session(name string) *session {
	s := c.sessions[name]
	if s == nil {
		s = &session{name: name, counts: make([]float64, len(c.terms))}
		c.sessions[name] = s
		c.order = append(c.order, s)
	}
	return s
}

// place says which session a row belongs to and where it stands in it.
func place(row storage.RowID, name, seq types.Value) (string, int64) {
	if name.IsNull() || seq.IsNull() {
		return "\x00" + strconv.FormatUint(uint64(row), 10), 0
	}
	return name.Str(), seq.Int()
}

// add takes a turn that holds terms.
func (c *conversation) add(name string, t turn, dated []float64) {
	s := c.session(name)
	s.turns = append(s.turns, t)
	for i, n := range t.counts {
		s.counts[i] += float64(n)
	}
	for i, n := range dated {
		if s.dated == nil {
			s.dated = make([]float64, len(c.terms))
		}
		s.dated[i] = max(s.dated[i], n)
	}
}

// best scores the sessions and returns the ones worth expanding.
func (c *conversation) best() []*session {
	for _, s := range c.order {
		for i, n := range s.dated {
			s.counts[i] += n
		}
		s.score = c.saturated(s.counts)
	}
	list := append([]*session(nil), c.order...)
	sort.Slice(list, func(a, b int) bool {
		if list[a].score != list[b].score {
			return list[a].score > list[b].score
		}
		return list[a].name < list[b].name
	})
	return list[:min(len(list), expandedSessions)]
}

// scored calls yield for every turn of the session with what its surroundings lend.
func (c *conversation) scored(s *session, yield func(t *turn, window, session float64)) {
	sort.Slice(s.turns, func(a, b int) bool {
		if s.turns[a].seq != s.turns[b].seq {
			return s.turns[a].seq < s.turns[b].seq
		}
		return s.turns[a].row < s.turns[b].row
	})
	counts := make([]float64, len(c.terms))
	from := 0
	for i := range s.turns {
		t := &s.turns[i]
		for s.turns[from].seq < t.seq-c.profile.WindowTurns {
			from++
		}
		clear(counts)
		for k := from; k < len(s.turns) && s.turns[k].seq <= t.seq+c.profile.WindowTurns; k++ {
			for term, n := range s.turns[k].counts {
				counts[term] += float64(n)
			}
		}
		window := c.saturated(counts)
		if window == 0 {
			continue // no turn near it holds a term
		}
		yield(t, c.profile.WindowWeight*window, c.profile.SessionWeight*s.score)
	}
}
