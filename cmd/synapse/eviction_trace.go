package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"synapse/exec/analysis"
)

// A trace is what one namespace lives through: writes and questions in time. It
// is made from a conversation, a share of noise and a seed; policies then meet
// the same trace.
type trace struct {
	items []traceItem
	steps []traceStep
	bytes int64 // of all items
}

// traceItem is an entry that will be written.
type traceItem struct {
	terms []string
	bytes int64
	at    int64 // µs
}

// traceStep writes an item, or asks.
type traceStep struct {
	item int // -1: a question
	ask  traceAsk
	at   int64
}

// traceAsk is a question and the items that answer it.
type traceAsk struct {
	number int
	terms  []string
	gold   []int
}

// vectorBytes is the built-in embedder's vector, which every entry carries;
// rowBytes is what memory.entry_bytes adds for the row itself.
const (
	vectorBytes = 4 * 384
	rowBytes    = 128
)

// askAgain is the chance that a question is asked a second time.
const askAgain = 0.75

// makeTrace mixes a conversation with noise (the share of all writes that are
// turns of other conversations, at random places) and asks every question that
// has evidence at a random moment behind it, three of four a second time.
func makeTrace(s *sample, foreign []turn, noise float64, seed uint64) (*trace, error) {
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	extra := int(float64(len(s.turns)) * noise / (1 - noise))
	if extra > 0 && len(foreign) == 0 {
		return nil, fmt.Errorf("%s: noise needs another conversation in the file", s.ID)
	}
	isNoise := make([]bool, len(s.turns)+extra)
	for i := range extra {
		isNoise[i] = true
	}
	rng.Shuffle(len(isNoise), func(i, j int) { isNoise[i], isNoise[j] = isNoise[j], isNoise[i] })
	order := rng.Perm(len(foreign))
	tr := &trace{}
	place := map[string]int{} // of the conversation's own turns
	next, used := 0, 0
	for _, noisy := range isNoise {
		var t *turn
		at := s.turns[min(next, len(s.turns)-1)].at.UnixMicro()
		if noisy {
			t = &foreign[order[used%len(order)]]
			used++
		} else {
			t = &s.turns[next]
			place[t.ID] = len(tr.items)
			next++
		}
		content := t.content()
		item := traceItem{terms: analysis.Terms(nil, content), bytes: int64(len(content) + vectorBytes + rowBytes), at: at}
		tr.items = append(tr.items, item)
		tr.bytes += item.bytes
	}
	tr.schedule(s, place, rng)
	return tr, nil
}

// schedule puts the questions between the writes.
func (tr *trace) schedule(s *sample, place map[string]int, rng *rand.Rand) {
	asks := make([][]traceAsk, len(tr.items)) // behind the write of that item
	number := 0
	for _, q := range s.Questions {
		var gold []int
		for id := range evidenceOf(q) {
			if at, ok := place[id]; ok {
				gold = append(gold, at)
			}
		}
		if len(gold) == 0 {
			continue
		}
		slices.Sort(gold)
		times := 1
		if rng.Float64() < askAgain {
			times++
		}
		terms := analysis.Terms(nil, q.Question)
		for range times {
			last := gold[len(gold)-1]
			at := last + rng.IntN(len(tr.items)-last)
			asks[at] = append(asks[at], traceAsk{number: number, terms: terms, gold: gold})
			number++
		}
	}
	for i := range tr.items {
		tr.steps = append(tr.steps, traceStep{item: i, at: tr.items[i].at})
		for _, a := range asks[i] {
			tr.steps = append(tr.steps, traceStep{item: -1, ask: a, at: tr.items[i].at})
		}
	}
}
