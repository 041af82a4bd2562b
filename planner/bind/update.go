package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// updateStmt binds UPDATE.
func (b *binder) updateStmt(parent *scope, stmt *ast.UpdateStmt) (*query, error) {
	s := newScope(parent)
	q := &query{scope: s}
	if err := b.bindWith(s, q, stmt.With); err != nil {
		return nil, err
	}
	ch, err := b.changeFrom(s, q, stmt.Table, stmt.From, plan.UpdateCommand)
	if err != nil {
		return nil, err
	}
	if ch.set, err = b.assignments(s, ch.dest, stmt.Set); err != nil {
		return nil, err
	}
	if q.where, err = b.condition(s, stmt.Where, clauseWhere); err != nil {
		return nil, err
	}
	q.where = allOf(ch.dest.where, q.where)
	return q, b.returning(s, ch, s.items, stmt.Returning)
}

// deleteStmt binds DELETE.
func (b *binder) deleteStmt(parent *scope, stmt *ast.DeleteStmt) (*query, error) {
	s := newScope(parent)
	q := &query{scope: s}
	if err := b.bindWith(s, q, stmt.With); err != nil {
		return nil, err
	}
	ch, err := b.changeFrom(s, q, stmt.Table, stmt.Using, plan.DeleteCommand)
	if err != nil {
		return nil, err
	}
	if q.where, err = b.condition(s, stmt.Where, clauseWhere); err != nil {
		return nil, err
	}
	q.where = allOf(ch.dest.where, q.where)
	return q, b.returning(s, ch, s.items, stmt.Returning)
}

// changeFrom binds the target and the FROM or USING list; the target comes first.
func (b *binder) changeFrom(s *scope, q *query, ref *ast.TableRef, from []ast.TableExpr, cmd plan.Command) (*change, error) {
	d, err := b.destinationFor(s, ref, cmd)
	if err != nil {
		return nil, err
	}
	ch := newChange(cmd, d)
	q.change = ch
	it := d.item
	if ref.Alias == nil {
		it.schema = b.ctx.Catalog.SchemaName(b.ctx.Catalog.Object(d.id).SchemaID())
	}
	rest, err := b.fromList(s, from)
	if err != nil {
		return nil, err
	}
	if err := b.checkDuplicates([]*nameItem{it}, s.items); err != nil {
		return nil, err
	}
	s.items = append([]*nameItem{it}, s.items...)
	q.from = d.rel
	if rest != nil {
		q.from = &join{kind: plan.Inner, left: d.rel, right: rest}
	}
	return ch, nil
}

// assignments binds SET lists.
func (b *binder) assignments(s *scope, d *destination, list []*ast.Assignment) ([]assignment, error) {
	var out []assignment
	seen := map[int]bool{}
	for _, a := range list {
		_, ord, err := b.destColumn(d, a.Column, plan.UpdateCommand, a.Pos())
		if err != nil {
			return nil, err
		}
		if seen[ord] {
			return nil, severalAssignments(d.table(), ord)
		}
		seen[ord] = true
		x, err := b.assigned(s, d, ord, a)
		if err != nil {
			return nil, err
		}
		out = append(out, assignment{ord, x})
	}
	return out, nil
}

// assigned binds the value of one SET item.
func (b *binder) assigned(s *scope, d *destination, ord int, a *ast.Assignment) (plan.Expr, error) {
	col := &d.table().Columns[ord-1]
	if len(a.Steps) > 0 {
		return b.assignedPart(s, col, a)
	}
	value := a.Value
	if m, ok := value.(*ast.MultiAssignExpr); ok {
		row, ok := m.Source.(*ast.RowExpr)
		if !ok {
			return b.multiAssign(s, col, m)
		}
		if len(row.Args) != m.Columns {
			return nil, b.errorf(sqlerr.SyntaxError, m.Pos(), "number of columns does not match number of values")
		}
		value = row.Args[m.Column-1]
	}
	if _, ok := value.(*ast.DefaultExpr); ok {
		x, err := b.defaultFor(d, ord)
		if err == nil && x == nil {
			x = nullConst(col.Type)
		}
		return x, err
	}
	if col.Generated != "" {
		return nil, b.errorf(sqlerr.GeneratedAlways, -1, "column \"%s\" can only be updated to DEFAULT", col.Name).
			WithDetail("Column \"%s\" is a generated column.", col.Name)
	}
	if col.Identity == 'a' {
		return nil, b.errorf(sqlerr.GeneratedAlways, -1, "column \"%s\" can only be updated to DEFAULT", col.Name).
			WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", col.Name)
	}
	x, err := b.exprIn(s, value, clauseUpdateSet)
	if err != nil {
		return nil, err
	}
	return b.coerceAssign(x, col.Type, col.Name, startOf(value))
}

// multiAssign is one column of SET (a, b) = (SELECT …): a scalar subquery of
// that column alone.
func (b *binder) multiAssign(s *scope, col *catalog.Column, m *ast.MultiAssignExpr) (plan.Expr, error) {
	sub, ok := m.Source.(*ast.SubLink)
	if !ok || sub.Kind != ast.SubLinkScalar {
		return nil, b.errorf(sqlerr.FeatureNotSupported, m.Pos(), "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression")
	}
	q, err := b.selectStmt(s, sub.Query, true)
	if err != nil {
		return nil, err
	}
	if len(q.output()) != m.Columns {
		return nil, b.errorf(sqlerr.SyntaxError, m.Pos(), "number of columns does not match number of values")
	}
	rel := b.queryRelation(q, newScope(s), "")
	v := rel.column(m.Column-1, -1)
	x, err := b.coerceAssign(v, col.Type, col.Name, m.Pos())
	if err != nil {
		return nil, err
	}
	wrap := &query{scope: rel.scope, from: rel, targets: []*entry{{expr: x}}}
	return &sublink{kind: plan.Scalar, q: wrap, typ: x.Type()}, nil
}

// assignedPart is SET a[i] = v for jsonb: jsonb_set with the path.
func (b *binder) assignedPart(s *scope, col *catalog.Column, a *ast.Assignment) (plan.Expr, error) {
	return nil, sqlerr.Unsupported("assignment to a part of column \""+col.Name+"\"", "Assign the whole value, for example by jsonb_set or array functions.").At(b.at(a.Pos()))
}
