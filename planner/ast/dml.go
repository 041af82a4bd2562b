package ast

// Overriding is INSERT's OVERRIDING clause.
type Overriding uint8

// The clauses.
const (
	OverridingNone Overriding = iota
	OverridingUser
	OverridingSystem
)

// InsertStmt is INSERT INTO.
type InsertStmt struct {
	Position
	With       *With
	Table      *TableRef // its alias is AS alias
	Columns    []*InsertColumn
	Overriding Overriding
	Query      *SelectStmt // VALUES or a query; nil for DEFAULT VALUES
	OnConflict *OnConflict
	Returning  []*Target
}

// InsertColumn is a target column, perhaps with subscripts or fields.
type InsertColumn struct {
	Position
	Name  string
	Steps []*Step
}

// OnConflict is ON CONFLICT [target] DO NOTHING | DO UPDATE SET ….
type OnConflict struct {
	Position
	Update   bool         // false: DO NOTHING
	Elements []*IndexElem // the inferred index; empty if none
	// TargetPosition is where the conflict target stands.
	TargetPosition Position
	IndexWhere     Expr   // ON CONFLICT (…) WHERE …
	Constraint     string // ON CONFLICT ON CONSTRAINT name
	Set            []*Assignment
	Where          Expr
}

// Assignment is one column = value of SET.
type Assignment struct {
	Position
	Column string
	Steps  []*Step // SET a[1].b = …
	Value  Expr    // MultiAssignExpr for SET (a, b) = …
}

// UpdateStmt is UPDATE.
type UpdateStmt struct {
	Position
	With      *With
	Table     *TableRef
	Set       []*Assignment
	From      []TableExpr
	Where     Expr
	Returning []*Target
}

// DeleteStmt is DELETE FROM.
type DeleteStmt struct {
	Position
	With      *With
	Table     *TableRef
	Using     []TableExpr
	Where     Expr
	Returning []*Target
}

// MergeAction is what a WHEN clause of MERGE does.
type MergeAction uint8

// The actions.
const (
	MergeNothing MergeAction = iota
	MergeInsert
	MergeUpdate
	MergeDelete
)

// MergeStmt is MERGE INTO.
type MergeStmt struct {
	Position
	With   *With
	Table  *TableRef
	Source TableExpr
	On     Expr
	Whens  []*MergeWhen
}

// MergeWhen is WHEN [NOT] MATCHED [AND cond] THEN action.
type MergeWhen struct {
	Position
	Matched    bool
	Cond       Expr
	Action     MergeAction
	Overriding Overriding
	Set        []*Assignment   // for MergeUpdate
	Columns    []*InsertColumn // for MergeInsert
	Values     []Expr          // for MergeInsert; empty is DEFAULT VALUES
}

func (*InsertStmt) stmt() {}
func (*UpdateStmt) stmt() {}
func (*DeleteStmt) stmt() {}
func (*MergeStmt) stmt()  {}
