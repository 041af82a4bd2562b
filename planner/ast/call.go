package ast

// FuncCall is a call of a function, an aggregate or a window function.
type FuncCall struct {
	Position
	Name        []string
	Args        []Expr // a NamedArg for name => value
	Star        bool   // count(*)
	Distinct    bool   // agg(DISTINCT …)
	Variadic    bool   // the last argument is VARIADIC
	OrderBy     []*SortBy
	WithinGroup bool // OrderBy came from WITHIN GROUP (ORDER BY …)
	Filter      Expr // nil if none
	Over        *WindowDef

	// SQLSyntax is true for calls that were not written as calls: AT TIME ZONE
	// (pg_catalog.timezone), EXTRACT, POSITION, SUBSTRING … FROM, TRIM, OVERLAY,
	// NORMALIZE, OVERLAPS.
	SQLSyntax bool
}

// FuncName returns the last part of the name.
func (f *FuncCall) FuncName() string { return f.Name[len(f.Name)-1] }

// NamedArg is name => value.
type NamedArg struct {
	Position
	Name string
	Arg  Expr
}

// SortDir is the direction of a SortBy.
type SortDir uint8

// The directions.
const (
	SortDefault SortDir = iota
	SortAsc
	SortDesc
	SortUsing // ORDER BY x USING op
)

// NullsOrder is NULLS FIRST or LAST.
type NullsOrder uint8

// The placements of nulls; the default is last for ascending, first for descending.
const (
	NullsDefault NullsOrder = iota
	NullsFirst
	NullsLast
)

// SortBy is one item of ORDER BY.
type SortBy struct {
	Position
	Expr  Expr
	Dir   SortDir
	Nulls NullsOrder
	Using Operator // when Dir is SortUsing
}

// WindowDef is OVER (…), OVER name, or an item of the WINDOW clause.
type WindowDef struct {
	Position
	Name        string // WINDOW name AS (…), or OVER name without parentheses
	RefName     string // the window that the definition in parentheses builds on
	PartitionBy []Expr
	OrderBy     []*SortBy
	Frame       *WindowFrame // nil: the default frame
}

// FrameMode is the unit of a frame.
type FrameMode uint8

// The frame units.
const (
	FrameRange FrameMode = iota
	FrameRows
	FrameGroups
)

// BoundKind is where a frame starts or ends.
type BoundKind uint8

// The bounds in the order of their place.
const (
	UnboundedPreceding BoundKind = iota
	OffsetPreceding
	CurrentRow
	OffsetFollowing
	UnboundedFollowing
)

// FrameExclusion is the EXCLUDE option.
type FrameExclusion uint8

// The exclusions.
const (
	ExcludeNoOthers FrameExclusion = iota
	ExcludeCurrentRow
	ExcludeGroup
	ExcludeTies
)

// WindowFrame is ROWS BETWEEN … AND … EXCLUDE ….
type WindowFrame struct {
	Position
	Mode        FrameMode
	Start, End  BoundKind
	StartOffset Expr // for the Offset kinds
	EndOffset   Expr
	Exclude     FrameExclusion
}

// GroupingCall is GROUPING(args).
type GroupingCall struct {
	Position
	Args []Expr
}

// GroupingKind is the kind of a GroupingSet.
type GroupingKind uint8

// The kinds; GroupingEmpty is ().
const (
	GroupingEmpty GroupingKind = iota
	GroupingSimple
	GroupingRollup
	GroupingCube
	GroupingSets
)

// GroupingSet stands in GROUP BY only.
type GroupingSet struct {
	Position
	Kind    GroupingKind
	Content []Expr
}

func (*FuncCall) expr()     {}
func (*NamedArg) expr()     {}
func (*GroupingCall) expr() {}
func (*GroupingSet) expr()  {}
