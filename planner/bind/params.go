package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// paramsMax is the largest $n: the protocol counts parameters in 16 bits.
const paramsMax = 65535

// params are the statement's parameters. A type that the client did not give
// is settled by the first context that asks for one.
type params struct {
	types []types.OID  // 0: not referenced yet; unknown: referenced, not settled
	slots map[int]bool // those that stand for long literals of the text
	pos   map[*plan.Param]int
}

func newParams(given []types.OID) *params {
	return &params{types: append([]types.OID(nil), given...), slots: map[int]bool{}, pos: map[*plan.Param]int{}}
}

// param makes the expression for $n.
func (b *binder) param(e *ast.Param) (plan.Expr, error) {
	n, pos, p := e.Number, e.Pos(), b.params
	if vars := b.variables(); vars != nil && !e.Slot {
		if v := vars.Argument(n); v != nil {
			return b.variableExpr(v), nil
		}
		return nil, b.errorf(sqlerr.UndefinedParameter, pos, "there is no parameter $%d", n)
	}
	if n < 1 || n > paramsMax || b.kept {
		return nil, b.errorf(sqlerr.UndefinedParameter, pos, "there is no parameter $%d", n)
	}
	for len(p.types) < n {
		p.types = append(p.types, 0)
	}
	if p.types[n-1] == 0 {
		p.types[n-1] = types.OIDUnknown
	}
	if e.Slot {
		p.slots[n] = true
	}
	out := &plan.Param{N: n, Typ: types.Of(p.types[n-1])}
	p.pos[out] = pos
	return out, nil
}

// coerceParam settles the type of a parameter that is still unknown.
func (b *binder) coerceParam(e *plan.Param, target types.OID, pos int) (plan.Expr, error) {
	have := b.params.types[e.N-1]
	switch have {
	case types.OIDUnknown:
		b.params.types[e.N-1] = target
	case target:
	default:
		return nil, b.errorf(sqlerr.AmbiguousParameter, pos, "inconsistent types deduced for parameter $%d", e.N).
			WithDetail("%s versus %s", typeName(have), typeName(target))
	}
	return &plan.Param{N: e.N, Typ: types.Of(target)}, nil
}

// settled checks a parameter that no context gave a type: a literal's slot is
// text; others are an error, also where another reference was given a type.
func (b *binder) settled(e *plan.Param) (plan.Expr, error) {
	if e.Typ.OID != types.OIDUnknown {
		return e, nil
	}
	p := b.params
	switch have := p.types[e.N-1]; {
	case p.slots[e.N]:
		if have == types.OIDUnknown {
			p.types[e.N-1] = types.OIDText
		}
		return &plan.Param{N: e.N, Typ: types.Of(p.types[e.N-1])}, nil
	case have == types.OIDUnknown:
		return nil, undetermined(e.N)
	}
	return nil, b.errorf(sqlerr.AmbiguousParameter, p.pos[e], "could not determine data type of parameter $%d", e.N)
}

// result lists the types, $1 first. An unsettled one is 42P18.
func (p *params) result() ([]types.Type, error) {
	out := make([]types.Type, len(p.types))
	for i, t := range p.types {
		if t == 0 || t == types.OIDUnknown {
			return nil, undetermined(i + 1)
		}
		out[i] = types.Of(t)
	}
	return out, nil
}

func undetermined(n int) *sqlerr.Error {
	return sqlerr.New(sqlerr.IndeterminateDatatype, "could not determine data type of parameter $%d", n)
}
