package session

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"synapse/catalog/sqlerr"
)

// maxCopyLine bounds one line or field of COPY input.
const maxCopyLine = 256 << 20

// field is one value of a COPY row: null, or bytes that stay valid until the next row.
type field struct {
	raw    []byte
	null   bool
	dflt   bool // the DEFAULT marker
	quoted bool
}

// copyDecoder reads rows; io.EOF at the end.
type copyDecoder interface {
	row() ([]field, error)
}

func newCopyDecoder(br *bufio.Reader, o *copyOptions) copyDecoder {
	switch o.format {
	case copyCSV:
		return &csvDecoder{r: br, o: o}
	case copyBinary:
		return &binaryDecoder{r: br}
	}
	return &textDecoder{r: br, o: o}
}

// readLine reads up to a newline that no backslash protects; it is cut, with a carriage return
// before it.
func readLine(r *bufio.Reader, buf []byte) ([]byte, error) {
	buf = buf[:0]
	for {
		part, err := r.ReadSlice('\n')
		buf = append(buf, part...)
		if len(buf) > maxCopyLine {
			return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "COPY line is longer than %d bytes", maxCopyLine)
		}
		if errors.Is(err, bufio.ErrBufferFull) || err == nil && protected(buf[:len(buf)-1]) {
			continue
		}
		if err != nil && (len(buf) == 0 || !errors.Is(err, io.EOF)) {
			return nil, err
		}
		break
	}
	return trimNewline(buf), nil
}

func trimNewline(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if n > 1 && b[n-2] == '\r' {
			b = b[:n-2]
		}
	}
	return b
}

// textDecoder reads COPY's text format, from a reader or from lines that it may write to.
type textDecoder struct {
	r      *bufio.Reader
	rest   []byte // where r is nil
	ended  bool   // the end marker came
	o      *copyOptions
	line   []byte
	fields []field
}

// nextLine returns the next line without its end.
func (d *textDecoder) nextLine() (line []byte, err error) {
	if d.r != nil {
		d.line, err = readLine(d.r, d.line)
		return d.line, err
	}
	if len(d.rest) == 0 {
		return nil, io.EOF
	}
	end := 0
	for {
		i := bytes.IndexByte(d.rest[end:], '\n')
		if i < 0 {
			end = len(d.rest)
			break
		}
		end += i + 1
		if !protected(d.rest[:end-1]) {
			break
		}
	}
	line, d.rest = d.rest[:end], d.rest[end:]
	return trimNewline(line), nil
}

func (d *textDecoder) row() ([]field, error) {
	line, err := d.nextLine()
	if err != nil {
		return nil, err
	}
	if string(line) == `\.` {
		d.ended, d.rest = true, nil
		if d.r == nil {
			return nil, io.EOF
		}
		return nil, drainRest(d.r)
	}
	d.fields = d.fields[:0]
	escaped := bytes.IndexByte(line, '\\') >= 0
	for {
		raw, rest, more := cutField(line, d.o.delimiter, escaped)
		switch {
		case string(raw) == d.o.null:
			d.fields = append(d.fields, field{null: true})
		case d.o.hasDefault && string(raw) == d.o.defaultStr:
			d.fields = append(d.fields, field{dflt: true})
		case escaped:
			d.fields = append(d.fields, field{raw: unescapeCopy(raw)})
		default:
			d.fields = append(d.fields, field{raw: raw})
		}
		if !more {
			return d.fields, nil
		}
		line = rest
	}
}

// drainRest skips what follows the end marker.
func drainRest(r *bufio.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	return io.EOF
}

// cutField splits at the first delimiter, in an escaped line the first that no backslash protects.
func cutField(line []byte, delimiter byte, escaped bool) (raw, rest []byte, more bool) {
	at := -1
	if !escaped {
		at = bytes.IndexByte(line, delimiter)
	}
	for i := 0; escaped && i < len(line) && at < 0; i++ {
		switch line[i] {
		case '\\':
			i++
		case delimiter:
			at = i
		}
	}
	if at < 0 {
		return line, nil, false
	}
	return line[:at], line[at+1:], true
}

// unescapeCopy resolves backslash sequences in place.
func unescapeCopy(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		ch := b[i]
		if ch != '\\' || i+1 == len(b) {
			out = append(out, ch)
			continue
		}
		i++
		switch ch = b[i]; ch {
		case 'b':
			ch = '\b'
		case 'f':
			ch = '\f'
		case 'n':
			ch = '\n'
		case 'r':
			ch = '\r'
		case 't':
			ch = '\t'
		case 'v':
			ch = '\v'
		case 'x':
			if n, v := number(b[i+1:], 16, 2); n > 0 {
				ch = v
				i += n
			}
		default:
			if ch >= '0' && ch <= '7' {
				n, v := number(b[i:], 8, 3)
				ch = v
				i += n - 1
			}
		}
		out = append(out, ch)
	}
	return out
}

// number reads up to most digits of a base.
func number(b []byte, base, most int) (n int, v byte) {
	for n < most && n < len(b) {
		d := strings.IndexByte("0123456789abcdef", b[n]|0x20)
		if b[n] >= '0' && b[n] <= '9' {
			d = int(b[n] - '0')
		}
		if d < 0 || d >= base {
			break
		}
		v = v*byte(base) + byte(d)
		n++
	}
	return n, v
}

// csvDecoder reads COPY's CSV format: quoted fields may hold newlines, and only
// an unquoted field equals the NULL string.
type csvDecoder struct {
	r      *bufio.Reader
	o      *copyOptions
	line   []byte
	fields []field
	bufs   []byte
}

func (d *csvDecoder) row() ([]field, error) {
	line, err := d.record()
	if err != nil {
		return nil, err
	}
	if string(line) == `\.` {
		return nil, drainRest(d.r)
	}
	d.fields, d.bufs = d.fields[:0], d.bufs[:0]
	if cap(d.bufs) < len(line) {
		d.bufs = make([]byte, 0, 2*len(line)) // fields alias it: it must not move
	}
	pos := 0
	for {
		f, next, more := d.field(line, pos)
		d.fields = append(d.fields, f)
		if !more {
			return d.fields, nil
		}
		pos = next
	}
}

// record reads lines until the quotes are balanced.
func (d *csvDecoder) record() ([]byte, error) {
	d.line = d.line[:0]
	inQuote := false
	for {
		part, err := d.r.ReadSlice('\n')
		d.line = append(d.line, part...)
		if len(d.line) > maxCopyLine {
			return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "COPY line is longer than %d bytes", maxCopyLine)
		}
		for i := 0; i < len(part); i++ {
			switch {
			case inQuote && part[i] == d.o.escape && d.o.escape != d.o.quote && i+1 < len(part):
				i++
			case part[i] == d.o.quote:
				inQuote = !inQuote
			}
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			if !errors.Is(err, io.EOF) || len(d.line) == 0 {
				return nil, err
			}
			if inQuote {
				return nil, sqlerr.New(sqlerr.BadCopyFileFormat, "unterminated CSV quoted field")
			}
			return trimNewline(d.line), nil
		}
		if !inQuote {
			return trimNewline(d.line), nil
		}
	}
}

// field reads one field from pos on.
func (d *csvDecoder) field(line []byte, pos int) (f field, next int, more bool) {
	start := len(d.bufs)
	inQuote := false
	i := pos
	for ; i < len(line); i++ {
		ch := line[i]
		if inQuote {
			if ch == d.o.escape && i+1 < len(line) && (line[i+1] == d.o.quote || line[i+1] == d.o.escape) {
				i++
				d.bufs = append(d.bufs, line[i])
				continue
			}
			if ch == d.o.quote {
				inQuote = false
				continue
			}
			d.bufs = append(d.bufs, ch)
			continue
		}
		if ch == d.o.quote {
			inQuote, f.quoted = true, true
			continue
		}
		if ch == d.o.delimiter {
			more = true
			break
		}
		d.bufs = append(d.bufs, ch)
	}
	f.raw = d.bufs[start:len(d.bufs):len(d.bufs)]
	if !f.quoted {
		switch {
		case string(f.raw) == d.o.null:
			f = field{null: true}
		case d.o.hasDefault && string(f.raw) == d.o.defaultStr:
			f = field{dflt: true}
		}
	}
	return f, i + 1, more
}

// copySignature starts a binary COPY.
const copySignature = "PGCOPY\n\377\r\n\x00"

// binaryDecoder reads COPY's binary format.
type binaryDecoder struct {
	r       *bufio.Reader
	started bool
	fields  []field
}

func (d *binaryDecoder) row() ([]field, error) {
	if !d.started {
		if err := d.header(); err != nil {
			return nil, err
		}
		d.started = true
	}
	var head [4]byte
	if _, err := io.ReadFull(d.r, head[:2]); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF // PostgreSQL too takes a missing trailer as the end
		}
		return nil, copyInput(err)
	}
	n := int16(binary.BigEndian.Uint16(head[:2]))
	if n == -1 {
		return nil, drainRest(d.r)
	}
	if n < 0 {
		return nil, badCopy("row field count is %d, which is invalid", n)
	}
	d.fields = d.fields[:0]
	for i := 0; i < int(n); i++ {
		f, err := d.field(head[:])
		if err != nil {
			return nil, err
		}
		d.fields = append(d.fields, f)
	}
	return d.fields, nil
}

func (d *binaryDecoder) field(head []byte) (field, error) {
	if _, err := io.ReadFull(d.r, head); err != nil {
		return field{}, copyInput(err)
	}
	size := int32(binary.BigEndian.Uint32(head))
	switch {
	case size == -1:
		return field{null: true}, nil
	case size < 0 || size > maxCopyLine:
		return field{}, badCopy("invalid field size")
	}
	// Grows with the data that really arrives, whatever size claims.
	var b strings.Builder
	if _, err := io.CopyN(&b, d.r, int64(size)); err != nil {
		return field{}, copyInput(err)
	}
	return field{raw: []byte(b.String())}, nil
}

func (d *binaryDecoder) header() error {
	var head [19]byte
	if _, err := io.ReadFull(d.r, head[:]); err != nil {
		return copyInput(err)
	}
	if string(head[:11]) != copySignature {
		return badCopy("COPY file signature not recognized")
	}
	if flags := binary.BigEndian.Uint32(head[11:]); flags&0xffff0000 != 0 {
		return badCopy("unrecognized critical flags in COPY file header")
	}
	n := binary.BigEndian.Uint32(head[15:])
	if _, err := io.CopyN(io.Discard, d.r, int64(n)); err != nil {
		return copyInput(err)
	}
	return nil
}

func badCopy(format string, args ...any) error {
	return sqlerr.New(sqlerr.BadCopyFileFormat, format, args...)
}

// copyInput turns a short read into a format error; the client's own failure stays what it is.
func copyInput(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return badCopy("unexpected EOF in COPY data")
	}
	return err
}
