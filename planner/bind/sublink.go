package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// subLink binds a subquery in an expression.
func (b *binder) subLink(s *scope, e *ast.SubLink) (plan.Expr, error) {
	switch s.clause {
	case clauseCheck, clauseDefault, clauseGenerated, clauseIndexExpr, clauseIndexPredicate, clauseCopyWhere:
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "cannot use subquery in %s", subqueryRefusals[s.clause])
	}
	q, err := b.selectStmt(s, e.Query, true)
	if err != nil {
		return nil, err
	}
	cols := q.output()
	switch e.Kind {
	case ast.SubLinkExists:
		return &sublink{kind: plan.Exists, q: q, typ: types.Bool}, nil
	case ast.SubLinkScalar:
		if len(cols) != 1 {
			return nil, b.errorf(sqlerr.SyntaxError, e.Pos(), "subquery must return only one column")
		}
		b.sublinkNames[e] = cols[0].name
		return &sublink{kind: plan.Scalar, q: q, typ: cols[0].typ}, nil
	case ast.SubLinkArray:
		if len(cols) != 1 {
			return nil, b.errorf(sqlerr.SyntaxError, e.Pos(), "subquery must return only one column")
		}
		t := cols[0].typ
		if arrayElem(t.OID) == 0 {
			if t = t.ArrayOf(); t.OID == 0 {
				return nil, b.errorf(sqlerr.UndefinedObject, e.Pos(), "could not find array type for data type %s", typeName(cols[0].typ.OID))
			}
		}
		return &sublink{kind: plan.ArraySub, q: q, typ: t}, nil
	}
	return b.testSublink(s, e, q)
}

var subqueryRefusals = map[clause]string{
	clauseCheck: "check constraint", clauseDefault: "DEFAULT expression", clauseGenerated: "column generation expression",
	clauseIndexExpr: "index expression", clauseIndexPredicate: "index predicate",
	clauseCopyWhere: "COPY FROM WHERE condition",
}

// testSublink is test op ANY (subquery), ALL and IN.
func (b *binder) testSublink(s *scope, e *ast.SubLink, q *query) (plan.Expr, error) {
	tests := []ast.Expr{e.Test}
	if row, ok := e.Test.(*ast.RowExpr); ok {
		tests = row.Args
	}
	left, err := b.exprs(s, tests)
	if err != nil {
		return nil, err
	}
	kind := plan.AnySub
	if e.Kind == ast.SubLinkAll {
		kind = plan.AllSub
	}
	return b.compareSub(kind, left, q, e.Op.Name, e.Pos())
}

// rowSublink is (a, b) op (SELECT …).
func (b *binder) rowSublink(s *scope, row *ast.RowExpr, e *ast.SubLink, op string, pos int) (plan.Expr, error) {
	left, err := b.exprs(s, row.Args)
	if err != nil {
		return nil, err
	}
	q, err := b.selectStmt(s, e.Query, true)
	if err != nil {
		return nil, err
	}
	return b.compareSub(plan.RowSub, left, q, op, pos)
}

// compareSub resolves the operator for each pair of test and column, and puts
// the conversions of the columns on top of the subquery.
func (b *binder) compareSub(kind plan.SubPlanKind, left []plan.Expr, q *query, op string, pos int) (plan.Expr, error) {
	cols := q.output()
	if len(cols) < len(left) {
		return nil, b.errorf(sqlerr.SyntaxError, pos, "subquery has too few columns")
	}
	if len(cols) > len(left) {
		return nil, b.errorf(sqlerr.SyntaxError, pos, "subquery has too many columns")
	}
	rel := b.queryRelation(q, newScope(q.scope.parent), "")
	wrap := &query{scope: rel.scope, from: rel}
	out := &sublink{kind: kind, op: op, typ: types.Bool}
	changed := false
	for i := range left {
		v := rel.column(i, -1)
		l, r, fn, err := b.comparison(op, left[i], v, pos)
		if err != nil {
			return nil, err
		}
		changed = changed || r != plan.Expr(v)
		out.left, out.fns = append(out.left, l), append(out.fns, fn)
		wrap.targets = append(wrap.targets, &entry{expr: r, name: cols[i].name})
	}
	if out.q = q; changed {
		out.q = wrap
	}
	return out, nil
}
