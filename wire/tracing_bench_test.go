package wire

import (
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"synapse/wire/session"
)

// BenchmarkTracing is a prepared point query without spans, and with a span that is dropped in memory.
func BenchmarkTracing(b *testing.B) {
	for _, on := range []bool{false, true} {
		name := "off"
		if on {
			name = "on"
		}
		b.Run(name, func(b *testing.B) {
			s := newTestServer(b, func(s *Server) {
				if on {
					p := sdk.NewTracerProvider(sdk.WithBatcher(tracetest.NewNoopExporter()))
					s.engine.Tracing = &session.Tracing{Tracer: p.Tracer("bench")}
				}
			})
			c := s.login()
			c.query("CREATE TABLE t (i int PRIMARY KEY)")
			c.query("INSERT INTO t SELECT generate_series(1, 1000)")
			c.ask(&parse{Name: "p", Query: "SELECT i FROM t WHERE i = 7"})
			b.ReportAllocs()
			for b.Loop() {
				c.ask(&bind{PreparedStatement: "p"}, &execute{})
			}
		})
	}
}
