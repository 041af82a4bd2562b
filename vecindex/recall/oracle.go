package recall

import (
	"math"
	"sort"

	"synapse/vecindex/distance"
)

// Truth is the exact answer to one query: the k-th distance and how many rows there are.
type Truth struct {
	Matches int
	Limit   float64 // distance of the k-th row, or of the last
	Want    int     // min(k, matches)
}

// Exact computes the answer over the vectors for which keep holds; nil keeps all.
func Exact(m distance.Metric, vecs [][]float32, query []float32, k int, keep func(i int) bool) Truth {
	var all []float64
	for i, v := range vecs {
		if keep == nil || keep(i) {
			d := distance.Exact(m, query, v)
			if math.IsNaN(d) {
				d = math.Inf(1)
			}
			all = append(all, d)
		}
	}
	t := Truth{Matches: len(all), Want: min(k, len(all))}
	if t.Want > 0 {
		sort.Float64s(all)
		t.Limit = all[t.Want-1]
	}
	return t
}

// Of returns the share of the wanted rows that distances, those of the hits, contain. A hit at
// the limit's distance counts, whichever of several equal rows it is.
func (t Truth) Of(distances []float64) float64 {
	if t.Want == 0 {
		return 1
	}
	good := 0
	for _, d := range distances {
		if d <= t.Limit || math.IsNaN(d) && math.IsInf(t.Limit, 1) {
			good++
		}
	}
	return float64(min(good, t.Want)) / float64(t.Want)
}
