package recall

import (
	"sort"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage"
)

// Bounds of the expansion along links.
const (
	linkSources   = 20 // of the best entries, whose links are followed
	linkNeighbors = 16 // links of one entry, in each direction
)

// linked is memory.links with the indexes on its ends.
type linked struct {
	table   *catalog.Table
	ends    [2]*catalog.Index // on source, on target
	columns [2][]int          // the other end, weight, valid_from, valid_to
}

// openLinks finds memory.links; nil where there are none.
func (s *source) openLinks() *linked {
	c := s.view.Catalog()
	t, _ := c.Relation("memory", "links").(*catalog.Table)
	if t == nil {
		return nil
	}
	l := &linked{table: t}
	names := [2]string{"source", "target"}
	for _, ix := range c.Indexes(t.ID) {
		for side, name := range names {
			if ix.Name == "links_"+name && !ix.Invalid {
				l.ends[side] = ix
			}
		}
	}
	for side := range names {
		for _, name := range []string{names[1-side], "weight", "valid_from", "valid_to"} {
			_, ord := t.Column(name)
			if ord == 0 {
				return nil
			}
			l.columns[side] = append(l.columns[side], ord)
		}
	}
	if l.ends[0] == nil || l.ends[1] == nil {
		return nil
	}
	return l
}

// expand lends entries that the best ones are linked with, in either direction, a
// share of their score: link_weight times the link's own weight, at most 1. What no
// search found comes in by that alone, if it passes the filter; the ordered list
// is ordered anew.
func (g *gather) expand(list []*candidate) ([]*candidate, error) {
	if g.q.Profile.LinkWeight == 0 || len(list) == 0 {
		return list, nil
	}
	l := g.s.openLinks()
	if l == nil {
		return list, nil
	}
	lent := map[string]float64{} // by entry id
	for _, c := range list[:min(len(list), linkSources)] {
		for side := range l.ends {
			if err := g.follow(l, side, c, lent); err != nil {
				return nil, err
			}
		}
	}
	if len(lent) == 0 {
		return list, nil
	}
	known := map[string]*candidate{}
	for _, c := range g.order {
		known[c.Entry.ID.Str()] = c
	}
	if err := g.admit(lent, known); err != nil {
		return nil, err
	}
	for id, part := range lent {
		if c := known[id]; c != nil {
			c.Parts.Link = part
			c.Score += part
		}
	}
	return g.ordered(func(*candidate) bool { return true }, func(a, b *candidate) bool { return a.Score > b.Score }), nil
}

// follow reads an entry's links on one side; each neighbour is lent the most that anyone lends it.
func (g *gather) follow(l *linked, side int, c *candidate, lent map[string]float64) error {
	node := types.NewString(idText(c.Entry.ID))
	cur, err := g.s.view.Lookup(l.table, l.ends[side], []types.Value{node}, storage.ScanSpec{Columns: l.columns[side]})
	if err != nil {
		return err
	}
	defer cur.Close()
	type edge struct {
		id     string
		weight float64
	}
	var edges []edge
	var b storage.RowBatch
	for {
		if err := cur.Next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			break
		}
		for i := range b.N {
			id, err := types.ParseText(types.UUID, b.Cols[0].Get(i).Str(), types.DefaultFormat)
			if at := g.q.ValidAt; err == nil && b.Cols[2].Get(i).Int() <= at && b.Cols[3].Get(i).Int() > at { // other nodes are facts and events
				edges = append(edges, edge{id.Clone().Str(), min(b.Cols[1].Get(i).Float(), 1)})
			}
		}
	}
	sort.Slice(edges, func(a, b int) bool {
		if edges[a].weight != edges[b].weight {
			return edges[a].weight > edges[b].weight
		}
		return edges[a].id < edges[b].id
	})
	for _, e := range edges[:min(len(edges), linkNeighbors)] {
		lent[e.id] = max(lent[e.id], g.q.Profile.LinkWeight*e.weight*c.Score)
	}
	return nil
}

// admit makes candidates of linked entries that no search found: those of the
// query's namespaces that pass its filter.
func (g *gather) admit(lent map[string]float64, known map[string]*candidate) error {
	primary := primaryIndex(g.s.view, g.s.table)
	if primary == nil {
		return nil
	}
	namespaces := map[string]bool{}
	for _, ns := range g.q.Namespaces {
		namespaces[ns] = true
	}
	_, ns := g.s.table.Column("ns")
	columns := append(append([]int(nil), g.s.filter...), ns)
	var ids []string
	for id := range lent {
		if known[id] == nil {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	var fresh []*candidate
	var b storage.RowBatch
	for _, id := range ids {
		cur, err := g.s.view.Lookup(g.s.table, primary, []types.Value{types.NewString(id)}, storage.ScanSpec{Columns: columns})
		if err != nil {
			return err
		}
		err = cur.Next(&b)
		if err == nil && b.N > 0 && namespaces[b.Cols[len(columns)-1].Get(0).Str()] && !g.leftOut(&b, filterAuthor, 0) &&
			g.passes(b.Cols[0].Get(0), b.Cols[1].Get(0), b.Cols[2].Get(0)) {
			c := g.candidate(b.IDs[0])
			fresh, known[id] = append(fresh, c), c
		}
		cur.Close()
		if err != nil {
			return err
		}
	}
	err := g.fetch(fresh, g.s.ranking, func(c *candidate, v func(int) types.Value) { c.identify(v) })
	for _, c := range fresh {
		c.credit = creditPrior
		g.score(c)
	}
	return err
}
