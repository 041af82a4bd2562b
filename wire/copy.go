package wire

import (
	"io"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
)

// copyReader is the client's data of COPY FROM STDIN as a stream. Read blocks
// for the next CopyData; io.EOF is CopyDone.
type copyReader struct {
	c    *conn
	rest []byte // of the last CopyData; valid until the next Receive
	err  error
}

// Read implements io.Reader. CopyFail is 57014 with the client's words.
func (r *copyReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.receive()
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *copyReader) receive() {
	msg, err := r.c.backend.Receive()
	if err != nil {
		r.err = sqlerr.New(sqlerr.ConnectionFailure, "unexpected EOF on client connection with an open transaction").Fatal().Wrap(err)
		return
	}
	switch m := msg.(type) {
	case *pgproto3.CopyData:
		r.rest = m.Data
	case *pgproto3.CopyDone:
		r.err = io.EOF
	case *pgproto3.CopyFail:
		r.err = sqlerr.New(sqlerr.QueryCanceled, "COPY from stdin failed: %s", m.Message)
	case *pgproto3.Flush, *pgproto3.Sync:
		// Clients of the extended protocol may send them early; they mean nothing here.
	case *pgproto3.Terminate:
		r.err = sqlerr.New(sqlerr.ConnectionFailure, "unexpected end of client connection during COPY from stdin").Fatal()
	default:
		r.err = sqlerr.New(sqlerr.ProtocolViolation, "unexpected message type during COPY from stdin: %T", msg).Fatal()
	}
}

// copyWriter sends one CopyData per Write and CopyDone at Close.
type copyWriter struct{ c *conn }

// Write implements io.Writer.
func (w *copyWriter) Write(p []byte) (int, error) {
	w.c.send(&pgproto3.CopyData{Data: p})
	if w.c.fail != nil {
		return 0, w.c.fail
	}
	return len(p), nil
}

// Close ends the stream.
func (w *copyWriter) Close() error {
	w.c.send(&pgproto3.CopyDone{})
	return w.c.fail
}
