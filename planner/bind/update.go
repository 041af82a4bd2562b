package bind

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
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

// assignments binds SET lists. Assignments to parts of one column build on each other.
func (b *binder) assignments(s *scope, d *destination, list []*ast.Assignment) ([]assignment, error) {
	var out []assignment
	parts := map[int]bool{} // columns assigned to; true: in parts only
	for _, a := range list {
		col, ord, err := b.destColumn(d, a.Column, plan.UpdateCommand, a.Pos())
		if err != nil {
			return nil, err
		}
		part := len(a.Steps) > 0
		inParts, seen := parts[ord]
		if seen && !(inParts && part) {
			return nil, severalAssignments(d.table(), ord)
		}
		parts[ord] = part
		if !part {
			x, err := b.assigned(s, d, ord, a)
			if err != nil {
				return nil, err
			}
			out = append(out, assignment{ord, x})
			continue
		}
		at := slices.IndexFunc(out, func(o assignment) bool { return o.ord == ord })
		if at < 0 {
			at = len(out)
			out = append(out, assignment{ord, d.rel.column(ord-1, -1)})
		}
		if _, ok := a.Value.(*ast.DefaultExpr); ok {
			return nil, b.partDefault(col, a.Steps, a.Pos())
		}
		set := func(want types.Type, describe partError) (plan.Expr, error) {
			return b.assignedValue(s, a, want, describe)
		}
		if out[at].expr, err = b.assignedPart(s, out[at].expr, col, a.Steps, a.Pos(), set); err != nil {
			return nil, err
		}
		if err := b.notGenerated(col); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// notGenerated refuses values for columns that compute their own.
func (b *binder) notGenerated(col *catalog.Column) error {
	if col.Generated != "" {
		return b.errorf(sqlerr.GeneratedAlways, -1, "column \"%s\" can only be updated to DEFAULT", col.Name).
			WithDetail("Column \"%s\" is a generated column.", col.Name)
	}
	if col.Identity == 'a' {
		return b.errorf(sqlerr.GeneratedAlways, -1, "column \"%s\" can only be updated to DEFAULT", col.Name).
			WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", col.Name)
	}
	return nil
}

// assigned binds the value of one SET item for a whole column.
func (b *binder) assigned(s *scope, d *destination, ord int, a *ast.Assignment) (plan.Expr, error) {
	col := &d.table().Columns[ord-1]
	value := a.Value
	if m, ok := value.(*ast.MultiAssignExpr); ok {
		if row, ok := m.Source.(*ast.RowExpr); ok && m.Column <= len(row.Args) {
			value = row.Args[m.Column-1]
		}
	}
	if _, ok := value.(*ast.DefaultExpr); ok {
		x, err := b.defaultFor(d, ord)
		if err == nil && x == nil {
			x = nullConst(col.Type)
		}
		return x, err
	}
	if err := b.notGenerated(col); err != nil {
		return nil, err
	}
	return b.assignedValue(s, a, col.Type, func(got types.Type, pos int) error { return b.wrongColumnType(col.Name, col.Type, got, pos) })
}

// partError makes the error for a value of a type that cannot be assigned.
type partError func(got types.Type, pos int) error

// assignedValue binds the value of a SET item and converts it.
func (b *binder) assignedValue(s *scope, a *ast.Assignment, want types.Type, wrong partError) (plan.Expr, error) {
	value := a.Value
	if m, ok := value.(*ast.MultiAssignExpr); ok {
		row, ok := m.Source.(*ast.RowExpr)
		if !ok {
			return b.multiAssign(s, want, wrong, m)
		}
		if len(row.Args) != m.Columns {
			return nil, b.errorf(sqlerr.SyntaxError, m.Pos(), "number of columns does not match number of values")
		}
		value = row.Args[m.Column-1]
	}
	x, err := b.exprIn(s, value, clauseUpdateSet)
	if err != nil {
		return nil, err
	}
	return b.assignAs(x, want, startOf(value), wrong)
}

// assignAs converts a value as assignments do.
func (b *binder) assignAs(x plan.Expr, want types.Type, pos int, wrong partError) (plan.Expr, error) {
	out, err := b.coerce(x, want, builtin.CastAssignment, pos)
	if err == nil && out == nil {
		err = wrong(x.Type(), pos)
	}
	return out, err
}

// multiAssign is one column of SET (a, b) = (SELECT …): a scalar subquery of
// that column alone.
func (b *binder) multiAssign(s *scope, want types.Type, wrong partError, m *ast.MultiAssignExpr) (plan.Expr, error) {
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
	x, err := b.assignAs(rel.column(m.Column-1, -1), want, m.Pos(), wrong)
	if err != nil {
		return nil, err
	}
	wrap := &query{scope: rel.scope, from: rel, targets: []*entry{{expr: x}}}
	return &sublink{kind: plan.Scalar, q: wrap, typ: x.Type()}, nil
}
