package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// lowerer turns bound queries into plan nodes.
type lowerer struct {
	b        *binder
	slots    int
	subplans int
	rtis     map[*relation]int
	rtiCount int
	ctes     []plan.CTE
	cteIndex map[cteKey]int
	current  *temporal // of the query that is being lowered: its sublinks inherit it
	err      error     // the first error
}

// cteKey: a WITH query read AS OF another moment is computed apart.
type cteKey struct {
	cte    *cte
	system *plan.Temporal
	valid  *validPeriod
}

// compile makes the plan of a bound statement.
func (b *binder) compile(q *query) (*plan.Plan, error) {
	prune(q)
	l := &lowerer{b: b, rtis: map[*relation]int{}, cteIndex: map[cteKey]int{}}
	p := &plan.Plan{ReadOnly: true}
	var outer *temporal
	if t := q.temporal; t != nil && !b.ctx.Inner {
		p.AsOf = t.system
		outer = &temporal{valid: t.valid}
		q.temporal = nil
	}
	p.Root = l.query(q, nil, outer)
	if l.err != nil {
		return nil, l.err
	}
	cols := q.output()
	if q.change != nil {
		p.Command = q.change.command
	}
	if q.change == nil || q.change.returning != nil {
		p.Columns = make([]plan.OutColumn, len(cols))
		for i, c := range cols {
			p.Columns[i] = plan.OutColumn{Name: c.name, Type: c.typ, Table: c.table, Attr: c.attr}
		}
	}
	var params []types.Type
	if b.ctx.Variables == nil { // a function's variables have their types already
		var err error
		if params, err = b.params.result(); err != nil {
			return nil, err
		}
	}
	p.Params, p.CTEs, p.Slots, p.Objects, p.Ranked, p.Notices = params, l.ctes, l.slots, b.objects, b.ranked, b.notices
	p.Access = b.access
	for _, past := range b.past {
		p.Moments = append(p.Moments, past.Clause)
	}
	p.ReadOnly = q.change == nil && !q.modifies() && !b.locks
	return p, nil
}

// modifies reports a data change in WITH.
func (q *query) modifies() bool {
	for _, c := range q.ctes {
		if c.modifying {
			return true
		}
	}
	return false
}

func (l *lowerer) fail(err error) plan.Expr {
	if l.err == nil {
		l.err = err
	}
	return nullConst(types.Text)
}

// temporal lowers the expressions of a clause, which have no columns.
func (l *lowerer) temporal(kind plan.TemporalKind, from, to plan.Expr) *plan.Temporal {
	return &plan.Temporal{Kind: kind, A: l.optional(from, emptyLayout(), nil), B: l.optional(to, emptyLayout(), nil)}
}

// query lowers a query to a node whose columns are its visible targets.
func (l *lowerer) query(q *query, fr *frame, outer *temporal) plan.Node {
	tm := q.temporal.within(outer)
	was := l.current
	l.current = tm
	defer func() { l.current = was }()
	for _, c := range q.ctes {
		if c.modifying {
			l.materialize(c, tm)
		}
	}
	switch {
	case q.change != nil:
		return l.change(q, fr, tm)
	case q.values != nil:
		return l.values(q, fr)
	case q.setOp != nil:
		return l.setOp(q.setOp, fr, tm)
	}
	return l.plain(q, fr, tm)
}

// plain lowers SELECT … FROM ….
func (l *lowerer) plain(q *query, fr *frame, tm *temporal) plan.Node {
	node, ly := l.from(q.from, fr, tm)
	node = l.filter(node, q.where, ly, fr)
	if q.groups != nil {
		node, ly = l.sets(q.groups.exprs, node, ly, fr)
		node, ly = l.aggregate(q, node, ly, fr)
		node = l.filter(node, q.having, ly, fr)
	}
	node, ly = l.windows(q, node, ly, fr)
	node, ly = l.sets(q.targetExprs(), node, ly, fr)
	if q.projectsFirst() {
		return l.projectThenSort(q, node, ly, fr)
	}
	return l.sortThenProject(q, node, ly, fr)
}

func (l *lowerer) filter(node plan.Node, cond plan.Expr, ly *layout, fr *frame) plan.Node {
	if cond == nil {
		return node
	}
	return &plan.Filter{Input: node, Cond: l.expr(cond, ly, fr)}
}

// target lowers target i; one that nothing needs is NULL.
func (l *lowerer) target(q *query, i int, ly *layout, fr *frame) plan.Expr {
	t := q.targets[i]
	if q.wanted != nil && !q.wanted[i] && !t.junk {
		return nullConst(t.expr.Type())
	}
	return l.whole(t.expr, ly, fr)
}

// whole lowers a target's whole expression. A constant that is also a grouping
// expression is NULL in the grouping sets without it; one inside of another
// expression is no grouping expression but itself.
func (l *lowerer) whole(e plan.Expr, ly *layout, fr *frame) plan.Expr {
	if _, ok := e.(*plan.Const); ok {
		if i, ok := ly.exprs[key(e)]; ok {
			return &plan.Col{Index: i, Typ: e.Type(), Name: e.String()}
		}
	}
	return l.expr(e, ly, fr)
}

// projectsFirst reports that the targets must be computed below DISTINCT and
// ORDER BY. Otherwise they are computed last, for the rows that LIMIT lets
// through only.
func (q *query) projectsFirst() bool {
	if q.distinct || len(q.distinctOn) > 0 {
		return true
	}
	for _, s := range q.sort {
		t := q.targets[s.target]
		if containsDeep(t.expr, isVolatile) || q.limit == nil && !t.junk && !isVariable(t.expr) {
			return true
		}
	}
	return false
}

func (l *lowerer) sortThenProject(q *query, node plan.Node, ly *layout, fr *frame) plan.Node {
	var keys []plan.SortKey
	for _, s := range q.sort {
		k := s.key
		k.Expr = l.whole(q.targets[s.target].expr, ly, fr)
		keys = append(keys, k)
	}
	if len(keys) > 0 {
		node = &plan.Sort{Input: node, Keys: keys}
	}
	node = l.lockRows(q, node, ly)
	node = l.limit(q, node, keys, fr)
	exprs := make([]plan.Expr, len(q.visible()))
	for i := range exprs {
		exprs[i] = l.target(q, i, ly, fr)
	}
	return project(node, exprs, ly.width)
}

func (l *lowerer) projectThenSort(q *query, node plan.Node, ly *layout, fr *frame) plan.Node {
	node = l.lockRows(q, node, ly)
	exprs := make([]plan.Expr, len(q.targets))
	for i := range exprs {
		exprs[i] = l.target(q, i, ly, fr)
	}
	node = project(node, exprs, ly.width)
	out := func(i int) plan.Expr { return &plan.Col{Index: i, Typ: exprs[i].Type(), Name: q.targets[i].name} }
	if q.distinct {
		node = &plan.Distinct{Input: node}
	}
	var keys []plan.SortKey
	for _, s := range q.sort {
		k := s.key
		k.Expr = out(s.target)
		keys = append(keys, k)
	}
	if len(keys) > 0 {
		node = &plan.Sort{Input: node, Keys: keys}
	}
	if len(q.distinctOn) > 0 {
		d := &plan.Distinct{Input: node}
		for _, i := range q.distinctOn {
			d.On = append(d.On, out(i))
		}
		node = d
	}
	node = l.limit(q, node, keys, fr)
	visible := make([]plan.Expr, len(q.visible()))
	for i := range visible {
		visible[i] = out(i)
	}
	return project(node, visible, len(exprs))
}

// project puts a Project over node unless it would change nothing.
func project(node plan.Node, exprs []plan.Expr, width int) plan.Node {
	same := len(exprs) == width
	for i, e := range exprs {
		c, ok := e.(*plan.Col)
		same = same && ok && c.Index == i
	}
	if same {
		return node
	}
	return &plan.Project{Input: node, Exprs: exprs}
}

func (l *lowerer) limit(q *query, node plan.Node, keys []plan.SortKey, fr *frame) plan.Node {
	if q.limit == nil && q.offset == nil {
		return node
	}
	n := &plan.Limit{Input: node, Limit: l.optional(q.limit, emptyLayout(), fr), Offset: l.optional(q.offset, emptyLayout(), fr)}
	if q.withTies {
		n.WithTies = keys
	}
	return n
}

// lockPolicies maps ast.LockWait to storage.WaitPolicy.
var lockPolicies = [...]uint8{0, 2, 1}

func (l *lowerer) lockRows(q *query, node plan.Node, ly *layout) plan.Node {
	if len(q.locks) == 0 {
		return node
	}
	n := &plan.LockRows{Input: node}
	for _, k := range q.locks {
		row, ok := ly.vars[varKey{k.rel, k.rowID}]
		if !ok {
			l.fail(sqlerr.Internal("bind: locked relation %s has no row id", k.rel.name()))
			return node
		}
		n.Targets = append(n.Targets, plan.LockTarget{
			RTI: l.rtis[k.base], RowIDCol: row, VersionCol: ly.vars[varKey{k.rel, k.version}],
			Strength: k.strength, Policy: lockPolicies[k.policy],
		})
		if k.base.family != nil {
			n.Targets[len(n.Targets)-1].TableCol = 1 + ly.vars[varKey{k.rel, k.table}]
		}
	}
	return n
}

// values lowers literal rows.
func (l *lowerer) values(q *query, fr *frame) plan.Node {
	n := &plan.Values{Rows: make([][]plan.Expr, len(q.values))}
	for i, row := range q.values {
		n.Rows[i] = make([]plan.Expr, len(row))
		for j, e := range row {
			n.Rows[i][j] = l.expr(e, emptyLayout(), fr)
		}
	}
	for _, t := range q.targets {
		n.Cols = append(n.Cols, t.expr.Type())
	}
	return n
}

// setOp lowers both arms; UNION ALL appends, flattening its arms' own appends.
func (l *lowerer) setOp(op *setOp, fr *frame, tm *temporal) plan.Node {
	var arms [2]plan.Node
	for k, side := range op.sides {
		node := l.query(side.query, fr, tm)
		ly := relLayout(side)
		exprs := make([]plan.Expr, len(op.casts[k]))
		for i, e := range op.casts[k] {
			exprs[i] = l.expr(e, ly, fr)
		}
		arms[k] = project(node, exprs, ly.width)
	}
	if op.kind == plan.Union && op.all {
		var inputs []plan.Node
		for _, arm := range arms {
			if a, ok := arm.(*plan.Append); ok {
				inputs = append(inputs, a.Inputs...)
			} else {
				inputs = append(inputs, arm)
			}
		}
		return &plan.Append{Inputs: inputs}
	}
	return &plan.SetOp{Kind: op.kind, All: op.all, Left: arms[0], Right: arms[1]}
}

// relLayout is the layout of rows that are just a relation's columns.
func relLayout(r *relation) *layout {
	ly := emptyLayout()
	for i := range r.cols {
		ly.vars[varKey{r, i}] = i
	}
	ly.width = len(r.cols)
	return ly
}
