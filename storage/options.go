package storage

import (
	"log/slog"
	"time"

	"synapse/storage/vfs"
)

// Durability says when a commit is acknowledged.
type Durability uint8

// Durabilities.
const (
	Durable Durability = iota // after its log record is on disk
	Relaxed                   // at once; a crash may lose the last RelaxedWindow
)

// RelaxedWindow is the longest time between a relaxed commit and the start of
// the sync that makes it durable.
const RelaxedWindow = 200 * time.Millisecond

// Options of Open. The zero value is a durable store on the operating system's
// files with the system clock and no hooks.
type Options struct {
	FS         vfs.FS
	Clock      Clock
	Durability Durability
	Hooks      Hooks
	Log        *slog.Logger
	// OnFatal is called once, on its own goroutine, when the log cannot be written
	// any more: every later commit fails, the process should end. nil: nothing.
	OnFatal func(error)
	// OnErase is told the steps of an erase as they are done: "memory", "archive",
	// "log", "snapshots". For tests. nil: nothing.
	OnErase func(step string)
	// GraphBytes is the size of a vector index partition's int8 codes from which it gets a
	// graph: 0 = vecindex.GraphBytesDefault, negative = never.
	GraphBytes int
	// SegmentBytes is the size of a log segment file, 0 = the log's default.
	SegmentBytes int64
	// Shards of a new database, 0 = ShardsDefault. One that exists keeps what it has.
	Shards int
	// MemoryBytes is the budget of the whole process, 0 = none: see budget.go.
	MemoryBytes int64
}

func (o *Options) fill() {
	if o.FS == nil {
		o.FS = vfs.OS{}
	}
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}
