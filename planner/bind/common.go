package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// located expressions: a bound expression with its place in the text.
type located struct {
	expr plan.Expr
	pos  int
}

// commonType is PostgreSQL's select_common_type for UNION, CASE, ARRAY, VALUES
// and their kin; what names the construct in the error.
func (b *binder) commonType(list []located, what string) (types.OID, error) {
	best := list[0].expr.Type().OID
	same := best != types.OIDUnknown
	for _, e := range list[1:] {
		same = same && e.expr.Type().OID == best
	}
	if same {
		return best, nil
	}
	best = baseOID(best)
	for _, e := range list[1:] {
		t := baseOID(e.expr.Type().OID)
		if t == types.OIDUnknown || t == best {
			continue
		}
		if best == types.OIDUnknown {
			best = t
			continue
		}
		if category(t) != category(best) {
			return 0, b.errorf(sqlerr.DatatypeMismatch, e.pos, "%s types %s and %s cannot be matched", what, typeName(best), typeName(t))
		}
		if !preferred(best) && canCoerce(best, t, builtin.CastImplicit) && !canCoerce(t, best, builtin.CastImplicit) {
			best = t
		}
	}
	if best == types.OIDUnknown {
		best = types.OIDText
	}
	return best, nil
}

// commonMod is the modifier that all expressions of type t share, else -1.
func commonMod(list []located, t types.OID) int32 {
	mod := list[0].expr.Type().Mod
	for _, e := range list {
		if e.expr.Type().OID != t || e.expr.Type().Mod != mod {
			return -1
		}
	}
	return mod
}

// unify converts the expressions to their common type, which it returns.
func (b *binder) unify(list []located, what string) ([]plan.Expr, types.Type, error) {
	oid, err := b.commonType(list, what)
	if err != nil {
		return nil, types.Type{}, err
	}
	t := types.Type{OID: oid, Mod: commonMod(list, oid)}
	out := make([]plan.Expr, len(list))
	for i, e := range list {
		if out[i], err = b.toCommon(e, t, what); err != nil {
			return nil, types.Type{}, err
		}
	}
	return out, t, nil
}

// toCommon converts one expression to the common type of several.
func (b *binder) toCommon(e located, t types.Type, what string) (plan.Expr, error) {
	source := e.expr.Type().OID
	if source == t.OID {
		return e.expr, nil
	}
	if !canCoerce(source, t.OID, builtin.CastImplicit) {
		return nil, b.errorf(sqlerr.CannotCoerce, e.pos, "%s could not convert type %s to %s", what, typeName(source), typeName(t.OID))
	}
	return b.convert(e.expr, t, builtin.CastImplicit, e.pos)
}
