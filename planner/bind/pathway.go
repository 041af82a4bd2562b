package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// pathKind is how a value of one type becomes one of another.
type pathKind uint8

const (
	pathNone    pathKind = iota
	pathRelabel          // equal payloads
	pathFunc             // through a cast function
	pathIO               // through text output and input
	pathArray            // element by element
)

// rank orders the contexts by how much they allow.
func rank(c builtin.CastContext) int {
	switch c {
	case builtin.CastImplicit:
		return 0
	case builtin.CastAssignment:
		return 1
	}
	return 2
}

// pathway finds the way from one type to another that the context allows, as
// PostgreSQL's find_coercion_pathway.
func pathway(target, source types.OID, ctx builtin.CastContext) (pathKind, *builtin.Cast) {
	source = baseOID(source)
	if target == source {
		return pathRelabel, nil
	}
	if c := builtin.FindCast(source, target); c != nil {
		if rank(ctx) < rank(c.Context) {
			return pathNone, nil
		}
		switch {
		case c.InOut:
			return pathIO, c
		case c.Fn == nil:
			return pathRelabel, c
		}
		return pathFunc, c
	}
	if r := types.Of(source).Range(); r != nil && r.Range == source && r.Multirange == target && ctx == builtin.CastExplicit {
		return pathFunc, builtin.MultirangeCast(r)
	}
	kind := pathNone
	if from, to := arrayElem(source), arrayElem(target); from != 0 && to != 0 &&
		target != types.OIDOIDVector && target != types.OIDInt2Vector {
		switch k, _ := pathway(to, from, ctx); k {
		case pathNone:
		case pathIO:
			kind = pathIO
		default:
			kind = pathArray
		}
	}
	if kind != pathNone {
		return kind, nil
	}
	if rank(ctx) >= rank(builtin.CastAssignment) && category(target) == 'S' ||
		ctx == builtin.CastExplicit && category(source) == 'S' {
		return pathIO, nil
	}
	return pathNone, nil
}

// baseOID is the type below a domain.
func baseOID(t types.OID) types.OID { return types.Of(t).Base().OID }

func baseOIDs(list []types.OID) []types.OID {
	out := make([]types.OID, len(list))
	for i, t := range list {
		out[i] = baseOID(t)
	}
	return out
}

// arrayElem is the element type of an array type, else 0.
func arrayElem(t types.OID) types.OID {
	if !types.Of(t).IsArray() {
		return 0
	}
	return types.Of(t).Elem().OID
}

func canCoerce(source, target types.OID, ctx builtin.CastContext) bool {
	return canCoerceAll([]types.OID{source}, []types.OID{target}, ctx)
}

// canCoerceAll reports whether each source type can become its target in the context.
func canCoerceAll(sources, targets []types.OID, ctx builtin.CastContext) bool {
	generic := false
	for i, target := range targets {
		source := sources[i]
		if source != target && !isPolymorphic(target) {
			target = baseOID(target)
		}
		switch {
		case source == target, target == types.OIDAny, source == types.OIDUnknown && !isPolymorphic(target):
		case isPolymorphic(target):
			generic = true
		case target == types.OIDRecord && category(source) == 'C',
			source == types.OIDRecord && category(target) == 'C':
		default:
			if k, _ := pathway(target, source, ctx); k == pathNone {
				return false
			}
		}
	}
	if generic {
		_, _, _, ok := infer(targets, sources)
		return ok
	}
	return true
}
