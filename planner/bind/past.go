package bind

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// relationAt finds the relation of a reference in the catalog of the moment
// that it reads. absent means that it exists today but did not yet then: it
// has today's columns and no rows, and the client gets a notice.
func (b *binder) relationAt(ref *ast.TableRef, tm *temporal) (o catalog.Object, absent bool, err error) {
	past, err := b.catalogOf(tm)
	if err != nil {
		return nil, false, err
	}
	if past == nil {
		if b.ctx.Today != nil {
			return b.relationThen(b.ctx.Catalog, b.ctx.Today, ref)
		}
		o, err = b.relation(ref)
		return o, false, err
	}
	today := b.ctx.Today
	if today == nil {
		today = b.ctx.Catalog
	}
	return b.relationThen(past, today, ref)
}

// catalogOf returns the catalog as of the constant moment of a reference's own
// clause; nil where it has none or the moment is known at run time only.
func (b *binder) catalogOf(tm *temporal) (*catalog.Catalog, error) {
	if tm == nil || tm.system == nil || tm.system.Kind != plan.AsOf || b.ctx.CatalogAt == nil {
		return nil, nil
	}
	c, ok := tm.system.A.(*plan.Const)
	if !ok || c.Val.IsNull() {
		return nil, nil
	}
	past, err := b.ctx.CatalogAt(c.Val.Int())
	return past, b.located(err, tm.pos)
}

// relationThen looks into the past, then into today's catalog.
func (b *binder) relationThen(past, today *catalog.Catalog, ref *ast.TableRef) (catalog.Object, bool, error) {
	if o := findRelation(past, b.path, ref.Schema, ref.Name); o != nil {
		if past == b.ctx.Catalog {
			b.lookupRelation(ref.Schema, ref.Name)
		}
		return o, false, nil
	}
	o := findRelation(today, b.path, ref.Schema, ref.Name)
	if o == nil {
		_, err := b.relation(ref)
		return nil, false, err
	}
	t, ok := o.(*catalog.Table)
	if ok && t.Virtual {
		return o, false, nil // it has no history: its rows are made of the catalog that is read
	}
	note := "relation \"" + ref.Name + "\" did not exist yet at the moment that is read: no rows"
	if ok && t.Created != 0 {
		note += "; it was created at " + types.FormatText(types.Timestamptz, types.NewInt(t.Created), b.format())
	}
	b.notices = append(b.notices, note)
	return o, true, nil
}
