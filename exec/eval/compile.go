package eval

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Compiler holds what the expressions of one statement run share. Params and
// Slots are read when an expression is evaluated, not when it is compiled.
type Compiler struct {
	Env *builtin.Env
	// EnvAsOf is Env for calls that read as of a clause; nil: refused.
	EnvAsOf func(*plan.Temporal) (*builtin.Env, error)
	Params  []types.Value
	Slots   []types.Value
	Sub     Subqueries // nil: subqueries are refused

	cache map[int]*subResult
}

// Compile binds e. Errors: 42P02 for a parameter that was not given; 0A000 for
// what cannot be evaluated here.
func Compile(e plan.Expr, c *Compiler) (*Expr, error) {
	x := &Expr{typ: e.Type()}
	n, err := c.node(e, x)
	if err != nil {
		return nil, err
	}
	x.n = n
	x.v, _ = n.(vectorNode)
	return x, nil
}

// CompileAll compiles a list.
func CompileAll(list []plan.Expr, c *Compiler) ([]*Expr, error) {
	out := make([]*Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = Compile(e, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sub compiles a part of x: volatility goes up, constancy needs all parts.
func (c *Compiler) sub(e plan.Expr, x *Expr) (*Expr, error) {
	k, err := Compile(e, c)
	if err != nil {
		return nil, err
	}
	x.volatile = x.volatile || k.volatile
	x.effects = x.effects || k.effects
	x.constant = x.constant && k.constant
	return k, nil
}

func (c *Compiler) subs(list []plan.Expr, x *Expr) ([]*Expr, error) {
	out := make([]*Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = c.sub(e, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// node compiles e into x's node. x.constant starts true; leaves and volatile calls clear it.
func (c *Compiler) node(e plan.Expr, x *Expr) (node, error) {
	x.constant = true
	switch e := e.(type) {
	case *plan.Const:
		return &constant{val: e.Val, typ: e.Typ}, nil
	case *plan.Col:
		x.constant = false
		return &column{index: e.Index}, nil
	case *plan.Param:
		if e.N < 1 || e.N > len(c.Params) {
			return nil, sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", e.N)
		}
		return &constant{val: c.Params[e.N-1], typ: e.Typ}, nil
	case *plan.Slot:
		x.constant = false
		return &slot{c: c, n: e.N}, nil
	case *plan.Func:
		return c.call(e, x)
	case *plan.Relabel:
		arg, err := c.sub(e.Arg, x)
		return &relabel{arg: arg, typ: e.Typ}, err
	case *plan.CoerceDomain:
		return c.coerceDomain(e, x)
	case *plan.IOCast, *plan.Typmod, *plan.ArrayCast:
		return c.cast(e, x)
	case *plan.BoolOp, *plan.Not, *plan.NullTest, *plan.BoolTest, *plan.DistinctFrom, *plan.NullIf:
		return c.logic(e, x)
	case *plan.Case, *plan.Coalesce, *plan.MinMax:
		return c.choice(e, x)
	case *plan.ArrayOp, *plan.ArrayExpr, *plan.Subscript, *plan.SubscriptSet:
		return c.array(e, x)
	case *plan.RowExpr, *plan.RowCompare, *plan.Field:
		return c.record(e, x)
	case *plan.SubPlan:
		return c.subPlan(e, x)
	}
	return nil, sqlerr.Internal("expression %T cannot be evaluated", e)
}
