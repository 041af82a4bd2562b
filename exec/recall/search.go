package recall

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// candidate is an entry that a search found.
type candidate struct {
	Hit
	lexical float64 // BM25 with its context, what the lexical list is ordered by
}

// gather collects candidates over namespaces.
type gather struct {
	s     *source
	q     *Query
	found map[storage.RowID]*candidate
	order []*candidate // in order of discovery
}

func (q *Query) depth() int { return max(q.K*depthFactor, depthMin) }

// namespace searches one namespace by words and by meaning; a query with
// neither lists its entries.
func (g *gather) namespace(ns string) error {
	partition := []types.Value{types.NewString(ns)}
	if len(g.q.Terms) == 0 && g.q.Vector == nil {
		return g.list(partition)
	}
	if len(g.q.Terms) > 0 && g.s.text != nil {
		if err := g.words(partition); err != nil {
			return err
		}
	}
	if g.q.Vector != nil && g.s.vectors != nil {
		return g.meaning(partition)
	}
	return nil
}

// keep is the filter that searches apply: metadata and valid time.
func (g *gather) keep(b *storage.RowBatch, keep []bool) error {
	for i := 0; i < b.N; i++ {
		keep[i] = g.passes(b.Cols[0].Get(i), b.Cols[1].Get(i), b.Cols[2].Get(i))
	}
	return nil
}

func (g *gather) passes(metadata, from, to types.Value) bool {
	if at := g.q.ValidAt; from.Int() > at || to.Int() <= at {
		return false
	}
	if g.q.Filter.IsNull() {
		return true
	}
	return !metadata.IsNull() && types.JSONBContains(types.AsJSONB(metadata), types.AsJSONB(g.q.Filter))
}

func (g *gather) spec() storage.ScanSpec { return storage.ScanSpec{Columns: g.s.columns} }

// words finds entries by BM25 and then scores their surroundings.
func (g *gather) words(partition []types.Value) error {
	all, err := g.scores(partition)
	if err != nil {
		return err
	}
	cur, err := g.s.view.Text(g.s.table, g.s.text, storage.TextSpec{
		Terms: g.q.Terms, K: g.q.depth(), K1: bm25K1, B: bm25B, Partition: partition, Filter: g.keep, FilterColumns: g.s.filter,
	}, g.spec())
	if err != nil {
		return err
	}
	defer cur.Close()
	return g.read(cur, g.q.depth(), func(c *candidate, score float64) {
		c.Parts.BM25 = score
		c.Parts.Context = all.context(c)
		c.lexical = score + c.Parts.Context
	})
}

// meaning finds entries by distance.
func (g *gather) meaning(partition []types.Value) error {
	cur, err := g.s.view.Nearest(g.s.table, g.s.vectors, storage.NearestSpec{
		Query: g.q.Vector, K: g.q.depth(), Partition: partition, Filter: g.keep, FilterColumns: g.s.filter, Exact: true,
	}, g.spec())
	if err != nil {
		return err
	}
	defer cur.Close()
	return g.read(cur, g.q.depth(), func(c *candidate, distance float64) {
		c.Parts.Distance = distance
		c.Parts.VectorRank = -1 // ranked when all namespaces are in
	})
}

// list takes every valid entry of a namespace: the order is by recency and salience alone.
func (g *gather) list(partition []types.Value) error {
	if g.s.session == nil {
		return sqlerr.Internal("memory.entries has no index on its namespace")
	}
	cur, err := g.s.view.Lookup(g.s.table, g.s.session, partition, g.spec())
	if err != nil {
		return err
	}
	defer cur.Close()
	return g.read(cur, -1, func(*candidate, float64) {})
}

// read takes up to limit rows (-1: all) of a cursor as candidates.
func (g *gather) read(cur *storage.Cursor, limit int, note func(c *candidate, score float64)) error {
	var b storage.RowBatch
	for n := 0; limit < 0 || n < limit; {
		if err := cur.Next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			return nil
		}
		for i := 0; i < b.N && (limit < 0 || n < limit); i++ {
			if limit < 0 && !g.passes(b.Cols[4].Get(i), b.Cols[9].Get(i), b.Cols[10].Get(i)) {
				continue
			}
			score := 0.0
			if len(b.Distance) > i {
				score = b.Distance[i]
			}
			n++
			if !math.IsNaN(score) { // the cosine distance to a zero vector: it is near to nothing
				note(g.candidate(&b, i), score)
			}
		}
	}
	return nil
}

// candidate returns the candidate of a row, made at its first sight.
func (g *gather) candidate(b *storage.RowBatch, i int) *candidate {
	if c := g.found[b.IDs[i]]; c != nil {
		return c
	}
	v := func(n int) types.Value { return b.Cols[n].Get(i) }
	c := &candidate{Hit: Hit{Row: b.IDs[i], Version: b.From[i], Entry: Entry{
		ID: v(0), NS: v(1), Content: v(2), Kind: v(3), Metadata: v(4), Salience: v(5), Session: v(6), Seq: v(7), Agent: v(8),
		ValidFrom: v(9), ValidTo: v(10), Hash: v(11),
	}}}
	g.found[c.Row] = c
	g.order = append(g.order, c)
	return c
}
