package storage

import (
	"context"
	"time"
)

// maintainEvery is the time between looks at the vector indexes.
const maintainEvery = time.Second

// maintain builds, extends and saves the graphs of vector indexes in the background;
// what they do not cover yet is found by scanning.
func (s *Store) maintain(ctx context.Context) {
	tick := time.NewTicker(maintainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, x := range s.vectorIndexes() {
			if err := x.vector.Maintain(ctx); err != nil && ctx.Err() == nil {
				s.options.Log.Error("vector index", "index", x.def.Name, "error", err)
			}
		}
		s.saveGraphs(ctx, false)
	}
}

// MaintainNow does at once what the background does every so often: for tests and tools.
func (s *Store) MaintainNow(ctx context.Context) error {
	for _, x := range s.vectorIndexes() {
		if err := x.vector.Maintain(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) vectorIndexes() []*tableIndex {
	var out []*tableIndex
	for _, t := range s.allTables() {
		t.mu.RLock()
		for _, x := range t.indexes {
			if x.vector != nil {
				out = append(out, x)
			}
		}
		t.mu.RUnlock()
	}
	return out
}
