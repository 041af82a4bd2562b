package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// bindStatement binds a top-level statement.
func (b *binder) bindStatement(stmt ast.Stmt) (*query, error) {
	switch stmt := stmt.(type) {
	case *ast.SelectStmt:
		return b.selectStmt(nil, stmt, true)
	case *ast.InsertStmt:
		return b.insertStmt(nil, stmt)
	case *ast.UpdateStmt:
		return b.updateStmt(nil, stmt)
	case *ast.DeleteStmt:
		return b.deleteStmt(nil, stmt)
	case *ast.MergeStmt:
		return b.mergeStmt(nil, stmt)
	}
	return nil, sqlerr.Internal("bind: statement %T is not a query", stmt)
}

// queryDepthMax bounds the nesting of queries, so that the binder's recursion
// stays far from the stack's end.
const queryDepthMax = 1000

// newScope opens a query level below parent (nil at the top).
func newScope(parent *scope) *scope { return &scope{parent: parent} }

func (s *scope) depth() int {
	n := 0
	for ; s != nil; s = s.parent {
		n++
	}
	return n
}

// selectStmt binds a query below parent. resolve turns what is still of type
// unknown into text; INSERT and set operations decide for themselves.
func (b *binder) selectStmt(parent *scope, stmt *ast.SelectStmt, resolve bool) (*query, error) {
	s := newScope(parent)
	if s.depth() > queryDepthMax {
		return nil, sqlerr.New(sqlerr.StatementTooComplex, "queries are nested more than %d deep", queryDepthMax)
	}
	if stmt.Into != nil {
		return nil, b.errorf(sqlerr.SyntaxError, stmt.Into.Pos(), "SELECT ... INTO is not allowed here")
	}
	q := &query{scope: s}
	var err error
	if q.temporal, err = b.temporalClause(s, stmt.AsOf); err != nil {
		return nil, err
	}
	if b.own != ast.Stmt(stmt) {
		leave, err := b.enter(q.temporal)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	if err := b.bindWith(s, q, stmt.With); err != nil {
		return nil, err
	}
	switch {
	case stmt.Op != ast.SetNone:
		err = b.setOperation(s, q, stmt)
	case stmt.Values != nil:
		err = b.valuesList(s, q, stmt, resolve)
	default:
		err = b.plainSelect(s, q, stmt, resolve)
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// plainSelect binds SELECT … FROM …, the clauses in PostgreSQL's order.
func (b *binder) plainSelect(s *scope, q *query, stmt *ast.SelectStmt, resolve bool) error {
	var err error
	if q.from, err = b.fromList(s, stmt.From); err != nil {
		return err
	}
	s.windowDefs = stmt.Windows
	if q.targets, err = b.targetList(s, stmt.Targets, clauseSelect); err != nil {
		return err
	}
	if q.where, err = b.condition(s, stmt.Where, clauseWhere); err != nil {
		return err
	}
	if q.having, err = b.condition(s, stmt.Having, clauseHaving); err != nil {
		return err
	}
	if err := b.orderBy(s, q, stmt.OrderBy); err != nil {
		return err
	}
	if err := b.groupBy(s, q, stmt); err != nil {
		return err
	}
	if err := b.distinctClause(s, q, stmt); err != nil {
		return err
	}
	if err := b.limitClause(s, q, stmt); err != nil {
		return err
	}
	if err := b.checkWindowDefs(s); err != nil {
		return err
	}
	if resolve {
		if err := b.resolveTargets(q); err != nil {
			return err
		}
	}
	q.windows = s.windows
	if err := b.gatherAggregates(s, q, stmt); err != nil {
		return err
	}
	return b.lockingClause(s, q, stmt)
}

// resolveTargets makes text of targets that are still unknown.
func (b *binder) resolveTargets(q *query) error {
	for _, t := range q.targets {
		x, err := b.resolveUnknown(t.expr, t.pos)
		if err != nil {
			return err
		}
		t.expr = x
	}
	return nil
}

// valuesList binds VALUES (…), (…) with its ORDER BY and LIMIT.
func (b *binder) valuesList(s *scope, q *query, stmt *ast.SelectStmt, resolve bool) error {
	width := len(stmt.Values[0])
	rows := make([][]located, len(stmt.Values))
	for i, row := range stmt.Values {
		if len(row) != width {
			return b.errorf(sqlerr.SyntaxError, startOf(row[0]), "VALUES lists must all be the same length")
		}
		rows[i] = make([]located, width)
		for j, e := range row {
			x, err := b.exprIn(s, e, clauseValues)
			if err != nil {
				return err
			}
			rows[i][j] = located{x, startOf(e)}
		}
	}
	inner := &query{scope: newScope(s), values: make([][]plan.Expr, len(rows))}
	for i := range rows {
		inner.values[i] = make([]plan.Expr, width)
	}
	for j := range width {
		if err := b.valuesColumn(inner, rows, j, resolve); err != nil {
			return err
		}
	}
	return b.overValues(s, q, inner, stmt)
}

// valuesColumn gives column j of VALUES its common type.
func (b *binder) valuesColumn(inner *query, rows [][]located, j int, resolve bool) error {
	column := make([]located, len(rows))
	for i := range rows {
		column[i] = rows[i][j]
	}
	if len(rows) == 1 && !resolve { // INSERT … VALUES through a set operation or subquery keeps unknowns
		inner.values[0][j] = column[0].expr
		inner.targets = append(inner.targets, &entry{expr: column[0].expr, name: valuesColumnName(j), pos: column[0].pos})
		return nil
	}
	exprs, t, err := b.unify(column, "VALUES")
	if err != nil {
		return err
	}
	for i := range rows {
		inner.values[i][j] = exprs[i]
	}
	inner.targets = append(inner.targets, &entry{expr: nullConst(t), name: valuesColumnName(j), pos: column[0].pos})
	return nil
}

// overValues puts ORDER BY, LIMIT and OFFSET over the rows of VALUES.
func (b *binder) overValues(s *scope, q, inner *query, stmt *ast.SelectStmt) error {
	if len(stmt.Locking) > 0 {
		return b.errorf(sqlerr.FeatureNotSupported, stmt.Locking[0].Pos(), "FOR UPDATE cannot be applied to VALUES")
	}
	rel := b.queryRelation(inner, s, "*VALUES*")
	it := rel.nameItem()
	s.items = append(s.items, it)
	q.from = rel
	for i, c := range it.cols {
		q.targets = append(q.targets, &entry{expr: rel.column(i, -1), name: c.name, pos: inner.targets[i].pos})
	}
	if err := b.orderBy(s, q, stmt.OrderBy); err != nil {
		return err
	}
	// PostgreSQL finds out when the query runs (XX000).
	switch {
	case s.hasAggs:
		return b.errorf(sqlerr.GroupingError, startOf(stmt.OrderBy[0].Expr), "aggregate functions are not allowed in VALUES")
	case len(s.windows) > 0:
		return b.errorf(sqlerr.WindowingError, startOf(stmt.OrderBy[0].Expr), "window functions are not allowed in VALUES")
	case s.hasSets:
		return b.errorf(sqlerr.FeatureNotSupported, startOf(stmt.OrderBy[0].Expr), "set-valued function called in context that cannot accept a set")
	}
	return b.limitClause(s, q, stmt)
}

// valuesColumnName is column1, column2, …
func valuesColumnName(i int) string { return "column" + itoa(i+1) }

// limitClause binds LIMIT and OFFSET as bigint.
func (b *binder) limitClause(s *scope, q *query, stmt *ast.SelectStmt) error {
	var err error
	if q.offset, err = b.limitExpr(s, stmt.Offset, clauseOffset); err != nil {
		return err
	}
	if q.limit, err = b.limitExpr(s, stmt.Limit, clauseLimit); err != nil {
		return err
	}
	q.withTies = stmt.WithTies
	if q.withTies && len(q.sort) == 0 {
		return b.errorf(sqlerr.SyntaxError, -1, "WITH TIES cannot be specified without ORDER BY clause")
	}
	return nil
}

func (b *binder) limitExpr(s *scope, e ast.Expr, c clause) (plan.Expr, error) {
	if e == nil {
		return nil, nil
	}
	x, err := b.exprIn(s, e, c)
	if err != nil {
		return nil, err
	}
	if x, err = b.coerceSpecific(x, types.Int8, clauseRules[c].name, startOf(e)); err != nil {
		return nil, err
	}
	var bad error
	walk(x, func(x plan.Expr) bool {
		if v, ok := x.(*variable); ok && v.rel.scope == s && bad == nil {
			bad = b.errorf(sqlerr.InvalidColumnReference, v.pos, "argument of %s must not contain variables", clauseRules[c].name)
		}
		return bad == nil
	})
	if isNullConst(x) {
		return nil, bad
	}
	return x, bad
}

func isNullConst(e plan.Expr) bool {
	c, ok := e.(*plan.Const)
	return ok && c.Val.IsNull()
}
