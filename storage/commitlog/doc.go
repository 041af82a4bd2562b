// Package commitlog is the write-ahead log: a directory of preallocated segment
// files holding one ordered sequence of checksummed records.
//
// The store appends a commit in the order of its sequencer (Append assigns the
// LSN and buffers) and acknowledges it when Sync returns nil for that LSN.
// Whoever waits when the disk is free becomes the writer for everybody who
// waits: group commit without a timer.
//
// # Records
//
// A transaction is zero or more part records, written as early as one likes, and
// one commit record that says how many parts belong to it; parts without their
// commit record are void (Assembler puts them together again). Other types
// (ceilings, sequences) are opaque to the log.
//
// # Checksums
//
// CRC32C over header and payload, seeded with the identity of the segment and
// holding the previous record's checksum: a record validates only in its own
// segment, behind its own predecessor. See record.go.
//
// # The tail rule
//
// Every record carries the greatest LSN known to be synced when it was appended.
// On Open a bad record above the greatest such LSN found anywhere in the log
// belongs to a batch nobody was told is safe: the log is cut there and says so
// (Recovery). A bad record at or below it is corruption: Open refuses with
// XX001, file and offset. See scan.go.
//
// # Failure
//
// A failed write or fsync is latched: nothing is acknowledged any more and
// nothing is retried, because after a failed fsync the page cache lies. A full
// disk is seen before a record is accepted, when the next segment cannot be
// preallocated: ErrDiskFull (53100), and the log goes on when space returns.
//
// Start reading at record.go, log.go, append.go, sync.go, scan.go.
package commitlog
