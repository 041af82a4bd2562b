package vfs

import (
	"fmt"
	"io"
)

// FS is a file system. Names are slash-separated paths. Implementations are
// safe for concurrent use. Errors satisfy errors.Is with fs.ErrNotExist,
// fs.ErrExist and syscall.ENOSPC as the os package's do.
type FS interface {
	// Create makes a new empty file for reading and writing; fs.ErrExist if there is one.
	Create(name string) (File, error)
	// Open opens an existing file for reading and writing.
	Open(name string) (File, error)
	// OpenReadOnly opens an existing file for reading.
	OpenReadOnly(name string) (File, error)
	// Rename replaces the target if there is one.
	Rename(source, target string) error
	Remove(name string) error
	// ReadDir returns the names (not paths) in dir, sorted.
	ReadDir(dir string) ([]string, error)
	MkdirAll(dir string) error
	// SyncDir makes the entries of dir durable.
	SyncDir(dir string) error
	// Lock takes an exclusive lock that dies with the process; *LockedError if someone holds it.
	Lock(name string) (io.Closer, error)
}

// File is an open file. ReadAt and WriteAt may be used concurrently.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Writer // at the handle's own position, which starts at 0
	io.Closer
	// Sync makes contents and size durable (fdatasync). After an error the state
	// on disk is unknown for ever: a later success proves nothing.
	Sync() error
	Truncate(sizeBytes int64) error
	// Allocate reserves disk space for the first sizeBytes and extends the file to
	// it, so that writes below never fail for want of space; new bytes read as zero.
	Allocate(sizeBytes int64) error
	Size() (int64, error)
}

// LockedError tells who holds a lock.
type LockedError struct {
	Name string
	PID  int // 0 if unknown
}

// Error implements error.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is locked by another process", e.Name)
	}
	return fmt.Sprintf("%s is locked by process %d", e.Name, e.PID)
}
