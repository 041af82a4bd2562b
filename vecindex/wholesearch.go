package vecindex

// wholeSearch is the part of a query that the graph over all partitions answers.
type wholeSearch struct {
	state *wholeState
	n     uint32 // positions of the journal that the query knows
	// fresh are, for partitions with entries behind the graph, the first of those.
	fresh map[*partition]uint32
}

// openWhole prepares the search over all partitions through one graph. It reports false where
// there is none, or a scan or the partitions' own graphs serve better.
func (s *Searcher) openWhole() bool {
	w := s.index.whole.Load()
	if w == nil || s.opt.Exact || s.opt.Rows != nil || s.opt.Metric != s.index.opt.Metric {
		return false
	}
	epoch, ok := s.index.epochs.join(w.journal.epoch)
	if !ok {
		return false
	}
	p := &partSearch{state: &w.graphState, whole: &wholeSearch{state: w, n: w.journal.n.Load()}}
	p.n = p.whole.n
	s.stats.Entries = s.index.Len()
	p.matches = s.opt.Matches
	if s.stats.Known = s.opt.Matches >= 0; !s.stats.Known {
		p.matches = int(s.samplePassing(p) * float64(s.stats.Entries))
	}
	s.choose(p)
	if !p.graphMode() {
		s.index.epochs.leave(epoch)
		s.stats = Stats{}
		return false
	}
	s.index.epochs.leave(s.epoch)
	s.epoch = epoch
	p.limit = max(p.matches/2, walkLimitMin)
	p.whole.findFresh()
	s.parts = []*partSearch{p}
	s.largest = p
	s.stats.Matches, s.stats.Mode = p.matches, p.mode
	s.stats.Partitions = len(*w.journal.parts.Load())
	return true
}

// samplePassing estimates the share of nodes with a matching entry.
func (s *Searcher) samplePassing(p *partSearch) float64 {
	step := max(p.state.nodes/(sampleBlocks*blockLen), 1)
	var entries [blockLen]uint32
	var pass [blockLen]bool
	seen, passed := 0, 0
	for i := uint32(0); i < p.state.nodes; {
		n := 0
		for ; n < blockLen && i < p.state.nodes; n++ {
			entries[n] = p.state.graph.Entry(i)
			i += step
		}
		s.passing(p, entries[:n], pass[:n])
		for _, yes := range pass[:n] {
			if yes {
				passed++
			}
		}
		seen += n
	}
	return float64(passed) / float64(max(seen, 1))
}

// findFresh notes where the entries begin that the graph does not know. A partition's entries
// are listed in their order.
func (w *wholeSearch) findFresh() {
	w.fresh = map[*partition]uint32{}
	var last *partition
	for pos := w.state.covered; pos < w.n; pos++ {
		p, e := w.state.journal.locate(pos)
		if p.partition == last {
			continue
		}
		last = p.partition
		if _, ok := w.fresh[last]; !ok {
			w.fresh[last] = e
		}
	}
}

// live reports whether the query uses this incarnation of a partition.
func (w *wholeSearch) live(p *journalPart) bool { return p.diedAt.Load() >= w.n }

// covers reports whether an entry is reached through the graph or its outliers.
func (w *wholeSearch) covers(q *partition, e uint32) bool {
	if len(w.fresh) == 0 {
		return true
	}
	first, ok := w.fresh[q]
	return !ok || e < first
}

// offerFresh offers the matching entries that the graph does not know.
func (s *Searcher) offerFresh(p *partSearch, taken map[uint64]bool) {
	w := p.whole
	for pos := w.state.covered; pos < w.n; pos++ {
		q, e := w.state.journal.locate(pos)
		if w.live(q) && s.matches(q.partition, e) {
			s.collectEntry(q.partition, e, taken)
		}
	}
	s.flush()
}

// scanParts offers the entries of every partition that skip does not know.
func (s *Searcher) scanParts(w *wholeSearch, skip func(q *partition, e uint32) bool, taken map[uint64]bool) error {
	for _, q := range *w.state.journal.parts.Load() {
		if !w.live(q) {
			continue
		}
		if err := s.offerRange(q.partition, 0, q.entries.n.Load(), func(e uint32) bool {
			return skip != nil && skip(q.partition, e)
		}, taken); err != nil {
			return err
		}
	}
	return nil
}
