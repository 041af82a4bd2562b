package eval

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// coerceDomain passes values on that satisfy a domain.
type coerceDomain struct {
	arg    *Expr
	def    *plan.CoerceDomain
	checks []*Expr // parallel to def.Checks
	one    []types.Value
}

func (c *Compiler) coerceDomain(e *plan.CoerceDomain, x *Expr) (node, error) {
	arg, err := c.sub(e.Arg, x)
	if err != nil {
		return nil, err
	}
	n := &coerceDomain{arg: arg, def: e, one: make([]types.Value, 1)}
	for i := range e.Checks {
		check, err := Compile(e.Checks[i].Cond, c)
		if err != nil {
			return nil, err
		}
		x.volatile = x.volatile || check.volatile
		n.checks = append(n.checks, check)
	}
	return n, nil
}

// row is 23502 for a NULL that the domain does not allow, 23514 for a check
// that is false; one that is unknown passes.
func (n *coerceDomain) row(r *Row) (types.Value, error) {
	v, err := n.arg.n.row(r)
	if err != nil {
		return types.Null, err
	}
	if v.IsNull() && n.def.NotNull {
		return types.Null, n.located(sqlerr.New(sqlerr.NotNullViolation, "domain %s does not allow null values", types.FormatType(n.def.Typ)), "")
	}
	for i, check := range n.checks {
		n.one[0] = v
		ok, err := check.Values(n.one)
		if err != nil {
			return types.Null, err
		}
		if !ok.IsNull() && !ok.Bool() {
			name := n.def.Checks[i].Name
			return types.Null, n.located(sqlerr.New(sqlerr.CheckViolation, "value for domain %s violates check constraint \"%s\"", types.FormatType(n.def.Typ), name), name)
		}
	}
	return v, nil
}

// located adds the fields that PostgreSQL gives errors about a type.
func (n *coerceDomain) located(e *sqlerr.Error, constraint string) error {
	e.DataType, e.Schema, e.Constraint = types.FormatType(n.def.Typ), n.def.Schema, constraint
	return e
}
