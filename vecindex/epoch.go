package vecindex

import "sync"

// epochs tells when nobody can still hold what was replaced: a searcher enters the current
// epoch and leaves it; what is retired in an epoch is released once that epoch and all
// before it are empty.
type epochs struct {
	mu      sync.Mutex // guards all fields; held for a few instructions
	current uint64
	active  map[uint64]int // epoch → searchers in it
	limbo   []retired
}

type retired struct {
	epoch uint64
	vecs  []uint32
}

// enter returns the epoch to hand to leave.
func (e *epochs) enter() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active == nil {
		e.active = map[uint64]int{}
	}
	e.active[e.current]++
	return e.current
}

// join enters an epoch that somebody is in; ok is false if nobody is.
func (e *epochs) join(epoch uint64) (same uint64, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active[epoch] == 0 {
		return 0, false
	}
	e.active[epoch]++
	return epoch, true
}

func (e *epochs) leave(epoch uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.active[epoch]--; e.active[epoch] == 0 {
		delete(e.active, epoch)
	}
}

// retire keeps vecs until every searcher of today is gone.
func (e *epochs) retire(vecs []uint32) {
	if len(vecs) == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.limbo = append(e.limbo, retired{e.current, vecs})
	e.current++
}

// releasable takes out what no searcher can know; all: nothing is left behind.
func (e *epochs) releasable() (vecs []uint32, all bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	oldest := e.current
	for epoch := range e.active {
		oldest = min(oldest, epoch)
	}
	var out []uint32
	kept := e.limbo[:0]
	for _, r := range e.limbo {
		if r.epoch < oldest {
			out = append(out, r.vecs...)
		} else {
			kept = append(kept, r)
		}
	}
	e.limbo = kept
	return out, len(kept) == 0
}
