package vecindex_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"synapse/vecindex"
	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

// savedWorld is an index with two graphs and their saved form.
func savedWorld(t *testing.T) (w *world, saved []byte) {
	w = newWorld(t, 24, graphOptions(distance.Cosine))
	mix := recall.NewMixture(8, 24, 20)
	for i := range 3000 {
		vec, _ := mix.Next()
		if i%50 == 0 {
			clear(vec)
		}
		w.insert([]string{"a", "b"}[i%2], uint64(i), vec)
	}
	w.maintain()
	var buf bytes.Buffer
	if err := w.index.SaveGraphs(&buf, "snapshot 7"); err != nil {
		t.Fatal(err)
	}
	return w, buf.Bytes()
}

// reinsert makes an index with the same entries in another order, as a restart does.
func (w *world) reinsert(t testing.TB, skip func(row uint64) bool) *world {
	t.Helper()
	other := newWorld(t, w.store.Dim(), w.index.Options())
	for _, i := range w.rng.Perm(len(w.model)) {
		if m := w.model[i]; skip == nil || !skip(m.row) {
			other.insert(m.part, m.row, m.vec)
		}
	}
	return other
}

func (w *world) graphRecall(queries int) float64 {
	w.t.Helper()
	mix := recall.NewMixture(8, w.store.Dim(), 20)
	sum := 0.0
	for range queries {
		q, _ := mix.Next()
		opt := vecindex.SearchOptions{K: 10, At: vecindex.Latest, Matches: -1}
		want := w.want([]string{"a"}, q, opt, nil)
		hits, stats, err := w.index.Search(context.Background(), []string{"a"}, q, opt)
		if err != nil {
			w.t.Fatal(err)
		}
		if stats.Mode != vecindex.ModeSweep {
			w.t.Fatalf("mode %v: %s", stats.Mode, stats.Reason)
		}
		for _, h := range hits {
			if h.Distance <= want[9].Distance {
				sum++
			}
		}
	}
	return sum / float64(10*queries)
}

func TestSavedGraphsServeAfterRestart(t *testing.T) {
	w, saved := savedWorld(t)
	before := w.graphRecall(50)
	restarted := w.reinsert(t, nil)
	loaded, err := restarted.index.LoadGraphs(bytes.NewReader(saved), "snapshot 7")
	if err != nil || loaded != 2 {
		t.Fatalf("%d graphs loaded, %v", loaded, err)
	}
	if after := restarted.graphRecall(50); after < before-0.01 || after < recallFloor {
		t.Errorf("recall %.3f after loading, %.3f before", after, before)
	}
	opt := vecindex.SearchOptions{K: 20, At: vecindex.Latest, Matches: -1}
	restarted.count(opt, restarted.vector(24), 3000)

	// The log's tail comes after the snapshot; the graph takes it in like any other.
	for i := range 2000 {
		restarted.insert("a", uint64(10000+i), restarted.vector(24))
	}
	restarted.maintain()
	restarted.count(opt, restarted.vector(24), 5000)
	if err := restarted.index.Check(); err != nil {
		t.Fatal(err)
	}
}

func TestUnfitSavedGraphsAreRefused(t *testing.T) {
	w, saved := savedWorld(t)
	refused := func(name string, data []byte, tag string, into *world) {
		t.Helper()
		if _, err := into.index.LoadGraphs(bytes.NewReader(data), tag); !errors.Is(err, vecindex.ErrSaved) {
			t.Errorf("%s: %v", name, err)
		}
		opt := vecindex.SearchOptions{K: 50, At: vecindex.Latest, Matches: -1}
		into.count(opt, into.vector(24), len(into.model))
	}
	restarted := w.reinsert(t, nil)
	refused("other tag", saved, "snapshot 8", restarted)
	for size := 0; size < len(saved); size += 1 + len(saved)/50 {
		refused("cut short", saved[:size], "snapshot 7", restarted)
	}
	for at := 0; at < len(saved)-1; at += 1 + len(saved)/300 {
		damaged := bytes.Clone(saved)
		damaged[at] ^= 0x41
		refused("damaged", damaged, "snapshot 7", restarted)
	}
	refused("vector gone", saved, "snapshot 7", w.reinsert(t, func(row uint64) bool { return row == 3 || row == 4 }))
}

// Bytes from a damaged disk give an error, never a panic, and never a graph that loses rows.
func FuzzLoadGraphs(f *testing.F) {
	w := newWorld(f, 4, graphOptions(distance.L2))
	for i := range 60 {
		w.insert("p", uint64(i), w.vector(4))
	}
	w.maintain()
	var saved bytes.Buffer
	if err := w.index.SaveGraphs(&saved, "t"); err != nil {
		f.Fatal(err)
	}
	f.Add(saved.Bytes(), uint16(0), byte(0))
	f.Add(saved.Bytes(), uint16(70), byte(0xff))
	f.Fuzz(func(t *testing.T, data []byte, at uint16, flip byte) {
		if len(data) > 0 {
			data = bytes.Clone(data)
			data[int(at)%len(data)] ^= flip
		}
		into := w.reinsert(t, nil)
		_, _ = into.index.LoadGraphs(bytes.NewReader(data), "t")
		if err := into.index.Check(); err != nil {
			t.Fatal(err)
		}
		into.count(vecindex.SearchOptions{K: 2, At: vecindex.Latest, Matches: -1}, make([]float32, 4), 60)
	})
}

// One content under several vector ids of a partition: none of its rows is lost by loading.
func TestEqualVectorsOfSeveralGroupsAreLoaded(t *testing.T) {
	w := newWorld(t, 8, graphOptions(distance.L2))
	fill := func(w *world) {
		for i := range 800 {
			v := make([]float32, 8)
			v[0], v[1] = float32(i/4), 1
			id, err := w.store.Add([]string{"g", "h"}[i%2], v)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.index.Insert("p", id, uint64(i), 0); err != nil {
				t.Fatal(err)
			}
			w.store.Release(id)
		}
	}
	fill(w)
	w.maintain()
	var saved bytes.Buffer
	if err := w.index.SaveGraphs(&saved, "t"); err != nil {
		t.Fatal(err)
	}
	again := newWorld(t, 8, w.index.Options())
	fill(again)
	if loaded, err := again.index.LoadGraphs(&saved, "t"); err != nil || loaded != 1 {
		t.Fatalf("%d graphs loaded, %v", loaded, err)
	}
	if n := again.index.GraphNodes(); n != 400 {
		t.Errorf("%d nodes", n)
	}
	again.count(vecindex.SearchOptions{K: 800, At: vecindex.Latest, Matches: -1}, make([]float32, 8), 800)
}

// A build that was interrupted goes on where it was saved.
func TestUnfinishedGraphIsSavedAndGoesOn(t *testing.T) {
	w := newWorld(t, 24, graphOptions(distance.Cosine))
	for i := range 1000 {
		w.insert("a", uint64(i), w.vector(24))
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if err := w.index.Maintain(stopped); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	begun := w.index.GraphNodes()
	if begun == 0 || begun == 1000 {
		t.Fatalf("%d nodes", begun)
	}
	var saved bytes.Buffer
	if err := w.index.SaveGraphs(&saved, "t"); err != nil {
		t.Fatal(err)
	}
	again := w.reinsert(t, nil)
	if _, err := again.index.LoadGraphs(&saved, "t"); err != nil {
		t.Fatal(err)
	}
	if n := again.index.GraphNodes(); n != begun {
		t.Errorf("%d nodes loaded, %d saved", n, begun)
	}
	again.count(vecindex.SearchOptions{K: 20, At: vecindex.Latest, Matches: -1}, again.vector(24), 1000)
	again.maintain()
	if n := again.index.GraphNodes(); n != 1000 {
		t.Errorf("%d nodes after going on", n)
	}
	if err := again.index.Check(); err != nil {
		t.Fatal(err)
	}
}
