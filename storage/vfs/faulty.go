package vfs

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"sort"
	"strings"
	"sync"
	"syscall"
)

// SectorBytes is the unit that a disk writes whole or not at all.
const SectorBytes = 512

// ErrCrashed is what every operation returns after the power went off (CrashAt).
var ErrCrashed = errors.New("power is off")

// Op is one operation of a file system, as a Hook sees it.
type Op struct {
	N    int    // counted from 1 over the life of the Faulty
	Kind string // "create", "open", "rename", "remove", "readdir", "mkdir", "syncdir", "lock", "read", "write", "sync", "truncate", "allocate", "size"
	Name string // of the file; of the source for rename
}

// Faulty is a file system in memory. It tells what was written apart from what
// is durable: Crash returns what a restart would find. Directories are durable
// at once, their entries with SyncDir. Safe for concurrent use.
type Faulty struct {
	mu      sync.Mutex
	rng     *rand.Rand // for partial writes
	dirs    map[string]bool
	files   map[string]*inode // as programs see it
	durable map[string]*inode // as of the last SyncDir of each directory
	changes []change          // since then, in order
	locks   map[string]bool
	ops     int
	hook    func(Op) error
	crashAt int   // operation that fails and all after it; 0: none
	free    int64 // bytes until ENOSPC; < 0: no limit
}

// change is one directory operation that is not yet durable: source (may be "")
// goes away, target (may be "") names node.
type change struct {
	source, target string
	node           *inode
}

// NewFaulty returns an empty file system without faults.
func NewFaulty() *Faulty {
	return &Faulty{
		rng:  rand.New(rand.NewPCG(1, 2)),
		dirs: map[string]bool{".": true, "/": true}, files: map[string]*inode{}, durable: map[string]*inode{},
		locks: map[string]bool{}, free: -1,
	}
}

// SetHook makes f decide about every operation: an error it returns is the operation's.
func (y *Faulty) SetHook(f func(Op) error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.hook = f
}

// FailNth makes the n-th operation from now on (1: the next) fail once with err.
func (y *Faulty) FailNth(n int, err error) {
	at := y.Ops() + n
	y.SetHook(func(op Op) error {
		if op.N == at {
			return err
		}
		return nil
	})
}

// FailSync makes fsyncs of files whose name contains part fail with EIO: the next times of
// them, all if times < 0.
func (y *Faulty) FailSync(part string, times int) {
	y.SetHook(func(op Op) error {
		if op.Kind != "sync" || !strings.Contains(op.Name, part) || times == 0 {
			return nil
		}
		times--
		return syscall.EIO
	})
}

// CrashAt switches the power off during the n-th operation from now on.
func (y *Faulty) CrashAt(n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.crashAt = y.ops + n
}

// SetFree leaves this many bytes of free space; < 0: as much as one likes.
func (y *Faulty) SetFree(bytes int64) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.free = bytes
}

// Ops returns how many operations there were.
func (y *Faulty) Ops() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.ops
}

// step counts an operation and returns its injected error. Called with mu held.
func (y *Faulty) step(kind, name string) error {
	y.ops++
	if y.crashAt > 0 && y.ops >= y.crashAt {
		return &fs.PathError{Op: kind, Path: name, Err: ErrCrashed}
	}
	if y.hook != nil {
		if err := y.hook(Op{N: y.ops, Kind: kind, Name: name}); err != nil {
			return &fs.PathError{Op: kind, Path: name, Err: err}
		}
	}
	return nil
}

// Create implements FS.
func (y *Faulty) Create(name string) (File, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	name = path.Clean(name)
	if err := y.step("create", name); err != nil {
		return nil, err
	}
	if y.files[name] != nil {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	if !y.dirs[path.Dir(name)] {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrNotExist}
	}
	node := &inode{}
	y.files[name] = node
	y.changes = append(y.changes, change{target: name, node: node})
	return &faultyFile{fs: y, node: node, name: name, writable: true}, nil
}

// Open implements FS.
func (y *Faulty) Open(name string) (File, error) { return y.open(name, true) }

// OpenReadOnly implements FS.
func (y *Faulty) OpenReadOnly(name string) (File, error) { return y.open(name, false) }

func (y *Faulty) open(name string, writable bool) (File, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	name = path.Clean(name)
	if err := y.step("open", name); err != nil {
		return nil, err
	}
	node := y.files[name]
	if node == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &faultyFile{fs: y, node: node, name: name, writable: writable}, nil
}

// Rename implements FS.
func (y *Faulty) Rename(source, target string) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	source, target = path.Clean(source), path.Clean(target)
	if err := y.step("rename", source); err != nil {
		return err
	}
	node := y.files[source]
	if node == nil {
		return &os.LinkError{Op: "rename", Old: source, New: target, Err: fs.ErrNotExist}
	}
	delete(y.files, source)
	y.files[target] = node
	y.changes = append(y.changes, change{source: source, target: target, node: node})
	return nil
}

// Remove implements FS.
func (y *Faulty) Remove(name string) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	name = path.Clean(name)
	if err := y.step("remove", name); err != nil {
		return err
	}
	node := y.files[name]
	if node == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	delete(y.files, name)
	y.changes = append(y.changes, change{source: name, node: node})
	if y.free >= 0 {
		y.free += node.allocated()
	}
	return nil
}

// ReadDir implements FS.
func (y *Faulty) ReadDir(dir string) ([]string, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	dir = path.Clean(dir)
	if err := y.step("readdir", dir); err != nil {
		return nil, err
	}
	if !y.dirs[dir] {
		return nil, &fs.PathError{Op: "readdir", Path: dir, Err: fs.ErrNotExist}
	}
	var names []string
	for name := range y.files {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	for name := range y.dirs {
		if name != dir && path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

// MkdirAll implements FS.
func (y *Faulty) MkdirAll(dir string) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	dir = path.Clean(dir)
	if err := y.step("mkdir", dir); err != nil {
		return err
	}
	for ; !y.dirs[dir]; dir = path.Dir(dir) {
		y.dirs[dir] = true
	}
	return nil
}

// SyncDir implements FS.
func (y *Faulty) SyncDir(dir string) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	dir = path.Clean(dir)
	if err := y.step("syncdir", dir); err != nil {
		return err
	}
	var rest []change
	for _, c := range y.changes {
		if path.Dir(c.source) != dir && path.Dir(c.target) != dir {
			rest = append(rest, c)
			continue
		}
		c.apply(y.durable)
	}
	y.changes = rest
	return nil
}

func (c change) apply(entries map[string]*inode) {
	if c.source != "" && entries[c.source] == c.node {
		delete(entries, c.source)
	}
	if c.target != "" {
		entries[c.target] = c.node
	}
}

// Lock implements FS; locks die with the Faulty.
func (y *Faulty) Lock(name string) (io.Closer, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	name = path.Clean(name)
	if err := y.step("lock", name); err != nil {
		return nil, err
	}
	if y.locks[name] {
		return nil, &LockedError{Name: name, PID: os.Getpid()}
	}
	y.locks[name] = true
	return &faultyLock{y, name}, nil
}

type faultyLock struct {
	fs   *Faulty
	name string
}

func (k *faultyLock) Close() error {
	k.fs.mu.Lock()
	defer k.fs.mu.Unlock()
	delete(k.fs.locks, k.name)
	return nil
}
