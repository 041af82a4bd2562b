package forget

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"synapse/sqltests/seed"
)

const day = int64(microsPerDay)

// The parts of one row, by hand. It was written 30 days ago (strength 1) and
// cited 7.5 days ago ((1/4)^-1/2 = 2): recency 3/4. Shown twice at the first rank
// and cited once: (1 + 1)/(2 + 4) = 1/3, which is (1/3 − 1/4)/(3/4) = 1/9 above
// the prior. It has three times the usual information and half the usual bytes.
func TestPartsByHand(t *testing.T) {
	p := Default()
	r := Row{Written: 70 * day, Cited: []int64{92*day + day/2}, Exposed: 2, Citations: 1, Information: 60, Salience: 0.9, Bytes: 500}
	got := p.Parts(&r, Scale{Information: 20, Bytes: 1000}, 100*day)
	want := Parts{Recency: 0.75, Credit: 1.0 / 9, Information: 0.75, Salience: 0.9, Size: 1.0 / 3}
	want.Score = 0.5*0.75 + 2.0/9 + 0.75 + 0.9 - 0.5/3
	for i, pair := range [][2]float64{
		{got.Recency, want.Recency},
		{got.Credit, want.Credit},
		{got.Information, want.Information},
		{got.Salience, want.Salience},
		{got.Size, want.Size},
		{got.Score, want.Score},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("part %d: %v, want %v", i, pair[0], pair[1])
		}
	}
}

// Being shown earns nothing, and costs nothing; citations earn, the more of the
// exposures they are.
func TestCreditOfExposures(t *testing.T) {
	p := Default()
	credit := func(exposed, cited float64) float64 {
		return p.Parts(&Row{Exposed: exposed, Citations: cited}, Scale{}, 0).Credit
	}
	if credit(0, 0) != 0 || credit(1, 0) != 0 || credit(100, 0) != 0 {
		t.Error("being shown alone moved the credit")
	}
	if !(credit(10, 1) < credit(2, 1) && credit(2, 1) < credit(2, 2) && credit(2, 2) < credit(20, 20) && credit(20, 20) < 1) {
		t.Error("credit does not grow with the share of citations")
	}
	if credit(0.3, 1) != credit(1, 1) {
		t.Error("a citation at a low rank counts as more than one exposure")
	}
}

// Order and reasons of the simple policies.
func TestOrders(t *testing.T) {
	rows := []Row{
		{Written: 10, Recalled: 5, LastRecalled: 11, Bytes: 1},
		{Written: 20, Recalled: 0, Bytes: 1},
		{Written: 30, Recalled: 1, LastRecalled: 90, Bytes: 1},
		{Written: 40, Recalled: 0, Bytes: 1, Pinned: true},
	}
	for kind, want := range map[string][]int{FIFO: {0, 1, 2}, LRU: {0, 1, 2}, LFU: {1, 2, 0}, None: nil} {
		p := Policy{Kind: kind}
		var got []int
		for _, v := range p.Choose(rows, Budget{Rows: 1}, 100, 0) {
			got = append(got, v.Row)
			if v.Reason != ReasonRows {
				t.Errorf("%s: reason %s", kind, v.Reason)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s evicts %v, want %v", kind, got, want)
		}
	}
	p := Policy{Kind: LRU}
	if got := p.Choose(rows, Budget{TTL: 75}, 100, 0); len(got) != 2 || got[0].Reason != ReasonTTL {
		t.Errorf("past its time: %v", got)
	}
	if got := p.Choose(rows, Budget{TTL: 1, Rows: 1}, 100, 2); len(got) != 2 {
		t.Errorf("%d evicted, the limit is 2", len(got))
	}
}

// Random namespaces against what a budget promises: nothing pinned goes, the rest
// fits where it can, nothing goes that need not, and what goes scores no higher
// than what stays.
func TestChooseAgainstPromises(t *testing.T) {
	rng := seed.Rand(t)
	for range 500 {
		p := Default()
		p.Kind = []string{Score, FIFO, LRU, LFU}[rng.IntN(4)]
		rows := make([]Row, rng.IntN(40))
		for i := range rows {
			rows[i] = Row{
				Written: rng.Int64N(1000) * day, Exposed: rng.Float64() * 5, Citations: float64(rng.IntN(3)), Information: rng.Float64() * 50,
				Salience: rng.Float64(), Bytes: 1 + rng.Int64N(100), Pinned: rng.IntN(6) == 0, Recalled: rng.Int64N(4), LastRecalled: rng.Int64N(1000) * day,
			}
		}
		b := Budget{Rows: rng.Int64N(30), Bytes: rng.Int64N(1500), TTL: rng.Int64N(3) * 600 * day}
		now := 1000 * day
		victims := p.Choose(rows, b, now, 0)
		gone := map[int]string{}
		for _, v := range victims {
			if rows[v.Row].Pinned || gone[v.Row] != "" {
				t.Fatalf("row %d is pinned or went twice", v.Row)
			}
			gone[v.Row] = v.Reason
		}
		var count, bytes int64
		loose := false
		for i := range rows {
			if gone[i] == "" {
				count++
				bytes += rows[i].Bytes
				loose = loose || !rows[i].Pinned
				if b.TTL > 0 && !rows[i].Pinned && rows[i].Written+b.TTL <= now {
					t.Fatalf("row %d is past its time and stays", i)
				}
			}
		}
		over := func(count, bytes int64) bool { return b.Rows > 0 && count > b.Rows || b.Bytes > 0 && bytes > b.Bytes }
		if loose && over(count, bytes) {
			t.Fatalf("%+v: %d rows of %d bytes stay", b, count, bytes)
		}
		if n := len(victims); n > 0 && victims[n-1].Reason != ReasonTTL && !over(count+1, bytes+rows[victims[n-1].Row].Bytes) {
			t.Fatalf("%+v: the last eviction was not needed", b)
		}
		scale := ScaleOf(rows)
		for i := range rows {
			for _, v := range victims {
				if p.Kind == Score && v.Reason != ReasonTTL && gone[i] == "" && !rows[i].Pinned && v.Parts.Score > p.Parts(&rows[i], scale, now).Score {
					t.Fatal("a row went that scores higher than one that stays")
				}
			}
		}
	}
}

func ExamplePolicy_Choose() {
	p := Default()
	rows := []Row{
		{Written: 0, Information: 30, Salience: 0.5, Bytes: 1700},
		{Written: 0, Information: 30, Salience: 0.5, Bytes: 1700, Exposed: 1, Citations: 1},
		{Written: 0, Information: 5, Salience: 0.5, Bytes: 1700},
	}
	for _, v := range p.Choose(rows, Budget{Rows: 1}, 60*day, 0) {
		fmt.Printf("row %d, credit %.2f, score %.3f\n", v.Row, v.Parts.Credit, v.Parts.Score)
	}
	// Output:
	// row 2, credit 0.00, score 0.645
	// row 0, credit 0.00, score 1.038
}
