package bind

import (
	"slices"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// functionItem binds a function in FROM, or ROWS FROM (…). Functions see the
// items before them, as if LATERAL were written.
func (b *binder) functionItem(s *scope, e *ast.FuncRef) (*relation, error) {
	wasActive, wasClause := s.lateralActive, s.clause
	s.lateralActive, s.clause = true, clauseFromFunction
	defer func() { s.lateralActive, s.clause = wasActive, wasClause }()
	if e.Ordinality && len(e.Columns) > 0 {
		return nil, b.errorf(sqlerr.SyntaxError, e.Columns[0].Pos(), "WITH ORDINALITY cannot be used with a column definition list").
			WithHint("Put the column definition list inside ROWS FROM().")
	}
	rel := b.newRelation(relFunction, s, aliasName(e.Alias, ""))
	rel.lateral, rel.ordinal = true, e.Ordinality
	var err error
	if rel.temporal, err = b.temporalClause(s, e.AsOf); err != nil {
		return nil, err
	}
	if tm := rel.temporal; tm != nil && tm.system != nil && !tm.system.Single() {
		return nil, b.errorf(sqlerr.FeatureNotSupported, tm.pos, "a function has no versions").
			WithHint("AS OF behind a function makes it read as of one moment.")
	}
	if err := b.note(rel.temporal); err != nil {
		return nil, err
	}
	for _, item := range unnestArgs(e.Funcs) {
		defs := item.Columns
		if defs == nil && !e.RowsFrom {
			defs = e.Columns
		}
		if err := b.addFunction(s, rel, item, defs); err != nil {
			return nil, err
		}
	}
	if rel.alias == "" {
		rel.alias = rel.calls[0].Name
	} else if rel.calls[0].Defs != nil {
	} else if rel.scalarFunction() || len(rel.calls) == 1 && len(rel.cols) == 1 && rel.calls[0].Fn != nil && rel.calls[0].Fn.Columns == nil {
		rel.cols[0].name = rel.alias
	}
	if e.Ordinality {
		rel.cols = append(rel.cols, relColumn{name: "ordinality", typ: types.Int8})
	}
	return rel, b.rename(rel, e.Alias)
}

// unnestArgs turns unnest(a, b) into two calls, as PostgreSQL does in FROM.
func unnestArgs(items []*ast.FuncRefItem) []*ast.FuncRefItem {
	var out []*ast.FuncRefItem
	for _, it := range items {
		call, ok := it.Call.(*ast.FuncCall)
		if !ok || call.FuncName() != "unnest" || len(call.Args) < 2 {
			out = append(out, it)
			continue
		}
		for _, a := range call.Args {
			c := *call
			c.Args = []ast.Expr{a}
			out = append(out, &ast.FuncRefItem{Position: it.Position, Call: &c})
		}
	}
	return out
}

// addFunction binds one call and adds its columns to the relation.
func (b *binder) addFunction(s *scope, rel *relation, item *ast.FuncRefItem, defs []*ast.ColumnDef) error {
	x, err := b.expr(s, item.Call)
	if err != nil {
		return err
	}
	name := b.columnName(item.Call)
	call := plan.SetCall{Name: name}
	var names []string
	switch f := x.(type) {
	case *setCall:
		call.Fn, call.Args = f.fn, f.args
		if call.Args, err = b.validArgument(f, rel.temporal); err != nil {
			return err
		}
		b.ranked = b.ranked || f.fn.Schema == "memory"
		for _, c := range f.fn.Columns {
			names = append(names, c.Name)
			call.Cols = append(call.Cols, c.Type)
		}
		for _, c := range b.fieldsOf(f.typ) {
			call.Expand = true
			names, call.Cols = append(names, c.Name), append(call.Cols, c.Type)
		}
		if names == nil {
			names, call.Cols = []string{name}, []types.Type{f.typ}
		}
	default:
		if contains(x, isSetCall) {
			return b.errorf(sqlerr.FeatureNotSupported, item.Pos(), "set-returning functions must appear at top level of FROM")
		}
		call.Expr, call.Cols, names = x, []types.Type{x.Type()}, []string{name}
		if fields := b.compositeFields(x); len(fields) > 0 {
			call.Expand, call.Cols, names = true, nil, nil
			for _, c := range fields {
				names, call.Cols = append(names, c.Name), append(call.Cols, c.Type)
			}
		}
	}
	if len(defs) > 0 {
		if names, err = b.columnDefs(&call, x, defs); err != nil {
			return err
		}
	} else if len(call.Cols) == 1 && call.Cols[0].OID == types.OIDRecord && b.compositeFields(x) == nil {
		return b.errorf(sqlerr.SyntaxError, startOf(item.Call), "a column definition list is required for functions returning \"record\"")
	}
	for i, n := range names {
		rel.cols = append(rel.cols, relColumn{name: n, typ: call.Cols[i]})
	}
	rel.calls = append(rel.calls, call)
	return nil
}

// columnDefs applies AS t(a int, b text).
func (b *binder) columnDefs(call *plan.SetCall, x plan.Expr, defs []*ast.ColumnDef) ([]string, error) {
	if x.Type().OID != types.OIDRecord || b.compositeFields(x) != nil {
		return nil, b.errorf(sqlerr.SyntaxError, defs[0].Pos(), "a column definition list is only allowed for functions returning \"record\"")
	}
	if f, ok := x.(*plan.Func); ok { // its body has to know the columns
		call.Fn, call.Args, call.Expr = f.Fn, f.Args, nil
	}
	call.Cols, call.Expand = nil, true
	var names []string
	for _, d := range defs {
		t, err := b.typeOf(d.Type)
		if err != nil {
			return nil, err
		}
		names, call.Cols = append(names, d.Name), append(call.Cols, t)
		call.Defs = append(call.Defs, builtin.OutColumn{Name: d.Name, Type: t})
	}
	return names, nil
}

// validArgument passes a reference's FOR VALID_TIME AS OF to the argument of the
// function that means the same, unless one was given.
func (b *binder) validArgument(f *setCall, t *temporal) ([]plan.Expr, error) {
	if t == nil || t.valid == nil {
		return f.args, nil
	}
	i := slices.Index(f.fn.ArgNames, "valid_as_of")
	if i < 0 || t.valid.kind != plan.AsOf {
		return nil, b.errorf(sqlerr.FeatureNotSupported, f.pos, "this FOR VALID_TIME does not apply to function %s", f.fn.Name).
			WithHint("It can stand behind a function with an argument valid_as_of, as FOR VALID_TIME AS OF.")
	}
	args := append([]plan.Expr(nil), f.args...)
	if isNullConst(args[i]) {
		args[i] = t.valid.a
	}
	return args, nil
}
