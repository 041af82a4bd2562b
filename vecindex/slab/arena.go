package slab

import "unsafe"

const (
	regionMinBytes = 256 << 10
	regionMaxBytes = 32 << 20
	arenaAlign     = 64 // a cache line
)

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
	*a = arena{}
	return first
}
