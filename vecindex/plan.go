package vecindex

import (
	"fmt"
	"math/bits"
)

const (
	// sampleBlocks is how many blocks of 64 entries are looked at to estimate the matches.
	sampleBlocks = 16

	// Of a partition with a graph, these shares of matching entries separate the modes.
	// Measured on clustered vectors: a sweep costs about 1/share; a bridging walk computes a
	// fifth of its distances at a share of 0.1 but tests more nodes, is as fast at about
	// 0.25, and finds too little below a few percent, where a scan of the matches is cheap.
	sweepShare  = 0.25
	bridgeShare = 0.03

	// A graph pays when the scan would read more than this part of Options.GraphBytes.
	scanPart = 2

	// postingShare: listed rows that are at least one in postingShare of the entries filter a
	// scan or a walk; fewer are looked up one by one, which costs about as much per row as
	// passing over that many entries.
	postingShare = 16

	// wantedShare: whoever wants more than one in wantedShare matching rows gets a scan.
	wantedShare = 20
)

// plan chooses the mode of every partition; the largest one's is shown.
func (s *Searcher) plan() {
	if rows := s.opt.Rows; rows != nil && len(rows)*postingShare >= s.stats.Entries {
		s.rowSet = newRowSet(rows)
	}
	s.countMatches()
	var largest uint32
	for _, p := range s.parts {
		s.choose(p)
		if p.graphMode() {
			p.limit = max(p.matches/2, walkLimitMin)
		}
		if p.n > largest {
			largest = p.n
			s.stats.Mode, s.largest = p.mode, p
		}
	}
}

// reason is why a partition got its mode.
type reason uint8

const (
	reasonShare reason = iota // graph modes: by the share of matching rows
	reasonListed
	reasonExact
	reasonMetric
	reasonNoGraph
	reasonFew
	reasonWanted
	reasonThin
)

// choose sets the mode of one partition and why.
func (s *Searcher) choose(p *partSearch) {
	share := float64(p.matches) / float64(p.n)
	p.mode = ModeFlat
	switch {
	case s.opt.Rows != nil && s.rowSet == nil:
		p.mode, p.why = ModePosting, reasonListed
	case s.opt.Exact:
		p.why = reasonExact
	case s.opt.Metric != s.index.opt.Metric:
		p.why = reasonMetric
	case p.state == nil:
		p.why = reasonNoGraph
	case p.matches*s.index.codeBytes()*scanPart <= s.index.opt.GraphBytes:
		p.why = reasonFew
	case s.opt.K*wantedShare > p.matches:
		p.why = reasonWanted
	case share < bridgeShare:
		p.why = reasonThin
	case share < sweepShare:
		p.mode = ModeBridge
	default:
		p.mode = ModeSweep
	}
}

// explain puts the reason for p's mode into words.
func (s *Searcher) explain(p *partSearch) string {
	if p == nil {
		return "no rows"
	}
	switch p.why {
	case reasonListed:
		return fmt.Sprintf("%d rows listed", len(s.opt.Rows))
	case reasonExact:
		return "exact search wanted"
	case reasonMetric:
		return fmt.Sprintf("the index is for %v", s.index.opt.Metric)
	case reasonNoGraph:
		return fmt.Sprintf("no graph over %d rows", p.n)
	case reasonFew:
		return fmt.Sprintf("only about %d rows match", p.matches)
	case reasonWanted:
		return fmt.Sprintf("%d of about %d matching rows wanted", s.opt.K, p.matches)
	case reasonThin:
		return fmt.Sprintf("%.2g%% of the rows match", 100*float64(p.matches)/float64(p.n))
	}
	if p.whole != nil {
		return fmt.Sprintf("one graph over all partitions; about %d of %d rows match", p.matches, p.n)
	}
	return fmt.Sprintf("about %d of %d rows match", p.matches, p.n)
}

// countMatches spreads the caller's count over the partitions, or estimates each. A sample is
// taken only where the mode depends on it; a scan counts by itself.
func (s *Searcher) countMatches() {
	s.stats.Known = s.opt.Matches >= 0
	for _, p := range s.parts {
		p.state = p.partition.graph.Load()
		switch {
		case s.stats.Known:
			p.matches = int(float64(s.opt.Matches) * float64(p.n) / float64(s.stats.Entries))
		case s.opt.Rows != nil && s.rowSet == nil:
			p.matches = min(len(s.opt.Rows), int(p.n))
		case p.state == nil || s.opt.Exact:
			p.matches = int(p.n)
		default:
			p.matches = s.sample(p)
		}
		s.stats.Matches += p.matches
	}
	if s.stats.Known {
		s.stats.Matches = s.opt.Matches
	}
}

// sample estimates the matching entries of a partition.
func (s *Searcher) sample(p *partSearch) int {
	blocks := *p.partition.entries.blocks.Load()
	count := (p.n + blockLen - 1) / blockLen
	step := max(count/sampleBlocks, 1)
	seen, passed := 0, 0
	for bi := uint32(0); bi < count; bi += step {
		n := min(blockLen, p.n-bi*blockLen)
		seen += int(n)
		passed += bits.OnesCount64(s.matching(blocks[bi], bi*blockLen, n))
	}
	return int(float64(passed) / float64(seen) * float64(p.n))
}
