package vecindex_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"synapse/vecindex"
	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

// manyPartitions is an index of 150 partitions, none of which is large enough for a graph of its
// own. A tenth of the contents is in several of them, some vectors have no direction.
func manyPartitions(t testing.TB, rows int) (*world, *recall.Mixture) {
	w := newWorld(t, 24, vecindex.Options{Metric: distance.Cosine, GraphBytes: 400 * 32, M: 12, EfConstruction: 64})
	mix := recall.NewMixture(8, 24, 20)
	w.fill(mix, 0, rows)
	return w, mix
}

func partOf(row int) string { return fmt.Sprint("p", row%150) }

func (w *world) fill(mix *recall.Mixture, from, to int) {
	for i := from; i < to; i++ {
		vec, _ := mix.Next()
		switch {
		case i%97 == 0:
			clear(vec)
		case i%10 == 0 && i > 0:
			vec = w.modelVector(vec)
		}
		w.insert(partOf(i), uint64(i), vec)
	}
}

var everywhere = vecindex.SearchOptions{K: 10, At: vecindex.Latest, Matches: -1}

// wantMode searches all partitions once.
func (w *world) wantMode(q []float32, mode vecindex.Mode) {
	w.t.Helper()
	_, stats, err := w.index.Search(context.Background(), nil, q, everywhere)
	if err != nil {
		w.t.Fatal(err)
	}
	if stats.Mode != mode {
		w.t.Fatalf("mode %v (%s), want %v", stats.Mode, stats.Reason, mode)
	}
}

// exhaust takes all hits of a search and compares them with the model as sets.
func (w *world) exhaust(q []float32, opt vecindex.SearchOptions, accept func(row uint64) bool) {
	w.t.Helper()
	opt.Accept = rowFilter(accept)
	want := map[uint64]float64{}
	for _, h := range w.want(nil, q, opt, accept) {
		want[h.Row] = h.Distance
	}
	s, err := w.index.Open(context.Background(), nil, q, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	total := len(want)
	for n := 0; ; {
		hits, err := s.Next(opt.K)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, h := range hits {
			d, ok := want[h.Row]
			if !ok || d != h.Distance && d == d {
				w.t.Fatalf("row %d at %v: wanted %v at %v (stats %+v)", h.Row, h.Distance, ok, d, s.Stats())
			}
			delete(want, h.Row)
		}
		if n += len(hits); len(hits) < opt.K {
			if n != total {
				w.t.Fatalf("%d of %d rows found (stats %+v)", n, total, s.Stats())
			}
			return
		}
	}
}

func (w *world) recallEverywhere(mix *recall.Mixture, accept func(row uint64) bool) float64 {
	w.t.Helper()
	sum := 0.0
	const queries = 60
	for range queries {
		q, _ := mix.Next()
		opt := everywhere
		opt.Accept = rowFilter(accept)
		want := w.want(nil, q, opt, accept)
		hits, _, err := w.index.Search(context.Background(), nil, q, opt)
		if err != nil || len(hits) != opt.K {
			w.t.Fatal(len(hits), err)
		}
		for _, h := range hits {
			if h.Distance <= want[opt.K-1].Distance {
				sum++
			}
		}
	}
	return sum / float64(queries*everywhere.K)
}

// A query over all partitions gets one graph when it has asked for it, and no worse rows.
func TestOneGraphOverAllPartitions(t *testing.T) {
	const rows = 6000
	w, mix := manyPartitions(t, rows)
	w.maintain()
	q, _ := mix.Next()
	if n := w.index.GraphNodes(); n != 0 {
		t.Errorf("%d nodes before anybody asked", n)
	}
	w.wantMode(q, vecindex.ModeFlat)
	if !w.index.NeedsMaintenance() {
		t.Fatal("the query was not noticed")
	}
	w.maintain()
	w.wantMode(q, vecindex.ModeSweep)
	if n := w.index.GraphNodes(); n < rows*8/10 || n > rows*92/100 {
		t.Errorf("%d nodes for %d rows: contents are not shared", n, rows)
	}
	if r := w.recallEverywhere(mix, nil); r < recallFloor {
		t.Errorf("recall %.3f", r)
	}
	half := func(row uint64) bool { return row%2 == 0 }
	tenth := func(row uint64) bool { return row%10 == 1 }
	if r := w.recallEverywhere(mix, half); r < recallFloor {
		t.Errorf("recall %.3f where half matches", r)
	}
	if r := w.recallEverywhere(mix, tenth); r < recallFloor {
		t.Errorf("recall %.3f where a tenth matches", r)
	}
	for _, accept := range []func(uint64) bool{nil, half, tenth} {
		w.exhaust(q, everywhere, accept)
	}
	// A partition is searched as before.
	w.check([]string{"p7"}, q, everywhere, nil, 5)
	if err := w.index.Check(); err != nil {
		t.Fatal(err)
	}
}

// What comes, goes, moves and is pruned or erased beside the graph is right at every time.
func TestGraphOverAllPartitionsFollowsTheWriter(t *testing.T) {
	w, mix := manyPartitions(t, 3000)
	q, _ := mix.Next()
	w.wantMode(q, vecindex.ModeFlat)
	w.maintain()
	w.wantMode(q, vecindex.ModeSweep)
	first := w.clock
	next := 3000
	verify := func(what string) {
		t.Helper()
		if err := w.index.Check(); err != nil {
			t.Fatal(what, err)
		}
		for range 3 {
			q, _ := mix.Next()
			w.exhaust(q, everywhere, nil)
			opt := everywhere
			opt.At = first + (w.clock-first)/2
			w.exhaust(q, opt, func(row uint64) bool { return row%3 != 0 })
		}
	}
	for round := range 4 {
		w.fill(mix, next, next+500)
		for i := next - 1500; i < next; i += 3 {
			w.close(partOf(i), uint64(i))
			if i%2 == 0 { // it moves
				w.insert(partOf(i+1), uint64(i), w.modelVector(q))
			}
		}
		next += 500
		verify(fmt.Sprint("round ", round, " tail"))
		w.maintain()
		w.wantMode(q, vecindex.ModeSweep)
		verify(fmt.Sprint("round ", round))
		if round < 1 {
			continue
		}
		first = w.clock // nothing before it is asked for any more
		w.index.Prune(w.clock)
		verify("pruned")
		w.maintain()
		verify("pruned, maintained")
	}
	w.index.Erase("p7", []uint64{7, 157})
	kept := w.model[:0]
	for _, m := range w.model {
		if m.part != "p7" || m.row != 7 && m.row != 157 {
			kept = append(kept, m)
		}
	}
	w.model = kept
	verify("erased")
	w.wantMode(q, vecindex.ModeFlat)
	w.maintain()
	w.wantMode(q, vecindex.ModeSweep)
	verify("built again")
}

func TestGraphOverAllPartitionsIsSaved(t *testing.T) {
	w, mix := manyPartitions(t, 3000)
	q, _ := mix.Next()
	w.wantMode(q, vecindex.ModeFlat)
	w.maintain()
	var saved bytes.Buffer
	if err := w.index.SaveGraphs(&saved, "t"); err != nil {
		t.Fatal(err)
	}
	again := w.reinsert(t, nil)
	if loaded, err := again.index.LoadGraphs(bytes.NewReader(saved.Bytes()), "t"); err != nil || loaded != 1 {
		t.Fatalf("%d graphs loaded, %v", loaded, err)
	}
	again.wantMode(q, vecindex.ModeSweep)
	if r := again.recallEverywhere(mix, nil); r < recallFloor {
		t.Errorf("recall %.3f", r)
	}
	again.exhaust(q, everywhere, nil)
	again.fill(mix, 3000, 4500)
	again.exhaust(q, everywhere, nil)
	again.maintain()
	again.exhaust(q, everywhere, nil)
	if err := again.index.Check(); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(saved.Bytes())
	damaged[len(damaged)/2] ^= 1
	again = w.reinsert(t, nil)
	if _, err := again.index.LoadGraphs(bytes.NewReader(damaged), "t"); err == nil {
		t.Error("damage was not found")
	}
	again.wantMode(q, vecindex.ModeFlat)
	again.exhaust(q, everywhere, nil)
}
