package recall

import (
	"math"
	"slices"
	"sort"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// candidate is an entry that a search found.
type candidate struct {
	Hit
	credit  float64 // see credit.go
	lexical float64 // BM25 with what its surroundings lend: the lexical list's order
}

// gather collects candidates over namespaces.
type gather struct {
	s     *source
	q     *Query
	found map[storage.RowID]*candidate
	order []*candidate // in order of discovery
}

func (q *Query) depth() int { return max(q.K*depthFactor, int(q.Profile.Candidates)) }

// namespace searches one namespace by words and by meaning; a query with
// neither lists its entries.
func (g *gather) namespace(ns string) error {
	partition := []types.Value{types.NewString(ns)}
	if len(g.q.Terms) == 0 && g.q.Vector == nil {
		return g.list(partition)
	}
	if len(g.q.Terms) > 0 && g.s.text != nil && g.q.Profile.LexicalWeight > 0 {
		if err := g.words(partition); err != nil {
			return err
		}
	}
	if g.q.Vector != nil && g.s.vectors != nil && g.q.VectorWeight > 0 {
		return g.meaning(partition)
	}
	return nil
}

// filterAuthor is where source.author stands behind source.filter.
const filterAuthor = 3

// leftOut reports a row that the query leaves out; at is where id and agent stand.
func (g *gather) leftOut(b *storage.RowBatch, at, i int) bool {
	w := g.q.Without
	if w == nil {
		return false
	}
	return w.ID != "" && b.Cols[at].Get(i).Str() == w.ID || w.Agent != "" && b.Cols[at+1].Get(i).Str() == w.Agent
}

// keep is the filter that searches apply: metadata and valid time.
func (g *gather) keep(b *storage.RowBatch, keep []bool) error {
	for i := 0; i < b.N; i++ {
		keep[i] = !g.leftOut(b, filterAuthor, i) && g.passes(b.Cols[0].Get(i), b.Cols[1].Get(i), b.Cols[2].Get(i))
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

// meaning finds entries by distance.
func (g *gather) meaning(partition []types.Value) error {
	cur, err := g.s.view.Nearest(g.s.table, g.s.vectors, storage.NearestSpec{
		Query: g.q.Vector, K: g.q.depth(), Partition: partition, Filter: g.keep, FilterColumns: g.s.filter, Exact: true,
	}, storage.ScanSpec{})
	if err != nil {
		return err
	}
	defer cur.Close()
	var b storage.RowBatch
	for n := 0; n < g.q.depth(); n += b.N {
		if err := cur.Next(&b); err != nil || b.N == 0 {
			return err
		}
		for i := 0; i < min(b.N, g.q.depth()-n); i++ {
			if d := b.Distance[i]; !math.IsNaN(d) { // the cosine distance to a zero vector: it is near to nothing
				c := g.candidate(b.IDs[i])
				c.Parts.Distance = d
				c.Parts.VectorRank = -1 // ranked when all namespaces are in
			}
		}
	}
	return nil
}

// list takes every valid entry of a namespace: the order is by recency and salience alone.
func (g *gather) list(partition []types.Value) error {
	if g.s.session == nil {
		return sqlerr.Internal("memory.entries has no index on its namespace")
	}
	cur, err := g.s.view.Lookup(g.s.table, g.s.session, partition, storage.ScanSpec{Columns: g.s.filter})
	if err != nil {
		return err
	}
	defer cur.Close()
	var b storage.RowBatch
	for {
		if err := cur.Next(&b); err != nil || b.N == 0 {
			return err
		}
		for i := 0; i < b.N; i++ {
			if !g.leftOut(&b, filterAuthor, i) && g.passes(b.Cols[0].Get(i), b.Cols[1].Get(i), b.Cols[2].Get(i)) {
				g.candidate(b.IDs[i])
			}
		}
	}
}

// candidate returns the candidate of a row, made at its first sight.
func (g *gather) candidate(row storage.RowID) *candidate {
	if c := g.found[row]; c != nil {
		return c
	}
	c := &candidate{Hit: Hit{Row: row}}
	g.found[row] = c
	g.order = append(g.order, c)
	return c
}

// shorten keeps the best of the lexical list and what was found by meaning.
func (g *gather) shorten() {
	lexical := make([]*candidate, 0, len(g.order))
	for _, c := range g.order {
		if c.lexical > 0 {
			lexical = append(lexical, c)
		}
	}
	if len(lexical) <= g.q.depth() {
		return
	}
	sort.Slice(lexical, func(a, b int) bool {
		if lexical[a].lexical != lexical[b].lexical {
			return lexical[a].lexical > lexical[b].lexical
		}
		return lexical[a].Row < lexical[b].Row
	})
	for _, c := range lexical[g.q.depth():] {
		c.lexical = 0
	}
	g.order = slices.DeleteFunc(g.order, func(c *candidate) bool { return c.lexical == 0 && c.Parts.VectorRank == 0 })
}

// fetch reads columns of the candidates' rows.
func (g *gather) fetch(list []*candidate, columns []int, take func(c *candidate, v func(n int) types.Value)) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]storage.RowID, len(list))
	for i, c := range list {
		ids[i] = c.Row
	}
	cur, err := g.s.view.Fetch(g.s.table, ids, storage.ScanSpec{Columns: columns})
	if err != nil {
		return err
	}
	defer cur.Close()
	var b storage.RowBatch
	for {
		if err := cur.Next(&b); err != nil || b.N == 0 {
			return err
		}
		for i := 0; i < b.N; i++ {
			c := g.found[b.IDs[i]]
			c.Version = b.From[i]
			take(c, func(n int) types.Value { return b.Cols[n].Get(i) })
		}
	}
}

// weigh reads what the order depends on, for every candidate.
func (g *gather) weigh() error {
	err := g.fetch(g.order, g.s.ranking, func(c *candidate, v func(int) types.Value) {
		c.identify(v)
	})
	if err != nil {
		return err
	}
	return g.credit()
}

// identify takes the columns of source.ranking.
func (c *candidate) identify(v func(int) types.Value) {
	e := &c.Entry
	e.ID, e.NS, e.Salience, e.ValidFrom, e.Hash = v(0), v(1), v(2), v(3), v(4)
}

// complete reads the rest of the hits' columns.
func (g *gather) complete(list []*candidate) error {
	return g.fetch(list, g.s.rest, func(c *candidate, v func(int) types.Value) {
		e := &c.Entry
		e.Content, e.Kind, e.Metadata, e.Session, e.Seq, e.Agent, e.ValidTo = v(0), v(1), v(2), v(3), v(4), v(5), v(6)
	})
}
