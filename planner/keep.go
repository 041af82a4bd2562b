package planner

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/planner/opt"
	"synapse/planner/parse"
)

// Kept is a plan that its owner keeps beside the text: of a statement in a
// function's body, whose names no other text shares. Used by one session.
type Kept struct {
	entry *cachedPlan
	sizes opt.Sizes
}

// Keep compiles a statement outside of the plan cache.
func (p *Planner) Keep(bc bind.Context, stmt parse.Statement) (*Kept, error) {
	if !Plannable(stmt.Stmt) {
		return nil, notPlannable(stmt.Stmt)
	}
	sizes := sizesFor(&bc, p.plans.sizes)
	bound, err := bind.Bind(&bc, stmt.Stmt, stmt.Text)
	if err != nil {
		return nil, err
	}
	bound.Plan = optimize(&bc, sizes, bound)
	cats := catalogs{own: bc.Catalog}
	for i := range bound.Past {
		cats.past = append(cats.past, bound.CatalogOf(bound.Past[i].Clause, bc.Catalog))
	}
	return &Kept{
		entry: &cachedPlan{bound: bound, tables: tablesOf(&cats, sizes, bound), valid: cats},
		sizes: sizes,
	}, nil
}

// Plan is the compiled statement.
func (k *Kept) Plan() *plan.Plan { return k.entry.bound.Plan }

// Valid reports whether the plan means the same in another catalog and is still
// as good as when it was made. One that reads several moments never is.
func (k *Kept) Valid(c *catalog.Catalog) bool {
	if len(k.entry.bound.Past) > 0 {
		return false
	}
	if k.entry.valid.own != c {
		cats := catalogs{own: c}
		if !k.entry.fits(&cats) {
			return false
		}
		k.entry.valid = cats
	}
	return !k.entry.outgrown(k.sizes)
}

// Cast compiles the conversion of parameter 1 as PL/pgSQL assigns it; nil where
// there is nothing to do.
func (p *Planner) Cast(bc bind.Context, from, to types.Type) (plan.Expr, error) {
	return bind.Cast(&bc, from, to)
}
