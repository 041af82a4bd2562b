package commitlog

import (
	"errors"
	"io"

	"synapse/catalog/sqlerr"
	"synapse/storage/vfs"
)

// readWindowBytes is how much a Reader reads at once.
const readWindowBytes = 256 << 10

// Reader follows an open log. It sees synced records only, so what it read can
// never be taken back. Not safe for concurrent use; the Log may be used meanwhile.
type Reader struct {
	log    *Log
	from   LSN // wanted by the caller: earlier ones are skipped
	next   LSN // of the record at offset at
	limit  LSN // synced LSN when the window was read
	seg    *segment
	file   vfs.File
	at     int64 // offset of the next record
	chain  uint32
	window []byte
	start  int64 // offset of the window in the file
}

// NewReader returns a reader that begins with record from. Error: XX001 if the
// log no longer holds it.
func (l *Log) NewReader(from LSN) (*Reader, error) {
	r := &Reader{log: l, from: max(from, 1)}
	if err := r.seek(r.from); err != nil {
		return nil, err
	}
	return r, nil
}

// Replay calls f for each synced record from LSN from on, in order, until the
// end as of now. The payload is valid during the call only. An error of f ends
// it and is returned.
func (l *Log) Replay(from LSN, f func(Record) error) error {
	r, err := l.NewReader(from)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // it was only read
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(rec); err != nil {
			return err
		}
	}
}

// Next returns the next record, io.EOF behind the last synced one; later calls
// go on when more was synced. The payload is valid until the next call.
func (r *Reader) Next() (Record, error) {
	for {
		if r.next > r.limit {
			if r.limit = r.log.Synced(); r.next > r.limit {
				return Record{}, io.EOF
			}
			r.window = r.window[:0] // read before these bytes were final
		}
		if err := r.position(); err != nil {
			return Record{}, err
		}
		rec, err := r.read()
		if err != nil {
			return Record{}, err
		}
		if rec.LSN >= r.from {
			return rec, nil
		}
	}
}

// Close lets go of the file.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	return f.Close()
}

func errCut(first, want LSN) error {
	return sqlerr.New(sqlerr.DataCorrupted, "the commit log begins with LSN %d, but %d is needed", first, want)
}

// seek notes the segment that holds lsn.
func (r *Reader) seek(lsn LSN) error {
	l := r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if lsn < l.segments[0].first {
		return errCut(l.segments[0].first, lsn)
	}
	if lsn > l.next {
		return sqlerr.New(sqlerr.DataCorrupted, "the commit log ends with LSN %d, but %d is needed", l.next-1, lsn)
	}
	for i := len(l.segments) - 1; ; i-- {
		if s := l.segments[i]; s.first <= lsn {
			r.seg, r.next, r.at, r.chain = s, s.first, segmentDataStart, s.previous
			return nil
		}
	}
}

// position opens the segment that holds r.next. The record is synced, so its
// segment has its final name.
func (r *Reader) position() error {
	l := r.log
	l.mu.Lock()
	seg := r.seg
	if first := l.segments[0].first; r.next < first && r.file == nil {
		l.mu.Unlock()
		return errCut(first, r.next)
	}
	for _, s := range l.segments {
		if s.first == r.next {
			seg = s
		}
	}
	name := seg.name
	l.mu.Unlock()
	if r.file != nil && seg == r.seg {
		return nil
	}
	if err := r.Close(); err != nil {
		return ioError("close file \""+name+"\"", err)
	}
	f, err := l.fs.OpenReadOnly(name)
	if err != nil {
		return ioError("open file \""+name+"\"", err)
	}
	if seg != r.seg {
		r.seg, r.at = seg, segmentDataStart
	}
	r.file, r.window = f, r.window[:0]
	return nil
}

// read decodes the record at r.at.
func (r *Reader) read() (Record, error) {
	b, err := r.bytes(recordHeaderBytes)
	if err != nil {
		return Record{}, err
	}
	if h, ok := decodeHeader(b); ok {
		if b, err = r.bytes(int(recordBytes(h.length))); err != nil {
			return Record{}, err
		}
	}
	h, err := decodeRecord(b, r.seg.seed)
	if err != nil || h.record.LSN != r.next || h.previous != r.chain {
		if first := r.log.First(); r.next < first { // TruncateBelow overtook this reader
			return Record{}, errCut(first, r.next)
		}
		return Record{}, corrupted(Problem{File: r.seg.name, Offset: r.at, LSN: r.next, What: "no valid record where one was synced"})
	}
	r.at += recordBytes(h.length)
	r.chain = h.sum
	r.next++
	return h.record, nil
}

// bytes returns n bytes at r.at, fewer at the end of the file.
func (r *Reader) bytes(n int) ([]byte, error) {
	off := r.at - r.start
	if off >= 0 && off+int64(n) <= int64(len(r.window)) {
		return r.window[off:], nil
	}
	size := max(n, readWindowBytes)
	if cap(r.window) < size {
		r.window = make([]byte, size)
	}
	r.window = r.window[:size]
	got, err := r.file.ReadAt(r.window, r.at)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, ioError("read file \""+r.seg.name+"\"", err)
	}
	r.window, r.start = r.window[:got], r.at
	return r.window, nil
}
