package textsearch

import (
	"cmp"
	"math"
	"slices"

	"synapse/catalog/types"
)

// RankCover is ts_rank_cd, the cover density ranking of Clarke, Cormack and
// Tudhope ("Relevance Ranking for One to Three Term Queries", 1999): the shorter
// the stretches that satisfy the query, and the more of them, the higher.
func RankCover(w Weights, v types.TSVector, q *types.TSQuery, method int) float32 {
	c := coverFinder{query: q, states: map[*types.TSQuery]*operandState{}}
	Operands(q, func(o *types.TSQuery) { c.states[o] = &operandState{} })
	c.collect(v)
	if len(c.places) == 0 {
		return 0
	}
	var inverse [len(w)]float64
	for i := range w {
		inverse[i] = 1.0 / float64(w[i])
	}
	var rank, distances, previous float64
	covers := 0
	for c.next() {
		sum := 0.0
		for _, p := range c.places[c.begin : c.end+1] {
			sum += inverse[p.position.Weight()]
		}
		size := c.end - c.begin
		first, last := c.places[c.begin].position.At(), c.places[c.end].position.At()
		// Positions beyond the last one are all the same: then half the cover is taken for noise.
		noise := last - first - size
		if noise < 0 {
			noise = size / 2
		}
		rank += float64(size+1) / sum / float64(1+noise)
		middle := float64(first+last) / 2
		if covers > 0 && middle > previous {
			distances += 1 / (middle - previous)
		}
		previous = middle
		covers++
	}
	return float32(c.normalise(rank, distances, covers, v, method))
}

func (c *coverFinder) normalise(rank, distances float64, covers int, v types.TSVector, method int) float64 {
	if method&normLogLength != 0 {
		rank /= math.Log(float64(vectorLength(v) + 1))
	}
	if n := vectorLength(v); method&normLength != 0 && n > 0 {
		rank /= float64(n)
	}
	if method&normDistance != 0 && covers > 0 && distances > 0 {
		rank /= float64(covers) / distances
	}
	if method&normUnique != 0 {
		rank /= float64(v.Len())
	}
	if method&normLogUnique != 0 {
		rank /= math.Log(float64(v.Len()+1)) / math.Log(2)
	}
	if method&normSelfPlusOne != 0 {
		rank /= rank + 1
	}
	return rank
}

// coverPlace is a position at which operands match.
type coverPlace struct {
	position types.Position
	entry    int
	operands []*types.TSQuery
}

// operandState is where an operand was seen in the stretch looked at, ascending.
type operandState struct{ at []int }

// coverFinder enumerates minimal covers, from the left.
type coverFinder struct {
	query  *types.TSQuery
	places []coverPlace
	states map[*types.TSQuery]*operandState
	from   int // the next cover begins here or later

	begin, end int // the cover found, indexes of places
}

// collect lists the places at which an operand matches, with a weight that it wants.
func (c *coverFinder) collect(v types.TSVector) {
	Operands(c.query, func(o *types.TSQuery) {
		first, end := entries(v, o)
		for e := first; e < end; e++ {
			for j, p := 0, v.Positions(e); j < p.Len(); j++ {
				if o.Weight == 0 || o.Weight&(1<<p.At(j).Weight()) != 0 {
					c.places = append(c.places, coverPlace{p.At(j), e, []*types.TSQuery{o}})
				}
			}
		}
	})
	types.QuickSort(c.places, func(a, b coverPlace) int {
		return cmp.Or(cmp.Compare(a.position.At(), b.position.At()), cmp.Compare(a.position.Weight(), b.position.Weight()), cmp.Compare(a.entry, b.entry))
	})
	out := c.places[:0]
	for _, p := range c.places {
		if n := len(out); n > 0 && out[n-1].position == p.position && out[n-1].entry == p.entry {
			out[n-1].operands = append(out[n-1].operands, p.operands...)
			continue
		}
		out = append(out, p)
	}
	c.places = out
}

// next finds the next cover: the first end at which the query is satisfied, then
// the last beginning from which it still is.
func (c *coverFinder) next() bool {
	for ; ; c.from++ {
		c.reset()
		c.end = c.from
		for c.end < len(c.places) && !c.see(c.end, false) {
			c.end++
		}
		if c.end >= len(c.places) {
			return false
		}
		c.reset()
		c.begin = c.end
		for c.begin >= c.from && !c.see(c.begin, true) {
			c.begin--
		}
		if c.begin >= c.from {
			c.from = c.begin + 1
			return true
		}
	}
}

func (c *coverFinder) reset() {
	for _, s := range c.states {
		s.at = s.at[:0]
	}
}

// see adds a place to the stretch and reports whether the query is satisfied.
func (c *coverFinder) see(i int, leftward bool) bool {
	at := c.places[i].position.At()
	for _, o := range c.places[i].operands {
		s := c.states[o]
		switch {
		case leftward && (len(s.at) == 0 || s.at[0] != at):
			s.at = slices.Insert(s.at, 0, at)
		case !leftward && (len(s.at) == 0 || s.at[len(s.at)-1] != at):
			s.at = append(s.at, at)
		}
	}
	return matches(c.query, func(q *types.TSQuery, s *span) answer {
		seen := c.states[q].at
		if len(seen) == 0 {
			return no
		}
		if s != nil {
			s.at = seen
		}
		return yes
	})
}
