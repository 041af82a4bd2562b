package vecindex

import (
	"synapse/vecindex/hnsw"
)

const (
	// A bridging walk begins at up to seedsMax passing nodes, found among seedTries.
	seedsMax  = 12
	seedTries = 512

	// walkLimitMin is how many distances a walk may always compute.
	walkLimitMin = 2000
)

// partSearch is one partition's part in a query.
type partSearch struct {
	partition *partition
	n         uint32 // entries that the query sees
	matches   int    // of them, about
	mode      Mode
	why       reason

	// For graph modes.
	state   *graphState
	walk    *hnsw.Walk
	whole   *wholeSearch // for the graph over all partitions: partition is nil
	offered []located    // entries that the walk has proposed
	limit   int          // distances after which the walk gives way to a scan
	scanned bool         // the covered entries were offered by a scan: nothing is left
	found   []uint32
}

func (p *partSearch) graphMode() bool { return p.mode == ModeSweep || p.mode == ModeBridge }

// close gives back what the partition's search borrowed.
func (p *partSearch) close() {
	if p.walk != nil {
		p.walk.Close()
		p.walk = nil
	}
}

// visibleOfRow returns the row's entry at the time t, or noEntry.
func (p *partSearch) visibleOfRow(row uint64, t int64) uint32 {
	e := p.partition.byRow.find(row, p.partition.rowOf)
	for e != noEntry {
		b, i := p.partition.entries.at(e)
		if e < p.n && b.visibleAt(i, t) {
			return e
		}
		e = b.olderOfRow[i]
	}
	return noEntry
}

// offer proposes the partition's first candidates to the scan, without the rows in taken.
func (s *Searcher) offer(p *partSearch, taken map[uint64]bool) error {
	switch {
	case p.mode == ModePosting:
		return s.offerRows(p, taken)
	case p.scanned && p.whole != nil:
		return s.scanParts(p.whole, nil, taken)
	case !p.graphMode() || p.scanned:
		return s.offerRange(p.partition, 0, p.n, nil, taken)
	}
	for _, o := range p.offered { // on a rescan
		s.collectEntry(o.part, o.entry, taken)
	}
	for _, e := range p.state.outliers {
		s.offerChain(p, e, func(q *partition, e uint32) { s.collectEntry(q, e, taken) })
	}
	s.flush()
	if p.whole != nil {
		s.offerFresh(p, taken)
		return nil
	}
	return s.offerRange(p.partition, p.state.covered, p.n, nil, taken)
}

// located is an entry of a partition.
type located struct {
	part  *partition
	entry uint32
}

func (s *Searcher) collectEntry(q *partition, e uint32, taken map[uint64]bool) {
	b, i := q.entries.at(e)
	s.collect(b.vecs[i], b.rows[i], e, taken)
}

// locate returns the first entry of a vector that the node which was added as `first` stands
// for, noEntry if the query does not use its partition, and where to go on, noEntry at the end.
func (p *partSearch) locate(first uint32) (q *partition, e, next uint32) {
	if p.whole == nil {
		return p.partition, first, noEntry
	}
	j := p.whole.state.journal
	part, e := j.locate(first)
	if !p.whole.live(part) {
		e = noEntry
	}
	return part.partition, e, j.same(first)
}

// covers reports whether an entry is reached through the graph or its outliers.
func (p *partSearch) covers(q *partition, e uint32) bool {
	if p.whole == nil {
		return e < p.state.covered
	}
	return p.whole.covers(q, e)
}

// offerChain calls collect for the matching covered entries that a node or outlier stands for.
func (s *Searcher) offerChain(p *partSearch, first uint32, collect func(q *partition, e uint32)) {
	for first != noEntry {
		var q *partition
		var e uint32
		for q, e, first = p.locate(first); e != noEntry; e = q.older(e) {
			if p.covers(q, e) && s.matches(q, e) {
				collect(q, e)
			}
		}
	}
}

// older returns the next entry of the same vector, or noEntry.
func (p *partition) older(e uint32) uint32 {
	b, i := p.entries.at(e)
	return b.sameVec[i].Load()
}

// matches reports whether one entry is visible and accepted.
func (s *Searcher) matches(q *partition, e uint32) bool {
	b, i := q.entries.at(e)
	return b.visibleAt(i, s.opt.At) && s.accepts(e, b.rows[i:i+1])&1 == 1
}

// passing tells a walk which nodes have a matching covered entry. The common node has one
// visible entry; those are asked about together.
func (s *Searcher) passing(p *partSearch, nodes []uint32, pass []bool) {
	ask := &s.ask
	for i, first := range nodes {
		pass[i] = false
		for first != noEntry {
			var q *partition
			var e uint32
			for q, e, first = p.locate(first); e != noEntry; e = q.older(e) {
				b, at := q.entries.at(e)
				if !p.covers(q, e) || !b.visibleAt(at, s.opt.At) {
					continue
				}
				if ask.n == blockLen {
					if s.askAll(pass); pass[i] {
						first = noEntry
						break // one of many copies of a vector will do
					}
				}
				ask.add(e, b.rows[at], i)
			}
		}
	}
	s.askAll(pass)
}

// question collects entries to ask Accept about; each belongs to a node.
type question struct {
	rows  [blockLen]uint64
	node  [blockLen]int
	first uint32
	n     int
}

func (q *question) add(e uint32, row uint64, node int) {
	if q.n == 0 {
		q.first = e
	}
	q.rows[q.n], q.node[q.n] = row, node
	q.n++
}

// askAll marks the nodes whose collected entries are accepted.
func (s *Searcher) askAll(pass []bool) {
	q := &s.ask
	if q.n == 0 {
		return
	}
	mask := s.accepts(q.first, q.rows[:q.n])
	for i := range q.n {
		if mask>>i&1 == 1 {
			pass[q.node[i]] = true
		}
	}
	q.n = 0
}

// advanceGraphs continues the walks whose candidates may be used up: as long as fewer hits
// were handed out in all than a walk has proposed, one of its own is left.
func (s *Searcher) advanceGraphs() error {
	for _, p := range s.parts {
		for p.graphMode() && !p.scanned && len(p.offered) <= len(s.taken)+len(s.late) {
			if err := s.advance(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// advance takes one more batch from p's walk, or scans what the walk has not proposed when the
// walk has ended or has cost as much.
func (s *Searcher) advance(p *partSearch) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if p.walk == nil {
		p.walk = s.startWalk(p)
	}
	expanded, measured := p.walk.Expanded(), p.walk.Measured()
	before := len(p.offered)
	var done bool
	p.found, done = p.walk.Next(p.found[:0], s.beam(p), p.limit)
	s.stats.Visited += p.walk.Expanded() - expanded
	s.stats.Links += p.walk.Measured() - measured
	for _, first := range p.found {
		s.offerChain(p, first, func(q *partition, e uint32) {
			p.offered = append(p.offered, located{q, e})
			s.collectEntry(q, e, nil)
		})
	}
	s.flush()
	if p.walk.Measured() >= p.limit || done && len(p.offered) == before {
		return s.scanRest(p)
	}
	return nil
}

// beam is how many candidates a batch of p's walk keeps. The graph that a bridging walk sees
// is thinner than the one that was built, which twice the beam makes up for.
func (s *Searcher) beam(p *partSearch) int {
	ef := max(s.opt.Beam, s.opt.K)
	if p.mode == ModeBridge {
		ef *= 2
	}
	return ef
}

// scanRest offers the covered entries that p's walk has not proposed.
func (s *Searcher) scanRest(p *partSearch) error {
	s.stats.FellBack++
	p.scanned = true
	skip := make(map[located]bool, len(p.offered))
	for _, o := range p.offered {
		skip[o] = true
	}
	for _, first := range p.state.outliers {
		s.offerChain(p, first, func(q *partition, e uint32) { skip[located{q, e}] = true })
	}
	known := func(q *partition, e uint32) bool { return !p.covers(q, e) || skip[located{q, e}] }
	if p.whole != nil {
		return s.scanParts(p.whole, known, nil)
	}
	return s.offerRange(p.partition, 0, p.n, func(e uint32) bool { return known(p.partition, e) }, nil)
}

func (s *Searcher) startWalk(p *partSearch) *hnsw.Walk {
	request := hnsw.Request{
		Query:  s.query,
		Nodes:  p.state.nodes,
		Pass:   func(entries []uint32, pass []bool) { s.passing(p, entries, pass) },
		Bridge: p.mode == ModeBridge,
	}
	if request.Bridge {
		request.Seeds = s.seeds(p)
	}
	return p.state.graph.Walk(request)
}

// seeds returns passing nodes from all over the graph: with a filter that follows the
// clusters, the nearest nodes may lead nowhere.
func (s *Searcher) seeds(p *partSearch) []uint32 {
	var seeds []uint32
	var nodes, entries [blockLen]uint32
	var pass [blockLen]bool
	step := max(p.state.nodes/seedTries, 1)
	for i := uint32(0); i < p.state.nodes && len(seeds) < seedsMax; {
		n := 0
		for ; n < blockLen && i < p.state.nodes; n++ {
			nodes[n], entries[n] = i, p.state.graph.Entry(i)
			i += step
		}
		s.passing(p, entries[:n], pass[:n])
		for j, passes := range pass[:n] {
			if passes && len(seeds) < seedsMax {
				seeds = append(seeds, nodes[j])
			}
		}
	}
	return seeds
}
