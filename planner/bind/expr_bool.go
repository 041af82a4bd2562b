package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

func (b *binder) boolArg(s *scope, e ast.Expr, what string) (plan.Expr, error) {
	x, err := b.expr(s, e)
	if err != nil {
		return nil, err
	}
	return b.coerceBool(x, what, startOf(e))
}

func (b *binder) logic(s *scope, e *ast.LogicExpr) (plan.Expr, error) {
	what := "AND"
	if e.Or {
		what = "OR"
	}
	op := &plan.BoolOp{Or: e.Or, Args: make([]plan.Expr, len(e.Args))}
	for i, a := range e.Args {
		var err error
		if op.Args[i], err = b.boolArg(s, a, what); err != nil {
			return nil, err
		}
	}
	return op, nil
}

// binary binds an operator; rows on both sides are compared field by field.
func (b *binder) binary(s *scope, e *ast.BinaryExpr) (plan.Expr, error) {
	if e.Left == nil {
		right, err := b.expr(s, e.Right)
		if err != nil {
			return nil, err
		}
		return b.callOperator(e.Op.Name, nil, right, e.Pos())
	}
	if l, ok := e.Left.(*ast.RowExpr); ok {
		if sub, ok := e.Right.(*ast.SubLink); ok && sub.Kind == ast.SubLinkScalar && len(l.Args) > 1 {
			return b.rowSublink(s, l, sub, e.Op.Name, e.Pos())
		}
		if r, ok := e.Right.(*ast.RowExpr); ok {
			left, err := b.exprs(s, l.Args)
			if err != nil {
				return nil, err
			}
			right, err := b.exprs(s, r.Args)
			if err != nil {
				return nil, err
			}
			return b.compareRows(e.Op.Name, left, right, e.Pos())
		}
	}
	left, err := b.expr(s, e.Left)
	if err != nil {
		return nil, err
	}
	right, err := b.expr(s, e.Right)
	if err != nil {
		return nil, err
	}
	return b.callOperator(e.Op.Name, left, right, e.Pos())
}

// compareRows is (a, b) op (c, d).
func (b *binder) compareRows(op string, left, right []plan.Expr, pos int) (plan.Expr, error) {
	if len(left) != len(right) {
		return nil, b.errorf(sqlerr.SyntaxError, pos, "unequal number of entries in row expressions")
	}
	if len(left) == 0 {
		return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "cannot compare rows of zero length")
	}
	if len(left) == 1 {
		return b.callOperator(op, left[0], right[0], pos)
	}
	switch op {
	case "=", "<>", "<", "<=", ">", ">=":
	default:
		return nil, b.errorf(sqlerr.FeatureNotSupported, pos, "could not determine interpretation of row comparison operator %s", op).
			WithHint("Row comparison operators must be associated with btree operator families.")
	}
	if op == "=" || op == "<>" {
		return b.equalRows(op, left, right, pos)
	}
	strict := op[:1]
	rc := &plan.RowCompare{Op: op}
	for i := range left {
		l, r, cmp, err := b.comparison(strict, left[i], right[i], pos)
		if err != nil {
			return nil, err
		}
		l, r, eq, err := b.equality(l, r, pos)
		if err != nil {
			return nil, err
		}
		rc.Left, rc.Right = append(rc.Left, l), append(rc.Right, r)
		rc.Eq, rc.Cmp = append(rc.Eq, eq), append(rc.Cmp, cmp)
	}
	return rc, nil
}

// equalRows is = and <> of rows: AND of =, OR of <>, as PostgreSQL has it, so
// that indexes and joins can use the parts.
func (b *binder) equalRows(op string, left, right []plan.Expr, pos int) (plan.Expr, error) {
	out := &plan.BoolOp{Or: op == "<>"}
	for i := range left {
		x, err := b.callOperator(op, left[i], right[i], pos)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, x)
	}
	return out, nil
}

// between is rewritten to comparisons.
func (b *binder) between(s *scope, e *ast.BetweenExpr) (plan.Expr, error) {
	parts, err := b.exprs(s, []ast.Expr{e.Arg, e.Low, e.High})
	if err != nil {
		return nil, err
	}
	x, err := b.inRange(parts[0], parts[1], parts[2], e)
	if err != nil || !e.Symmetric {
		return x, err
	}
	y, err := b.inRange(parts[0], parts[2], parts[1], e)
	if err != nil {
		return nil, err
	}
	return &plan.BoolOp{Or: !e.Not, Args: []plan.Expr{x, y}}, nil
}

func (b *binder) inRange(arg, low, high plan.Expr, e *ast.BetweenExpr) (plan.Expr, error) {
	first, second := ">=", "<="
	if e.Not {
		first, second = "<", ">"
	}
	x, err := b.callOperator(first, arg, low, e.Pos())
	if err != nil {
		return nil, err
	}
	y, err := b.callOperator(second, arg, high, e.Pos())
	if err != nil {
		return nil, err
	}
	return &plan.BoolOp{Or: e.Not, Args: []plan.Expr{x, y}}, nil
}

// like binds LIKE, ILIKE and SIMILAR TO to their operators, with ESCAPE through
// like_escape and similar_to_escape.
func (b *binder) like(s *scope, e *ast.LikeExpr) (plan.Expr, error) {
	op := map[ast.LikeKind]string{ast.Like: "~~", ast.ILike: "~~*", ast.SimilarTo: "~"}[e.Kind]
	if e.Not {
		op = "!" + op
	}
	left, err := b.expr(s, e.Left)
	if err != nil {
		return nil, err
	}
	pattern, err := b.expr(s, e.Pattern)
	if err != nil {
		return nil, err
	}
	if e.Escape != nil || e.Kind == ast.SimilarTo {
		args := []plan.Expr{pattern}
		if e.Escape != nil {
			esc, err := b.expr(s, e.Escape)
			if err != nil {
				return nil, err
			}
			args = append(args, esc)
		}
		name := "like_escape"
		if e.Kind == ast.SimilarTo {
			name = "similar_to_escape"
		}
		if pattern, err = b.callNamed(name, args, e.Pos()); err != nil {
			return nil, err
		}
	}
	return b.callOperator(op, left, pattern, e.Pos())
}

func (b *binder) distinctFrom(s *scope, e *ast.DistinctExpr) (plan.Expr, error) {
	if l, ok := e.Left.(*ast.RowExpr); ok {
		if r, ok := e.Right.(*ast.RowExpr); ok {
			return b.distinctRows(s, l, r, e)
		}
	}
	args, err := b.exprs(s, []ast.Expr{e.Left, e.Right})
	if err != nil {
		return nil, err
	}
	return b.distinctOf(args[0], args[1], e)
}

func (b *binder) distinctOf(left, right plan.Expr, e *ast.DistinctExpr) (plan.Expr, error) {
	l, r, eq, err := b.equality(left, right, e.Pos())
	if err != nil {
		return nil, err
	}
	return &plan.DistinctFrom{Left: l, Right: r, Eq: eq, Not: e.Not}, nil
}

func (b *binder) distinctRows(s *scope, l, r *ast.RowExpr, e *ast.DistinctExpr) (plan.Expr, error) {
	left, err := b.exprs(s, l.Args)
	if err != nil {
		return nil, err
	}
	right, err := b.exprs(s, r.Args)
	if err != nil {
		return nil, err
	}
	if len(left) != len(right) {
		return nil, b.errorf(sqlerr.SyntaxError, e.Pos(), "unequal number of entries in row expressions")
	}
	out := &plan.BoolOp{Or: !e.Not}
	for i := range left {
		x, err := b.distinctOf(left[i], right[i], e)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, x)
	}
	return out, nil
}

func (b *binder) nullIf(s *scope, e *ast.NullIfExpr) (plan.Expr, error) {
	args, err := b.exprs(s, []ast.Expr{e.Left, e.Right})
	if err != nil {
		return nil, err
	}
	l, r, eq, err := b.equality(args[0], args[1], e.Pos())
	if err != nil {
		return nil, err
	}
	return &plan.NullIf{Left: l, Right: r, Eq: eq}, nil
}

func (b *binder) boolTest(s *scope, e *ast.BoolTest) (plan.Expr, error) {
	name := map[ast.BoolTestKind]string{ast.IsTrue: "TRUE", ast.IsFalse: "FALSE", ast.IsUnknown: "UNKNOWN"}[e.Kind]
	what := "IS " + name
	if e.Not {
		what = "IS NOT " + name
	}
	arg, err := b.boolArg(s, e.Arg, what)
	if err != nil {
		return nil, err
	}
	want := map[ast.BoolTestKind]byte{ast.IsTrue: 't', ast.IsFalse: 'f', ast.IsUnknown: 'u'}[e.Kind]
	return &plan.BoolTest{Arg: arg, Want: want, Not: e.Not}, nil
}

// caseExpr binds both forms of CASE; the simple form compares its argument in
// each branch.
func (b *binder) caseExpr(s *scope, e *ast.CaseExpr) (plan.Expr, error) {
	var arg plan.Expr
	if e.Arg != nil {
		var err error
		if arg, err = b.expr(s, e.Arg); err != nil {
			return nil, err
		}
		if arg, err = b.resolveUnknown(arg, startOf(e.Arg)); err != nil {
			return nil, err
		}
	}
	c := &plan.Case{}
	results := []located{{nullConst(types.Unknown), -1}}
	for _, w := range e.Whens {
		cond, err := b.whenCond(s, arg, w)
		if err != nil {
			return nil, err
		}
		then, err := b.expr(s, w.Result)
		if err != nil {
			return nil, err
		}
		c.Whens = append(c.Whens, plan.When{Cond: cond})
		results = append(results, located{then, startOf(w.Result)})
	}
	if e.Default != nil { // bound last, but the first to say which type they have in common
		x, err := b.expr(s, e.Default)
		if err != nil {
			return nil, err
		}
		results[0] = located{x, startOf(e.Default)}
	}
	out, t, err := b.unify(results, "CASE")
	if err != nil {
		return nil, err
	}
	c.Typ, c.Else = t, out[0]
	if e.Default == nil {
		c.Else = nil
	}
	for i := range c.Whens {
		c.Whens[i].Then = out[i+1]
	}
	return c, nil
}

func (b *binder) whenCond(s *scope, arg plan.Expr, w *ast.CaseWhen) (plan.Expr, error) {
	cond, err := b.expr(s, w.Cond)
	if err != nil {
		return nil, err
	}
	if arg != nil {
		if cond, err = b.callOperator("=", arg, cond, startOf(w.Cond)); err != nil {
			return nil, err
		}
	}
	return b.coerceBool(cond, "CASE/WHEN", startOf(w.Cond))
}

func (b *binder) unifyArgs(s *scope, list []ast.Expr, what string) ([]plan.Expr, types.Type, error) {
	args := make([]located, len(list))
	for i, e := range list {
		x, err := b.expr(s, e)
		if err != nil {
			return nil, types.Type{}, err
		}
		args[i] = located{x, startOf(e)}
	}
	return b.unify(args, what)
}
