package flat

import (
	"math"

	"synapse/vecindex/distance"
	"synapse/vecindex/slab"
)

// DirectMax is the number of offers up to which the code step costs more than it saves
// (measured: 384 and 1536 dimensions, about 200).
const DirectMax = 200

// prefetchRows is how far ahead of the codes being compared the next ones are asked for: the
// processor does not see through the ids that the next rows mostly follow.
const prefetchRows = 8

// Hit is a found vector. Rows of equal distance come in the order of Row.
type Hit struct {
	Distance float64 // as distance.Exact reports it; NaN sorts last
	Row      uint64  // the caller's reference
	Vec      uint32  // id in the slab.Store
	Entry    uint32  // number of the entry in its partition
}

// Count is the work done by a scan, in vectors.
type Count struct {
	Offered int
	Codes   int // compared by int8 codes
	Floats  int // compared in fp32
	Exact   int // compared in float64, in the canonical order
}

// Sum is the number of distances computed.
func (c Count) Sum() int { return c.Codes + c.Floats + c.Exact }

// Scan is one exact search. It belongs to one goroutine.
type Scan struct {
	view    slab.View
	bounder bounder
	direct  bool // skip the code step
	bounds  bounds
	pending pending
	queue   queue
	ordered bool // the queue is a heap: Next was called
	dropAt  int  // length of the queue at which the limit is applied again
	cut     bool
	count   Count

	lastVec  uint32 // memo: copies of one vector follow each other
	lastDist float64
	floats   [4]*float32
	codes    [4]*int8
	dots     [4]int32
}

// pending are the first offers, held until it is known whether they are few.
type pending struct {
	vecs    []uint32
	rows    []uint64
	entries []uint32
}

// New returns a scan that is about to be offered vectors of view. want is how many hits the
// caller means to take, at least 1.
func New(view slab.View, m distance.Metric, q *slab.Query, want int) *Scan {
	return &Scan{
		view:    view,
		bounder: newBounder(m, q),
		direct:  m == distance.L1 || math.IsInf(float64(q.Err), 1), // codes bound neither
		bounds:  bounds{want: max(want, 1)},
		dropAt:  4*want + 4096,
		lastVec: slab.NoID,
	}
}

// Count returns the work done so far.
func (s *Scan) Count() Count { return s.count }

// Cut reports that offers were dropped because they cannot be among the first want hits:
// after want hits the scan is no longer complete.
func (s *Scan) Cut() bool { return s.cut }

// Offer adds vectors; the three slices have the same length and are not kept.
func (s *Scan) Offer(vecs []uint32, rows []uint64, entries []uint32) {
	s.count.Offered += len(vecs)
	if p := &s.pending; s.count.Offered <= DirectMax && !s.ordered {
		p.vecs = append(p.vecs, vecs...)
		p.rows = append(p.rows, rows...)
		p.entries = append(p.entries, entries...)
		return
	}
	s.takePending()
	s.bound(vecs, rows, entries)
}

// takePending bounds the offers that were held back.
func (s *Scan) takePending() {
	p := s.pending
	s.pending = pending{}
	s.bound(p.vecs, p.rows, p.entries)
}

// bound queues vectors by their first bounds.
func (s *Scan) bound(vecs []uint32, rows []uint64, entries []uint32) {
	for i := 0; i < len(vecs); i += 4 {
		n := min(4, len(vecs)-i)
		if !s.direct {
			for _, ahead := range vecs[min(i+prefetchRows, len(vecs)):min(i+prefetchRows+4, len(vecs))] {
				distance.Prefetch(s.view.CodePtr(ahead), len(s.bounder.q.Codes))
			}
		}
		s.offer4(vecs[i:i+n], rows[i:i+n], entries[i:i+n])
	}
	if !s.ordered && len(s.queue) > s.dropAt {
		s.drop()
		s.dropAt = max(s.dropAt, 2*len(s.queue))
	}
}

func (s *Scan) offer4(vecs []uint32, rows []uint64, entries []uint32) {
	if s.direct {
		var low, high [4]float64
		s.boundFloats(vecs, &low, &high)
		for j, vec := range vecs {
			s.keep(candidate{key: low[j], row: rows[j], vec: vec, entry: entries[j], stage: stageFloat}, high[j])
		}
		return
	}
	for j := range s.codes {
		s.codes[j] = s.view.CodePtr(vecs[min(j, len(vecs)-1)])
	}
	distance.DotInt8x4(s.bounder.q.Codes, &s.codes, &s.dots)
	s.count.Codes += len(vecs)
	limit := s.bounds.limit()
	for j, vec := range vecs {
		code := s.view.Code(vec)
		if s.bounder.beyond(s.dots[j], code, limit) {
			s.cut = true
			continue
		}
		low, high := s.bounder.fromCodes(s.dots[j], code)
		s.keep(candidate{key: low, row: rows[j], vec: vec, entry: entries[j], stage: stageCode}, high)
		limit = s.bounds.limit()
	}
}

// keep queues a candidate unless it is beyond the limit; high is its upper bound.
func (s *Scan) keep(c candidate, high float64) {
	if s.bounder.undefined(s.view.Code(c.vec)) {
		c.key, c.stage, high = math.Inf(1), stageNaN, math.Inf(1)
	}
	limit := s.bounds.limit()
	if c.key > limit {
		s.cut = true
		return
	}
	if high < limit {
		s.bounds.add(high)
	}
	if s.ordered {
		s.queue.push(c)
	} else {
		s.queue = append(s.queue, c)
	}
}

func (s *Scan) boundFloats(vecs []uint32, low, high *[4]float64) {
	for j := range s.floats {
		s.floats[j] = s.view.Ptr(vecs[min(j, len(vecs)-1)])
	}
	var sums [4]float32
	switch s.bounder.metric {
	case distance.L2:
		distance.L2Squared4(s.bounder.q.Vec, &s.floats, &sums)
	case distance.L1:
		distance.L1Sum4(s.bounder.q.Vec, &s.floats, &sums)
	default:
		distance.Dot4(s.bounder.q.Vec, &s.floats, &sums)
	}
	s.count.Floats += len(vecs)
	for j, vec := range vecs {
		low[j], high[j] = s.bounder.fromFloats(sums[j], s.view.Code(vec))
	}
}

// drop throws out what the limit excludes by now.
func (s *Scan) drop() {
	limit := s.bounds.limit()
	kept := s.queue[:0]
	for i := range s.queue {
		if s.queue[i].key <= limit {
			kept = append(kept, s.queue[i])
		}
	}
	s.cut = s.cut || len(kept) < len(s.queue)
	s.queue = kept
}

// Next returns the nearest offered vector that it has not returned yet.
func (s *Scan) Next() (Hit, bool) {
	if !s.ordered {
		s.order()
	}
	for len(s.queue) > 0 {
		switch top := &s.queue[0]; top.stage {
		case stageCode:
			s.refineCodes()
		case stageFloat:
			top.key, top.stage = s.exact(top.vec)
			s.queue.down(0)
		default:
			c := s.queue.pop()
			d := c.key
			if c.stage == stageNaN {
				d = math.NaN()
			}
			return Hit{Distance: d, Row: c.row, Vec: c.vec, Entry: c.entry}, true
		}
	}
	return Hit{}, false
}

// order ends the first offers: what is left of them becomes a heap. Few are compared in fp32
// at once.
func (s *Scan) order() {
	direct := s.direct
	s.direct = s.direct || s.count.Offered <= DirectMax
	s.takePending()
	s.direct = direct
	s.drop()
	s.queue.heapify()
	s.ordered = true
}

// refineCodes takes up to four candidates that only codes have bounded from the top and
// puts them back with fp32 bounds: four reads from memory overlap.
func (s *Scan) refineCodes() {
	var batch [4]candidate
	var vecs [4]uint32
	n := 0
	for n < len(batch) && len(s.queue) > 0 && s.queue[0].stage == stageCode {
		batch[n] = s.queue.pop()
		vecs[n] = batch[n].vec
		n++
	}
	var low, high [4]float64
	s.boundFloats(vecs[:n], &low, &high)
	for j := range n {
		// Both bounds hold, so the larger one does.
		batch[j].key, batch[j].stage = max(batch[j].key, low[j]), stageFloat
		s.queue.push(batch[j])
	}
}

func (s *Scan) exact(vec uint32) (float64, stage) {
	if vec != s.lastVec {
		s.count.Exact++
		s.lastVec = vec
		s.lastDist = distance.Exact(s.bounder.metric, s.bounder.q.Vec, s.view.At(vec))
	}
	if math.IsNaN(s.lastDist) {
		return math.Inf(1), stageNaN
	}
	return s.lastDist, stageExact
}

// Less orders hits as Scan.Next returns them: by distance, NaN last, then by row.
func Less(a, b *Hit) bool {
	aNaN, bNaN := math.IsNaN(a.Distance), math.IsNaN(b.Distance)
	switch {
	case aNaN != bNaN:
		return bNaN
	case !aNaN && a.Distance != b.Distance:
		return a.Distance < b.Distance
	}
	return a.Row < b.Row
}
