package recall

import "synapse/storage"

// EmbedSettings are what memory.namespaces says of a namespace's vectors.
type EmbedSettings struct {
	Model   string // "" = not known
	Lexical bool   // a failing embedder is no error: rows are stored, and asked for, by their words alone
}

// LoadEmbedSettings reads them as of the view; a namespace that is not known has none.
func LoadEmbedSettings(view *storage.View, ns string) (*EmbedSettings, error) {
	s, failure := &EmbedSettings{}, ""
	_, err := row(view, "namespaces", ns, map[string]any{"embedding_model": &s.Model, "embed_failure": &failure})
	s.Lexical = failure == "lexical"
	return s, err
}
