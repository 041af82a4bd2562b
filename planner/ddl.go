package planner

import (
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/ddl"
	"synapse/planner/parse"
)

// PlanDDL compiles a schema change. ctx.NewOID must draw from the transaction
// that will run the plan; ctx.Query is set here. Plans of schema changes are
// not cached.
func (p *Planner) PlanDDL(ctx ddl.Context, stmt parse.Statement) (*plan.Plan, error) {
	ctx.TextStart = stmt.Start
	ctx.Query = func(bc bind.Context, q ast.Stmt, text string) (*plan.Plan, error) {
		bc.Inner = true
		r, err := bind.Bind(&bc, q, text)
		if err != nil {
			return nil, err
		}
		return optimize(&bc, sizesFor(&bc, p.plans.sizes), r), nil
	}
	return ddl.Bind(&ctx, stmt.Stmt, stmt.Text)
}
