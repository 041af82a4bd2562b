//go:build unix

package slab

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// mapRegion takes size zeroed bytes from the system; pages cost memory once touched.
func mapRegion(size int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("slab: mapping %d bytes: %w", size, err)
	}
	adviseHuge(b)
	return b, nil
}

func unmapRegion(b []byte) error { return unix.Munmap(b) }
