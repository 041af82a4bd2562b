package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// inList binds left IN (list). Items without variables that share a type become
// one array, as in PostgreSQL; the others are compared one by one.
func (b *binder) inList(s *scope, e *ast.InExpr) (plan.Expr, error) {
	if l, ok := e.Left.(*ast.RowExpr); ok {
		return b.inRows(s, l, e)
	}
	left, err := b.expr(s, e.Left)
	if err != nil {
		return nil, err
	}
	var plain, rest, items []plan.Expr
	all := []located{{left, startOf(e.Left)}}
	for _, item := range e.List {
		x, err := b.expr(s, item)
		if err != nil {
			return nil, err
		}
		items = append(items, x)
		if contains(x, isVariable) || contains(x, isSublink) {
			rest = append(rest, x)
			continue
		}
		plain = append(plain, x)
		all = append(all, located{x, startOf(item)})
	}
	op, parts := "=", []plan.Expr(nil)
	if e.Not {
		op = "<>"
	}
	if len(plain) > 1 {
		if x, err := b.inArray(left, plain, all, op, e); err != nil {
			return nil, err
		} else if x != nil {
			parts, items = append(parts, x), rest
		}
	}
	for _, x := range items {
		y, err := b.callOperator(op, left, x, e.Pos())
		if err != nil {
			return nil, err
		}
		parts = append(parts, y)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return &plan.BoolOp{Or: !e.Not, Args: parts}, nil
}

// inArray makes left = ANY (ARRAY[…]); nil where the items have no common type with an array.
func (b *binder) inArray(left plan.Expr, items []plan.Expr, all []located, op string, e *ast.InExpr) (plan.Expr, error) {
	oid, err := b.commonType(all, "IN")
	if err != nil || types.Of(oid).ArrayOf().OID == 0 || oid == types.OIDRecord {
		return nil, nil
	}
	t := types.Of(oid)
	elems := make([]plan.Expr, len(items))
	for i, x := range items {
		if elems[i], err = b.toCommon(located{x, all[i+1].pos}, t, "IN"); err != nil {
			return nil, err
		}
	}
	return b.arrayOp(op, left, b.arrayOf(elems, t.ArrayOf()), e.Not, e.Pos())
}

func (b *binder) inRows(s *scope, l *ast.RowExpr, e *ast.InExpr) (plan.Expr, error) {
	left, err := b.exprs(s, l.Args)
	if err != nil {
		return nil, err
	}
	op := "="
	if e.Not {
		op = "<>"
	}
	out := &plan.BoolOp{Or: !e.Not}
	for _, item := range e.List {
		r, ok := item.(*ast.RowExpr)
		if !ok {
			return nil, b.errorf(sqlerr.SyntaxError, startOf(item), "unequal number of entries in row expressions")
		}
		right, err := b.exprs(s, r.Args)
		if err != nil {
			return nil, err
		}
		x, err := b.compareRows(op, left, right, e.Pos())
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, x)
	}
	if len(out.Args) == 1 {
		return out.Args[0], nil
	}
	return out, nil
}

func (b *binder) anyAll(s *scope, e *ast.AnyAllExpr) (plan.Expr, error) {
	args, err := b.exprs(s, []ast.Expr{e.Left, e.Right})
	if err != nil {
		return nil, err
	}
	return b.arrayOp(e.Op.Name, args[0], args[1], e.All, e.Pos())
}

// arrayOp is left op ANY (array) or, with all, left op ALL (array).
func (b *binder) arrayOp(name string, left, array plan.Expr, all bool, pos int) (plan.Expr, error) {
	elem := types.OIDUnknown
	if t := array.Type().OID; t != types.OIDUnknown {
		if elem = arrayElem(t); elem == 0 {
			return nil, b.errorf(sqlerr.WrongObjectType, pos, "op ANY/ALL (array) requires array on right side")
		}
	}
	op, want, ret, err := b.operator(name, left.Type().OID, elem, pos)
	if err != nil {
		return nil, err
	}
	if ret != types.OIDBool {
		return nil, b.errorf(sqlerr.WrongObjectType, pos, "op ANY/ALL (array) requires operator to yield boolean")
	}
	to := types.Of(want[1]).ArrayOf()
	if to.OID == 0 {
		return nil, b.errorf(sqlerr.UndefinedObject, pos, "could not find array type for data type %s", typeName(want[1]))
	}
	if left, err = b.coerceArg(left, want[0], pos); err != nil {
		return nil, err
	}
	if array, err = b.coerceArg(array, to.OID, pos); err != nil {
		return nil, err
	}
	return &plan.ArrayOp{Left: left, Array: array, Fn: op.Fn, Op: name, All: all}, nil
}

// array binds ARRAY[…]; want is the array type that a cast around it asks for,
// OID 0 if none.
func (b *binder) array(s *scope, e *ast.ArrayExpr, want types.Type) (plan.Expr, error) {
	elemWant := want.Elem()
	items := make([]located, len(e.Elements))
	nested := false
	for i, el := range e.Elements {
		var x plan.Expr
		var err error
		if inner, ok := el.(*ast.ArrayExpr); ok {
			x, err = b.array(s, inner, want)
			nested = true
		} else if x, err = b.expr(s, el); err == nil {
			nested = nested || arrayElem(x.Type().OID) != 0 && !isVectorType(x.Type().OID)
		}
		if err != nil {
			return nil, err
		}
		items[i] = located{x, startOf(el)}
	}
	if want.OID == 0 && len(items) == 0 {
		return nil, b.errorf(sqlerr.IndeterminateDatatype, e.Pos(), "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
	}
	if want.OID != 0 {
		to := elemWant
		if nested {
			to = want
		}
		return b.arrayCastItems(items, to, want)
	}
	elems, t, err := b.unify(items, "ARRAY")
	if err != nil {
		return nil, err
	}
	typ := t
	if !nested {
		if typ = t.ArrayOf(); typ.OID == 0 {
			return nil, b.errorf(sqlerr.UndefinedObject, e.Pos(), "could not find array type for data type %s", typeName(t.OID))
		}
	}
	return b.arrayOf(elems, typ), nil
}

func isVectorType(t types.OID) bool { return t == types.OIDInt2Vector || t == types.OIDOIDVector }

// arrayCastItems casts each item explicitly: ARRAY[…]::t[] casts elements, not the array.
func (b *binder) arrayCastItems(items []located, to, want types.Type) (plan.Expr, error) {
	elems := make([]plan.Expr, len(items))
	for i, it := range items {
		x, err := b.coerce(it.expr, to, builtin.CastExplicit, it.pos)
		if err != nil {
			return nil, err
		}
		if x == nil {
			return nil, b.errorf(sqlerr.CannotCoerce, it.pos, "cannot cast type %s to %s", typeName(it.expr.Type().OID), typeName(to.OID))
		}
		elems[i] = x
	}
	return b.arrayOf(elems, want), nil
}

// arrayOf makes an array expression, folded where all elements are constants.
func (b *binder) arrayOf(elems []plan.Expr, t types.Type) plan.Expr {
	values := make([]types.Value, len(elems))
	for i, x := range elems {
		c, ok := x.(*plan.Const)
		if !ok || arrayElem(x.Type().OID) != 0 {
			return &plan.ArrayExpr{Elems: elems, Typ: t}
		}
		values[i] = c.Val
	}
	return &plan.Const{Typ: t, Val: types.NewArray(t.Elem(), values).Encode()}
}

// row binds ROW(…); t.* inside is expanded.
func (b *binder) row(s *scope, e *ast.RowExpr) (plan.Expr, error) {
	out := &plan.RowExpr{Typ: types.Record}
	for _, a := range e.Args {
		if ref, ok := a.(*ast.ColumnRef); ok && ref.Star {
			list, err := b.expandStar(s, ref)
			if err != nil {
				return nil, err
			}
			for _, t := range list {
				out.Fields = append(out.Fields, t.expr)
			}
			continue
		}
		x, err := b.expr(s, a)
		if err != nil {
			return nil, err
		}
		out.Fields = append(out.Fields, x) // of type unknown still: a composite type may say what it is
	}
	return out, nil
}

// indirection binds a[i], a[i:j] and (row).field.
func (b *binder) indirection(s *scope, e *ast.IndirectionExpr) (plan.Expr, error) {
	x, err := b.expr(s, e.Arg)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(e.Steps); {
		switch st := e.Steps[i]; st.Kind {
		case ast.StepField:
			if x, err = b.fieldOf(x, st.Name, startOf(e)); err != nil {
				return nil, err
			}
			i++
		case ast.StepStar:
			return nil, b.errorf(sqlerr.FeatureNotSupported, startOf(e), "row expansion via \"*\" is not supported here")
		default:
			n := i
			for n < len(e.Steps) && e.Steps[n].Kind >= ast.StepIndex {
				n++
			}
			if x, err = b.subscript(s, x, e.Steps[i:n], startOf(e)); err != nil {
				return nil, err
			}
			i = n
		}
	}
	return x, nil
}

// subscript binds a run of [i] and [i:j]; one slice makes all of them slices.
func (b *binder) subscript(s *scope, x plan.Expr, steps []*ast.Step, pos int) (plan.Expr, error) {
	if x.Type().OID == types.OIDJSONB {
		return b.jsonSubscript(s, x, steps)
	}
	if x.Type().OID == types.OIDHstore {
		key, err := b.hstoreKey(s, steps, pos)
		if err != nil {
			return nil, err
		}
		return b.callOperator("->", x, key, pos)
	}
	elem := x.Type().Elem()
	if x.Type().OID == types.OIDName {
		elem = types.Of(types.OIDChar)
	}
	if elem.OID == 0 {
		return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "cannot subscript type %s because it does not support subscripting", typeName(x.Type().OID))
	}
	out := &plan.Subscript{Arg: x, Typ: elem}
	var err error
	if out.Upper, out.Lower, out.Slice, err = b.bounds(s, steps); err != nil {
		return nil, err
	}
	if out.Slice && x.Type().OID == types.OIDName {
		return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "slices of fixed-length arrays not implemented").WithHint("Use substr().")
	}
	if out.Slice {
		out.Typ = x.Type()
	}
	return out, nil
}

func (b *binder) bound(s *scope, e ast.Expr) (plan.Expr, error) {
	if e == nil {
		return nil, nil
	}
	x, err := b.expr(s, e)
	if err != nil {
		return nil, err
	}
	out, err := b.coerce(x, types.Int4, builtin.CastAssignment, startOf(e))
	if err != nil || out != nil {
		return out, err
	}
	return nil, b.errorf(sqlerr.DatatypeMismatch, startOf(e), "array subscript must have type integer")
}

// jsonSubscript is j['a'][0], which is j #> ARRAY['a','0'].
func (b *binder) jsonSubscript(s *scope, x plan.Expr, steps []*ast.Step) (plan.Expr, error) {
	keys, err := b.jsonKeys(s, steps)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		if keys[i], err = b.convert(k, types.Text, builtin.CastExplicit, startOf(steps[i].Upper)); err != nil {
			return nil, err
		}
	}
	return b.callOperator("#>", x, b.arrayOf(keys, types.TextArray), steps[0].Pos())
}

// jsonKeys binds the subscripts of a jsonb value: each int4 or text.
func (b *binder) jsonKeys(s *scope, steps []*ast.Step) ([]plan.Expr, error) {
	keys := make([]plan.Expr, len(steps))
	for i, st := range steps {
		if st.Kind == ast.StepSlice {
			at := st.Upper
			if at == nil {
				at = st.Lower
			}
			pos := st.Pos()
			if at != nil {
				pos = startOf(at)
			}
			return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "jsonb subscript does not support slices")
		}
		k, err := b.expr(s, st.Upper)
		if err != nil {
			return nil, err
		}
		pos := startOf(st.Upper)
		if k.Type().OID == types.OIDUnknown {
			keys[i], err = b.coerce(k, types.Text, builtin.CastImplicit, pos)
		} else if keys[i], err = b.coerce(k, types.Int4, builtin.CastImplicit, pos); err == nil && keys[i] == nil {
			keys[i], err = b.coerce(k, types.Text, builtin.CastImplicit, pos)
		}
		if err != nil {
			return nil, err
		}
		if keys[i] == nil {
			return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "subscript type %s is not supported", typeName(k.Type().OID)).
				WithHint("jsonb subscript must be coercible to either integer or text.")
		}
	}
	return keys, nil
}

// bounds binds the subscripts of an array.
func (b *binder) bounds(s *scope, steps []*ast.Step) (upper, lower []plan.Expr, slice bool, err error) {
	for _, st := range steps {
		slice = slice || st.Kind == ast.StepSlice
	}
	for _, st := range steps {
		lo, err := b.bound(s, st.Lower)
		if err != nil {
			return nil, nil, false, err
		}
		up, err := b.bound(s, st.Upper)
		if err != nil {
			return nil, nil, false, err
		}
		if slice && st.Kind == ast.StepIndex {
			lo = &plan.Const{Typ: types.Int4, Val: types.NewInt(1)}
		}
		upper = append(upper, up)
		if slice {
			lower = append(lower, lo)
		}
	}
	return upper, lower, slice, nil
}

// fieldOf selects a field of a composite value.
func (b *binder) fieldOf(x plan.Expr, name string, pos int) (plan.Expr, error) {
	if r := asRow(x); r != nil && len(r.Names) > 0 {
		for i, n := range r.Names {
			if n == name {
				return r.Fields[i], nil
			}
		}
	}
	for i, f := range b.compositeFields(x) {
		if f.Name == name {
			return &plan.Field{Arg: x, N: i, Name: name, Typ: f.Type}, nil
		}
	}
	if b.fieldsOf(x.Type()) != nil {
		return nil, b.errorf(sqlerr.UndefinedColumn, pos, "column \"%s\" not found in data type %s", name, typeName(x.Type().OID))
	}
	if x.Type().OID == types.OIDRecord {
		return nil, b.errorf(sqlerr.UndefinedColumn, pos, "could not identify column \"%s\" in record data type", name)
	}
	return nil, b.errorf(sqlerr.WrongObjectType, pos, "column notation .%s applied to type %s, which is not a composite type", name, typeName(x.Type().OID))
}

// recordFields lists the fields of an expression that makes a row.
func recordFields(x plan.Expr) []builtin.OutColumn {
	if r := asRow(x); r != nil {
		x = r
	}
	switch x := x.(type) {
	case *plan.Func:
		return x.Fn.Columns
	case *setCall:
		return x.fn.Columns
	case *variable:
		if x.col >= 0 {
			return x.rel.cols[x.col].fields
		}
	case *plan.RowExpr:
		if x.Typ.OID != types.OIDRecord && len(x.Names) == 0 {
			return nil // a composite type, which knows its fields
		}
		var out []builtin.OutColumn
		for i, f := range x.Fields {
			if i < len(x.Names) {
				out = append(out, builtin.OutColumn{Name: x.Names[i], Type: f.Type()})
			} else {
				out = append(out, builtin.OutColumn{Name: rowFieldName(i), Type: f.Type()})
			}
		}
		return out
	}
	return nil
}

// hstoreKey binds the one subscript of an hstore, a text.
func (b *binder) hstoreKey(s *scope, steps []*ast.Step, pos int) (plan.Expr, error) {
	if len(steps) != 1 || steps[0].Kind != ast.StepIndex {
		return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "hstore allows only one subscript")
	}
	upper, err := b.expr(s, steps[0].Upper)
	if err != nil {
		return nil, err
	}
	key, err := b.coerce(upper, types.Text, builtin.CastAssignment, pos)
	if err == nil && key == nil {
		err = b.errorf(sqlerr.DatatypeMismatch, pos, "subscript type %s is not supported", typeName(upper.Type().OID)).
			WithHint("hstore subscript must be coercible to text.")
	}
	return key, err
}
