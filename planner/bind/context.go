package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// Context is what a statement means depends on beside its text.
type Context struct {
	// Catalog is the catalog that names resolve in: today's, or that of the
	// moment the statement reads.
	Catalog *catalog.Catalog
	// SearchPath holds schema names in order of search, pg_catalog and the
	// session's temporary schema included.
	SearchPath []string
	User       string
	Role       types.OID // the role whose rights are asked; 0: nobody's, as in expressions of the catalog
	Bound      bool      // to namespaces: what it may not read does not shape its plans either
	Database   string
	TempSchema string // the session's own, which it may always use
	// Today is today's catalog where Catalog is an earlier one, else nil: a
	// relation that Catalog does not have yet but Today has yields no rows.
	Today *catalog.Catalog
	// CatalogAt returns the catalog as of a clause of a reference or subquery (AS
	// OF, AS OF QUERY); nil where its moment is not known yet, as at Describe. A
	// nil function: all is bound by Catalog.
	CatalogAt func(clause *plan.Temporal) (*catalog.Catalog, error)
	// Inner says that the query is part of another statement, such as CREATE
	// TABLE AS: AS OF at its end is bound like a subquery's. Otherwise the
	// statement's own moment was resolved before, and Catalog is of then.
	Inner bool
	// Engine says that the statement is one of the engine's own, which may change
	// and remove rows of append-only tables.
	Engine bool
	// Without are the ways to run the query that the session does not want.
	Without plan.Methods
	// ParamTypes are the types the client gave for $1, $2, …; 0 where it gave none.
	ParamTypes []types.OID
	// Format reads the literals of types whose text form depends on settings.
	// nil is types.DefaultFormat.
	Format *types.Format
	// TextStart is where the statement's text begins in the text its positions
	// count from: a simple query may hold several statements.
	TextStart int
	// OnStar, unless nil, is told what each * of the statement stands for: its
	// byte offset in the text and the columns in SQL. A view keeps these.
	OnStar func(pos int, columns []string)
	// OnName, unless nil, is told which relation, created function or type a name
	// of the statement means: its byte offset and whether it says the schema. A
	// view keeps these too.
	OnName func(pos int, id types.OID, qualified bool)
	// Variables are the names of the function whose body is bound, else nil.
	Variables plan.Variables
}

// NameUse records how one relation name was resolved, so that a cached plan
// can be checked against another catalog.
type NameUse struct {
	Schema string // "" where the search path decided
	Name   string
	Path   []string
	ID     types.OID
	At     *plan.Temporal // the clause in whose catalog it was resolved; nil: the statement's
}

// Result is a bound statement.
type Result struct {
	Plan  *plan.Plan
	Names []NameUse
	// Functions are the created functions that the names of functions had.
	Functions []FunctionUse
	Past      []Past // the moments of clauses, in the order of the text
}

// CatalogOf is the catalog that a clause's names were resolved in; own is the
// statement's, which nil and clauses of an unknown moment have.
func (r *Result) CatalogOf(clause *plan.Temporal, own *catalog.Catalog) *catalog.Catalog {
	for i := range r.Past {
		if r.Past[i].Clause == clause && r.Past[i].Catalog != nil {
			return r.Past[i].Catalog
		}
	}
	return own
}

// binder holds what one source text of a statement needs: the text itself and
// the path its names resolve by. Views and catalog expressions get a binder of
// their own over the same statement.
type binder struct {
	*statement
	text string   // for error positions; "" where unknown
	root ast.Node // the statement or query that the text is; nil: an expression
	kept bool     // text comes from the catalog: no parameters, no positions
	base int      // where text starts in what positions count from
	path []string // schema names in order of search
	// as is the role as which relations are read: 0 is the statement's own, else
	// the owner of the view that the text is of.
	as types.OID
}

// statement is shared by all sources of one statement.
type statement struct {
	ctx      *Context
	params   *params
	objects  []plan.ObjectVersion
	seen     map[objectUse]bool
	uses     []NameUse
	now      *moment // that the names in work are resolved as of; nil: the statement's own
	past     []Past
	told     map[types.OID]bool // relations whose absence the client knows of
	own      ast.Stmt           // its AS OF is the statement's, resolved before
	lazy     []*cte             // to be bound where they are referenced
	relCount int                // relations numbered so far
	viewDeep int                // nesting of views being expanded
	ranked   bool
	locks    bool // rows are locked somewhere
	// functions are the created functions that each function name was found to have.
	functions map[string][]*catalog.Function
	// defaults are the columns' bound defaults: rows of VALUES share them.
	defaults map[*catalog.Column]plan.Expr
	notices  []*sqlerr.Error
	access   []*plan.Access // in the order in which it is asked
	damaged  error          // a bound of a partition that cannot be read

	// literalPos is where strings of type unknown stand: an error of their
	// input function points there, not at the construct that gave them a type.
	literalPos map[*plan.Const]int
	// sublinkNames are the columns that scalar subqueries yield: names of what holds them.
	sublinkNames map[*ast.SubLink]string
}

// objectUse is an object in the catalog of a clause.
type objectUse struct {
	id types.OID
	at *plan.Temporal
}

// viewDepthMax bounds the nesting of views.
const viewDepthMax = 64

func newBinder(ctx *Context, text string) *binder {
	s := &statement{ctx: ctx, seen: map[objectUse]bool{}, literalPos: map[*plan.Const]int{}, sublinkNames: map[*ast.SubLink]string{}, defaults: map[*catalog.Column]plan.Expr{}}
	s.params = newParams(ctx.ParamTypes)
	return &binder{statement: s, text: text, base: ctx.TextStart, path: ctx.SearchPath}
}

// source returns a binder for a text kept in the catalog, whose errors carry no position.
func (b *binder) source(path []string) *binder {
	if path == nil {
		path = b.path
	}
	return &binder{statement: b.statement, path: path, kept: true, as: b.as}
}

func (b *binder) format() *types.Format {
	if b.ctx.Format != nil {
		return b.ctx.Format
	}
	return types.DefaultFormat
}

// dependOn records that the plan depends on an object as of a moment.
func (b *binder) dependOn(id types.OID, m *moment) {
	use := objectUse{id, m.clauseOf()}
	if id == 0 || b.seen[use] {
		return
	}
	b.seen[use] = true
	b.objects = append(b.objects, plan.ObjectVersion{ID: id, Version: m.namesOr(b.ctx.Catalog).ObjectVersion(id), At: use.at})
}

// Bind compiles a SELECT, VALUES, INSERT, UPDATE, DELETE or MERGE. text is the
// user's text that positions of stmt point into.
func Bind(ctx *Context, stmt ast.Stmt, text string) (*Result, error) {
	b := newBinder(ctx, text)
	b.root = stmt
	if !ctx.Inner {
		b.own = stmt
	}
	q, err := b.bindStatement(stmt)
	if err == nil {
		err = b.bindUnread()
	}
	if err != nil {
		return nil, err
	}
	p, err := b.compile(q)
	if err != nil {
		return nil, err
	}
	p.Text = text
	return &Result{Plan: p, Names: b.uses, Functions: b.functionUses(), Past: b.past}, nil
}
