package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// operator resolves an operator for two operand types, or for one where left
// is 0, and returns it with its resolved argument and result types.
func (b *binder) operator(name string, left, right types.OID, pos int) (*builtin.Operator, []types.OID, types.OID, error) {
	args := []types.OID{left, right}
	if left == 0 {
		args = args[1:]
	}
	args = baseOIDs(args)
	op, err := b.chooseOperator(name, args, pos)
	if err != nil {
		return nil, nil, 0, err
	}
	resolved, ret, err := b.resolveGenerics(operandTypes(op), args, op.Ret, pos)
	return op, resolved, ret, err
}

func operandTypes(op *builtin.Operator) []types.OID {
	if op.Left == 0 {
		return []types.OID{op.Right}
	}
	return []types.OID{op.Left, op.Right}
}

func (b *binder) chooseOperator(name string, args []types.OID, pos int) (*builtin.Operator, error) {
	all := builtin.Operators(name)
	// An unknown operand is first taken for the other's type.
	want := args
	if len(args) == 2 && (args[0] == types.OIDUnknown) != (args[1] == types.OIDUnknown) {
		known := args[0]
		if known == types.OIDUnknown {
			known = args[1]
		}
		want = []types.OID{known, known}
	}
	var list []*candidate
	for _, op := range all {
		if (op.Left == 0) != (len(args) == 1) {
			continue
		}
		c := &candidate{args: operandTypes(op), op: op, fn: op.Fn}
		if c.args[0] == want[0] && c.args[len(c.args)-1] == want[len(want)-1] {
			return op, nil
		}
		list = append(list, c)
	}
	list = matching(list, args)
	switch len(list) {
	case 0:
		return nil, b.noOperator(name, args, pos)
	case 1:
		return list[0].op, nil
	}
	if c := chooseCandidate(list, args); c != nil {
		return c.op, nil
	}
	return nil, b.errorf(sqlerr.AmbiguousFunction, pos, "operator is not unique: %s", operatorText(name, args)).
		WithHint("Could not choose a best candidate operator. " + addCastsHint)
}

func (b *binder) noOperator(name string, args []types.OID, pos int) error {
	hint := "No operator matches the given name and argument types. " + addCastsHint
	if len(args) == 1 {
		hint = "No operator matches the given name and argument type. You might need to add an explicit type cast."
	}
	return b.errorf(sqlerr.UndefinedFunction, pos, "operator does not exist: %s", operatorText(name, args)).WithHint("%s", hint)
}

func operatorText(name string, args []types.OID) string {
	if len(args) == 1 {
		return name + " " + typeName(args[0])
	}
	return typeName(args[0]) + " " + name + " " + typeName(args[1])
}

// callOperator makes the call of an operator; left is nil for a prefix one.
func (b *binder) callOperator(name string, left, right plan.Expr, pos int) (plan.Expr, error) {
	var leftType types.OID
	args := []plan.Expr{right}
	if left != nil {
		leftType = left.Type().OID
		args = []plan.Expr{left, right}
	}
	op, want, ret, err := b.operator(name, leftType, right.Type().OID, pos)
	if err != nil {
		return nil, err
	}
	for i := range args {
		if args[i], err = b.coerceArg(args[i], want[i], pos); err != nil {
			return nil, err
		}
	}
	return b.fold(&plan.Func{Fn: op.Fn, Args: args, Typ: types.Of(ret), Op: name}), nil
}

// equality resolves = for two operands and converts them.
func (b *binder) equality(left, right plan.Expr, pos int) (l, r plan.Expr, fn *builtin.Function, err error) {
	return b.comparison("=", left, right, pos)
}

// comparison resolves a boolean operator for two operands and converts them.
func (b *binder) comparison(name string, left, right plan.Expr, pos int) (l, r plan.Expr, fn *builtin.Function, err error) {
	op, want, ret, err := b.operator(name, left.Type().OID, right.Type().OID, pos)
	if err != nil {
		return nil, nil, nil, err
	}
	if ret != types.OIDBool {
		return nil, nil, nil, b.errorf(sqlerr.DatatypeMismatch, pos, "operator %s must return type boolean, not type %s", name, typeName(ret))
	}
	if l, err = b.coerceArg(left, want[0], pos); err != nil {
		return nil, nil, nil, err
	}
	r, err = b.coerceArg(right, want[1], pos)
	return l, r, op.Fn, err
}

// OperatorFor resolves an operator of two operands of one type, as exclusion
// constraints name it.
func OperatorFor(ctx *Context, name string, t types.Type) (*builtin.Operator, error) {
	op, _, _, err := newBinder(ctx, "").operator(name, t.OID, t.OID, -1)
	return op, err
}

// ExclusionExprs are the tests of an exclusion constraint's index, one per key,
// over a row that has the keys of one row and behind them those of the other.
func ExclusionExprs(ctx *Context, ix *catalog.Index) ([]plan.Expr, error) {
	b := newBinder(ctx, "")
	out := make([]plan.Expr, len(ix.Keys))
	for i := range ix.Keys {
		t := ix.Keys[i].Type
		x, err := b.callOperator(ix.Exclude[i], &plan.Col{Index: i, Typ: t}, &plan.Col{Index: len(ix.Keys) + i, Typ: t}, -1)
		if err != nil {
			return nil, err
		}
		out[i] = x
	}
	return out, nil
}
