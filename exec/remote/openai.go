package remote

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"time"

	"synapse/catalog/sqlerr"
)

// EmbedTimeout is how long one request may take where the configuration says nothing.
const EmbedTimeout = 20 * time.Second

// Limits of one endpoint.
const (
	embedBatch      = 96 // texts per request
	embedTries      = 3
	embedRetryPause = 200 * time.Millisecond
)

// OpenAI embeds through an endpoint that speaks OpenAI's POST /v1/embeddings.
// Safe for concurrent use.
type OpenAI struct {
	URL    string // the whole endpoint, such as http://host/v1/embeddings
	Name   string
	Dims   int
	APIKey string
	// Timeout of one request; 0 = EmbedTimeout.
	Timeout time.Duration
	Client  *http.Client // nil: http.DefaultClient
}

// Model implements the engine's Embedder.
func (o *OpenAI) Model() string { return o.Name }

// Dimensions implements the engine's Embedder.
func (o *OpenAI) Dimensions() int { return o.Dims }

type embedRequest struct {
	Model string   `json:"model"`
	Input []string `json:"input"`
}

type embedResponse struct {
	Data []struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	} `json:"data"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// Embed implements the engine's Embedder. Failures are 58000 with the endpoint's
// own words, wrong dimensions 22000, a cancelled statement its cause.
func (o *OpenAI) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(len(texts), embedBatch)
		part, err := o.batch(ctx, texts[:n])
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		texts = texts[n:]
	}
	return out, nil
}

func (o *OpenAI) batch(ctx context.Context, texts []string) ([][]float32, error) {
	pause := embedRetryPause
	for try := 1; ; try++ {
		out, err := o.request(ctx, texts)
		if err == nil {
			return out, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if !errors.Is(err, errRetry) || try == embedTries {
			return nil, err
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (o *OpenAI) request(ctx context.Context, texts []string) ([][]float32, error) {
	status, raw, err := o.endpoint().post(ctx, embedRequest{Model: o.Name, Input: texts})
	if err != nil {
		return nil, err
	}
	return o.read(status, raw, len(texts))
}

func (o *OpenAI) endpoint() *endpoint {
	e := &endpoint{what: "embedding", url: o.URL, apiKey: o.APIKey, client: o.Client, timeout: o.Timeout}
	if e.timeout <= 0 {
		e.timeout = EmbedTimeout
	}
	return e
}

// read checks an answer: status, number of vectors, their indexes, dimensions and values.
func (o *OpenAI) read(status int, raw []byte, want int) ([][]float32, error) {
	var r embedResponse
	jsonErr := json.Unmarshal(raw, &r)
	e := o.endpoint()
	if status != http.StatusOK {
		message := ""
		if jsonErr == nil && r.Error != nil {
			message = r.Error.Message
		}
		return nil, e.refused(status, message)
	}
	if jsonErr != nil {
		return nil, e.failed("its answer is not the JSON expected: %v", jsonErr)
	}
	if len(r.Data) != want {
		return nil, e.failed("it sent %d vectors for %d texts", len(r.Data), want)
	}
	out := make([][]float32, want)
	for _, d := range r.Data {
		if d.Index < 0 || d.Index >= want || out[d.Index] != nil {
			return nil, e.failed("it sent a vector with index %d", d.Index)
		}
		if len(d.Embedding) != o.Dims {
			return nil, sqlerr.New(sqlerr.DataException, "expected %d dimensions, not %d", o.Dims, len(d.Embedding)).
				WithDetail("The embedding endpoint for model %q sent a vector of another length.", o.Name)
		}
		for _, x := range d.Embedding {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, e.failed("it sent NaN or infinity")
			}
		}
		out[d.Index] = d.Embedding
	}
	return out, nil
}
