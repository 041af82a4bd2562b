package commitlog

import (
	"errors"

	"synapse/catalog/sqlerr"
)

// Append gives r the next LSN and buffers it; it is durable once Sync(LSN)
// returned nil. It copies the payload. Errors: 53100 (ErrDiskFull) when no
// space can be reserved for it (nothing was appended), 54000 for a payload
// above the limit, the latched failure.
func (l *Log) Append(r Record) (LSN, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.buffered >= l.opt.BufferBytes && l.failed == nil {
		l.writeOrWait()
	}
	if err := l.usable(); err != nil {
		return 0, err
	}
	size := recordBytes(len(r.Payload))
	if len(r.Payload) > PayloadMax || segmentDataStart+size+l.reserveBytes > l.opt.SegmentBytes {
		return 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "log record of %d bytes is too large", len(r.Payload))
	}
	seg, err := l.place(size, r.Type.urgent())
	if err != nil {
		return 0, err
	}
	return l.put(seg, &r), nil
}

func (l *Log) usable() error {
	if l.failed != nil {
		return l.failed
	}
	if l.closed {
		return closedError()
	}
	return nil
}

// writeOrWait makes room in the buffer. Called with mu held, which it releases meanwhile.
func (l *Log) writeOrWait() {
	if !l.flushing {
		l.flush(false)
		return
	}
	idle := l.idle
	l.mu.Unlock()
	<-idle
	l.mu.Lock()
}

// place returns the segment with room for a record of this size. It is where a
// full disk is noticed: without a spare to go to, ordinary records must leave
// the reserve free.
func (l *Log) place(size int64, urgent bool) (*segment, error) {
	seg := l.segments[len(l.segments)-1]
	limit := seg.size
	if l.spare == nil && !urgent {
		limit -= l.reserveBytes
	}
	if seg.used+size <= limit {
		return seg, nil
	}
	if err := l.refill(); err != nil {
		return nil, err
	}
	if seg.used+size <= seg.size {
		return seg, nil // there is a spare again, so the reserve may be used
	}
	l.roll()
	// The next spare is made now, while this segment still has all its room. If
	// that fails the log goes on; place tries again when it must.
	_ = l.refill()
	return l.segments[len(l.segments)-1], nil
}

// refill preallocates the next segment if there is no spare. Called with mu held.
func (l *Log) refill() error {
	if l.spare != nil {
		return nil
	}
	s := &segment{id: l.lastID + 1, size: l.opt.SegmentBytes}
	s.name = spareName(l.dir, s.id)
	f, err := l.fs.Create(s.name)
	if err == nil {
		if err = f.Allocate(s.size); err != nil {
			err = errors.Join(err, f.Close(), l.fs.Remove(s.name))
		}
	}
	if err != nil {
		if isNoSpace(err) {
			return diskFull(err)
		}
		return ioError("allocate a segment of the commit log", err)
	}
	s.file = f
	l.lastID = s.id
	l.spare = s
	return nil
}

// roll makes the spare the segment that is appended to. Its file gets header
// and name when the flusher comes to it. Called with mu held.
func (l *Log) roll() {
	s := l.spare
	l.spare = nil
	s.first, s.previous, s.synced = l.next, l.chain, l.next-1
	s.identify(l.db)
	s.used = segmentDataStart
	l.segments = append(l.segments, s)
}

// put encodes r at the end of seg. Called with mu held.
func (l *Log) put(seg *segment, r *Record) LSN {
	r.LSN, r.Synced = l.next, l.synced
	n := len(l.pending)
	if n == 0 || l.pending[n-1].seg != seg {
		l.pending = append(l.pending, run{seg: seg, at: seg.used, data: l.recycled[:0]})
		l.recycled = nil
		n++
	}
	at := &l.pending[n-1]
	before := len(at.data)
	at.data, l.chain = appendRecord(at.data, r, seg.seed, l.chain)
	size := len(at.data) - before
	seg.used += int64(size)
	l.buffered += size
	l.stats.Records++
	l.stats.Bytes += uint64(size)
	l.next++
	return r.LSN
}
