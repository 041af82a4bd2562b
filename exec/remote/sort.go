package remote

import (
	"maps"
	"slices"
)

// sortedKeys orders the features: floating-point sums depend on the order, and equal texts must give equal vectors.
func sortedKeys(m map[uint64]float64) []uint64 { return slices.Sorted(maps.Keys(m)) }
