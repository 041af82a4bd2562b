package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// What sessions and DDL bind outside of queries: single names, types and expressions.

// ResolveTable finds the table that a reference names: 42P01, or 42809 where it
// is something else.
func ResolveTable(ctx *Context, ref *ast.TableRef, text string) (*catalog.Table, error) {
	b := newBinder(ctx, text)
	o, err := b.relation(ref)
	if err != nil {
		return nil, err
	}
	if t, ok := o.(*catalog.Table); ok {
		return t, nil
	}
	return nil, b.errorf(sqlerr.WrongObjectType, ref.Pos(), "\"%s\" is not a table", ref.Name)
}

// TypeOf resolves a type name with its modifiers.
func TypeOf(ctx *Context, n *ast.TypeName, text string) (types.Type, error) {
	return newBinder(ctx, text).typeOf(n)
}

// Argument binds an argument of EXECUTE, or another expression without columns,
// as a value of the type wanted.
func Argument(ctx *Context, e ast.Expr, want types.Type, text string) (plan.Expr, error) {
	b := newBinder(ctx, text)
	x, err := b.exprIn(newScope(nil), e, clauseNone)
	if err != nil {
		return nil, err
	}
	source := x.Type().OID
	if x, err = b.coerce(x, want, builtin.CastAssignment, startOf(e)); err != nil {
		return nil, err
	}
	if x == nil {
		return nil, b.errorf(sqlerr.DatatypeMismatch, startOf(e), "argument of type %s cannot be coerced to the expected type %s",
			typeName(source), typeName(want.OID)).WithHint("You will need to rewrite or cast the expression.")
	}
	l := &lowerer{b: b}
	return l.expr(x, emptyLayout(), nil), l.err
}

// ExprKind says what an expression of a table definition is for.
type ExprKind uint8

// The kinds, each with its own rules on what may stand in it.
const (
	CheckExpr ExprKind = iota
	DefaultExpr
	GeneratedExpr
	IndexKeyExpr
	IndexPredicate
	CopyCondition // of COPY FROM … WHERE
	PartitionKeyExpr
)

var kindClauses = map[ExprKind]clause{
	CheckExpr: clauseCheck, DefaultExpr: clauseDefault, GeneratedExpr: clauseGenerated,
	IndexKeyExpr: clauseIndexExpr, IndexPredicate: clauseIndexPredicate, CopyCondition: clauseCopyWhere,
	PartitionKeyExpr: clausePartitionKey,
}

// TableExpr binds an expression of a table definition that is being made: over
// the table's row (Col i is Columns[i]), as a value for column (nil: as the
// kind demands). DDL uses it to refuse what does not compile.
func TableExpr(ctx *Context, t *catalog.Table, column *catalog.Column, e ast.Expr, kind ExprKind, text string) (plan.Expr, error) {
	b := newBinder(ctx, text)
	rel := b.tableRelation(t, nil, t.Name)
	s := newScope(nil)
	rel.scope = s
	s.items = []*nameItem{rel.nameItem()}
	c := kindClauses[kind]
	x, err := b.exprIn(s, e, c)
	if err != nil {
		return nil, err
	}
	switch {
	case kind == CheckExpr || kind == IndexPredicate || kind == CopyCondition:
		x, err = b.coerceBool(x, map[ExprKind]string{CheckExpr: "CHECK", IndexPredicate: "WHERE", CopyCondition: "WHERE"}[kind], startOf(e))
	case column != nil && kind == DefaultExpr:
		x, err = b.coerceDefault(x, column, e)
	case column != nil:
		x, err = b.coerceAssign(x, column.Type, column.Name, startOf(e))
	}
	if err != nil {
		return nil, err
	}
	if x, err = b.resolveUnknown(x, startOf(e)); err != nil {
		return nil, err
	}
	if err := b.checkStable(x, kind, e); err != nil {
		return nil, err
	}
	l := &lowerer{b: b}
	return l.expr(x, relLayout(rel), nil), l.err
}

func (b *binder) coerceDefault(x plan.Expr, column *catalog.Column, e ast.Expr) (plan.Expr, error) {
	source := x.Type().OID
	out, err := b.coerce(x, column.Type, builtin.CastAssignment, startOf(e))
	if err == nil && out == nil {
		err = b.errorf(sqlerr.DatatypeMismatch, -1, "column \"%s\" is of type %s but default expression is of type %s",
			column.Name, typeName(column.Type.OID), typeName(source)).WithHint("You will need to rewrite or cast the expression.")
	}
	return out, err
}

// checkStable: what an index or a generated column holds may not change by itself.
func (b *binder) checkStable(x plan.Expr, kind ExprKind, e ast.Expr) error {
	what := map[ExprKind]string{
		GeneratedExpr: "generation expression is not immutable",
		IndexKeyExpr:  "functions in index expression must be marked IMMUTABLE", IndexPredicate: "functions in index predicate must be marked IMMUTABLE",
		PartitionKeyExpr: "functions in partition key expression must be marked IMMUTABLE",
	}[kind]
	if what == "" {
		return nil
	}
	changing := func(x plan.Expr) bool {
		f, ok := x.(*plan.Func)
		return ok && f.Fn.Volatility != builtin.Immutable
	}
	if contains(x, changing) {
		return b.errorf(sqlerr.InvalidObjectDefinition, -1, "%s", what)
	}
	return nil
}
