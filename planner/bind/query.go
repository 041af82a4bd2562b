package bind

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// query is a bound query level: a SELECT, VALUES, a set operation, or a data
// change with RETURNING. Expressions still hold the binder's own forms.
type query struct {
	scope *scope

	from    joinNode // nil: no FROM
	where   plan.Expr
	groups  *groups // nil: neither GROUP BY nor aggregates
	having  plan.Expr
	windows []*window
	targets []*entry // visible ones, then those that only ORDER BY and its kin need

	distinct   bool
	distinctOn []int // targets
	sort       []sortItem
	limit      plan.Expr
	offset     plan.Expr
	withTies   bool
	locks      []lock

	values [][]plan.Expr
	setOp  *setOp
	change *change

	ctes     []*cte
	temporal *temporal // AS OF of this query and all within it

	wanted map[int]bool // targets that something needs; set by prune
}

// entry is one item of a target list.
type entry struct {
	expr  plan.Expr
	name  string
	junk  bool // not part of the result
	table types.OID
	attr  int
	pos   int
}

// sortItem orders by a target.
type sortItem struct {
	target int
	key    plan.SortKey // without Expr
}

// groups is GROUP BY with the aggregates of the level.
type groups struct {
	exprs []plan.Expr
	sets  [][]int // nil: one set of all
	aggs  []*aggregate
	calls []*grouping
}

// setOp is the body of UNION, INTERSECT and EXCEPT. sides stand for the arms;
// casts turn an arm's columns into the common types.
type setOp struct {
	kind  plan.SetOpKind
	all   bool
	sides [2]*relation
	casts [2][]plan.Expr
	cols  []relColumn
}

// change is the body of INSERT, UPDATE, DELETE and MERGE.
type change struct {
	command   plan.Command
	dest      *destination
	rel       *relation // dest's table
	table     *catalog.Table
	source    *query // INSERT: its rows, one column per Table.Columns
	set       []assignment
	conflict  *conflict
	actions   []mergeAction
	sourceRel joinNode // MERGE
	on        plan.Expr
	returning []*entry
}

func newChange(cmd plan.Command, d *destination) *change {
	return &change{command: cmd, dest: d, rel: d.rel, table: d.table()}
}

// assignment is one SET column = expr; ord is the column's 1-based position.
type assignment struct {
	ord  int
	expr plan.Expr
}

// visible returns the targets that are part of the result.
func (q *query) visible() []*entry {
	n := len(q.targets)
	for n > 0 && q.targets[n-1].junk {
		n--
	}
	return q.targets[:n]
}

// output describes the query's result columns.
func (q *query) output() []relColumn {
	if q.setOp != nil {
		return q.setOp.cols
	}
	list := q.visible()
	if q.change != nil {
		list = q.change.returning
	}
	out := make([]relColumn, len(list))
	for i, t := range list {
		out[i] = relColumn{name: t.name, typ: t.expr.Type(), fields: recordFields(t.expr), table: t.table, attr: t.attr}
	}
	return out
}
