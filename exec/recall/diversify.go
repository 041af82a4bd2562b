package recall

import (
	"math"
	"slices"

	"synapse/catalog/types"
	"synapse/vecindex/distance"
)

// pool is how many of the best entries the choice of K looks at.
func (g *gather) pool() int { return 4*g.q.K + 20 }

// choose takes the K best of the ordered list: of entries with the same content
// in a namespace the first, of nearly equal ones (profile's duplicate_cosine) the
// first, and by marginal relevance where the profile has an mmr_lambda.
func (g *gather) choose(all []*candidate) ([]*candidate, error) {
	p := g.q.Profile
	near, mmr := !math.IsNaN(p.DuplicateCosine), !math.IsNaN(p.MMRLambda)
	want := g.q.K
	if near || mmr {
		want = g.pool()
	}
	list := distinct(all, want)
	if !near && !mmr || g.s.embedding == 0 {
		return list[:min(len(list), g.q.K)], nil
	}
	vectors := make(map[*candidate][]float32, len(list))
	err := g.fetch(list, []int{g.s.embedding}, func(c *candidate, v func(int) types.Value) {
		if e := v(0); !e.IsNull() {
			vectors[c] = slices.Clone(types.AsFloat32s(e)) // the batch is used again
		}
	})
	if err != nil {
		return nil, err
	}
	if near {
		list = unlike(list, vectors, p.DuplicateCosine)
	}
	if mmr {
		list = marginal(list, vectors, p.MMRLambda, g.q.K)
	}
	return list[:min(len(list), g.q.K)], nil
}

// distinct takes up to n entries, of those with the same content in a namespace the first.
func distinct(all []*candidate, n int) []*candidate {
	type content struct{ ns, hash string }
	seen := map[content]bool{}
	var out []*candidate
	for _, c := range all {
		if len(out) == n {
			break
		}
		if k := (content{c.Entry.NS.Str(), c.Entry.Hash.Str()}); !seen[k] {
			seen[k] = true
			out = append(out, c)
		}
	}
	return out
}

// similarity is the cosine of two entries' vectors; without one, nothing is alike.
func similarity(a, b []float32) float64 {
	if a == nil || b == nil || len(a) != len(b) {
		return 0
	}
	s := distance.Similarity(a, b)
	if math.IsNaN(s) {
		return 0
	}
	return s
}

// unlike drops entries that are nearly equal to an earlier one.
func unlike(list []*candidate, vectors map[*candidate][]float32, threshold float64) []*candidate {
	var out []*candidate
next:
	for _, c := range list {
		for _, kept := range out {
			if similarity(vectors[c], vectors[kept]) >= threshold {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

// marginal orders by maximal marginal relevance (Carbonell and Goldstein, SIGIR
// 1998): lambda times the score, scaled to the best one's, minus 1-lambda times
// the likeness to what is taken already.
func marginal(list []*candidate, vectors map[*candidate][]float32, lambda float64, k int) []*candidate {
	if len(list) == 0 {
		return nil
	}
	best := list[0].Score
	rest := append([]*candidate(nil), list...)
	alike := make([]float64, len(rest))
	var out []*candidate
	for len(out) < k && len(rest) > 0 {
		at, top := 0, math.Inf(-1)
		for i, c := range rest {
			relevance := 0.0
			if best > 0 {
				relevance = c.Score / best
			}
			if v := lambda*relevance - (1-lambda)*alike[i]; v > top {
				at, top = i, v
			}
		}
		taken := rest[at]
		out = append(out, taken)
		rest = append(rest[:at], rest[at+1:]...)
		alike = append(alike[:at], alike[at+1:]...)
		for i, c := range rest {
			alike[i] = max(alike[i], similarity(vectors[c], vectors[taken]))
		}
	}
	return out
}

// tokens estimates how many tokens a model makes of a text: four bytes of ASCII
// each, and one for every other character.
func tokens(text string) int {
	ascii, other := 0, 0
	for _, r := range text {
		if r < 0x80 {
			ascii++
		} else {
			other++
		}
	}
	return (ascii+3)/4 + other
}

// within keeps the entries that fit the budget together, best first; one that
// does not fit makes place for shorter ones behind it.
func within(list []*candidate, budget int) []*candidate {
	if budget <= 0 {
		return list
	}
	var out []*candidate
	for _, c := range list {
		if n := tokens(c.Entry.Content.Str()); n <= budget {
			budget -= n
			out = append(out, c)
		}
	}
	return out
}
