package remote

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"synapse/catalog/sqlerr"
)

func reranker(t *testing.T, style RerankStyle, h http.HandlerFunc) *Reranker {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &Reranker{URL: s.URL, Style: style, Name: "m", APIKey: "k", Timeout: 10 * time.Second}
}

// TestRerankShapes: each service is asked in its own words, and its answer read in its own.
func TestRerankShapes(t *testing.T) {
	for style, c := range map[RerankStyle]struct{ request, response string }{
		CohereStyle: {
			`{"model":"m","query":"q","documents":["a","b"],"top_n":2}`,
			`{"id":"x","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.2}],"meta":{"api_version":{"version":"2"}}}`,
		},
		JinaStyle: {
			`{"model":"m","query":"q","documents":["a","b"],"top_n":2,"return_documents":false}`,
			`{"model":"m","usage":{"total_tokens":5},"results":[{"index":1,"relevance_score":0.9,"document":{"text":"b"}},{"index":0,"relevance_score":0.2}]}`,
		},
		TEIStyle: {
			`{"query":"q","texts":["a","b"],"truncate":true}`,
			`[{"index":1,"score":0.9},{"index":0,"score":0.2}]`,
		},
	} {
		r := reranker(t, style, func(w http.ResponseWriter, req *http.Request) {
			var got, want any
			json.NewDecoder(req.Body).Decode(&got)
			json.Unmarshal([]byte(c.request), &want)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s was asked %v, want %v", style, got, want)
			}
			if req.Header.Get("Authorization") != "Bearer k" {
				t.Errorf("%s got no API key", style)
			}
			w.Write([]byte(c.response))
		})
		scores, err := r.Rerank(context.Background(), "q", []string{"a", "b"})
		if err != nil || !reflect.DeepEqual(scores, []float64{0.2, 0.9}) {
			t.Errorf("%s: %v, %v", style, scores, err)
		}
	}
}

func TestRerankDistrustsAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		style  RerankStyle
		status int
		body   string
		want   string
	}{
		"garbage":       {CohereStyle, 200, `<html>`, "not the JSON expected"},
		"other shape":   {TEIStyle, 200, `{"results":[]}`, "not the JSON expected"},
		"too few":       {CohereStyle, 200, `{"results":[{"index":0,"relevance_score":1}]}`, "1 scores for 2 documents"},
		"wrong index":   {JinaStyle, 200, `{"results":[{"index":0,"relevance_score":1},{"index":2,"relevance_score":1}]}`, "index 2"},
		"twice":         {TEIStyle, 200, `[{"index":0,"score":1},{"index":0,"score":1}]`, "index 0"},
		"no score":      {TEIStyle, 200, `[{"index":0,"relevance_score":1},{"index":1,"relevance_score":1}]`, "without index or score"},
		"no index":      {CohereStyle, 200, `{"results":[{"relevance_score":1},{"relevance_score":1}]}`, "without index or score"},
		"huge":          {TEIStyle, 200, `[{"index":0,"score":1e999},{"index":1,"score":1}]`, "not the JSON expected"},
		"cohere's word": {CohereStyle, 429, `{"message":"trial key limit"}`, "HTTP 429: trial key limit"},
		"jina's word":   {JinaStyle, 422, `{"detail":"bad model"}`, "HTTP 422: bad model"},
		"jina's list":   {JinaStyle, 422, `{"detail":[{"loc":"x"}]}`, `HTTP 422: [{"loc":"x"}]`},
		"tei's word":    {TEIStyle, 413, `{"error":"batch size","error_type":"Validation"}`, "HTTP 413: batch size"},
		"no word":       {TEIStyle, 500, ``, "HTTP 500: Internal Server Error"},
	} {
		r := reranker(t, c.style, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			w.Write([]byte(c.body))
		})
		_, err := r.Rerank(context.Background(), "q", []string{"a", "b"})
		if !sqlerr.Is(err, sqlerr.SystemError) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestRerankGivesUpOnAHang(t *testing.T) {
	r := reranker(t, TEIStyle, func(_ http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body) // else the server does not see the client go
		<-req.Context().Done()
	})
	r.Timeout = 20 * time.Millisecond
	if _, err := r.Rerank(context.Background(), "q", []string{"a"}); !sqlerr.Is(err, sqlerr.SystemError) || !strings.Contains(err.Error(), "no answer within 20ms") {
		t.Errorf("got %v", err)
	}
}

func TestRerankConfiguration(t *testing.T) {
	for _, c := range []struct {
		r  Reranker
		ok bool
	}{
		{Reranker{Style: TEIStyle}, true},
		{Reranker{Style: CohereStyle}, false},
		{Reranker{Style: CohereStyle, Name: "m"}, true},
		{Reranker{Style: "voyage", Name: "m"}, false},
	} {
		if err := c.r.Check(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.r, err)
		}
	}
}
