package session

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"synapse/catalog/types"
	"synapse/exec/recall"
	"synapse/planner"
	"synapse/storage"
	"synapse/storage/lineage"
)

// Recorder takes finished statements for lineage; it must not block on the disk.
type Recorder interface {
	Record(r *lineage.Record)
	// Sync returns once everything recorded so far is on disk.
	Sync(ctx context.Context) error
}

// Embedder turns text into vectors of one model. Safe for concurrent use.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
	Model() string
	Dimensions() int
}

// Options of an Engine.
type Options struct {
	Store    *storage.Store
	Planner  *planner.Planner
	Recorder Recorder
	Embedder Embedder
	Reranker recall.Reranker // nil: none
	Log      *slog.Logger
	// Statistics are the live sources of virtual relations beyond the engine's own.
	Statistics map[string]func(yield func(row []types.Value) error) error
	Durability string
	// Tokenize splits text as BM25 indexes do.
	Tokenize func(options map[string]string, text string) []string
	Tracing  *Tracing // nil: no spans
	// OnRecall is told of every recall of a namespace: how long it took and what it returned. Set
	// before the first session; may be nil.
	OnRecall func(ns string, took time.Duration, hits int)
	// OnEvict is told how many entries a namespace's policy of forgetting removed.
	OnEvict func(ns string, entries int)
	// OnCache is told of every question to a namespace's answer cache.
	OnCache func(ns string, hit bool)
}

// Engine is what all sessions of a server share. Safe for concurrent use.
type Engine struct {
	Options
	hub     *hub
	prints  fingerprints
	started time.Time

	mu       sync.Mutex // guards sessions
	sessions map[int32]*Session

	Statements atomic.Int64 // executed since the start
	Errors     atomic.Int64
	opened     atomic.Int64

	touches    touches
	background context.CancelFunc // ends the background work
	stopped    sync.WaitGroup
}

// NewEngine makes an engine over an open store.
func NewEngine(o Options) *Engine {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Engine{Options: o, hub: newHub(), started: time.Now(), sessions: map[int32]*Session{}, background: func() {}}
}

// startBackground begins what runs beside the sessions, until Close.
func (e *Engine) startBackground() {
	ctx, cancel := context.WithCancel(context.Background())
	e.background = cancel
	e.stopped.Go(func() { e.forget(ctx) })
}

// Sessions returns how many sessions are open.
func (e *Engine) Sessions() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.sessions)
}
