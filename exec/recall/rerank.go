package recall

import (
	"context"
	"sort"

	"synapse/catalog/types"
)

// Reranker scores texts for a query: a cross-encoder behind an endpoint. Safe for
// concurrent use.
type Reranker interface {
	Rerank(ctx context.Context, query string, documents []string) ([]float64, error)
	Model() string
}

// Reranking is what a reranker answered to a recall, kept with its lineage.
type Reranking struct {
	Model  string             `json:"model"`
	Scores map[string]float64 `json:"scores,omitempty"` // by entry id
	Failed string             `json:"failed,omitempty"` // why there are none
}

// rerank orders entries by the reranker's scores; equal ones stay as they are. Where
// it fails, or there is none, the order stays and every entry's parts say so.
func (g *gather) rerank(ctx context.Context, list []*candidate) ([]*candidate, error) {
	if len(list) == 0 {
		return list, nil
	}
	if g.q.Reranking == nil {
		if err := g.ask(ctx, list); err != nil {
			return nil, err
		}
	}
	r := g.q.Reranking
	for _, c := range list {
		c.Parts.Fused = c.Score
		if score, ok := r.Scores[idText(c.Entry.ID)]; ok {
			c.Score, c.Parts.Reranked = score, &score
		}
		c.Parts.Unranked = r.Failed != ""
	}
	sort.SliceStable(list, func(a, b int) bool {
		x, y := list[a].Parts.Reranked, list[b].Parts.Reranked
		return x != nil && (y == nil || *x > *y)
	})
	return list, nil
}

// ask sends the entries to the reranker. Only a cancelled statement is an error.
func (g *gather) ask(ctx context.Context, list []*candidate) error {
	if g.q.Reranker == nil {
		g.q.Reranking = &Reranking{Failed: "no reranking endpoint is configured"}
		return nil
	}
	if err := g.complete(list); err != nil {
		return err
	}
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.Entry.Content.Str()
	}
	g.q.Reranking = &Reranking{Model: g.q.Reranker.Model()}
	scores, err := g.q.Reranker.Rerank(ctx, g.q.Text, texts)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		g.q.Reranking.Failed = err.Error()
		return nil
	}
	g.q.Reranking.Scores = make(map[string]float64, len(list))
	for i, c := range list {
		g.q.Reranking.Scores[idText(c.Entry.ID)] = scores[i]
	}
	return nil
}

func idText(id types.Value) string {
	return string(types.AppendText(nil, types.UUID, id, types.DefaultFormat))
}
