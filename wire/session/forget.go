package session

import (
	"context"
	"sync"
	"time"

	"synapse/catalog"
	"synapse/catalog/memory"
	"synapse/catalog/types"
	"synapse/exec/recall"
	"synapse/storage"
)

// Bounds of what forgetting takes from the machine.
const (
	forgetEvery = time.Second
	// forgetRest: after a round forgetting rests this many times as long as it took.
	forgetRest = 16
	// forgetBatch is how many entries one transaction evicts in the background.
	forgetBatch = 1000
	// touchesMax is how many entries' recalls wait in memory to be stored; what is
	// recalled beyond them before the next round is not counted.
	touchesMax = 100_000
)

// touches counts what recalls returned, until it is stored. Safe for concurrent use.
type touches struct {
	mu sync.Mutex // guards ns and n
	ns map[string]map[string]touch
	n  int
}

// touch is how often an entry was recalled, and when last (µs since 2000).
type touch struct{ count, last int64 }

func (t *touches) add(hits []recall.Hit, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range hits {
		ns, id := hits[i].Entry.NS.Str(), hits[i].Entry.ID.Str()
		have, known := t.ns[ns][id]
		if !known {
			if t.n >= touchesMax {
				continue
			}
			if t.ns == nil {
				t.ns = map[string]map[string]touch{}
			}
			if t.ns[ns] == nil {
				t.ns[ns] = map[string]touch{}
			}
			t.n++
		}
		t.ns[ns][id] = touch{have.count + 1, max(have.last, at)}
	}
}

// take removes and returns what waits of a namespace.
func (t *touches) take(ns string) map[string]touch {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.ns[ns]
	delete(t.ns, ns)
	t.n -= len(out)
	return out
}

// clear drops what no policy asks for.
func (t *touches) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ns, t.n = nil, 0
}

// FlushTouches implements memory.Host.
func (h *host) FlushTouches(ns string) error {
	waiting := h.s.engine.touches.take(ns)
	if len(waiting) == 0 {
		return nil
	}
	var ids, counts, times []types.Value
	for id, t := range waiting {
		ids, counts, times = append(ids, types.NewString(id)), append(counts, types.NewInt(t.count)), append(times, types.NewInt(t.last))
	}
	return h.Run("recalled", 0, []types.Value{
		types.NewString(ns), types.NewArray(types.UUID, ids).Encode(), types.NewArray(types.Int8, counts).Encode(),
		types.NewArray(types.Timestamptz, times).Encode(),
	}, nil)
}

// Information implements memory.Host.
func (h *host) Information(ns, content string, version int64) (float64, error) {
	c := h.s.catalog()
	t, _ := c.Relation("memory", "entries").(*catalog.Table)
	if t == nil {
		return 0, nil
	}
	at := storage.Timestamp(version)
	if at == storage.Pending {
		at = h.s.engine.Store.Watermark()
	}
	for _, ix := range c.Indexes(t.ID) {
		if ix.Method == catalog.BM25 {
			terms := h.s.engine.Tokenize(ix.Options, content)
			return h.s.engine.Store.Information(t, ix, []types.Value{types.NewString(ns)}, terms, at), nil
		}
	}
	return 0, nil
}

// forget keeps namespaces within their budgets until ctx ends.
func (e *Engine) forget(ctx context.Context) {
	wait := forgetEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		begin := time.Now()
		if err := e.forgetRound(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("forgetting", "error", err)
		}
		wait = max(forgetEvery, forgetRest*time.Since(begin))
	}
}

// forgetRound looks at every namespace with a budget or a time to live. Rounds in
// which nothing can have become too much cost one look.
func (e *Engine) forgetRound(ctx context.Context) error {
	s := e.newInternal()
	defer s.abortBlock()
	type bounded struct {
		ns      string
		touches bool
	}
	var list []bounded
	err := s.internal(ctx, func(h *host) error {
		return h.Run("bounded", 0, nil, func(row []types.Value) error {
			list = append(list, bounded{row[0].Str(), row[1].Bool()})
			return nil
		})
	})
	if err != nil {
		return err
	}
	counted := false
	for _, b := range list {
		counted = counted || b.touches
		for more := true; more && ctx.Err() == nil; {
			err := s.internal(ctx, func(h *host) error {
				n, err := memory.Evict(h, b.ns, forgetBatch)
				more = n == forgetBatch
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if !counted {
		e.touches.clear()
	}
	return nil
}

// ForgetNow does at once what the background does every so often: for tests and tools.
func (e *Engine) ForgetNow(ctx context.Context) error { return e.forgetRound(ctx) }
