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
	ns           int // the namespace column, -1: none
	// ready are the vectors of rows to come, embedded together; nil ones stay out.
	ready map[embedText][]float32
}

type embedText struct{ ns, text string }

func (w *writer) findEmbedding() {
	from, to, ok := strings.Cut(w.t.Options["synapse.embed"], ",")
	if !ok {
		return
	}
	_, text := w.t.Column(strings.TrimSpace(from))
	_, vector := w.t.Column(strings.TrimSpace(to))
	if text > 0 && vector > 0 {
		w.embedding = embedding{on: true, text: text - 1, vector: vector - 1, ns: w.t.NamespaceColumn() - 1}
	}
}

// of is what a row wants embedded; false: nothing.
func (e *embedding) of(value func(position int) types.Value) (embedText, bool) {
	if text := value(e.text); !text.IsNull() && value(e.vector).IsNull() {
		k := embedText{text: text.Str()}
		if e.ns >= 0 {
			k.ns = value(e.ns).Str()
		}
		return k, true
	}
	return embedText{}, false
}

// embedAhead embeds the texts of rows to come with one request: what an endpoint
// takes for a batch it would take for each row otherwise.
func (w *writer) embedAhead(rows []uint16, value func(row uint16, position int) types.Value) error {
	e := &w.embedding
	if !e.on || len(rows) < 2 || w.t.Partitioned() { // partitions embed their rows one by one
		return nil
	}
	var list []embedText
	e.ready = make(map[embedText][]float32, len(rows))
	for _, i := range rows {
		k, ok := e.of(func(position int) types.Value { return value(i, position) })
		if _, known := e.ready[k]; !ok || known {
			continue
		}
		k = embedText{strings.Clone(k.ns), strings.Clone(k.text)}
		e.ready[k] = nil
		list = append(list, k)
	}
	vectors, err := w.vectorsOf(list)
	for i, v := range vectors {
		e.ready[list[i]] = v
	}
	return err
}

// vectorsOf asks the session; nil where there is none.
func (w *writer) vectorsOf(list []embedText) ([][]float32, error) {
	b := w.r.env.Builtin
	if len(list) == 0 || b == nil || b.Host == nil {
		return nil, nil
	}
	namespaces, texts := make([]string, len(list)), make([]string, len(list))
	for i, k := range list {
		namespaces[i], texts[i] = k.ns, k.text
	}
	return b.Host.EmbedRows(namespaces, texts)
}

// embed fills in the vector of a new row that has none. It stays NULL where the
// embedder failed and the namespace's policy takes that.
func (w *writer) embed(row []types.Value) error {
	e := &w.embedding
	k, ok := e.of(func(position int) types.Value { return row[position] })
	if !ok {
		return nil
	}
	v, known := e.ready[k]
	if !known {
		list, err := w.vectorsOf([]embedText{k})
		if err != nil || len(list) == 0 {
			return err
		}
		v = list[0]
	}
	if v == nil {
		return nil
	}
	var err error
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
