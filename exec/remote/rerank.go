package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"
)

// RerankTimeout is how long a ranking may take where the configuration says nothing.
const RerankTimeout = 5 * time.Second

// RerankStyle is whose API a reranking endpoint speaks.
type RerankStyle string

// Styles: Cohere's POST /v2/rerank, Jina's POST /v1/rerank and POST /rerank of
// Hugging Face's text-embeddings-inference.
const (
	CohereStyle RerankStyle = "cohere"
	JinaStyle   RerankStyle = "jina"
	TEIStyle    RerankStyle = "tei"
)

// Reranker scores documents for a query through an HTTP endpoint. Safe for concurrent use.
type Reranker struct {
	URL     string // the whole endpoint, such as http://host/rerank
	Style   RerankStyle
	Name    string // of the model; TEI serves one and is not told
	APIKey  string
	Timeout time.Duration
	Client  *http.Client // nil: http.DefaultClient
}

// Check reports a configuration that cannot work.
func (r *Reranker) Check() error {
	switch r.Style {
	case CohereStyle, JinaStyle:
		if r.Name == "" {
			return fmt.Errorf("a reranking endpoint of style %s needs a model", r.Style)
		}
	case TEIStyle:
	default:
		return fmt.Errorf("the style of a reranking endpoint must be %s, %s or %s, not %q", CohereStyle, JinaStyle, TEIStyle, r.Style)
	}
	return nil
}

// Model names what the scores are of.
func (r *Reranker) Model() string {
	if r.Name == "" {
		return string(r.Style)
	}
	return r.Name
}

// namedRequest is Cohere's and Jina's request.
type namedRequest struct {
	Model     string   `json:"model"`
	Query     string   `json:"query"`
	Documents []string `json:"documents"`
	TopN      int      `json:"top_n"`
	// Jina sends the documents back unless told not to.
	ReturnDocuments *bool `json:"return_documents,omitempty"`
}

type teiRequest struct {
	Query    string   `json:"query"`
	Texts    []string `json:"texts"`
	Truncate bool     `json:"truncate"`
}

// rerankResult is one document's score: relevance_score of Cohere and Jina, score of TEI.
type rerankResult struct {
	Index     *int     `json:"index"`
	Relevance *float64 `json:"relevance_score"`
	Score     *float64 `json:"score"`
}

// rerankFailure has the three services' words for an error.
type rerankFailure struct {
	Message string          `json:"message"` // Cohere
	Detail  json.RawMessage `json:"detail"`  // Jina: a text, or an object
	Error   string          `json:"error"`   // TEI
}

// Rerank returns a score for each document, the higher the better. Failures are
// 58000 with the endpoint's own words; a cancelled statement is its cause. It is
// not tried twice: whoever asks has an order of its own to fall back to.
func (r *Reranker) Rerank(ctx context.Context, query string, documents []string) ([]float64, error) {
	e := &endpoint{what: "reranking", url: r.URL, apiKey: r.APIKey, client: r.Client, timeout: r.Timeout}
	if e.timeout <= 0 {
		e.timeout = RerankTimeout
	}
	status, raw, err := e.post(ctx, r.request(query, documents))
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	if status != http.StatusOK {
		return nil, e.refused(status, rerankMessage(raw))
	}
	results, err := r.results(raw)
	if err != nil {
		return nil, e.failed("its answer is not the JSON expected: %v", err)
	}
	if len(results) != len(documents) {
		return nil, e.failed("it sent %d scores for %d documents", len(results), len(documents))
	}
	scores, seen := make([]float64, len(documents)), make([]bool, len(documents))
	for _, x := range results {
		score := x.Relevance
		if r.Style == TEIStyle {
			score = x.Score
		}
		switch {
		case x.Index == nil || score == nil:
			return nil, e.failed("it sent a result without index or score")
		case *x.Index < 0 || *x.Index >= len(documents) || seen[*x.Index]:
			return nil, e.failed("it sent a score with index %d", *x.Index)
		case math.IsNaN(*score) || math.IsInf(*score, 0):
			return nil, e.failed("it sent NaN or infinity")
		}
		scores[*x.Index], seen[*x.Index] = *score, true
	}
	return scores, nil
}

func (r *Reranker) request(query string, documents []string) any {
	if r.Style == TEIStyle {
		return teiRequest{Query: query, Texts: documents, Truncate: true}
	}
	out := namedRequest{Model: r.Name, Query: query, Documents: documents, TopN: len(documents)}
	if r.Style == JinaStyle {
		out.ReturnDocuments = new(bool)
	}
	return out
}

func (r *Reranker) results(raw []byte) (list []rerankResult, err error) {
	if r.Style == TEIStyle {
		err = json.Unmarshal(raw, &list)
		return list, err
	}
	var answer struct {
		Results []rerankResult `json:"results"`
	}
	err = json.Unmarshal(raw, &answer)
	return answer.Results, err
}

func rerankMessage(raw []byte) string {
	var f rerankFailure
	if json.Unmarshal(raw, &f) != nil {
		return ""
	}
	var detail string
	if json.Unmarshal(f.Detail, &detail) != nil {
		detail = string(f.Detail)
	}
	for _, s := range []string{f.Message, f.Error, detail} {
		if s != "" {
			return s
		}
	}
	return ""
}
