package storage

import (
	"time"

	"synapse/catalog"
	"synapse/catalog/types"
)

// Timestamp is a commit time: microseconds since 2000-01-01 00:00 UTC.
type Timestamp int64

// Infinity is the `to` of a version that is still the newest.
const Infinity Timestamp = 1<<63 - 1

// Pending is the `from` of a row that the reading transaction wrote itself and has not committed.
const Pending Timestamp = -1

// RowID names a row for ever: shard in the high 16 bits, its number in the shard
// below. What a row's id is matters to storage alone. A row whose namespace
// changes to one of another shard gets a new id; until the next start, locks and
// writes that name the old one find it.
type RowID uint64

// BatchRows is the most rows a cursor returns at once.
const BatchRows = 1024

// Isolation level of a transaction. READ UNCOMMITTED is READ COMMITTED, as in PostgreSQL.
type Isolation uint8

// Isolation levels.
const (
	ReadCommitted Isolation = iota
	RepeatableRead
	Serializable
)

// TxnOptions of Begin.
type TxnOptions struct {
	Isolation Isolation
	ReadOnly  bool
	Who       Principal
	After     Timestamp // the session's last commit: now() is never below it
	// Connection owns the locks of the session; its transactions do not wait for them. nil = on its own.
	Connection  *Owner
	LockTimeout time.Duration // 0 = none
}

// Hooks inject what storage may not import.
type Hooks struct {
	// CompileIndex returns the evaluator of an index's keys and predicate over a
	// row of t (one value per t.Columns, dropped ones NULL).
	CompileIndex func(c *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (IndexEval, error)
	// CompileExclusion returns the test of an exclusion constraint's operators.
	CompileExclusion func(c *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (ExclusionTest, error)
	// Tokenize splits text for a BM25 index. Options are the index's.
	Tokenize func(options map[string]string, text string) []string
	// Virtuals of every catalog.
	Virtuals *catalog.Virtuals
	// Bootstrap are the objects a new data directory is born with.
	Bootstrap func() []catalog.Object
}

// IndexEval computes the keys of one row; include false: the partial index leaves the row out.
type IndexEval func(row []types.Value) (keys []types.Value, include bool, err error)

// ExclusionTest reports whether all operators of an exclusion constraint are true
// of two rows' keys, none of which is NULL. Safe for concurrent use.
type ExclusionTest func(a, b []types.Value) (bool, error)

// RowBatch is up to BatchRows rows of a cursor. Cols are parallel to
// ScanSpec.Columns. Contents alias storage and stay valid while the View is open
// and until the next call of Next.
type RowBatch struct {
	N        int
	IDs      []RowID
	From, To []Timestamp
	Distance []float64 // vector search: reported distance; text search: score
	Counts   []uint32  // text search with TextSpec.Counts: N rows of one count per term of Cursor.Terms
	Cols     []types.Column
}

// ScanSpec says what a cursor returns.
type ScanSpec struct {
	Columns []int // 1-based positions in Table.Columns to materialise, in this order
	Reverse bool  // ordered index: descending
	// Versions instead of visible rows: every version whose [from, to) overlaps [VersionsFrom, VersionsTo).
	Versions                 bool
	VersionsFrom, VersionsTo Timestamp
}

// Bound is one end of an index range.
type Bound struct {
	Key       []types.Value // prefix of the index's keys; empty = unbounded
	Inclusive bool
}

// IndexRange selects entries of an ordered index: an equality prefix, then a range of the next key.
type IndexRange struct {
	Low, High Bound
}

// NearestSpec is one vector search.
type NearestSpec struct {
	Query     []float32
	K         int           // rows wanted; the cursor goes on when more are asked for
	Beam      int           // ef_search; 0 = the default
	Partition []types.Value // equality key of the partition columns; nil = whole index
	Rows      *RowSet       // candidates from other indexes; nil = all
	// Filter keeps rows (keep[i] of b.N); Columns it needs are FilterColumns. nil = none.
	Filter        func(b *RowBatch, keep []bool) error
	FilterColumns []int
	Exact         bool
}

// TextSpec is one BM25 search.
type TextSpec struct {
	Terms         []string // analysed query terms
	K             int
	K1, B         *float64 // nil = the index's option, else 1.2 and 0.75
	Partition     []types.Value
	Rows          *RowSet
	Filter        func(b *RowBatch, keep []bool) error
	FilterColumns []int
	Counts        bool // fill RowBatch.Counts; needs Partition
}

// TermStat is a distinct term of a text search, in the order of the query.
type TermStat struct {
	Term  string
	Count uint32  // how often the query has it
	IDF   float64 // of the partition as of the view's time
}

// InvertedOp is how the items of an inverted (GIN) index combine.
type InvertedOp uint8

// Inverted index queries.
const (
	InvertedContains InvertedOp = iota // jsonb or array @> value
	InvertedOverlap                    // array && value
	InvertedExists                     // jsonb ? key
	InvertedExistsAny
	InvertedExistsAll
	InvertedMatch   // tsvector @@ tsquery
	InvertedSimilar // text that shares a trigram with value
	InvertedLike    // text that may match the LIKE pattern value
)

// InvertedQuery selects candidate rows; the caller rechecks the predicate.
type InvertedQuery struct {
	Op    InvertedOp
	Value types.Value // jsonb, hstore, array, text, text[] or tsquery by Op
}

// SearchStats tells EXPLAIN how a search went.
type SearchStats struct {
	Mode      string // "flat", "graph+sweep", "graph+acorn", "postings"
	Reason    string
	Matches   int // exact number of candidates where known, else -1
	Visited   int
	Distances int
}

// LockStrength is one of PostgreSQL's four row-lock strengths.
type LockStrength uint8

// Row-lock strengths, weakest first.
const (
	ForKeyShare LockStrength = iota
	ForShare
	ForNoKeyUpdate
	ForUpdate
)

// WaitPolicy for locks that others hold.
type WaitPolicy uint8

// Wait policies.
const (
	Wait WaitPolicy = iota
	NoWait
	SkipLocked
)

// LockOutcome tells what LockRow found.
type LockOutcome uint8

// Lock outcomes.
const (
	Locked  LockOutcome = iota // the version the caller saw is still the newest
	Changed                    // locked, but the newest version is another: re-evaluate with it
	Gone                       // the row was deleted meanwhile
	Skipped                    // SkipLocked and someone holds it
)

// Conflict is a unique key that is already taken, or keys that a row excludes (as of the newest commit and own writes).
type Conflict struct {
	Index *catalog.Index
	Key   []types.Value
	Row   RowID
	// Other are the keys of Row where the index serves an exclusion constraint: they need not be Key.
	Other []types.Value
}

// Savepoint marks a position in a transaction's overlay and lock list.
type Savepoint int

// TableLock is PostgreSQL's table lock level, 1 (ACCESS SHARE) to 8 (ACCESS EXCLUSIVE).
type TableLock uint8

// Table lock levels.
const (
	AccessShare TableLock = iota + 1
	RowShare
	RowExclusive
	ShareUpdateExclusive
	ShareLock
	ShareRowExclusive
	Exclusive
	AccessExclusive
)
