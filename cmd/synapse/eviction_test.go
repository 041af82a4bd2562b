package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"synapse/catalog/memory/forget"
)

// madeUp is a small conversation: every third turn states a fact that one
// question is about, the others are talk.
func madeUp(name string, turns int) *sample {
	s := &sample{ID: name}
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range turns {
		t := turn{Speaker: name, ID: fmt.Sprintf("D1:%d", i+1), session: "session_1", seq: i + 1, at: start.AddDate(0, 0, i)}
		t.Text = "yes, that was nice of them, thank you"
		if i%3 == 0 {
			t.Text = fmt.Sprintf("the %s%d lives at number %d of cedar street", name, i, i)
			s.Questions = append(s.Questions, question{Question: fmt.Sprintf("where does %s%d live", name, i), Evidence: []string{t.ID}})
		}
		s.turns = append(s.turns, t)
	}
	return s
}

func TestTraceIsWhatItSays(t *testing.T) {
	s := madeUp("a", 90)
	tr, err := makeTrace(s, madeUp("b", 90).turns, 0.75, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.items) != 360 {
		t.Errorf("%d writes, want 90 and 270 of noise", len(tr.items))
	}
	written := map[int]bool{}
	asks := 0
	for _, step := range tr.steps {
		if step.item >= 0 {
			written[step.item] = true
			continue
		}
		asks++
		for _, g := range step.ask.gold {
			if !written[g] {
				t.Error("a question comes before its evidence")
			}
		}
	}
	if asks < 30 || asks > 60 {
		t.Errorf("%d questions of 30, each once or twice", asks)
	}
	if _, err := makeTrace(s, nil, 0.5, 1); err == nil {
		t.Error("noise from nowhere")
	}
}

// A namespace that holds everything answers everything; no policy is better than
// the oracle; the same seed gives the same figures.
func TestReplay(t *testing.T) {
	samples := []*sample{madeUp("a", 120), madeUp("b", 120)}
	tr, err := makeTrace(samples[0], samples[1].turns, 0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range evictionContenders() {
		if got := replay(tr, who, world{capacity: 1, citations: 1, seed: 1}); got != 1 {
			t.Errorf("%s: %v of the evidence without forgetting", who.name, got)
		}
	}
	grid := evictionGrid{Noise: []float64{0.5}, Capacity: []float64{0.2}, Citations: []float64{1}, Seeds: 2, Falsely: 0.05}
	cells, err := runEviction(samples, grid, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := runEviction(samples, grid, io.Discard)
	for name, r := range cells[0].Recall {
		if r > cells[0].Recall["oracle"] {
			t.Errorf("%s has %v, the oracle %v", name, r, cells[0].Recall["oracle"])
		}
		if again[0].Recall[name] != r {
			t.Errorf("%s: %v, then %v", name, r, again[0].Recall[name])
		}
	}
	if cells[0].Ahead["fifo"].Low <= 0 {
		t.Errorf("over fifo: %+v", cells[0].Ahead["fifo"])
	}
	var out bytes.Buffer
	printEviction(&out, cells)
	if !strings.Contains(out.String(), "50%   20%  100%") {
		t.Errorf("no line of the combination:\n%s", out.String())
	}
}

// A replay never holds more than its share.
func TestReplayKeepsTheBudget(t *testing.T) {
	tr, err := makeTrace(madeUp("a", 60), nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := &replayer{
		tr: tr, who: contender{policy: forget.Default()}, w: world{capacity: 0.3}, rows: make([]forget.Row, len(tr.items)),
		held: make([]bool, len(tr.items)), postings: map[string][]int32{}, df: map[string]int{}, counts: make([]map[string]int, len(tr.items)),
		future: make([]int, len(tr.items)),
	}
	for i := range tr.items {
		r.write(i, tr.items[i].at)
		var bytes int64
		for _, k := range r.live {
			bytes += tr.items[k].bytes
		}
		if bytes != r.bytes || float64(bytes) > 0.3*float64(tr.bytes) {
			t.Fatalf("%d bytes held, %d counted, of %d", bytes, r.bytes, tr.bytes)
		}
	}
}

func TestBootstrap(t *testing.T) {
	if i := bootstrap([]float64{2, 2, 2}); *i != (interval{2, 2, 2}) {
		t.Errorf("of equal differences: %+v", i)
	}
	i := bootstrap([]float64{-1, 1, 3, 5})
	if i.Mean != 2 || i.Low > 0.5 || i.High < 3.5 || math.IsNaN(i.Low) {
		t.Errorf("%+v", i)
	}
}
