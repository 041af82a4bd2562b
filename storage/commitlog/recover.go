package commitlog

import (
	"errors"
	"path"
	"strings"
)

// recover brings the log's files to a state that can be appended to.
func (l *Log) recover() error {
	if err := l.removeSpares(); err != nil {
		return err
	}
	s := scan{fs: l.fs, dir: l.dir}
	if err := s.run(); err != nil {
		return err
	}
	if len(s.problems) > 0 {
		return corrupted(s.problems[0])
	}
	if id := l.opt.DatabaseID; id != (DatabaseID{}) && len(s.segments) > 0 && id != s.db {
		return corrupted(Problem{File: s.segments[0].name, What: "the segment belongs to database " + s.db.String() + ", not " + id.String()})
	}
	l.recovery = s.recovery
	l.db, l.segments, l.next, l.chain = s.db, s.segments, s.next, s.chain
	if len(l.segments) == 0 {
		l.next = 1
		return nil
	}
	l.lastID = s.lastSegment().id
	if err := l.trim(&s); err != nil {
		return err
	}
	l.synced = l.next - 1
	return nil
}

// trim cuts the last segment behind its last record and makes what remains
// durable. Unless the log was closed cleanly the records are written once more,
// because they may be in the page cache only: not yet written, or taken for
// written after an fsync that failed in the process before.
//
// A segment without records is forgotten but not removed: the next one takes
// its name by an atomic rename, so that the LSN it promises is never lost.
func (l *Log) trim(s *scan) error {
	seg := s.lastSegment()
	if seg.first == l.next {
		l.segments = l.segments[:len(l.segments)-1]
		return nil
	}
	f, err := l.fs.Open(seg.name)
	if err != nil {
		return ioError("open file \""+seg.name+"\"", err)
	}
	if seg.size > seg.used {
		err = f.Truncate(seg.used)
	}
	if err == nil && !s.sealed {
		_, err = f.WriteAt(s.buf[:seg.used], 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return ioError("trim file \""+seg.name+"\"", err)
	}
	seg.size = seg.used
	return nil
}

// removeSpares drops files that were preallocated and never used.
func (l *Log) removeSpares() error {
	names, err := l.fs.ReadDir(l.dir)
	if err != nil {
		return ioError("read the commit log's directory", err)
	}
	for _, n := range names {
		if strings.HasSuffix(n, spareSuffix) {
			if err := l.fs.Remove(path.Join(l.dir, n)); err != nil {
				return ioError("remove file \""+n+"\"", err)
			}
		}
	}
	return nil
}

// TruncateBelow removes the segments that hold only records below lsn. The
// newest segment that is in use on disk always stays: it alone says which
// database this is and where its LSNs go on. Each removal is durable before the
// next, so that no crash leaves a hole.
func (l *Log) TruncateBelow(lsn LSN) error {
	l.cut.Lock()
	defer l.cut.Unlock()
	for {
		l.mu.Lock()
		if l.closed || len(l.segments) < 2 || !l.segments[1].named || l.segments[1].first > min(lsn, l.synced+1) {
			l.mu.Unlock()
			return nil
		}
		name := l.segments[0].name
		l.mu.Unlock()
		if err := l.fs.Remove(name); err != nil {
			return ioError("remove file \""+name+"\"", err)
		}
		if err := l.fs.SyncDir(l.dir); err != nil {
			return ioError("fsync directory \""+l.dir+"\"", err)
		}
		l.mu.Lock()
		l.segments = l.segments[1:]
		l.mu.Unlock()
	}
}
