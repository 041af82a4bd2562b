package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// fieldsOf lists the attributes of a composite type as the statement's catalog
// has them; nil for other types.
func (b *binder) fieldsOf(t types.Type) []types.Field {
	oid := t.Base().OID
	if d := b.ctx.Catalog.Defined(oid); d != nil {
		return d.Fields
	}
	return types.Of(oid).Fields()
}

// compositeFields lists the fields of a composite value where they are known.
func (b *binder) compositeFields(x plan.Expr) []builtin.OutColumn {
	if out := recordFields(x); out != nil {
		return out
	}
	var out []builtin.OutColumn
	for _, f := range b.fieldsOf(x.Type()) {
		out = append(out, builtin.OutColumn{Name: f.Name, Type: f.Type})
	}
	return out
}

// findComposite finds a composite type by name, nil if there is none.
func (b *binder) findComposite(schema, name string) *catalog.Type {
	path := b.path
	if schema != "" {
		path = []string{schema}
	}
	for _, s := range path {
		if t := b.ctx.Catalog.Type(s, name); t != nil && t.Kind == catalog.CompositeType {
			return t
		}
	}
	return nil
}

// rowType is the type of whole rows of a relation: a table's row type, or record
// where the relation has none.
func (r *relation) rowType() types.Type {
	if r == nil || r.table == nil || types.DefinedType(r.table.TypeID) == nil {
		return types.Record
	}
	return types.Of(r.table.TypeID)
}

// toComposite converts a row to a composite type field by field. Errors: 42846.
func (b *binder) toComposite(e plan.Expr, target types.Type, ctx builtin.CastContext, pos int) (plan.Expr, error) {
	refuse := func(format string, args ...any) error {
		err := b.errorf(sqlerr.CannotCoerce, pos, "cannot cast type %s to %s", typeName(e.Type().OID), typeName(target.OID))
		if format != "" {
			err = err.WithDetail(format, args...)
		}
		return err
	}
	row, ok := e.(*plan.RowExpr)
	if !ok {
		return nil, refuse("")
	}
	fields := b.fieldsOf(target)
	out := &plan.RowExpr{Typ: target.NoMod()}
	for i, f := range fields {
		if i >= len(row.Fields) {
			return nil, refuse("Input has too few columns.")
		}
		x := row.Fields[i]
		source := x.Type().OID
		y, err := b.coerce(x, f.Type, ctx, pos)
		if err != nil {
			return nil, err
		}
		if y == nil {
			return nil, refuse("Cannot cast type %s to %s in column %d.", typeName(source), typeName(f.Type.OID), i+1)
		}
		out.Fields = append(out.Fields, y)
	}
	if len(row.Fields) > len(fields) {
		return nil, refuse("Input has too many columns.")
	}
	return out, nil
}

// assignedField is old with another value in the field that steps begin with:
// SET c.a = … and INSERT INTO t (c.a). The other fields stay; of a NULL they are NULL.
func (b *binder) assignedField(s *scope, old plan.Expr, col *catalog.Column, steps []*ast.Step, pos int, value func(types.Type, partError) (plan.Expr, error)) (plan.Expr, error) {
	t, name := old.Type(), steps[0].Name
	fields := b.fieldsOf(t)
	if fields == nil {
		return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "cannot assign to field \"%s\" of column \"%s\" because its type %s is not a composite type",
			name, col.Name, typeName(t.OID))
	}
	out := &plan.RowExpr{Typ: t.Base().NoMod()}
	found := false
	for i, f := range fields {
		x := plan.Expr(&plan.Field{Arg: old, N: i, Name: f.Name, Typ: f.Type})
		if f.Name == name {
			found = true
			var err error
			if len(steps) > 1 {
				x, err = b.assignedPart(s, x, col, steps[1:], pos, value)
			} else {
				x, err = value(f.Type, func(got types.Type, at int) error {
					return b.errorf(sqlerr.DatatypeMismatch, at, "subfield \"%s\" is of type %s but expression is of type %s", f.Name, typeName(f.Type.OID), typeName(got.OID)).
						WithHint("You will need to rewrite or cast the expression.")
				})
			}
			if err != nil {
				return nil, err
			}
		}
		out.Fields = append(out.Fields, x)
	}
	if !found {
		return nil, b.errorf(sqlerr.UndefinedColumn, pos, "cannot assign to field \"%s\" of column \"%s\" because there is no such column in data type %s",
			name, col.Name, typeName(t.OID))
	}
	if t.IsDomain() {
		return b.toDomain(out, t)
	}
	return out, nil
}
