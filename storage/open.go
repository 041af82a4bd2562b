package storage

import (
	"context"
	"errors"
	"path"

	"synapse/catalog/sqlerr"
	"synapse/storage/commitlog"
	"synapse/storage/snapshot"
	"synapse/storage/vfs"
)

// Names in the data directory.
const (
	lockName   = "lock"
	logName    = "log"
	graphsName = "graphs"
)

// clockLagMax is how far the clock may be behind the newest timestamp before it is worth a warning.
const clockLagMax = 10 * Second

// Open opens or creates the database in dir; an empty dir means a store in
// memory, which keeps nothing. Errors: 55006 if another process has the
// directory (the message names its pid), XX001 for damage, 53100, 58030.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	o.fill()
	if dir == "" {
		s := newStore(o, &memoryJournal{})
		return s, s.start(ctx)
	}
	if err := o.FS.MkdirAll(dir); err != nil {
		return nil, sqlerr.New(sqlerr.IOError, "could not create directory \"%s\": %v", dir, err).Wrap(err)
	}
	lock, err := o.FS.Lock(path.Join(dir, lockName))
	if err != nil {
		return nil, errLocked(dir, err)
	}
	s, err := open(ctx, dir, o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.lock = lock
	return s, nil
}

func open(ctx context.Context, dir string, o Options) (*Store, error) {
	log, err := commitlog.Open(o.FS, path.Join(dir, logName), commitlog.Options{SegmentBytes: o.SegmentBytes})
	if err != nil {
		return nil, err
	}
	if note := log.Recovery().String(); note != "" {
		o.Log.Info("commit log opened", "recovery", note)
	}
	s := newStore(o, log)
	s.graphs = &graphFiles{fs: o.FS, dir: path.Join(dir, graphsName), db: log.DatabaseID()}
	if _, real := o.FS.(vfs.OS); real {
		// SQLite does its own I/O, so snapshots exist on the operating system's files alone.
		if s.snapshots, err = snapshot.Open(ctx, dir, log); err != nil {
			return nil, errors.Join(err, log.Close())
		}
		if s.archive, err = snapshot.OpenArchive(ctx, dir, log.DatabaseID()); err != nil {
			return nil, errors.Join(err, s.snapshots.Close(), log.Close())
		}
		for _, note := range s.snapshots.Notes() {
			o.Log.Warn("snapshot", "note", note)
		}
	}
	if err := s.recover(ctx, log); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	if err := s.recoverErase(ctx, log); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

func errLocked(dir string, err error) error {
	var held *vfs.LockedError
	if !errors.As(err, &held) {
		return sqlerr.New(sqlerr.IOError, "could not lock directory \"%s\": %v", dir, err).Wrap(err)
	}
	return sqlerr.New(sqlerr.ObjectInUse, "data directory \"%s\" is in use by another server (PID %d)", dir, held.PID).Wrap(err)
}

// abandon gives up a store that could not be opened.
func (s *Store) abandon() error {
	var errs []error
	if s.snapshots != nil {
		errs = append(errs, s.snapshots.Close(), s.archive.Close())
	}
	s.budget.close()
	return errors.Join(append(errs, s.journal.Close())...)
}

// start gives a new database its first objects and begins the background work.
func (s *Store) start(ctx context.Context) error {
	if err := s.settleShards(); err != nil {
		return err
	}
	if c, _ := s.catalog.newestCatalog(); c.Version() == 0 && s.hooks.Bootstrap != nil {
		if err := s.bootstrap(ctx); err != nil {
			return err
		}
	}
	if now := s.clock.Now(); now+clockLagMax < s.seq.readFloor {
		s.options.Log.Warn("the clock is behind the newest timestamp in the log", "behind", (s.seq.readFloor - now).Duration())
	}
	background, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.stopped.Go(func() { s.maintain(background) })
	s.stopped.Go(func() { s.reclaim(background) })
	if s.budget != nil {
		s.stopped.Go(func() { s.budget.watch(background) })
	}
	if s.seq.relaxed {
		s.stopped.Go(func() { s.syncRelaxed(background) })
	}
	if s.snapshots != nil {
		s.stopped.Go(func() {
			s.snapshots.Follow(background, 0, func(err error) { s.options.Log.Error("snapshot", "error", err) })
		})
	}
	return nil
}

// bootstrap writes the objects that a database is born with, in one commit.
func (s *Store) bootstrap(ctx context.Context) error {
	x := s.Begin(TxnOptions{})
	defer x.Rollback()
	if _, err := x.BeginCommand(ctx); err != nil {
		return err
	}
	for _, o := range s.hooks.Bootstrap() {
		if err := x.PutObject(ctx, o); err != nil {
			return err
		}
	}
	_, err := x.Commit(ctx)
	return err
}

// ClockLag is how far the clock is behind the newest timestamp given out or read; 0 if it is not.
func (s *Store) ClockLag() Timestamp {
	s.seq.mu.Lock()
	defer s.seq.mu.Unlock()
	return max(0, max(s.seq.last, s.seq.readFloor)-s.clock.Now())
}

// Snapshots returns the SQLite snapshots, nil for a store without.
func (s *Store) Snapshots() *snapshot.Pair { return s.snapshots }
