package catalog

import "synapse/catalog/types"

// Usage is what a table or index holds now, and what was done with it since the
// server started. Counters include work that was rolled back, as PostgreSQL's do.
type Usage struct {
	Rows  int64 // live rows of a table, open entries of an ordered index
	Dead  int64 // closed versions in memory: history, for the most part
	Bytes int64 // in memory: rows, versions and vectors of a table, without its indexes

	Inserted, Updated, Deleted int64 // rows written, by statement
	Scans, ScannedRows         int64 // of the whole table, or through the index
}

// UsageSource is a VirtualSource or function host that knows relations' Usage.
type UsageSource interface {
	// Usage is zero for a relation that holds nothing itself: a view, a system catalog.
	Usage(relation types.OID) Usage
}
