package remote

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"synapse/catalog/sqlerr"
)

func dot(a, b []float32) float64 {
	var s float64
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}

func embed(t *testing.T, text string) []float32 {
	t.Helper()
	out, err := Builtin{}.Embed(context.Background(), []string{text})
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func TestBuiltinIsDeterministicUnitLength(t *testing.T) {
	for _, text := range []string{"", "???", "refund", strings.Repeat("long text with words ", 500)} {
		a, b := embed(t, text), embed(t, text)
		if len(a) != BuiltinDimensions {
			t.Fatalf("%q: %d dimensions", text, len(a))
		}
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("%q: coordinate %d differs between runs", text, i)
			}
		}
		if n := dot(a, a); n < 0.9999 || n > 1.0001 {
			t.Errorf("%.20q: squared length %v", text, n)
		}
	}
}

func TestBuiltinRanksRelatedTextCloser(t *testing.T) {
	q := embed(t, "refund status of order 1458")
	near := dot(q, embed(t, "Refund requested for order #1458 last week"))
	inflected := dot(q, embed(t, "the orders were refunded"))
	far := dot(q, embed(t, "the weather in Lisbon is sunny"))
	if near < far+0.3 || inflected < far+0.3 {
		t.Errorf("similarities %v and %v do not stand out from %v", near, inflected, far)
	}
}

func openAI(t *testing.T, h http.HandlerFunc) *OpenAI {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &OpenAI{URL: s.URL, Name: "m", Dims: 2, APIKey: "k"}
}

func TestOpenAIBatchesAndOrders(t *testing.T) {
	var calls atomic.Int32
	o := openAI(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.Header.Get("Authorization") != "Bearer k" {
			t.Error("no API key sent")
		}
		var req embedRequest
		json.NewDecoder(r.Body).Decode(&req)
		type one struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		}
		var data []one
		for i := len(req.Input) - 1; i >= 0; i-- { // out of order on purpose
			data = append(data, one{i, []float32{float32(len(req.Input[i])), 1}})
		}
		json.NewEncoder(w).Encode(map[string]any{"data": data})
	})
	texts := make([]string, embedBatch+5)
	for i := range texts {
		texts[i] = strings.Repeat("x", i)
	}
	out, err := o.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if out[i][0] != float32(i) {
			t.Fatalf("vector %d belongs to text %v", i, out[i][0])
		}
	}
	if calls.Load() != 2 {
		t.Errorf("%d requests for %d texts", calls.Load(), len(texts))
	}
}

func TestOpenAIRetriesThenReports(t *testing.T) {
	var calls atomic.Int32
	o := openAI(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		http.Error(w, `{"error":{"message":"overloaded"}}`, http.StatusServiceUnavailable)
	})
	_, err := o.Embed(context.Background(), []string{"a"})
	if !sqlerr.Is(err, sqlerr.SystemError) || !strings.Contains(err.Error(), "overloaded") {
		t.Errorf("got %v", err)
	}
	if calls.Load() != embedTries {
		t.Errorf("%d tries", calls.Load())
	}
}

func TestOpenAIDistrustsAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		code sqlerr.Code
	}{
		"garbage":         {`<html>`, sqlerr.SystemError},
		"too few":         {`{"data":[]}`, sqlerr.SystemError},
		"wrong index":     {`{"data":[{"index":7,"embedding":[1,2]}]}`, sqlerr.SystemError},
		"wrong dimension": {`{"data":[{"index":0,"embedding":[1,2,3]}]}`, sqlerr.DataException},
	} {
		o := openAI(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(c.body)) })
		if _, err := o.Embed(context.Background(), []string{"a"}); !sqlerr.Is(err, c.code) {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
}

func TestOpenAIEndsWithItsStatement(t *testing.T) {
	block := make(chan struct{})
	defer close(block)
	o := openAI(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-block:
		case <-r.Context().Done():
		}
	})
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("statement cancelled")
	go cancel(cause)
	if _, err := o.Embed(ctx, []string{"a"}); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
}
