package slab

import (
	"sync/atomic"
	"unsafe"
)

const (
	regionMinBytes = 256 << 10
	regionMaxBytes = 32 << 20
	arenaAlign     = 64 // a cache line
)

// handedOut counts the bytes of all arenas of the process.
var handedOut atomic.Int64

// MemoryBytes is the memory of all stores of the process outside the Go heap. Pages of reserved
// slots that were never written are counted although they cost nothing yet.
func MemoryBytes() int64 { return handedOut.Load() }

// arena hands out zeroed memory that is never moved and never returned piecewise. It is used
// by one writer.
type arena struct {
	regions  [][]byte
	free     []byte // rest of the newest region
	reserved int    // bytes mapped
	used     int    // bytes handed out
}

// alloc returns n zeroed bytes at a multiple of arenaAlign.
func (a *arena) alloc(n int) (unsafe.Pointer, error) {
	n = (n + arenaAlign - 1) &^ (arenaAlign - 1)
	if n > len(a.free) {
		size := max(min(regionMinBytes<<len(a.regions), regionMaxBytes), n)
		region, err := mapRegion(size)
		if err != nil {
			return nil, err
		}
		a.regions = append(a.regions, region)
		a.free = region
		a.reserved += size
	}
	p := unsafe.Pointer(unsafe.SliceData(a.free))
	a.free = a.free[n:]
	a.used += n
	handedOut.Add(int64(n))
	return p, nil
}

// release unmaps everything.
func (a *arena) release() error {
	var first error
	for _, r := range a.regions {
		if err := unmapRegion(r); err != nil && first == nil {
			first = err
		}
	}
	handedOut.Add(-int64(a.used))
	*a = arena{}
	return first
}
