// Package lineage stores what was read: one record per statement and ranked
// call, with the hits of ranked calls. It is a store of its own beside the
// commit log, so that lineage survives ROLLBACK and costs readers no fsync.
//
// Files lineage-<n>.seg hold frames; a frame is a batch of encoded records with
// a CRC and a SHA-256 that chains it to the frame before of the same shard, across
// segments: a record is in the chain of the shard of its namespace, without one in
// that of shard 0. The texts of statements are written once per segment and shard
// and referred to by number.
//
// Record appends to a buffer in memory; a goroutine writes a frame every
// flushInterval and syncs every syncInterval: a crash loses at most that last
// window (SyncWindow), a clean Close nothing. Readers see the buffer too.
// Retention is by bytes: the oldest segments go when the total exceeds the
// limit; the chain's start hash is kept in the first segment that stays.
package lineage
