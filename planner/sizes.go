package planner

import (
	"synapse/catalog"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/planner/opt"
)

// tableUse is what a cached plan assumed about a table.
type tableUse struct {
	table   *catalog.Table
	at      *plan.Temporal // the clause in whose catalog it is; nil: the statement's
	indexes []*catalog.Index
	rows    int
	known   bool
}

// A plan is made anew when a table's size has changed by this factor, and by
// at least this many rows: below that no choice changes.
const (
	outgrownFactor = 8
	outgrownRows   = 1000
)

// sizesFor are the sizes that may shape a plan: for one who is bound to
// namespaces not those of tables in which others have rows.
func sizesFor(ctx *bind.Context, sizes opt.Sizes) opt.Sizes {
	if !ctx.Bound || sizes == nil {
		return sizes
	}
	return ownSizes{sizes}
}

type ownSizes struct{ all opt.Sizes }

func (s ownSizes) Rows(t *catalog.Table) (rows int, known bool) {
	if t.BoundColumn() != 0 {
		return 0, false
	}
	return s.all.Rows(t)
}

// tablesOf lists the stored tables that a plan depends on.
func tablesOf(cats *catalogs, sizes opt.Sizes, bound *bind.Result) []tableUse {
	var out []tableUse
	for _, o := range bound.Plan.Objects {
		cat := cats.of(bound, o.At)
		t := cat.Table(o.ID)
		if t == nil || t.Virtual {
			continue
		}
		u := tableUse{table: t, at: o.At, indexes: cat.Indexes(t.ID)}
		if sizes != nil {
			u.rows, u.known = sizes.Rows(t)
		}
		out = append(out, u)
	}
	return out
}

// outgrown reports that a table is no longer of the size that the plan was made for.
func (e *cachedPlan) outgrown(sizes opt.Sizes) bool {
	if sizes == nil {
		return false
	}
	for i := range e.tables {
		u := &e.tables[i]
		rows, known := sizes.Rows(u.table)
		if known != u.known || rows > outgrownFactor*u.rows+outgrownRows || u.rows > outgrownFactor*rows+outgrownRows {
			return true
		}
	}
	return false
}
