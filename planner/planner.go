package planner

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/opt"
	"synapse/planner/parse"
)

// Planner compiles statements through its caches. Safe for concurrent use.
type Planner struct {
	trees  *parse.Cache
	plans  *planCache
	tables *tableCache
}

// Cache sizes.
const (
	treeCacheBytes = 32 << 20
	planCacheBytes = 64 << 20
)

// New makes a planner with empty caches.
func New() *Planner {
	return &Planner{trees: parse.NewCache(treeCacheBytes), plans: newPlanCache(planCacheBytes), tables: newTableCache()}
}

// UseSizes gives the optimizer the tables' sizes. Call it before the first Plan.
func (p *Planner) UseSizes(s opt.Sizes) { p.plans.sizes = s }

// Parse splits a query text into statements through the tree cache.
func (p *Planner) Parse(sql string) ([]parse.Statement, error) { return p.trees.Parse(sql) }

// Plan compiles a query or a data change (see Plannable); schema changes are
// PlanDDL's. The plan may come from the cache. slots are the values of the long
// literals that the statement's tree leaves out: the last parameters of the plan.
func (p *Planner) Plan(_ context.Context, bc bind.Context, stmt parse.Statement) (pl *plan.Plan, slots []types.Value, err error) {
	if !Plannable(stmt.Stmt) {
		return nil, nil, notPlannable(stmt.Stmt)
	}
	if len(stmt.Slots) > 0 {
		return p.planSlotted(&bc, stmt)
	}
	pl, err = p.plans.get(&bc, stmt)
	return pl, nil, err
}

// Plannable reports whether a statement compiles to a tree of plan nodes; the
// others are schema changes and commands of the session.
func Plannable(stmt ast.Stmt) bool {
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		return s.Into == nil
	case *ast.InsertStmt, *ast.UpdateStmt, *ast.DeleteStmt, *ast.MergeStmt:
		return true
	}
	return false
}

func notPlannable(stmt ast.Stmt) error { return sqlerr.Internal("planner: %T has no plan tree", stmt) }

// TableInfo compiles a table's checks, generated columns and defaults, once per
// version of the table and its indexes.
func (p *Planner) TableInfo(_ context.Context, bc bind.Context, t *catalog.Table) (*plan.TableInfo, error) {
	return p.tables.get(&bc, t)
}

// IndexExprs compiles an index's key expressions and predicate (nil if none)
// over the table's row: Col i is Table.Columns[i].
func (p *Planner) IndexExprs(c *catalog.Catalog, t *catalog.Table, ix *catalog.Index) (keys []plan.Expr, predicate plan.Expr, err error) {
	return bind.IndexExprs(&bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}}, t, ix)
}

// ExclusionExprs compiles the operators of an exclusion constraint: see bind.ExclusionExprs.
func (p *Planner) ExclusionExprs(c *catalog.Catalog, ix *catalog.Index) ([]plan.Expr, error) {
	return bind.ExclusionExprs(&bind.Context{Catalog: c, SearchPath: []string{"pg_catalog", "public"}}, ix)
}

// CopyCondition binds the condition of COPY FROM … WHERE over the table's row: Col i is
// Table.Columns[i]. Errors: 0A000 for subqueries and for generated columns, which have no value yet.
func (p *Planner) CopyCondition(bc bind.Context, t *catalog.Table, e ast.Expr, text string) (plan.Expr, error) {
	x, err := bind.TableExpr(&bc, t, nil, e, bind.CopyCondition, text)
	if err != nil {
		return nil, err
	}
	plan.WalkExpr(x, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Col); ok && t.Columns[c.Index].Generated != "" {
			err = sqlerr.New(sqlerr.InvalidColumnReference, "generated columns are not supported in COPY FROM WHERE conditions").
				WithDetail("Column \"%s\" is a generated column.", c.Name)
		}
		return err == nil
	})
	return x, err
}

// ResolveTable finds the table that a reference names.
func (p *Planner) ResolveTable(bc bind.Context, ref *ast.TableRef) (*catalog.Table, error) {
	return bind.ResolveTable(&bc, ref, "")
}

// ResolveType resolves a type name with its modifiers.
func (p *Planner) ResolveType(bc bind.Context, n *ast.TypeName) (types.Type, error) {
	return bind.TypeOf(&bc, n, "")
}

// Temporal binds a time travel clause outside of a query. Its expressions are
// timestamptz (uuid for AS OF QUERY) without columns.
func (p *Planner) Temporal(bc bind.Context, period *ast.Period) (*plan.Temporal, error) {
	return bind.Temporal(&bc, period, "")
}

// Call resolves the procedure of CALL and binds its arguments; those for OUT
// parameters are nil, for they are not evaluated.
func (p *Planner) Call(bc bind.Context, call *ast.FuncCall, text string) (*catalog.Function, []plan.Expr, error) {
	return bind.Procedure(&bc, call, text)
}

// Argument binds an expression without columns as a value of a type: EXECUTE's arguments.
func (p *Planner) Argument(bc bind.Context, e ast.Expr, want types.Type) (plan.Expr, error) {
	return bind.Argument(&bc, e, want, "")
}
