package plan

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// Expr is a typed expression. Immutable.
type Expr interface {
	Type() types.Type
	// String is PostgreSQL's deparsed form as EXPLAIN shows it.
	String() string
}

// Const is a literal or a folded constant.
type Const struct {
	Typ types.Type
	Val types.Value
}

// Col is column Index (0-based) of the input row. Of joins: left columns, then right ones.
type Col struct {
	Index int
	Typ   types.Type
	Name  string // for EXPLAIN: "t.a"
}

// Param is $N.
type Param struct {
	N   int // 1-based
	Typ types.Type
}

// Slot is a value that exec sets before it runs the node: correlation, lateral, inner index keys.
type Slot struct {
	N    int // 0-based, below Plan.Slots
	Typ  types.Type
	Name string
}

// Func is a call of a scalar function; operators and casts with a function are calls too.
type Func struct {
	Fn   *builtin.Function
	Args []Expr
	Typ  types.Type
	Op   string // operator name for display; "" = function syntax
	Cast bool   // shown as a cast
	// Spread: the last argument is an array whose elements are the arguments of a
	// function that takes VARIADIC "any".
	Spread bool
	// AsOf is the clause around the call, nil = the statement's: a body that reads
	// the catalog or tables sees that moment.
	AsOf *Temporal
	// Index is whose statistics a function of an indexed column reads (bm25): its
	// declared arguments are then followed by the columns that name the row's partition.
	Index *catalog.Index
}

// IOCast converts through text output and input of the two types.
type IOCast struct {
	Arg Expr
	Typ types.Type
}

// Relabel changes the type of a payload without touching it (text → varchar).
type Relabel struct {
	Arg Expr
	Typ types.Type
}

// Typmod applies Typ's modifier (length, precision, dimension).
type Typmod struct {
	Arg      Expr
	Typ      types.Type
	Explicit bool // cast written by the user: truncates instead of failing
}

// ArrayCast converts each element of an array: Elem is over a row of one column, the element.
type ArrayCast struct {
	Arg  Expr
	Elem Expr
	Typ  types.Type
}

// CoerceDomain makes a value of the base type one of a domain: it is 23502 for a
// NULL where NotNull, 23514 where a check is false.
type CoerceDomain struct {
	Arg     Expr
	Typ     types.Type
	Schema  string // of the domain, for errors
	NotNull bool
	Checks  []DomainCheck // the innermost domain's first
}

// DomainCheck is a check of a domain: Cond is over a row of one column, the value.
type DomainCheck struct {
	Name string
	Cond Expr
}

// BoolOp is AND, OR.
type BoolOp struct {
	Or   bool
	Args []Expr
}

// Not negates.
type Not struct{ Arg Expr }

// NullTest is IS [NOT] NULL; for rows PostgreSQL's rule of all fields.
type NullTest struct {
	Arg Expr
	Not bool
}

// BoolTest is IS [NOT] TRUE, FALSE, UNKNOWN.
type BoolTest struct {
	Arg  Expr
	Want byte // 't', 'f', 'u'
	Not  bool
}

// DistinctFrom is IS [NOT] DISTINCT FROM; Eq is the types' =.
type DistinctFrom struct {
	Left, Right Expr
	Eq          *builtin.Function
	Not         bool
}

// NullIf yields NULL when Left = Right.
type NullIf struct {
	Left, Right Expr
	Eq          *builtin.Function
}

// Case is a searched or simple CASE (simple ones are rewritten to Arg held in a slot-free form: When = (arg = value)).
type Case struct {
	Whens []When
	Else  Expr // nil = NULL
	Typ   types.Type
}

// When is one branch.
type When struct{ Cond, Then Expr }

// Coalesce returns the first non-NULL argument.
type Coalesce struct {
	Args []Expr
	Typ  types.Type
}

// MinMax is GREATEST or LEAST.
type MinMax struct {
	Least bool
	Args  []Expr
	Typ   types.Type
}

// ArrayOp is left op ANY/ALL (array): Fn compares left with one element.
type ArrayOp struct {
	Left, Array Expr
	Fn          *builtin.Function
	Op          string
	All         bool
}

// ArrayExpr is ARRAY[…]; elements of array type make a multi-dimensional array.
type ArrayExpr struct {
	Elems []Expr
	Typ   types.Type
}

// RowExpr is ROW(…).
type RowExpr struct {
	Fields []Expr
	Names  []string
	Typ    types.Type
}

// RowCompare compares two rows field by field: = <> < <= > >=.
type RowCompare struct {
	Left, Right []Expr
	Op          string
	Eq, Cmp     []*builtin.Function // per field: equality, and the strict operator for order
}

// Subscript is a[i] or a[lo:hi]; missing bounds are nil.
type Subscript struct {
	Arg   Expr
	Upper []Expr
	Lower []Expr // parallel to Upper for slices
	Slice bool
	Typ   types.Type
}

// SubscriptSet is the value of Arg with one element, slice or jsonb member
// replaced by Value: what SET a[i] = value assigns. Bounds as in Subscript;
// jsonb keys are text or int4, in Upper.
type SubscriptSet struct {
	Arg   Expr
	Upper []Expr
	Lower []Expr
	Slice bool
	Value Expr
}

// Field takes field N (0-based) of a record.
type Field struct {
	Arg  Expr
	N    int
	Name string
	Typ  types.Type
}

// SubPlanKind is the kind of a subquery in an expression.
type SubPlanKind uint8

// Kinds of subquery expression.
const (
	Scalar SubPlanKind = iota // one column, at most one row (21000)
	Exists
	AnySub // Left op ANY (subquery)
	AllSub
	ArraySub // ARRAY(subquery)
	RowSub   // one row of several columns compared as a row
)

// SubPlan is a subquery in an expression. Without Assigns it is run once per
// statement and its result kept.
type SubPlan struct {
	Kind    SubPlanKind
	Input   Node
	Assigns []Assign // slots set from the enclosing row before each run
	Left    []Expr   // AnySub, AllSub: compared with the subquery's columns
	Fns     []*builtin.Function
	Op      string
	Typ     types.Type
	ID      int // unique in the plan: key of exec's cache
}

// Assign sets slot Slot from an expression over the outer row.
type Assign struct {
	Slot int
	Expr Expr
}

// AggRef, WindowRef and GroupingRef never reach exec: binder-internal forms are replaced by Col.

// Type implementations.
func (e *Const) Type() types.Type        { return e.Typ }
func (e *Col) Type() types.Type          { return e.Typ }
func (e *Param) Type() types.Type        { return e.Typ }
func (e *Slot) Type() types.Type         { return e.Typ }
func (e *Func) Type() types.Type         { return e.Typ }
func (e *IOCast) Type() types.Type       { return e.Typ }
func (e *Relabel) Type() types.Type      { return e.Typ }
func (e *Typmod) Type() types.Type       { return e.Typ }
func (e *ArrayCast) Type() types.Type    { return e.Typ }
func (e *CoerceDomain) Type() types.Type { return e.Typ }
func (*BoolOp) Type() types.Type         { return types.Bool }
func (*Not) Type() types.Type            { return types.Bool }
func (*NullTest) Type() types.Type       { return types.Bool }
func (*BoolTest) Type() types.Type       { return types.Bool }
func (*DistinctFrom) Type() types.Type   { return types.Bool }
func (e *NullIf) Type() types.Type       { return e.Left.Type() }
func (e *Case) Type() types.Type         { return e.Typ }
func (e *Coalesce) Type() types.Type     { return e.Typ }
func (e *MinMax) Type() types.Type       { return e.Typ }
func (*ArrayOp) Type() types.Type        { return types.Bool }
func (e *ArrayExpr) Type() types.Type    { return e.Typ }
func (e *RowExpr) Type() types.Type      { return e.Typ }
func (*RowCompare) Type() types.Type     { return types.Bool }
func (e *Subscript) Type() types.Type    { return e.Typ }
func (e *SubscriptSet) Type() types.Type { return e.Arg.Type() }
func (e *Field) Type() types.Type        { return e.Typ }
func (e *SubPlan) Type() types.Type      { return e.Typ }
