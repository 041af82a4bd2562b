package forget

import "math"

// Formula names the way scores are made. A change of what a part means changes it;
// weights are the policy's.
const Formula = "usefulness-v1"

// Kinds of policy.
const (
	None  = "none"  // nothing goes: writes beyond the budget are refused
	Score = "score" // what is least useful by Formula goes first
	FIFO  = "fifo"  // what was written first
	LRU   = "lru"   // what was written or recalled longest ago
	LFU   = "lfu"   // what was recalled least often, of those the first written
)

// The Beta prior of citation credit: priorWeight exposures of which the share
// priorShare was cited. Recall ranks with the same one (exec/recall).
const (
	priorShare  = 0.25
	priorWeight = 4
)

// TouchesKept is how many citations of a row count one by one for its recency.
const TouchesKept = 8

const (
	microsPerDay = 24 * 3600 * 1e6
	// ageMin bounds the strength of a touch that is just happening: ten seconds.
	ageMin = 10 * 1e6
)

// Policy is a row of memory.policies.
type Policy struct {
	Name, Kind string
	// Weights of the parts, each of which is in 0…1.
	Recency, Credit, Information, Salience, Size float64
	// HalfDays is the age at which a row that was touched once has recency 1/2;
	// Decay is ACT-R's d: how fast a touch fades.
	HalfDays, Decay float64
}

// Default is the policy of the name 'score' as a new data directory has it. The
// reasons are in docs/forgetting.md.
func Default() Policy {
	return Policy{
		Name: Score, Kind: Score, Recency: 0.5, Credit: 2, Information: 1, Salience: 1, Size: 0.5,
		HalfDays: 30, Decay: 0.5,
	}
}

// Row is what a score is made of. Times are µs.
type Row struct {
	Written      int64
	Cited        []int64 // the last times that an answer cited it, at most TouchesKept
	Exposed      float64 // how often answers were shown it, a row at rank r counting 1/log2(1+r)
	Citations    float64 // how often they cited it
	Information  float64 // Σ idf of its distinct terms, as of its writing
	Salience     float64 // the caller's, 0…1
	Bytes        int64
	Pinned       bool
	Recalled     int64 // how often a recall returned it: LFU alone
	LastRecalled int64 // 0 = never: LRU alone
}

// Parts are what a row's score is made of: each in 0…1, and their weighted sum.
type Parts struct {
	Recency, Credit, Information, Salience, Size, Score float64
}

// Scale is what is usual in a namespace: the means over its rows.
type Scale struct{ Information, Bytes float64 }

// ScaleOf takes the means.
func ScaleOf(rows []Row) (s Scale) {
	for i := range rows {
		s.Information += rows[i].Information
		s.Bytes += float64(rows[i].Bytes)
	}
	if n := float64(len(rows)); n > 0 {
		s.Information /= n
		s.Bytes /= n
	}
	return s
}

// Parts scores a row at a moment. Recency, information and size are x/(1+x) of a
// ratio to what is usual, so that 1/2 means usual, none grows without bound and
// none depends on a unit. Credit is how far the share of citations is above the
// prior's, 0 for what was never cited: being shown earns nothing, and costs
// nothing, for it says as much that a row is asked about as that it did not help.
func (p *Policy) Parts(r *Row, s Scale, now int64) Parts {
	out := Parts{
		Recency:     bounded(p.baseLevel(r, now), 1),
		Credit:      max(Credit(r.Exposed, r.Citations)-priorShare, 0) / (1 - priorShare),
		Information: bounded(r.Information, s.Information),
		Salience:    min(max(r.Salience, 0), 1),
		Size:        bounded(float64(r.Bytes), s.Bytes),
	}
	out.Score = p.Recency*out.Recency + p.Credit*out.Credit + p.Information*out.Information + p.Salience*out.Salience - p.Size*out.Size
	return out
}

// bounded is x/(x+usual): 1/2 where x is usual, and where nothing is known.
func bounded(x, usual float64) float64 {
	if x <= 0 && usual <= 0 {
		return 0.5
	}
	return x / (x + usual)
}

// baseLevel is e to the power of ACT-R's base-level activation (Anderson and
// Lebiere, The Atomic Components of Thought, 1998): Σ (age/HalfDays)^-d over the
// touches, which are the writing and the citations. Being returned by a recall is
// no touch. bounded(x, 1) of it is ACT-R's probability of retrieval.
func (p *Policy) baseLevel(r *Row, now int64) float64 {
	x := p.strength(now - r.Written)
	for _, at := range r.Cited {
		x += p.strength(now - at)
	}
	return x
}

func (p *Policy) strength(age int64) float64 {
	return math.Pow(max(float64(age), ageMin)/(p.HalfDays*microsPerDay), -p.Decay)
}

// Credit is the mean of the Beta posterior: the share of its exposures in which
// a row is cited. Citations beyond the exposures (rank-corrected, so less than
// one each) count as exposures.
func Credit(exposed, cited float64) float64 {
	return (cited + priorShare*priorWeight) / (max(exposed, cited) + priorWeight)
}
