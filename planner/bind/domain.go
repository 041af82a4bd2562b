package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// A value becomes one of a domain by the conversion to the domain's base type,
// then by plan.CoerceDomain, which asks the checks of the domain and of those
// below it. Operators and functions see the base type (baseOID).

// domainRow is the relation that a domain's checks are over: one column, VALUE.
func domainRow(base types.Type) *catalog.Table {
	return &catalog.Table{Columns: []catalog.Column{{Name: "value", Type: base}}, NextAttr: 1}
}

// DomainCheck binds a check of a domain over base. It returns the text to keep.
func DomainCheck(ctx *Context, base types.Type, e ast.Expr, text string) (string, error) {
	t := domainRow(base)
	x, err := TableExpr(ctx, t, nil, e, CheckExpr, text)
	if err != nil {
		return "", err
	}
	return overValue(x).String(), nil
}

// overValue writes the column as the keyword that users write.
func overValue(e plan.Expr) plan.Expr {
	if c, ok := e.(*plan.Col); ok {
		n := *c
		n.Name = "VALUE"
		return &n
	}
	return plan.MapChildren(e, overValue)
}

// DomainCondition binds a constraint of a domain over a stored value of its base type.
func DomainCondition(ctx *Context, t *catalog.Type, constraint string, value *plan.Col) (plan.Expr, error) {
	for i := range t.Checks {
		if t.Checks[i].Name != constraint {
			continue
		}
		x, err := newBinder(ctx, "").tableExpr(domainRow(t.Base.Base()), t.Checks[i].Expr, types.Bool, clauseCheck)
		return valueAs(x, value), err
	}
	return boolConst(true), nil
}

// valueAs puts another column for VALUE.
func valueAs(e plan.Expr, value *plan.Col) plan.Expr {
	if _, ok := e.(*plan.Col); ok {
		return value
	}
	return plan.MapChildren(e, func(child plan.Expr) plan.Expr { return valueAs(child, value) })
}

// inDomain converts e to a domain or to an array over one.
func (b *binder) inDomain(e plan.Expr, target types.Type, ctx builtin.CastContext, pos int) (plan.Expr, error) {
	base := target.Base()
	if p, ok := e.(*plan.Param); ok && p.Typ.OID == types.OIDUnknown {
		// The client is told the domain; its value is checked here.
		x, err := b.coerceParam(p, target.OID, pos)
		if err != nil {
			return nil, err
		}
		return b.toDomain(relabel(x, base), target)
	}
	x, err := b.convert(e, base, ctx, pos)
	if err != nil {
		return nil, err
	}
	if x, err = b.applyMod(x, base, ctx == builtin.CastExplicit, pos); err != nil {
		return nil, err
	}
	return b.toDomain(x, target)
}

// toDomain adds the checks of a domain to e, which is of its base type.
func (b *binder) toDomain(e plan.Expr, target types.Type) (plan.Expr, error) {
	out := &plan.CoerceDomain{Arg: e, Typ: target.NoMod()}
	if t, _ := b.ctx.Catalog.TypeByID(target.OID); t != nil {
		out.Schema = b.ctx.Catalog.SchemaName(t.Schema)
	}
	for oid := target.OID; ; {
		t, _ := b.ctx.Catalog.TypeByID(oid)
		if t == nil || t.Kind != catalog.DomainType {
			return out, nil
		}
		b.usesType(t.ID)
		out.NotNull = out.NotNull || t.NotNull
		var own []plan.DomainCheck
		for i := range t.Checks {
			x, err := b.tableExpr(domainRow(t.Base.Base()), t.Checks[i].Expr, types.Bool, clauseCheck)
			if err != nil {
				return nil, err
			}
			own = append(own, plan.DomainCheck{Name: t.Checks[i].Name, Cond: x})
		}
		out.Checks = append(own, out.Checks...) // the innermost domain's first
		oid = t.Base.OID
	}
}

// overDomain reports whether t is an array whose elements are of a domain.
func overDomain(t types.Type) bool { return t.IsArray() && t.Elem().IsDomain() }

// arrayInDomain converts a literal or parameter to an array over a domain: its
// text is read as an array of the base type, then element by element.
func (b *binder) arrayInDomain(e plan.Expr, target types.Type, pos int) (plan.Expr, error) {
	elem := target.Elem().NoMod()
	check, err := b.inDomain(&plan.Col{Typ: elem.Base().NoMod()}, elem, builtin.CastImplicit, pos)
	if err != nil {
		return nil, err
	}
	if p, ok := e.(*plan.Param); ok {
		x, err := b.coerceParam(p, target.OID, pos)
		if err != nil {
			return nil, err
		}
		return &plan.ArrayCast{Arg: x, Elem: check, Typ: target.NoMod()}, nil
	}
	x, err := b.convert(e, elem.Base().ArrayOf(), builtin.CastImplicit, pos)
	if err != nil {
		return nil, err
	}
	return &plan.ArrayCast{Arg: x, Elem: check, Typ: target.NoMod()}, nil
}

// domainDefault is the default of a column's domain, nil if it has none.
func (b *binder) domainDefault(t types.Type) (plan.Expr, error) {
	for oid := t.OID; ; {
		d, _ := b.ctx.Catalog.TypeByID(oid)
		if d == nil || d.Kind != catalog.DomainType {
			return nil, nil
		}
		if d.Default != "" {
			b.usesType(d.ID)
			return b.catalogExpr(d.Default, nil, &t, clauseDefault)
		}
		oid = d.Base.OID
	}
}

// textChecks are the checks of the columns that are of domains, for values that
// come as text rather than from an expression (COPY).
func (b *binder) textChecks(t *catalog.Table) ([]plan.ColumnExpr, error) {
	var out []plan.ColumnExpr
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Dropped || c.Generated != "" {
			continue
		}
		var x plan.Expr
		var err error
		switch {
		case c.Type.IsDomain():
			x, err = b.inDomain(&plan.Col{Index: i, Typ: c.Type.Base().NoMod()}, c.Type, builtin.CastAssignment, -1)
		case overDomain(c.Type):
			elem := c.Type.Elem().NoMod()
			x, err = b.inDomain(&plan.Col{Typ: elem.Base().NoMod()}, elem, builtin.CastAssignment, -1)
			x = &plan.ArrayCast{Arg: &plan.Col{Index: i, Typ: c.Type}, Elem: x, Typ: c.Type}
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, plan.ColumnExpr{Ord: i + 1, Expr: x})
	}
	return out, nil
}
