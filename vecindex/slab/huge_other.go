//go:build unix && !linux

package slab

// adviseHuge does nothing where there is nothing to advise.
func adviseHuge([]byte) {}
