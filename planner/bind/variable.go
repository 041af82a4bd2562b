package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// Names of a function's body: they are looked for where a name is no column, or
// beside it where the language calls that ambiguous (plan.Variables).

// variables returns the names of the function whose body is bound; nil for
// other texts, views and defaults that the body uses among them.
func (b *binder) variables() plan.Variables {
	if b.kept {
		return nil
	}
	return b.ctx.Variables
}

// columnOrVariable resolves a name that may be a column or a variable.
func (b *binder) columnOrVariable(s *scope, e *ast.ColumnRef) (plan.Expr, error) {
	vars := b.variables()
	if vars == nil {
		return b.columnRef(s, e)
	}
	column, columnErr := b.columnRef(s, e)
	if column != nil && !vars.Ambiguous() {
		return column, nil
	}
	x, err := b.variableRef(vars, e)
	switch {
	case column != nil && x != nil:
		return nil, b.errorf(sqlerr.AmbiguousColumn, e.Pos(), "column reference \"%s\" is ambiguous", joinDots(e.Fields)).
			WithDetail("It could refer to either a PL/pgSQL variable or a table column.")
	case column != nil:
		return column, nil
	case x != nil:
		return x, nil
	case err != nil && (sqlerr.Is(columnErr, sqlerr.UndefinedColumn) || sqlerr.Is(columnErr, sqlerr.UndefinedTable)):
		return nil, err
	}
	return nil, columnErr
}

// variableRef resolves a name as a variable; nil if it is none.
func (b *binder) variableRef(vars plan.Variables, e *ast.ColumnRef) (plan.Expr, error) {
	if e.Star {
		return nil, nil
	}
	v, used, err := vars.Variable(e.Fields)
	if err != nil {
		return nil, b.located(err, e.Pos())
	}
	if v == nil {
		return nil, nil
	}
	x := b.variableExpr(v)
	for _, name := range e.Fields[used:] {
		if x, err = b.fieldOf(x, name, e.Pos()); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// variableExpr is a variable's value: a parameter, or a row of them.
func (b *binder) variableExpr(v *plan.Variable) plan.Expr {
	if !v.Row {
		return b.variableParam(v)
	}
	row := &plan.RowExpr{Typ: types.Record}
	for i := range v.Fields {
		f := &v.Fields[i]
		if v.Packed {
			row.Fields = append(row.Fields, &plan.Field{Arg: b.variableParam(v), N: i, Name: f.Name, Typ: f.Type})
		} else {
			row.Fields = append(row.Fields, b.variableParam(f))
		}
		row.Names = append(row.Names, f.Name)
	}
	return row
}

func (b *binder) variableParam(v *plan.Variable) plan.Expr {
	p := b.params
	for len(p.types) < v.Param {
		p.types = append(p.types, 0)
	}
	p.types[v.Param-1] = v.Type.OID
	return &plan.Param{N: v.Param, Typ: v.Type}
}

// variableStar lists the fields of name.* where name is a row variable; nil if it is none.
func (b *binder) variableStar(ref *ast.ColumnRef) ([]*entry, error) {
	vars := b.variables()
	if vars == nil || len(ref.Fields) == 0 {
		return nil, nil
	}
	v, used, err := vars.Variable(ref.Fields)
	if err != nil {
		return nil, b.located(err, ref.Pos())
	}
	if v == nil || used < len(ref.Fields) || !v.Row {
		return nil, nil
	}
	row := b.variableExpr(v).(*plan.RowExpr)
	out := []*entry{}
	for i, f := range row.Fields {
		out = append(out, newEntry(f, row.Names[i], ref.Pos()))
	}
	return out, nil
}

// spreadRows writes out each name.* of a row variable in a list of values.
func (b *binder) spreadRows(list []ast.Expr) []ast.Expr {
	vars := b.variables()
	if vars == nil {
		return list
	}
	var out []ast.Expr
	for i, e := range list {
		ref, ok := e.(*ast.ColumnRef)
		if !ok || !ref.Star || len(ref.Fields) == 0 {
			if out != nil {
				out = append(out, e)
			}
			continue
		}
		v, used, err := vars.Variable(ref.Fields)
		if err != nil || v == nil || !v.Row || used < len(ref.Fields) {
			return list
		}
		if out == nil {
			out = append(out, list[:i]...)
		}
		for k := range v.Fields {
			fields := append(append([]string(nil), ref.Fields...), v.Fields[k].Name)
			out = append(out, &ast.ColumnRef{Position: ref.Position, Fields: fields})
		}
	}
	if out == nil {
		return list
	}
	return out
}
