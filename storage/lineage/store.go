package lineage

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The window a crash can lose, and how recording is bounded.
const (
	flushInterval = 50 * time.Millisecond
	syncInterval  = time.Second
	// SyncWindow is the most lineage that a crash of the machine can lose.
	SyncWindow = syncInterval + flushInterval
	// maxPending is how many records may wait in memory; beyond it recording waits for the writer.
	maxPending = 100_000
	// DefaultRetention is how many bytes of segments are kept.
	DefaultRetention = 2 << 30
)

// Options of Open.
type Options struct {
	Dir            string // the data directory; segments lie in Dir/lineage
	Log            *slog.Logger
	RetentionBytes int64 // 0 = DefaultRetention
	// Shard tells in whose chain the records of a namespace are; nil: all are in shard 0's.
	Shard func(namespace string) uint16
}

// Store records and reads lineage. Safe for concurrent use.
type Store struct {
	dir  string
	opt  Options
	stop chan struct{}
	done chan struct{}
	kick chan chan error // Sync asks the writer

	mu      sync.Mutex // guards pending, room and closed
	room    *sync.Cond
	pending []*Record
	closed  bool

	fileMu  sync.RWMutex // guards seg, written and the set of segment files; the writer holds it to change them
	seg     *segmentFile
	writing []*Record // taken from pending, not yet in the file
	dirty   bool
}

// Open opens or creates the lineage of a data directory and starts the writer. A
// frame cut short by a crash is dropped; damage elsewhere is XX001.
func Open(o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.RetentionBytes == 0 {
		o.RetentionBytes = DefaultRetention
	}
	dir := filepath.Join(o.Dir, "lineage")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Store{dir: dir, opt: o, stop: make(chan struct{}), done: make(chan struct{}), kick: make(chan chan error)}
	s.room = sync.NewCond(&s.mu)
	if err := s.start(); err != nil {
		return nil, err
	}
	go s.writer()
	return s, nil
}

// start finds the end of the chains and opens a new segment behind it: old segments are never written again.
func (s *Store) start() error {
	if err := tidy(s.dir); err != nil {
		return err
	}
	list, err := segments(s.dir)
	if err != nil {
		return err
	}
	chain := chains{}
	next := uint64(1)
	if len(list) > 0 {
		n := list[len(list)-1]
		name := segmentName(s.dir, n)
		_, last, end, err := readSegment(name, math.MaxInt64, func(uint16, []byte) error { return nil })
		switch {
		case errors.Is(err, errTorn) && end == 0:
			// Not even its head was written.
			if err := os.Remove(name); err != nil {
				return err
			}
			return s.start()
		case errors.Is(err, errTorn):
			s.opt.Log.Warn("lineage segment ends in an unfinished frame; it is dropped", "file", name, "offset", end)
			if err := os.Truncate(name, end); err != nil {
				return err
			}
		case err != nil:
			return err
		}
		chain, next = last, n+1
	}
	s.seg, err = createSegment(s.dir, next, chain)
	return err
}

// Record keeps a copy of the pointer; the caller must not change r afterwards.
// It does not wait for the disk unless maxPending records already do.
func (s *Store) Record(r *Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pending) >= maxPending && !s.closed {
		s.room.Wait()
	}
	if !s.closed {
		s.pending = append(s.pending, r)
	}
}

// Sync returns once everything recorded before the call is on disk.
func (s *Store) Sync(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case s.kick <- answer:
	case <-s.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close writes and syncs what is left.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.room.Broadcast()
	s.mu.Unlock()
	close(s.stop)
	<-s.done
	err := s.flush()
	if e := s.sync(); err == nil {
		err = e
	}
	if e := s.seg.f.Close(); err == nil {
		err = e
	}
	return err
}

// writer is the goroutine that brings records to the files.
func (s *Store) writer() {
	defer close(s.done)
	flush := time.NewTicker(flushInterval)
	defer flush.Stop()
	synced := time.Now()
	for {
		var answer chan error
		select {
		case <-s.stop:
			return
		case answer = <-s.kick:
		case <-flush.C:
		}
		err := s.flush()
		if err == nil && (answer != nil || time.Since(synced) >= syncInterval) {
			err = s.sync()
			synced = time.Now()
		}
		if err != nil {
			s.opt.Log.Error("lineage cannot be written; it is kept in memory and tried again", "error", err)
		}
		if answer != nil {
			answer <- err
		}
	}
}

// flush writes the pending records, in the order of recording: a frame for each run of a shard.
func (s *Store) flush() error {
	s.fileMu.Lock()
	defer s.fileMu.Unlock()
	if len(s.writing) == 0 { // otherwise the last flush failed: it goes first
		s.mu.Lock()
		s.writing = s.pending
		s.pending = nil
		s.room.Broadcast()
		s.mu.Unlock()
	}
	if len(s.writing) == 0 {
		return nil
	}
	if s.seg.size >= segmentMaxBytes {
		if err := s.roll(); err != nil {
			return err
		}
	}
	for len(s.writing) > 0 {
		shard := s.shardOf(s.writing[0])
		enc := s.seg.encoder(shard)
		before := len(enc.texts)
		payload := enc.append(binary.BigEndian.AppendUint16(nil, shard), s.writing[0])
		n := 1
		for ; n < len(s.writing) && len(payload) < maxFrameBytes/4 && s.shardOf(s.writing[n]) == shard; n++ {
			payload = enc.append(payload, s.writing[n])
		}
		if err := s.seg.write(payload); err != nil {
			enc.forget(before)
			return err
		}
		s.dirty = true
		s.writing = s.writing[n:]
	}
	s.writing = nil
	return nil
}

// shardOf returns in whose chain a record is: a record without a namespace, as
// most statements are, in shard 0's.
func (s *Store) shardOf(r *Record) uint16 {
	if r.Namespace == "" || s.opt.Shard == nil {
		return 0
	}
	return s.opt.Shard(r.Namespace)
}

// forget takes back dictionary entries that did not reach the file.
func (e *encoder) forget(before int) {
	for text, n := range e.texts {
		if n >= uint64(before) {
			delete(e.texts, text)
		}
	}
}

func (s *Store) sync() error {
	s.fileMu.Lock()
	defer s.fileMu.Unlock()
	if !s.dirty {
		return nil
	}
	if err := s.seg.f.Sync(); err != nil {
		return err
	}
	s.dirty = false
	return nil
}

// roll starts the next segment and drops the oldest beyond retention; fileMu is held.
func (s *Store) roll() error {
	if err := s.seg.f.Sync(); err != nil {
		return err
	}
	next, err := createSegment(s.dir, s.seg.n+1, s.seg.chain)
	if err != nil {
		return err
	}
	s.seg.f.Close()
	s.seg = next
	return s.retain()
}

func (s *Store) retain() error {
	list, err := segments(s.dir)
	if err != nil {
		return err
	}
	var total int64
	for i := len(list) - 1; i >= 0; i-- {
		info, err := os.Stat(segmentName(s.dir, list[i]))
		if err != nil {
			return err
		}
		if total += info.Size(); total > s.opt.RetentionBytes && list[i] != s.seg.n {
			if err := os.Remove(segmentName(s.dir, list[i])); err != nil {
				return err
			}
		}
	}
	return nil
}
