package commitlog

import (
	"errors"
	"fmt"
	"io"
	"path"

	"synapse/storage/vfs"
)

// Recovery is what Open found in the log.
type Recovery struct {
	Database DatabaseID // zero if there is no segment
	Segments int
	Records  uint64 // valid ones
	First    LSN    // where the log begins, 0 if there is no segment
	Last     LSN    // last valid record, 0 if none
	// Cut is set if bytes of an unsynced batch were cut off behind Last.
	Cut      bool
	File     string // where the cut is
	Offset   int64
	CutBytes int64 // length of the stretch that held something
}

// String is the line for the server's log.
func (r Recovery) String() string {
	if !r.Cut {
		return fmt.Sprintf("commit log: %d records in %d segments, last LSN %d", r.Records, r.Segments, r.Last)
	}
	return fmt.Sprintf("commit log: cut off an unsynced batch behind LSN %d (%s, offset %d, %d bytes)", r.Last, r.File, r.Offset, r.CutBytes)
}

// scan is one reading of all segments.
//
// Outline: (1) read the headers and check that they follow one another; (2)
// walk each segment's records by chain; (3) in a segment that has a successor
// the walk must end where the successor begins; (4) in the last one the first
// bad record is either the torn end of an unsynced batch or damage, and the
// valid records behind it, found by searching, decide: had anyone known a
// synced LSN at or above the bad record's, it is damage.
type scan struct {
	fs       vfs.FS
	dir      string
	db       DatabaseID
	segments []*segment
	next     LSN
	chain    uint32
	synced   LSN // greatest synced LSN found
	recovery Recovery
	problems []Problem
	buf      []byte       // contents of the segment read last
	sealed   bool         // the last record is the mark of a clean stop
	visit    func(Record) // may be nil
}

func (s *scan) problem(file string, offset int64, lsn LSN, format string, args ...any) {
	s.problems = append(s.problems, Problem{File: file, Offset: offset, LSN: lsn, What: fmt.Sprintf(format, args...)})
}

// run does the whole reading. The error is of the file system; damage is in problems.
func (s *scan) run() error {
	names, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return ioError("read the commit log's directory", err)
	}
	for _, n := range names {
		if first, ok := parseSegmentName(n); ok {
			if err := s.open(path.Join(s.dir, n), first); err != nil {
				return err
			}
		}
	}
	for i := range s.segments {
		if err := s.walk(i); err != nil {
			return err
		}
	}
	s.recovery.Segments, s.recovery.Database = len(s.segments), s.db
	if len(s.segments) > 0 {
		s.recovery.First, s.recovery.Last = s.segments[0].first, s.next-1
	}
	return nil
}

// open reads a segment's header.
func (s *scan) open(name string, first LSN) error {
	f, err := s.fs.OpenReadOnly(name)
	if err != nil {
		return ioError("open file \""+name+"\"", err)
	}
	defer f.Close()
	b := make([]byte, segmentHeaderBytes)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return ioError("read file \""+name+"\"", err)
	}
	seg, db, what := decodeSegment(b[:n])
	if what != "" {
		s.problem(name, 0, first, "%s", what)
		return nil
	}
	seg.name, seg.named = name, true
	if seg.size, err = f.Size(); err != nil {
		return ioError("read file \""+name+"\"", err)
	}
	switch prev := s.lastSegment(); {
	case seg.first != first:
		s.problem(name, 0, seg.first, "the segment header names first LSN %d, the file name %d", seg.first, first)
		return nil
	case prev == nil:
		s.db, s.next, s.chain = db, seg.first, seg.previous
	case db != s.db:
		s.problem(name, 0, first, "the segment belongs to database %s, those before to %s", db, s.db)
		return nil
	case seg.id <= prev.id:
		s.problem(name, 0, first, "segment id %d does not follow %d", seg.id, prev.id)
		return nil
	}
	s.segments = append(s.segments, seg)
	s.synced = max(s.synced, seg.synced)
	return nil
}

func (s *scan) lastSegment() *segment {
	if len(s.segments) == 0 {
		return nil
	}
	return s.segments[len(s.segments)-1]
}

// walk reads the records of segment i.
func (s *scan) walk(i int) error {
	seg := s.segments[i]
	b, err := s.read(seg)
	if err != nil {
		return err
	}
	stop := LSN(0) // first LSN of the next segment
	if i+1 < len(s.segments) {
		stop = s.segments[i+1].first
	}
	if s.next != seg.first || s.chain != seg.previous {
		s.problem(seg.name, 0, seg.first, "the segment begins with LSN %d, but the one before ends with %d", seg.first, s.next-1)
		s.next, s.chain = seg.first, seg.previous
	}
	at := int64(segmentDataStart)
	for s.next != stop && at < int64(len(b)) {
		h, err := decodeRecord(b[at:], seg.seed)
		if err != nil || h.record.LSN != s.next || h.previous != s.chain {
			break
		}
		if s.visit != nil {
			s.visit(h.record)
		}
		s.synced = max(s.synced, h.record.Synced)
		s.sealed = h.record.Type == TypeMark && h.record.Synced == s.next-1
		s.chain = h.sum
		s.next++
		s.recovery.Records++
		at += recordBytes(h.length)
	}
	seg.used = at
	if stop != 0 {
		if s.next != stop {
			s.problem(seg.name, at, s.next, "no valid record where one was synced")
			s.next, s.chain = stop, s.segments[i+1].previous
		}
		return nil
	}
	s.tail(seg, b, at)
	return nil
}

// tail judges what lies behind the last record of the last segment.
func (s *scan) tail(seg *segment, b []byte, at int64) {
	if at > int64(len(b)) {
		at = int64(len(b)) // a header without a data area
	}
	end := int64(len(b))
	for end > at && b[end-1] == 0 {
		end--
	}
	if end == at && s.synced < s.next {
		return
	}
	for off := at; off < end; off += recordAlign {
		if h, ok := decodeHeader(b[off:]); ok && h.record.LSN > s.next && h.record.Synced >= s.next {
			if _, err := decodeRecord(b[off:], seg.seed); err == nil {
				s.synced = max(s.synced, h.record.Synced)
			}
		}
	}
	if s.synced >= s.next {
		s.problem(seg.name, at, s.next, "no valid record where one was synced (LSN %d is known to have been)", s.synced)
		return
	}
	s.recovery.Cut = true
	s.recovery.File, s.recovery.Offset, s.recovery.CutBytes = seg.name, at, end-at
}

// read returns the whole file in a buffer that the next call reuses.
func (s *scan) read(seg *segment) ([]byte, error) {
	f, err := s.fs.OpenReadOnly(seg.name)
	if err != nil {
		return nil, ioError("open file \""+seg.name+"\"", err)
	}
	defer f.Close()
	if int64(cap(s.buf)) < seg.size {
		s.buf = make([]byte, seg.size)
	}
	b := s.buf[:seg.size]
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, ioError("read file \""+seg.name+"\"", err)
	}
	return b[:n], nil
}

// Verify reads the log in dir without changing it and reports every fault.
// visit, which may be nil, sees the valid records in order.
func Verify(fs vfs.FS, dir string, visit func(Record)) (Recovery, []Problem, error) {
	s := scan{fs: fs, dir: path.Clean(dir), visit: visit}
	err := s.run()
	return s.recovery, s.problems, err
}
