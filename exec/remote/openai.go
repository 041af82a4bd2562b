package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"synapse/catalog/sqlerr"
)

// Limits of one endpoint.
const (
	embedBatch        = 96               // texts per request
	embedTimeout      = 20 * time.Second // one request
	embedTries        = 3
	embedRetryPause   = 200 * time.Millisecond
	maxEmbedBodyBytes = 64 << 20
)

// OpenAI embeds through an endpoint that speaks OpenAI's POST /v1/embeddings.
// Safe for concurrent use.
type OpenAI struct {
	URL    string // the whole endpoint, such as http://host/v1/embeddings
	Name   string
	Dims   int
	APIKey string
	Client *http.Client // nil: http.DefaultClient
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

// errRetry marks failures that another try may cure.
var errRetry = errors.New("temporary failure")

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
	body, err := json.Marshal(embedRequest{Model: o.Name, Input: texts})
	if err != nil {
		return nil, sqlerr.Internal("encoding an embedding request: %v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, embedTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.URL, bytes.NewReader(body))
	if err != nil {
		return nil, failed("%v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if o.APIKey != "" {
		req.Header.Set("Authorization", "Bearer "+o.APIKey)
	}
	client := o.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, failed("%v", err).Wrap(errRetry)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxEmbedBodyBytes+1))
	if err != nil {
		return nil, failed("%v", err).Wrap(errRetry)
	}
	if len(raw) > maxEmbedBodyBytes {
		return nil, failed("its answer is longer than %d bytes", maxEmbedBodyBytes)
	}
	return o.read(resp.StatusCode, raw, len(texts))
}

// read checks an answer: status, number of vectors, their indexes, dimensions and values.
func (o *OpenAI) read(status int, raw []byte, want int) ([][]float32, error) {
	var r embedResponse
	jsonErr := json.Unmarshal(raw, &r)
	if status != http.StatusOK {
		message := http.StatusText(status)
		if jsonErr == nil && r.Error != nil {
			message = r.Error.Message
		}
		err := failed("HTTP %d: %s", status, message)
		if status == http.StatusTooManyRequests || status >= 500 {
			err = err.Wrap(errRetry)
		}
		return nil, err
	}
	if jsonErr != nil {
		return nil, failed("its answer is not the JSON expected: %v", jsonErr)
	}
	if len(r.Data) != want {
		return nil, failed("it sent %d vectors for %d texts", len(r.Data), want)
	}
	out := make([][]float32, want)
	for _, d := range r.Data {
		if d.Index < 0 || d.Index >= want || out[d.Index] != nil {
			return nil, failed("it sent a vector with index %d", d.Index)
		}
		if len(d.Embedding) != o.Dims {
			return nil, sqlerr.New(sqlerr.DataException, "expected %d dimensions, not %d", o.Dims, len(d.Embedding)).
				WithDetail("The embedding endpoint for model %q sent a vector of another length.", o.Name)
		}
		for _, x := range d.Embedding {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, failed("it sent NaN or infinity")
			}
		}
		out[d.Index] = d.Embedding
	}
	return out, nil
}

func failed(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.SystemError, "the embedding endpoint failed: %s", fmt.Sprintf(format, args...))
}
