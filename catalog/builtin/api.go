package builtin

import (
	"math/rand/v2"

	"synapse/catalog/types"
)

// Kind says how a function is called.
type Kind uint8

// Kinds of function.
const (
	Scalar Kind = iota
	Aggregate
	Window
	SetReturning
)

// Volatility is pg_proc.provolatile.
type Volatility byte

// Volatilities.
const (
	Immutable Volatility = 'i'
	Stable    Volatility = 's'
	Volatile  Volatility = 'v'
)

// Env is what a function body may ask of its surroundings: one per statement.
type Env struct {
	Format    *types.Format // text input and output settings, zone
	TxnTime   int64         // now(): µs since 2000-01-01 UTC
	StmtTime  int64         // statement_timestamp()
	ClockTime func() int64  // clock_timestamp()
	Host      Host
	Random    *rand.Rand   // the session's source of random(), which setseed resets; nil: the process's
	Interrupt func() error // nil, or non-nil when the statement was cancelled: long bodies ask now and then
}

// Host is the session as function bodies see it. wire/session implements it;
// catalog/pgcatalog asserts a wider interface that also gives the catalog.
type Host interface {
	CurrentUser() string
	SessionUser() string
	CurrentDatabase() string
	SearchPath() []string // resolved, existing schemas only, without the implicit ones
	Setting(name string) (value string, ok bool)
	SetSetting(name, value string, local bool) error
	BackendPID() int32
	ClientAddr() string
	NextVal(sequence types.OID) (int64, error)
	CurrVal(sequence types.OID) (int64, error)
	LastVal() (int64, error)
	SequenceState(sequence types.OID) (last int64, called bool, err error)
	SetVal(sequence types.OID, value int64, called bool) error
	AdvisoryLock(key int64, two bool, shared, xact, try bool) (bool, error)
	AdvisoryUnlock(key int64, two bool, shared bool) (bool, error)
	AdvisoryUnlockAll()
	Notify(channel, payload string) error
	Notice(severity, message string)
	Embed(text string) ([]float32, error)
	// EmbedRows turns the texts of new rows into vectors, together. A nil one: the
	// embedder failed, and the row's namespace takes rows without a vector.
	EmbedRows(namespaces, texts []string) ([][]float32, error)
	TextScore(q *TextScore) (float64, error)
}

// TextScore asks for the BM25 score of a text by a text index's statistics, as
// of the moment that the statement reads.
type TextScore struct {
	Index     types.OID
	Text      string
	Query     string
	K1, B     *float64      // nil: the index's
	Partition []types.Value // of the row: its columns of the index's leading keys, or its namespace
}

// Call is one call site: the statement's Env and the resolved types, so that
// polymorphic bodies know what they hold. Immutable while the plan runs.
type Call struct {
	*Env
	Args []types.Type // actual argument types after coercion
	Ret  types.Type
	// Columns is the column definition list of a function that returns record
	// (FROM json_to_recordset(…) AS t(a int)); nil elsewhere.
	Columns []OutColumn
	// Index is whose statistics a function of an indexed column reads; 0 elsewhere.
	Index types.OID
}

// Function is one overload. Immutable after init.
type Function struct {
	Name       string
	Schema     string // "" means pg_catalog
	OID        types.OID
	Kind       Kind
	Args       []types.OID // declared; the last is an array type where Variadic
	ArgNames   []string    // nil, or one per argument ("" unnamed): for named notation
	Defaults   []string    // SQL text of the defaults of the last len(Defaults) arguments
	Variadic   bool
	Ret        types.OID
	Strict     bool // NULL in, NULL out: the body is not called
	OfIndex    bool // its first argument is a column with a text index, whose statistics it reads (Call.Index)
	Volatility Volatility

	Eval func(c *Call, args []types.Value) (types.Value, error) // Scalar

	// Aggregates. OrderedSet: direct arguments come first in Args and are passed to NewAggregate.
	NewAggregate func(c *Call, direct []types.Value) Aggregator
	OrderedSet   int // number of direct arguments + 1; 0: a plain aggregate
	// Hypothetical, of rank and its kin WITHIN GROUP, takes the place of
	// NewAggregate: the direct arguments are a row of the sort keys' types.
	Hypothetical func(Standing) types.Value

	// Set-returning: yields rows of len(Columns) values, or one value where Columns is nil.
	Rows    func(c *Call, args []types.Value, yield func(row []types.Value) error) error
	Columns []OutColumn

	// Window functions (rank, lag, …); aggregates are usable as window functions too.
	NewWindow func(c *Call) WindowFunc
}

// Standing is where a row that a group does not have would stand in its order.
type Standing struct {
	Rows    int64 // of the group
	Before  int64 // that sort before the row
	Kinds   int64 // different ones among Before
	Through int64 // that sort before the row or equal it
}

// OutColumn is a result column of a function that returns a composite or a table.
type OutColumn struct {
	Name string
	Type types.Type
}

// Aggregator is the running state of one aggregate in one group.
type Aggregator interface {
	// Add takes one row's arguments. Strict functions never get NULLs.
	Add(args []types.Value) error
	// Result may be called more than once, between Adds too (window frames).
	Result() (types.Value, error)
}

// Remover is implemented by aggregates whose effect of one row can be undone
// exactly (count, sum of integers): moving window frames use it.
type Remover interface {
	Remove(args []types.Value) error
}

// WindowFunc computes one row of a window partition. Implementations hold no
// state beyond a partition.
type WindowFunc interface {
	// Value returns the result for the partition's row at (0-based) row.
	Value(p *Partition, row int) (types.Value, error)
}

// Partition is what a window function sees.
type Partition struct {
	N          int                                     // rows in the partition
	Arg        func(arg, row int) (types.Value, error) // argument values at any row of the partition
	PeerStart  func(row int) int                       // first row that is a peer (equal by ORDER BY)
	PeerEnd    func(row int) int                       // one past the last peer
	FrameStart func(row int) int                       // frame of the row, [start, end)
	FrameEnd   func(row int) int
	InFrame    func(row, other int) bool // honours EXCLUDE
}

// Operator is one overload of an operator. Left is 0 for a prefix operator.
type Operator struct {
	Name        string
	OID         types.OID
	Left, Right types.OID
	Ret         types.OID
	Fn          *Function
	Commutator  string // "" none
	Negator     string
	HashJoin    bool // = usable as hash and merge key
}

// CastContext is pg_cast.castcontext.
type CastContext byte

// Contexts: how freely the cast is applied.
const (
	CastImplicit   CastContext = 'i'
	CastAssignment CastContext = 'a'
	CastExplicit   CastContext = 'e'
)

// Cast converts From to To. Fn nil: the payloads are equal (binary coercible).
// Casts through text input and output (CoerceViaIO) are not listed.
type Cast struct {
	From, To types.OID
	Context  CastContext
	Fn       *Function
	InOut    bool // through text output and input
}

var (
	functions = map[string][]*Function{}
	operators = map[string][]*Operator{}
	casts     = map[[2]types.OID]*Cast{}
	allFuncs  []*Function
	allOps    []*Operator
	allCasts  []*Cast
	funcByOID = map[types.OID]*Function{}
)

// Functions returns the overloads of a name (lower case, unqualified). Shared: do not change.
func Functions(name string) []*Function { return functions[name] }

// FunctionByOID finds a function by its pg_proc OID, nil if none.
func FunctionByOID(oid types.OID) *Function { return funcByOID[oid] }

// Operators returns the overloads of an operator name.
func Operators(name string) []*Operator { return operators[name] }

// FindCast returns the registered cast, nil if none.
func FindCast(from, to types.OID) *Cast { return casts[[2]types.OID{from, to}] }

// AllFunctions, AllOperators and AllCasts list the registry in order of registration, for pg_catalog.
func AllFunctions() []*Function { return allFuncs }

// AllOperators lists every operator.
func AllOperators() []*Operator { return allOps }

// AllCasts lists every cast.
func AllCasts() []*Cast { return allCasts }

// Register adds a function: called from init of this package and of
// packages that own functions with wider needs (catalog/pgcatalog). A zero OID
// is given one from a range of Synapse's own.
func Register(f *Function) *Function {
	if f.Volatility == 0 {
		f.Volatility = Immutable
	}
	if f.OID == 0 {
		f.OID = nextOID
		nextOID++
	}
	functions[f.Name] = append(functions[f.Name], f)
	funcByOID[f.OID] = f
	allFuncs = append(allFuncs, f)
	return f
}

// RegisterOperator adds an operator.
func RegisterOperator(o *Operator) *Operator {
	if o.OID == 0 {
		o.OID = nextOID
		nextOID++
	}
	operators[o.Name] = append(operators[o.Name], o)
	allOps = append(allOps, o)
	return o
}

// RegisterCast adds a cast.
func RegisterCast(c *Cast) {
	casts[[2]types.OID{c.From, c.To}] = c
	allCasts = append(allCasts, c)
}

// nextOID starts where neither PostgreSQL's built-ins (< 10000) nor initdb's objects nor users' objects are.
var nextOID types.OID = 10500
