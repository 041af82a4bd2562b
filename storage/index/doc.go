// Package index holds the structures behind SQL indexes: what maps keys to rows,
// now and as of any moment.
//
// A structure knows rows as local numbers of one table (uint32), times as int64
// and keys as bytes; it knows nothing of SQL, visibility of rows or
// transactions. Every structure has two tiers:
//
//   - current: an entry says "row has had this key since from", for the newest
//     committed version of live rows;
//   - history: closed entries "row had this key in [from, to)".
//
// LastClose is the greatest `to` in history: a reader at t ≥ LastClose needs the
// current tier only, so the present never wades through the past. An entry
// spans all versions of a row with the same key.
//
// Concurrency: callers hold the table's lock, shared to read, exclusive to write.
//
// Start reading at ordered.go; hash.go is the accelerator for unique keys.
package index
