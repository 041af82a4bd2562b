package vecindex

import (
	"synapse/vecindex/distance"
	"synapse/vecindex/flat"
)

// Hit is one found entry: distance as SQL reports it, row reference, vector id, entry number.
type Hit = flat.Hit

// AcceptFunc filters up to 64 entries at once: bit i of the answer says whether the entry
// whose row is rows[i] may be a hit. first is the number of the entry of rows[0]; scans ask
// about neighbouring entries, of which at least one is visible at the search's time, graph
// walks about scattered ones. It may be asked more than once about the same entry and answers
// the same for the life of the searcher. Entry numbers change when a partition is pruned;
// rows do not. It must not keep rows.
type AcceptFunc func(first uint32, rows []uint64) (mask uint64)

// SearchOptions of one query.
type SearchOptions struct {
	// K is how many hits the caller means to take in all. Taking more is possible and may
	// cost a second scan.
	K int
	// Beam is ef: candidates that a graph walk keeps. 0 is BeamDefault; at least K is used.
	Beam int
	// At selects the entries with from <= At < to. Latest selects the open ones.
	At int64
	// Metric other than the index's own makes the search exact. 0 is the index's.
	Metric distance.Metric
	// Accept filters further; nil accepts everything.
	Accept AcceptFunc
	// Rows, when not nil, are the only rows that can match, each once (a posting list).
	Rows []uint64
	// Exact forbids graphs.
	Exact bool
	// Matches is the number of rows that At, Accept and Rows let through, when the caller
	// knows it; negative: unknown, a sample is taken.
	Matches int
}

// Mode is how a partition is searched.
type Mode uint8

// The modes.
const (
	// ModeFlat compares every matching entry.
	ModeFlat Mode = iota
	// ModePosting compares the entries of the rows that the caller listed.
	ModePosting
	// ModeSweep walks the graph through all nodes and keeps the matching ones.
	ModeSweep
	// ModeBridge walks the graph of matching nodes, looking through the others.
	ModeBridge
)

// String is the mode as EXPLAIN shows it.
func (m Mode) String() string {
	switch m {
	case ModeFlat:
		return "exact scan"
	case ModePosting:
		return "exact scan of listed rows"
	case ModeSweep:
		return "graph, filtered results"
	case ModeBridge:
		return "graph, filtered links"
	}
	return "unknown"
}

// Stats say what a search did, for EXPLAIN and tests.
type Stats struct {
	Mode       Mode   // of the largest partition searched
	Reason     string // why that mode
	Partitions int    // partitions searched
	Entries    int    // entries in them, closed ones included
	Matches    int    // matching rows: exact if Known, else an estimate. A scan knows it once begun
	Known      bool
	Visited    int // graph nodes expanded
	Links      int // distances computed while walking graphs
	Codes      int // int8 distances of scans
	Floats     int // fp32 distances
	Exacts     int // canonical distances
	Rescans    int // scans repeated because more than K hits were taken
	FellBack   int // graph walks that were finished by a scan
}

// Distances is the number of distances computed in all.
func (s *Stats) Distances() int { return s.Links + s.Codes + s.Floats + s.Exacts }
