package vecindex_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"synapse/vecindex"
	"synapse/vecindex/distance"
)

// world is an index beside the plainest model of it.
type world struct {
	t     testing.TB
	rng   *rand.Rand
	store *vecindex.Store
	index *vecindex.Index
	model []modelEntry
	clock int64
}

type modelEntry struct {
	part     string
	row      uint64
	vec      []float32
	from, to int64
}

func newWorld(t testing.TB, dim int, opt vecindex.Options) *world {
	t.Helper()
	store, err := vecindex.NewStore(dim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Free() })
	index, err := vecindex.NewIndex(store, opt)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, rng: rand.New(rand.NewPCG(1, 2)), store: store, index: index}
}

func (w *world) insert(part string, row uint64, vec []float32) {
	w.t.Helper()
	w.clock++
	id, err := w.store.Add(part, vec)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.index.Insert(part, id, row, w.clock); err != nil {
		w.t.Fatal(err)
	}
	w.store.Release(id) // the index alone keeps it
	w.model = append(w.model, modelEntry{part, row, slices.Clone(vec), w.clock, vecindex.Open})
}

func (w *world) close(part string, row uint64) {
	w.t.Helper()
	w.clock++
	if !w.index.Close(part, row, w.clock) {
		w.t.Fatalf("close of %q/%d found no open entry", part, row)
	}
	for i := range w.model {
		if m := &w.model[i]; m.part == part && m.row == row && m.to == vecindex.Open {
			m.to = w.clock
		}
	}
}

// want computes the answer from the model.
func (w *world) want(parts []string, q []float32, opt vecindex.SearchOptions, accept func(row uint64) bool) []vecindex.Hit {
	metric := opt.Metric
	if metric == 0 {
		metric = w.index.Options().Metric
	}
	var hits []vecindex.Hit
	for _, m := range w.model {
		if parts != nil && !slices.Contains(parts, m.part) || opt.At < m.from || opt.At >= m.to {
			continue
		}
		if accept != nil && !accept(m.row) || opt.Rows != nil && !slices.Contains(opt.Rows, m.row) {
			continue
		}
		hits = append(hits, vecindex.Hit{Row: m.row, Distance: distance.Exact(metric, q, m.vec)})
	}
	slices.SortFunc(hits, func(a, b vecindex.Hit) int {
		switch {
		case math.IsNaN(a.Distance) && !math.IsNaN(b.Distance), a.Distance > b.Distance:
			return 1
		case math.IsNaN(b.Distance) && !math.IsNaN(a.Distance), a.Distance < b.Distance:
			return -1
		case a.Row > b.Row:
			return 1
		}
		return -1
	})
	return hits
}

func rowFilter(accept func(row uint64) bool) vecindex.AcceptFunc {
	if accept == nil {
		return nil
	}
	return func(_ uint32, rows []uint64) (mask uint64) {
		for i, row := range rows {
			if accept(row) {
				mask |= 1 << i
			}
		}
		return mask
	}
}

// check compares a search, taken in batches of k, with the model.
func (w *world) check(parts []string, q []float32, opt vecindex.SearchOptions, accept func(row uint64) bool, batches int) {
	w.t.Helper()
	opt.Accept = rowFilter(accept)
	want := w.want(parts, q, opt, accept)
	s, err := w.index.Open(context.Background(), parts, q, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	for range batches {
		got, err := s.Next(opt.K)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(got) != min(opt.K, len(want)) {
			w.t.Fatalf("%d hits, want %d of %d (stats %+v)", len(got), min(opt.K, len(want)), len(want), s.Stats())
		}
		for i := range got {
			same := got[i].Distance == want[i].Distance || math.IsNaN(got[i].Distance) && math.IsNaN(want[i].Distance)
			if got[i].Row != want[i].Row || !same {
				w.t.Fatalf("hit %d is row %d at %v, want row %d at %v (stats %+v)",
					i, got[i].Row, got[i].Distance, want[i].Row, want[i].Distance, s.Stats())
			}
		}
		want = want[len(got):]
	}
}

func (w *world) vector(dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(w.rng.NormFloat64())
	}
	return v
}

var metrics = []distance.Metric{distance.L2, distance.InnerProduct, distance.Cosine, distance.L1}

// Every exact mode gives the model's rows, distances and order, at every time, in every batch.
func TestExactSearchEqualsModel(t *testing.T) {
	for _, metric := range metrics {
		t.Run(metric.String(), func(t *testing.T) {
			const dim = 19
			w := newWorld(t, dim, vecindex.Options{Metric: metric, GraphBytes: -1})
			parts := []string{"a", "b", ""}
			live := map[uint64]string{}
			var rows []uint64
			for row := uint64(0); row < 1500; row++ {
				part := parts[w.rng.IntN(len(parts))]
				vec := w.vector(dim)
				switch w.rng.IntN(20) {
				case 0:
					clear(vec)
				case 1:
					vec = slices.Clone(w.modelVector(vec))
				case 2:
					for i := range vec {
						vec[i] *= 1e20
					}
				}
				w.insert(part, row, vec)
				live[row] = part
				rows = append(rows, row)
				if w.rng.IntN(3) == 0 {
					victim := rows[w.rng.IntN(len(rows))]
					if part, ok := live[victim]; ok {
						w.close(part, victim)
						if w.rng.IntN(2) == 0 {
							w.insert(part, victim, w.vector(dim))
						} else {
							delete(live, victim)
						}
					}
				}
			}
			if err := w.index.Check(); err != nil {
				t.Fatal(err)
			}
			for range 60 {
				q := w.vector(dim)
				if w.rng.IntN(10) == 0 {
					clear(q)
				}
				opt := vecindex.SearchOptions{K: 1 + w.rng.IntN(30), At: vecindex.Latest, Matches: -1}
				if w.rng.IntN(2) == 0 {
					opt.At = w.rng.Int64N(w.clock + 1)
				}
				var accept func(uint64) bool
				if w.rng.IntN(2) == 0 {
					accept = func(row uint64) bool { return row%7 < 3 }
				}
				if w.rng.IntN(3) == 0 {
					opt.Rows = rows[:w.rng.IntN(400)]
				}
				in := [][]string{nil, {"a"}, {"a", "b", "a", "none"}}[w.rng.IntN(3)]
				w.check(in, q, opt, accept, 8)
			}
		})
	}
}

func (w *world) modelVector(otherwise []float32) []float32 {
	if len(w.model) == 0 {
		return otherwise
	}
	return w.model[w.rng.IntN(len(w.model))].vec
}
