package commitlog

import (
	"crypto/rand"
	"errors"
	"path"
	"sync"

	"synapse/storage/vfs"
)

// Defaults of Options.
const (
	SegmentBytesDefault = 16 << 20
	BufferBytesDefault  = 8 << 20
	segmentBytesMin     = 16 << 10
	reserveBytesMax     = 256 << 10
)

// Options of Open. The zero value means the defaults.
type Options struct {
	SegmentBytes int64 // size of a preallocated segment file
	BufferBytes  int   // Append waits for the disk when this much is not yet written
	DatabaseID   DatabaseID
	// DatabaseID of a new log; zero: random. An existing log must have this one unless it is zero.
}

// Log is an open commit log; the process that opened it is its only writer
// (the caller holds a vfs lock). Safe for concurrent use.
//
// Append puts encoded records into pending, an ordered list of byte runs with
// their place on disk. One goroutine at a time, the flusher (flushing is true),
// takes the whole list and writes it without holding mu.
type Log struct {
	fs  vfs.FS
	dir string
	opt Options
	db  DatabaseID

	partBytes    int
	reserveBytes int64
	recovery     Recovery

	cut sync.Mutex // serialises TruncateBelow; taken before mu

	mu       sync.Mutex // guards everything below
	segments []*segment // oldest first, never empty; the last one is appended to
	spare    *segment   // preallocated, still without identity; nil: none could be made
	lastID   uint64     // greatest segment id given out
	next     LSN        // of the next record
	chain    uint32     // CRC of the last appended record
	pending  []run
	buffered int // bytes in pending
	recycled []byte
	synced   LSN
	unsynced bool // bytes were written since the last fsync
	failed   error
	closed   bool
	flushing bool
	idle     chan struct{} // closed when the running flush ends
	stats    Stats

	// out is the segment being written to. It belongs to the flusher.
	out *segment
}

// run is encoded bytes with their place on disk.
type run struct {
	seg  *segment
	at   int64
	data []byte
}

// Stats counts work since Open.
type Stats struct {
	Records  uint64
	Bytes    uint64 // of records, headers and padding included
	Syncs    uint64 // fsyncs of group commits
	Segments int    // files now
}

// Stats returns the counters.
func (l *Log) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	s.Segments = len(l.segments)
	return s
}

// DatabaseID returns the id that all segments carry.
func (l *Log) DatabaseID() DatabaseID { return l.db }

// Recovery tells what Open found.
func (l *Log) Recovery() Recovery { return l.recovery }

// First returns the LSN of the oldest record that the log may still hold.
func (l *Log) First() LSN {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segments[0].first
}

// Last returns the LSN of the newest record appended, 0 if there never was one.
func (l *Log) Last() LSN {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next - 1
}

// Synced returns the greatest LSN that is known to be durable.
func (l *Log) Synced() LSN {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.synced
}

// Err returns the latched failure, nil while the log is sound.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// Open opens or creates the log in dir, which it makes if need be. It verifies
// every record, cuts off an unsynced tail (see Recovery) and appends a TypeOpen
// record. Errors: XX001 for a damaged log, 53100 for a full disk, 58030 else.
func Open(fs vfs.FS, dir string, opt Options) (*Log, error) {
	if opt.SegmentBytes == 0 {
		opt.SegmentBytes = SegmentBytesDefault
	}
	if opt.BufferBytes == 0 {
		opt.BufferBytes = BufferBytesDefault
	}
	opt.SegmentBytes = max(opt.SegmentBytes, segmentBytesMin)
	l := &Log{
		fs: fs, dir: path.Clean(dir), opt: opt, idle: make(chan struct{}),
		partBytes:    int(min(PartMax, opt.SegmentBytes/8)),
		reserveBytes: min(reserveBytesMax, opt.SegmentBytes/8),
	}
	if err := l.makeDir(); err != nil {
		return nil, err
	}
	if err := l.recover(); err != nil {
		return nil, err
	}
	if err := l.begin(); err != nil {
		return nil, errors.Join(err, l.closeFiles())
	}
	return l, nil
}

func (l *Log) makeDir() error {
	if err := l.fs.MkdirAll(l.dir); err != nil {
		return ioError("create the commit log's directory", err)
	}
	if err := l.fs.SyncDir(path.Dir(l.dir)); err != nil {
		return ioError("sync the directory of the commit log", err)
	}
	return nil
}

// begin starts a fresh segment: what a crash left behind the old end can then
// never be mistaken for a continuation.
func (l *Log) begin() error {
	if l.db == (DatabaseID{}) {
		l.db = l.opt.DatabaseID
		if l.db == (DatabaseID{}) {
			if _, err := rand.Read(l.db[:]); err != nil {
				return ioError("make a database id", err)
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refill(); err != nil {
		return err
	}
	l.roll()
	if err := l.refill(); err != nil && !isNoSpace(err) {
		return err
	}
	l.put(l.segments[len(l.segments)-1], &Record{Type: TypeOpen})
	l.flush(false)
	return l.failed
}
