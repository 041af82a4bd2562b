package commitlog

import (
	"errors"
	"fmt"
	"syscall"

	"synapse/catalog/sqlerr"
)

// ErrDiskFull is in the chain of the 53100 errors that Append returns when no
// further segment can be allocated. The record was not accepted; the same call
// succeeds once there is space.
var ErrDiskFull = errors.New("no space left for the commit log")

// ErrClosed is in the chain of errors after Close.
var ErrClosed = errors.New("commit log is closed")

// ErrFailed is in the chain of every error after a write or fsync failed. It
// never goes away: the process must end and recover.
var ErrFailed = errors.New("commit log has failed")

func diskFull(cause error) error {
	return sqlerr.New(sqlerr.DiskFull, "could not extend the commit log: No space left on device").
		WithHint("Free disk space; writes are accepted again without a restart.").
		Wrap(errors.Join(ErrDiskFull, cause))
}

func isNoSpace(err error) bool { return errors.Is(err, syscall.ENOSPC) }

func ioError(doing string, cause error) error {
	return sqlerr.New(sqlerr.IOError, "could not %s: %v", doing, cause).Wrap(cause)
}

func failure(doing string, cause error) error {
	return sqlerr.New(sqlerr.IOError, "could not %s: %v", doing, cause).
		WithDetail("The commit log accepts nothing more; commits without an answer may or may not survive.").
		Wrap(errors.Join(ErrFailed, cause))
}

func closedError() error {
	return sqlerr.New(sqlerr.AdminShutdown, "the commit log is closed").Wrap(ErrClosed)
}

// Problem is a fault at a place in the log.
type Problem struct {
	File   string
	Offset int64 // bytes
	LSN    LSN   // of the record that should be there, 0 if unknown
	What   string
}

// String gives one line.
func (p Problem) String() string {
	if p.LSN == 0 {
		return fmt.Sprintf("%s: offset %d: %s", p.File, p.Offset, p.What)
	}
	return fmt.Sprintf("%s: offset %d: LSN %d: %s", p.File, p.Offset, p.LSN, p.What)
}

func corrupted(p Problem) error {
	return sqlerr.New(sqlerr.DataCorrupted, "the commit log is damaged: file %q, offset %d: %s", p.File, p.Offset, p.What).
		WithHint("Run \"synapse check\" for the whole list, then restore the files from a backup.")
}
