package session

import (
	"context"
	"encoding/hex"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"synapse/catalog/memory"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Tracing makes OpenTelemetry spans: one for each statement, with the stable database attributes
// (https://opentelemetry.io/docs/specs/semconv/database/), and inside it one for each operation of
// the memory schema, with the attributes of generative AI's memory, whose status is Development
// (https://github.com/open-telemetry/semantic-conventions-genai).
type Tracing struct {
	Tracer trace.Tracer
	// Content: also statements' texts and recalls' questions, which hold what users said.
	Content bool
}

// span is an open span; nil does nothing.
type span struct {
	trace.Span
	ctx     context.Context
	tracing *Tracing
	op      string // of the statement
}

// statementSpan opens the span of a statement below the caller's, which sqlcommenter or the
// setting synapse.traceparent names.
func (s *Session) statementSpan(c *capture, p *portal) *span {
	t := s.engine.Tracing
	if t == nil || s.pid == 0 { // the engine's own statements are nobody's
		return nil
	}
	ctx := context.Background()
	for _, parent := range []map[string]string{
		{"traceparent": c.tag("traceparent"), "tracestate": c.tag("tracestate")},
		{"traceparent": s.settings.must("synapse.traceparent")},
	} {
		if with := (propagation.TraceContext{}).Extract(ctx, propagation.MapCarrier(parent)); trace.SpanContextFromContext(with).IsValid() {
			ctx = with
			break
		}
	}
	op := operationName(p.prep)
	attrs := []attribute.KeyValue{
		attribute.String("db.system.name", "postgresql"),
		attribute.String("db.namespace", s.db),
		attribute.String("synapse.role", s.role().Name),
	}
	if op != "" {
		attrs = append(attrs, attribute.String("db.operation.name", op), attribute.String("db.query.summary", op))
	}
	if app := s.settings.must("application_name"); app != "" {
		attrs = append(attrs, attribute.String("synapse.application", app))
	}
	if agent := s.agent(c); agent != "" {
		attrs = append(attrs, attribute.String("gen_ai.agent.id", agent))
	}
	if t.Content {
		attrs = append(attrs, attribute.String("db.query.text", p.prep.stmt.Text))
	}
	if op == "" {
		op = "postgresql"
	}
	ctx, sp := t.Tracer.Start(ctx, op, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attrs...))
	return &span{sp, ctx, t, op}
}

// operationName is the statement's first word, "" for a text that is no statement.
func operationName(p *prepared) string {
	if p.stmt.Stmt == nil {
		return ""
	}
	if name := commandName(p.stmt.Stmt); strings.ToUpper(name) == name {
		return name
	}
	text := strings.TrimSpace(p.stmt.Text)
	end := 0
	for end < len(text) && (text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	return strings.ToUpper(text[:end])
}

// planned adds what the statement reads.
func (sp *span) planned(s *Session, pl *plan.Plan) {
	if sp == nil || !sp.IsRecording() {
		return
	}
	c := s.catalog()
	table := ""
	for _, o := range pl.Objects {
		if t := c.Table(o.ID); t != nil {
			if table != "" && table != t.Name {
				table = ""
				break // several: none is the collection
			}
			table = t.Name
		}
	}
	if table != "" {
		summary := sp.op + " " + table
		sp.SetAttributes(attribute.String("db.collection.name", table), attribute.String("db.query.summary", summary))
		sp.SetName(summary)
	}
	if pl.Summary != "" {
		sp.SetAttributes(attribute.String("synapse.plan", pl.Summary))
	}
}

// end closes a statement's span.
func (sp *span) end(c *capture, sqlstate string) {
	if sp == nil {
		return
	}
	if c.recorded() {
		sp.SetAttributes(attribute.String("synapse.query_id", c.rec.QueryID.String()))
		if c.rec.AsOf != 0 {
			sp.SetAttributes(attribute.Int64("synapse.as_of", c.rec.AsOf))
		}
	}
	sp.SetAttributes(attribute.Int64("db.response.returned_rows", c.rec.Rows))
	if sqlstate != "00000" {
		sp.SetAttributes(attribute.String("db.response.status_code", sqlstate), attribute.String("error.type", sqlstate))
		sp.SetStatus(codes.Error, "")
	}
	sp.End()
}

// ids are the span's trace and own id as lineage keeps them.
func (sp *span) ids() (traceID, spanID string) {
	of := sp.SpanContext()
	t, s := of.TraceID(), of.SpanID()
	return hex.EncodeToString(t[:]), hex.EncodeToString(s[:])
}

// Operation implements memory.Host.
func (h *host) Operation(name string, ns, question types.Value) memory.Operation {
	if h.lineage == nil || h.lineage.span == nil {
		return nil
	}
	parent := h.lineage.span
	attrs := []attribute.KeyValue{attribute.String("gen_ai.operation.name", name)}
	if !ns.IsNull() {
		attrs = append(attrs, attribute.String("gen_ai.memory.store.id", ns.Str()))
	}
	if parent.tracing.Content && !question.IsNull() {
		attrs = append(attrs, attribute.String("gen_ai.memory.query.text", question.Str()))
	}
	_, sp := parent.tracing.Tracer.Start(parent.ctx, name, trace.WithSpanKind(trace.SpanKindInternal), trace.WithAttributes(attrs...))
	return operation{sp}
}

// operation is the span of a memory operation.
type operation struct{ trace.Span }

// Record implements memory.Operation.
func (o operation) Record(id string) {
	o.SetAttributes(attribute.String("gen_ai.memory.record.id", id))
}

// Done implements memory.Operation.
func (o operation) Done(records int, sqlstate string) {
	o.SetAttributes(attribute.Int("gen_ai.memory.record.count", records))
	if sqlstate != "" {
		o.SetAttributes(attribute.String("error.type", sqlstate))
		o.SetStatus(codes.Error, "")
	}
	o.End()
}

// CacheAsked implements memory.Host.
func (h *host) CacheAsked(ns string, hit bool) {
	if h.s.engine.OnCache != nil {
		h.s.engine.OnCache(ns, hit)
	}
}

// Evicted implements memory.Host.
func (h *host) Evicted(ns string, entries int) {
	if h.s.engine.OnEvict != nil {
		h.s.engine.OnEvict(ns, entries)
	}
}
