package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// moment is a clause AS OF of a reference or a subquery, as far as names are
// concerned: whatever stands inside is resolved in the catalog of then.
type moment struct {
	clause  *plan.Temporal
	catalog *catalog.Catalog // nil: not known yet (Describe), the statement's is used
}

// Past is a moment that a statement reads beside its own, and its catalog. A nil
// catalog means that the moment was not known when the statement was bound.
type Past struct {
	Clause  *plan.Temporal
	Catalog *catalog.Catalog
}

// names is the catalog in which names resolve here.
func (b *binder) names() *catalog.Catalog { return b.now.namesOr(b.ctx.Catalog) }

func (m *moment) namesOr(c *catalog.Catalog) *catalog.Catalog {
	if m == nil || m.catalog == nil {
		return c
	}
	return m.catalog
}

// clauseOf is the clause by which dependencies are told apart; nil for the statement's own.
func (m *moment) clauseOf() *plan.Temporal {
	if m == nil {
		return nil
	}
	return m.clause
}

// enter makes names resolve as of a clause until leave is called. Clauses that
// choose versions instead of a moment change nothing: versions are shown with
// the columns of the catalog around them.
func (b *binder) enter(tm *temporal) (leave func(), err error) {
	if tm == nil || tm.system == nil || !tm.system.Single() {
		return func() {}, nil
	}
	m := &moment{clause: tm.system}
	if b.ctx.CatalogAt != nil {
		if m.catalog, err = b.ctx.CatalogAt(tm.system); err != nil {
			return nil, b.located(err, tm.pos)
		}
	}
	b.past = append(b.past, Past{m.clause, m.catalog})
	outer := b.now
	b.now = m
	return func() { b.now = outer }, nil
}

// note makes a clause known whose inside has no names to resolve.
func (b *binder) note(tm *temporal) error {
	leave, err := b.enter(tm)
	if err == nil {
		leave()
	}
	return err
}

// relationAt finds the relation of a reference in the catalog of the moment that
// is read. absent means that it exists today but did not yet then: it has today's
// columns and no rows, and the client gets a notice.
func (b *binder) relationAt(ref *ast.TableRef) (o catalog.Object, absent bool, err error) {
	if b.names() == b.today() {
		o, err = b.relation(ref)
		return o, false, err
	}
	if err := b.mayUseSchemaOf(ref); err != nil {
		return nil, false, err
	}
	if o = b.lookupRelation(ref.Schema, ref.Name); o != nil {
		return o, false, nil
	}
	if o = findRelation(b.today(), b.path, ref.Schema, ref.Name); o == nil {
		_, err = b.relation(ref)
		return nil, false, err
	}
	if t, ok := o.(*catalog.Table); ok && t.Virtual {
		return o, false, nil // it has no history: its rows are made of the catalog that is read
	}
	if then := b.names().Object(o.ObjectID()); then != nil {
		return nil, false, b.renamedSince(ref, then)
	}
	b.notYet(o)
	return o, true, nil
}

// today is the newest catalog that the statement knows.
func (b *binder) today() *catalog.Catalog {
	if b.ctx.Today != nil {
		return b.ctx.Today
	}
	return b.ctx.Catalog
}

// renamedSince refuses today's name of a relation that had another one then.
func (b *binder) renamedSince(ref *ast.TableRef, then catalog.Object) error {
	name := then.ObjectName()
	if schema := b.names().SchemaName(then.SchemaID()); name == ref.Name && schema != "" {
		name = schema + "." + name
	}
	return b.errorf(sqlerr.UndefinedTable, ref.Pos(), "relation \"%s\" does not exist", refName(ref)).
		WithHint("At the moment that is read it was named \"%s\".", name)
}

// notYet tells the client, once, about a relation that is younger than the moment.
// A table has no rows then. A view is a question, which can be asked of any moment:
// today's definition stands for it.
func (b *binder) notYet(o catalog.Object) {
	if b.told[o.ObjectID()] {
		return
	}
	if b.told == nil {
		b.told = map[types.OID]bool{}
	}
	b.told[o.ObjectID()] = true
	n := sqlerr.Notice("relation \"%s\" did not exist yet at the moment that is read: no rows", o.ObjectName())
	var made int64
	switch o := o.(type) {
	case *catalog.Table:
		made = o.Created
		if from, to := o.ValidTime(); from != 0 && to != 0 {
			n = n.WithHint("Use FOR VALID_TIME AS OF to ask when facts held.")
		}
	case *catalog.View:
		made = o.Created
		n = sqlerr.Notice("view \"%s\" did not exist yet at the moment that is read: its present definition is used", o.Name)
	}
	if made != 0 {
		n = n.WithDetail("It was created at %s.", types.FormatText(types.Timestamptz, types.NewInt(made), b.format()))
	}
	b.notices = append(b.notices, n)
}
