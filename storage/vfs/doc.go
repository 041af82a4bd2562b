// Package vfs is the file-system seam below the commit log: the handful of
// operations durability is made of, so that tests can make each of them fail,
// lose unsynced bytes or keep them in another order than they were written.
//
//   - OS is the real thing (flock; on Linux fdatasync and fallocate).
//   - Faulty keeps everything in memory, injects faults and, on Crash, returns
//     the file system that a restart after a power loss would find.
//
// The contract is POSIX's, not ext4's: bytes survive a power loss only after
// File.Sync, a directory entry (create, rename, remove) only after SyncDir of
// its directory.
//
// Start reading at vfs.go, then faulty.go.
package vfs
