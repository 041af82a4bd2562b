package plan

import (
	"synapse/catalog"
	"synapse/catalog/partition"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Command is the kind of statement, for the command tag.
type Command uint8

// Commands that return a plan tree. Utility statements have nodes in ddl.go.
const (
	Select Command = iota
	InsertCommand
	UpdateCommand
	DeleteCommand
	MergeCommand
	UtilityCommand
)

// Plan is a compiled statement. Immutable, shared between sessions.
type Plan struct {
	Command  Command
	Root     Node
	Columns  []OutColumn  // of the result; nil: no rows are returned
	Params   []types.Type // $1 is Params[0]
	CTEs     []CTE        // by number; data-modifying ones run even if nothing reads them
	Slots    int          // how many slots Slot expressions use
	AsOf     *Temporal    // statement level; nil = none
	Moments  []*Temporal  // of clauses further inside; each has one moment per run
	Objects  []ObjectVersion
	Access   []*Access       // what Permit asks
	ReadOnly bool            // writes nothing: may run AS OF and in a read-only transaction
	Text     string          // source text, for lineage and EXPLAIN
	Ranked   bool            // has a vector, text or memory search whose hits lineage records
	Summary  string          // the function Summary of Root
	Notices  []*sqlerr.Error // for the client, before the rows
	DDL      *DDL            // UtilityCommand: what to do; Root is nil
}

// OutColumn describes a result column for RowDescription.
type OutColumn struct {
	Name  string
	Type  types.Type
	Table types.OID // of a plain column, else 0
	Attr  int       // its attnum, else 0
}

// ObjectVersion is a catalog object that the plan depends on.
type ObjectVersion struct {
	ID      types.OID
	Version uint64
	At      *Temporal // the clause in whose catalog it was found; nil: the statement's
}

// CTE is a WITH query that is computed once per statement.
type CTE struct {
	Name      string
	Input     Node // non-recursive term for Recursive
	Recursive Node // nil, or the term that reads WorkTable
	UnionAll  bool
	Columns   []types.Type
	Modifying bool
}

// TemporalKind says which versions a table reference sees.
type TemporalKind uint8

// Kinds of temporal clause. Bounds: AS OF A; BETWEEN A AND B is closed; FROM A TO B half-open.
const (
	AsOf TemporalKind = iota
	Between
	FromTo
	All
	AsOfQuery // A is a lineage query id
)

// Temporal is a resolved FOR SYSTEM_TIME clause. A and B are timestamptz
// without column references; evaluated once per statement before its snapshot.
type Temporal struct {
	Kind TemporalKind
	A, B Expr
}

// Single reports a clause that reads one moment, not a range of versions.
func (t *Temporal) Single() bool { return t.Kind == AsOf || t.Kind == AsOfQuery }

// Node is an operator of the plan tree.
type Node interface {
	// Columns are the types of the rows the node produces.
	Columns() []types.Type
	// Children in EXPLAIN order.
	Children() []Node
	// Explain describes the node itself.
	Explain() Description
}

// Description is one EXPLAIN entry: a title ("Index Scan using t_pkey on t") and properties in order.
type Description struct {
	Title string
	Props []Prop
	// Rows and cost estimated by the planner; Width in bytes.
	Rows, StartCost, TotalCost float64
	// Sources of rows that are no nodes of their own: the indexes of a bitmap scan.
	Sources []Description
}

// Prop is one property line of EXPLAIN: "Filter: (a > 1)".
type Prop struct{ Key, Value string }

// Estimate is embedded by nodes: the planner's guess.
type Estimate struct {
	Rows, StartCost, TotalCost float64
}

// TableInfo is a table with everything exec needs to write to it, compiled once
// per table version: expressions are over the table's columns (Col i = Columns[i]).
type TableInfo struct {
	Table     *catalog.Table
	Indexes   []*catalog.Index
	Checks    []CheckExpr
	Generated []ColumnExpr
	Domains   []ColumnExpr // checks of columns that are of domains, for values that came as text (COPY)
	// Of a partitioned table: its keys, and its partitions.
	PartitionKey []Expr
	Tree         *partition.Tree
	Triggers     []Trigger    // those that are enabled, in order of name
	Defaults     []ColumnExpr // of every column that has one, for COPY and ON CONFLICT; no column references
}

// Trigger is a trigger with its condition, which is over the old row and then
// the new one (each Table.Columns wide); nil if it has none.
type Trigger struct {
	*catalog.Trigger
	When Expr
}

// CheckExpr is a compiled CHECK constraint.
type CheckExpr struct {
	Name string
	Expr Expr
}

// ColumnExpr is an expression for the column at 1-based position Ord.
type ColumnExpr struct {
	Ord  int
	Expr Expr
}
