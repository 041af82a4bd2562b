package ast

// JSONValue is an argument of a JSON constructor: expr [FORMAT JSON [ENCODING e]].
type JSONValue struct {
	Position
	Arg        Expr
	FormatJSON bool
	Encoding   string // "", "UTF8", "UTF16", "UTF32"
}

// JSONOutput is RETURNING type [FORMAT JSON]; nil where absent.
type JSONOutput struct {
	Position
	Type       *TypeName
	FormatJSON bool
}

// JSONPair is key: value.
type JSONPair struct {
	Position
	Key   Expr
	Value *JSONValue
}

// JSONObject is JSON_OBJECT(…).
type JSONObject struct {
	Position
	Pairs        []*JSONPair
	Output       *JSONOutput
	AbsentOnNull bool
	UniqueKeys   bool
}

// JSONArray is JSON_ARRAY(…), of elements or of a query.
type JSONArray struct {
	Position
	Elements     []*JSONValue
	Query        *SelectStmt // nil for the element form
	Output       *JSONOutput
	AbsentOnNull bool
}

// JSONAgg is JSON_OBJECTAGG (Key set) or JSON_ARRAYAGG.
type JSONAgg struct {
	Position
	Key          Expr // nil for JSON_ARRAYAGG
	Value        *JSONValue
	Output       *JSONOutput
	OrderBy      []*SortBy
	Filter       Expr
	Over         *WindowDef
	AbsentOnNull bool
	UniqueKeys   bool
}

// JSONIsKind is the word after IS JSON.
type JSONIsKind uint8

// The JSON predicates.
const (
	JSONAny JSONIsKind = iota
	JSONIsObject
	JSONIsArray
	JSONIsScalar
)

// JSONIs is arg IS JSON [kind] [WITH UNIQUE KEYS]; IS NOT JSON is a NotExpr around it.
type JSONIs struct {
	Position
	Arg        Expr
	Kind       JSONIsKind
	UniqueKeys bool
}

func (*JSONValue) expr()  {}
func (*JSONObject) expr() {}
func (*JSONArray) expr()  {}
func (*JSONAgg) expr()    {}
func (*JSONIs) expr()     {}
