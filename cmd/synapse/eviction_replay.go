package main

import (
	"math"
	"math/rand/v2"
	"sort"

	"synapse/catalog/memory/forget"
)

const (
	evictionK = 10 // entries that a question is answered from
	// evictionSlack: a namespace over its budget is brought this share below it.
	evictionSlack = 1.0 / 32
	// BM25's constants, those of the default ranking profile.
	replayK1, replayB = 0.9, 0.4
)

// contender is a policy of the replay. The engine's own know the past alone; the
// oracle knows which entries will answer.
type contender struct {
	name   string
	policy forget.Policy
	oracle bool
	random bool
}

// world is how agents behave in a replay.
type world struct {
	capacity  float64 // share of the trace's bytes
	citations float64 // share of answers that are reported with what they cite
	falsely   float64 // chance that a reported answer cites a hit that did not help
	seed      uint64
}

// replayer is one namespace under one policy.
type replayer struct {
	tr       *trace
	who      contender
	w        world
	rows     []forget.Row
	live     []int // items held, in order of writing
	held     []bool
	bytes    int64
	words    int64
	postings map[string][]int32 // items that hold a term, those gone included
	df       map[string]int     // of those held
	counts   []map[string]int
	future   []int // questions still to come that an item answers

	sum   float64
	asked int
}

// replay runs the trace and returns the mean evidence recall of its questions.
func replay(tr *trace, who contender, w world) float64 {
	n := len(tr.items)
	r := &replayer{
		tr: tr, who: who, w: w, rows: make([]forget.Row, n), held: make([]bool, n), postings: map[string][]int32{},
		df: map[string]int{}, counts: make([]map[string]int, n), future: make([]int, n),
	}
	for _, s := range tr.steps {
		if s.item < 0 {
			for _, g := range s.ask.gold {
				r.future[g]++
			}
		}
	}
	for _, s := range tr.steps {
		if s.item >= 0 {
			r.write(s.item, s.at)
		} else {
			r.ask(&s.ask, s.at)
		}
	}
	return r.sum / float64(max(r.asked, 1))
}

func (r *replayer) write(i int, now int64) {
	item := &r.tr.items[i]
	r.counts[i] = map[string]int{}
	for _, t := range item.terms {
		r.counts[i][t]++
	}
	for t := range r.counts[i] {
		r.postings[t] = append(r.postings[t], int32(i))
		r.df[t]++
	}
	r.live = append(r.live, i)
	r.held[i] = true
	r.words += int64(len(item.terms))
	r.bytes += item.bytes
	information := 0.0
	for t := range r.counts[i] {
		information += r.idf(t)
	}
	r.rows[i] = forget.Row{Written: now, Information: information, Salience: 0.5, Bytes: item.bytes}
	if budget := r.w.capacity * float64(r.tr.bytes); float64(r.bytes) > budget {
		r.evict(int64(budget*(1-evictionSlack)), now)
	}
}

// idf is that of recall: BM25's, never negative.
func (r *replayer) idf(term string) float64 {
	n, df := float64(len(r.live)), float64(r.df[term])
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

func (r *replayer) evict(budget, now int64) {
	var going []int
	switch {
	case r.who.oracle:
		going = r.least(budget, func(i int) float64 { return float64(r.future[i]) / float64(r.rows[i].Bytes) })
	case r.who.random:
		going = r.least(budget, func(i int) float64 { return coin(r.w.seed, 1<<40, i) })
	default:
		rows := make([]forget.Row, len(r.live))
		for k, i := range r.live {
			rows[k] = r.rows[i]
		}
		for _, v := range r.who.policy.Choose(rows, forget.Budget{Bytes: budget}, now, 0) {
			going = append(going, r.live[v.Row])
		}
	}
	for _, i := range going {
		r.held[i] = false
		r.bytes -= r.rows[i].Bytes
		r.words -= int64(len(r.tr.items[i].terms))
		for t := range r.counts[i] {
			r.df[t]--
		}
	}
	kept := r.live[:0]
	for _, i := range r.live {
		if r.held[i] {
			kept = append(kept, i)
		}
	}
	r.live = kept
}

// least picks the items of least value until the rest is within the budget.
func (r *replayer) least(budget int64, value func(i int) float64) (going []int) {
	order := append([]int(nil), r.live...)
	sort.SliceStable(order, func(a, b int) bool { return value(order[a]) < value(order[b]) })
	bytes := r.bytes
	for _, i := range order {
		if bytes <= budget {
			break
		}
		going = append(going, i)
		bytes -= r.rows[i].Bytes
	}
	return going
}

// ask recalls, scores what was found against the evidence, and reports.
func (r *replayer) ask(a *traceAsk, now int64) {
	hits := r.recall(a.terms)
	gold := map[int]bool{}
	for _, g := range a.gold {
		gold[g] = true
		r.future[g]--
	}
	found := 0
	for _, i := range hits {
		if gold[i] {
			found++
		}
		r.rows[i].Recalled++
		r.rows[i].LastRecalled = now
	}
	r.sum += float64(found) / float64(len(gold))
	r.asked++
	if coin(r.w.seed, a.number, -1) >= r.w.citations {
		return
	}
	for rank, i := range hits {
		row := &r.rows[i]
		row.Exposed += 1 / math.Log2(float64(rank+2))
		if gold[i] || coin(r.w.seed, a.number, i) < r.w.falsely {
			row.Citations++
			row.Cited = append([]int64{now}, row.Cited...)
			row.Cited = row.Cited[:min(len(row.Cited), forget.TouchesKept)]
		}
	}
}

// coin is a number in 0…1 that depends on seed, question and item alone: every
// policy meets the same chances.
func coin(seed uint64, question, item int) float64 {
	return rand.New(rand.NewPCG(seed, uint64(question)<<32^uint64(item+1))).Float64()
}

// recall is BM25 over what is held.
func (r *replayer) recall(terms []string) []int {
	scores := map[int]float64{}
	average := float64(r.words) / float64(max(len(r.live), 1))
	for _, t := range terms {
		if r.df[t] == 0 {
			continue
		}
		idf := r.idf(t)
		for _, p := range r.postings[t] {
			if i := int(p); r.held[i] {
				tf := float64(r.counts[i][t])
				scores[i] += idf * tf * (replayK1 + 1) / (tf + replayK1*(1-replayB+replayB*float64(len(r.tr.items[i].terms))/average))
			}
		}
	}
	hits := make([]int, 0, len(scores))
	for i := range scores {
		hits = append(hits, i)
	}
	sort.Slice(hits, func(a, b int) bool {
		if scores[hits[a]] != scores[hits[b]] {
			return scores[hits[a]] > scores[hits[b]]
		}
		return hits[a] < hits[b]
	})
	return hits[:min(len(hits), evictionK)]
}
