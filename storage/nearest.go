package storage

import (
	"sort"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/vecindex"
	"synapse/vecindex/distance"
)

// nearestStep is how many hits a search fetches at once when K does not say.
const nearestStep = 64

// nearestSource runs a vector search and merges the transaction's own rows by distance.
type nearestSource struct {
	search *vecindex.Searcher
	filter rowFilter
	want   int
	hits   []vecindex.Hit // found, not yet given out
	own    []ownHit       // ascending by distance
	done   bool
	final  SearchStats
}

type ownHit struct {
	write    int32
	distance float64
}

// Nearest reads rows by distance from the query, nearest first, and goes on as
// long as the caller asks. Rows without a vector are left out. Errors: 22000 for
// a query of other dimensions.
func (v *View) Nearest(t *catalog.Table, ix *catalog.Index, n NearestSpec, spec ScanSpec) (*Cursor, error) {
	c, err := v.cursor(t, spec)
	if err != nil {
		return nil, err
	}
	x, err := v.index(c.table, t, ix)
	if err != nil {
		return nil, err
	}
	if x.vector == nil {
		return nil, sqlerr.Internal("index %q is not a vector index", ix.Name)
	}
	c.through(&x.counters)
	if len(n.Query) != x.vectors.dim {
		return nil, sqlerr.New(sqlerr.DataException, "different vector dimensions %d and %d", x.vectors.dim, len(n.Query))
	}
	inside := x.inNamespace(t, n.Partition)
	if c.ns != nil && !inside {
		if n.Rows, err = v.reachable(t, n.Rows); err != nil {
			return nil, err
		}
		n.Exact = true
	}
	s := &nearestSource{filter: rowFilter{rows: n.Rows, keep: n.Filter, columns: n.FilterColumns}, want: n.K}
	if s.want <= 0 {
		s.want = nearestStep
	}
	opt := vecindex.SearchOptions{K: s.want, Beam: n.Beam, At: int64(v.at), Exact: n.Exact, Matches: -1}
	if !s.filter.none(c) {
		opt.Accept = func(_ uint32, rows []uint64) uint64 { return s.filter.accept(c, rows) }
	}
	if n.Rows != nil {
		for it := n.Rows.rows.Iterator(); it.HasNext(); {
			opt.Rows = append(opt.Rows, uint64(it.Next()))
		}
		if opt.Rows == nil {
			opt.Rows = []uint64{}
		}
	}
	key, one := x.partitionKey(n.Partition)
	if c.ns != nil && inside && !v.who.sees(n.Partition[0]) {
		key = append(key, noPartition)
	}
	if v.x != nil {
		v.x.reads.notePartition(t.ID, x, key, one)
	}
	var parts []string
	if one {
		parts = []string{string(key)}
	}
	if s.search, err = x.vector.Open(v.ctx, parts, n.Query, opt); err != nil {
		return nil, sqlerr.From(err)
	}
	c.src, c.ranked = s, true
	return c, s.findOwn(c, x, &n, key, one)
}

// noPartition makes the key of a partition one that no partition has: another's
// namespace is as one that does not exist.
const noPartition = 0xff

// reachable narrows a search to the rows of the principal's namespaces before
// any distance is computed: it never walks a graph in which others' rows are.
func (v *View) reachable(t *catalog.Table, rows *RowSet) (*RowSet, error) {
	c, err := v.Scan(t, ScanSpec{})
	if err != nil {
		return nil, err
	}
	mine, err := v.RowSet(c)
	if err != nil || rows == nil {
		return mine, err
	}
	return mine.And(rows), nil
}

// inNamespace reports whether a partition of the index is (part of) one namespace.
func (x *tableIndex) inNamespace(t *catalog.Table, partition []types.Value) bool {
	if len(partition) == 0 {
		return false
	}
	if len(x.def.Keys) > 1 {
		return x.def.Keys[0].Column == t.BoundColumn()
	}
	return x.namespace >= 0
}

// findOwn computes the distances of the transaction's own rows.
func (s *nearestSource) findOwn(c *Cursor, x *tableIndex, n *NearestSpec, key []byte, one bool) error {
	if c.own == nil {
		return nil
	}
	overlay := &c.view.x.overlay
	vecKey := &x.def.Keys[len(x.def.Keys)-1]
	for _, local := range overlay.rows(c.own, c.view.cmd) {
		i, _ := overlay.visible(c.own, local, c.view.cmd)
		if !s.filter.passes(c, i) {
			continue
		}
		c.table.mu.RLock()
		e, err := x.entryOf(c.table, overlay.writes[i].image)
		c.table.mu.RUnlock()
		if err != nil {
			return err
		}
		if !e.present || (one && string(e.key) != string(key)) {
			continue
		}
		d := distance.Exact(x.vector.Options().Metric, n.Query, floats(vecKey.Type, e.vector))
		s.own = append(s.own, ownHit{i, d})
	}
	sort.SliceStable(s.own, func(a, b int) bool { return s.own[a].distance < s.own[b].distance })
	return s.filter.err
}

// prepare fetches the next hits; the table's lock is not held.
func (s *nearestSource) prepare(c *Cursor) error {
	if s.done || len(s.hits) > 0 {
		return nil
	}
	step := min(max(s.want, 1), BatchRows)
	hits, err := s.search.Next(step)
	if err != nil {
		return sqlerr.From(err)
	}
	if s.filter.err != nil {
		return s.filter.err
	}
	s.hits = hits
	if len(hits) < step {
		s.done = true
	}
	s.want = nearestStep
	return nil
}

func (s *nearestSource) fill(c *Cursor) error {
	for len(c.refs) < BatchRows {
		switch {
		case len(s.own) > 0 && (len(s.hits) > 0 && s.own[0].distance <= s.hits[0].Distance || len(s.hits) == 0 && s.done):
			c.emitOwn(s.own[0].write, s.own[0].distance)
			s.own = s.own[1:]
		case len(s.hits) > 0:
			c.emitBase(uint32(s.hits[0].Row), s.hits[0].Distance)
			s.hits = s.hits[1:]
		default:
			return nil
		}
	}
	return nil
}

func (s *nearestSource) close() {
	if s.search != nil {
		s.final = s.stats()
		s.search.Close()
		s.search = nil
	}
}

func (s *nearestSource) stats() SearchStats {
	if s.search == nil {
		return s.final
	}
	st := s.search.Stats()
	out := SearchStats{Mode: st.Mode.String(), Reason: st.Reason, Matches: -1, Visited: st.Visited, Distances: st.Distances()}
	if st.Known {
		out.Matches = st.Matches
	}
	return out
}
