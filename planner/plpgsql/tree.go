package plpgsql

// Query is an SQL statement or expression inside a function.
type Query struct {
	Text string // as written
	SQL  string // what is parsed: Text, or SELECT Text for an expression
	Line int
}

// Name is a variable that a statement assigns to: a dotted name, perhaps with
// subscripts and fields behind it.
type Name struct {
	Parts []string
	Steps []Step
	Line  int
}

// Step is [Index] or .Field behind a variable.
type Step struct {
	Field string
	Index *Query // nil for a field
}

// Block is [DECLARE …] BEGIN … [EXCEPTION …] END.
type Block struct {
	Line     int
	Label    string
	Decls    []*Decl
	Body     []Stmt
	Handlers []*Handler
}

// Decl is one declaration of DECLARE.
type Decl struct {
	Line     int
	Name     string
	Type     string // SQL text of the type; "" for an alias or cursor
	Of       []string
	OfType   bool // Of%TYPE
	OfRow    bool // Of%ROWTYPE
	Array    bool // Of%TYPE[]
	Constant bool
	NotNull  bool
	Default  *Query
	Alias    []string // ALIAS FOR
	Cursor   *CursorDecl
}

// CursorDecl is the query of a bound cursor.
type CursorDecl struct {
	Args     []*Decl
	Query    *Query
	Scroll   bool
	NoScroll bool
}

// Handler is WHEN condition OR … THEN ….
type Handler struct {
	Line       int
	Conditions []Condition
	Body       []Stmt
}

// Condition is an error that a handler catches: a name or an SQLSTATE.
type Condition struct {
	Name  string
	Codes []string // SQLSTATEs; one that ends in 000 stands for its class
	Any   bool     // OTHERS
}

// Stmt is a statement.
type Stmt interface{ Pos() int }

// At is the line of a statement.
type At struct{ Line int }

// Pos returns the line.
func (a At) Pos() int { return a.Line }

// Pos returns the line of BEGIN.
func (b *Block) Pos() int { return b.Line }

// The statements.
type (
	// Assign is target := expr.
	Assign struct {
		At
		Target *Name
		Expr   *Query
	}
	// If is IF … ELSIF … ELSE … END IF.
	If struct {
		At
		Branches []Branch
		Else     []Stmt
	}
	// Branch is a condition with what it guards.
	Branch struct {
		Cond *Query
		Body []Stmt
	}
	// Case is CASE [expr] WHEN …. With Expr, the branches' conditions compare the
	// variable CaseVariable.
	Case struct {
		At
		Expr     *Query
		Branches []Branch
		Else     []Stmt
		HasElse  bool
	}
	// Loop is LOOP, or WHILE with Cond.
	Loop struct {
		At
		Label string
		Cond  *Query
		Body  []Stmt
	}
	// ForInt is FOR i IN [REVERSE] a..b [BY step].
	ForInt struct {
		At
		Label              string
		Var                string
		Lower, Upper, Step *Query
		Reverse            bool
		Body               []Stmt
	}
	// ForRows is FOR target IN query, EXECUTE or cursor.
	ForRows struct {
		At
		Label   string
		Targets []*Name
		Query   *Query
		Dynamic *Dynamic
		Cursor  string
		Args    *Query
		Body    []Stmt
	}
	// Dynamic is EXECUTE expr USING ….
	Dynamic struct {
		Text  *Query
		Using []*Query
	}
	// ForEach is FOREACH target [SLICE n] IN ARRAY expr.
	ForEach struct {
		At
		Label   string
		Targets []*Name
		Slice   int
		Expr    *Query
		Body    []Stmt
	}
	// Exit is EXIT or CONTINUE.
	Exit struct {
		At
		Continue bool
		Label    string
		When     *Query
	}
	// Return is RETURN [expr].
	Return struct {
		At
		Expr *Query
	}
	// ReturnNext is RETURN NEXT [expr].
	ReturnNext struct {
		At
		Expr *Query
	}
	// ReturnQuery is RETURN QUERY.
	ReturnQuery struct {
		At
		Query   *Query
		Dynamic *Dynamic
	}
	// Raise is RAISE; without anything it raises the error in hand again.
	Raise struct {
		At
		Level     string // DEBUG, LOG, INFO, NOTICE, WARNING, EXCEPTION
		Condition string // name or SQLSTATE
		Message   string
		Format    bool // Message was given
		Params    []*Query
		Options   []RaiseOption
	}
	// RaiseOption is USING name = expr.
	RaiseOption struct {
		Name string
		Expr *Query
	}
	// Assert is ASSERT condition [, message].
	Assert struct {
		At
		Cond, Message *Query
	}
	// SQL is a statement of SQL, or PERFORM or CALL.
	SQL struct {
		At
		Query   *Query
		Into    []*Name
		Strict  bool
		Perform bool
		Call    bool
	}
	// Execute is EXECUTE expr [INTO …] [USING …].
	Execute struct {
		At
		Dynamic *Dynamic
		Into    []*Name
		Strict  bool
	}
	// Diagnostics is GET [STACKED] DIAGNOSTICS.
	Diagnostics struct {
		At
		Stacked bool
		Items   []Diagnostic
	}
	// Diagnostic is target = item.
	Diagnostic struct {
		Target *Name
		Item   string // lower case
	}
	// Open is OPEN cursor.
	Open struct {
		At
		Cursor  *Name
		Args    *Query // of a bound cursor, in parentheses
		Query   *Query
		Dynamic *Dynamic
	}
	// Fetch is FETCH or MOVE.
	Fetch struct {
		At
		Cursor    *Name
		Move      bool
		Direction string // NEXT, PRIOR, FIRST, LAST, ABSOLUTE, RELATIVE, FORWARD, BACKWARD
		Count     *Query // nil: 1
		All       bool
		Into      []*Name
	}
	// Close is CLOSE cursor.
	Close struct {
		At
		Cursor *Name
	}
	// Null is NULL.
	Null struct{ At }
	// Transaction is COMMIT or ROLLBACK.
	Transaction struct {
		At
		Rollback bool
		Chain    bool
	}
)

// CaseVariable is the name under which the branches of CASE expr know its value.
const CaseVariable = "__Case__Variable__"
