package wire

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/wire/session"
)

// Server accepts connections for one engine. Serve and Shutdown may be called
// from different goroutines; the zero value is not usable, see NewServer.
type Server struct {
	engine *session.Engine
	log    *slog.Logger

	loginTimeout time.Duration // how long a client may take until it is ready for queries

	mu     sync.Mutex // guards the fields below
	all    map[*conn]struct{}
	conns  map[uint32]*conn // those past login, by process id
	next   uint32
	ln     net.Listener
	closed bool
	done   sync.WaitGroup
}

// NewServer makes a server for the engine.
func NewServer(engine *session.Engine, log *slog.Logger) *Server {
	return &Server{engine: engine, log: log, loginTimeout: loginTimeout, all: map[*conn]struct{}{}, conns: map[uint32]*conn{}}
}

// Serve accepts connections until Shutdown; it returns nil then.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	s.ln = ln
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return ln.Close()
	}
	for {
		nc, err := ln.Accept()
		if err != nil {
			if s.isClosed() {
				return nil
			}
			var temporary net.Error
			if errors.As(err, &temporary) && temporary.Timeout() {
				continue
			}
			// Out of file descriptors and the like: wait instead of spinning or dying.
			s.log.Warn("accept failed", "error", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		s.done.Add(1)
		go func() {
			defer s.done.Done()
			s.handle(nc)
		}()
	}
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// arrive and leave keep the set of connections, those before login included.
func (s *Server) arrive(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[c] = struct{}{}
	if s.closed {
		c.drain()
	}
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
	if c.pid != 0 {
		delete(s.conns, c.pid)
	}
}

// register gives a connection its process id; an error when there are too many or the server ends.
func (s *Server) register(c *conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return sqlerr.New(sqlerr.CannotConnectNow, "the database system is shutting down").Fatal()
	}
	if len(s.conns) >= maxConnections {
		return sqlerr.New(sqlerr.TooManyConnections, "sorry, too many clients already").Fatal()
	}
	for {
		s.next++
		if s.next == 0 || s.next > 1<<30 {
			s.next = 1
		}
		if s.conns[s.next] == nil {
			break
		}
	}
	c.pid = s.next
	s.conns[c.pid] = c
	return nil
}

// cancel handles a CancelRequest: wrong keys are ignored without a word, as the protocol asks.
func (s *Server) cancel(pid uint32, key []byte) {
	s.mu.Lock()
	c := s.conns[pid]
	s.mu.Unlock()
	if c != nil && c.keyMatches(key) {
		c.cancelStatement()
	}
}

// Shutdown stops accepting, lets running statements finish until ctx ends, then
// cancels them, and waits for every connection to go.
func (s *Server) Shutdown(ctx context.Context) {
	s.mu.Lock()
	s.closed = true
	if s.ln != nil {
		s.ln.Close()
	}
	conns := make([]*conn, 0, len(s.all))
	for c := range s.all {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.drain()
	}
	gone := make(chan struct{})
	go func() { s.done.Wait(); close(gone) }()
	select {
	case <-gone:
		return
	case <-ctx.Done():
	}
	for _, c := range conns {
		c.abort()
	}
	<-gone
}
