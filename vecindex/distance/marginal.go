package distance

import "math"

// Alike is the cosine similarity of two vectors, 0 where there is none to speak
// of: a vector is missing, has another length or no direction.
func Alike(a, b []float32) float64 {
	if a == nil || len(a) != len(b) {
		return 0
	}
	s := Similarity(a, b)
	if math.IsNaN(s) {
		return 0
	}
	return s
}

// MarginalOrder picks up to k items by maximal marginal relevance (Carbonell and
// Goldstein, SIGIR 1998): each time the one whose lambda times relevance, minus
// 1-lambda times its likeness to what is picked already, is greatest. Relevance is
// the score as a share of the best one; equals go by position. Scores are finite,
// and there is a vector or nil for each.
func MarginalOrder(scores []float64, vectors [][]float32, lambda float64, k int) []int {
	best := math.Inf(-1)
	for _, s := range scores {
		best = max(best, s)
	}
	relevance := func(s float64) float64 {
		switch {
		case best > 0:
			return s / best
		case best < 0: // distances with their sign changed: 1 is the best one's
			return 2 - s/best
		}
		return s
	}
	alike := make([]float64, len(scores))
	taken := make([]bool, len(scores))
	out := make([]int, 0, min(k, len(scores)))
	for len(out) < k && len(out) < len(scores) {
		at, top := -1, 0.0
		for i, s := range scores {
			if taken[i] {
				continue
			}
			if v := lambda*relevance(s) - (1-lambda)*alike[i]; at < 0 || v > top {
				at, top = i, v
			}
		}
		taken[at] = true
		out = append(out, at)
		for i := range scores {
			if !taken[i] {
				alike[i] = max(alike[i], Alike(vectors[i], vectors[at]))
			}
		}
	}
	return out
}
