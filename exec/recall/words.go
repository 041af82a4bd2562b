package recall

import (
	"synapse/catalog/types"
	"synapse/storage"
)

// The columns that placing a turn needs, by position in source.turns.
const (
	turnSession = iota
	turnSeq
	turnMetadata
	turnFrom
	turnTo
	turnAuthor // source.author, where a query leaves entries out
)

// words finds entries by BM25 and by what surrounds them.
func (g *gather) words(partition []types.Value) error {
	c, err := g.matches(partition)
	if err != nil {
		return err
	}
	for _, s := range c.best() {
		if err := g.neighbours(partition, s); err != nil {
			return err
		}
	}
	for _, s := range c.order {
		c.scored(s, func(t *turn, window, session float64) {
			if !t.passes {
				return
			}
			k := g.candidate(t.row)
			k.Parts.BM25, k.Parts.Window, k.Parts.Session = t.bm25, window, session
			k.lexical = t.bm25 + window + session
		})
	}
	return nil
}

// matches reads the turns that hold a term of the question.
func (g *gather) matches(partition []types.Value) (*conversation, error) {
	cur, err := g.s.view.Text(g.s.table, g.s.text, storage.TextSpec{
		Terms: g.q.Terms, K1: &g.q.Profile.K1, B: &g.q.Profile.B, Partition: partition, Counts: true,
	}, storage.ScanSpec{Columns: g.s.turns})
	if err != nil {
		return nil, err
	}
	defer cur.Close()
	c := &conversation{profile: g.q.Profile, terms: cur.Terms(), sessions: map[string]*session{}}
	dates := datesIn(c.terms)
	n := len(c.terms)
	var b storage.RowBatch
	for {
		if err := cur.Next(&b); err != nil {
			return nil, err
		}
		if b.N == 0 {
			return c, nil
		}
		for i := 0; i < b.N; i++ {
			if g.leftOut(&b, turnAuthor, i) {
				continue
			}
			t := g.turn(&b, i)
			t.bm25 = b.Distance[i]
			t.counts = append([]uint32(nil), b.Counts[i*n:(i+1)*n]...)
			name, seq := place(t.row, b.Cols[turnSession].Get(i), b.Cols[turnSeq].Get(i))
			t.seq = seq
			c.add(name, t, dates.of(b.Cols[turnFrom].Get(i)))
		}
	}
}

func (g *gather) turn(b *storage.RowBatch, i int) turn {
	return turn{row: b.IDs[i], passes: g.passes(b.Cols[turnMetadata].Get(i), b.Cols[turnFrom].Get(i), b.Cols[turnTo].Get(i))}
}

// neighbours reads the turns of a session that hold none of the terms.
func (g *gather) neighbours(partition []types.Value, s *session) error {
	if g.s.session == nil || s.name[:min(1, len(s.name))] == "\x00" {
		return nil
	}
	have := make(map[storage.RowID]bool, len(s.turns))
	for i := range s.turns {
		have[s.turns[i].row] = true
	}
	key := append(append([]types.Value(nil), partition...), types.NewString(s.name))
	cur, err := g.s.view.Lookup(g.s.table, g.s.session, key, storage.ScanSpec{Columns: g.s.turns})
	if err != nil {
		return err
	}
	defer cur.Close()
	var b storage.RowBatch
	for {
		if err := cur.Next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			return nil
		}
		for i := 0; i < b.N; i++ {
			if seq := b.Cols[turnSeq].Get(i); !have[b.IDs[i]] && !seq.IsNull() && !g.leftOut(&b, turnAuthor, i) {
				t := g.turn(&b, i)
				t.seq = seq.Int()
				s.turns = append(s.turns, t)
			}
		}
	}
}
