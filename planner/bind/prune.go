package bind

import (
	"synapse/exec/plan"
)

// eachExpr calls f for every expression of the query and of the queries in its
// FROM list and WITH list; not for those inside sublinks.
func (q *query) eachExpr(f func(plan.Expr)) {
	v := visitor{f: f}
	v.query(q)
}

// visitor walks the parts of queries. keep, if set, says whether a target of a
// query is wanted.
type visitor struct {
	f    func(plan.Expr)
	keep func(q *query, target int) bool
}

func (v *visitor) one(e plan.Expr) {
	if e != nil {
		v.f(e)
	}
}

func (v *visitor) list(exprs []plan.Expr) {
	for _, e := range exprs {
		v.one(e)
	}
}

func (v *visitor) query(q *query) {
	for i, t := range q.targets {
		if v.keep == nil || v.keep(q, i) {
			v.one(t.expr)
		}
	}
	v.one(q.where)
	v.one(q.having)
	v.one(q.limit)
	v.one(q.offset)
	if g := q.groups; g != nil {
		v.list(g.exprs)
		for _, a := range g.aggs {
			v.one(a)
		}
	}
	for _, w := range q.windows {
		w.each(v.one)
	}
	for _, row := range q.values {
		v.list(row)
	}
	if q.setOp != nil {
		for k := range q.setOp.sides {
			v.list(q.setOp.casts[k])
			v.node(q.setOp.sides[k])
		}
	}
	if q.change != nil {
		v.change(q.change)
	}
	v.node(q.from)
	for _, c := range q.ctes {
		v.cte(c)
	}
}

func (v *visitor) cte(c *cte) {
	if c.query != nil { // nil: it compiles as of other moments only
		v.query(c.query)
	}
	if c.recursive != nil {
		v.query(c.recursive)
	}
	for _, o := range c.others {
		v.cte(o)
	}
}

func (v *visitor) change(ch *change) {
	if ch.source != nil {
		v.query(ch.source)
	}
	for _, a := range ch.set {
		v.one(a.expr)
	}
	if c := ch.conflict; c != nil {
		for _, a := range c.set {
			v.one(a.expr)
		}
		v.one(c.where)
	}
	for _, a := range ch.actions {
		v.one(a.cond)
		for _, s := range a.set {
			v.one(s.expr)
		}
		v.list(a.values)
	}
	for _, t := range ch.returning {
		v.one(t.expr)
	}
	for _, c := range ch.dest.checks {
		v.one(c.cond)
	}
	v.one(ch.on)
	v.node(ch.sourceRel)
}

func (v *visitor) node(n joinNode) {
	switch n := n.(type) {
	case *join:
		v.one(n.cond)
		v.node(n.left)
		v.node(n.right)
	case *relation:
		for i := range n.calls {
			v.one(n.calls[i].Expr)
			v.list(n.calls[i].Args)
		}
		if n.sample != nil {
			v.one(n.sample.percent)
			v.one(n.sample.seed)
		}
		if n.query != nil {
			v.query(n.query)
		}
	}
}

// deep visits e, its subexpressions, and the queries inside its sublinks.
func deep(e plan.Expr, f func(plan.Expr)) {
	walk(e, func(x plan.Expr) bool {
		f(x)
		if s, ok := x.(*sublink); ok {
			s.q.eachExpr(func(y plan.Expr) { deep(y, f) })
		}
		return true
	})
}

func containsDeep(e plan.Expr, is func(plan.Expr) bool) bool {
	found := false
	deep(e, func(x plan.Expr) { found = found || is(x) })
	return found
}

// prune marks the columns of relations that anything needs, so that scans and
// subqueries produce no others. It repeats until nothing changes, because a
// subquery's target that is needed makes more columns needed below it.
func prune(root *query) {
	p := &pruner{wanted: map[*query]map[int]bool{}}
	p.all(root)
	for p.changed = true; p.changed; {
		p.changed = false
		p.root(root)
	}
	for q, w := range p.wanted {
		q.wanted = w
	}
}

type pruner struct {
	wanted  map[*query]map[int]bool
	changed bool
}

// all asks for every target of a query.
func (p *pruner) all(q *query) {
	for i := range q.targets {
		p.want(q, i)
	}
}

func (p *pruner) want(q *query, target int) {
	w := p.wanted[q]
	if w == nil {
		w = map[int]bool{}
		p.wanted[q] = w
	}
	if !w[target] {
		w[target] = true
		p.changed = true
	}
}

func (p *pruner) use(r *relation, col int) {
	if !r.used[col] {
		r.used[col] = true
		p.changed = true
	}
}

func (p *pruner) root(q *query) {
	v := visitor{keep: p.keep}
	v.f = func(e plan.Expr) { p.expr(&v, e) }
	v.query(q)
	p.structure(q)
}

func (p *pruner) expr(v *visitor, e plan.Expr) {
	walk(e, func(x plan.Expr) bool {
		switch x := x.(type) {
		case *variable:
			p.use(x.rel, x.col)
			if x.rel.query != nil && x.col >= 0 {
				p.want(x.rel.query, x.col)
			}
			if x.rel.cte != nil && x.rel.kind == relCTE {
				p.want(x.rel.cte.query, x.col)
			}
		case *sublink:
			if x.kind != plan.Exists {
				p.all(x.q)
			}
			v.query(x.q)
			p.structure(x.q)
		}
		return true
	})
}

// keep decides about one target: junk and what decides about rows always stays.
func (p *pruner) keep(q *query, i int) bool {
	if p.wanted[q] == nil {
		p.wanted[q] = map[int]bool{} // seen: nothing wanted is not everything wanted
	}
	if p.wanted[q][i] {
		return true
	}
	if q.distinct || q.targets[i].junk || q.values != nil || containsDeep(q.targets[i].expr, func(e plan.Expr) bool { return isVolatile(e) || isSetCall(e) }) {
		p.want(q, i)
		return true
	}
	for _, s := range q.sort {
		if s.target == i {
			p.want(q, i)
			return true
		}
	}
	for _, on := range q.distinctOn {
		if on == i {
			p.want(q, i)
			return true
		}
	}
	return false
}

// structure marks what the shape of a query needs, below it too.
func (p *pruner) structure(q *query) {
	for _, l := range q.locks {
		for _, col := range []int{l.rowID, l.version} {
			p.needed(l.rel, col)
		}
		if l.base.family != nil {
			p.needed(l.rel, l.table)
		}
	}
	if q.setOp != nil {
		for _, side := range q.setOp.sides {
			p.all(side.query)
			p.structure(side.query)
		}
	}
	for _, c := range q.ctes {
		p.cte(c)
	}
	if ch := q.change; ch != nil {
		p.change(ch)
	}
	p.node(q.from)
}

// needed marks a column of a relation, and what a subquery computes it of.
func (p *pruner) needed(r *relation, col int) {
	p.use(r, col)
	if r.query != nil && col >= 0 {
		p.want(r.query, col)
	}
}

// useTable marks the table of each row, where the relation reads several.
func (p *pruner) useTable(r *relation) {
	if r.family != nil {
		p.use(r, plan.SysTableOID)
	}
}

func (p *pruner) cte(c *cte) {
	if c.query != nil {
		if !c.inlinable() {
			p.all(c.query)
		}
		p.structure(c.query)
	}
	if c.recursive != nil {
		p.all(c.recursive)
		p.structure(c.recursive)
	}
	for _, o := range c.others {
		p.cte(o)
	}
}

func (p *pruner) change(ch *change) {
	if ch.source != nil {
		p.all(ch.source)
		p.structure(ch.source)
		return
	}
	for i := range ch.rel.cols {
		p.needed(ch.rel, i)
	}
	if ch.dest.instead {
		return // the rows of a view have no identity
	}
	p.use(ch.rel, plan.SysRowID)
	p.use(ch.rel, plan.SysVersion)
	p.useTable(ch.rel)
	p.node(ch.sourceRel)
}

func (p *pruner) node(n joinNode) {
	switch n := n.(type) {
	case *join:
		p.node(n.left)
		p.node(n.right)
	case *relation:
		if n.query != nil {
			p.structure(n.query)
		}
	}
}
