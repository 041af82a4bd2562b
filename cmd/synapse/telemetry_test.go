package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	metrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	traces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver takes OTLP over HTTP.
type receiver struct {
	t       *testing.T
	mu      sync.Mutex
	spans   []*tracepb.Span
	service string
	metrics map[string]bool
}

func newReceiver(t *testing.T) (*receiver, string) {
	r := &receiver{t: t, metrics: map[string]bool{}}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	return r, srv.URL
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var body io.Reader = q.Body
	if q.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			r.t.Error(err)
			return
		}
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		r.t.Error(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch q.URL.Path {
	case "/v1/traces":
		var m traces.ExportTraceServiceRequest
		if err := proto.Unmarshal(raw, &m); err != nil {
			r.t.Error(err)
		}
		for _, rs := range m.ResourceSpans {
			r.service = attr(rs.Resource.Attributes, "service.name")
			for _, ss := range rs.ScopeSpans {
				r.spans = append(r.spans, ss.Spans...)
			}
		}
	case "/v1/metrics":
		var m metrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(raw, &m); err != nil {
			r.t.Error(err)
		}
		for _, rm := range m.ResourceMetrics {
			for _, sm := range rm.ScopeMetrics {
				for _, x := range sm.Metrics {
					r.metrics[x.Name] = true
				}
			}
		}
	default:
		r.t.Errorf("request for %s", q.URL.Path)
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func attr(list []*common.KeyValue, key string) string {
	for _, kv := range list {
		if kv.Key == key {
			if s, ok := kv.Value.Value.(*common.AnyValue_StringValue); ok {
				return s.StringValue
			}
			return strings.TrimSpace(strings.SplitN(kv.Value.String(), ":", 2)[1])
		}
	}
	return ""
}

// find returns the spans of a name.
func (r *receiver) find(name string) []*tracepb.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*tracepb.Span
	for _, s := range r.spans {
		if s.Name == name {
			out = append(out, s)
		}
	}
	return out
}

// startServer serves on a free port until the returned function is called.
func startServer(t *testing.T) (url string, stop func()) {
	c, err := parseServe([]string{"--listen", "127.0.0.1:0", "--http", "", "--data", t.TempDir(), "--durability", "relaxed"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- serve(ctx, c, in, slog.New(slog.DiscardHandler))
		in.Close()
	}()
	greeting := make([]byte, 4096)
	n, err := out.Read(greeting)
	for err == nil && !bytes.Contains(greeting[:n], []byte("psql -h")) {
		var more int
		more, err = out.Read(greeting[n:])
		n += more
	}
	port := regexp.MustCompile(`-p (\d+)`).FindSubmatch(greeting[:n])
	if port == nil {
		t.Fatalf("no greeting: %q, %v, %v", greeting[:n], err, <-done)
	}
	go io.Copy(io.Discard, out)
	return "postgres://synapse@127.0.0.1:" + string(port[1]) + "/synapse", func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestTelemetry(t *testing.T) {
	for _, content := range []bool{false, true} {
		r, endpoint := newReceiver(t)
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
		t.Setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", map[bool]string{true: "true", false: ""}[content])
		url, stop := startServer(t)
		const traceID, parentID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Fatal(err)
		}
		exec := func(sql string) {
			if _, err := conn.Exec(ctx, sql); err != nil && !strings.Contains(sql, "nowhere") {
				t.Fatal(err)
			}
		}
		exec("CREATE TABLE notes (i int)")
		exec("INSERT INTO notes VALUES (1), (2)")
		exec("SELECT * FROM notes /*traceparent='00-" + traceID + "-" + parentID + "-01'*/")
		exec("SELECT 1 FROM nowhere")
		exec("SET synapse.traceparent = '00-" + traceID + "-" + parentID + "-01'")
		exec("SELECT memory.write('team:a', '{\"content\": \"the secret word is swordfish\"}')")
		exec("SELECT * FROM memory.query(ns => 'team:a', query => 'which swordfish')")
		var lineageTrace, lineageSpan string
		if err := conn.QueryRow(ctx, "SELECT trace_id, span_id FROM memory.lineage WHERE sql LIKE 'SELECT * FROM notes%'").Scan(&lineageTrace, &lineageSpan); err != nil {
			t.Fatal(err)
		}
		conn.Close(ctx)
		stop()
		cancel()

		one := func(name string) *tracepb.Span {
			t.Helper()
			list := r.find(name)
			if len(list) != 1 {
				t.Fatalf("%d spans %q", len(list), name)
			}
			return list[0]
		}
		if r.service != "synapse" {
			t.Errorf("service.name %q", r.service)
		}
		read := one("SELECT notes")
		if read.Kind != tracepb.Span_SPAN_KIND_SERVER || hex.EncodeToString(read.TraceId) != traceID || hex.EncodeToString(read.ParentSpanId) != parentID {
			t.Errorf("the caller's trace is not continued: %v", read)
		}
		if lineageTrace != traceID || lineageSpan != hex.EncodeToString(read.SpanId) {
			t.Errorf("lineage has trace %s span %s", lineageTrace, lineageSpan)
		}
		for key, want := range map[string]string{
			"db.system.name": "postgresql", "db.namespace": "synapse", "db.operation.name": "SELECT", "db.collection.name": "notes",
			"db.query.summary": "SELECT notes", "db.response.returned_rows": "2",
		} {
			if got := attr(read.Attributes, key); got != want {
				t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
		if attr(one("CREATE").Attributes, "db.operation.name") != "CREATE" {
			t.Error("no span of CREATE TABLE")
		}
		failed := false
		for _, s := range r.find("SELECT") {
			failed = failed || attr(s.Attributes, "db.response.status_code") == "42P01" && s.Status.Code == tracepb.Status_STATUS_CODE_ERROR
		}
		if !failed {
			t.Error("no span tells of 42P01")
		}
		search, write := one("search_memory"), one("create_memory")
		for _, s := range []*tracepb.Span{search, write} {
			if attr(s.Attributes, "gen_ai.memory.store.id") != "team:a" || attr(s.Attributes, "gen_ai.memory.record.count") != "1" ||
				hex.EncodeToString(s.TraceId) != traceID || s.Kind != tracepb.Span_SPAN_KIND_INTERNAL {
				t.Errorf("%v", s)
			}
		}
		if len(attr(write.Attributes, "gen_ai.memory.record.id")) != 36 {
			t.Errorf("no record id: %v", write.Attributes)
		}
		for _, s := range r.spans {
			if strings.Contains(s.String(), "swordfish") && !content {
				t.Errorf("content captured without being asked for: %v", s)
			}
		}
		if content && attr(search.Attributes, "gen_ai.memory.query.text") != "which swordfish" {
			t.Errorf("content was asked for: %v", search.Attributes)
		}
		for _, m := range []string{"synapse_recall_seconds", "synapse_recall_hits_total", "synapse_statements_total"} {
			if !r.metrics[m] && !r.metrics[strings.TrimSuffix(m, "_total")] {
				t.Errorf("metric %s was not exported", m)
			}
		}
	}
}

func TestTelemetryIsOffByDefault(t *testing.T) {
	for _, env := range []map[string]string{{}, {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}} {
		for _, name := range []string{"OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED"} {
			t.Setenv(name, env[name])
		}
		tel, err := openTelemetry(context.Background(), nil)
		if err != nil || tel.tracing() != nil || tel.metrics != nil {
			t.Errorf("%v: %v, %v", env, tel, err)
		}
	}
}
