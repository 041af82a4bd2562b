package opt

import (
	"synapse/catalog"
	"synapse/exec/plan"
)

// Sizes tells how many rows a table holds now; nil functions and absent answers
// mean unknown. Estimates steer choices and never change results.
type Sizes interface {
	Rows(table *catalog.Table) (rows int, known bool)
}

// optimizer carries what the rules ask.
type optimizer struct {
	catalogs func(clause *plan.Temporal) *catalog.Catalog
	sizes    Sizes
	without  plan.Methods
	slots    int
	objects  map[indexUse]bool // indexes that the plan came to depend on
	reads    bool              // the plan neither changes nor locks rows: subqueries may become joins
}

// indexUse is an index in the catalog of a clause; nil is the statement's.
type indexUse struct {
	index *catalog.Index
	at    *plan.Temporal
}

// indexes are those that a scan's table has at the moment that is read.
func (o *optimizer) indexes(s *plan.Scan) []*catalog.Index {
	return o.catalogs(s.Temporal).Indexes(s.Table.ID)
}

func (o *optimizer) depend(s *plan.Scan, ix *catalog.Index) {
	o.objects[indexUse{ix, s.Temporal}] = true
}

// Optimize rewrites a plan; the given one stays as it is. catalogs gives the
// catalog that a clause AS OF is bound by, for nil the statement's; without are
// the methods that the session turned off.
func Optimize(catalogs func(clause *plan.Temporal) *catalog.Catalog, sizes Sizes, without plan.Methods, p *plan.Plan) *plan.Plan {
	if p.Root == nil {
		return p
	}
	o := &optimizer{catalogs: catalogs, sizes: sizes, without: without, slots: p.Slots, objects: map[indexUse]bool{}}
	o.reads = p.Command == plan.Select && p.ReadOnly && !locksRows(p.Root)
	n := *p
	n.Root = o.tree(p.Root)
	n.CTEs = append([]plan.CTE(nil), p.CTEs...)
	for i := range n.CTEs {
		n.CTEs[i].Input = o.tree(n.CTEs[i].Input)
		if n.CTEs[i].Recursive != nil {
			n.CTEs[i].Recursive = o.tree(n.CTEs[i].Recursive)
		}
	}
	n.Slots = o.slots
	n.Objects = append([]plan.ObjectVersion(nil), p.Objects...)
	for u := range o.objects {
		n.Objects = append(n.Objects, plan.ObjectVersion{ID: u.index.ID, Version: catalogs(u.at).ObjectVersion(u.index.ID), At: u.at})
	}
	n.Summary = plan.Summary(n.Root)
	return &n
}

// tree runs the rules over a tree and over the subqueries in its expressions.
func (o *optimizer) tree(n plan.Node) plan.Node {
	if o.reads {
		n = o.unnest(n)
	}
	n = mapExprs(n, o.subqueries)
	n = o.pushFilters(n)
	n = o.prunePartitions(n)
	n = o.chooseJoins(n)
	n = o.choosePaths(n)
	n = o.chooseOrder(n)
	n = reuseScores(n)
	return o.estimate(n)
}

// subqueries optimizes the plans inside an expression.
func (o *optimizer) subqueries(e plan.Expr) plan.Expr {
	e = plan.MapChildren(e, o.subqueries)
	if s, ok := e.(*plan.SubPlan); ok {
		c := *s
		c.Input = o.tree(s.Input)
		return &c
	}
	return e
}
