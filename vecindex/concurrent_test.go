package vecindex_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"synapse/vecindex"
	"synapse/vecindex/distance"
)

// history is what a writer did, for readers to check against: the live rows at each moment.
type history struct {
	mu        sync.RWMutex
	live      []int       // live rows after commit t
	vecs      [][]float32 // by row
	published atomic.Int64
	oldest    map[int]int64 // time that each reader looks at
	searches  atomic.Int64
	walks     atomic.Int64 // searches that used a graph
}

// lookAt pins the present for a reader, so that pruning spares it.
func (h *history) lookAt(reader int) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.published.Load()
	h.oldest[reader] = t
	return t
}

// horizon is the time before which nobody looks.
func (h *history) horizon() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.published.Load()
	for _, o := range h.oldest {
		t = min(t, o)
	}
	return t
}

// One writer inserts, closes, prunes and erases; readers search at the published time and the
// background builds graphs, all at once. Every answer has min(k, live) rows, each visible and
// at its true distance.
func TestSearchBesideWriterAndBuilder(t *testing.T) {
	besideWriterAndBuilder(t, 5000, func(uint64) string { return "" })
}

// The same over many partitions, for which there is one graph.
func TestSearchOverAllPartitionsBesideWriterAndBuilder(t *testing.T) {
	besideWriterAndBuilder(t, 4000, func(row uint64) string { return strconv.Itoa(int(row % 60)) })
}

func besideWriterAndBuilder(t *testing.T, commits int, part func(row uint64) string) {
	const dim, readers = 16, 2
	w := newWorld(t, dim, vecindex.Options{Metric: distance.L2, GraphBytes: 300 * 32, M: 8, EfConstruction: 32})
	h := &history{live: []int{0}, oldest: map[int]int64{}}
	var done atomic.Bool
	var group sync.WaitGroup
	for r := range readers {
		group.Go(func() {
			rng := rand.New(rand.NewPCG(9, uint64(r)))
			for !done.Load() && !t.Failed() {
				readOnce(t, w, h, r, rng)
			}
		})
	}
	group.Go(func() {
		for !done.Load() {
			if err := w.index.Maintain(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	write(t, w, h, commits, part)
	// The builder may have had no time yet: the graph is there in the end, and readers walk it.
	for end := time.Now().Add(time.Minute); h.walks.Load() == 0 && !t.Failed() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	done.Store(true)
	group.Wait()
	w.index.Reclaim()
	if err := w.index.Check(); err != nil {
		t.Error(err)
	}
	if h.walks.Load() == 0 {
		t.Error("no search used a graph")
	}
	t.Logf("%d searches, %d through graphs", h.searches.Load(), h.walks.Load())
}

func write(t *testing.T, w *world, h *history, commits int, part func(row uint64) string) {
	rng := rand.New(rand.NewPCG(3, 3))
	var open []uint64
	for at := int64(1); at <= int64(commits) && !t.Failed(); at++ {
		if len(open) > 100 && rng.IntN(3) == 0 {
			i := rng.IntN(len(open))
			if !w.index.Close(part(open[i]), open[i], at) {
				t.Errorf("row %d was not open", open[i])
			}
			open[i] = open[len(open)-1]
			open = open[:len(open)-1]
		} else {
			vec := make([]float32, dimOf(w))
			for i := range vec {
				vec[i] = float32(rng.NormFloat64())
			}
			if rng.IntN(4) == 0 {
				for i := range vec {
					vec[i] = float32(i % 3)
				}
			}
			row := uint64(len(h.vecs))
			id, err := w.store.Add(part(row), vec)
			if err != nil {
				t.Error(err)
				return
			}
			if err := w.index.Insert(part(row), id, row, at); err != nil {
				t.Error(err)
			}
			w.store.Release(id)
			h.mu.Lock()
			h.vecs = append(h.vecs, vec)
			h.mu.Unlock()
			open = append(open, row)
		}
		h.mu.Lock()
		h.live = append(h.live, len(open))
		h.published.Store(at)
		h.mu.Unlock()
		// The writer is faster than everybody: let the others have a look at each stage.
		for seen := h.searches.Load(); at%20 == 0 && h.searches.Load() == seen && !t.Failed(); {
			runtime.Gosched()
		}
		if at%500 == 0 {
			w.index.Prune(h.horizon())
		}
	}
}

func dimOf(w *world) int { return w.store.Dim() }

func readOnce(t *testing.T, w *world, h *history, reader int, rng *rand.Rand) {
	at := h.lookAt(reader)
	q := make([]float32, dimOf(w))
	for i := range q {
		q[i] = float32(rng.NormFloat64())
	}
	k := 1 + rng.IntN(20)
	opt := vecindex.SearchOptions{K: k, At: at, Matches: -1}
	if rng.IntN(2) == 0 {
		opt.Accept = func(_ uint32, rows []uint64) uint64 { return 1<<len(rows) - 1 }
	}
	s, err := w.index.Open(context.Background(), nil, q, opt)
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	hits, err := s.Next(k)
	if err != nil {
		t.Error(err)
		return
	}
	h.searches.Add(1)
	if mode := s.Stats().Mode; mode == vecindex.ModeSweep || mode == vecindex.ModeBridge {
		h.walks.Add(1)
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	if len(hits) != min(k, h.live[at]) {
		t.Errorf("at %d: %d hits, want %d of %d (%+v)", at, len(hits), min(k, h.live[at]), h.live[at], s.Stats())
	}
	for _, hit := range hits {
		if want := distance.Exact(distance.L2, q, h.vecs[hit.Row]); hit.Distance != want {
			t.Errorf("at %d: row %d at %v, want %v", at, hit.Row, hit.Distance, want)
		}
	}
}
