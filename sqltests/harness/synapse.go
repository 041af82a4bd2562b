package harness

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"synapse/exec/remote"
	"synapse/storage"
	"synapse/wire"
	"synapse/wire/session"
)

// Synapse is a server inside the test process.
type Synapse struct {
	Engine *session.Engine
	Addr   string
	server *wire.Server
	config session.Config
}

// StartSynapse serves a new data directory on a free port until the test ends.
func StartSynapse(t testing.TB) *Synapse { return StartSynapseAt(t, t.TempDir(), nil) }

// StartSynapseAt serves the data directory dir; clock nil is the system's.
func StartSynapseAt(t testing.TB, dir string, clock storage.Clock) *Synapse {
	t.Helper()
	return StartSynapseWith(t, session.Config{Dir: dir, Clock: clock})
}

// StartSynapseWith serves an engine of one's own; Dir empty is a new directory,
// Embedder nil the built-in one.
func StartSynapseWith(t testing.TB, c session.Config) *Synapse {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	if c.Embedder == nil {
		c.Embedder = remote.Builtin{}
	}
	c.Durability = "durable"
	s := &Synapse{config: c}
	s.start(t)
	t.Cleanup(s.Stop)
	return s
}

func (s *Synapse) start(t testing.TB) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	c := s.config
	c.Log = log
	c.OnFatal = func(err error) { t.Errorf("the commit log failed: %v", err) }
	e, err := session.OpenEngine(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Engine, s.Addr, s.server = e, ln.Addr().String(), wire.NewServer(e, log)
	go s.server.Serve(ln)
}

// URL is the connection string of the server.
func (s *Synapse) URL() string { return fmt.Sprintf("postgres://synapse@%s/synapse", s.Addr) }

// Stop drains and closes the server; a second call does nothing.
func (s *Synapse) Stop() {
	if s.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s.server.Shutdown(ctx)
	s.server = nil
	s.Engine.Close()
}

// Restart stops the server and starts it again on the same data (on another port).
func (s *Synapse) Restart(t testing.TB) {
	t.Helper()
	s.Stop()
	s.start(t)
}
