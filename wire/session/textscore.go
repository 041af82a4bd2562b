package session

import (
	"fmt"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/storage"
)

// textModel is what a call of bm25 scores with. A statement keeps those of its
// calls by what they were asked for.
type textModel struct {
	*storage.TextModel
	options map[string]string // of the index's analyzer
}

// TextScore implements builtin.Host.
func (h *host) TextScore(q *builtin.TextScore) (float64, error) {
	m, err := h.textModel(q)
	if err != nil {
		return 0, err
	}
	return m.Score(h.s.engine.Tokenize(m.options, q.Text)), nil
}

func (h *host) textModel(q *builtin.TextScore) (*textModel, error) {
	var key strings.Builder
	fmt.Fprintf(&key, "%d %q", q.Index, q.Query)
	for _, p := range []*float64{q.K1, q.B} {
		if p == nil {
			key.WriteString(" -")
		} else {
			fmt.Fprintf(&key, " %v", *p)
		}
	}
	for _, v := range q.Partition {
		fmt.Fprintf(&key, " %d %q", v.Int(), v.Str())
	}
	if m := h.texts[key.String()]; m != nil {
		return m, nil
	}
	c := h.view.Catalog()
	ix, _ := c.Object(q.Index).(*catalog.Index)
	if ix == nil {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "the text index of bm25 does not exist any more")
	}
	t, _ := c.Object(ix.Table).(*catalog.Table)
	if t == nil {
		return nil, sqlerr.Internal("index %q has no table", ix.Name)
	}
	m, err := h.view.TextModel(t, ix, storage.TextSpec{
		Terms: h.s.engine.Tokenize(ix.Options, q.Query), K1: q.K1, B: q.B, Partition: q.Partition,
	})
	if err != nil {
		return nil, err
	}
	if h.texts == nil {
		h.texts = map[string]*textModel{}
	}
	out := &textModel{m, ix.Options}
	h.texts[key.String()] = out
	return out, nil
}
