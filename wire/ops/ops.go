package ops

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"synapse/wire/session"
)

// Server answers the operators' HTTP requests.
type Server struct {
	http  *http.Server
	mux   *http.ServeMux
	ready atomic.Bool
}

// New makes a server whose metrics come from the engine, nil while it still recovers.
func New(registry *prometheus.Registry) *Server {
	mux := http.NewServeMux()
	s := &Server{mux: mux}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.ready.Load() {
			answer(w, http.StatusOK, "ready\n")
			return
		}
		answer(w, http.StatusServiceUnavailable, "not ready\n")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	return s
}

// Profile also answers /debug/pprof/, Go's profiles of the process. They show statements and data
// that the server works on: for whoever may read its memory.
func (s *Server) Profile() {
	s.mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	s.mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	s.mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	s.mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
}

func answer(w http.ResponseWriter, code int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	w.Write([]byte(body))
}

// SetReady says whether queries are taken.
func (s *Server) SetReady(ready bool) { s.ready.Store(ready) }

// Serve answers until Shutdown.
func (s *Server) Serve(ln net.Listener) error {
	if err := s.http.Serve(ln); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// Shutdown ends the server.
func (s *Server) Shutdown(ctx context.Context) error { return s.http.Shutdown(ctx) }

// NewRegistry returns a registry with the process's and the Go runtime's metrics.
func NewRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Register adds the engine's metrics.
func Register(r *prometheus.Registry, e *session.Engine) {
	gauge := func(name, help string, f func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "synapse", Name: name, Help: help}, f))
	}
	counter := func(name, help string, f func() float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "synapse", Name: name, Help: help}, f))
	}
	gauge("sessions", "Open sessions.", func() float64 { return float64(e.Sessions()) })
	counter("statements_total", "Statements executed.", func() float64 { return float64(e.Statements.Load()) })
	counter("statement_errors_total", "Statements that ended in an error.", func() float64 { return float64(e.Errors.Load()) })
	registerMemory(r, e)
	for _, m := range e.Store.Metrics() {
		if m.Counter {
			counter(m.Name, m.Help, m.Value)
		} else {
			gauge(m.Name, m.Help, m.Value)
		}
	}
}
