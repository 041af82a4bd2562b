package session

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
)

const (
	copyReadBytes  = 64 << 10
	copyPieceBytes = 128 << 10
	// copyThreadsMax: beyond it the writer, which is one, is what takes the time.
	copyThreadsMax = 4
)

// anyThread reports whether the columns' values can be read without the session: names of
// relations and users' types are looked up in its catalog.
func (l *copyLoader) anyThread() bool {
	for _, ord := range l.columns {
		t := l.table.Columns[ord-1].Type
		for t.Kind() == types.KindArray {
			t = t.Elem()
		}
		if t.OID >= types.FirstUserOID || t.Kind() == types.KindOID || t.Kind() == types.KindRecord {
			return false
		}
	}
	return true
}

// piece is whole lines of the input, and where its rows are awaited.
type piece struct {
	raw  []byte
	rows chan decodedPiece
}

// decodedPiece is the rows of a piece up to the first bad one.
type decodedPiece struct {
	batches []*exec.Batch
	bad     *copyRows // where err was met
	err     error
	ended   bool // the end marker \. came
}

// parallel decodes pieces of the text format on several threads and writes them in order.
func (l *copyLoader) parallel(ctx context.Context) error {
	threads := min(runtime.GOMAXPROCS(0), copyThreadsMax)
	work := make(chan *piece, threads)
	order := make(chan *piece, 2*threads) // bounds what waits for the writer
	stop := make(chan struct{})
	var readErr error
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(work)
		defer close(order)
		readErr = l.split(func(raw []byte) bool {
			p := &piece{raw, make(chan decodedPiece, 1)}
			select {
			case order <- p:
			case <-stop:
				return false
			}
			work <- p // the threads take all that comes, also when nobody waits for it any more
			return true
		})
	})
	for range threads {
		wg.Go(func() {
			for p := range work {
				p.rows <- l.decode(p.raw)
			}
		})
	}
	err := l.write(ctx, order)
	close(stop)
	wg.Wait()
	if err == nil {
		err = readErr
	}
	if err == nil { // behind the end marker
		_, err = io.Copy(io.Discard, l.in)
	}
	return err
}

// write is the consumer: pieces in the order of the input.
func (l *copyLoader) write(ctx context.Context, order <-chan *piece) error {
	for p := range order {
		d := <-p.rows
		for _, b := range d.batches {
			if err := l.flush(ctx, b); err != nil {
				return err
			}
			l.line += int64(b.N)
		}
		if d.err != nil {
			d.bad.read = 0 // counted with the batches
			return l.place(d.bad, d.err)
		}
		if d.ended {
			return nil
		}
	}
	return nil
}

// decode reads the rows of a piece.
func (l *copyLoader) decode(raw []byte) (d decodedPiece) {
	dec := &textDecoder{rest: raw, o: l.o}
	r := l.rows(dec)
	defer func() {
		if p := recover(); p != nil { // the session recovers on its own thread only
			d.bad, d.err = r, sqlerr.Internal("COPY cannot decode a row: %v", p)
		}
	}()
	for {
		b := &exec.Batch{}
		more, err := r.fill(b)
		if b.N > 0 {
			d.batches = append(d.batches, b)
		}
		if err != nil {
			d.bad, d.err = r, err
			return d
		}
		if !more {
			d.ended = dec.ended
			return d
		}
	}
}

// split reads the input in pieces of whole lines until its end, or until take refuses one.
func (l *copyLoader) split(take func(raw []byte) bool) error {
	var rest []byte
	for {
		buf := make([]byte, len(rest), max(copyPieceBytes, 2*len(rest)))
		copy(buf, rest)
		n, err := io.ReadFull(l.in, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return err
		}
		cut := len(buf)
		if !end {
			cut = lastLineEnd(buf)
		}
		if cut == 0 && len(buf) > maxCopyLine {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "COPY line is longer than %d bytes", maxCopyLine)
		}
		if cut > 0 && !take(buf[:cut:cut]) || end {
			return nil
		}
		rest = buf[cut:]
	}
}

// lastLineEnd is the position behind the last newline that no backslash protects, 0 if there is none.
func lastLineEnd(b []byte) int {
	for end := len(b); ; {
		i := bytes.LastIndexByte(b[:end], '\n')
		if i < 0 {
			return 0
		}
		if !protected(b[:i]) {
			return i + 1
		}
		end = i
	}
}

// protected reports whether what follows b is data because of the backslash before it.
func protected(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}
