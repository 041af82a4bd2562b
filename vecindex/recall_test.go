package vecindex_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"testing"

	"synapse/vecindex"
	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

// measured is what a set of queries gave.
type measured struct {
	recall    float64
	distances int // per query
	fellBack  int
	modes     map[vecindex.Mode]int
}

// bed is an index over vectors whose row numbers are their places in vecs.
type bed struct {
	t       *testing.T
	metric  distance.Metric
	store   *vecindex.Store
	index   *vecindex.Index
	vecs    [][]float32
	from    []int64
	to      []int64
	queries [][]float32
	list    bool // filters are given as lists of rows, not as functions
}

// newBed indexes vecs, one per tick of the clock, in one partition, with a graph.
func newBed(t *testing.T, metric distance.Metric, vecs, queries [][]float32) *bed {
	t.Helper()
	dim := len(vecs[0])
	// Graphs from 500 rows on: the modes of large partitions at a test's size.
	w := newWorld(t, dim, vecindex.Options{Metric: metric, GraphBytes: 500 * dim})
	b := &bed{t: t, metric: metric, store: w.store, index: w.index, queries: queries}
	for _, v := range vecs {
		b.insert(v)
	}
	b.maintain()
	return b
}

func (b *bed) insert(vec []float32) {
	b.t.Helper()
	id, err := b.store.Add("", vec)
	if err != nil {
		b.t.Fatal(err)
	}
	row := len(b.vecs)
	if err := b.index.Insert("", id, uint64(row), int64(row)); err != nil {
		b.t.Fatal(err)
	}
	b.vecs = append(b.vecs, vec)
	b.from = append(b.from, int64(row))
	b.to = append(b.to, vecindex.Open)
}

func (b *bed) closeRow(row int, at int64) {
	b.t.Helper()
	if !b.index.Close("", uint64(row), at) {
		b.t.Fatalf("row %d was not open", row)
	}
	b.to[row] = at
}

func (b *bed) maintain() {
	b.t.Helper()
	if err := b.index.Maintain(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) visible(at int64, keep func(row int) bool) func(row int) bool {
	return func(row int) bool {
		return b.from[row] <= at && at < b.to[row] && (keep == nil || keep(row))
	}
}

// measure searches every query at a time and compares with the exact answer. A search that
// returns fewer than min(k, matches) rows, a row twice or a row out of order fails at once.
func (b *bed) measure(k, beam int, at int64, keep func(row int) bool, truths []recall.Truth) measured {
	b.t.Helper()
	m := measured{modes: map[vecindex.Mode]int{}}
	visible := b.visible(at, keep)
	opt := vecindex.SearchOptions{K: k, Beam: beam, At: at, Matches: -1}
	switch {
	case keep != nil && b.list:
		opt.Rows = []uint64{}
		for row := range b.vecs {
			if keep(row) {
				opt.Rows = append(opt.Rows, uint64(row))
			}
		}
	case keep != nil:
		opt.Accept = rowFilter(func(row uint64) bool { return keep(int(row)) })
	}
	for i, q := range b.queries {
		truth := truths[i]
		hits, stats, err := b.index.Search(context.Background(), nil, q, opt)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(hits) != truth.Want {
			b.t.Fatalf("%d hits, want %d of %d matches (%+v)", len(hits), truth.Want, truth.Matches, stats)
		}
		seen := map[uint64]bool{}
		var distances []float64
		for i, h := range hits {
			if seen[h.Row] || !visible(int(h.Row)) || i > 0 && hits[i-1].Distance > h.Distance {
				b.t.Fatalf("hit %d, row %d at %v, does not belong there", i, h.Row, h.Distance)
			}
			seen[h.Row] = true
			distances = append(distances, h.Distance)
		}
		m.recall += truth.Of(distances) / float64(len(b.queries))
		m.distances += stats.Distances()
		m.fellBack += stats.FellBack
		m.modes[stats.Mode]++
	}
	m.distances /= len(b.queries)
	return m
}

const (
	recallFloor     = 0.95 // with the default beam
	recallFloorWide = 0.99 // with a beam of 200
)

func (b *bed) demand(name string, k int, at int64, keep func(row int) bool) {
	b.t.Run(name, func(t *testing.T) {
		outer := b.t
		b.t = t
		defer func() { b.t = outer }()
		truths := make([]recall.Truth, len(b.queries))
		for i, q := range b.queries {
			truths[i] = recall.Exact(b.metric, b.vecs, q, k, b.visible(at, keep))
		}
		for _, c := range []struct {
			beam  int
			floor float64
		}{{0, recallFloor}, {200, recallFloorWide}} {
			beam, floor := c.beam, c.floor
			m := b.measure(k, beam, at, keep, truths)
			t.Logf("beam %d: recall %.4f, %d distances, %d scans after walks, modes %v", beam, m.recall, m.distances, m.fellBack, m.modes)
			if m.recall < floor {
				t.Errorf("beam %d: recall %.4f below %.2f (modes %v)", beam, m.recall, floor, m.modes)
			}
			if m.distances > len(b.vecs)*3/2 {
				t.Errorf("beam %d: %d distances, more than scanning %d rows", beam, m.distances, len(b.vecs))
			}
		}
	})
}

// Per share of matching rows, chosen at random or by cluster. In the second case the queries'
// own clusters mostly do not match: what is near is invisible.
func TestRecallOfFilteredSearch(t *testing.T) {
	const rows, dim = 10000, 64
	for _, metric := range []distance.Metric{distance.Cosine, distance.L2, distance.InnerProduct, distance.L1} {
		t.Run(metric.String(), func(t *testing.T) {
			if metric == distance.InnerProduct && testing.Short() {
				t.Skip("on vectors of length one it repeats the cosine's test")
			}
			mix := recall.NewMixture(1, dim, 200)
			vecs, clusters := mix.Vectors(rows)
			queries, _ := mix.Vectors(50)
			b := newBed(t, metric, vecs, queries)
			b.demand("all", 10, vecindex.Latest, nil)
			for _, share := range []float64{0.5, 0.1, 0.01, 0.001} {
				rng := rand.New(rand.NewPCG(2, 3))
				random := make([]bool, rows)
				for i := range random {
					random[i] = rng.Float64() < share
				}
				keep := func(row int) bool { return random[row] }
				b.demand(fmt.Sprint("random ", share), 10, vecindex.Latest, keep)
				b.list = true
				b.demand(fmt.Sprint("listed ", share), 10, vecindex.Latest, keep)
				b.list = false
				chosen := clustersOfShare(rng, clusters, share)
				b.demand(fmt.Sprint("clusters ", share), 10, vecindex.Latest, func(row int) bool { return chosen[clusters[row]] })
			}
		})
	}
}

// clustersOfShare picks random clusters until they hold about that share of the rows.
func clustersOfShare(rng *rand.Rand, clusters []int, share float64) map[int]bool {
	size := map[int]int{}
	for _, c := range clusters {
		size[c]++
	}
	chosen := map[int]bool{}
	want := share * float64(len(clusters))
	for _, c := range rng.Perm(200) {
		if float64(size[c]) <= want*1.3 {
			chosen[c] = true
			want -= float64(size[c])
		}
	}
	return chosen
}

// Half of the rows are deleted and as many inserted, some rows change again and again; then
// every moment is as searchable as the present.
func TestRecallAfterChurnAndInThePast(t *testing.T) {
	const rows, dim = 6000, 64
	mix := recall.NewMixture(4, dim, 100)
	vecs, _ := mix.Vectors(rows)
	queries, _ := mix.Vectors(50)
	b := newBed(t, distance.Cosine, vecs, queries)
	rng := rand.New(rand.NewPCG(1, 1))
	for i, row := range rng.Perm(rows)[:rows/2] {
		vec, _ := mix.Next()
		b.insert(vec)
		b.closeRow(row, int64(len(b.vecs)))
		if i == rows/4 {
			b.maintain() // the graph takes in half of the churn, the rest stays its tail
		}
	}
	now := int64(len(b.vecs)) + 1
	for _, at := range []int64{now, rows + rows/4, rows, rows / 2, rows / 10, 100, 5} {
		b.demand(fmt.Sprint("at ", at), 10, at, nil)
	}
	half := func(row int) bool { return row%2 == 0 }
	b.demand("filtered now", 10, now, half)
	b.demand("filtered past", 10, rows/2, half)

	forgotten := b.index.Prune(now)
	if forgotten != rows/2 {
		t.Fatalf("pruning forgot %d entries, want %d", forgotten, rows/2)
	}
	b.demand("pruned", 10, now, nil)
	b.maintain()
	if err := b.index.Check(); err != nil {
		t.Fatal(err)
	}
	b.demand("rebuilt", 10, now, nil)
}

// Real vectors: word vectors that are not normalised, image descriptors, text.
func TestRecallOnRealVectors(t *testing.T) {
	const dir = "../../shared/data/"
	for _, c := range []struct {
		file, queries string
		metric        distance.Metric
	}{
		{"glove-twitter-25d-12k.fvecs", "", distance.Cosine},
		{"glove-twitter-25d-12k.fvecs", "", distance.L2},
		{"sift-5k.fvecs", "", distance.L2},
		{"locomo-dev3-turns-lsa384.fvecs", "locomo-dev3-questions-lsa384.fvecs", distance.Cosine},
	} {
		t.Run(c.file+" "+c.metric.String(), func(t *testing.T) {
			vecs := readFvecs(t, dir+c.file)
			var queries [][]float32
			if c.queries != "" {
				queries = readFvecs(t, dir+c.queries)[:100]
			} else {
				queries, vecs = vecs[:50], vecs[50:]
			}
			b := newBed(t, c.metric, vecs, queries)
			b.demand("all", 10, vecindex.Latest, nil)
			b.demand("half", 10, vecindex.Latest, func(row int) bool { return row%2 == 0 })
			b.demand("tenth", 10, vecindex.Latest, func(row int) bool { return row%10 == 0 })
		})
	}
}

func readFvecs(t *testing.T, path string) [][]float32 {
	t.Helper()
	vecs, err := recall.ReadFvecs(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: the test data %s is not there", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return vecs
}
