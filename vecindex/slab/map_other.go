//go:build !unix

package slab

// mapRegion takes size zeroed bytes from the heap.
func mapRegion(size int) ([]byte, error) { return make([]byte, size), nil }

func unmapRegion([]byte) error { return nil }
