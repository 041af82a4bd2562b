package vfs

import (
	"io"
	"io/fs"
	"syscall"
)

// inode is the contents of a file: what programs see, what is surely on disk,
// and what may be there.
type inode struct {
	data     []byte
	durable  []byte             // as of the last successful Sync
	unsynced map[int64][][]byte // by sector: contents written since, oldest first
	lost     map[int64][][]byte // likewise, but a sync of them failed
	reserved int64              // bytes that Allocate paid for
}

// allocated is the space the file takes, in bytes.
func (n *inode) allocated() int64 { return max(n.reserved, int64(len(n.data))) }

// resize sets the size that programs see; new bytes are zero.
func (n *inode) resize(size int64) {
	n.data = fit(n.data, int(size))
}

// put changes bytes and remembers each sector's new contents.
func (n *inode) put(b []byte, at int64) {
	if end := at + int64(len(b)); end > int64(len(n.data)) {
		n.resize(end)
	}
	copy(n.data[at:], b)
	if n.unsynced == nil {
		n.unsynced = map[int64][][]byte{}
	}
	for s := at / SectorBytes; s*SectorBytes < at+int64(len(b)); s++ {
		if v := n.lost[s]; v != nil {
			n.unsynced[s] = v
			delete(n.lost, s)
		}
		n.unsynced[s] = append(n.unsynced[s], n.sector(s))
	}
}

func (n *inode) sector(s int64) []byte {
	b := make([]byte, SectorBytes)
	if s*SectorBytes < int64(len(n.data)) {
		copy(b, n.data[s*SectorBytes:])
	}
	return b
}

// sync makes durable what the kernel still knows to be unwritten.
func (n *inode) sync() {
	n.durable = fit(n.durable, len(n.data))
	for s := range n.unsynced {
		if from := s * SectorBytes; from < int64(len(n.data)) {
			to := min(from+SectorBytes, int64(len(n.data)))
			copy(n.durable[from:to], n.data[from:to])
		}
	}
	n.unsynced = nil
}

// forget is a failed sync: the kernel takes its pages for clean, and whether
// they are on disk nobody knows until they are written again.
func (n *inode) forget() {
	if n.lost == nil {
		n.lost = map[int64][][]byte{}
	}
	for s, versions := range n.unsynced {
		n.lost[s] = append(n.lost[s], versions...)
	}
	n.unsynced = nil
}

// fit cuts or extends b with zeros.
func fit(b []byte, size int) []byte {
	if size <= len(b) {
		return b[:size:size]
	}
	return append(b, make([]byte, size-len(b))...)
}

// faultyFile is a handle.
type faultyFile struct {
	fs       *Faulty
	node     *inode
	name     string
	at       int64
	writable bool
	closed   bool
}

func (f *faultyFile) begin(kind string) error {
	if f.closed {
		return &fs.PathError{Op: kind, Path: f.name, Err: fs.ErrClosed}
	}
	return f.fs.step(kind, f.name)
}

func (f *faultyFile) ReadAt(b []byte, at int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.begin("read"); err != nil {
		return 0, err
	}
	if at >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.node.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt may leave part of the bytes behind when it fails, as a disk would.
func (f *faultyFile) WriteAt(b []byte, at int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.write(b, at)
}

func (f *faultyFile) Write(b []byte) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	n, err := f.write(b, f.at)
	f.at += int64(n)
	return n, err
}

func (f *faultyFile) write(b []byte, at int64) (int, error) {
	if !f.writable {
		return 0, &fs.PathError{Op: "write", Path: f.name, Err: syscall.EBADF}
	}
	if err := f.begin("write"); err != nil {
		part := f.fs.rng.IntN(len(b) + 1)
		if part > 0 && !f.closed {
			f.node.put(b[:part], at)
		}
		return part, err
	}
	fits := f.pay(at + int64(len(b)))
	if fits < at+int64(len(b)) {
		part := max(0, fits-at)
		if part > 0 {
			f.node.put(b[:part], at)
		}
		return int(part), &fs.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC}
	}
	if len(b) > 0 {
		f.node.put(b, at)
	}
	return len(b), nil
}

// pay takes free space for a file of size bytes and returns the size that fits.
func (f *faultyFile) pay(size int64) int64 {
	have := f.node.allocated()
	if size <= have || f.fs.free < 0 {
		return size
	}
	fits := min(size, have+f.fs.free)
	f.fs.free -= fits - have
	return fits
}

// Sync that fails loses track of what was written, as Linux does: later success proves nothing.
func (f *faultyFile) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.begin("sync"); err != nil {
		f.node.forget()
		return err
	}
	f.node.sync()
	return nil
}

func (f *faultyFile) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.begin("truncate"); err != nil {
		return err
	}
	before := f.node.allocated()
	f.node.resize(size)
	f.node.reserved = min(f.node.reserved, size)
	if f.fs.free >= 0 {
		f.fs.free += before - f.node.allocated()
	}
	return nil
}

func (f *faultyFile) Allocate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.begin("allocate"); err != nil {
		return err
	}
	if fits := f.pay(size); fits < size {
		if f.fs.free >= 0 {
			f.fs.free += fits - f.node.allocated()
		}
		return &fs.PathError{Op: "allocate", Path: f.name, Err: syscall.ENOSPC}
	}
	f.node.reserved = max(f.node.reserved, size)
	if size > int64(len(f.node.data)) {
		f.node.resize(size)
	}
	return nil
}

func (f *faultyFile) Size() (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.begin("size"); err != nil {
		return 0, err
	}
	return int64(len(f.node.data)), nil
}

func (f *faultyFile) Close() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.closed {
		return &fs.PathError{Op: "close", Path: f.name, Err: fs.ErrClosed}
	}
	f.closed = true
	return nil
}
