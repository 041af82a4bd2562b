package bind

import (
	"slices"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// generics is what the actual arguments of one call say about the polymorphic
// types of its declaration: anyelement's family and anycompatible's.
type generics struct {
	elem         types.OID // 0: not known yet
	array        types.OID
	common       types.OID
	ranged       *types.RangeType // what anyrange and anymultirange stand for
	commonRanged *types.RangeType // what anycompatiblerange and anycompatiblemultirange stand for
}

// joinRange takes an argument declared anyrange or anymultirange (multi) into
// have; false where it is none, or another one than before.
func joinRange(have **types.RangeType, arg types.OID, multi bool) bool {
	t := types.Of(arg)
	r := t.Range()
	if r == nil || multi != (t.Kind() == types.KindMultirange) || *have != nil && (*have).Range != r.Range {
		return false
	}
	*have = r
	return true
}

// infer works out the generics of a call. ok is false where the arguments
// contradict each other. usesCommon and usesElem say which families occur.
func infer(declared, actual []types.OID) (g generics, usesElem, usesCommon, ok bool) {
	var commons []types.OID
	nonArray := false
	for i, d := range declared {
		a := actual[i]
		switch d {
		case types.OIDAnyElement, types.OIDAnyNonArray, types.OIDAnyEnum:
			usesElem = true
			nonArray = nonArray || d == types.OIDAnyNonArray
			if a == types.OIDUnknown {
				continue
			}
			if g.elem != 0 && g.elem != a {
				return g, usesElem, usesCommon, false
			}
			if d == types.OIDAnyEnum && types.Of(a).Kind() != types.KindEnum {
				return g, usesElem, usesCommon, false
			}
			g.elem = a
		case types.OIDAnyArray:
			usesElem = true
			if a == types.OIDUnknown {
				continue
			}
			if !isArrayType(a) || g.array != 0 && g.array != a {
				return g, usesElem, usesCommon, false
			}
			g.array = a
		case types.OIDAnyCompatible:
			usesCommon = true
			if a != types.OIDUnknown {
				commons = append(commons, a)
			}
		case types.OIDAnyCompatibleArr:
			usesCommon = true
			if a == types.OIDUnknown {
				continue
			}
			if !isArrayType(a) {
				return g, usesElem, usesCommon, false
			}
			commons = append(commons, types.Of(a).Elem().OID)
		case types.OIDAnyRange, types.OIDAnyMultirange:
			usesElem = true
			if a != types.OIDUnknown && !joinRange(&g.ranged, a, d == types.OIDAnyMultirange) {
				return g, usesElem, usesCommon, false
			}
		case types.OIDAnyCompatibleRange, types.OIDAnyCompatibleMultirange:
			usesCommon = true
			if a != types.OIDUnknown && !joinRange(&g.commonRanged, a, d == types.OIDAnyCompatibleMultirange) {
				return g, usesElem, usesCommon, false
			}
		}
	}
	if g.ranged != nil {
		if e := g.ranged.Subtype.OID; g.elem == 0 {
			g.elem = e
		} else if g.elem != e {
			return g, usesElem, usesCommon, false
		}
	}
	if g.commonRanged != nil {
		commons = append(commons, g.commonRanged.Subtype.OID)
	}
	if g.array != 0 && g.array != types.OIDAnyArray {
		e := types.Of(g.array).Elem().OID
		if g.elem != 0 && g.elem != e {
			return g, usesElem, usesCommon, false
		}
		g.elem = e
	}
	if g.elem != 0 && g.array == 0 {
		g.array = types.Of(g.elem).ArrayOf().OID
	}
	if nonArray && g.elem != 0 && isArrayType(g.elem) {
		return g, usesElem, usesCommon, false
	}
	if len(commons) > 0 {
		g.common, ok = commonOID(commons)
		if !ok || g.commonRanged != nil && g.common != g.commonRanged.Subtype.OID {
			return g, usesElem, usesCommon, false
		}
	}
	return g, usesElem, usesCommon, true
}

// isArrayType reports whether t is an array by pg_type (int2vector is one too).
func isArrayType(t types.OID) bool { return t == types.OIDAnyArray || types.Of(t).IsArray() }

// commonOID is the common type of types that are all known; ok is false where
// they have none that all convert to.
func commonOID(list []types.OID) (types.OID, bool) {
	best := list[0]
	for _, t := range list[1:] {
		if t != best {
			list = baseOIDs(list)
			best = list[0]
			break
		}
	}
	for _, t := range list[1:] {
		if t == best {
			continue
		}
		if category(t) != category(best) {
			return 0, false
		}
		if !preferred(best) && canCoerce(best, t, builtin.CastImplicit) && !canCoerce(t, best, builtin.CastImplicit) {
			best = t
		}
	}
	for _, t := range list {
		if !canCoerce(t, best, builtin.CastImplicit) {
			return 0, false
		}
	}
	return best, true
}

// of resolves one declared type.
func (g generics) of(declared types.OID) types.OID {
	switch declared {
	case types.OIDAnyElement, types.OIDAnyNonArray, types.OIDAnyEnum:
		return g.elem
	case types.OIDAnyArray:
		return g.array
	case types.OIDAnyCompatible:
		return g.common
	case types.OIDAnyCompatibleArr:
		return types.Of(g.common).ArrayOf().OID
	case types.OIDAnyRange:
		return rangeOID(g.ranged)
	case types.OIDAnyMultirange:
		return multirangeOID(g.ranged)
	case types.OIDAnyCompatibleRange:
		return rangeOID(g.commonRanged)
	case types.OIDAnyCompatibleMultirange:
		return multirangeOID(g.commonRanged)
	}
	return declared
}

// The polymorphic types that settle a result: of a range only ranges do, since
// several range types may have one subtype.
var (
	settlesRange       = []types.OID{types.OIDAnyRange, types.OIDAnyMultirange}
	settlesElem        = append([]types.OID{types.OIDAnyElement, types.OIDAnyArray, types.OIDAnyNonArray, types.OIDAnyEnum}, settlesRange...)
	settlesCommonRange = []types.OID{types.OIDAnyCompatibleRange, types.OIDAnyCompatibleMultirange}
	settlesCommon      = append([]types.OID{types.OIDAnyCompatible, types.OIDAnyCompatibleArr}, settlesCommonRange...)
)

// ResultNeeds names the types of which a function with a polymorphic result has
// to take one, in PostgreSQL's words; "" where the inputs settle the result.
func ResultNeeds(ret types.OID, inputs []types.OID) string {
	for _, rule := range []struct {
		results, settle []types.OID
		words           string
	}{
		{settlesRange, settlesRange, "anyrange or anymultirange"},
		{settlesCommonRange, settlesCommonRange, "anycompatiblerange or anycompatiblemultirange"},
		{settlesElem, settlesElem, "anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange"},
		{settlesCommon, settlesCommon, "anycompatible, anycompatiblearray, anycompatiblenonarray, anycompatiblerange, or anycompatiblemultirange"},
	} {
		if !slices.Contains(rule.results, ret) {
			continue
		}
		if slices.ContainsFunc(inputs, func(t types.OID) bool { return slices.Contains(rule.settle, t) }) {
			return ""
		}
		return rule.words
	}
	return ""
}

func rangeOID(r *types.RangeType) types.OID {
	if r == nil {
		return 0
	}
	return r.Range
}

func multirangeOID(r *types.RangeType) types.OID {
	if r == nil {
		return 0
	}
	return r.Multirange
}

// noGeneric is the error of a declared type that the arguments do not settle.
func (b *binder) noGeneric(declared types.OID, g generics, pos int) error {
	switch declared {
	case types.OIDAnyRange, types.OIDAnyMultirange, types.OIDAnyCompatibleRange, types.OIDAnyCompatibleMultirange:
		return b.errorf(sqlerr.DatatypeMismatch, pos, "could not determine polymorphic type %s because input has type unknown", typeName(declared))
	}
	return b.errorf(sqlerr.UndefinedObject, pos, "could not find array type for data type %s", typeName(g.elem))
}

// resolveGenerics gives the concrete argument and result types of a call whose
// declaration may be polymorphic. Arguments declared "any" stay as they are.
func (b *binder) resolveGenerics(declared, actual []types.OID, ret types.OID, pos int) ([]types.OID, types.OID, error) {
	g, usesElem, usesCommon, ok := infer(declared, actual)
	if !ok {
		return nil, 0, b.errorf(sqlerr.DatatypeMismatch, pos, "arguments declared \"anyelement\" are not all alike").
			WithDetail("%s", typeNames(actual))
	}
	if usesCommon && g.common == 0 {
		g.common = types.OIDText
	}
	if usesElem && g.elem == 0 {
		return nil, 0, b.errorf(sqlerr.DatatypeMismatch, pos, "could not determine polymorphic type because input has type unknown")
	}
	out := make([]types.OID, len(declared))
	for i, d := range declared {
		out[i] = g.of(d)
		if out[i] == 0 {
			return nil, 0, b.noGeneric(d, g, pos)
		}
	}
	r := g.of(ret)
	if r == 0 {
		return nil, 0, b.noGeneric(ret, g, pos)
	}
	return out, r, nil
}
