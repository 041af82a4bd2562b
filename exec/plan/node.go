package plan

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/partition"
	"synapse/catalog/types"
)

// Values produces literal rows (also the single empty row of a SELECT without FROM).
type Values struct {
	Estimate
	Rows [][]Expr
	Cols []types.Type
}

// Project computes Exprs over its input.
type Project struct {
	Estimate
	Input Node
	Exprs []Expr
}

// ProjectSet is Project with set-returning calls in the target list: item i is
// Exprs[i], or Sets[i] where that is not nil. Rows are made in lock step, the
// shorter sets padded with NULL, as PostgreSQL does since version 10.
type ProjectSet struct {
	Estimate
	Input Node
	Exprs []Expr
	Sets  []*SetCall
}

// Filter keeps rows for which Cond is true.
type Filter struct {
	Estimate
	Input Node
	Cond  Expr
}

// SortKey is one ORDER BY item.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
	// Using is set for ORDER BY … USING with an operator that is neither < nor >; nil otherwise.
	Using *builtin.Operator
}

// Sort orders its input; stable.
type Sort struct {
	Estimate
	Input Node
	Keys  []SortKey
}

// TopN is Sort with Limit, keeping only Limit+Offset rows.
type TopN struct {
	Estimate
	Input         Node
	Keys          []SortKey
	Limit, Offset Expr
}

// Limit passes Limit rows after Offset; nil expressions or NULL values mean no bound.
type Limit struct {
	Estimate
	Input         Node
	Limit, Offset Expr
	WithTies      []SortKey // not nil: FETCH … WITH TIES by these keys (input is sorted)
}

// JoinKind is the kind of join.
type JoinKind uint8

// Kinds of join. Semi and anti joins produce the left columns only.
const (
	Inner JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	Semi
	Anti
)

// NestLoop runs the right side for each left row, with Assigns set first (lateral, inner index scan).
type NestLoop struct {
	Estimate
	Kind        JoinKind
	Left, Right Node
	Cond        Expr // over left ++ right columns; nil = true
	Assigns     []Assign
}

// HashJoin builds a table of the right side. Keys are compared by Eq; NULL keys never match.
type HashJoin struct {
	Estimate
	Kind        JoinKind
	Left, Right Node
	LeftKeys    []Expr // over left columns
	RightKeys   []Expr // over right columns
	Cond        Expr   // residual, over left ++ right
	NullAware   bool   // anti join of NOT IN: a NULL on the right yields nothing
}

// MergeJoin joins inputs sorted by the keys.
type MergeJoin struct {
	Estimate
	Kind        JoinKind
	Left, Right Node
	LeftKeys    []Expr
	RightKeys   []Expr
	Cond        Expr
}

// AggCall is one aggregate of an Agg or Window node.
type AggCall struct {
	Fn       *builtin.Function
	Args     []Expr
	Direct   []Expr // of ordered-set aggregates
	Distinct bool
	OrderBy  []SortKey
	Filter   Expr
	Typ      types.Type
}

// Agg groups by GroupBy (hash; one group when empty and no sets) and produces
// the group keys, the aggregates, and with Sets one int4 per Grouping mask.
type Agg struct {
	Estimate
	Input   Node
	GroupBy []Expr
	Sets    [][]int // grouping sets as indexes into GroupBy; nil = one set of all
	Aggs    []AggCall
	// Groupings are the GROUPING(…) calls: indexes into GroupBy; each adds an int4 column.
	Groupings [][]int
	// Sorted: the input comes ordered by GroupBy, groups are emitted as they end.
	Sorted bool
}

// FrameBound is one end of a window frame.
type FrameBound struct {
	Kind   BoundKind
	Offset Expr // for Preceding and Following
}

// BoundKind of a frame end.
type BoundKind uint8

// Frame bounds.
const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// FrameMode is ROWS, RANGE or GROUPS.
type FrameMode uint8

// Frame modes.
const (
	RangeFrame FrameMode = iota
	RowsFrame
	GroupsFrame
)

// Exclusion of a frame.
type Exclusion uint8

// Frame exclusions.
const (
	ExcludeNone Exclusion = iota
	ExcludeCurrent
	ExcludeGroup
	ExcludeTies
)

// Frame of a window.
type Frame struct {
	Mode       FrameMode
	Start, End FrameBound
	Exclude    Exclusion
	// InRange compares an order value with another moved by the offset (RANGE with offset): + and - of the key's type.
	Add, Sub *builtin.Function
}

// WindowCall is one window function; aggregates have Agg set.
type WindowCall struct {
	Fn     *builtin.Function
	Args   []Expr
	Filter Expr
	Typ    types.Type
}

// Window computes calls that share a window over its input (any order: it sorts
// by Partition, then Order) and produces the input columns and then the calls.
type Window struct {
	Estimate
	Input     Node
	Partition []Expr
	Order     []SortKey
	Frame     Frame
	Calls     []WindowCall
}

// Distinct removes duplicate rows (On nil) or keeps the first row of each run
// of equal On values (input sorted by them).
type Distinct struct {
	Estimate
	Input Node
	On    []Expr
}

// SetOpKind of a set operation.
type SetOpKind uint8

// Set operations.
const (
	Union SetOpKind = iota
	Intersect
	Except
)

// SetOp combines two inputs of equal column types.
type SetOp struct {
	Estimate
	Kind        SetOpKind
	All         bool
	Left, Right Node
}

// Append concatenates its inputs.
type Append struct {
	Estimate
	Inputs []Node
	Parts  *Parts // of a table with partitions or children; nil for UNION ALL
}

// Parts says which tables' rows an Append reads.
type Parts struct {
	Table  *catalog.Table // that was named
	Alias  string
	Tree   *partition.Tree // nil: a table with children that is not partitioned
	Leaves []types.OID     // parallel to Inputs
	// Prune leaves out inputs when the plan runs: its values are known then. nil: none.
	Prune *PartitionCond
}

// PartitionCond is a condition on partition keys: partition.Cond with
// expressions without columns in place of values.
type PartitionCond struct {
	And, Or []*PartitionCond
	Key     string
	Op      partition.Op
	Value   Expr // of the key's type, or with Any an array of it; nil for IsNull and NotNull
	Any     bool
}

// LockRows locks the rows of FOR UPDATE/SHARE targets as they pass.
type LockRows struct {
	Estimate
	Input   Node
	Targets []LockTarget
}

// LockTarget says where in the input row the row id and version stand.
type LockTarget struct {
	RTI        int
	TableCol   int // 1 + the column of the row's table, where the reference reads several; else 0
	RowIDCol   int
	VersionCol int
	Strength   uint8 // storage.LockStrength
	Policy     uint8 // storage.WaitPolicy
}
