package static

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// maxTokens is how much of a text counts, as model2vec has it.
const maxTokens = 512

// Model is an open embedding file. Immutable; safe for concurrent use.
type Model struct {
	name      string
	dims      int
	vectors   []float32 // one row of dims for each vector, token weights multiplied in
	rows      []int32   // by token id: its row in vectors; nil: the id itself
	tokens    *tokenizer
	normalise bool
}

// Open reads a folder. Its base name is the model's name.
func Open(dir string) (*Model, error) {
	tensors, err := readTensors(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	m := &Model{name: filepath.Base(abs)}
	if m.tokens, err = readTokenizer(filepath.Join(dir, "tokenizer.json")); err != nil {
		return nil, err
	}
	if m.normalise, err = readConfig(filepath.Join(dir, "config.json")); err != nil {
		return nil, err
	}
	if err := m.take(tensors); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return m, nil
}

// readConfig reads whether vectors are normalised; without a file they are.
func readConfig(file string) (normalise bool, err error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	c := struct {
		Normalize *bool `json:"normalize"`
	}{}
	if err := json.Unmarshal(raw, &c); err != nil {
		return false, fmt.Errorf("%s: %w", file, err)
	}
	return c.Normalize == nil || *c.Normalize, nil
}

// take checks the tensors and converts them.
func (m *Model) take(tensors map[string]tensor) error {
	e, ok := tensors["embeddings"]
	if !ok || len(e.shape) != 2 || e.shape[1] == 0 {
		return errors.New("model.safetensors has no matrix named embeddings")
	}
	n := e.shape[0]
	m.dims = e.shape[1]
	m.vectors = make([]float32, n*m.dims)
	for i := range m.vectors {
		f := e.float(i)
		if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
			return errors.New("the embeddings hold NaN or infinity")
		}
		m.vectors[i] = f
	}
	ids := m.tokens.size()
	if t, ok := tensors["mapping"]; ok { // several tokens share a vector
		if len(t.shape) != 1 || t.shape[0] < ids {
			return errors.New("the mapping does not have a row for each token")
		}
		m.rows = make([]int32, t.shape[0])
		for i := range m.rows {
			row := t.integer(i)
			if row < 0 || row >= int64(n) {
				return fmt.Errorf("token %d maps to vector %d of %d", i, row, n)
			}
			m.rows[i] = int32(row)
		}
	} else if n < ids {
		return fmt.Errorf("%d tokens, but %d vectors", ids, n)
	}
	return m.weigh(tensors, ids)
}

// weigh multiplies the tokens' weights in where the file keeps them apart.
func (m *Model) weigh(tensors map[string]tensor, ids int) error {
	w, ok := tensors["weights"]
	if !ok {
		return nil
	}
	if len(w.shape) != 1 || w.shape[0] < ids {
		return errors.New("the weights do not have a value for each token")
	}
	out := make([]float32, w.shape[0]*m.dims)
	for id := range w.shape[0] {
		if m.rows == nil && (id+1)*m.dims > len(m.vectors) {
			break
		}
		for k, x := range m.row(id) {
			out[id*m.dims+k] = x * w.float(id)
		}
	}
	m.vectors, m.rows = out, nil
	return nil
}

func (m *Model) row(id int) []float32 {
	if m.rows != nil {
		id = int(m.rows[id])
	}
	return m.vectors[id*m.dims : (id+1)*m.dims]
}

// Model implements the engine's Embedder.
func (m *Model) Model() string { return m.name }

// Dimensions implements the engine's Embedder.
func (m *Model) Dimensions() int { return m.dims }

// Embed implements the engine's Embedder.
func (m *Model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		out[i] = m.embed(t)
	}
	return out, nil
}

// embed is the mean of the tokens' vectors. A text without a known token gives the
// first unit vector, so that cosine distances are always defined.
func (m *Model) embed(text string) []float32 {
	ids := m.tokens.encode(text)
	ids = ids[:min(len(ids), maxTokens)]
	sum := make([]float64, m.dims)
	for _, id := range ids {
		for k, x := range m.row(id) {
			sum[k] += float64(x)
		}
	}
	scale, square := 1.0, 0.0
	if len(ids) > 0 {
		scale = 1 / float64(len(ids))
	}
	for _, x := range sum {
		square += x * scale * x * scale
	}
	out := make([]float32, m.dims)
	if square == 0 {
		out[0] = 1
		return out
	}
	if m.normalise {
		scale /= math.Sqrt(square)
	}
	for k, x := range sum {
		out[k] = float32(x * scale)
	}
	return out
}
