package recall

import (
	"encoding/json"
	"math"
	"sort"

	"synapse/catalog/types"
)

// rank fuses the lists and applies the bounded factors: all candidates, best first.
func (g *gather) rank() []*candidate {
	lexical := g.ordered(func(c *candidate) bool { return c.lexical > 0 }, func(a, b *candidate) bool { return a.lexical > b.lexical })
	for i, c := range lexical {
		c.Parts.BM25Rank = i + 1
	}
	meaning := g.ordered(func(c *candidate) bool { return c.Parts.VectorRank != 0 }, func(a, b *candidate) bool { return a.Parts.Distance < b.Parts.Distance })
	for i, c := range meaning {
		c.Parts.VectorRank = i + 1
	}
	for _, c := range g.order {
		g.score(c)
	}
	return g.ordered(func(*candidate) bool { return true }, func(a, b *candidate) bool { return a.Score > b.Score })
}

// ordered lists the candidates that count, best first; ties go by id, so that the order is total.
func (g *gather) ordered(counts func(*candidate) bool, before func(a, b *candidate) bool) []*candidate {
	var out []*candidate
	for _, c := range g.order {
		if counts(c) {
			out = append(out, c)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if before(a, b) != before(b, a) {
			return before(a, b)
		}
		return a.Entry.ID.Str() < b.Entry.ID.Str()
	})
	return out
}

// score computes the final score: the fused ranks times factors near 1.
func (g *gather) score(c *candidate) {
	p, f := &c.Parts, g.q.Profile
	p.Profile = f.Name
	switch {
	case len(g.q.Terms) == 0 && g.q.Vector == nil:
		p.RRF = 1
	default:
		if p.BM25Rank > 0 {
			p.RRF += f.LexicalWeight / float64(f.RRFK+int64(p.BM25Rank))
		}
		if p.VectorRank > 0 {
			p.RRF += g.q.VectorWeight / float64(f.RRFK+int64(p.VectorRank))
		}
	}
	p.Salience = 1 + f.SalienceSwing*(c.Entry.Salience.Float()-0.5)
	p.Recency = 1 + f.RecencySwing*(freshness(g.q.ValidAt, c.Entry.ValidFrom, f.RecencyHalfDays)-0.5)
	p.Credit = 1 + f.CreditSwing*(c.credit-creditPrior)
	c.Score = p.RRF * p.Salience * p.Recency * p.Credit
}

// freshness halves every halfDays: 1 now, towards 0 with age.
func freshness(origin int64, from types.Value, halfDays float64) float64 {
	if from.IsNull() || from.Int() == math.MinInt64 {
		return 0
	}
	// In floating point, as the difference of moments far apart has no int64.
	age := max(float64(origin)-float64(from.Int()), 0)
	return math.Exp2(-age / (halfDays * 24 * 3600 * 1e6))
}

// JSON is the parts as the client sees them.
func (p *Parts) JSON() string {
	m := map[string]any{"formula": Formula, "rrf": p.RRF, "salience": p.Salience, "recency": p.Recency, "profile": p.Profile}
	if p.Credit != 1 {
		m["credit"] = p.Credit
	}
	if p.BM25Rank > 0 {
		m["bm25"], m["window"], m["session"], m["bm25_rank"] = p.BM25, p.Window, p.Session, p.BM25Rank
	}
	if p.Link != 0 {
		m["link"] = p.Link
	}
	switch {
	case p.Reranked != nil:
		m["fused"], m["rerank"] = p.Fused, *p.Reranked
	case p.Unranked:
		m["rerank"] = nil // asked in vain
	}
	if p.VectorRank > 0 {
		m["distance"], m["vector_rank"] = p.Distance, p.VectorRank
	}
	b, err := json.Marshal(m)
	if err != nil { // an infinite score of the client's own vectors has no JSON form
		return `{"formula": "` + Formula + `"}`
	}
	return string(b)
}
