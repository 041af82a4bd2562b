package vfs

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// OS is the operating system's file system.
type OS struct{}

var _ FS = OS{}

const (
	filePerm = 0o600
	dirPerm  = 0o700
)

func (OS) Create(name string) (File, error) {
	return wrap(os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, filePerm))
}

func (OS) Open(name string) (File, error) { return wrap(os.OpenFile(name, os.O_RDWR, 0)) }

func (OS) OpenReadOnly(name string) (File, error) { return wrap(os.Open(name)) }

func (OS) Rename(source, target string) error { return os.Rename(source, target) }

func (OS) Remove(name string) error { return os.Remove(name) }

func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, dirPerm) }

func (OS) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// Lock uses flock, which the kernel drops when the process dies, and leaves the
// owner's pid in the file for whoever is refused.
func (OS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, filePerm)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, &LockedError{Name: name, PID: readPID(f)}
		}
		return nil, &os.PathError{Op: "flock", Path: name, Err: err}
	}
	if err := writePID(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func readPID(f *os.File) int {
	b := make([]byte, 32)
	n, _ := f.ReadAt(b, 0)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	return pid
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

type osFile struct{ *os.File }

func wrap(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (f osFile) Size() (int64, error) {
	in, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return in.Size(), nil
}

// writeZeros reserves space on file systems without fallocate.
func (f osFile) writeZeros(sizeBytes int64) error {
	at, err := f.Size()
	if err != nil {
		return err
	}
	zeros := make([]byte, 1<<20)
	for at < sizeBytes {
		n := min(sizeBytes-at, int64(len(zeros)))
		if _, err := f.WriteAt(zeros[:n], at); err != nil {
			return err
		}
		at += n
	}
	return nil
}
