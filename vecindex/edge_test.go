package vecindex_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"synapse/vecindex"
	"synapse/vecindex/distance"
)

// graphOptions gives even small partitions a graph and lets searches use it.
func graphOptions(m distance.Metric) vecindex.Options {
	return vecindex.Options{Metric: m, GraphBytes: 1}
}

func (w *world) maintain() {
	w.t.Helper()
	if err := w.index.Maintain(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// count takes hits in small batches until there are no more, and demands every row once.
func (w *world) count(opt vecindex.SearchOptions, q []float32, want int) {
	w.t.Helper()
	s, err := w.index.Open(context.Background(), nil, q, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	seen := map[uint64]bool{}
	for {
		hits, err := s.Next(opt.K)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, h := range hits {
			if seen[h.Row] {
				w.t.Fatalf("row %d twice", h.Row)
			}
			seen[h.Row] = true
		}
		if len(hits) < opt.K {
			break
		}
	}
	if len(seen) != want {
		w.t.Fatalf("%d rows in all, want %d (%+v)", len(seen), want, s.Stats())
	}
}

// Whatever the vectors are, a search that goes on yields every matching row once.
func TestEveryRowIsFoundInTheEnd(t *testing.T) {
	const rows, dim = 3000, 8
	kinds := map[string]func(w *world, i int) []float32{
		"random":    func(w *world, _ int) []float32 { return w.vector(dim) },
		"all equal": func(*world, int) []float32 { return []float32{1, 2, 3, 4, 5, 6, 7, 8} },
		"zero":      func(*world, int) []float32 { return make([]float32, dim) },
		"half zero": func(w *world, i int) []float32 {
			if i%2 == 0 {
				return make([]float32, dim)
			}
			return w.vector(dim)
		},
		"huge": func(w *world, _ int) []float32 {
			v := w.vector(dim)
			for i := range v {
				v[i] *= 1e20
			}
			return v
		},
		"tiny": func(w *world, _ int) []float32 {
			v := w.vector(dim)
			for i := range v {
				v[i] *= 1e-25
			}
			return v
		},
		"ten values": func(_ *world, i int) []float32 { return []float32{float32(i % 10), 0, 0, 0, 0, 0, 0, 1} },
		"not finite": func(w *world, i int) []float32 {
			v := w.vector(dim)
			v[i%dim] = [...]float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1}[i%4]
			return v
		},
	}
	for name, vector := range kinds {
		for _, metric := range metrics {
			t.Run(name+" "+metric.String(), func(t *testing.T) {
				w := newWorld(t, dim, graphOptions(metric))
				for i := range rows {
					if i == rows/2 {
						w.maintain()
					}
					w.insert("", uint64(i), vector(w, i))
				}
				for _, accept := range []func(uint64) bool{nil, func(row uint64) bool { return row%10 == 3 }} {
					want := rows
					if accept != nil {
						want /= 10
					}
					for _, exact := range []bool{false, true} {
						for _, k := range []int{1, 2, 7, 60} {
							opt := vecindex.SearchOptions{K: k, Beam: 10 * k, At: vecindex.Latest, Accept: rowFilter(accept), Exact: exact, Matches: -1}
							w.count(opt, w.vector(dim), want)
						}
						opt := vecindex.SearchOptions{K: 7, At: vecindex.Latest, Accept: rowFilter(accept), Exact: exact, Matches: -1}
						w.count(opt, make([]float32, dim), want)
					}
				}
			})
		}
	}
}

// Graph modes beside the model: of the first hit nearly all must be right even with few rows,
// and a stored vector finds itself.
func TestGraphFindsStoredVectors(t *testing.T) {
	for _, dim := range []int{1, 2, 33} {
		for _, metric := range []distance.Metric{distance.L2, distance.Cosine} {
			t.Run(fmt.Sprint(dim, " ", metric), func(t *testing.T) {
				w := newWorld(t, dim, graphOptions(metric))
				for i := range 2000 {
					w.insert("", uint64(i), w.vector(dim))
				}
				w.maintain()
				found := 0
				for i := range 200 {
					m := w.model[i*10]
					hits, stats, err := w.index.Search(context.Background(), nil, m.vec, vecindex.SearchOptions{K: 5, At: vecindex.Latest, Matches: -1})
					if err != nil {
						t.Fatal(err)
					}
					if stats.Mode != vecindex.ModeSweep {
						t.Fatalf("mode %v: %s", stats.Mode, stats.Reason)
					}
					if hits[0].Distance <= 1e-6 {
						found++
					}
				}
				if found < 196 {
					t.Errorf("%d of 200 stored vectors found at distance 0", found)
				}
			})
		}
	}
}

func TestLargestDimension(t *testing.T) {
	w := newWorld(t, 16000, graphOptions(distance.Cosine))
	for i := range 40 {
		w.insert("", uint64(i), w.vector(16000))
	}
	w.check(nil, w.vector(16000), vecindex.SearchOptions{K: 10, At: vecindex.Latest, Exact: true, Matches: -1}, nil, 5)
	w.maintain()
	w.count(vecindex.SearchOptions{K: 1, At: vecindex.Latest, Matches: -1}, w.vector(16000), 40)
}

func TestMoreWantedThanThere(t *testing.T) {
	w := newWorld(t, 4, graphOptions(distance.L2))
	w.check(nil, make([]float32, 4), vecindex.SearchOptions{K: 5, At: vecindex.Latest, Matches: -1}, nil, 2)
	for i := range 3 {
		w.insert("a", uint64(i), w.vector(4))
	}
	for _, k := range []int{3, 4, 1000000} {
		w.check(nil, w.vector(4), vecindex.SearchOptions{K: k, At: vecindex.Latest, Matches: -1}, nil, 2)
	}
	w.check([]string{}, w.vector(4), vecindex.SearchOptions{K: 1, At: vecindex.Latest, Matches: -1}, nil, 1)
}

func TestWrongRequestsAreErrors(t *testing.T) {
	w := newWorld(t, 4, vecindex.Options{Metric: distance.L2})
	if _, err := w.index.Open(context.Background(), nil, make([]float32, 3), vecindex.SearchOptions{}); !errors.Is(err, vecindex.ErrDim) {
		t.Errorf("wrong dimension: %v", err)
	}
	if _, err := w.index.Open(context.Background(), nil, make([]float32, 4), vecindex.SearchOptions{Metric: 99}); !errors.Is(err, vecindex.ErrMetric) {
		t.Errorf("wrong metric: %v", err)
	}
	for _, opt := range []vecindex.Options{{}, {Metric: distance.L2, M: 1}, {Metric: distance.L2, M: 101}, {Metric: distance.L2, EfConstruction: 3}, {Metric: distance.L2, EfConstruction: 1001}} {
		if _, err := vecindex.NewIndex(w.store, opt); err == nil {
			t.Errorf("options %+v were taken", opt)
		}
	}
	if w.index.Close("", 1, 5) || w.index.Erase("", []uint64{1}) != 0 {
		t.Error("an unknown partition had an entry")
	}
}

func TestCancelledSearchStops(t *testing.T) {
	w := newWorld(t, 4, vecindex.Options{Metric: distance.L2})
	w.insert("", 1, w.vector(4))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := w.index.Search(ctx, nil, w.vector(4), vecindex.SearchOptions{K: 1, At: vecindex.Latest}); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}

// Erase and Prune give vectors back, but not while a search could still read them.
func TestVectorsAreReleased(t *testing.T) {
	w := newWorld(t, 4, graphOptions(distance.L2))
	for i := range 100 {
		w.insert("", uint64(i), w.vector(4))
	}
	w.maintain()
	opt := vecindex.SearchOptions{K: 100, At: vecindex.Latest, Matches: -1}
	running, err := w.index.Open(context.Background(), nil, w.vector(4), opt)
	if err != nil {
		t.Fatal(err)
	}
	if n := w.index.Erase("", []uint64{1, 2, 3}); n != 3 {
		t.Fatalf("%d entries erased", n)
	}
	if w.store.Len() != 100 {
		t.Fatalf("%d vectors left beside a running search", w.store.Len())
	}
	if hits, err := running.Next(100); err != nil || len(hits) != 97 {
		t.Fatalf("%d hits, %v: what is erased must not be found", len(hits), err)
	}
	running.Close()
	w.index.Reclaim()
	if w.store.Len() != 97 || w.index.Len() != 97 {
		t.Fatalf("%d vectors, %d entries left, want 97", w.store.Len(), w.index.Len())
	}
	for i := 10; i < 60; i++ {
		w.index.Close("", uint64(i), 1000)
	}
	if n := w.index.Prune(999); n != 0 {
		t.Fatalf("%d entries forgotten before their time", n)
	}
	if n := w.index.Prune(1000); n != 50 || w.store.Len() != 47 {
		t.Fatalf("%d entries forgotten, %d vectors left", n, w.store.Len())
	}
	if err := w.index.Check(); err != nil {
		t.Fatal(err)
	}
	var rest []uint64
	for i := range 100 {
		rest = append(rest, uint64(i))
	}
	w.index.Erase("", rest)
	if w.store.Len() != 0 || w.index.Len() != 0 || w.index.PartitionLen("") != 0 {
		t.Fatal("something is left")
	}
}

// Distances that differ in the last bit only keep the exact order, ties the row order.
func TestNearTiesAreOrderedExactly(t *testing.T) {
	w := newWorld(t, 16, vecindex.Options{Metric: distance.Cosine})
	base := w.vector(16)
	for i := range 700 {
		v := slices.Clone(base)
		v[i%16] = math.Nextafter32(v[i%16], float32(i%3)-1)
		w.insert("", uint64(700-i), v)
	}
	for range 10 {
		w.check(nil, w.vector(16), vecindex.SearchOptions{K: 50, At: vecindex.Latest, Matches: -1}, nil, 14)
	}
}

// Copies of the query have a lower bound equal to their distance, 0, before they are refined:
// they come in the order of their rows all the same.
func TestCopiesComeInRowOrder(t *testing.T) {
	w := newWorld(t, 16, vecindex.Options{Metric: distance.L2})
	q := w.vector(16)
	for i := range 600 {
		v := slices.Clone(q)
		if i%2 == 0 {
			v[0] = math.Nextafter32(v[0], 9)
		}
		w.insert("", uint64(600-i), v)
	}
	w.check(nil, q, vecindex.SearchOptions{K: 20, At: vecindex.Latest, Matches: -1}, nil, 30)
}

// Row numbers need not be dense for lists of rows to work.
func TestListedRowsFarApart(t *testing.T) {
	w := newWorld(t, 4, vecindex.Options{Metric: distance.L2})
	var rows []uint64
	for i := range 300 {
		row := w.rng.Uint64()
		w.insert("", row, w.vector(4))
		if i%3 == 0 {
			rows = append(rows, row, row+1)
		}
	}
	for _, n := range []int{0, 1, 7, len(rows)} {
		w.check(nil, w.vector(4), vecindex.SearchOptions{K: 5, At: vecindex.Latest, Rows: rows[:n], Matches: -1}, nil, 30)
	}
}

// Partitions with and without graphs, searched together: every row in the end, and the nearest
// ones first with hardly an exception.
func TestPartitionsTogether(t *testing.T) {
	const dim = 24
	w := newWorld(t, dim, vecindex.Options{Metric: distance.Cosine, GraphBytes: 400 * 32})
	sizes := map[string]int{"large": 2500, "middle": 900, "small": 50, "one": 1}
	row := uint64(0)
	for part, n := range sizes {
		for range n {
			w.insert(part, row, w.vector(dim))
			row++
		}
	}
	w.maintain()
	for range 300 {
		w.insert("large", row, w.vector(dim)) // a tail
		row++
	}
	opt := vecindex.SearchOptions{K: 10, Beam: 100, At: vecindex.Latest, Matches: -1}
	w.count(opt, w.vector(dim), int(row))
	found, graphs := 0, 0
	const queries = 50
	for i := range queries {
		parts := [][]string{nil, {"large", "small"}}[i%2]
		q := w.vector(dim)
		want := w.want(parts, q, opt, nil)
		hits, stats, err := w.index.Search(context.Background(), parts, q, opt)
		if err != nil {
			t.Fatal(err)
		}
		if stats.Mode == vecindex.ModeSweep {
			graphs++
		}
		for _, h := range hits {
			if h.Distance <= want[9].Distance {
				found++
			}
		}
	}
	if graphs != queries || found < queries*10*95/100 {
		t.Errorf("%d of %d found, %d searches used a graph", found, queries*10, graphs)
	}
}
