package snapshot

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/storage/commitlog"
)

// Names of the two files in the data directory.
var FileNames = [2]string{"snapshot-a.sqlite", "snapshot-b.sqlite"}

// Bounds of one SQLite transaction, and so of what a crash makes us apply again.
const (
	batchCommitsMax = 4096
	batchBytesMax   = 8 << 20
)

// IntervalDefault is the time between two rounds of Follow.
const IntervalDefault = 2 * time.Second

// A checkpoint syncs files while commits wait for the same disk, so Follow makes
// one only when this much time has passed or this much was applied.
const (
	checkpointEvery    = 20 * time.Second
	checkpointBytesMax = 32 << 20
)

// Pair is the two snapshot files of a database. Safe for concurrent use.
type Pair struct {
	dir string
	log *commitlog.Log

	mu    sync.Mutex // guards files; held for a whole round
	files [2]*file
	notes []string
	fixed time.Time // of the last checkpoint
}

// Open opens the snapshots in dir, or creates empty ones. A file that cannot be
// read is set aside (.damaged) and made again, from the log or from the other.
// Error: XX001 if log and files together do not make a database.
func Open(ctx context.Context, dir string, log *commitlog.Log) (*Pair, error) {
	p := &Pair{dir: dir, log: log}
	for i := range p.files {
		if err := p.open(ctx, i); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	for i := range p.files {
		if err := p.replace(ctx, i); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	if err := syncPath(dir); err != nil { // SQLite does not sync the entries of new files
		return nil, errors.Join(sqlerr.New(sqlerr.IOError, "could not fsync directory %q: %v", dir, err).Wrap(err), p.Close())
	}
	return p, nil
}

func (p *Pair) path(i int) string { return filepath.Join(p.dir, FileNames[i]) }

// open opens a file, setting a damaged one aside.
func (p *Pair) open(ctx context.Context, i int) error {
	f, err := openFile(ctx, p.path(i), p.log.DatabaseID())
	if err != nil && sqlerr.Is(err, sqlerr.DataCorrupted) && isFormat(err) {
		p.notes = append(p.notes, "set aside: "+err.Error())
		if err := setAside(p.path(i)); err != nil {
			return err
		}
		f, err = openFile(ctx, p.path(i), p.log.DatabaseID())
	}
	if err != nil {
		return err
	}
	p.files[i] = f
	return f.checkpoint(ctx)
}

// isFormat tells SQLite's own finding of damage from ours: a snapshot of another
// database or of a later version must not be thrown away.
func isFormat(err error) bool {
	var e interface{ Code() int }
	return errors.As(err, &e)
}

// setAside renames a damaged file, so that it can be looked at.
func setAside(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		err := os.Rename(path+suffix, path+".damaged"+suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return sqlerr.New(sqlerr.IOError, "could not rename file %q: %v", path+suffix, err).Wrap(err)
		}
	}
	return nil
}

// replace makes file i a copy of the other one where the log no longer holds what it lacks.
func (p *Pair) replace(ctx context.Context, i int) error {
	f, other := p.files[i], p.files[1-i]
	if f.redo >= p.log.First() {
		return nil
	}
	if other.redo < p.log.First() {
		return sqlerr.New(sqlerr.DataCorrupted, "the commit log begins with LSN %d, but the snapshots end with %d and %d",
			p.log.First(), f.applied, other.applied)
	}
	if err := f.close(); err != nil {
		return f.failed("close", err)
	}
	temp := p.path(i) + ".tmp"
	if err := os.Remove(temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return f.failed("remove", err)
	}
	if _, err := other.conn.ExecContext(ctx, "VACUUM INTO ?", temp); err != nil {
		return other.failed("copy", err)
	}
	if err := swapIn(temp, p.path(i)); err != nil {
		return err
	}
	p.notes = append(p.notes, "copied "+other.path+" to "+f.path)
	return p.open(ctx, i)
}

// swapIn puts a complete file in the place of another, durably.
func swapIn(temp, path string) error {
	var errs []error
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, os.Chmod(temp, 0o600), syncPath(temp), os.Rename(temp, path), syncPath(filepath.Dir(path)))
	if err := errors.Join(errs...); err != nil {
		return sqlerr.New(sqlerr.IOError, "could not replace snapshot %q: %v", path, err).Wrap(err)
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Notes are lines for the server's log about what Open had to repair.
func (p *Pair) Notes() []string { return p.notes }

// Close lets go of both files. What is not applied is still in the log.
func (p *Pair) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for i, f := range p.files {
		if f != nil {
			errs = append(errs, f.close())
			p.files[i] = nil
		}
	}
	return errors.Join(errs...)
}

// Applied returns the LSN up to which the file that is further behind is complete.
func (p *Pair) Applied() commitlog.LSN {
	p.mu.Lock()
	defer p.mu.Unlock()
	applied := ^commitlog.LSN(0)
	for _, f := range p.files {
		if f == nil {
			return 0
		}
		applied = min(applied, f.applied)
	}
	return applied
}

// Follow keeps the files up to date until ctx ends; onError (may be nil) hears of
// failures, after which the next round tries again. interval 0: the default.
func (p *Pair) Follow(ctx context.Context, interval time.Duration, onError func(error)) {
	if interval == 0 {
		interval = IntervalDefault
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := p.round(ctx, false); err != nil && ctx.Err() == nil && onError != nil {
			onError(err)
		}
	}
}

// CatchUp applies what is synced in the log to both files, the one further
// behind first, and cuts the log. After an error (53100: the disk is full) the
// files are as of an earlier moment and the log is whole.
func (p *Pair) CatchUp(ctx context.Context) error { return p.round(ctx, true) }

// round brings both files up to date; unless told to, it checkpoints only when it is time.
func (p *Pair) round(ctx context.Context, checkpoint bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.files {
		if err := p.reopen(ctx, i); err != nil {
			return err
		}
	}
	order := [2]int{0, 1}
	if p.files[1].applied < p.files[0].applied {
		order = [2]int{1, 0}
	}
	target := p.log.Synced()
	due := checkpoint || time.Since(p.fixed) >= checkpointEvery
	for _, i := range order {
		f := p.files[i]
		err := f.advance(ctx, p.log, target)
		if err == nil && f.durable != f.redo && (due || f.loose >= checkpointBytesMax) {
			err = f.checkpoint(context.WithoutCancel(ctx))
			p.fixed = time.Now()
		}
		if errors.Is(err, errStopped) {
			return ctx.Err()
		}
		if err != nil {
			// What is in memory may be ahead of the file now: begin anew.
			return errors.Join(f.failed("write", err), f.close())
		}
	}
	return p.log.TruncateBelow(min(p.files[0].durable, p.files[1].durable))
}

// reopen opens a file that an earlier round gave up.
func (p *Pair) reopen(ctx context.Context, i int) error {
	switch {
	case p.files[i] == nil:
		return sqlerr.New(sqlerr.AdminShutdown, "the snapshots are closed")
	case p.files[i].conn != nil:
		return nil
	}
	f, err := openFile(ctx, p.path(i), p.log.DatabaseID())
	if err != nil {
		return err
	}
	p.files[i] = f
	return nil
}

// errStopped is advance's answer when its context ended between two batches.
var errStopped = errors.New("stopped")

// advance applies batches until target. When ctx ends it keeps what it has: the
// work itself is not interrupted, for SQLite watches a context at a price.
func (f *file) advance(ctx context.Context, log *commitlog.Log, target commitlog.LSN) error {
	if f.reader == nil && f.applied < target {
		r, err := log.NewReader(f.redo)
		if err != nil {
			return err
		}
		f.reader = r
	}
	for f.applied < target {
		work := context.WithoutCancel(ctx)
		if err := f.transaction(work, func() error { return f.batch(work, ctx.Done(), target) }); err != nil {
			return err
		}
		if ctx.Err() != nil && f.applied < target {
			return errStopped
		}
	}
	return nil
}

// batch applies the next records, as many as one transaction takes, or until stop is closed.
func (f *file) batch(ctx context.Context, stop <-chan struct{}, target commitlog.LSN) error {
	upTo, bytes := f.applied, 0
	for commits := 0; upTo < target && commits < batchCommitsMax && bytes < batchBytesMax; {
		r, err := f.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		c, err := f.commits.Add(r)
		switch {
		case err != nil:
			return err
		case r.LSN <= f.applied: // read again for the sake of its transaction's later parts
			continue
		case c != nil:
			err = f.applyCommit(ctx, c)
			commits++
			bytes += len(c.Body)
		default:
			err = f.applyRecord(ctx, r)
			bytes += len(r.Payload)
		}
		if err != nil {
			return err
		}
		upTo = r.LSN
		select {
		case <-stop:
			target = upTo
		default:
		}
	}
	f.loose += bytes
	f.applied, f.redo = upTo, upTo+1
	if oldest, ok := f.commits.Oldest(); ok {
		f.redo = oldest
	}
	return f.writeState(ctx)
}
