package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

var (
	setOpNames = map[ast.SetOp]string{ast.SetUnion: "UNION", ast.SetIntersect: "INTERSECT", ast.SetExcept: "EXCEPT"}
	setOpKinds = map[ast.SetOp]plan.SetOpKind{ast.SetUnion: plan.Union, ast.SetIntersect: plan.Intersect, ast.SetExcept: plan.Except}
)

// setOperation binds left UNION right with its ORDER BY and LIMIT.
func (b *binder) setOperation(s *scope, q *query, stmt *ast.SelectStmt) error {
	what := setOpNames[stmt.Op]
	if len(stmt.Locking) > 0 {
		return b.errorf(sqlerr.FeatureNotSupported, stmt.Locking[0].Pos(), "%s is not allowed with UNION/INTERSECT/EXCEPT", lockName(stmt.Locking[0]))
	}
	op := &setOp{kind: setOpKinds[stmt.Op], all: stmt.All}
	arms := [2]*query{}
	for i, arm := range []*ast.SelectStmt{stmt.Left, stmt.Right} {
		var err error
		if arms[i], err = b.selectStmt(s, arm, false); err != nil {
			return err
		}
		op.sides[i] = b.queryRelation(arms[i], s, "")
	}
	left, right := op.sides[0].cols, op.sides[1].cols
	if len(left) != len(right) {
		return b.errorf(sqlerr.SyntaxError, firstPos(stmt.Right), "each %s query must have the same number of columns", what)
	}
	for i := range left {
		if err := b.setOpColumn(op, arms, i, what, stmt); err != nil {
			return err
		}
	}
	inner := &query{scope: newScope(s), setOp: op}
	rel := b.queryRelation(inner, s, "")
	q.from = rel
	for i, c := range rel.cols {
		q.targets = append(q.targets, newEntry(rel.column(i, -1), c.name, -1))
	}
	if err := b.setOpOrder(s, q, stmt); err != nil {
		return err
	}
	return b.limitClause(s, q, stmt)
}

// firstPos points at a query's first target, as PostgreSQL does.
func firstPos(stmt *ast.SelectStmt) int {
	switch {
	case stmt.Op != ast.SetNone:
		return firstPos(stmt.Left)
	case len(stmt.Values) > 0:
		return startOf(stmt.Values[0][0])
	case len(stmt.Targets) > 0:
		return startOf(stmt.Targets[0].Expr)
	}
	return stmt.Pos()
}

// setOpColumn gives column i of both arms their common type.
func (b *binder) setOpColumn(op *setOp, arms [2]*query, i int, what string, stmt *ast.SelectStmt) error {
	pair := make([]located, 2)
	for k := range pair {
		pair[k] = located{op.sides[k].column(i, -1), arms[k].visibleAt(i)}
	}
	oid, err := b.commonType(pair, what)
	if err != nil {
		return err
	}
	t := types.Type{OID: oid, Mod: commonMod(pair, oid)}
	for k := range pair {
		x, err := b.armColumn(arms[k], op.sides[k], i, t, what)
		if err != nil {
			return err
		}
		op.casts[k] = append(op.casts[k], x)
	}
	if (!stmt.All) && builtin.Equality(oid) == nil {
		return b.noEquality(oid, pair[0].pos)
	}
	c := op.sides[0].cols[i]
	c.typ, c.table, c.attr = t, 0, 0
	op.cols = append(op.cols, c)
	return nil
}

// armColumn is column i of an arm converted to the common type. A literal or
// parameter that is still unknown is converted where it stands.
func (b *binder) armColumn(arm *query, rel *relation, i int, t types.Type, what string) (plan.Expr, error) {
	v := rel.column(i, arm.visibleAt(i))
	if v.typ.OID == types.OIDUnknown && arm.setOp == nil && i < len(arm.targets) {
		e := arm.targets[i]
		x, err := b.convert(e.expr, t, builtin.CastImplicit, e.pos)
		if err != nil {
			return nil, err
		}
		e.expr = x
		rel.cols[i].typ, v.typ = x.Type(), x.Type()
		if arm.values != nil {
			arm.values[0][i] = x
		}
	}
	return b.toCommon(located{v, v.pos}, t, what)
}

// setOpOrder: ORDER BY over a set operation may only name output columns.
func (b *binder) setOpOrder(s *scope, q *query, stmt *ast.SelectStmt) error {
	n := len(q.targets)
	for _, o := range stmt.OrderBy {
		switch e := o.Expr.(type) {
		case *ast.ColumnRef:
			if len(e.Fields) == 1 && !e.Star {
				if i, err := b.namedTarget(s, q, e, clauseOrderBy); err != nil || i >= 0 {
					if err != nil {
						return err
					}
					continue
				}
				return b.noColumn(s, e.Fields[0], e.Pos())
			}
		case *ast.Const:
			continue
		}
		// A name that does not exist is the better complaint.
		names := &scope{parent: s.parent, items: []*nameItem{q.from.(*relation).nameItem()}}
		if _, err := b.exprIn(names, o.Expr, clauseOrderBy); err != nil {
			return err
		}
		return b.errorf(sqlerr.FeatureNotSupported, startOf(o.Expr), "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
			WithDetail("Only result column names can be used, not expressions or functions.").
			WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
	}
	if err := b.orderBy(s, q, stmt.OrderBy); err != nil {
		return err
	}
	q.targets = q.targets[:n]
	return nil
}
