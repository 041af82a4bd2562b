package hnsw_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"synapse/vecindex/distance"
	"synapse/vecindex/hnsw"
	"synapse/vecindex/recall"
	"synapse/vecindex/slab"
)

func passIf(ok func(entry uint32) bool) func([]uint32, []bool) {
	return func(entries []uint32, pass []bool) {
		for i, e := range entries {
			pass[i] = ok(e)
		}
	}
}

func everything(uint32) bool { return true }

// build makes a graph over a mixture; entry numbers are 10 times the node's.
func build(t *testing.T, n, dim int, opt hnsw.Options) (*hnsw.Graph, *slab.Store, *recall.Mixture) {
	t.Helper()
	store, err := slab.New(dim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Free() })
	g := hnsw.New(store, opt)
	mix := recall.NewMixture(6, dim, 50)
	for i := range n {
		vec, _ := mix.Next()
		id, err := store.Add("", vec)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Add(id, uint32(10*i)); err != nil {
			t.Fatal(err)
		}
	}
	return g, store, mix
}

func TestGraphIsSoundAndConnected(t *testing.T) {
	const n = 3000
	for _, c := range []struct {
		opt         hnsw.Options
		unreachable int // at most
	}{
		{hnsw.Options{Metric: distance.Cosine, M: 16, EfConstruction: 100}, n / 1000},
		{hnsw.Options{Metric: distance.L1, M: 16, EfConstruction: 100}, n / 1000},
		{hnsw.Options{Metric: distance.L2, M: 4, EfConstruction: 20}, n / 100},
		{hnsw.Options{Metric: distance.InnerProduct, M: 2, EfConstruction: 4}, n},
	} {
		opt := c.opt
		g, _, _ := build(t, n, 32, opt)
		unreachable, err := g.Check()
		if err != nil {
			t.Fatal(err)
		}
		if unreachable > c.unreachable {
			t.Errorf("%+v: %d of %d nodes cannot be reached", opt, unreachable, n)
		}
		if g.Len() != n || g.Entry(7) != 70 {
			t.Errorf("%+v: %d nodes, entry %d", opt, g.Len(), g.Entry(7))
		}
	}
}

// The same vectors in the same order give the same graph, byte for byte.
func TestBuildIsDeterministic(t *testing.T) {
	opt := hnsw.Options{Metric: distance.L2, M: 8, EfConstruction: 40}
	var saved [2]bytes.Buffer
	for i := range saved {
		g, _, _ := build(t, 1500, 20, opt)
		if err := g.Save(&saved[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(saved[0].Bytes(), saved[1].Bytes()) {
		t.Fatal("two builds differ")
	}
}

// Batches of a walk go on where the last one ended: no node twice, and together nearly all
// that pass, in both kinds of walk.
func TestWalkGoesOn(t *testing.T) {
	const n = 2000
	g, _, mix := build(t, n, 24, hnsw.Options{Metric: distance.Cosine, M: 12, EfConstruction: 60})
	rng := rand.New(rand.NewPCG(1, 1))
	for _, bridge := range []bool{false, true} {
		for _, share := range []float64{1, 0.3, 0.05} {
			passes := map[uint32]bool{}
			for i := range n {
				if rng.Float64() < share {
					passes[uint32(10*i)] = true
				}
			}
			q, _ := mix.Next()
			w := g.Walk(hnsw.Request{
				Query: slab.NewQuery(q), Nodes: n, Bridge: bridge,
				Pass: passIf(func(entry uint32) bool { return passes[entry] }),
			})
			found := map[uint32]bool{}
			for done := false; !done; {
				var batch []uint32
				batch, done = w.Next(nil, 16, 1<<30)
				if len(batch) > 16 {
					t.Fatalf("a batch of %d", len(batch))
				}
				for _, e := range batch {
					if found[e] || !passes[e] {
						t.Fatalf("bridge %v, share %v: entry %d again or not passing", bridge, share, e)
					}
					found[e] = true
				}
			}
			w.Close()
			if len(found) < len(passes)*99/100 {
				t.Errorf("bridge %v, share %v: %d of %d found", bridge, share, len(found), len(passes))
			}
		}
	}
}

// A walk sees only the nodes that were there for its caller, and stops at its limit.
func TestWalkKeepsToItsBounds(t *testing.T) {
	g, _, mix := build(t, 2000, 24, hnsw.Options{Metric: distance.Cosine, M: 12, EfConstruction: 60})
	q, _ := mix.Next()
	for _, nodes := range []uint32{1, 2, 50, 1999} {
		w := g.Walk(hnsw.Request{Query: slab.NewQuery(q), Nodes: nodes, Pass: passIf(everything)})
		batch, _ := w.Next(nil, 100, 1<<30)
		if len(batch) == 0 || slices.Max(batch) >= 10*nodes {
			t.Errorf("of %d nodes: %v", nodes, batch)
		}
		w.Close()
	}
	w := g.Walk(hnsw.Request{Query: slab.NewQuery(q), Nodes: 2000, Pass: passIf(func(uint32) bool { return false })})
	defer w.Close()
	if batch, done := w.Next(nil, 10, 200); len(batch) > 0 || done || w.Measured() < 200 || w.Measured() > 300 {
		t.Errorf("limit 200: %d found, done %v, %d measured", len(batch), done, w.Measured())
	}
}
