package plan

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// System columns a scan can produce, as negative "positions" in Scan.Cols.
const (
	SysRowID    = -1 // int8: storage's row id
	SysVersion  = -2 // int8: the version's from timestamp (storage.Pending for own writes)
	SysTableOID = -3 // oid
	SysCtid     = -4 // tid: derived from the row id
	SysXmin     = -5 // xid: derived from the version
	SysFrom     = -6 // timestamptz _system_from
	SysTo       = -7 // timestamptz _system_to, infinity while open
	SysNull     = -8 // int4, always NULL: a dropped column of the table that a partition is read as
)

// Scan is what all base-table scans share. Output columns are Cols in order;
// Filter is over them. RTI numbers the reference within the plan: UPDATE, DELETE
// and LockRows name their target by it, for the re-evaluation after a lock wait.
type Scan struct {
	Estimate
	Table    *catalog.Table
	Alias    string
	RTI      int
	Cols     []int     // 1-based positions in Table.Columns, or Sys…
	Filter   Expr      // nil = none
	Temporal *Temporal // nil = the statement's
}

// SeqScan reads every visible row.
type SeqScan struct {
	Scan
}

// SampleScan reads a part of the visible rows: TABLESAMPLE.
type SampleScan struct {
	Scan
	Blocks  bool // SYSTEM: whole blocks of neighbouring rows; else BERNOULLI, row by row
	Percent Expr // float4, without columns
	Seed    Expr // float8 of REPEATABLE; nil: another sample each time
}

// KeyRange is an index condition: an equality prefix and a range of the key after it.
// Expressions have no Col: constants, parameters and slots only.
type KeyRange struct {
	Eq            []Expr
	Low, High     Expr // nil = unbounded
	LowInclusive  bool
	HighInclusive bool
	// EqAny, when set, is an array expression: the last Eq key is tried for each of its distinct elements.
	EqAny Expr
}

// IndexScan reads rows by an ordered or hash index, in key order (backwards with Reverse).
type IndexScan struct {
	Scan
	Index   *catalog.Index
	Range   KeyRange
	Reverse bool
	Cond    []Expr // the index conditions as expressions over Cols, for EXPLAIN
}

// RowSource yields a set of candidate rows from an index.
type RowSource interface{ rowSource() }

// IndexRows are the rows in a key range.
type IndexRows struct {
	Index *catalog.Index
	Range KeyRange
}

// InvertedRows are the candidates of a GIN query; the scan's Filter rechecks.
type InvertedRows struct {
	Index *catalog.Index
	Op    uint8 // storage.InvertedOp
	Value Expr
	Cond  string // for EXPLAIN
}

// AndRows intersects, OrRows unites.
type AndRows struct{ Sources []RowSource }

// OrRows unites sources.
type OrRows struct{ Sources []RowSource }

func (*IndexRows) rowSource()    {}
func (*InvertedRows) rowSource() {}
func (*AndRows) rowSource()      {}
func (*OrRows) rowSource()       {}

// BitmapScan reads the rows of a source, in row order.
type BitmapScan struct {
	Scan
	Source RowSource
	Cond   string // for EXPLAIN
}

// VectorScan returns rows by ascending distance to Query; it produces Cols and then the distance (float8).
// Rows stop after Limit rows that passed Filter (nil = the consumer decides).
type VectorScan struct {
	Scan
	Index    *catalog.Index
	Operator *builtin.Operator // <->, <#>, <=>, <+>
	Query    Expr              // vector
	Search
	Limit  Expr   // int8: LIMIT + OFFSET; nil = unbounded
	Reason string // why this path, for EXPLAIN
}

// Search says which rows a ranked scan looks at.
type Search struct {
	Partition []Expr    // equality keys of the index's partition columns, nil = all
	Source    RowSource // further candidates, nil = all
	Whole     Expr      // the scan's filter and the conditions that became Partition, for reading the table without the index
}

// TextScan returns rows by descending BM25 score; it produces Cols and then the score (float8).
type TextScan struct {
	Scan
	Index *catalog.Index
	Score *Func // the call of bm25 over Cols
	Query Expr  // text
	K1, B Expr  // float8, NULL = the index's
	Search
	Limit Expr
	// All: rows that hold none of the query's terms follow with score 0.
	All    bool
	Reason string // why this path, for EXPLAIN
}

// VirtualScan reads a relation made on the fly.
type VirtualScan struct {
	Scan
	Virtual *catalog.VirtualTable
}

// FunctionScan calls set-returning (or scalar) functions in FROM; several are
// ROWS FROM, zipped. Ordinality adds a last int8 column.
type FunctionScan struct {
	Estimate
	Calls      []SetCall
	Ordinality bool
	Alias      string
	Filter     Expr
}

// SetCall is one function of a FunctionScan or ProjectSet.
type SetCall struct {
	Fn   *builtin.Function // nil: Expr is a scalar expression that gives one row
	Args []Expr
	Expr Expr
	Cols []types.Type
	Name string
	// Defs is the column definition list given to a function that returns record, nil if none.
	Defs []builtin.OutColumn
	// Expand: the function returns a composite (record) that becomes several columns.
	Expand bool
	AsOf   *Temporal // as Func.AsOf
}

// CTEScan reads the rows of a CTE computed once.
type CTEScan struct {
	Estimate
	CTE    int
	Name   string
	Alias  string
	Cols   []types.Type
	Filter Expr
}

// WorkTable reads the working table of the recursive CTE.
type WorkTable struct {
	Estimate
	CTE  int
	Name string
	Cols []types.Type
}
