package bind

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// Assignments to parts of a column: SET a[i] = v, a[i:j] = v, j['key'] = v, c.f = v, and
// the same in INSERT's column list.

// assignedPart puts a value into a part of old, the column's value so far. value
// binds it once its type is known.
func (b *binder) assignedPart(s *scope, old plan.Expr, col *catalog.Column, steps []*ast.Step, pos int, value func(types.Type, partError) (plan.Expr, error)) (plan.Expr, error) {
	if steps[0].Kind == ast.StepField {
		return b.assignedField(s, old, col, steps, pos, value)
	}
	if n := slices.IndexFunc(steps, func(st *ast.Step) bool { return st.Kind == ast.StepField }); n > 0 {
		// a[1].f = …: the element with another field becomes the element.
		elem, err := b.subscript(s, old, steps[:n], pos)
		if err != nil {
			return nil, err
		}
		return b.assignedPart(s, old, col, steps[:n], pos, func(types.Type, partError) (plan.Expr, error) {
			return b.assignedField(s, elem, col, steps[n:], pos, value)
		})
	}
	if old.Type().OID == types.OIDHstore {
		return b.assignedPair(s, old, col, steps, pos, value)
	}
	out := &plan.SubscriptSet{Arg: old}
	t := old.Type().NoMod()
	var err error
	if t.OID == types.OIDJSONB {
		out.Upper, err = b.jsonKeys(s, steps)
	} else {
		elem := t.Elem()
		if elem.OID == 0 {
			return nil, b.errorf(sqlerr.DatatypeMismatch, pos, "cannot subscript type %s because it does not support subscripting", typeName(t.OID))
		}
		out.Upper, out.Lower, out.Slice, err = b.bounds(s, steps)
		if !out.Slice {
			t = elem
		}
	}
	if err != nil {
		return nil, err
	}
	t.Mod = old.Type().Mod
	out.Value, err = value(t, func(got types.Type, _ int) error {
		return b.errorf(sqlerr.DatatypeMismatch, pos, "subscripted assignment to \"%s\" requires type %s but expression is of type %s", col.Name, typeName(t.OID), typeName(got.OID)).
			WithHint("You will need to rewrite or cast the expression.")
	})
	return out, err
}

// partDefault refuses DEFAULT for a part of a column.
func (b *binder) partDefault(col *catalog.Column, steps []*ast.Step, pos int) error {
	for _, st := range steps {
		if st.Kind == ast.StepField {
			return b.errorf(sqlerr.FeatureNotSupported, pos, "cannot set a subfield to DEFAULT")
		}
	}
	return b.errorf(sqlerr.FeatureNotSupported, pos, "cannot set an array element to DEFAULT")
}

// insertedPart puts a value into a part of what INSERT gives the column so far,
// which starts as NULL.
func (b *binder) insertedPart(s *scope, old plan.Expr, col *catalog.Column, c insertColumn, x plan.Expr, pos int) (plan.Expr, error) {
	if old == nil {
		old = nullConst(col.Type)
	}
	return b.assignedPart(s, old, col, c.steps, c.pos, func(t types.Type, wrong partError) (plan.Expr, error) {
		out, err := b.coerce(x, t, builtin.CastAssignment, pos)
		if err == nil && out == nil {
			err = wrong(x.Type(), pos)
		}
		return out, err
	})
}

// assignedPair binds SET h['key'] = value of an hstore.
func (b *binder) assignedPair(s *scope, old plan.Expr, col *catalog.Column, steps []*ast.Step, pos int, value func(types.Type, partError) (plan.Expr, error)) (plan.Expr, error) {
	key, err := b.hstoreKey(s, steps, pos)
	if err != nil {
		return nil, err
	}
	v, err := value(types.Text, func(got types.Type, _ int) error {
		return b.errorf(sqlerr.DatatypeMismatch, pos, "subscripted assignment to \"%s\" requires type %s but expression is of type %s", col.Name, "text", typeName(got.OID)).
			WithHint("You will need to rewrite or cast the expression.")
	})
	if err != nil {
		return nil, err
	}
	return &plan.Func{Fn: builtin.HstoreAssign, Args: []plan.Expr{old, key, v}, Typ: types.Of(types.OIDHstore)}, nil
}
