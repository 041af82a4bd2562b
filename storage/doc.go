// Package storage holds the rows: versions, transactions, locks, indexes, the
// commit sequencer, and alone decides what is visible and to whom.
//
// Write path: Txn.Insert/Update/Delete → overlay of the transaction (own
// uncommitted writes, tagged by subtransaction and command) → Txn.Commit →
// sequencer (validate, timestamp, append to the commit log) → install versions
// → fsync → publish the watermark.
//
// Read path: View (a snapshot plus the overlay up to a command) → Cursor →
// RowBatch of columns.
//
// Invariants:
//   - storage holds committed versions only; a version is visible at T when from ≤ T < to;
//   - nothing that was read at T ever changes: commits after a read at T get ts > T;
//   - what is published is durable (durability "durable").
//
// # The parts
//
//   - timestamp.go, sequencer.go: the clock and the one order of all commits;
//   - table.go, version.go, image.go: rows, their versions, their bytes (package row);
//   - shards.go, placement.go, rowmap.go: which shard a row lives in, its id and its place in memory;
//   - overlay.go, txn.go, write.go, unique.go, rowlock.go: a transaction's own writes;
//   - locks.go, lockmode.go, deadlock.go: rows, keys, tables, advisory;
//   - commit.go, serializable.go: from an overlay to the log and into memory;
//   - catalogstore.go, ddl.go, build.go, indexbuild.go: the schema as versioned rows, index builds;
//   - graphs.go, graphfile.go: saved graphs of vector indexes;
//   - view.go, cursor.go, source.go: reading; nearest.go, textsearch.go, inverted.go: searches;
//   - tableindex.go, indexeval.go, indexkey.go: one index and its keys (package index);
//   - retention.go, reclaim.go, sweep.go, release.go: history that is past its table's retention goes;
//     archive.go: it moves to history.sqlite when memory is short (budget.go); compact.go: closed
//     versions of tables without history;
//   - open.go, recovery.go, check.go: start, restart, self-check.
//
// # Locks inside
//
// Order: sequencer.mu, catalogStore.mu, one table's mu, then leaf mutexes (lockTable.mu,
// Store.mu), each held for a few instructions. SQL-level locks
// are waited for with none of these held.
//
// # Not here yet
//
// Erase; indexes of what is in the archive.
//
// Start reading at api.go, then txn.go, commit.go, sequencer.go, view.go.
package storage
