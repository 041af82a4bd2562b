package recall

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"synapse/catalog/types"
)

const day = 24 * 3600 * 1_000_000

// entry makes a candidate valid since days before the origin 0.
func entry(id string, salience float64, days int64) *candidate {
	return &candidate{Hit: Hit{Entry: Entry{
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
	g := &gather{q: &Query{K: 10, Terms: []string{"x"}, Vector: []float32{1}, VectorWeight: 1}, order: []*candidate{d, c, b, a}}
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
	compareHits(t, g.rank(), want)
}

func TestRankWeighsVectors(t *testing.T) {
	a, b := entry("a", 0.5, 30), entry("b", 0.5, 30)
	a.lexical = 1
	b.Parts.VectorRank, b.Parts.Distance = -1, 0.1
	g := &gather{q: &Query{K: 10, Terms: []string{"x"}, Vector: []float32{1}, VectorWeight: 0.3}, order: []*candidate{a, b}}
	// 1/61 and 0.3/61
	compareHits(t, g.rank(), []string{"a 0.016393", "b 0.004918"})
}

// TestRankWithoutQuestion: recency and salience alone decide.
func TestRankWithoutQuestion(t *testing.T) {
	g := &gather{q: &Query{K: 2}, order: []*candidate{entry("old", 0.5, 30), entry("dull", 0, 0), entry("new", 0.5, 0)}}
	compareHits(t, g.rank(), []string{"new 1.050000", "old 1.000000"})
}

// TestRankDropsRepetitions: the same content counts once in a namespace, and once in another.
func TestRankDropsRepetitions(t *testing.T) {
	a, b, c := entry("a", 0.5, 30), entry("b", 0.4, 30), entry("c", 0.3, 30)
	b.Entry.Hash, c.Entry.Hash = a.Entry.Hash, a.Entry.Hash
	c.Entry.NS = types.NewString("m")
	g := &gather{q: &Query{K: 10}, order: []*candidate{c, b, a}}
	compareHits(t, g.rank(), []string{"a 1.000000", "c 0.960000"})
}

// TestRankTies: equal scores go by id, whatever order they were found in.
func TestRankTies(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "c", "a"}} {
		g := &gather{q: &Query{K: 10}}
		for _, id := range order {
			g.order = append(g.order, entry(id, 0.5, 30))
		}
		compareHits(t, g.rank(), []string{"a 1.000000", "b 1.000000", "c 1.000000"})
	}
}

func compareHits(t *testing.T, hits []Hit, want []string) {
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
		if got := freshness(c.origin, c.from); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("freshness(%d, %v) = %v, want %v", c.origin, c.from, got, c.want)
		}
	}
}

// TestContextByHand: half of what the neighbours lend, by distance, and half of the
// session's total over the root of its matching turns.
func TestContextByHand(t *testing.T) {
	s := &surroundings{sessions: map[string]*sessionScores{
		"s": {turns: []turnScore{{1, 1.2}, {3, 0.8}, {4, 2}, {9, 3}}, total: 7 / math.Sqrt(4)},
	}}
	turn := func(session string, seq int64) *candidate {
		return &candidate{Hit: Hit{Entry: Entry{Session: types.NewString(session), Seq: types.NewInt(seq)}}}
	}
	for _, c := range []struct {
		turn *candidate
		want float64
	}{
		{turn("s", 3), 0.5*(1.2/3+2.0/2) + 0.5*3.5}, // its own 0.8 is not lent to itself
		{turn("s", 2), 0.5*(1.2/2+0.8/2+2.0/3) + 0.5*3.5},
		{turn("s", 9), 0.5 * 3.5},
		{turn("s", 6), 0.5*(2.0/3) + 0.5*3.5},
		{turn("other", 3), 0},
		{&candidate{}, 0},
	} {
		if got := s.context(c.turn); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("context of turn %v = %.6f, want %.6f", c.turn.Entry.Seq, got, c.want)
		}
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
		g := &gather{q: &Query{ValidAt: 10, Filter: c.filter}}
		if got := g.passes(c.metadata, types.NewInt(c.from), types.NewInt(c.to)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
