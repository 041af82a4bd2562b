package exec

import (
	"strings"

	"synapse/catalog/types"
)

// embedding is a table's WITH (synapse.embed = 'text, vector'): rows that come
// without a vector get the embedder's for their text. Positions are 0-based; on is
// false for tables without the option.
type embedding struct {
	on           bool
	text, vector int
}

func (w *writer) findEmbedding() {
	from, to, ok := strings.Cut(w.t.Options["synapse.embed"], ",")
	if !ok {
		return
	}
	_, text := w.t.Column(strings.TrimSpace(from))
	_, vector := w.t.Column(strings.TrimSpace(to))
	if text > 0 && vector > 0 {
		w.embedding = embedding{on: true, text: text - 1, vector: vector - 1}
	}
}

// embed fills in the vector of a new row that has none.
func (w *writer) embed(row []types.Value) error {
	e := &w.embedding
	b := w.r.env.Builtin
	if !row[e.vector].IsNull() || row[e.text].IsNull() || b == nil || b.Host == nil {
		return nil
	}
	v, err := b.Host.Embed(row[e.text].Str())
	if err != nil {
		return err
	}
	row[e.vector], err = types.ApplyTypmod(w.t.Columns[e.vector].Type, types.VectorFromFloat32s(v), false)
	return err
}

// forgetStaleVector clears the vector of a changed row whose text changed while
// its vector stayed: the old vector means the old text.
func (w *writer) forgetStaleVector(old, row []types.Value) {
	e := &w.embedding
	if e.on && !old[e.text].Identical(row[e.text]) && old[e.vector].Identical(row[e.vector]) {
		row[e.vector] = types.Null
	}
}
