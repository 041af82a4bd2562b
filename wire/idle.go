package wire

import (
	"errors"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
)

var (
	errIdleInTransaction = sqlerr.New(sqlerr.IdleInTransactionTimeout, "terminating connection due to idle-in-transaction timeout").Fatal()
	errIdleSession       = sqlerr.New(sqlerr.IdleSessionTimeout, "terminating connection due to idle-session timeout").Fatal()
)

// receive waits for the next message, no longer than the session's idle timeouts
// allow a client that has been told that the server is ready.
func (c *conn) receive() (pgproto3.FrontendMessage, error) {
	c.outMu.Lock()
	idle := c.idle
	c.outMu.Unlock()
	limit, inTransaction := c.sess.IdleLimit()
	if !idle || limit == 0 {
		return c.backend.Receive()
	}
	c.readUntil(time.Now().Add(limit))
	msg, err := c.backend.Receive()
	c.readUntil(time.Time{})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if err = errIdleSession; inTransaction {
			err = errIdleInTransaction
		}
	}
	return msg, err
}

// readUntil sets the time at which reading ends, unless the server has set it to end the connection.
func (c *conn) readUntil(t time.Time) {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	if !c.draining {
		_ = c.nc.SetReadDeadline(t) // fails on a closed connection, which the read tells
	}
}
