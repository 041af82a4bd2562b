package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"synapse/catalog"
	"synapse/catalog/memory"
	"synapse/catalog/pgcatalog"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/analysis"
	"synapse/exec/recall"
	"synapse/planner"
	"synapse/storage"
	"synapse/storage/lineage"
)

// Config says which engine to open.
type Config struct {
	Dir        string
	Durability string // "durable" or "relaxed"
	Clock      storage.Clock
	Embedder   Embedder
	Reranker   recall.Reranker // nil: none
	Tracing    *Tracing        // nil: no spans
	Log        *slog.Logger
	// MemoryBytes is the budget of the whole process, 0 = none.
	MemoryBytes int64
	// OnFatal is told when the commit log cannot be written any more: the process should end.
	OnFatal func(error)
}

// OpenEngine opens the data directory with everything that storage needs
// injected, makes the memory schema in a new one, and starts the lineage recorder.
func OpenEngine(ctx context.Context, c Config) (*Engine, error) {
	pl := planner.New()
	o := storage.Options{
		Clock: c.Clock, Log: c.Log, OnFatal: c.OnFatal, MemoryBytes: c.MemoryBytes,
		Hooks: storage.Hooks{
			CompileIndex: func(cat *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (storage.IndexEval, error) {
				keys, predicate, err := pl.IndexExprs(cat, t, ix)
				if err != nil {
					return nil, err
				}
				if predicate != nil {
					return exec.CompileIndex(keys, predicate, indexHost(pl, cat, append(keys[:len(keys):len(keys)], predicate)))
				}
				return exec.CompileIndex(keys, nil, indexHost(pl, cat, keys))
			},
			CompileExclusion: func(cat *catalog.Catalog, _ *catalog.Table, ix *catalog.Index) (storage.ExclusionTest, error) {
				tests, err := pl.ExclusionExprs(cat, ix)
				if err != nil {
					return nil, err
				}
				return exec.CompileExclusion(tests)
			},
			Tokenize:  analysis.Terms,
			Virtuals:  virtuals(),
			Bootstrap: catalog.Bootstrap,
		},
	}
	if c.Durability == "relaxed" {
		o.Durability = storage.Relaxed
	}
	store, err := storage.Open(ctx, c.Dir, o)
	if err != nil {
		return nil, err
	}
	pl.UseSizes(sizes{store})
	rec, err := lineage.Open(lineage.Options{Dir: c.Dir, Log: c.Log, Shard: store.ShardOf})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	e := NewEngine(Options{
		Store: store, Planner: pl, Recorder: rec, Embedder: c.Embedder, Reranker: c.Reranker, Tracing: c.Tracing, Log: c.Log,
		Durability: c.Durability,
		Tokenize:   analysis.Terms,
		Statistics: map[string]func(yield func(row []types.Value) error) error{
			"lineage": rec.Rows, "lineage_hits": rec.HitRows,
		},
	})
	if err := e.installMemory(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("making the memory schema: %w", err), e.Close())
	}
	e.startBackground()
	return e, nil
}

// sizes tells the optimizer how large tables are.
type sizes struct{ store *storage.Store }

func (s sizes) Rows(t *catalog.Table) (rows int, known bool) {
	if t.Virtual {
		return 0, false
	}
	return s.store.Sizes(t.ID, 0).Rows, true
}

func virtuals() *catalog.Virtuals {
	tables := append(pgcatalog.Tables(), memory.Tables()...)
	return catalog.NewVirtuals(catalog.VirtualSchemaName, tables...)
}

// Close ends the background work, flushes lineage and closes the store.
func (e *Engine) Close() error {
	e.background()
	e.stopped.Wait()
	var first error
	if c, ok := e.Recorder.(interface{ Close() error }); ok {
		first = c.Close()
	}
	if err := e.Store.Close(); first == nil {
		first = err
	}
	return first
}
