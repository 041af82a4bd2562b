package sqltests

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/exec/remote"
	"synapse/sqltests/harness"
	"synapse/wire/session"
)

// rerankServer is a reranking endpoint of TEI's shape whose behaviour the test changes.
type rerankServer struct {
	*httptest.Server
	mu    sync.Mutex
	mode  string   // "length": longer is better; "hang", "garbage", "index", "short"
	asked []string // texts of the last request
}

func startReranker(t *testing.T) *rerankServer {
	s := &rerankServer{mode: "length"}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *rerankServer) set(mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode, s.asked = mode, nil
}

func (s *rerankServer) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *rerankServer) answer(w http.ResponseWriter, r *http.Request) {
	var req struct{ Texts []string }
	body, _ := io.ReadAll(r.Body) // to its end, else the server does not see the client go
	json.Unmarshal(body, &req)
	s.mu.Lock()
	mode := s.mode
	s.asked = req.Texts
	s.mu.Unlock()
	type result struct {
		Index int     `json:"index"`
		Score float64 `json:"score"`
	}
	var out []result
	for i, text := range req.Texts {
		out = append(out, result{i, float64(len(text))})
	}
	switch mode {
	case "hang":
		<-r.Context().Done()
		return
	case "garbage":
		w.Write([]byte("<html>busy</html>"))
		return
	case "index":
		out[0].Index = 99
	case "short":
		out = out[1:]
	}
	json.NewEncoder(w).Encode(out)
}

// TestRerank: a profile with a rerank_depth puts the endpoint's order over the
// fused one, whatever goes wrong with the endpoint the fused order stands and says
// why, and a replay gives what was returned without asking again.
func TestRerank(t *testing.T) {
	endpoint := startReranker(t)
	s := harness.StartSynapseWith(t, session.Config{
		Reranker: &remote.Reranker{URL: endpoint.URL, Style: remote.TEIStyle, Timeout: 300 * time.Millisecond},
	})
	ctx := context.Background()
	config, err := pgx.ParseConfig(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	var notices []string
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Severity+": "+n.Message) }
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	for i, text := range []string{"refund", "refund please", "a refund was asked for", "the refund of the order is late again", "nothing of the kind"} {
		if _, err := c.Exec(ctx, "SELECT memory.write('r', jsonb_build_object('content', $1::text, 'ts', now() - make_interval(days => $2)))", text, i); err != nil {
			t.Fatal(err)
		}
	}
	const ask = "SELECT content || ' ' || score || ' ' || (parts ? 'rerank') || ' ' || coalesce(parts->>'rerank', 'none') || ' ' || query_id FROM memory.query(ns => 'r', query => 'refund', k => $1, profile => $2) ORDER BY rank"
	asked := func(k int, profile string) (rows []string, id string) {
		t.Helper()
		for _, row := range lines(t, ctx, c, ask, k, profile) {
			at := strings.LastIndex(row, " ")
			rows, id = append(rows, row[:at]), row[at+1:]
		}
		return rows, id
	}
	replayed := func(id string) []string {
		t.Helper()
		return lines(t, ctx, c, "SELECT content || ' ' || score || ' ' || (parts ? 'rerank') || ' ' || coalesce(parts->>'rerank', 'none') FROM memory.replay_query($1) ORDER BY rank", id)
	}
	same := func(how string, got, want []string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant:\n%s", how, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}

	best, first := asked(2, "rerank")
	same("reranked", best, []string{"the refund of the order is late again 37 true 37", "a refund was asked for 22 true 22"})
	if len(endpoint.texts()) < 4 {
		t.Errorf("the endpoint saw %q: more than what is returned should be ranked", endpoint.texts())
	}

	// Without a rerank_depth nobody is asked.
	endpoint.set("length")
	plain, _ := asked(2, "default")
	if endpoint.texts() != nil || strings.HasPrefix(plain[0], "the refund") {
		t.Errorf("default profile: %q, endpoint saw %q", plain, endpoint.texts())
	}

	var failed []string // ids of recalls in the fused order
	for mode, why := range map[string]string{
		"hang": "no answer within", "garbage": "not the JSON expected", "index": "index 99", "short": "scores for",
	} {
		endpoint.set(mode)
		notices = nil
		got, id := asked(2, "rerank")
		for i := range got {
			if want := strings.Replace(plain[i], "false none", "true none", 1); got[i] != want {
				t.Errorf("%s: %q, want the fused order %q", mode, got[i], want)
			}
		}
		if len(notices) != 1 || !strings.HasPrefix(notices[0], "WARNING: entries are in the fused order: ") || !strings.Contains(notices[0], why) {
			t.Errorf("%s: notices %q", mode, notices)
		}
		failed = append(failed, id)
	}

	// Replays are what was returned, and ask nobody.
	endpoint.set("length")
	same("replay", replayed(first), best)
	for _, id := range failed {
		for i, row := range replayed(id) {
			if want := strings.Replace(plain[i], "false none", "true none", 1); row != want {
				t.Errorf("replay of a fallback: %q, want %q", row, want)
			}
		}
	}
	if endpoint.texts() != nil {
		t.Errorf("a replay asked for %q", endpoint.texts())
	}
	endpoint.Close()
	same("replay without endpoint", replayed(first), best)
	s.Restart(t)
	if c, err = pgx.Connect(ctx, s.URL()); err != nil {
		t.Fatal(err)
	}
	same("replay after a restart", replayed(first), best)
	if got := lines(t, ctx, c, "SELECT change FROM memory.diff($1, now())", first); len(got) == 0 {
		t.Error("diff of a reranked recall gave nothing")
	}
	if rows := lines(t, ctx, c, "SELECT sql FROM memory.lineage WHERE sql LIKE '%' || $1 || '%'", fmt.Sprint(endpoint.URL)); len(rows) > 0 {
		t.Error("lineage shows the endpoint")
	}
}

// TestRerankWithoutEndpoint: the profile asks for what the server does not have.
func TestRerankWithoutEndpoint(t *testing.T) {
	ctx := context.Background()
	config, err := pgx.ParseConfig(harness.StartSynapse(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	notices := 0
	config.OnNotice = func(*pgconn.PgConn, *pgconn.Notice) { notices++ }
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `SELECT memory.write('r', '{"content": "refund"}')`); err != nil {
		t.Fatal(err)
	}
	got := lines(t, ctx, c, "SELECT content FROM memory.query(ns => 'r', query => 'refund', profile => 'rerank')")
	if len(got) != 1 || notices != 1 {
		t.Errorf("%q, %d notices", got, notices)
	}
}

// lines are the rows of a query of one text column.
func lines(t *testing.T, ctx context.Context, c *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}
