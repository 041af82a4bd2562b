package ast

// Position is a byte offset into the user's text, embedded in every node.
type Position int

// Unknown is the position of a node whose place in the text is not recorded.
const Unknown Position = -1

// Pos returns the byte offset, -1 if unknown.
func (p Position) Pos() int { return int(p) }

// Node is any part of the tree.
type Node interface {
	// Pos is the byte offset in the user's text where the node starts or where
	// PostgreSQL would point an error cursor (an operator's sign, a column's
	// first name); -1 if unknown.
	Pos() int
}

// Expr is a scalar expression.
type Expr interface {
	Node
	expr()
}

// Stmt is one SQL statement.
type Stmt interface {
	Node
	stmt()
}

// TableExpr is an item of FROM.
type TableExpr interface {
	Node
	tableExpr()
}

// TableElement is an item between the parentheses of CREATE TABLE: a
// ColumnDef, a Constraint or a TableLike.
type TableElement interface {
	Node
	tableElement()
}

// Unsupported stands for a statement that PostgreSQL's grammar accepts and
// Synapse does not have. Executing it is 0A000.
type Unsupported struct {
	Position
	Name string // as in "Name is not supported"
	Hint string // what to use instead; may be empty
}

func (*Unsupported) stmt() {}

// Alias is AS name (columns…).
type Alias struct {
	Position
	Name    string
	Columns []string
}

// TypeName is a type as written.
type TypeName struct {
	Position
	Names     []string // pg_catalog.int4 for int; the user's own names otherwise
	Mods      []Expr   // varchar(10), numeric(10,2), vector(384); for interval see Interval
	ArrayDims []int    // one entry per dimension, its bound or -1
	Setof     bool
	PctType   bool // table.column%TYPE

	// Interval fields: the mask of PostgreSQL's INTERVAL_MASK bits (INTERVAL
	// DAY TO SECOND), 0 for all; the precision is -1 if none.
	IntervalFields    int
	IntervalPrecision int
}

// Name returns the last part of the type's name.
func (t *TypeName) Name() string {
	if len(t.Names) == 0 {
		return ""
	}
	return t.Names[len(t.Names)-1]
}

// Schema returns the part before the name, "" if unqualified.
func (t *TypeName) Schema() string {
	if len(t.Names) < 2 {
		return ""
	}
	return t.Names[len(t.Names)-2]
}

// Operator names an operator, perhaps as OPERATOR(schema.+).
type Operator struct {
	Schema string // "" if unqualified
	Name   string
}
