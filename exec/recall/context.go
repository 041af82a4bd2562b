package recall

import (
	"math"
	"sort"

	"synapse/catalog/types"
	"synapse/storage"
)

// Weights of what surrounds a turn, against its own BM25 score. Chosen by reason,
// not fitted: the surroundings together may count about as much as the turn.
const (
	sessionWeight = 0.5
	windowWeight  = 0.5
	windowTurns   = 2 // neighbours on each side
)

// surroundings holds the BM25 scores of all matching turns of a namespace, so
// that a turn can be lent some of its session's and its neighbours'. Turns
// without session stand alone. Context is a statistic of the namespace: filters
// and valid time do not change it.
type surroundings struct {
	sessions map[string]*sessionScores
}

type sessionScores struct {
	turns []turnScore // by seq
	total float64     // of all matching turns, damped by their number
}

type turnScore struct {
	seq   int64
	score float64
}

// scores runs the lexical search once over the whole namespace for the surroundings.
func (g *gather) scores(partition []types.Value) (*surroundings, error) {
	cur, err := g.s.view.Text(g.s.table, g.s.text, storage.TextSpec{
		Terms: g.q.Terms, K1: bm25K1, B: bm25B, Partition: partition,
	}, storage.ScanSpec{Columns: []int{g.s.columns[6], g.s.columns[7]}})
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	out := &surroundings{sessions: map[string]*sessionScores{}}
	var b storage.RowBatch
	for {
		if err := cur.Next(&b); err != nil {
			return nil, err
		}
		if b.N == 0 {
			break
		}
		for i := 0; i < b.N; i++ {
			session, seq := b.Cols[0].Get(i), b.Cols[1].Get(i)
			if session.IsNull() || seq.IsNull() {
				continue
			}
			s := out.sessions[session.Str()]
			if s == nil {
				s = &sessionScores{}
				out.sessions[session.Str()] = s
			}
			s.turns = append(s.turns, turnScore{seq.Int(), b.Distance[i]})
		}
	}
	for _, s := range out.sessions {
		sort.Slice(s.turns, func(a, b int) bool { return s.turns[a].seq < s.turns[b].seq })
		var sum float64
		for _, t := range s.turns {
			sum += t.score
		}
		// The mean would punish long sessions, the sum would reward them.
		s.total = sum / math.Sqrt(float64(len(s.turns)))
	}
	return out, nil
}

// context is what the turn is lent.
func (a *surroundings) context(c *candidate) float64 {
	if c.Entry.Session.IsNull() || c.Entry.Seq.IsNull() {
		return 0
	}
	s := a.sessions[c.Entry.Session.Str()]
	if s == nil {
		return 0
	}
	seq := c.Entry.Seq.Int()
	at := sort.Search(len(s.turns), func(i int) bool { return s.turns[i].seq >= seq-windowTurns })
	var window float64
	for ; at < len(s.turns) && s.turns[at].seq <= seq+windowTurns; at++ {
		if d := s.turns[at].seq - seq; d != 0 {
			window += s.turns[at].score / float64(1+max(d, -d))
		}
	}
	return windowWeight*window + sessionWeight*s.total
}
