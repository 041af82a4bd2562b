package bind

import (
	"slices"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// coerce converts e to target with its modifier; nil without an error where
// the context allows no conversion.
func (b *binder) coerce(e plan.Expr, target types.Type, ctx builtin.CastContext, pos int) (plan.Expr, error) {
	if !canCoerce(e.Type().OID, target.OID, ctx) {
		return nil, nil
	}
	explicit := ctx == builtin.CastExplicit
	out, err := b.convert(e, target, ctx, pos)
	if err != nil {
		return nil, err
	}
	return b.applyMod(out, target, explicit, pos)
}

// convert changes the type of e but for the modifier. The conversion must be
// possible (canCoerce).
func (b *binder) convert(e plan.Expr, target types.Type, ctx builtin.CastContext, pos int) (plan.Expr, error) {
	source := e.Type().OID
	switch {
	case source == target.OID, target.OID == types.OIDAny, target.OID == types.OIDRecord && category(source) == 'C':
		return b.resolveFieldsOf(e, pos)
	case isPolymorphic(target.OID):
		return b.resolveFieldsOf(e, pos)
	}
	if target.IsDomain() {
		return b.inDomain(e, target, ctx, pos)
	}
	if source == types.OIDUnknown && overDomain(target) {
		return b.arrayInDomain(e, target, pos)
	}
	if source == types.OIDUnknown {
		switch u := e.(type) {
		case *plan.Const:
			return b.literal(u, target, pos)
		case *plan.Param:
			return b.coerceParam(u, target.OID, pos)
		}
		return &plan.IOCast{Arg: e, Typ: target.NoMod()}, nil
	}
	if source == types.OIDRecord && b.fieldsOf(target) != nil {
		return b.toComposite(e, target, ctx, pos)
	}
	kind, cast := pathway(target.OID, source, ctx)
	switch kind {
	case pathRelabel:
		return relabel(e, target.NoMod()), nil
	case pathFunc:
		args := []plan.Expr{e}
		if len(cast.Fn.Args) > 1 {
			args = append(args, &plan.Const{Typ: types.Int4, Val: types.NewInt(int64(target.Mod))})
		}
		if len(cast.Fn.Args) > 2 {
			args = append(args, boolConst(ctx == builtin.CastExplicit))
		}
		return b.fold(&plan.Func{Fn: cast.Fn, Args: args, Typ: target.NoMod(), Cast: true}), nil
	case pathArray:
		from, to := types.Of(arrayElem(source)), types.Of(arrayElem(target.OID))
		elem, err := b.convert(&plan.Col{Typ: from}, to, ctx, pos)
		if err != nil {
			return nil, err
		}
		if r, ok := elem.(*plan.Relabel); ok && isCol(r.Arg) {
			return relabel(e, target.NoMod()), nil
		}
		return &plan.ArrayCast{Arg: e, Elem: elem, Typ: target.NoMod()}, nil
	}
	return &plan.IOCast{Arg: e, Typ: target.NoMod()}, nil
}

func isCol(e plan.Expr) bool { _, ok := e.(*plan.Col); return ok }

// relabel gives e another type without touching its payload.
func relabel(e plan.Expr, t types.Type) plan.Expr {
	if c, ok := e.(*plan.Const); ok {
		return &plan.Const{Typ: t, Val: c.Val}
	}
	return &plan.Relabel{Arg: e, Typ: t}
}

func boolConst(v bool) *plan.Const { return &plan.Const{Typ: types.Bool, Val: types.NewBool(v)} }

func nullConst(t types.Type) *plan.Const { return &plan.Const{Typ: t, Val: types.Null} }

// applyMod enforces the modifier of target, whose OID e already has.
func (b *binder) applyMod(e plan.Expr, target types.Type, explicit bool, pos int) (plan.Expr, error) {
	if e.Type().Mod == target.Mod || e.Type().OID != target.OID {
		return e, nil
	}
	if target.Mod < 0 { // nothing to do, but whoever asks for the modifier is to see that
		return relabel(e, target), nil
	}
	if elem := target.Elem(); elem.OID != 0 && category(target.OID) == 'A' {
		inner := &plan.Typmod{Arg: &plan.Col{Typ: elem.NoMod()}, Typ: elem, Explicit: explicit}
		return &plan.ArrayCast{Arg: e, Elem: inner, Typ: target}, nil
	}
	if c, ok := e.(*plan.Const); ok {
		// One that fails is left for run time, where CASE or a filter may avoid it.
		if v, err := modifyConst(c, target, explicit); err == nil {
			return &plan.Const{Typ: target, Val: v}, nil
		}
	}
	return &plan.Typmod{Arg: e, Typ: target, Explicit: explicit}, nil
}

// coerceArg converts an argument of a call to the type its function was chosen for.
func (b *binder) coerceArg(e plan.Expr, target types.OID, pos int) (plan.Expr, error) {
	return b.convert(e, types.Of(target), builtin.CastImplicit, pos)
}

// coerceBool converts a condition; what is the clause's name for the error.
func (b *binder) coerceBool(e plan.Expr, what string, pos int) (plan.Expr, error) {
	source := e.Type().OID
	out, err := b.coerce(e, types.Bool, builtin.CastAssignment, pos)
	if err != nil || out != nil {
		return out, err
	}
	return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "argument of %s must be type boolean, not type %s", what, typeName(source))
}

// coerceSpecific converts e to a type that a clause demands.
func (b *binder) coerceSpecific(e plan.Expr, target types.Type, what string, pos int) (plan.Expr, error) {
	source := e.Type().OID
	out, err := b.coerce(e, target, builtin.CastAssignment, pos)
	if err != nil || out != nil {
		return out, err
	}
	return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "argument of %s must be type %s, not type %s",
		what, typeName(target.OID), typeName(source))
}

// resolveUnknown makes text of what is still of type unknown.
func (b *binder) resolveUnknown(e plan.Expr, pos int) (plan.Expr, error) {
	if row, ok := e.(*plan.RowExpr); ok && row.Typ.OID == types.OIDRecord {
		return b.resolveFields(row, pos)
	}
	if e.Type().OID != types.OIDUnknown {
		return e, nil
	}
	return b.convert(e, types.Text, builtin.CastImplicit, pos)
}

// resolveFieldsOf is resolveFields where e is a row; other expressions stay.
func (b *binder) resolveFieldsOf(e plan.Expr, pos int) (plan.Expr, error) {
	if row, ok := e.(*plan.RowExpr); ok {
		return b.resolveFields(row, pos)
	}
	return e, nil
}

// resolveFields makes text of the fields of a row that are still of type unknown.
func (b *binder) resolveFields(row *plan.RowExpr, pos int) (plan.Expr, error) {
	for i, f := range row.Fields {
		x, err := b.resolveUnknown(f, pos)
		if err != nil {
			return nil, err
		}
		if x == f {
			continue
		}
		n := *row
		n.Fields = slices.Clone(row.Fields)
		n.Fields[i] = x
		row = &n
	}
	return row, nil
}

// coerceAssign converts a value to the column it is stored in.
func (b *binder) coerceAssign(e plan.Expr, target types.Type, column string, pos int) (plan.Expr, error) {
	out, err := b.coerce(e, target, builtin.CastAssignment, pos)
	if err != nil || out != nil {
		return out, err
	}
	return nil, b.wrongColumnType(column, target, e.Type(), pos)
}

// wrongColumnType is 42804 for a value that a column cannot take.
func (b *binder) wrongColumnType(column string, target, got types.Type, pos int) error {
	return b.errorf(sqlerr.DatatypeMismatch, pos, "column \"%s\" is of type %s but expression is of type %s",
		column, typeName(target.OID), typeName(got.OID)).WithHint("You will need to rewrite or cast the expression.")
}

// modifyConst applies a modifier to a constant.
func modifyConst(c *plan.Const, target types.Type, explicit bool) (types.Value, error) {
	if c.Val.IsNull() {
		return c.Val, nil
	}
	return types.ApplyTypmod(target, c.Val, explicit)
}
