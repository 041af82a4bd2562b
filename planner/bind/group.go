package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// groupingSetsMax is PostgreSQL's bound on grouping sets.
const groupingSetsMax = 4096

// groupBy binds GROUP BY. The grouping expressions are kept unique; sets are
// indexes into them.
func (b *binder) groupBy(s *scope, q *query, stmt *ast.SelectStmt) error {
	if len(stmt.GroupBy) == 0 {
		return nil
	}
	q.groups = &groups{}
	sets := [][]int{{}}
	plain := true
	for _, e := range stmt.GroupBy {
		if g, ok := e.(*ast.GroupingSet); ok && g.Kind != ast.GroupingSimple {
			plain = false
		}
		more, err := b.groupingItem(s, q, e)
		if err != nil {
			return err
		}
		if sets = crossSets(sets, more); len(sets) > groupingSetsMax {
			return b.errorf(sqlerr.StatementTooComplex, e.Pos(), "too many grouping sets present (maximum %d)", groupingSetsMax)
		}
	}
	if !plain {
		if stmt.GroupDistinct {
			sets = uniqueSets(sets)
		}
		q.groups.sets = sets
	}
	return nil
}

// crossSets joins every set of a with every set of b.
func crossSets(a, b [][]int) [][]int {
	var out [][]int
	for _, x := range a {
		for _, y := range b {
			set := append([]int(nil), x...)
			for _, i := range y {
				set = addIndex(set, i)
			}
			out = append(out, set)
		}
	}
	return out
}

func addIndex(set []int, i int) []int {
	for _, have := range set {
		if have == i {
			return set
		}
	}
	return append(set, i)
}

func uniqueSets(sets [][]int) [][]int {
	var out [][]int
next:
	for _, s := range sets {
		for _, have := range out {
			if len(have) == len(s) && len(crossSets([][]int{have}, [][]int{s})[0]) == len(s) {
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

// groupingItem binds one item of GROUP BY and returns the sets it stands for.
func (b *binder) groupingItem(s *scope, q *query, e ast.Expr) ([][]int, error) {
	switch g := e.(type) {
	case *ast.RowExpr:
		if !g.Explicit {
			set, err := b.groupingList(s, q, g.Args)
			return [][]int{set}, err
		}
	case *ast.GroupingSet:
		return b.groupingSet(s, q, g)
	}
	i, err := b.groupingExpr(s, q, e)
	return [][]int{{i}}, err
}

// groupingList binds the expressions of (a, b).
func (b *binder) groupingList(s *scope, q *query, list []ast.Expr) ([]int, error) {
	var set []int
	for _, e := range list {
		i, err := b.groupingExpr(s, q, e)
		if err != nil {
			return nil, err
		}
		set = addIndex(set, i)
	}
	return set, nil
}

func (b *binder) groupingSet(s *scope, q *query, g *ast.GroupingSet) ([][]int, error) {
	switch g.Kind {
	case ast.GroupingEmpty:
		return [][]int{{}}, nil
	case ast.GroupingSimple:
		set, err := b.groupingList(s, q, g.Content)
		return [][]int{set}, err
	case ast.GroupingSets:
		var out [][]int
		for _, e := range g.Content {
			more, err := b.groupingItem(s, q, e)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		return out, nil
	}
	parts := make([][]int, len(g.Content))
	for i, e := range g.Content {
		sets, err := b.groupingItem(s, q, e)
		if err != nil {
			return nil, err
		}
		parts[i] = sets[0]
	}
	if g.Kind == ast.GroupingRollup {
		out := make([][]int, 0, len(parts)+1)
		for n := len(parts); n >= 0; n-- {
			out = append(out, joinSets(parts[:n]))
		}
		return out, nil
	}
	if len(parts) > 12 {
		return nil, b.errorf(sqlerr.TooManyColumns, g.Pos(), "CUBE is limited to 12 elements")
	}
	var out [][]int
	for mask := 1<<len(parts) - 1; mask >= 0; mask-- {
		var chosen [][]int
		for i := range parts {
			if mask&(1<<(len(parts)-1-i)) != 0 {
				chosen = append(chosen, parts[i])
			}
		}
		out = append(out, joinSets(chosen))
	}
	return out, nil
}

func joinSets(parts [][]int) []int {
	set := []int{}
	for _, p := range parts {
		for _, i := range p {
			set = addIndex(set, i)
		}
	}
	return set
}

// groupingExpr binds one grouping expression and returns its index.
func (b *binder) groupingExpr(s *scope, q *query, e ast.Expr) (int, error) {
	ti, err := b.targetFor(s, q, e, clauseGroupBy)
	if err != nil {
		return 0, err
	}
	t := q.targets[ti]
	if t.expr, err = b.resolveUnknown(t.expr, t.pos); err != nil {
		return 0, err
	}
	if pos := aggregateOf(t.expr, s); pos >= 0 {
		return 0, b.errorf(sqlerr.GroupingError, pos, "aggregate functions are not allowed in GROUP BY")
	}
	if contains(t.expr, isWindowed) {
		return 0, b.errorf(sqlerr.WindowingError, startOf(e), "window functions are not allowed in GROUP BY")
	}
	if builtin.Equality(t.expr.Type().OID) == nil {
		return 0, b.noEquality(t.expr.Type().OID, startOf(e))
	}
	for i, have := range q.groups.exprs {
		if sameExpr(have, t.expr) {
			return i, nil
		}
	}
	q.groups.exprs = append(q.groups.exprs, t.expr)
	return len(q.groups.exprs) - 1, nil
}

// aggregateOf is the position of the first aggregate or GROUPING() in e that
// level s computes, or -1.
func aggregateOf(e plan.Expr, s *scope) int {
	pos := -1
	walk(e, func(x plan.Expr) bool {
		switch x := x.(type) {
		case *aggregate:
			if x.owner == s && pos < 0 {
				pos = x.pos
			}
		case *grouping:
			if x.owner == s && pos < 0 {
				pos = x.pos
			}
		}
		return pos < 0
	})
	return pos
}

// groupingCall binds GROUPING(…); its arguments are checked against GROUP BY later.
func (b *binder) groupingCall(s *scope, e *ast.GroupingCall) (plan.Expr, error) {
	if rule, known := clauseRules[s.clause]; known && !rule.aggs {
		return nil, b.errorf(sqlerr.GroupingError, e.Pos(), "grouping operations are not allowed in %s", rule.name)
	}
	args, err := b.exprs(s, e.Args)
	if err != nil {
		return nil, err
	}
	s.hasAggs = true
	g := &grouping{args: args, owner: s, pos: e.Pos()}
	for _, a := range e.Args {
		g.argPos = append(g.argPos, startOf(a))
	}
	return g, nil
}

// gatherAggregates collects the level's aggregates and checks that everything
// else is grouped.
func (b *binder) gatherAggregates(s *scope, q *query, stmt *ast.SelectStmt) error {
	if q.groups == nil {
		if !s.hasAggs && q.having == nil {
			return nil
		}
		q.groups = &groups{}
	}
	g := &grouper{b: b, s: s, q: q, keys: map[string]bool{}, aggKeys: map[string]bool{}}
	for _, e := range q.groups.exprs {
		g.keys[key(e)] = true
	}
	for _, t := range q.targets {
		g.check(t.expr)
	}
	g.check(q.having)
	for _, w := range q.windows {
		w.each(g.check)
	}
	if g.err == nil && len(q.groups.aggs) > 0 && readsWork(q.from) {
		g.err = b.errorf(sqlerr.InvalidRecursion, q.groups.aggs[0].pos, "aggregate functions are not allowed in a recursive query's recursive term")
	}
	return g.err
}

// readsWork reports whether a recursive query's own rows are in a FROM tree.
func readsWork(n joinNode) bool {
	switch n := n.(type) {
	case *relation:
		return n.kind == relWork
	case *join:
		return readsWork(n.left) || readsWork(n.right)
	}
	return false
}

// grouper checks the expressions above an aggregation.
type grouper struct {
	b       *binder
	s       *scope
	q       *query
	keys    map[string]bool
	aggKeys map[string]bool
	sub     bool // inside a subquery
	direct  bool // inside the direct arguments of an ordered-set aggregate
	err     error
}

func (g *grouper) check(e plan.Expr) {
	walk(e, func(x plan.Expr) bool {
		if g.err != nil {
			return false
		}
		if _, isConst := x.(*plan.Const); !isConst && len(g.keys) > 0 && g.keys[key(x)] {
			return false
		}
		switch x := x.(type) {
		case *aggregate:
			if x.owner == g.s {
				g.add(x)
				return false
			}
		case *grouping:
			if x.owner == g.s {
				g.grouping(x)
				return false
			}
		case *variable:
			if x.rel.scope == g.s {
				g.ungrouped(x)
			}
		case *sublink:
			was := g.sub
			g.sub = true
			x.q.eachExpr(g.check)
			g.sub = was
		}
		return true
	})
}

func (g *grouper) add(a *aggregate) {
	if k := key(a); !g.aggKeys[k] {
		g.aggKeys[k] = true
		for _, x := range a.Direct {
			g.direct = true
			g.check(x)
			g.direct = false
		}
		g.q.groups.aggs = append(g.q.groups.aggs, a)
	}
}

func (g *grouper) grouping(x *grouping) {
	for i, a := range x.args {
		if !g.keys[key(a)] {
			g.err = g.b.errorf(sqlerr.GroupingError, x.argPos[i], "arguments to GROUPING must be grouping expressions of the associated query level")
			return
		}
	}
	g.q.groups.calls = append(g.q.groups.calls, x)
}

// ungrouped: a column that depends on a grouped primary key joins the keys.
func (g *grouper) ungrouped(v *variable) {
	if g.dependent(v) {
		plain := g.q.groups.sets == nil
		if plain {
			g.keys[key(v)] = true
			g.q.groups.exprs = append(g.q.groups.exprs, v)
			return
		}
	}
	if g.sub {
		g.err = g.b.errorf(sqlerr.GroupingError, v.pos, "subquery uses ungrouped column \"%s\" from outer query", v.String())
		return
	}
	err := g.b.errorf(sqlerr.GroupingError, v.pos, "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", v.String())
	if g.direct {
		err = err.WithDetail("Direct arguments of an ordered-set aggregate must use only grouped columns.")
	}
	g.err = err
}

func (g *grouper) dependent(v *variable) bool {
	if v.rel.table == nil || v.rel.kind != relTable {
		return false
	}
	pk := v.rel.table.PrimaryKey()
	if pk == nil {
		return false
	}
	g.b.dependOn(v.rel.table.ID, v.rel.at)
	return g.coversKey(v.rel, pk)
}

func (g *grouper) coversKey(rel *relation, pk *catalog.Constraint) bool {
	for _, ord := range pk.Columns {
		if !g.keys[key(rel.column(ord-1, -1))] {
			return false
		}
	}
	return true
}
