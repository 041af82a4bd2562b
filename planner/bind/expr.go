package bind

import (
	"math"
	"strconv"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// exprIn binds an expression that stands in the given clause.
func (b *binder) exprIn(s *scope, e ast.Expr, c clause) (plan.Expr, error) {
	was := s.clause
	s.clause = c
	defer func() { s.clause = was }()
	return b.expr(s, e)
}

// condition binds a clause that must be boolean.
func (b *binder) condition(s *scope, e ast.Expr, c clause) (plan.Expr, error) {
	if e == nil {
		return nil, nil
	}
	x, err := b.exprIn(s, e, c)
	if err != nil {
		return nil, err
	}
	name := clauseRules[c].name
	switch c {
	case clauseJoinOn:
		name = "JOIN/ON"
	case clauseTriggerWhen:
		name = "WHEN"
	}
	return b.coerceBool(x, name, startOf(e))
}

func (b *binder) exprs(s *scope, list []ast.Expr) ([]plan.Expr, error) {
	out := make([]plan.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = b.expr(s, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// expr binds an expression.
func (b *binder) expr(s *scope, e ast.Expr) (plan.Expr, error) {
	switch e := e.(type) {
	case *ast.ColumnRef:
		return b.columnOrVariable(s, e)
	case *ast.Const:
		return b.constant(e)
	case *ast.Param:
		return b.param(e)
	case *ast.BinaryExpr:
		return b.binary(s, e)
	case *ast.LogicExpr:
		return b.logic(s, e)
	case *ast.NotExpr:
		arg, err := b.boolArg(s, e.Arg, "NOT")
		if err != nil {
			return nil, err
		}
		return &plan.Not{Arg: arg}, nil
	case *ast.FuncCall:
		return b.call(s, e)
	case *ast.CastExpr:
		return b.cast(s, e)
	case *ast.CaseExpr:
		return b.caseExpr(s, e)
	case *ast.SubLink:
		return b.subLink(s, e)
	case *ast.NullTest:
		arg, err := b.expr(s, e.Arg)
		if err != nil {
			return nil, err
		}
		return &plan.NullTest{Arg: arg, Not: e.Not}, nil
	default:
		return b.predicate(s, e)
	}
}

// predicate is the second part of expr.
func (b *binder) predicate(s *scope, e ast.Expr) (plan.Expr, error) {
	switch e := e.(type) {
	case *ast.InExpr:
		return b.inList(s, e)
	case *ast.LikeExpr:
		return b.like(s, e)
	case *ast.BetweenExpr:
		return b.between(s, e)
	case *ast.AnyAllExpr:
		return b.anyAll(s, e)
	case *ast.DistinctExpr:
		return b.distinctFrom(s, e)
	case *ast.NullIfExpr:
		return b.nullIf(s, e)
	case *ast.BoolTest:
		return b.boolTest(s, e)
	case *ast.CoalesceExpr:
		args, t, err := b.unifyArgs(s, e.Args, "COALESCE")
		if err != nil {
			return nil, err
		}
		return &plan.Coalesce{Args: args, Typ: t}, nil
	case *ast.MinMaxExpr:
		what := "LEAST"
		if e.Greatest {
			what = "GREATEST"
		}
		args, t, err := b.unifyArgs(s, e.Args, what)
		if err != nil {
			return nil, err
		}
		return &plan.MinMax{Args: args, Typ: t, Least: !e.Greatest}, nil
	case *ast.RowExpr:
		return b.row(s, e)
	case *ast.ArrayExpr:
		return b.array(s, e, types.Type{})
	case *ast.IndirectionExpr:
		return b.indirection(s, e)
	default:
		return b.rare(s, e)
	}
}

// rare is the third part of expr.
func (b *binder) rare(s *scope, e ast.Expr) (plan.Expr, error) {
	switch e := e.(type) {
	case *ast.CollateExpr:
		return b.collate(s, e)
	case *ast.SQLValueExpr:
		return b.sqlValue(e)
	case *ast.GroupingCall:
		return b.groupingCall(s, e)
	case *ast.DefaultExpr:
		return nil, b.errorf(sqlerr.SyntaxError, e.Pos(), "DEFAULT is not allowed in this context")
	case *ast.NamedArg:
		return b.expr(s, e.Arg)
	case *ast.MultiAssignExpr:
		return nil, b.errorf(sqlerr.SyntaxError, e.Pos(), "multiple assignment is not allowed in this context")
	case *ast.CurrentOfExpr:
		return nil, sqlerr.Unsupported("WHERE CURRENT OF", "Use the primary key of the row.").At(b.at(e.Pos()))
	default:
		return b.jsonExpr(s, e)
	}
}

// constant binds a literal. A string stays of type unknown until its context says more.
func (b *binder) constant(e *ast.Const) (plan.Expr, error) {
	switch e.Kind {
	case ast.ConstNull:
		return nullConst(types.Unknown), nil
	case ast.ConstBool:
		return boolConst(e.Bool), nil
	case ast.ConstInt:
		return &plan.Const{Typ: types.Int4, Val: types.NewInt(e.Int)}, nil
	case ast.ConstFloat:
		if n, err := strconv.ParseInt(e.Text, 10, 64); err == nil {
			// The grammar folds the sign in, so -2147483648 arrives as a text that fits after all.
			if n == math.MinInt32 {
				return &plan.Const{Typ: types.Int4, Val: types.NewInt(n)}, nil
			}
			return &plan.Const{Typ: types.Int8, Val: types.NewInt(n)}, nil
		}
		v, err := types.ParseText(types.Numeric, e.Text, b.format())
		if err != nil {
			return nil, b.located(err, e.Pos())
		}
		return &plan.Const{Typ: types.Numeric, Val: v}, nil
	case ast.ConstBitString:
		v, err := types.ParseText(types.Of(types.OIDBit), e.Text, b.format())
		if err != nil {
			return nil, b.located(err, e.Pos())
		}
		return &plan.Const{Typ: types.Of(types.OIDBit), Val: v}, nil
	}
	c := &plan.Const{Typ: types.Unknown, Val: types.NewString(e.Text)}
	b.literalPos[c] = e.Pos()
	return c, nil
}

// columnRef resolves a, t.a, s.t.a and whole rows.
func (b *binder) columnRef(s *scope, e *ast.ColumnRef) (plan.Expr, error) {
	if e.Star {
		return b.wholeItem(s, e)
	}
	if r := clauseRules[s.clause]; s.clause == clauseDefault || s.clause == clauseAsOf {
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "cannot use column reference in %s", r.name1())
	}
	n := len(e.Fields)
	if n == 1 {
		return b.bareColumn(s, e.Fields[0], e.Pos())
	}
	if n > 4 {
		return nil, b.errorf(sqlerr.SyntaxError, e.Pos(), "improper qualified name (too many dotted names): %s", joinDots(e.Fields))
	}
	schema := ""
	if n > 2 {
		schema = e.Fields[n-3]
	}
	relName, col := e.Fields[n-2], e.Fields[n-1]
	it, err := b.findItem(s, schema, relName, e.Pos())
	if err != nil {
		return nil, err
	}
	if it == nil {
		if n == 2 { // a composite column's field needs parentheses, but say what PostgreSQL says
			return nil, b.noItem(s, relName, e.Pos())
		}
		return nil, b.noItem(s, relName, e.Pos())
	}
	x, err := b.field(it, col, e.Pos())
	if err != nil || x != nil {
		return x, err
	}
	return nil, b.noQualified(it, col, e.Pos())
}

// bareColumn resolves a name without qualifier: a column, else a relation's whole row.
func (b *binder) bareColumn(s *scope, name string, pos int) (plan.Expr, error) {
	x, err := b.findColumn(s, name, pos)
	if err != nil || x != nil {
		return x, err
	}
	it, err := b.findItem(s, "", name, pos)
	if err != nil {
		return nil, err
	}
	if it != nil {
		return it.rowOf(pos), nil
	}
	return nil, b.noColumn(s, name, pos)
}

// noColumn is 42703, with a hint where the name exists but cannot be seen or a
// similar one exists.
func (b *binder) noColumn(s *scope, name string, pos int) error {
	err := b.errorf(sqlerr.UndefinedColumn, pos, "column \"%s\" does not exist", name)
	near := newSuggestion(name)
	for level := s; level != nil; level = level.parent {
		for _, it := range level.items {
			for i := range it.cols {
				if it.cols[i].name == name && it.rel != nil {
					return err.WithHint("There is a column named \"%s\" in table \"%s\", but it cannot be referenced from this part of the query.", name, it.name)
				}
				near.consider(it.name, it.cols[i].name)
			}
		}
	}
	if hint := near.hint(); hint != "" {
		return err.WithHint("%s", hint)
	}
	return err
}

// noQualified is 42703 for a column that a relation does not have.
func (b *binder) noQualified(it *nameItem, name string, pos int) error {
	err := b.errorf(sqlerr.UndefinedColumn, pos, "column %s.%s does not exist", it.name, name)
	near := newSuggestion(name)
	for i := range it.cols {
		near.consider(it.name, it.cols[i].name)
	}
	if hint := near.hint(); hint != "" {
		return err.WithHint("%s", hint)
	}
	return err
}

func (r clauseRule) name1() string {
	if r.name == "DEFAULT expressions" {
		return "DEFAULT expression"
	}
	return r.name
}

func joinDots(parts []string) string {
	out := ""
	for i, p := range parts {
		if i > 0 {
			out += "."
		}
		out += p
	}
	return out
}

// startOf is the leftmost position of an expression: where PostgreSQL points
// when an error is about the whole of it.
func startOf(e ast.Expr) int {
	pos := e.Pos()
	var left ast.Expr
	switch e := e.(type) {
	case *ast.BinaryExpr:
		left = e.Left
	case *ast.LogicExpr:
		left = e.Args[0]
	case *ast.InExpr:
		left = e.Left
	case *ast.LikeExpr:
		left = e.Left
	case *ast.BetweenExpr:
		left = e.Arg
	case *ast.AnyAllExpr:
		left = e.Left
	case *ast.CastExpr:
		left = e.Arg
	case *ast.IndirectionExpr:
		left = e.Arg
	case *ast.NullTest:
		left = e.Arg
	case *ast.CollateExpr:
		left = e.Arg
	}
	if left != nil {
		if p := startOf(left); p >= 0 && (pos < 0 || p < pos) {
			return p
		}
	}
	return pos
}
