package session

import (
	"synapse/catalog/sqlerr"
	"synapse/exec/recall"
)

// Embed turns a text into the engine's model's vector.
func (h *host) Embed(text string) ([]float32, error) {
	out, err := h.EmbedAll([]string{text})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// Model implements memory.Host.
func (h *host) Model() string {
	if h.s.engine.Embedder == nil {
		return ""
	}
	return h.s.engine.Embedder.Model()
}

// CheckModel implements memory.Host.
func (h *host) CheckModel(ns, model string) error {
	if model == "" {
		return nil
	}
	s, err := h.embedSettings(ns)
	if err != nil {
		return err
	}
	want := s.Model
	if want == "" { // a new namespace has the embedder's
		want = h.Model()
	}
	if want != "" && want != model {
		return otherModel(ns, want, model)
	}
	return nil
}

// EmbedAll implements memory.Host.
func (h *host) EmbedAll(texts []string) ([][]float32, error) {
	if h.s.engine.Embedder == nil {
		return nil, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "no embedder is configured")
	}
	return h.s.engine.Embedder.Embed(h.ctx, texts)
}

// EmbedRows implements builtin.Host.
func (h *host) EmbedRows(namespaces, texts []string) ([][]float32, error) {
	settings := map[string]*recall.EmbedSettings{}
	out := make([][]float32, len(texts))
	var wanted []int
	var list []string
	for i, ns := range namespaces {
		s := settings[ns]
		if s == nil {
			var err error
			if s, err = h.embedSettings(ns); err != nil {
				return nil, err
			}
			settings[ns] = s
		}
		if err := h.sameModel(ns, s); err != nil {
			if err := h.withoutVectors(s, err); err != nil {
				return nil, err
			}
			continue
		}
		wanted, list = append(wanted, i), append(list, texts[i])
	}
	if len(list) == 0 {
		return out, nil
	}
	vectors, err := h.EmbedAll(list)
	if err != nil {
		for _, i := range wanted {
			if h.ctx.Err() != nil || !settings[namespaces[i]].Lexical {
				return nil, err
			}
		}
		return out, h.withoutVectors(settings[namespaces[wanted[0]]], err)
	}
	for k, i := range wanted {
		out[i] = vectors[k]
	}
	return out, nil
}

// embedSettings are a namespace's; "" is none.
func (h *host) embedSettings(ns string) (*recall.EmbedSettings, error) {
	if ns == "" || h.view == nil {
		return &recall.EmbedSettings{}, nil
	}
	return recall.LoadEmbedSettings(h.view, ns)
}

// sameModel refuses to mix the vectors of two models in a namespace.
func (h *host) sameModel(ns string, s *recall.EmbedSettings) error {
	if e := h.s.engine.Embedder; e != nil && s.Model != "" && s.Model != e.Model() {
		return otherModel(ns, s.Model, e.Model())
	}
	return nil
}

func otherModel(ns, want, got string) error {
	return sqlerr.New(sqlerr.DataException, "namespace %q holds vectors of model %q, not of %q", ns, want, got).
		WithHint("Distances between vectors of different models mean nothing. Give vectors of the namespace's model, or use another namespace.")
}

// withoutVectors is nil, and a warning, where the namespace stores rows without a
// vector when there is none to be had.
func (h *host) withoutVectors(s *recall.EmbedSettings, err error) error {
	if !s.Lexical {
		return err
	}
	h.s.notice(sqlerr.Warningf(sqlerr.Warning, "stored or asked without a vector: %s", err.Error()))
	return nil
}
