package session

import (
	"encoding/binary"
	"io"
	"strings"

	"synapse/catalog/types"
)

// sendCopy writes the rows of a running portal; each row is one message.
func (s *Session) sendCopy(w io.Writer, q *portal, o *copyOptions) (int64, error) {
	e := &copyEncoder{o: o, cols: q.cols, f: q.format}
	if e.f == nil {
		e.f = s.textFormat()
	}
	if err := e.begin(w); err != nil {
		return 0, err
	}
	var n int64
	var b Batch
	for {
		if err := q.src.Next(&b); err != nil {
			return n, err
		}
		if b.N == 0 {
			break
		}
		for _, i := range b.Selection() {
			row, err := e.row(&b, int(i))
			if err != nil {
				return n, err
			}
			if _, err := w.Write(row); err != nil {
				return n, err
			}
			n++
		}
	}
	if o.format == copyBinary {
		_, err := w.Write(append(e.head, 0xff, 0xff))
		return n, err
	}
	return n, nil
}

// copyEncoder writes rows in one of COPY's formats.
type copyEncoder struct {
	o    *copyOptions
	cols []Column
	f    *types.Format
	buf  []byte
	text []byte
	head []byte // of a binary COPY; it travels with the first row, or with the end
}

func (e *copyEncoder) begin(w io.Writer) error {
	if e.o.format == copyBinary {
		e.head = append([]byte(copySignature), 0, 0, 0, 0, 0, 0, 0, 0)
		return nil
	}
	if !e.o.header {
		return nil
	}
	e.buf = e.buf[:0]
	for i, c := range e.cols {
		if i > 0 {
			e.buf = append(e.buf, e.o.delimiter)
		}
		e.buf = e.appendField(e.buf, []byte(c.Name), "")
	}
	_, err := w.Write(append(e.buf, '\n'))
	return err
}

// row encodes row i; the result is valid until the next call.
func (e *copyEncoder) row(b *Batch, i int) ([]byte, error) {
	if e.o.format == copyBinary {
		return e.binaryRow(b, i)
	}
	out := e.buf[:0]
	for c := range e.cols {
		if c > 0 {
			out = append(out, e.o.delimiter)
		}
		col := &b.Cols[c]
		if col.IsNull(i) {
			out = append(out, e.o.null...)
			continue
		}
		e.text = types.AppendText(e.text[:0], e.cols[c].Type, col.Get(i), e.f)
		out = e.appendField(out, e.text, e.cols[c].Name)
	}
	e.buf = append(out, '\n')
	return e.buf, nil
}

func (e *copyEncoder) appendField(out, text []byte, name string) []byte {
	if e.o.format == copyCSV {
		return e.appendCSV(out, text, e.o.forceAll && name != "" || e.o.forceQuote[name])
	}
	for _, ch := range text {
		switch ch {
		case '\b':
			out = append(out, '\\', 'b')
		case '\f':
			out = append(out, '\\', 'f')
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		case '\v':
			out = append(out, '\\', 'v')
		case '\\':
			out = append(out, '\\', '\\')
		default:
			if ch == e.o.delimiter {
				out = append(out, '\\')
			}
			out = append(out, ch)
		}
	}
	return out
}

func (e *copyEncoder) appendCSV(out, text []byte, force bool) []byte {
	s := string(text)
	special := string([]byte{e.o.delimiter, e.o.quote, '\n', '\r'})
	if !force && s != e.o.null && !strings.ContainsAny(s, special) && !(s == `\.` && len(e.cols) == 1) {
		return append(out, text...)
	}
	out = append(out, e.o.quote)
	for _, ch := range text {
		if ch == e.o.quote || ch == e.o.escape {
			out = append(out, e.o.escape)
		}
		out = append(out, ch)
	}
	return append(out, e.o.quote)
}

func (e *copyEncoder) binaryRow(b *Batch, i int) ([]byte, error) {
	out := binary.BigEndian.AppendUint16(append(e.buf[:0], e.head...), uint16(len(e.cols)))
	e.head = nil
	for c := range e.cols {
		col := &b.Cols[c]
		if col.IsNull(i) {
			out = append(out, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(out)
		var err error
		if out, err = types.AppendBinary(append(out, 0, 0, 0, 0), e.cols[c].Type, col.Get(i)); err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint32(out[at:], uint32(len(out)-at-4))
	}
	e.buf = out
	return out, nil
}
