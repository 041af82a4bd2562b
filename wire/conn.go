package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
	"synapse/wire/session"
)

// conn is one client connection, owned by its goroutine (run). Other
// goroutines touch only what outMu and stateMu guard.
type conn struct {
	server  *Server
	nc      net.Conn
	backend *pgproto3.Backend // decodes incoming messages only
	sess    *session.Session
	pid     uint32
	key     []byte
	longKey bool

	skipping bool // after an error in the extended protocol: ignore messages up to Sync

	outMu sync.Mutex // guards out, idle and writes to nc
	out   []byte
	idle  bool  // waiting for the client: a notification may be sent at once
	fail  error // first write error: the connection is lost

	stateMu  sync.Mutex // guards cancel and draining; never held together with outMu
	cancel   context.CancelCauseFunc
	draining bool
}

var (
	errCanceled = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	errShutdown = sqlerr.New(sqlerr.AdminShutdown, "terminating connection due to administrator command").Fatal()
)

func (s *Server) handle(nc net.Conn) {
	c := &conn{server: s, nc: nc}
	defer c.close()
	nc.SetDeadline(time.Now().Add(s.loginTimeout))
	s.arrive(c)
	params, err := c.startup()
	if err == nil {
		err = c.login(params)
	}
	if err != nil {
		c.refuse(err)
		return
	}
	c.backend = pgproto3.NewBackend(nc, io.Discard)
	c.backend.SetMaxBodyLen(maxMessageBytes)
	c.ready()
	c.run()
}

// close ends the session (rolling back what is open) and the socket.
func (c *conn) close() {
	if c.sess != nil {
		c.sess.Close()
	}
	c.server.leave(c)
	c.nc.Close()
}

// refuse answers a failed start-up; plain I/O errors get no answer.
func (c *conn) refuse(err error) {
	var e *sqlerr.Error
	if !errors.As(err, &e) {
		return
	}
	if e.Severity == sqlerr.SeverityError {
		e.Severity = sqlerr.SeverityFatal
	}
	c.sendError(e)
	c.flush()
}

// run is the message loop.
func (c *conn) run() {
	for {
		msg, err := c.receive()
		if err != nil {
			c.receiveFailed(err)
			return
		}
		c.setIdle(false)
		if _, bye := msg.(*pgproto3.Terminate); bye {
			return
		}
		if err := c.guarded(msg); err != nil {
			c.refuse(err)
			return
		}
		if c.fail != nil {
			return
		}
	}
}

// receiveFailed says goodbye where the protocol was broken; a lost connection gets nothing.
func (c *conn) receiveFailed(err error) {
	c.stateMu.Lock()
	draining := c.draining
	c.stateMu.Unlock()
	if draining {
		c.refuse(errShutdown)
		return
	}
	var told *sqlerr.Error
	if errors.As(err, &told) {
		c.refuse(told)
		return
	}
	var tooLong *pgproto3.ExceededMaxBodyLenErr
	if errors.As(err, &tooLong) {
		c.refuse(sqlerr.New(sqlerr.ProgramLimitExceeded, "message of %d bytes exceeds the limit of %d", tooLong.ActualBodyLen, tooLong.MaxExpectedBodyLen).Fatal())
		return
	}
	var netErr net.Error
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &netErr) {
		return
	}
	c.refuse(sqlerr.New(sqlerr.ProtocolViolation, "%s", err.Error()).Fatal())
}

// guarded turns a panic of a message's work into XX000: one statement ends, not the server.
func (c *conn) guarded(msg pgproto3.FrontendMessage) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		c.server.log.Error("message handling panicked", "panic", r, "stack", string(debug.Stack()))
		e := sqlerr.Internal("%v", r).WithHint("This is a bug in Synapse; the server's log has the details.")
		if _, simple := msg.(*pgproto3.Query); simple {
			c.sess.Failed()
			c.sendError(e)
			c.ready()
			return
		}
		err = c.failed(e)
	}()
	return c.dispatch(msg)
}

// dispatch handles one message; an error it returns ends the connection.
func (c *conn) dispatch(msg pgproto3.FrontendMessage) error {
	if c.skipping {
		if _, sync := msg.(*pgproto3.Sync); !sync {
			return nil
		}
	}
	var err error
	switch m := msg.(type) {
	case *pgproto3.Query:
		return c.query(m.String)
	case *pgproto3.Parse:
		err = c.parse(m)
	case *pgproto3.Bind:
		err = c.bind(m)
	case *pgproto3.Describe:
		err = c.describe(m)
	case *pgproto3.Execute:
		err = c.execute(m)
	case *pgproto3.Close:
		err = c.closeObject(m)
	case *pgproto3.Flush:
		c.flush()
	case *pgproto3.Sync:
		c.skipping = false
		if err := c.sess.Sync(); err != nil {
			c.sendError(sqlerr.From(err))
		}
		c.ready()
	case *pgproto3.CopyData, *pgproto3.CopyDone, *pgproto3.CopyFail:
		// Left over from a COPY that failed on our side: the protocol says to ignore them.
	case *pgproto3.FunctionCall:
		err = sqlerr.Unsupported("the function call protocol", "Use SELECT function(…).")
		c.sendError(sqlerr.From(err))
		c.ready()
		return nil
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "unexpected message %T", msg).Fatal()
	}
	if err != nil {
		return c.failed(err)
	}
	return nil
}

// failed reports an error of the extended protocol and skips to Sync; FATAL ones end the connection.
func (c *conn) failed(err error) error {
	e := sqlerr.From(err)
	if e.Severity == sqlerr.SeverityFatal || e.Severity == sqlerr.SeverityPanic {
		return e
	}
	c.sess.Failed()
	c.sendError(e)
	c.flush() // a client that sent Flush waits for it, and that Flush is skipped now
	c.skipping = true
	return nil
}

// query runs a simple query: any number of statements, one ReadyForQuery.
func (c *conn) query(sql string) error {
	ctx, done := c.statementContext()
	defer done()
	err := session.CheckText(sql)
	if err == nil {
		err = c.sess.Simple(ctx, sql, (*sink)(c))
	}
	if err != nil {
		e := sqlerr.From(err)
		if e.Severity == sqlerr.SeverityFatal {
			return e
		}
		c.sess.Failed()
		c.sendError(e)
	}
	c.ready()
	return nil
}

// statementContext makes the context that CancelRequest ends.
func (c *conn) statementContext() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	c.stateMu.Lock()
	c.cancel = cancel
	c.stateMu.Unlock()
	return ctx, func() {
		c.stateMu.Lock()
		c.cancel = nil
		c.stateMu.Unlock()
		cancel(nil)
	}
}

func (c *conn) cancelStatement() {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	if c.cancel != nil {
		c.cancel(errCanceled)
	}
}

// drain ends an idle connection now and a busy one after its statement.
func (c *conn) drain() {
	c.stateMu.Lock()
	c.draining = true
	c.stateMu.Unlock()
	c.nc.SetReadDeadline(time.Now())
}

// abort cancels the running statement and waits no longer for a client that does not read.
func (c *conn) abort() {
	c.nc.SetDeadline(time.Now().Add(abortTimeout))
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	if c.cancel != nil {
		c.cancel(errShutdown)
	}
}
