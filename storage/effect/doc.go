// Package effect is what the commit log says and the snapshots apply: the
// effects of a commit on rows, never its SQL.
//
// A body is the payload of one commit (or of one record outside transactions:
// ceilings). It holds effects in sections by shard, in the order in which they
// happened, so that a shard can later be a replicated group of its own.
// Applying a body twice is harmless: a Put is identified by (table, row, commit
// timestamp), a Delete closes a version that is then closed, a Truncate what
// began before the commit, and what an Erase names is gone.
//
// Layout, little endian, uvarints:
//
//	u8      version (3; 1 and 2 are read too)
//	uvarint sections
//	per section: uvarint shard, uvarint count, effect × count
//	effect:      u8 kind, then its fields; a row as its number in the section's shard
//
// What belongs to no row (sequences, ceilings, assignments, the number of shards)
// stands in the section of shard 0.
//
// Start reading at effect.go; catalogrow.go tells how the schema itself is
// stored as rows.
package effect
