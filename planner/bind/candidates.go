package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// candidate is one way to call an overloaded function or operator: argument
// types as the call would see them, VARIADIC expanded and defaults left out.
type candidate struct {
	args     []types.OID
	fn       *builtin.Function
	op       *builtin.Operator
	order    []int // named notation: argument i of the call is parameter order[i]
	defaults int   // parameters that take their default
	expanded bool  // VARIADIC given as separate arguments
}

func isPolymorphic(t types.OID) bool {
	switch t {
	case types.OIDAnyElement, types.OIDAnyArray, types.OIDAnyNonArray, types.OIDAnyEnum,
		types.OIDAnyCompatible, types.OIDAnyCompatibleArr,
		types.OIDAnyRange, types.OIDAnyMultirange, types.OIDAnyCompatibleRange, types.OIDAnyCompatibleMultirange:
		return true
	}
	return false
}

func category(t types.OID) byte {
	if in := types.Lookup(t); in != nil {
		return in.Category
	}
	return 'C' // composite
}

func preferred(t types.OID) bool {
	in := types.Lookup(t)
	return in != nil && in.Preferred
}

// exactCandidate finds the candidate whose argument types are those given.
func exactCandidate(list []*candidate, args []types.OID) *candidate {
next:
	for _, c := range list {
		for i, t := range args {
			if c.args[i] != t {
				continue next
			}
		}
		return c
	}
	return nil
}

// matching keeps the candidates that the arguments can be coerced to implicitly.
func matching(list []*candidate, args []types.OID) []*candidate {
	var out []*candidate
	for _, c := range list {
		if canCoerceAll(args, c.args, builtin.CastImplicit) {
			out = append(out, c)
		}
	}
	return out
}

// chooseCandidate is PostgreSQL's func_select_candidate: of several candidates
// that all fit it picks the best, or nil where none is.
func chooseCandidate(list []*candidate, args []types.OID) *candidate {
	unknowns := 0
	for _, t := range args {
		if t == types.OIDUnknown {
			unknowns++
		}
	}
	// Rule 1: the most exact matches; unknown arguments do not count.
	list = keepBest(list, func(c *candidate) (score int) {
		for i, t := range args {
			if t != types.OIDUnknown && c.args[i] == t {
				score++
			}
		}
		return score
	})
	if len(list) == 1 {
		return list[0]
	}
	// Rule 2: the most exact matches or preferred types of the argument's category.
	list = keepBest(list, func(c *candidate) (score int) {
		for i, t := range args {
			if t != types.OIDUnknown && (c.args[i] == t || preferred(c.args[i]) && category(c.args[i]) == category(t)) {
				score++
			}
		}
		return score
	})
	if len(list) == 1 {
		return list[0]
	}
	if unknowns == 0 {
		return nil
	}
	list = byUnknownCategory(list, args)
	if len(list) == 1 {
		return list[0]
	}
	return byKnownType(list, args, unknowns)
}

// keepBest keeps the candidates with the highest score.
func keepBest(list []*candidate, score func(*candidate) int) []*candidate {
	var out []*candidate
	best := -1
	for _, c := range list {
		switch s := score(c); {
		case s > best:
			best, out = s, append(out[:0:0], c)
		case s == best:
			out = append(out, c)
		}
	}
	return out
}

// byUnknownCategory is rule 3: at each unknown argument the candidates agree on
// a category, or it is taken for a string if any of them accepts one.
func byUnknownCategory(list []*candidate, args []types.OID) []*candidate {
	cats := make([]byte, len(args))
	prefer := make([]bool, len(args))
	for i, t := range args {
		if t != types.OIDUnknown {
			continue
		}
		conflict := false
		for _, c := range list {
			cat, pref := category(c.args[i]), preferred(c.args[i])
			switch {
			case cats[i] == 0:
				cats[i], prefer[i] = cat, pref
			case cats[i] == cat:
				prefer[i] = prefer[i] || pref
			case cat == 'S':
				cats[i], prefer[i] = cat, pref
			default:
				conflict = true
			}
		}
		if conflict && cats[i] != 'S' {
			return list
		}
	}
	var out []*candidate
next:
	for _, c := range list {
		for i, t := range args {
			if t == types.OIDUnknown && (category(c.args[i]) != cats[i] || prefer[i] && !preferred(c.args[i])) {
				continue next
			}
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return list
	}
	return out
}

// byKnownType is rule 4: where all known arguments have one type, the unknown
// ones are assumed to have it too.
func byKnownType(list []*candidate, args []types.OID, unknowns int) *candidate {
	if unknowns == len(args) {
		return nil
	}
	known := types.OIDUnknown
	for _, t := range args {
		if t == types.OIDUnknown {
			continue
		}
		if known != types.OIDUnknown && known != t {
			return nil
		}
		known = t
	}
	assumed := make([]types.OID, len(args))
	for i := range assumed {
		assumed[i] = known
	}
	var found *candidate
	for _, c := range list {
		if canCoerceAll(assumed, c.args, builtin.CastImplicit) {
			if found != nil {
				return nil
			}
			found = c
		}
	}
	return found
}
