package plan

// Methods is a set of ways to run a query that the session's enable_… settings
// turn off. PostgreSQL makes them dear, Synapse leaves them out where another
// way leads to the same rows.
type Methods uint8

// Methods that can be turned off.
const (
	HashJoins   Methods = 1 << iota // enable_hashjoin: nested loops instead, with an index where there is one
	IndexLoops                      // enable_nestloop: no look-ups per outer row
	IndexScans                      // enable_indexscan: no ordered, hash and vector indexes
	BitmapScans                     // enable_bitmapscan: no inverted indexes
)
