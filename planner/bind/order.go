package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// targetFor finds the target that an item of ORDER BY, GROUP BY or DISTINCT ON
// means: an output name, an ordinal, or an expression, which is added as a
// hidden target if no target equals it.
func (b *binder) targetFor(s *scope, q *query, e ast.Expr, c clause) (int, error) {
	if ref, ok := e.(*ast.ColumnRef); ok && len(ref.Fields) == 1 && !ref.Star {
		i, err := b.namedTarget(s, q, ref, c)
		if err != nil || i >= 0 {
			return i, err
		}
	}
	if k, ok := e.(*ast.Const); ok {
		if k.Kind != ast.ConstInt {
			return 0, b.errorf(sqlerr.SyntaxError, e.Pos(), "non-integer constant in %s", clauseRules[c].name)
		}
		if k.Int < 1 || k.Int > int64(len(q.visible())) {
			return 0, b.errorf(sqlerr.InvalidColumnReference, e.Pos(), "%s position %d is not in select list", clauseRules[c].name, k.Int)
		}
		return int(k.Int) - 1, nil
	}
	if p, ok := e.(*ast.Param); ok && p.Slot {
		return 0, b.errorf(sqlerr.SyntaxError, e.Pos(), "non-integer constant in %s", clauseRules[c].name)
	}
	x, err := b.exprIn(s, e, c)
	if err != nil {
		return 0, err
	}
	return b.addTarget(q, x, startOf(e))
}

// addTarget finds an equal target or adds a hidden one.
func (b *binder) addTarget(q *query, x plan.Expr, pos int) (int, error) {
	k := key(x)
	for i, t := range q.targets {
		if key(t.expr) == k {
			return i, nil
		}
	}
	q.targets = append(q.targets, &entry{expr: x, name: "?column?", junk: true, pos: pos})
	return len(q.targets) - 1, nil
}

// namedTarget matches a bare name with output names; -1 if none. In GROUP BY an
// input column of that name comes first.
func (b *binder) namedTarget(s *scope, q *query, ref *ast.ColumnRef, c clause) (int, error) {
	name := ref.Fields[0]
	if c == clauseGroupBy {
		if x, err := b.findColumn(&scope{items: s.items}, name, ref.Pos()); err == nil && x != nil {
			return -1, nil
		}
	}
	found := -1
	for i, t := range q.visible() {
		if t.name != name {
			continue
		}
		if found >= 0 && !sameExpr(q.targets[found].expr, t.expr) {
			return 0, b.errorf(sqlerr.AmbiguousColumn, ref.Pos(), "%s \"%s\" is ambiguous", clauseRules[c].name, name)
		}
		if found < 0 {
			found = i
		}
	}
	return found, nil
}

// orderBy binds ORDER BY.
func (b *binder) orderBy(s *scope, q *query, list []*ast.SortBy) error {
	for _, o := range list {
		i, err := b.targetFor(s, q, o.Expr, clauseOrderBy)
		if err != nil {
			return err
		}
		t := q.targets[i]
		if t.expr, err = b.resolveUnknown(t.expr, t.pos); err != nil {
			return err
		}
		k, err := b.sortKey(t.expr, o)
		if err != nil {
			return err
		}
		k.Expr = nil
		q.addSort(sortItem{target: i, key: k})
	}
	return nil
}

// addSort appends a sort item unless its target is sorted by already.
func (q *query) addSort(it sortItem) {
	for _, have := range q.sort {
		if have.target == it.target {
			return
		}
	}
	q.sort = append(q.sort, it)
}

// sortKey makes the key of one ORDER BY item.
func (b *binder) sortKey(x plan.Expr, o *ast.SortBy) (plan.SortKey, error) {
	k := plan.SortKey{Expr: x, Desc: o.Dir == ast.SortDesc}
	if o.Dir == ast.SortUsing {
		op, _, _, err := b.operator(o.Using.Name, x.Type().OID, x.Type().OID, o.Pos())
		if err != nil {
			return k, err
		}
		switch o.Using.Name {
		case "<":
		case ">":
			k.Desc = true
		default:
			k.Using = op
		}
	}
	if x.Type().OID != types.OIDUnknown && builtin.Less(x.Type().OID) == nil {
		return k, b.errorf(sqlerr.UndefinedFunction, startOf(o.Expr), "could not identify an ordering operator for type %s", typeName(x.Type().OID)).
			WithHint("Use an explicit ordering operator or modify the query.")
	}
	k.NullsFirst = o.Nulls == ast.NullsFirst || o.Nulls == ast.NullsDefault && k.Desc
	return k, nil
}

// distinctClause binds DISTINCT and DISTINCT ON.
func (b *binder) distinctClause(s *scope, q *query, stmt *ast.SelectStmt) error {
	if len(stmt.DistinctOn) > 0 {
		return b.distinctOn(s, q, stmt.DistinctOn)
	}
	if !stmt.Distinct {
		return nil
	}
	q.distinct = true
	for _, t := range q.visible() {
		var err error
		if t.expr, err = b.resolveUnknown(t.expr, t.pos); err != nil {
			return err
		}
		if builtin.Equality(t.expr.Type().OID) == nil {
			return b.noEquality(t.expr.Type().OID, t.pos)
		}
	}
	for _, it := range q.sort {
		if t := q.targets[it.target]; t.junk {
			return b.errorf(sqlerr.InvalidColumnReference, t.pos, "for SELECT DISTINCT, ORDER BY expressions must appear in select list")
		}
	}
	return nil
}

// distinctOn: the expressions must be the first ones of ORDER BY, in any order.
func (b *binder) distinctOn(s *scope, q *query, list []ast.Expr) error {
	on := map[int]bool{}
	for _, e := range list {
		i, err := b.targetFor(s, q, e, clauseDistinctOn)
		if err != nil {
			return err
		}
		t := q.targets[i]
		if t.expr, err = b.resolveUnknown(t.expr, t.pos); err != nil {
			return err
		}
		if builtin.Equality(t.expr.Type().OID) == nil {
			return b.noEquality(t.expr.Type().OID, t.pos)
		}
		if !on[i] {
			on[i] = true
			q.distinctOn = append(q.distinctOn, i)
		}
	}
	matched := 0
	for n, it := range q.sort {
		if on[it.target] {
			if matched != n {
				return b.errorf(sqlerr.InvalidColumnReference, q.targets[it.target].pos, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
			}
			matched++
		}
	}
	if matched < len(on) && matched < len(q.sort) {
		return b.errorf(sqlerr.InvalidColumnReference, startOf(list[0]), "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
	}
	for _, i := range q.distinctOn {
		q.addSort(sortItem{target: i})
	}
	return nil
}
