package eval

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// call is a scalar function. The Call with the resolved types is made once.
type call struct {
	fn     *builtin.Function
	site   *builtin.Call
	args   []*Expr
	vals   []types.Value // scratch: arguments of the row in work
	cols   []*types.Column
	typ    types.Type
	kernel kernel // nil: the body in a loop
}

func (c *Compiler) call(e *plan.Func, x *Expr) (node, error) {
	if e.Fn.Eval == nil {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "function %s cannot be called here", e.Fn.Name)
	}
	args, err := c.subs(e.Args, x)
	if err != nil {
		return nil, err
	}
	if e.Fn.Volatility == builtin.Volatile {
		x.volatile, x.effects = true, true
		x.constant = false
	}
	site, err := c.SiteAsOf(e.AsOf, plan.FuncArgs(e.Args), e.Typ)
	if err != nil {
		return nil, err
	}
	if e.Index != nil {
		site.Index = e.Index.ID
	}
	if e.Spread {
		return &spread{fn: e.Fn, args: args, site: site, typ: e.Args[len(e.Args)-1].Type()}, nil
	}
	n := &call{
		fn: e.Fn, args: args, typ: e.Typ, site: site,
		vals: make([]types.Value, len(args)),
	}
	if len(args) == 2 {
		n.kernel = kernels[e.Fn.Name]
	}
	return n, nil
}

// Site makes the call site of a function for its body.
func (c *Compiler) Site(_ *builtin.Function, args []types.Type, ret types.Type) *builtin.Call {
	return &builtin.Call{Env: c.Env, Args: args, Ret: ret}
}

// SiteAsOf is Site for a body that reads as of a clause; nil is the statement's own moment.
func (c *Compiler) SiteAsOf(asOf *plan.Temporal, args []types.Type, ret types.Type) (*builtin.Call, error) {
	env := c.Env
	if asOf != nil {
		if c.EnvAsOf == nil {
			return nil, sqlerr.Unsupported("AS OF in this place", "")
		}
		var err error
		if env, err = c.EnvAsOf(asOf); err != nil {
			return nil, err
		}
	}
	return &builtin.Call{Env: env, Args: args, Ret: ret}, nil
}

func (n *call) row(r *Row) (types.Value, error) {
	null := false // the arguments behind a NULL may still fail
	for i, a := range n.args {
		v, err := a.n.row(r)
		if err != nil {
			return types.Null, err
		}
		null = null || v.IsNull()
		n.vals[i] = v
	}
	if null && n.fn.Strict {
		return types.Null, nil
	}
	return n.fn.Eval(n.site, n.vals)
}

func (n *call) vec(b *Batch, out *types.Column) (*types.Column, error) {
	if n.cols == nil {
		n.cols = make([]*types.Column, len(n.args))
	}
	for i, a := range n.args {
		col, err := a.Vector(b)
		if err != nil {
			return nil, err
		}
		n.cols[i] = col
	}
	out.Reset(n.typ, b.N)
	if n.kernel != nil {
		return out, n.kernel(n, out, b.Selection())
	}
	for _, i := range b.Selection() {
		if err := n.at(int(i), out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// at runs the body for row i of the argument columns.
func (n *call) at(i int, out *types.Column) error {
	for k, col := range n.cols {
		v := col.Get(i)
		if n.fn.Strict && v.IsNull() {
			out.SetNull(i)
			return nil
		}
		n.vals[k] = v
	}
	v, err := n.fn.Eval(n.site, n.vals)
	if err != nil {
		return err
	}
	out.Set(i, v)
	return nil
}

// invoke calls a two-argument function (an operator) on values, honouring strictness.
func invoke(fn *builtin.Function, site *builtin.Call, scratch []types.Value, a, b types.Value) (types.Value, error) {
	if fn.Strict && (a.IsNull() || b.IsNull()) {
		return types.Null, nil
	}
	scratch[0], scratch[1] = a, b
	return fn.Eval(site, scratch)
}

// operator is a comparison function bound to its operand types.
type operator struct {
	fn      *builtin.Function
	site    *builtin.Call
	scratch [2]types.Value
}

func (c *Compiler) operator(fn *builtin.Function, left, right types.Type) (*operator, error) {
	if fn == nil || fn.Eval == nil {
		return nil, sqlerr.Internal("a comparison has no function")
	}
	return &operator{fn: fn, site: c.Site(fn, []types.Type{left, right}, types.Bool)}, nil
}

func (o *operator) apply(a, b types.Value) (types.Value, error) {
	return invoke(o.fn, o.site, o.scratch[:], a, b)
}
