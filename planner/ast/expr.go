package ast

// ColumnRef is a, t.a, s.t.a, t.* or *.
type ColumnRef struct {
	Position
	Fields []string // without the star
	Star   bool
}

// Param is $n.
type Param struct {
	Position
	Number int // from 1
	// Slot is true for a long string literal that was taken out of the text so
	// that texts which differ in it share a tree. Its value is that of the
	// parse.Literal with the same Number; it is typed exactly as a ConstString:
	// unknown until its context says more. Slots are not counted as parameters.
	Slot bool
}

// ConstKind says what a Const holds.
type ConstKind uint8

// The kinds of constants.
const (
	ConstNull      ConstKind = iota
	ConstBool                // Bool
	ConstInt                 // Int: fits an int4
	ConstFloat               // Text: decimal digits; an integer too large for int4 too
	ConstString              // Text: of type unknown
	ConstBitString           // Text: 'b' or 'x' and the digits
)

// Const is a literal. A string is of type unknown until its context says more.
type Const struct {
	Position
	Kind ConstKind
	Bool bool
	Int  int64
	Text string
}

// BinaryExpr is left op right; Left is nil for a prefix operator.
type BinaryExpr struct {
	Position // of the operator
	Op       Operator
	Left     Expr
	Right    Expr
}

// AnyAllExpr is left op ANY (array) or left op ALL (array). With a subquery it
// is a SubLink.
type AnyAllExpr struct {
	Position
	Op    Operator
	All   bool
	Left  Expr
	Right Expr
}

// DistinctExpr is left IS [NOT] DISTINCT FROM right.
type DistinctExpr struct {
	Position
	Not         bool
	Left, Right Expr
}

// NullIfExpr is NULLIF(left, right).
type NullIfExpr struct {
	Position
	Left, Right Expr
}

// InExpr is left [NOT] IN (list). With a subquery it is a SubLink.
type InExpr struct {
	Position
	Not  bool
	Left Expr
	List []Expr
}

// LikeKind tells LIKE, ILIKE and SIMILAR TO apart.
type LikeKind uint8

// The pattern-matching predicates.
const (
	Like LikeKind = iota
	ILike
	SimilarTo
)

// LikeExpr is left [NOT] LIKE pattern [ESCAPE escape].
type LikeExpr struct {
	Position
	Kind    LikeKind
	Not     bool
	Left    Expr
	Pattern Expr
	Escape  Expr // nil if none
}

// BetweenExpr is arg [NOT] BETWEEN [SYMMETRIC] low AND high.
type BetweenExpr struct {
	Position
	Not       bool
	Symmetric bool
	Arg       Expr
	Low, High Expr
}

// LogicExpr is args[0] AND args[1] … or OR; two arguments or more.
type LogicExpr struct {
	Position
	Or   bool
	Args []Expr
}

// NotExpr is NOT arg.
type NotExpr struct {
	Position
	Arg Expr
}

// NullTest is arg IS [NOT] NULL.
type NullTest struct {
	Position
	Not bool
	Arg Expr
}

// BoolTestKind is the word after IS.
type BoolTestKind uint8

// The boolean tests.
const (
	IsTrue BoolTestKind = iota
	IsFalse
	IsUnknown
)

// BoolTest is arg IS [NOT] TRUE, FALSE or UNKNOWN.
type BoolTest struct {
	Position
	Kind BoolTestKind
	Not  bool
	Arg  Expr
}

// CaseExpr is CASE [arg] WHEN … [ELSE default] END.
type CaseExpr struct {
	Position
	Arg     Expr // nil for the searched form
	Whens   []*CaseWhen
	Default Expr // nil if none
}

// CaseWhen is one WHEN cond THEN result.
type CaseWhen struct {
	Position
	Cond   Expr
	Result Expr
}

// CoalesceExpr is COALESCE(args).
type CoalesceExpr struct {
	Position
	Args []Expr
}

// MinMaxExpr is GREATEST(args) or LEAST(args).
type MinMaxExpr struct {
	Position
	Greatest bool
	Args     []Expr
}

// CastExpr is CAST(arg AS type), arg::type or type 'literal'.
type CastExpr struct {
	Position
	Arg  Expr
	Type *TypeName
}

// SubLinkKind says how a subquery stands in an expression.
type SubLinkKind uint8

// The kinds of subqueries in expressions.
const (
	SubLinkScalar SubLinkKind = iota // (SELECT …)
	SubLinkExists                    // EXISTS (SELECT …)
	SubLinkAny                       // test op ANY (SELECT …); IN has Op "="
	SubLinkAll                       // test op ALL (SELECT …)
	SubLinkArray                     // ARRAY(SELECT …)
)

// SubLink is a subquery in an expression. test NOT IN (SELECT …) is a NotExpr
// around SubLinkAny.
type SubLink struct {
	Position
	Kind  SubLinkKind
	In    bool // written IN
	Test  Expr // for Any and All, else nil
	Op    Operator
	Query *SelectStmt
}

// RowExpr is ROW(args) or (a, b).
type RowExpr struct {
	Position
	Explicit bool // the word ROW was written
	Args     []Expr
}

// ArrayExpr is ARRAY[elements].
type ArrayExpr struct {
	Position
	Elements []Expr
}

// StepKind is the kind of one step of an IndirectionExpr.
type StepKind uint8

// The steps.
const (
	StepField StepKind = iota // .name
	StepStar                  // .*
	StepIndex                 // [Upper]
	StepSlice                 // [Lower:Upper]; either may be nil
)

// Step is one step of an IndirectionExpr or of an assignment's target.
type Step struct {
	Position
	Kind  StepKind
	Name  string
	Lower Expr
	Upper Expr
}

// IndirectionExpr is arg followed by .field, .*, [i] or [i:j].
type IndirectionExpr struct {
	Position
	Arg   Expr
	Steps []*Step
}

// CollateExpr is arg COLLATE name.
type CollateExpr struct {
	Position
	Arg       Expr
	Collation []string
}

// SQLValueKind names a function called without parentheses.
type SQLValueKind uint8

// The SQL value functions.
const (
	CurrentDate SQLValueKind = iota
	CurrentTime
	CurrentTimestamp
	LocalTime
	LocalTimestamp
	CurrentRole
	CurrentUser
	User
	SessionUser
	CurrentCatalog
	CurrentSchema
)

// SQLValueExpr is CURRENT_TIMESTAMP and its kin.
type SQLValueExpr struct {
	Position
	Kind      SQLValueKind
	Precision int // CURRENT_TIMESTAMP(3); -1 if none
}

// DefaultExpr is DEFAULT in VALUES or SET.
type DefaultExpr struct{ Position }

// CurrentOfExpr is WHERE CURRENT OF cursor.
type CurrentOfExpr struct {
	Position
	Cursor string
}

// MultiAssignExpr is one column's share of SET (a, b) = source.
type MultiAssignExpr struct {
	Position
	Source  Expr // the same pointer in all columns of one assignment
	Column  int  // from 1
	Columns int
}

func (*ColumnRef) expr()       {}
func (*Param) expr()           {}
func (*Const) expr()           {}
func (*BinaryExpr) expr()      {}
func (*AnyAllExpr) expr()      {}
func (*DistinctExpr) expr()    {}
func (*NullIfExpr) expr()      {}
func (*InExpr) expr()          {}
func (*LikeExpr) expr()        {}
func (*BetweenExpr) expr()     {}
func (*LogicExpr) expr()       {}
func (*NotExpr) expr()         {}
func (*NullTest) expr()        {}
func (*BoolTest) expr()        {}
func (*CaseExpr) expr()        {}
func (*CoalesceExpr) expr()    {}
func (*MinMaxExpr) expr()      {}
func (*CastExpr) expr()        {}
func (*SubLink) expr()         {}
func (*RowExpr) expr()         {}
func (*ArrayExpr) expr()       {}
func (*IndirectionExpr) expr() {}
func (*CollateExpr) expr()     {}
func (*SQLValueExpr) expr()    {}
func (*DefaultExpr) expr()     {}
func (*CurrentOfExpr) expr()   {}
func (*MultiAssignExpr) expr() {}
