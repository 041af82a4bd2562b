package recall

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"synapse/catalog/types"
	"synapse/storage"
)

const day = 24 * 3600 * 1_000_000

func plain() *Profile {
	p := standard()
	return &p
}

// entry makes a candidate valid since days before the origin 0.
func entry(id string, salience float64, days int64) *candidate {
	return &candidate{credit: creditPrior, Hit: Hit{Entry: Entry{
		ID: types.NewString(id), NS: types.NewString("n"), Hash: types.NewString(id),
		Salience: types.NewFloat(salience), ValidFrom: types.NewInt(-days * day),
	}}}
}

// TestRankByHand compares scores with ones worked out on paper:
//
//	score = (1/(60+words) + weight/(60+meaning)) · (1 + 0.2(salience-0.5)) · (1 + 0.1(2^(-days/30)-0.5))
func TestRankByHand(t *testing.T) {
	a, b, c, d := entry("a", 0.5, 0), entry("b", 1, 30), entry("c", 0, 60), entry("d", 0.5, 30)
	a.lexical, b.lexical, c.lexical = 2.5, 4, 1
	a.Parts.VectorRank, c.Parts.VectorRank, d.Parts.VectorRank = -1, -1, -1
	a.Parts.Distance, c.Parts.Distance, d.Parts.Distance = 0.4, 0.1, 0.2
	g := &gather{q: &Query{Profile: plain(), K: 10, Terms: []string{"x"}, Vector: []float32{1}, VectorWeight: 1}, order: []*candidate{d, c, b, a}}
	want := []string{
		// a: words 2, meaning 3: (1/62 + 1/63) · 1 · 1.05     = 0.032002048 · 1.05
		"a 0.033602",
		// c: words 3, meaning 1: (1/63 + 1/61) · 0.9 · 0.975  = 0.032266459 · 0.8775
		"c 0.028314",
		// b: words 1:            1/61 · 1.1 · 1
		"b 0.018033",
		// d: meaning 2:          1/62 · 1 · 1
		"d 0.016129",
	}
	compareHits(t, distinct(g.rank(), g.q.K), want)
}

func TestRankWeighsVectors(t *testing.T) {
	a, b := entry("a", 0.5, 30), entry("b", 0.5, 30)
	a.lexical = 1
	b.Parts.VectorRank, b.Parts.Distance = -1, 0.1
	g := &gather{q: &Query{Profile: plain(), K: 10, Terms: []string{"x"}, Vector: []float32{1}, VectorWeight: 0.3}, order: []*candidate{a, b}}
	// 1/61 and 0.3/61
	compareHits(t, distinct(g.rank(), g.q.K), []string{"a 0.016393", "b 0.004918"})
}

// TestRankWithoutQuestion: recency and salience alone decide.
func TestRankWithoutQuestion(t *testing.T) {
	g := &gather{q: &Query{Profile: plain(), K: 2}, order: []*candidate{entry("old", 0.5, 30), entry("dull", 0, 0), entry("new", 0.5, 0)}}
	compareHits(t, distinct(g.rank(), g.q.K), []string{"new 1.050000", "old 1.000000"})
}

// TestRankDropsRepetitions: the same content counts once in a namespace, and once in another.
func TestRankDropsRepetitions(t *testing.T) {
	a, b, c := entry("a", 0.5, 30), entry("b", 0.4, 30), entry("c", 0.3, 30)
	b.Entry.Hash, c.Entry.Hash = a.Entry.Hash, a.Entry.Hash
	c.Entry.NS = types.NewString("m")
	g := &gather{q: &Query{Profile: plain(), K: 10}, order: []*candidate{c, b, a}}
	compareHits(t, distinct(g.rank(), g.q.K), []string{"a 1.000000", "c 0.960000"})
}

// TestRankTies: equal scores go by id, whatever order they were found in.
func TestRankTies(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "c", "a"}} {
		g := &gather{q: &Query{Profile: plain(), K: 10}}
		for _, id := range order {
			g.order = append(g.order, entry(id, 0.5, 30))
		}
		compareHits(t, distinct(g.rank(), g.q.K), []string{"a 1.000000", "b 1.000000", "c 1.000000"})
	}
}

func compareHits(t *testing.T, hits []*candidate, want []string) {
	t.Helper()
	var got []string
	for i := range hits {
		got = append(got, fmt.Sprintf("%s %.6f", hits[i].Entry.ID.Str(), hits[i].Score))
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFreshness(t *testing.T) {
	for _, c := range []struct {
		origin int64
		from   types.Value
		want   float64
	}{
		{0, types.NewInt(0), 1},
		{0, types.NewInt(-30 * day), 0.5},
		{0, types.NewInt(-90 * day), 0.125},
		{0, types.NewInt(5 * day), 1}, // valid from later than the origin
		{0, types.NewInt(math.MinInt64), 0},
		{math.MaxInt64, types.NewInt(-5 * day), 0},
		{0, types.Null, 0},
	} {
		if got := freshness(c.origin, c.from, 30); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("freshness(%d, %v) = %v, want %v", c.origin, c.from, got, c.want)
		}
	}
}

// TestContextByHand: a term with idf 2 that turns 1, 3, 4 and 9 hold 1, 2, 1 and 3
// times, in a session of turns 1 to 10. k1 is 0.9, so n occurrences weigh
// 2 · 1.9n/(n + 0.9), and half of that counts.
func TestContextByHand(t *testing.T) {
	half := func(n float64) float64 { return 1.9 * n / (n + 0.9) }
	c := &conversation{profile: plain(), terms: []storage.TermStat{{Term: "x", Count: 1, IDF: 2}}, sessions: map[string]*session{}}
	counts := map[int64]uint32{1: 1, 3: 2, 4: 1, 9: 3}
	for seq, n := range counts {
		c.add("s", turn{row: storage.RowID(seq), seq: seq, counts: []uint32{n}}, nil)
	}
	c.add("alone", turn{row: 99, counts: []uint32{1}}, nil)
	best := c.best()
	if len(best) != 2 || best[0].name != "s" {
		t.Fatalf("sessions by score: %v", best)
	}
	s := best[0]
	for _, seq := range []int64{2, 5, 6, 7, 8, 10, 13} {
		s.turns = append(s.turns, turn{row: storage.RowID(seq), seq: seq})
	}
	// Occurrences within two turns of each turn; 13 is near to nothing.
	want := map[int64]float64{1: 3, 2: 4, 3: 4, 4: 3, 5: 3, 6: 1, 7: 3, 8: 3, 9: 3, 10: 3}
	got := map[int64]bool{}
	c.scored(s, func(turn *turn, window, session float64) {
		got[turn.seq] = true
		if w := half(want[turn.seq]); math.Abs(window-w) > 1e-9 {
			t.Errorf("turn %d: window lends %.6f, want %.6f", turn.seq, window, w)
		}
		if w := half(7); math.Abs(session-w) > 1e-9 {
			t.Errorf("turn %d: session lends %.6f, want %.6f", turn.seq, session, w)
		}
	})
	if len(got) != len(want) {
		t.Errorf("turns %v, want those of %v", got, want)
	}
	c.scored(best[1], func(_ *turn, window, session float64) {
		if math.Abs(window-half(1)) > 1e-9 || math.Abs(session-half(1)) > 1e-9 {
			t.Errorf("an entry alone: %v and %v, want its own weight twice", window, session)
		}
	})
}

// TestDates: the day an entry is valid from counts as one occurrence, for the session.
func TestDates(t *testing.T) {
	terms := func(words ...string) []storage.TermStat {
		var out []storage.TermStat
		for _, w := range words {
			out = append(out, storage.TermStat{Term: w, Count: 1, IDF: 1})
		}
		return out
	}
	if datesIn(terms("bird", "hous")) != nil {
		t.Error("no date is named")
	}
	ts := terms("juli", "2023", "bird", "friday", "7")
	friday := types.NewInt(time.Date(2023, 7, 7, 23, 59, 59, 0, time.UTC).Sub(epoch).Microseconds())
	d := datesIn(ts)
	if got := d.of(friday); !slices.Equal(got, []float64{1, 1, 0, 1, 1}) {
		t.Errorf("7 July 2023: %v", got)
	}
	if d.of(types.Null) != nil || d.of(types.NewInt(math.MinInt64)) != nil || d.of(types.NewInt(0)) != nil {
		t.Error("a time without the day's terms holds none")
	}
	if got := d.of(types.NewInt(math.MaxInt64 - 1)); len(got) != 0 && len(got) != len(ts) {
		t.Errorf("the end of time: %v", got)
	}
	c := &conversation{profile: plain(), terms: ts, sessions: map[string]*session{}}
	c.add("s", turn{row: 1, seq: 1, counts: []uint32{0, 0, 1, 0, 0}}, d.of(friday))
	c.add("s", turn{row: 2, seq: 2, counts: []uint32{0, 1, 0, 0, 0}}, d.of(friday))
	c.best()
	if s := c.sessions["s"]; !slices.Equal(s.counts, []float64{1, 2, 1, 1, 1}) {
		t.Errorf("the session's counts: %v", s.counts)
	}
}

func TestPasses(t *testing.T) {
	object, err := types.JSONBFromText(`{"team": "support", "n": 1}`)
	if err != nil {
		t.Fatal(err)
	}
	part, err := types.JSONBFromText(`{"team": "support"}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name             string
		metadata, filter types.Value
		from, to         int64
		want             bool
	}{
		{"no filter", types.Null, types.Null, 0, 20, true},
		{"contained", object, part, 0, 20, true},
		{"not contained", part, object, 0, 20, false},
		{"no metadata", types.Null, part, 0, 20, false},
		{"valid from now on", object, types.Null, 10, 20, true},
		{"not yet valid", object, types.Null, 11, 20, false},
		{"no longer valid", object, types.Null, 0, 10, false},
	} {
		g := &gather{q: &Query{Profile: plain(), ValidAt: 10, Filter: c.filter}}
		if got := g.passes(c.metadata, types.NewInt(c.from), types.NewInt(c.to)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
