package recall

import (
	"context"
	"math"
	"slices"

	"synapse/catalog/tokens"
	"synapse/catalog/types"
	"synapse/vecindex/distance"
)

// pool is how many of the best entries the choice of K looks at.
func (g *gather) pool() int { return 4*g.q.K + 20 }

// choose takes the K best of the ordered list: of entries with the same content
// in a namespace the first, of nearly equal ones (profile's duplicate_cosine) the
// first, in the reranker's order where the profile has a rerank_depth, and by
// marginal relevance where it has an mmr_lambda.
func (g *gather) choose(ctx context.Context, all []*candidate) ([]*candidate, error) {
	p := g.q.Profile
	near, mmr := !math.IsNaN(p.DuplicateCosine), !math.IsNaN(p.MMRLambda)
	depth := 0
	if p.RerankDepth > 0 && len(g.q.Terms) > 0 {
		depth = max(int(p.RerankDepth), g.q.K)
	}
	want := max(g.q.K, depth)
	if near || mmr {
		want = max(g.pool(), 2*depth)
	}
	list := distinct(all, want)
	vectors, err := g.vectors(list, near || mmr)
	if err != nil {
		return nil, err
	}
	if near {
		list = unlike(list, vectors, p.DuplicateCosine)
	}
	if depth > 0 {
		if list, err = g.rerank(ctx, list[:min(len(list), depth)]); err != nil {
			return nil, err
		}
	}
	if mmr {
		list = marginal(list, vectors, p.MMRLambda, g.q.K)
	}
	return list[:min(len(list), g.q.K)], nil
}

// vectors reads the embeddings of entries where they are wanted.
func (g *gather) vectors(list []*candidate, wanted bool) (map[*candidate][]float32, error) {
	if !wanted || g.s.embedding == 0 {
		return nil, nil
	}
	vectors := make(map[*candidate][]float32, len(list))
	err := g.fetch(list, []int{g.s.embedding}, func(c *candidate, v func(int) types.Value) {
		if e := v(0); !e.IsNull() {
			vectors[c] = slices.Clone(types.AsFloat32s(e)) // the batch is used again
		}
	})
	return vectors, err
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

// unlike drops entries that are nearly equal to an earlier one.
func unlike(list []*candidate, vectors map[*candidate][]float32, threshold float64) []*candidate {
	var out []*candidate
next:
	for _, c := range list {
		for _, kept := range out {
			if distance.Alike(vectors[c], vectors[kept]) >= threshold {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}

// marginal takes k entries by maximal marginal relevance.
func marginal(list []*candidate, vectors map[*candidate][]float32, lambda float64, k int) []*candidate {
	scores, embeddings := make([]float64, len(list)), make([][]float32, len(list))
	for i, c := range list {
		scores[i], embeddings[i] = c.Score, vectors[c]
	}
	order := distance.MarginalOrder(scores, embeddings, lambda, k)
	out := make([]*candidate, len(order))
	for i, at := range order {
		out[i] = list[at]
	}
	return out
}

// within keeps the entries that fit the budget together, best first; one that
// does not fit makes place for shorter ones behind it.
func within(list []*candidate, budget int) []*candidate {
	if budget <= 0 {
		return list
	}
	var out []*candidate
	for _, c := range list {
		if n := tokens.Estimate(c.Entry.Content.Str()); n <= budget {
			budget -= n
			out = append(out, c)
		}
	}
	return out
}
