package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"synapse/catalog/sqlerr"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/snapshot"
	"synapse/storage/vfs"
)

// Names in the data directory, as storage.Open gives them.
const (
	lockName = "lock"
	logName  = "log"
)

// Deep opens the store in dir and reports what does not agree in it. The error
// is about not being able to look.
type Deep func(ctx context.Context, dir string, report func(problem string)) error

// Run verifies the data directory dir, writes what it finds to w, a line each,
// and returns the number of problems. deep (may be nil) runs only if the files
// are sound. The error is about not being able to look: 55006 while a server
// uses the directory, 58P01 if there is none.
func Run(ctx context.Context, dir string, w io.Writer, deep Deep) (problems int, err error) {
	if _, err := os.Stat(filepath.Join(dir, logName)); err != nil {
		return 0, sqlerr.New(sqlerr.UndefinedFile, "there is no data directory at %q: %v", dir, err).Wrap(err)
	}
	c := &checker{dir: dir, out: w}
	if err := c.files(ctx); err != nil {
		return c.problems, err
	}
	if deep != nil && c.problems == 0 {
		if err := deep(ctx, dir, c.problem); err != nil {
			return c.problems, err
		}
		c.line("opened store: %d problems", c.problems)
	}
	return c.problems, c.broken
}

type checker struct {
	dir      string
	out      io.Writer
	broken   error // of writing to out
	problems int

	first, last commitlog.LSN // in the log
	database    commitlog.DatabaseID
	commits     commitlog.Assembler
	time        int64 // of the last commit seen
	shards      shards
}

func (c *checker) line(format string, args ...any) {
	if _, err := fmt.Fprintf(c.out, format+"\n", args...); err != nil && c.broken == nil {
		c.broken = err
	}
}

func (c *checker) problem(p string) {
	c.problems++
	c.line("problem: %s", p)
}

// files verifies log and snapshots while no server can use them.
func (c *checker) files(ctx context.Context) (err error) {
	lock, err := vfs.OS{}.Lock(filepath.Join(c.dir, lockName))
	if err != nil {
		var held *vfs.LockedError
		if errors.As(err, &held) {
			return sqlerr.New(sqlerr.ObjectInUse, "data directory %q is in use by another server (PID %d)", c.dir, held.PID).
				WithHint("Stop the server first.").Wrap(err)
		}
		return sqlerr.New(sqlerr.IOError, "could not lock data directory %q: %v", c.dir, err).Wrap(err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := c.log(); err != nil {
		return err
	}
	if err := c.snapshots(ctx); err != nil {
		return err
	}
	c.shards.finish(c.problem)
	return nil
}

// log verifies the commit log and that its commits can be read.
func (c *checker) log() error {
	r, problems, err := commitlog.Verify(vfs.OS{}, filepath.Join(c.dir, logName), c.record)
	if err != nil {
		return err
	}
	for _, p := range problems {
		c.problem(p.String())
	}
	c.first, c.last, c.database = r.First, r.Last, r.Database
	c.line("%s: %d problems", r.String(), len(problems))
	return nil
}

// record looks into a valid record.
func (c *checker) record(r commitlog.Record) {
	if c.first == 0 {
		c.first = r.LSN
	}
	commit, err := c.commits.Add(r)
	switch {
	case err != nil && c.partsGone(r):
		// The transaction began in a segment that is cut; the snapshots have it.
	case err != nil:
		c.problem(fmt.Sprintf("log, LSN %d: %v", r.LSN, err))
	case commit != nil:
		if commit.Timestamp <= c.time {
			c.problem(fmt.Sprintf("log, LSN %d: commit time %d is not after %d", r.LSN, commit.Timestamp, c.time))
		}
		c.time = commit.Timestamp
		c.body(r.LSN, commit.Body)
	case r.Type.HasEffects():
		c.body(r.LSN, r.Payload)
	}
}

// partsGone reports whether r may lack parts because the log was cut.
func (c *checker) partsGone(r commitlog.Record) bool {
	return r.Type == commitlog.TypeCommit && c.first > 1
}

func (c *checker) body(lsn commitlog.LSN, body []byte) {
	err := effect.Decode(body, func(e *effect.Effect) error {
		c.shards.effect(fmt.Sprintf("log, LSN %d", lsn), e, c.problem)
		return nil
	})
	if err != nil {
		c.problem(fmt.Sprintf("log, LSN %d: %v", lsn, err))
	}
}

// snapshots verifies both files and that the log continues at least one of them.
func (c *checker) snapshots(ctx context.Context) error {
	usable := c.first <= 1
	for _, name := range snapshot.FileNames {
		path := filepath.Join(c.dir, name)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			c.line("%s: not there", name)
			continue
		}
		before := c.problems
		info, err := snapshot.Verify(ctx, path, func(p string) { c.problem(name + ": " + p) })
		if err != nil {
			return err
		}
		c.fits(name, info)
		c.shards.snapshot(name, info, c.problem)
		c.line("%s: applied LSN %d, %d tables, %d versions, %d problems", name, info.Applied, info.Tables, info.Rows, c.problems-before)
		usable = usable || c.problems == before && info.Redo >= c.first
	}
	if err := c.archive(ctx); err != nil {
		return err
	}
	if !usable {
		c.problem(fmt.Sprintf("the log begins with LSN %d and no sound snapshot reaches there", c.first))
	}
	return nil
}

// archive verifies the versions that have left memory, if there are any.
func (c *checker) archive(ctx context.Context) error {
	name := snapshot.ArchiveName
	path := filepath.Join(c.dir, name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	before := c.problems
	info, err := snapshot.Verify(ctx, path, func(p string) { c.problem(name + ": " + p) })
	if err != nil {
		return err
	}
	if info.Redo != 0 && info.Database != c.database {
		c.problem(fmt.Sprintf("%s: belongs to database %s, the log to %s", name, info.Database, c.database))
	}
	c.line("%s: %d tables, %d versions, %d problems", name, info.Tables, info.Rows, c.problems-before)
	return nil
}

// fits checks a snapshot against the log.
func (c *checker) fits(name string, info snapshot.Info) {
	if info.Redo == 0 {
		return // its state could not be read, which was reported
	}
	if info.Database != c.database {
		c.problem(fmt.Sprintf("%s: belongs to database %s, the log to %s", name, info.Database, c.database))
	}
	if info.Applied > c.last {
		c.problem(fmt.Sprintf("%s: has LSN %d applied, but the log ends with %d", name, info.Applied, c.last))
	}
}
