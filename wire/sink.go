package wire

import (
	"io"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/wire/session"
)

// sink is the connection as its session sees it: where results go.
type sink conn

func (s *sink) conn() *conn { return (*conn)(s) }

// RowDescription implements session.Sink.
func (s *sink) RowDescription(cols []session.Column, formats []int16) {
	s.conn().send(rowDescription(cols, formats))
}

// Rows implements session.Sink.
func (s *sink) Rows(cols []session.Column, formats []int16, f *types.Format, b *session.Batch) error {
	if err := checkFormats(cols, formats); err != nil { // the plan may have changed since Bind
		return err
	}
	return s.conn().dataRows(cols, formats, f, b)
}

// Complete implements session.Sink.
func (s *sink) Complete(tag string) {
	s.conn().send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
}

// EmptyQuery implements session.Sink.
func (s *sink) EmptyQuery() { s.conn().send(&pgproto3.EmptyQueryResponse{}) }

// Notice implements session.Sink.
func (s *sink) Notice(e *sqlerr.Error) { s.conn().send(noticeResponse(e)) }

// ParameterStatus implements session.Sink.
func (s *sink) ParameterStatus(name, value string) {
	s.conn().send(&pgproto3.ParameterStatus{Name: name, Value: value})
}

// Wake implements session.Sink: notifications wait. A listener that does not
// read its socket must not hold up who notifies, so the write is another goroutine's.
func (s *sink) Wake() { go s.conn().notifyIdle() }

// CopyIn implements session.Sink.
func (s *sink) CopyIn(columns int, binary bool) io.Reader {
	c := s.conn()
	m := &pgproto3.CopyInResponse{ColumnFormatCodes: copyFormats(columns, binary)}
	if binary {
		m.OverallFormat = 1
	}
	c.send(m)
	c.flush()
	return &copyReader{c: c}
}

// CopyOut implements session.Sink.
func (s *sink) CopyOut(columns int, binary bool) io.WriteCloser {
	c := s.conn()
	m := &pgproto3.CopyOutResponse{ColumnFormatCodes: copyFormats(columns, binary)}
	if binary {
		m.OverallFormat = 1
	}
	c.send(m)
	return &copyWriter{c: c}
}

func copyFormats(columns int, binary bool) []uint16 {
	f := make([]uint16, columns)
	if binary {
		for i := range f {
			f[i] = 1
		}
	}
	return f
}
