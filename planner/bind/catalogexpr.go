package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// CatalogExpr is TableExpr for a text that the catalog keeps: columns are named
// without their table, so that String of the result is the text to store.
func CatalogExpr(ctx *Context, t *catalog.Table, column *catalog.Column, e ast.Expr, kind ExprKind, text string) (plan.Expr, error) {
	if err := systemColumn(t, e, kind); err != nil {
		return nil, err
	}
	x, err := TableExpr(ctx, t, column, e, kind, text)
	if err != nil {
		return nil, err
	}
	return unqualified(t, x), nil
}

// systemColumn refuses columns that a row's own values do not include.
func systemColumn(t *catalog.Table, e ast.Expr, kind ExprKind) (err error) {
	ast.Inspect(e, func(n ast.Node) bool {
		ref, ok := n.(*ast.ColumnRef)
		if !ok || len(ref.Fields) == 0 || kind == DefaultExpr {
			return err == nil
		}
		name := ref.Fields[len(ref.Fields)-1]
		if _, system := systemColumns[name]; !system {
			return err == nil
		}
		if c, _ := t.Column(name); c != nil {
			return err == nil
		}
		err = sqlerr.New(sqlerr.InvalidColumnReference, "system column \"%s\" reference in check constraint is invalid", name)
		switch kind {
		case GeneratedExpr:
			err = sqlerr.New(sqlerr.InvalidColumnReference, "cannot use system column \"%s\" in column generation expression", name)
		case IndexKeyExpr, IndexPredicate:
			err = sqlerr.New(sqlerr.FeatureNotSupported, "index creation on system columns is not supported")
		}
		return false
	})
	return err
}

// unqualified names columns as the catalog keeps them.
func unqualified(t *catalog.Table, e plan.Expr) plan.Expr {
	if c, ok := e.(*plan.Col); ok {
		n := *c
		n.Name = builtin.QuoteIdent(t.Columns[c.Index].Name)
		return &n
	}
	return plan.MapChildren(e, func(child plan.Expr) plan.Expr { return unqualified(t, child) })
}

// CatalogText binds an expression text that the catalog keeps over the row of a table.
func CatalogText(ctx *Context, t *catalog.Table, text string) (plan.Expr, error) {
	x, err := newBinder(ctx, "").tableExpr(t, text, types.Type{}, clauseGenerated)
	if err != nil {
		return nil, err
	}
	return unqualified(t, x), nil
}

// ColumnLabel is the name PostgreSQL gives a column without AS: "?column?" if it finds none.
func ColumnLabel(e ast.Expr) string { return (&statement{}).columnName(e) }

// NextValue is the default that a serial or identity column has, or one of a domain.
func NextValue(ctx *Context, c *catalog.Column) (plan.Expr, error) {
	b := newBinder(ctx, "")
	x, err := b.columnDefault(c)
	if err != nil {
		return nil, err
	}
	l := &lowerer{b: b}
	return l.expr(x, emptyLayout(), nil), l.err
}

// Converted binds an expression over a table's row and converts it to the type
// of column as an assignment does; ok is false where there is no such conversion.
func Converted(ctx *Context, t *catalog.Table, column *catalog.Column, e ast.Expr, text string) (x plan.Expr, ok bool, err error) {
	b := newBinder(ctx, text)
	rel := b.tableRelation(t, nil, t.Name)
	s := newScope(nil)
	rel.scope = s
	s.items = []*nameItem{rel.nameItem()}
	if x, err = b.exprIn(s, e, clauseCheck); err != nil {
		return nil, false, err
	}
	if x, err = b.coerce(x, column.Type, builtin.CastAssignment, startOf(e)); err != nil || x == nil {
		return nil, false, err
	}
	l := &lowerer{b: b}
	return unqualified(t, l.expr(x, relLayout(rel), nil)), true, l.err
}

// ConvertedText is Converted for a text that the catalog keeps; it returns text again.
func ConvertedText(ctx *Context, t *catalog.Table, column *catalog.Column, text string) (out string, ok bool, err error) {
	e, err := parseExpr(text)
	if err != nil {
		return "", false, err
	}
	x, ok, err := Converted(ctx, t, column, e, "")
	if err != nil || !ok {
		return "", false, err
	}
	return x.String(), true, nil
}

// RenamedText is the text of an expression over the row of t with the column
// names of another version of the table.
func RenamedText(ctx *Context, t, renamed *catalog.Table, text string) (string, error) {
	x, err := CatalogText(ctx, t, text)
	if err != nil {
		return "", err
	}
	return unqualified(renamed, x).String(), nil
}
