// Package slab keeps the vectors of one column: fp32 rows, their int8 codes and what is
// needed to bound the codes' error, each once, outside the garbage collector's sight.
//
// A vector has a 32-bit id that never moves. Equal vectors of one group share an id
// (interning), counted by Retain and Release. Ids of one group come in runs of
// neighbouring slots, first short, then longer, so that a scan of the group walks memory in
// order although groups grow interleaved.
//
// One writer at a time calls Add, Retain and Release. Readers take no lock: an id is
// published by whatever carries it to the reader (an atomic count, a channel, a lock).
//
// Start at store.go; code.go has the quantiser and its error bounds.
package slab
