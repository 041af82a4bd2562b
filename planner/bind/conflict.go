package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// conflict is a bound ON CONFLICT.
type conflict struct {
	arbiters []*catalog.Index
	nothing  bool
	set      []assignment
	where    plan.Expr
	excluded *relation
}

// onConflict binds ON CONFLICT; nil if there is none.
func (b *binder) onConflict(s *scope, ch *change, stmt *ast.InsertStmt) (*conflict, error) {
	oc := stmt.OnConflict
	if oc == nil {
		return nil, nil
	}
	c := &conflict{nothing: !oc.Update}
	var err error
	if c.arbiters, err = b.arbiters(s, ch, oc); err != nil {
		return nil, err
	}
	if c.nothing {
		return c, nil
	}
	if ch.table.AppendOnly() && !b.ctx.Engine {
		return nil, sqlerr.AppendOnly("update", ch.table.Name).At(b.at(oc.Pos()))
	}
	for _, ix := range c.arbiters {
		if len(ix.Exclude) > 0 {
			return nil, b.errorf(sqlerr.WrongObjectType, -1, "ON CONFLICT DO UPDATE not supported with exclusion constraints")
		}
	}
	if len(c.arbiters) == 0 {
		return nil, b.errorf(sqlerr.SyntaxError, oc.Pos(), "ON CONFLICT DO UPDATE requires inference specification or constraint name").
			WithHint("For example, ON CONFLICT (column_name).")
	}
	target := *stmt.Table
	target.Alias = &ast.Alias{Position: ast.Unknown, Name: "excluded"}
	asked := len(b.access)
	excluded, err := b.destinationFor(s, &target, plan.InsertCommand)
	if err != nil {
		return nil, err
	}
	for _, a := range b.access[asked:] {
		a.Needs = 0 // until something is read of it
	}
	ch.dest.needs(catalog.MayUpdate)
	c.excluded = excluded.rel
	outer := s.items
	s.items = []*nameItem{ch.dest.item, excluded.item}
	defer func() { s.items = outer }()
	if c.set, err = b.assignments(s, ch.dest, oc.Set); err != nil {
		return nil, err
	}
	c.where, err = b.condition(s, oc.Where, clauseWhere)
	return c, err
}

// arbiters finds the unique indexes that a conflict target means.
func (b *binder) arbiters(s *scope, ch *change, oc *ast.OnConflict) ([]*catalog.Index, error) {
	indexes := b.ctx.Catalog.Indexes(ch.table.ID)
	deferrable := func(ix *catalog.Index) error {
		if !ix.Deferrable {
			return nil
		}
		return b.errorf(sqlerr.ObjectNotInPrerequisiteState, -1, "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters").
			On(b.ctx.Catalog.SchemaName(ch.table.Schema), ch.table.Name, "", ix.Name)
	}
	if oc.Constraint != "" {
		for i := range ch.table.Constraints {
			k := &ch.table.Constraints[i]
			if k.Name != oc.Constraint {
				continue
			}
			if ix := b.ctx.Catalog.Index(k.Index); ix != nil && ix.Table == ch.table.ID {
				return []*catalog.Index{ix}, deferrable(ix)
			}
			return nil, b.errorf(sqlerr.WrongObjectType, -1, "constraint in ON CONFLICT clause has no associated index")
		}
		return nil, b.errorf(sqlerr.UndefinedObject, -1, "constraint \"%s\" for table \"%s\" does not exist", oc.Constraint, ch.table.Name)
	}
	if len(oc.Elements) == 0 {
		for _, ix := range indexes {
			if err := deferrable(ix); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	want, err := b.conflictKeys(s, ch, oc)
	if err != nil {
		return nil, err
	}
	var out []*catalog.Index
	for _, ix := range indexes {
		ok, err := b.infers(s, ch, ix, want, oc.IndexWhere)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if err := deferrable(ix); err != nil {
			return nil, err
		}
		out = append(out, ix)
	}
	if len(out) == 0 {
		return nil, b.errorf(sqlerr.InvalidColumnReference, -1, "there is no unique or exclusion constraint matching the ON CONFLICT specification")
	}
	return out, nil
}

// conflictKeys binds the elements of the target and returns their keys.
func (b *binder) conflictKeys(s *scope, ch *change, oc *ast.OnConflict) (map[string]bool, error) {
	outer := s.items
	s.items = []*nameItem{ch.dest.item}
	defer func() { s.items = outer }()
	want := map[string]bool{}
	for _, el := range oc.Elements {
		e := el.Expr
		if e == nil {
			e = &ast.ColumnRef{Position: oc.TargetPosition, Fields: []string{el.Name}}
		}
		x, err := b.exprIn(s, e, clauseConflictTarget)
		if err != nil {
			return nil, err
		}
		want[key(x)] = true
	}
	return want, nil
}

// infers reports whether a unique index has exactly the wanted keys. A partial
// index needs its own predicate to be given in the target.
func (b *binder) infers(s *scope, ch *change, ix *catalog.Index, want map[string]bool, where ast.Expr) (bool, error) {
	if !ix.Unique || ix.Invalid || len(ix.Keys) != len(want) {
		return false, nil
	}
	for i := range ix.Keys {
		k := &ix.Keys[i]
		var x plan.Expr
		if k.Column > 0 {
			x = ch.rel.column(k.Column-1, -1)
		} else {
			var err error
			if x, err = b.overTarget(s, ch, k.Expr); err != nil {
				return false, err
			}
		}
		if !want[key(x)] {
			return false, nil
		}
	}
	if ix.Predicate == "" {
		return true, nil
	}
	if where == nil {
		return false, nil
	}
	outer := s.items
	s.items = []*nameItem{ch.dest.item}
	given, err := b.condition(s, where, clauseConflictTarget)
	s.items = outer
	if err != nil {
		return false, err
	}
	pred, err := b.overTarget(s, ch, ix.Predicate)
	return err == nil && sameExpr(given, pred), err
}

// overTarget binds a catalog expression over the target's columns.
func (b *binder) overTarget(s *scope, ch *change, text string) (plan.Expr, error) {
	owner := ch.rel.scope
	x, err := b.catalogExpr(text, ch.rel, nil, clauseIndexExpr)
	ch.rel.scope = owner
	return x, err
}
