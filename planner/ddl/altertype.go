package ddl

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// alterType changes a column's type: the column gets a new attribute, every row
// a new version, and the indexes that use the column are built anew.
func (d *draft) alterType(c *ast.AlterCmd) error {
	col, ord, err := d.column(c.Name)
	if err != nil {
		return err
	}
	t, _, err := d.columnType(c.Column)
	if err != nil {
		return err
	}
	collation, err := d.collation(c.Column.Collation, t)
	if err != nil {
		return err
	}
	value, err := d.convertColumn(c, col, ord, t)
	if err != nil {
		return err
	}
	if err := d.typeBlocked(col, ord); err != nil {
		return err
	}
	old := d.t.Clone()
	was := *col
	col.Type, col.Collation, col.Missing = t, collation, nil
	if err := d.retypeDefault(col, was); err != nil {
		return err
	}
	same := c.Column.Using == nil && harmless(was.Type, t)
	if !same {
		if err := d.rowTypeFree(); err != nil {
			return err
		}
		col.Attr = d.t.NextAttr
		d.t.NextAttr++
	} else {
		col.Missing = was.Missing
	}
	if err := d.rebindChecks(); err != nil {
		return err
	}
	return d.retypeIndexes(old, ord, value, same)
}

// harmless reports whether every stored value is one of the new type as it
// stands: only a modifier is dropped, or varchar becomes text.
func harmless(was, t types.Type) bool {
	text := func(t types.Type) bool { return t.OID == types.OIDText || t.OID == types.OIDVarchar && t.Mod < 0 }
	if (was.OID == types.OIDVarchar || was.OID == types.OIDText) && text(t) {
		return true
	}
	return was.OID == t.OID && (was.Mod == t.Mod || t.Mod < 0 && was.OID != types.OIDBpchar ||
		was.OID == types.OIDVarchar && was.Mod >= 0 && t.Mod >= was.Mod)
}

// typeBlocked refuses columns that generated columns or views read.
func (d *draft) typeBlocked(col *catalog.Column, ord int) error {
	for i := range d.t.Columns {
		g := &d.t.Columns[i]
		if g.Dropped || g.Generated == "" || i+1 == ord {
			continue
		}
		if used, err := d.textColumns(d.t, g.Generated); err == nil && hasColumn(used, ord) {
			return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type of a column used by a generated column").
				WithDetail("Column \"%s\" is used by generated column \"%s\".", col.Name, g.Name)
		}
	}
	d.put()
	users, err := d.columnUsers(d.t, ord)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter type of a column used by a view or rule").
			WithDetail("rule _RETURN on %s depends on column \"%s\"", d.describe(users[0].item), col.Name)
	}
	return nil
}

// convertColumn makes the expression of the new value over the old row.
func (d *draft) convertColumn(c *ast.AlterCmd, col *catalog.Column, ord int, t types.Type) (plan.Expr, error) {
	using := c.Column.Using
	if using == nil {
		using = &ast.ColumnRef{Position: ast.Unknown, Fields: []string{col.Name}}
	}
	target := &catalog.Column{Name: col.Name, Type: t}
	x, ok, err := bind.Converted(d.bindContext(), d.t, target, using, d.text)
	if err != nil || ok {
		return x, err
	}
	if c.Column.Using != nil {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "result of USING clause for column \"%s\" cannot be cast automatically to type %s", col.Name, types.FormatType(t)).
			WithHint("You might need to add an explicit cast.")
	}
	e := sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" cannot be cast automatically to type %s", col.Name, types.FormatType(t))
	if builtin.FindCast(col.Type.OID, t.OID) != nil || isText(col.Type) || isText(t) {
		e = e.WithHint("You might need to specify \"USING %s::%s\".", builtin.QuoteIdent(col.Name), types.FormatType(t))
	}
	return nil, e
}

// retypeDefault converts a column's default to its new type.
func (d *draft) retypeDefault(col *catalog.Column, was catalog.Column) error {
	if col.Sequence != 0 {
		switch col.Type {
		case types.Int2, types.Int4, types.Int8:
		default:
			if col.Identity != 0 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
			}
			return sqlerr.New(sqlerr.DatatypeMismatch, "default for column \"%s\" cannot be cast automatically to type %s", col.Name, types.FormatType(col.Type))
		}
		if seq, ok := d.cat.Object(col.Sequence).(*catalog.Sequence); ok && seq.Type == was.Type && seq.OwnerTable == d.t.ID {
			as := &ast.Option{Position: ast.Unknown, Name: "as", Type: &ast.TypeName{Position: ast.Unknown, Names: []string{types.Lookup(col.Type.OID).Name}, IntervalPrecision: -1}}
			return d.changeSequence(seq, []*ast.Option{as})
		}
		return nil
	}
	for _, text := range []*string{&col.Default, &col.Generated} {
		if *text == "" {
			continue
		}
		out, ok, err := bind.ConvertedText(d.bindContext(), d.t, col, *text)
		if err != nil {
			return err
		}
		if !ok {
			what := "default"
			if text == &col.Generated {
				what = "generation expression"
			}
			return sqlerr.New(sqlerr.DatatypeMismatch, "%s for column \"%s\" cannot be cast automatically to type %s", what, col.Name, types.FormatType(col.Type))
		}
		*text = out
	}
	return nil
}

// rebindChecks binds the checks again: their operators may be others now.
func (d *draft) rebindChecks() error {
	for i := range d.t.Constraints {
		k := &d.t.Constraints[i]
		if k.Kind != catalog.Check {
			continue
		}
		x, err := bind.CatalogText(d.bindContext(), d.t, k.Expr)
		if err != nil {
			return err
		}
		k.Expr = x.String()
	}
	return nil
}

// retypeIndexes rewrites the rows between taking the column's indexes away and
// building them again, so that no index holds keys of two types.
func (d *draft) retypeIndexes(old *catalog.Table, ord int, value plan.Expr, same bool) error {
	var again []*catalog.Index
	for _, ix := range d.cat.Indexes(d.t.ID) {
		if !d.indexUses(old, ix, ord) {
			continue
		}
		n := *ix
		n.Keys = append([]catalog.IndexKey(nil), ix.Keys...)
		if err := d.retypeIndex(&n); err != nil {
			return err
		}
		again = append(again, &n)
	}
	if err := d.retypeForeignKeys(ord); err != nil {
		return err
	}
	for _, ix := range again {
		d.dropObject(ix.ID)
	}
	d.put()
	if !same {
		exprs := sameRow(old)
		exprs[ord-1] = value
		d.step(&plan.RewriteRows{Old: old, New: d.t.Clone(), Exprs: exprs})
	}
	for _, ix := range again {
		d.binder.put(ix)
	}
	for i := range d.t.Constraints {
		if k := d.t.Constraints[i]; k.Kind == catalog.ForeignKey && !k.NotValid && hasColumn(k.Columns, ord) {
			d.step(&plan.CheckForeignKey{Table: d.t.Clone(), Constraint: k})
		}
	}
	return nil
}

// retypeIndex gives an index the types that its keys have now.
func (d *draft) retypeIndex(ix *catalog.Index) error {
	for i := range ix.Keys {
		k := &ix.Keys[i]
		if k.Column > 0 {
			k.Type = d.t.Columns[k.Column-1].Type
		} else {
			x, err := bind.CatalogText(d.bindContext(), d.t, k.Expr)
			if err != nil {
				return err
			}
			k.Expr, k.Type = x.String(), x.Type()
		}
		method := ix.Method
		if partitioned(method) && i < len(ix.Keys)-1 {
			method = catalog.BTree
		}
		e := &ast.IndexElem{}
		if k.Opclass != "" {
			e.OpClass = []string{k.Opclass}
		}
		var err error
		if k.Opclass, err = opclass(method, k.Type, e); err != nil {
			return err
		}
		if method == catalog.HNSW || method == catalog.IVFFlat {
			if err := vectorKey(method, k.Type); err != nil {
				return err
			}
		}
	}
	if ix.Predicate == "" {
		return nil
	}
	x, err := bind.CatalogText(d.bindContext(), d.t, ix.Predicate)
	if err == nil {
		ix.Predicate = x.String()
	}
	return err
}

// retypeForeignKeys verifies that keys still compare, on both sides.
func (d *draft) retypeForeignKeys(ord int) error {
	for i := range d.t.Constraints {
		k := &d.t.Constraints[i]
		if k.Kind != catalog.ForeignKey || !hasColumn(k.Columns, ord) {
			continue
		}
		parent := d.cat.Table(k.Parent)
		if k.Parent == d.t.ID {
			parent = d.t
		}
		if err := d.comparableKeys(parent, k); err != nil {
			return err
		}
	}
	for _, child := range d.cat.Referencing(d.t.ID) {
		for i := range child.Constraints {
			k := &child.Constraints[i]
			if child.ID != d.t.ID && k.Kind == catalog.ForeignKey && k.Parent == d.t.ID && hasColumn(k.ParentCols, ord) {
				other := &draft{binder: d.binder, t: child}
				if err := other.comparableKeys(d.t, k); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// rowTypeFree refuses to rewrite rows whose type another table stores: values of
// it would be left as they were.
func (d *draft) rowTypeFree() error {
	for _, u := range d.typeUsers([]types.OID{d.t.TypeID, d.t.ArrayTypeID}) {
		user := u.obj.(*catalog.Table)
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter table \"%s\" because column \"%s.%s\" uses its row type",
			d.t.Name, user.Name, user.Columns[u.column-1].Name)
	}
	return nil
}
