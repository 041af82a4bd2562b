package sqltests

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/catalog/sqlerr"
	"synapse/exec/remote"
	"synapse/sqltests/harness"
	"synapse/wire/session"
)

// embedServer speaks OpenAI's embeddings API for vectors of two dimensions: the
// text's length and 1.
type embedServer struct {
	*httptest.Server
	mu      sync.Mutex
	mode    string // "", "down", "garbage", "lies", "hang"
	batches []int  // texts of each request since set
}

func startEmbedder(t *testing.T) *embedServer {
	s := &embedServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *embedServer) set(mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode, s.batches = mode, nil
}

func (s *embedServer) requests() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.batches
}

func (s *embedServer) answer(w http.ResponseWriter, r *http.Request) {
	var req struct{ Input []string }
	body, _ := io.ReadAll(r.Body)
	json.Unmarshal(body, &req)
	s.mu.Lock()
	mode := s.mode
	s.batches = append(s.batches, len(req.Input))
	s.mu.Unlock()
	type one struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	}
	var data []one
	for i, text := range req.Input {
		data = append(data, one{i, []float32{float32(len(text)), 1}})
	}
	switch mode {
	case "down":
		http.Error(w, `{"error":{"message":"no GPU"}}`, http.StatusBadRequest)
		return
	case "garbage":
		w.Write([]byte("<html>"))
		return
	case "hang":
		<-r.Context().Done()
		return
	case "lies":
		data[0].Embedding = []float32{1, 2, 3}
	}
	json.NewEncoder(w).Encode(map[string]any{"data": data})
}

// TestEmbeddingEndpoint: rows of one command are embedded together; what happens to
// a text that cannot be embedded is the namespace's policy.
func TestEmbeddingEndpoint(t *testing.T) {
	endpoint := startEmbedder(t)
	s := harness.StartSynapseWith(t, session.Config{
		Embedder: &remote.OpenAI{URL: endpoint.URL, Name: "two", Dims: 2, Timeout: 200 * time.Millisecond},
	})
	ctx := context.Background()
	config, err := pgx.ParseConfig(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	var notices []string
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Message) }
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	fails := func(code sqlerr.Code, word, sql string, args ...any) {
		t.Helper()
		_, err := c.Exec(ctx, sql, args...)
		var e *pgconn.PgError
		if !errors.As(err, &e) || e.Code != string(code) || !strings.Contains(e.Message+e.Detail, word) {
			t.Errorf("%s: got %v, want %s with %q", sql, err, code, word)
		}
	}
	is := func(want, sql string, args ...any) {
		t.Helper()
		if got := strings.Join(lines(t, ctx, c, sql, args...), ","); got != want {
			t.Errorf("%s: got %q, want %q", sql, got, want)
		}
	}

	// One request for the rows of an INSERT, and of a COPY; a vector that was given is not asked for.
	exec("INSERT INTO memory.entries (ns, content) SELECT 'a', repeat('x', g) FROM generate_series(1, 50) g")
	if b := endpoint.requests(); len(b) != 1 || b[0] != 50 {
		t.Errorf("INSERT of 50 rows asked for %v", b)
	}
	endpoint.set("")
	rows := [][]any{{"a", "copied one"}, {"a", "copied two, longer"}, {"b", "copied one"}}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"memory", "entries"}, []string{"ns", "content"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	if b := endpoint.requests(); len(b) != 1 || b[0] != 3 {
		t.Errorf("COPY of 3 rows asked for %v", b)
	}
	is("true", "SELECT bool_and(embedding = ('[' || length(content) || ',1]')::vector)::text FROM memory.entries")
	endpoint.set("")
	exec("INSERT INTO memory.entries (ns, content, embedding) VALUES ('a', 'own', '[1,2]'), ('a', 'own too', '[2,2]')")
	if b := endpoint.requests(); len(b) != 0 {
		t.Errorf("rows with vectors asked for %v", b)
	}

	// The default policy is an error, and nothing is stored.
	for mode, e := range map[string]struct {
		code sqlerr.Code
		word string
	}{
		"down": {sqlerr.SystemError, "no GPU"}, "garbage": {sqlerr.SystemError, "not the JSON expected"},
		"lies": {sqlerr.DataException, "expected 2 dimensions, not 3"}, "hang": {sqlerr.SystemError, "no answer within"},
	} {
		endpoint.set(mode)
		fails(e.code, e.word, `SELECT memory.write('strict', '{"content": "lost"}')`)
		fails(e.code, e.word, "SELECT * FROM memory.query(ns => 'a', query => 'copied')")
	}
	is("0", "SELECT count(*)::text FROM memory.entries WHERE ns = 'strict'")

	// lexical: the row is stored, found by its words, and gets its vector later.
	exec("INSERT INTO memory.namespaces (ns, embed_failure) VALUES ('soft', 'lexical')")
	notices = nil
	for _, mode := range []string{"down", "garbage", "lies", "hang"} {
		endpoint.set(mode)
		exec("SELECT memory.write('soft', jsonb_build_object('content', 'kept while ' || $1::text))", mode)
	}
	endpoint.set("down")
	exec("INSERT INTO memory.entries (ns, content) VALUES ('soft', 'kept by insert'), ('soft', 'kept by the same insert')")
	if len(notices) != 5 || !strings.Contains(notices[0], "no GPU") {
		t.Errorf("notices %q", notices)
	}
	fails(sqlerr.SystemError, "no GPU", "INSERT INTO memory.entries (ns, content) VALUES ('soft', 'mixed'), ('a', 'mixed')")
	is("6", "SELECT count(*)::text FROM memory.query(ns => 'soft', query => 'kept')")
	is("6", "SELECT count(*)::text FROM memory.entries WHERE ns = 'soft' AND embedding IS NULL")
	fails(sqlerr.SystemError, "no GPU", "SELECT memory.embed_missing('soft')")
	endpoint.set("")
	is("2", "SELECT memory.embed_missing('soft', 2)::text")
	is("4", "SELECT memory.embed_missing('soft')::text")
	is("0", "SELECT memory.embed_missing('soft')::text")
	if b := endpoint.requests(); len(b) != 2 {
		t.Errorf("back-filling asked for %v", b)
	}
	is("true", "SELECT bool_and(embedding = ('[' || length(content) || ',1]')::vector)::text FROM memory.entries WHERE ns = 'soft'")

	// Vectors of another model than the namespace's.
	exec("INSERT INTO memory.namespaces (ns, embedding_model) VALUES ('other', 'three')")
	fails(sqlerr.DataException, `model "three", not of "two"`, `SELECT memory.write('other', '{"content": "x"}')`)
	fails(sqlerr.DataException, `model "three", not of "two"`, "INSERT INTO memory.entries (ns, content) VALUES ('other', 'x')")
	fails(sqlerr.DataException, `model "three", not of "two"`, "SELECT * FROM memory.query(ns => 'other', query => 'x')")
	fails(sqlerr.DataException, `model "three", not of "four"`, `SELECT memory.write('other', '{"content": "x", "embedding": "[1,2]", "embedding_model": "four"}')`)
	fails(sqlerr.DataException, `model "two", not of "four"`, `SELECT memory.write('a', '{"content": "x", "embedding": "[1,2]", "embedding_model": "four"}')`)
	exec(`SELECT memory.write('other', '{"content": "x", "embedding": "[1,2]", "embedding_model": "three"}')`)
	is("x", "SELECT content FROM memory.query(ns => 'other', query => 'x', embedding => '[1,2]')")
	fails(sqlerr.DataException, "dimensions", `SELECT memory.write('other', '{"content": "y", "embedding": "[1,2,3]"}')`)
}
