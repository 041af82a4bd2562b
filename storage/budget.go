package storage

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/vecindex"
)

// The budget holds the whole process to Options.MemoryBytes:
//
//	what Go keeps    live objects, found by a garbage collection
//	slabs            vectors, outside the collector's sight, counted as they are mapped
//	reserve          for C (the parser, SQLite) and the stacks of both
//
// The collector's limit (GOMEMLIMIT) is what the other two leave, set anew as
// slabs grow. Above refuseShare of the budget writes that grow are refused
// (53200); reads, deletes, retention and erase go on, and with what those free
// the writes do too. Garbage is not use: before a write is refused it is collected.

const (
	refusePercent = 97
	// pressurePercent is where history begins to make room.
	pressurePercent = 90

	// reserveShare of the budget is kept for C, at most reserveMax.
	reserveShare = 16
	reserveMax   = 256 << 20
	// limitShare: the collector is left at least this part of the budget, or it
	// would run without end.
	limitShare = 8

	// budgetEvery is the time between two looks in the background.
	budgetEvery = time.Second
	// measureShare: when memory is short it is measured after this part of the budget was written,
	measureShare = 256
	// measureEvery is the least time between two measurements on behalf of refused writes.
	measureEvery = 200 * time.Millisecond
)

// budget is the memory of the process; a nil budget has no bounds. Safe for concurrent use.
type budget struct {
	total   int64
	used    atomic.Int64 // as measured last
	grown   atomic.Int64 // bytes written since: some of them twice, some freed meanwhile
	refused atomic.Int64 // writes

	mu       sync.Mutex // guards below; held for a measurement
	at       time.Time  // of the last exact measurement
	limit    int64      // of the collector, as set last
	original int64      // of the collector, before
}

func newBudget(total int64) *budget {
	if total <= 0 {
		return nil
	}
	b := &budget{total: total, original: debug.SetMemoryLimit(-1)}
	b.look()
	return b
}

// close gives the collector back its limit.
func (b *budget) close() {
	if b != nil {
		debug.SetMemoryLimit(b.original)
	}
}

func (b *budget) reserve() int64 { return min(b.total/reserveShare, reserveMax) }

func (b *budget) refuseAt() int64 { return b.total / 100 * refusePercent }

// watch looks at memory in the background.
func (b *budget) watch(ctx context.Context) {
	tick := time.NewTicker(budgetEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.look()
		}
	}
}

// look takes the cheap figure, which counts garbage; where that is too much it collects.
func (b *budget) look() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.setLimit()
	objects := goObjects()
	if used := b.sum(objects); used < b.total/100*pressurePercent {
		b.used.Store(used)
		b.grown.Store(0)
		return
	}
	b.measure()
}

// measure collects garbage and counts what is left. Caller holds mu.
func (b *budget) measure() {
	b.grown.Store(0)
	runtime.GC()
	b.used.Store(b.sum(goObjects()))
	b.at = time.Now()
	b.setLimit()
}

func (b *budget) sum(objects int64) int64 { return objects + vecindex.MemoryBytes() + b.reserve() }

// setLimit gives the collector what slabs and reserve leave. Caller holds mu.
func (b *budget) setLimit() {
	limit := max(b.total-b.reserve()-vecindex.MemoryBytes(), b.total/limitShare)
	if d := limit - b.limit; d > b.total/100 || -d > b.total/100 {
		b.limit = limit
		debug.SetMemoryLimit(min(limit, b.original))
	}
}

// goObjects returns the bytes of Go objects, live and not yet swept.
func goObjects() int64 {
	s := [...]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s[:])
	n := s[0].Value.Uint64() + s[1].Value.Uint64()
	return int64(min(n, math.MaxInt64))
}

// grow asks for n more bytes. Error: 53200.
func (b *budget) grow(n int) error {
	if b == nil {
		return nil
	}
	grown := b.grown.Add(int64(n))
	if b.used.Load()+grown <= b.refuseAt() {
		return nil
	}
	return b.growShort(int64(n))
}

// growShort decides when memory is short.
func (b *budget) growShort(n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.grown.Load() > b.total/measureShare || time.Since(b.at) > measureEvery {
		b.measure()
	}
	if b.used.Load()+n <= b.refuseAt() {
		return nil // what was written since is less than a measureShare of the budget
	}
	b.refused.Add(1)
	return sqlerr.New(sqlerr.OutOfMemory, "out of memory").
		WithDetail("The server uses %d MB of the %d MB that it may.", b.used.Load()>>20, b.total>>20).
		WithHint("Reads and DELETE go on. Delete rows, shorten synapse.retention, or give the server more with --memory.")
}

// pressure reports whether history should make room.
func (b *budget) pressure() bool {
	return b != nil && b.used.Load()+b.grown.Load() > b.total/100*pressurePercent
}

// grow asks the server's budget for room for a row version.
func (x *Txn) grow(bytes int) error { return x.s.budget.grow(2*bytes + rowOverheadBytes) }

// rowOverheadBytes is about what a version costs beside its image, which counts
// twice, once for its entries in indexes. Too much only means that it is measured earlier.
const rowOverheadBytes = 512
