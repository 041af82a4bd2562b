package vecindex

import (
	"context"
	"fmt"
	"math/bits"

	"synapse/vecindex/flat"
	"synapse/vecindex/slab"
)

// cancelCheckBlocks is how many blocks of 64 entries are scanned between looks at the context.
const cancelCheckBlocks = 128

// Searcher is a running query. It belongs to one goroutine and is closed by its owner.
type Searcher struct {
	index *Index
	ctx   context.Context
	query *slab.Query
	opt   SearchOptions
	parts []*partSearch
	// largest is the partition whose mode is shown.
	largest *partSearch
	rowSet  *rowSet // opt.Rows as a filter, where they are not looked up one by one
	ask     question
	scan    *flat.Scan
	want    int // hits that scan was told to find
	epoch   uint64
	taken   []uint64   // rows handed out
	last    Hit        // the last of them
	late    []Hit      // found by a graph after farther ones were handed out
	stats   Stats      // without Reason and the scan's counts
	final   Stats      // as of Close
	done    flat.Count // work of scans that a rescan replaced
	buf     offerBuffer
}

// Search returns the K nearest matching entries: all that match, if they are fewer.
func (x *Index) Search(ctx context.Context, partitions []string, query []float32, opt SearchOptions) ([]Hit, Stats, error) {
	s, err := x.Open(ctx, partitions, query, opt)
	if err != nil {
		return nil, Stats{}, err
	}
	defer s.Close()
	hits, err := s.Next(max(opt.K, 1))
	return hits, s.Stats(), err
}

// Open starts a query over the partitions, nil meaning all of them. It sees the entries that
// were inserted before it. query and opt.Rows are not copied and must not change until Close.
func (x *Index) Open(ctx context.Context, partitions []string, query []float32, opt SearchOptions) (*Searcher, error) {
	if len(query) != x.store.Dim() {
		return nil, fmt.Errorf("%w: %d, want %d", ErrDim, len(query), x.store.Dim())
	}
	if opt.Metric == 0 {
		opt.Metric = x.opt.Metric
	}
	if !opt.Metric.Valid() {
		return nil, fmt.Errorf("%w: %d", ErrMetric, opt.Metric)
	}
	opt.K = max(opt.K, 1)
	if opt.Beam <= 0 {
		opt.Beam = BeamDefault
	}
	s := &Searcher{
		index: x, ctx: ctx, query: slab.NewQuery(query), opt: opt,
		want: opt.K, epoch: x.epochs.enter(),
	}
	if partitions == nil && s.openWhole() {
		return s, nil
	}
	s.addPartitions(partitions)
	s.plan()
	if partitions == nil {
		s.wantWhole()
	}
	return s, nil
}

// Close ends the query.
func (s *Searcher) Close() {
	if s.index == nil {
		return
	}
	for _, p := range s.parts {
		p.close()
	}
	s.index.epochs.leave(s.epoch)
	s.final = s.Stats()
	s.index, s.parts, s.scan = nil, nil, nil
}

// Stats returns what the query has done so far.
func (s *Searcher) Stats() Stats {
	if s.index == nil {
		return s.final
	}
	st := s.stats
	st.Reason = s.explain(s.largest)
	count := s.done
	if s.scan != nil {
		c := s.scan.Count()
		count.Offered = c.Offered
		count.Codes += c.Codes
		count.Floats += c.Floats
		count.Exact += c.Exact
	}
	if s.scanOnly() && s.scan != nil && s.stats.Rescans == 0 {
		st.Matches, st.Known = count.Offered, true
	}
	st.Codes, st.Floats, st.Exacts = count.Codes, count.Floats, count.Exact
	return st
}

// scanOnly reports that no partition is searched through a graph.
func (s *Searcher) scanOnly() bool {
	for _, p := range s.parts {
		if p.graphMode() {
			return false
		}
	}
	return true
}

func (s *Searcher) addPartitions(keys []string) {
	add := func(p *partition) {
		if n := p.entries.n.Load(); n > 0 {
			s.parts = append(s.parts, &partSearch{partition: p, n: n})
			s.stats.Entries += int(n)
		}
	}
	if keys == nil {
		s.index.parts.Range(func(_, p any) bool {
			add(p.(*partition))
			return true
		})
	}
	var seen map[string]bool
	if len(keys) > 1 {
		seen = make(map[string]bool, len(keys))
	}
	for _, key := range keys {
		if p := s.index.partition(key); p != nil && !seen[key] {
			add(p)
			if seen != nil {
				seen[key] = true
			}
		}
	}
	s.stats.Partitions = len(s.parts)
}

// Next returns up to k more hits in the order of distance, then row. Fewer than k means that
// there are no more. Exact modes are ordered over the life of the searcher; a row that a
// graph finds too late, nearer than one already handed out, comes when all others have come.
func (s *Searcher) Next(k int) ([]Hit, error) {
	if s.index == nil {
		return nil, nil
	}
	hits := make([]Hit, 0, min(k, 1024))
	for len(hits) < k {
		hit, ok, err := s.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		s.taken = append(s.taken, hit.Row)
		hits = append(hits, hit)
	}
	return hits, nil
}

func (s *Searcher) next() (Hit, bool, error) {
	if s.scan == nil {
		if err := s.start(); err != nil {
			return Hit{}, false, err
		}
	}
	for {
		if s.scan.Cut() && len(s.taken)+len(s.late) >= s.want {
			if err := s.rescan(); err != nil {
				return Hit{}, false, err
			}
		}
		if err := s.advanceGraphs(); err != nil {
			return Hit{}, false, err
		}
		hit, ok := s.scan.Next()
		if !ok && s.scan.Cut() {
			// What a graph offered last was beyond the limit of its time.
			if err := s.rescan(); err != nil {
				return Hit{}, false, err
			}
			continue
		}
		if !ok {
			return s.nextLate()
		}
		if len(s.taken) > 0 && flat.Less(&hit, &s.last) {
			s.late = append(s.late, hit)
			continue
		}
		s.last = hit
		return hit, true, nil
	}
}

func (s *Searcher) nextLate() (Hit, bool, error) {
	if len(s.late) == 0 {
		return Hit{}, false, nil
	}
	hit := s.late[0]
	s.late = s.late[1:]
	return hit, true, nil
}

// start makes the scan and offers everything that the modes propose first.
func (s *Searcher) start() error {
	s.scan = flat.New(s.index.store.View(), s.opt.Metric, s.query, s.want)
	for _, p := range s.parts {
		if err := s.offer(p, nil); err != nil {
			return err
		}
	}
	return nil
}

// rescan repeats the scan for more hits than were asked for at first.
func (s *Searcher) rescan() error {
	if st := s.Stats(); s.scanOnly() { // only the first scan is offered every match
		s.stats.Matches, s.stats.Known = st.Matches, st.Known
	}
	s.stats.Rescans++
	s.want *= 4
	c := s.scan.Count()
	s.done.Codes += c.Codes
	s.done.Floats += c.Floats
	s.done.Exact += c.Exact
	s.late = nil
	taken := make(map[uint64]bool, len(s.taken))
	for _, row := range s.taken {
		taken[row] = true
	}
	s.scan = flat.New(s.index.store.View(), s.opt.Metric, s.query, s.want)
	for _, p := range s.parts {
		if err := s.offer(p, taken); err != nil {
			return err
		}
	}
	return nil
}

// offerBuffer collects a block's accepted entries for flat.Scan.
type offerBuffer struct {
	vecs    [blockLen]uint32
	rows    [blockLen]uint64
	entries [blockLen]uint32
	n       int
}

func (o *offerBuffer) add(vec uint32, row uint64, entry uint32) {
	o.vecs[o.n], o.rows[o.n], o.entries[o.n] = vec, row, entry
	o.n++
}

// flush offers what was collected.
func (s *Searcher) flush() {
	o := &s.buf
	s.scan.Offer(o.vecs[:o.n], o.rows[:o.n], o.entries[:o.n])
	o.n = 0
}

// collect adds an entry to the buffer unless its row was handed out already.
func (s *Searcher) collect(vec uint32, row uint64, entry uint32, taken map[uint64]bool) {
	if taken != nil && taken[row] {
		return
	}
	if s.buf.n == blockLen {
		s.flush()
	}
	s.buf.add(vec, row, entry)
}

// offerRange offers the matching entries of q in [begin, end), but for those in skip.
func (s *Searcher) offerRange(q *partition, begin, end uint32, skip func(entry uint32) bool, taken map[uint64]bool) error {
	blocks := *q.entries.blocks.Load()
	for bi := begin / blockLen; bi*blockLen < end; bi++ {
		if bi%cancelCheckBlocks == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		b, first := blocks[bi], bi*blockLen
		mask := s.matching(b, first, min(blockLen, end-first))
		if first < begin {
			mask &^= 1<<(begin-first) - 1
		}
		for ; mask != 0; mask &= mask - 1 {
			i := uint32(bits.TrailingZeros64(mask))
			if skip != nil && skip(first+i) {
				continue
			}
			s.collect(b.vecs[i], b.rows[i], first+i, taken)
		}
	}
	s.flush()
	return nil
}

// matching is the mask of the block's first n entries that are visible and accepted.
func (s *Searcher) matching(b *block, first, n uint32) uint64 {
	mask := b.visible(n, s.opt.At)
	if mask != 0 {
		mask &= s.accepts(first, b.rows[:n])
	}
	return mask
}

// accepts is the mask of up to 64 entries that the caller's rows and filter let through.
func (s *Searcher) accepts(first uint32, rows []uint64) uint64 {
	mask := ^uint64(0)
	if s.rowSet != nil {
		mask = s.rowSet.mask(rows)
	}
	if mask != 0 && s.opt.Accept != nil {
		mask &= s.opt.Accept(first, rows)
	}
	return mask
}

// offerRows offers the entries of the listed rows.
func (s *Searcher) offerRows(p *partSearch, taken map[uint64]bool) error {
	for i, row := range s.opt.Rows {
		if i%(cancelCheckBlocks*blockLen) == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		e := p.visibleOfRow(row, s.opt.At)
		if e == noEntry {
			continue
		}
		b, at := p.partition.entries.at(e)
		if s.accepts(e, b.rows[at:at+1])&1 == 0 {
			continue
		}
		s.collect(b.vecs[at], row, e, taken)
	}
	s.flush()
	return nil
}
