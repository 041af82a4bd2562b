package commitlog

import (
	"context"
	"errors"
	"path"

	"synapse/catalog/sqlerr"
)

// Sync returns nil once the record lsn and all before it are durable. When ctx
// ends first it returns ctx's error and the record may or may not survive.
//
// Group commit: if nobody is writing, the caller becomes the flusher and takes
// everything that was appended so far along; else it waits for the running
// flush and tries again.
func (l *Log) Sync(ctx context.Context, lsn LSN) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lsn >= l.next {
		return sqlerr.Internal("sync of LSN %d, but the log ends at %d", lsn, l.next-1)
	}
	for l.synced < lsn {
		if err := l.failed; err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !l.flushing {
			if l.closed {
				return closedError()
			}
			l.flush(true)
			continue
		}
		idle := l.idle
		l.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
		}
		l.mu.Lock()
	}
	return nil
}

// flush writes what is pending, and syncs if told to. Called with mu held and
// flushing false; it releases mu during the I/O.
func (l *Log) flush(sync bool) {
	l.flushing = true
	work := l.pending
	l.pending, l.buffered = nil, 0
	last := l.next - 1
	mustSync := sync && (len(work) > 0 || l.unsynced)
	l.mu.Unlock()

	err := l.write(work)
	if err == nil && mustSync {
		if e := l.out.file.Sync(); e != nil {
			err = failure("fsync file \""+l.out.name+"\"", e)
		}
	}

	l.mu.Lock()
	switch {
	case err != nil:
		l.failed = err
	case sync:
		l.synced = last
		l.unsynced = false
		l.stats.Syncs++
	default:
		l.unsynced = true
	}
	if n := len(work); n > 0 && cap(work[n-1].data) <= 2*BufferBytesDefault {
		l.recycled = work[n-1].data
	}
	l.flushing = false
	close(l.idle)
	l.idle = make(chan struct{})
}

// write brings runs to their files in order. Only the flusher calls it.
func (l *Log) write(work []run) error {
	for _, r := range work {
		if r.seg != l.out {
			if err := l.moveTo(r.seg); err != nil {
				return err
			}
		}
		if _, err := r.seg.file.WriteAt(r.data, r.at); err != nil {
			return failure("write to file \""+r.seg.name+"\"", err)
		}
	}
	return nil
}

// moveTo ends the segment being written and brings the next into use. The order
// matters: the old records are durable before the new header says so, and the
// header is durable before the name exists.
func (l *Log) moveTo(s *segment) error {
	if old := l.out; old != nil {
		if err := old.file.Sync(); err != nil {
			return failure("fsync file \""+old.name+"\"", err)
		}
		err := old.file.Close()
		old.file = nil
		if err != nil {
			return failure("close file \""+old.name+"\"", err)
		}
	}
	if _, err := s.file.WriteAt(s.encodeHeader(l.db), 0); err != nil {
		return failure("write to file \""+s.name+"\"", err)
	}
	if err := s.file.Sync(); err != nil {
		return failure("fsync file \""+s.name+"\"", err)
	}
	name := segmentName(l.dir, s.first)
	if err := l.fs.Rename(s.name, name); err != nil {
		return failure("rename file \""+s.name+"\"", err)
	}
	if err := l.fs.SyncDir(l.dir); err != nil {
		return failure("fsync directory \""+l.dir+"\"", err)
	}
	l.mu.Lock()
	s.name, s.named = name, true
	l.mu.Unlock()
	l.out = s
	return nil
}

// Close syncs everything and ends the log with a TypeMark record, so that after
// a clean stop every record is known to have been synced. A failed log closes
// without further writes and returns its failure.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.flushing {
		l.writeOrWait()
	}
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.seal()
	return errors.Join(err, l.closeFiles())
}

// seal is Close's last writing. Called with mu held.
func (l *Log) seal() error {
	if l.failed != nil {
		return l.failed
	}
	if l.flush(true); l.failed != nil {
		return l.failed
	}
	seg, err := l.place(recordBytes(0), true)
	if err == nil { // else the disk is full: then the mark is missing, and nothing else
		l.put(seg, &Record{Type: TypeMark})
	}
	if l.flush(true); l.failed != nil {
		return l.failed
	}
	if err := l.out.file.Truncate(l.out.used); err != nil {
		return ioError("trim the commit log", err)
	}
	return nil
}

// closeFiles lets go of every file; the spare goes away.
func (l *Log) closeFiles() error {
	var errs []error
	for _, s := range l.segments {
		if s.file != nil {
			errs = append(errs, s.file.Close())
			s.file = nil
		}
	}
	if s := l.spare; s != nil {
		errs = append(errs, s.file.Close(), l.fs.Remove(s.name))
		l.spare = nil
	}
	if err := errors.Join(errs...); err != nil {
		return ioError("close the commit log in \""+path.Clean(l.dir)+"\"", err)
	}
	return nil
}
