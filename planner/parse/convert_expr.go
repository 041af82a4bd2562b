package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

func (c *converter) exprs(nodes []*pg.Node) []ast.Expr {
	return each(nodes, c.expr)
}

// expr converts an expression; nil for nil.
func (c *converter) expr(n *pg.Node) ast.Expr {
	if n == nil || n.Node == nil {
		return nil
	}
	switch v := n.Node.(type) {
	case *pg.Node_ColumnRef:
		return c.columnRef(v.ColumnRef)
	case *pg.Node_ParamRef:
		return &ast.Param{Position: c.pos(v.ParamRef.Location), Number: int(v.ParamRef.Number)}
	case *pg.Node_AConst:
		return c.constant(v.AConst)
	case *pg.Node_AExpr:
		return c.operatorExpr(v.AExpr)
	case *pg.Node_BoolExpr:
		return c.boolExpr(v.BoolExpr)
	case *pg.Node_NullTest:
		return &ast.NullTest{
			Position: c.pos(v.NullTest.Location), Arg: c.expr(v.NullTest.Arg),
			Not: v.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL,
		}
	case *pg.Node_BooleanTest:
		return c.boolTest(v.BooleanTest)
	case *pg.Node_TypeCast:
		return c.cast(v.TypeCast)
	case *pg.Node_FuncCall:
		return c.funcCall(v.FuncCall)
	case *pg.Node_SubLink:
		return c.subLink(v.SubLink)
	case *pg.Node_CaseExpr:
		return c.caseExpr(v.CaseExpr)
	default:
		return c.rareExpr(n)
	}
}

// rareExpr is the second half of expr.
func (c *converter) rareExpr(n *pg.Node) ast.Expr {
	switch v := n.Node.(type) {
	case *pg.Node_CoalesceExpr:
		return &ast.CoalesceExpr{Position: c.pos(v.CoalesceExpr.Location), Args: c.exprs(v.CoalesceExpr.Args)}
	case *pg.Node_MinMaxExpr:
		return &ast.MinMaxExpr{
			Position: c.pos(v.MinMaxExpr.Location), Args: c.exprs(v.MinMaxExpr.Args),
			Greatest: v.MinMaxExpr.Op == pg.MinMaxOp_IS_GREATEST,
		}
	case *pg.Node_NamedArgExpr:
		return &ast.NamedArg{Position: c.pos(v.NamedArgExpr.Location), Name: v.NamedArgExpr.Name, Arg: c.expr(v.NamedArgExpr.Arg)}
	case *pg.Node_RowExpr:
		return &ast.RowExpr{
			Position: c.pos(v.RowExpr.Location), Args: c.exprs(v.RowExpr.Args),
			Explicit: v.RowExpr.RowFormat == pg.CoercionForm_COERCE_EXPLICIT_CALL,
		}
	case *pg.Node_AArrayExpr:
		return &ast.ArrayExpr{Position: c.pos(v.AArrayExpr.Location), Elements: c.exprs(v.AArrayExpr.Elements)}
	case *pg.Node_AIndirection:
		return c.indirection(v.AIndirection)
	case *pg.Node_CollateClause:
		return &ast.CollateExpr{
			Position: c.pos(v.CollateClause.Location), Arg: c.expr(v.CollateClause.Arg), Collation: strs(v.CollateClause.Collname),
		}
	case *pg.Node_SqlvalueFunction:
		return c.sqlValue(v.SqlvalueFunction)
	case *pg.Node_GroupingFunc:
		return &ast.GroupingCall{Position: c.pos(v.GroupingFunc.Location), Args: c.exprs(v.GroupingFunc.Args)}
	case *pg.Node_GroupingSet:
		return c.groupingSet(v.GroupingSet)
	case *pg.Node_SetToDefault:
		return &ast.DefaultExpr{Position: c.pos(v.SetToDefault.Location)}
	case *pg.Node_CurrentOfExpr:
		return &ast.CurrentOfExpr{Position: ast.Unknown, Cursor: v.CurrentOfExpr.CursorName}
	case *pg.Node_XmlExpr:
		c.refuse(c.pos(v.XmlExpr.Location), "XML", "")
		return &ast.Const{Position: c.pos(v.XmlExpr.Location)}
	case *pg.Node_XmlSerialize:
		c.refuse(c.pos(v.XmlSerialize.Location), "XMLSERIALIZE", "")
		return &ast.Const{Position: c.pos(v.XmlSerialize.Location)}
	case *pg.Node_List: // a parenthesised list where the grammar has no row: (a, b) OVERLAPS
		return &ast.RowExpr{Position: ast.Unknown, Args: c.exprs(v.List.Items)}
	default:
		return c.bareValueOrJSON(n)
	}
}

// bareValueOrJSON converts the value nodes that stand in options, and JSON.
func (c *converter) bareValueOrJSON(n *pg.Node) ast.Expr {
	switch v := n.Node.(type) {
	case *pg.Node_Integer:
		return &ast.Const{Position: ast.Unknown, Kind: ast.ConstInt, Int: int64(v.Integer.Ival)}
	case *pg.Node_Float:
		return &ast.Const{Position: ast.Unknown, Kind: ast.ConstFloat, Text: v.Float.Fval}
	case *pg.Node_Boolean:
		return &ast.Const{Position: ast.Unknown, Kind: ast.ConstBool, Bool: v.Boolean.Boolval}
	case *pg.Node_String_:
		return &ast.Const{Position: ast.Unknown, Kind: ast.ConstString, Text: v.String_.Sval}
	case *pg.Node_BitString:
		return &ast.Const{Position: ast.Unknown, Kind: ast.ConstBitString, Text: v.BitString.Bsval}
	default:
		return c.jsonExpr(n)
	}
}

func (c *converter) columnRef(r *pg.ColumnRef) *ast.ColumnRef {
	out := &ast.ColumnRef{Position: c.pos(r.Location)}
	for _, f := range r.Fields {
		if f.GetAStar() != nil {
			out.Star = true
			continue
		}
		out.Fields = append(out.Fields, str(f))
	}
	return out
}

func (c *converter) constant(k *pg.A_Const) *ast.Const {
	out := &ast.Const{Position: c.pos(k.Location)}
	switch v := k.Val.(type) {
	case *pg.A_Const_Ival:
		out.Kind, out.Int = ast.ConstInt, int64(v.Ival.GetIval())
	case *pg.A_Const_Fval:
		out.Kind, out.Text = ast.ConstFloat, v.Fval.GetFval()
	case *pg.A_Const_Boolval:
		out.Kind, out.Bool = ast.ConstBool, v.Boolval.GetBoolval()
	case *pg.A_Const_Sval:
		out.Kind, out.Text = ast.ConstString, v.Sval.GetSval()
	case *pg.A_Const_Bsval:
		out.Kind, out.Text = ast.ConstBitString, v.Bsval.GetBsval()
	}
	return out
}

// operatorExpr splits the kinds of A_Expr.
func (c *converter) operatorExpr(e *pg.A_Expr) ast.Expr {
	pos, op := c.pos(e.Location), operator(e.Name)
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		all := e.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL
		return &ast.AnyAllExpr{Position: pos, Op: op, All: all, Left: c.expr(e.Lexpr), Right: c.expr(e.Rexpr)}
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		not := e.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT
		return &ast.DistinctExpr{Position: pos, Not: not, Left: c.expr(e.Lexpr), Right: c.expr(e.Rexpr)}
	case pg.A_Expr_Kind_AEXPR_NULLIF:
		return &ast.NullIfExpr{Position: pos, Left: c.expr(e.Lexpr), Right: c.expr(e.Rexpr)}
	case pg.A_Expr_Kind_AEXPR_IN:
		return &ast.InExpr{Position: pos, Not: op.Name == "<>", Left: c.expr(e.Lexpr), List: c.text.completed(c.exprs(listItems(e.Rexpr)))}
	case pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE, pg.A_Expr_Kind_AEXPR_SIMILAR:
		return c.like(e, op)
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN,
		pg.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return c.between(e)
	}
	return &ast.BinaryExpr{Position: pos, Op: op, Left: c.expr(e.Lexpr), Right: c.expr(e.Rexpr)}
}

// like undoes the grammar's wrapping of the pattern in like_escape(pattern,
// escape) and similar_to_escape(pattern[, escape]).
func (c *converter) like(e *pg.A_Expr, op ast.Operator) ast.Expr {
	out := &ast.LikeExpr{Position: c.pos(e.Location), Not: op.Name[0] == '!', Left: c.expr(e.Lexpr)}
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_ILIKE:
		out.Kind = ast.ILike
	case pg.A_Expr_Kind_AEXPR_SIMILAR:
		out.Kind = ast.SimilarTo
	}
	call := e.Rexpr.GetFuncCall()
	// The wrapper is known by its place: it starts at the operator, which no call
	// written by the user does.
	if call == nil || call.Location != e.Location {
		out.Pattern = c.expr(e.Rexpr)
		return out
	}
	out.Pattern = c.expr(call.Args[0])
	if len(call.Args) > 1 {
		out.Escape = c.expr(call.Args[1])
	}
	return out
}

func (c *converter) between(e *pg.A_Expr) ast.Expr {
	bounds := listItems(e.Rexpr)
	if len(bounds) != 2 {
		c.refuse(c.pos(e.Location), "this form of BETWEEN", "")
		return &ast.Const{Position: c.pos(e.Location)}
	}
	return &ast.BetweenExpr{
		Position:  c.pos(e.Location),
		Not:       e.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN || e.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM,
		Symmetric: e.Kind == pg.A_Expr_Kind_AEXPR_BETWEEN_SYM || e.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM,
		Arg:       c.expr(e.Lexpr), Low: c.expr(bounds[0]), High: c.expr(bounds[1]),
	}
}

func (c *converter) boolExpr(b *pg.BoolExpr) ast.Expr {
	pos := c.pos(b.Location)
	if b.Boolop == pg.BoolExprType_NOT_EXPR {
		return &ast.NotExpr{Position: pos, Arg: c.expr(b.Args[0])}
	}
	return &ast.LogicExpr{Position: pos, Or: b.Boolop == pg.BoolExprType_OR_EXPR, Args: c.exprs(b.Args)}
}

func (c *converter) boolTest(b *pg.BooleanTest) ast.Expr {
	out := &ast.BoolTest{Position: c.pos(b.Location), Arg: c.expr(b.Arg)}
	switch b.Booltesttype {
	case pg.BoolTestType_IS_NOT_TRUE:
		out.Not = true
	case pg.BoolTestType_IS_FALSE:
		out.Kind = ast.IsFalse
	case pg.BoolTestType_IS_NOT_FALSE:
		out.Kind, out.Not = ast.IsFalse, true
	case pg.BoolTestType_IS_UNKNOWN:
		out.Kind = ast.IsUnknown
	case pg.BoolTestType_IS_NOT_UNKNOWN:
		out.Kind, out.Not = ast.IsUnknown, true
	}
	return out
}

// cast converts a TypeCast. A cast written type 'literal' has no place of its
// own; it gets its type's.
func (c *converter) cast(t *pg.TypeCast) ast.Expr {
	out := &ast.CastExpr{Position: c.pos(t.Location), Arg: c.expr(t.Arg), Type: c.typeName(t.TypeName)}
	if t.Location < 0 && out.Type != nil {
		out.Position = out.Type.Position
	}
	return out
}

func (c *converter) caseExpr(e *pg.CaseExpr) ast.Expr {
	return &ast.CaseExpr{
		Position: c.pos(e.Location), Arg: c.expr(e.Arg), Default: c.expr(e.Defresult),
		Whens: each(e.Args, func(n *pg.Node) *ast.CaseWhen {
			w := n.GetCaseWhen()
			return &ast.CaseWhen{Position: c.pos(w.Location), Cond: c.expr(w.Expr), Result: c.expr(w.Result)}
		}),
	}
}

func (c *converter) subLink(s *pg.SubLink) ast.Expr {
	out := &ast.SubLink{Position: c.pos(s.Location), Test: c.expr(s.Testexpr), Op: operator(s.OperName), Query: c.query(s.Subselect)}
	switch s.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		out.Kind = ast.SubLinkExists
	case pg.SubLinkType_ANY_SUBLINK:
		out.Kind = ast.SubLinkAny
		if out.Op.Name == "" {
			out.In, out.Op.Name = true, "="
		}
	case pg.SubLinkType_ALL_SUBLINK:
		out.Kind = ast.SubLinkAll
	case pg.SubLinkType_ARRAY_SUBLINK:
		out.Kind = ast.SubLinkArray
	}
	return out
}

// steps converts what follows a column or an expression: .field, .*, [i], [i:j].
func (c *converter) steps(nodes []*pg.Node) []*ast.Step {
	return each(nodes, func(n *pg.Node) *ast.Step {
		switch v := n.Node.(type) {
		case *pg.Node_String_:
			return &ast.Step{Position: ast.Unknown, Kind: ast.StepField, Name: v.String_.Sval}
		case *pg.Node_AIndices:
			kind := ast.StepIndex
			if v.AIndices.IsSlice {
				kind = ast.StepSlice
			}
			return &ast.Step{Position: ast.Unknown, Kind: kind, Lower: c.expr(v.AIndices.Lidx), Upper: c.expr(v.AIndices.Uidx)}
		}
		return &ast.Step{Position: ast.Unknown, Kind: ast.StepStar}
	})
}

func (c *converter) indirection(i *pg.A_Indirection) ast.Expr {
	arg := c.expr(i.Arg)
	return &ast.IndirectionExpr{Position: ast.Position(arg.Pos()), Arg: arg, Steps: c.steps(i.Indirection)}
}

// sqlValueKinds maps SVFOP_*; a kind with a precision shares its entry.
var sqlValueKinds = map[pg.SQLValueFunctionOp]ast.SQLValueKind{
	pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE:        ast.CurrentDate,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME:        ast.CurrentTime,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      ast.CurrentTime,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   ast.CurrentTimestamp,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: ast.CurrentTimestamp,
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME:           ast.LocalTime,
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:         ast.LocalTime,
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      ast.LocalTimestamp,
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    ast.LocalTimestamp,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        ast.CurrentRole,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_USER:        ast.CurrentUser,
	pg.SQLValueFunctionOp_SVFOP_USER:                ast.User,
	pg.SQLValueFunctionOp_SVFOP_SESSION_USER:        ast.SessionUser,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:     ast.CurrentCatalog,
	pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:      ast.CurrentSchema,
}

func (c *converter) sqlValue(f *pg.SQLValueFunction) ast.Expr {
	out := &ast.SQLValueExpr{Position: c.pos(f.Location), Kind: sqlValueKinds[f.Op], Precision: -1}
	switch f.Op {
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N,
		pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N, pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		out.Precision = int(f.Typmod)
	}
	return out
}
