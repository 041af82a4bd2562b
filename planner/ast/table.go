package ast

// TableRef is the name of a relation, in FROM or as the object of a statement.
type TableRef struct {
	Position
	Catalog string // database; "" if not given
	Schema  string // "" if not given
	Name    string
	Only    bool // ONLY t
	Alias   *Alias
	AsOf    *TemporalClause // nil if none
}

// JoinKind is the kind of a join.
type JoinKind uint8

// The joins. CROSS JOIN is an inner join without a condition.
const (
	JoinInner JoinKind = iota
	JoinLeft
	JoinFull
	JoinRight
)

// JoinExpr is left JOIN right. At most one of Natural, Using and On is set.
type JoinExpr struct {
	Position
	Kind       JoinKind
	Natural    bool
	Left       TableExpr
	Right      TableExpr
	Using      []string
	UsingAlias *Alias // USING (…) AS alias
	On         Expr
	Alias      *Alias // (a JOIN b …) AS alias
}

// SubqueryRef is (SELECT …) alias.
type SubqueryRef struct {
	Position
	Lateral bool
	Query   *SelectStmt
	Alias   *Alias
}

// FuncRef is function(…) alias, or ROWS FROM (f(…), g(…)) alias.
type FuncRef struct {
	Position
	Lateral    bool
	Ordinality bool
	RowsFrom   bool
	Funcs      []*FuncRefItem
	Alias      *Alias
	Columns    []*ColumnDef // AS alias (a int, b text); for one function only
	AsOf       *TemporalClause
}

// FuncRefItem is one function of a FuncRef. Call is a FuncCall, or another
// expression that reads as a call (CAST, COALESCE, CURRENT_DATE).
type FuncRefItem struct {
	Position
	Call    Expr
	Columns []*ColumnDef // ROWS FROM (f(…) AS (a int))
}

// TableSample is table TABLESAMPLE method(args) [REPEATABLE (seed)].
type TableSample struct {
	Position
	Table      *TableRef
	Method     []string
	Args       []Expr
	Repeatable Expr
}

func (*TableRef) tableExpr()    {}
func (*JoinExpr) tableExpr()    {}
func (*SubqueryRef) tableExpr() {}
func (*FuncRef) tableExpr()     {}
func (*TableSample) tableExpr() {}
