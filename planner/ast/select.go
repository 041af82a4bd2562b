package ast

// SetOp is the operator between two queries.
type SetOp uint8

// The set operators. SetNone is a plain SELECT, VALUES or TABLE.
const (
	SetNone SetOp = iota
	SetUnion
	SetIntersect
	SetExcept
)

// SelectStmt is a query: a plain SELECT, VALUES, or two queries joined by a set
// operator. For a set operation Left and Right hold the arms and only With,
// OrderBy, Limit, Offset, Locking and AsOf are used beside them.
type SelectStmt struct {
	Position
	// Start and End bound the query's source in the user's text (End is
	// exclusive); both are -1 where unknown. Known for statements and for the
	// query of CREATE VIEW, EXPLAIN, DECLARE, PREPARE, COPY and CREATE TABLE AS.
	Start, End int

	With       *With
	Distinct   bool
	DistinctOn []Expr
	Targets    []*Target
	Into       *IntoTarget // SELECT … INTO
	From       []TableExpr
	Where      Expr
	GroupBy    []Expr // a GroupingSet for ROLLUP and its kin
	// GroupDistinct is GROUP BY DISTINCT.
	GroupDistinct bool
	Having        Expr
	Windows       []*WindowDef

	Values [][]Expr // VALUES lists; nil otherwise

	Op          SetOp
	All         bool
	Left, Right *SelectStmt

	OrderBy  []*SortBy
	Limit    Expr // nil if none; LIMIT ALL is a null Const
	Offset   Expr
	WithTies bool
	Locking  []*Locking

	AsOf *TemporalClause // of this query and all within it that have none of their own
}

// Target is one item of a target list or of RETURNING.
type Target struct {
	Position
	Name string // AS name; "" if not given
	Expr Expr
}

// IntoTarget is the table made by SELECT INTO, CREATE TABLE AS or CREATE
// MATERIALIZED VIEW.
type IntoTarget struct {
	Position
	Table        *TableRef
	Persistence  Persistence
	Columns      []string
	AccessMethod string
	Options      []*Option
	OnCommit     OnCommit
	Tablespace   string
	NoData       bool // WITH NO DATA
}

// With is WITH [RECURSIVE] ….
type With struct {
	Position
	Recursive bool
	CTEs      []*CTE
}

// Materialize is the MATERIALIZED option of a CTE.
type Materialize uint8

// The options.
const (
	MaterializeDefault Materialize = iota
	MaterializeAlways
	MaterializeNever
)

// CTE is name (columns) AS (query).
type CTE struct {
	Position
	Name        string
	Columns     []string
	Materialize Materialize
	Query       Stmt // SelectStmt, InsertStmt, UpdateStmt, DeleteStmt or MergeStmt
	Search      *SearchClause
	Cycle       *CycleClause
}

// SearchClause is SEARCH DEPTH|BREADTH FIRST BY columns SET sequence.
type SearchClause struct {
	Position
	Breadth  bool
	Columns  []string
	Sequence string
}

// CycleClause is CYCLE columns SET mark TO value DEFAULT default USING path.
type CycleClause struct {
	Position
	Columns     []string
	Mark        string
	MarkValue   Expr
	MarkDefault Expr
	Path        string
}

// LockStrength is the word after FOR.
type LockStrength uint8

// The row locks from weak to strong.
const (
	ForKeyShare LockStrength = iota
	ForShare
	ForNoKeyUpdate
	ForUpdate
)

// LockWait says what to do about rows that others hold.
type LockWait uint8

// The policies.
const (
	LockBlock LockWait = iota
	LockSkip
	LockNoWait
)

// Locking is FOR UPDATE [OF tables] [NOWAIT | SKIP LOCKED].
type Locking struct {
	Position
	Strength LockStrength
	Of       []*TableRef // empty: all
	Wait     LockWait
}

func (*SelectStmt) stmt() {}
