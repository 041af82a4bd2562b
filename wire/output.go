package wire

import (
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
)

// writeTimeout bounds one write to a client that does not read.
const writeTimeout = 5 * time.Minute

// send appends a message to the output.
func (c *conn) send(m pgproto3.BackendMessage) {
	c.outMu.Lock()
	defer c.outMu.Unlock()
	c.append(m)
}

// append needs outMu.
func (c *conn) append(m pgproto3.BackendMessage) {
	out, err := m.Encode(c.out)
	if err != nil {
		// Only a message beyond the protocol's own limits fails to encode.
		out, _ = errorResponse(sqlerr.New(sqlerr.ProgramLimitExceeded, "message too large: %v", err)).Encode(c.out)
	}
	c.out = out
	if len(c.out) >= flushBytes {
		c.write()
	}
}

// write needs outMu: it hands the gathered output to the socket.
func (c *conn) write() {
	if len(c.out) == 0 || c.fail != nil {
		c.out = c.out[:0]
		return
	}
	c.nc.SetWriteDeadline(time.Now().Add(writeTimeout))
	_, c.fail = c.nc.Write(c.out)
	if cap(c.out) > keepBufferBytes {
		c.out = nil
	}
	c.out = c.out[:0]
}

func (c *conn) flush() {
	c.outMu.Lock()
	defer c.outMu.Unlock()
	c.write()
}

// ready tells the client that the next query may come. Notifications wait for the end of a transaction block.
func (c *conn) ready() {
	c.outMu.Lock()
	defer c.outMu.Unlock()
	if c.sess.Status() == 'I' {
		c.appendNotifications()
	}
	c.append(&pgproto3.ReadyForQuery{TxStatus: c.sess.Status()})
	c.write()
	c.idle = true
}

func (c *conn) setIdle(idle bool) {
	c.outMu.Lock()
	c.idle = idle
	c.outMu.Unlock()
}

// notifyIdle delivers pending notifications if the client is waiting; called from the notifying session's goroutine.
func (c *conn) notifyIdle() {
	c.outMu.Lock()
	defer c.outMu.Unlock()
	if !c.idle || c.sess == nil || c.sess.Status() != 'I' {
		return
	}
	c.appendNotifications()
	c.write()
}

// appendNotifications needs outMu.
func (c *conn) appendNotifications() {
	for _, n := range c.sess.TakeNotifications() {
		c.append(&pgproto3.NotificationResponse{PID: uint32(n.PID), Channel: n.Channel, Payload: n.Payload})
	}
}

func (c *conn) sendError(e *sqlerr.Error) { c.send(errorResponse(e)) }

func errorResponse(e *sqlerr.Error) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{
		Severity: string(e.Severity), SeverityUnlocalized: string(e.Severity), Code: string(e.Code), Message: e.Message,
		Detail: e.Detail, Hint: e.Hint, Position: int32(e.Position), Where: e.Where,
		InternalQuery: e.InternalQuery, InternalPosition: int32(e.InternalPosition),
		SchemaName: e.Schema, TableName: e.Table, ColumnName: e.Column, DataTypeName: e.DataType, ConstraintName: e.Constraint,
	}
}

func noticeResponse(e *sqlerr.Error) *pgproto3.NoticeResponse {
	n := pgproto3.NoticeResponse(*errorResponse(e))
	return &n
}
