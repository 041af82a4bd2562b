package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// fold evaluates a call of an immutable function over constants. A call that
// fails is left for run time, where CASE or a filter may still avoid it.
func (b *binder) fold(e *plan.Func) plan.Expr {
	fn := e.Fn
	if fn.Volatility != builtin.Immutable || fn.Eval == nil || fn.Kind != builtin.Scalar || e.Spread {
		return e
	}
	null := false
	args := make([]types.Value, len(e.Args))
	for i, a := range e.Args {
		c, ok := a.(*plan.Const)
		if !ok || len(c.Val.Str()) > foldBytesMax {
			return e
		}
		null = null || c.Val.IsNull()
		args[i] = c.Val
	}
	if null && fn.Strict {
		return nullConst(e.Typ)
	}
	if unbounded[fn.Name] {
		return e
	}
	call := &builtin.Call{Env: &builtin.Env{Format: b.format()}, Args: plan.FuncArgs(e.Args), Ret: e.Typ}
	v, err := fn.Eval(call, args)
	if err != nil {
		return e
	}
	return &plan.Const{Typ: e.Typ, Val: v}
}

// foldBytesMax bounds what is folded, so that plans stay small.
const foldBytesMax = 64 << 10

// unbounded functions make results of any size from small arguments: folded,
// they would stay in the plan cache.
var unbounded = map[string]bool{"repeat": true, "lpad": true, "rpad": true, "array_fill": true}
