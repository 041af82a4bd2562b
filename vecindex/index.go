package vecindex

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"synapse/vecindex/distance"
	"synapse/vecindex/slab"
)

// Store holds the vectors of one column; see package slab.
type Store = slab.Store

// NewStore returns an empty store for vectors of dim dimensions, 1 to slab.DimMax.
func NewStore(dim int) (*Store, error) { return slab.New(dim) }

// MemoryBytes is the memory of all stores of the process outside the Go heap.
func MemoryBytes() int64 { return slab.MemoryBytes() }

// Errors of this package; those of the store are slab.ErrDim and slab.ErrFull.
var (
	ErrDim    = slab.ErrDim
	ErrFull   = slab.ErrFull
	ErrMetric = errors.New("vecindex: unknown metric")
	ErrOption = errors.New("vecindex: option out of range")
)

// Ranges of the graph's options, as pgvector has them.
const (
	MDefault, MMin, MMax                                        = 16, 2, 100
	EfConstructionDefault, EfConstructionMin, EfConstructionMax = 200, 4, 1000
	BeamDefault, BeamMin, BeamMax                               = 40, 1, 1000
)

// Options of an index. Zero values mean the defaults.
type Options struct {
	Metric         distance.Metric
	M              int // links per node and layer; twice that on the lowest
	EfConstruction int // candidates considered when a node is linked, at least 2*M
	// GraphBytes is the size of a partition's int8 codes from which it gets a graph.
	// Default GraphBytesDefault. Negative: never.
	GraphBytes int
}

// GraphBytesDefault is 20,000 rows of 384 dimensions.
const GraphBytesDefault = 20_000 * 384

// Index is one vector index over a Store.
//
// Insert, Close, Remove and Prune come from one writer at a time, the same that writes to the
// Store. Maintain may run beside the writer and beside itself (the second call waits). Open
// and Search may run at any time, from any number of goroutines.
type Index struct {
	store *Store
	opt   Options
	parts sync.Map // string → *partition; written by the writer
	count atomic.Int64

	// limbo holds vector references that a replaced partition or graph had.
	epochs epochs

	// maintenance serialises graph builds. Taken before journaling, when both are.
	maintenance sync.Mutex

	// The graph over all partitions; see whole.go.
	wholeWanted atomic.Bool
	whole       atomic.Pointer[wholeState]
	journal     atomic.Pointer[journal] // changed under journaling
	wholeBuild  *wholeBuild             // guarded by maintenance
	journaling  sync.Mutex              // held by the writer for each change of what entries there are
}

// NewIndex returns an empty index.
func NewIndex(store *Store, opt Options) (*Index, error) {
	if !opt.Metric.Valid() {
		return nil, fmt.Errorf("%w: %d", ErrMetric, opt.Metric)
	}
	if opt.M == 0 {
		opt.M = MDefault
	}
	if opt.EfConstruction == 0 {
		opt.EfConstruction = max(EfConstructionDefault, 2*opt.M)
	}
	if opt.GraphBytes == 0 {
		opt.GraphBytes = GraphBytesDefault
	}
	if opt.M < MMin || opt.M > MMax {
		return nil, fmt.Errorf("%w: m = %d, want %d to %d", ErrOption, opt.M, MMin, MMax)
	}
	if ef := opt.EfConstruction; ef < EfConstructionMin || ef > EfConstructionMax {
		return nil, fmt.Errorf("%w: ef_construction = %d, want %d to %d", ErrOption, ef, EfConstructionMin, EfConstructionMax)
	}
	return &Index{store: store, opt: opt}, nil
}

// Options returns the index's options with the defaults filled in.
func (x *Index) Options() Options { return x.opt }

// Store returns the vectors' store.
func (x *Index) Store() *Store { return x.store }

func (x *Index) partition(key string) *partition {
	if p, ok := x.parts.Load(key); ok {
		return p.(*partition)
	}
	return nil
}

// Insert adds an entry: row has the vector from `from` on. The index takes its own reference
// of the vector. A row has at most one open entry per index.
func (x *Index) Insert(partitionKey string, vec uint32, row uint64, from int64) error {
	return x.InsertClosed(partitionKey, vec, row, from, Open)
}

// InsertClosed adds an entry of the past: row had the vector from `from` until before `to`.
// Entries of one row are added in the order of their times.
func (x *Index) InsertClosed(partitionKey string, vec uint32, row uint64, from, to int64) error {
	x.journaling.Lock()
	defer x.journaling.Unlock()
	p := x.partition(partitionKey)
	if p == nil {
		p = newPartition(partitionKey)
		x.parts.Store(partitionKey, p)
	}
	if p.entries.n.Load() == noEntry-1 {
		return ErrFull
	}
	if p.insert(vec, row, from, to) {
		x.store.Retain(vec)
	}
	x.noteInsert(p)
	x.count.Add(1)
	return nil
}

// Close ends the row's open entry at `to`; searches with At < to still find it. It reports
// whether there was one.
func (x *Index) Close(partitionKey string, row uint64, to int64) bool {
	p := x.partition(partitionKey)
	return p != nil && p.closeRow(row, to)
}

// Len is the number of entries, closed ones included.
func (x *Index) Len() int { return int(x.count.Load()) }

// PartitionLen is the number of open entries of a partition.
func (x *Index) PartitionLen(partitionKey string) int {
	p := x.partition(partitionKey)
	if p == nil {
		return 0
	}
	closed := p.closed.Load()
	return int(p.entries.n.Load() - closed)
}

// SizeBytes is the memory of entries, look-ups and graphs, without the Store.
func (x *Index) SizeBytes() int64 {
	var sum int64
	x.parts.Range(func(_, p any) bool {
		part := p.(*partition)
		sum += part.sizeBytes()
		if g := part.graph.Load(); g != nil {
			sum += g.graph.SizeBytes()
		}
		return true
	})
	if w := x.whole.Load(); w != nil {
		sum += w.graph.SizeBytes() + w.journal.sizeBytes()
	}
	return sum
}
