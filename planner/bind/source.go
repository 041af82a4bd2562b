package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/parse"
)

// parseQuery parses a view's query.
func parseQuery(text string) (*ast.SelectStmt, error) {
	list, err := parse.Parse(text)
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		if q, ok := list[0].Stmt.(*ast.SelectStmt); ok {
			return q, nil
		}
	}
	return nil, sqlerr.Internal("catalog text is not a query: %s", text)
}

// parseExpr parses an expression kept in the catalog.
func parseExpr(text string) (ast.Expr, error) {
	q, err := parseQuery("SELECT (" + text + "\n)")
	if err != nil {
		return nil, err
	}
	if len(q.Targets) != 1 {
		return nil, sqlerr.Internal("catalog text is not an expression: %s", text)
	}
	return q.Targets[0].Expr, nil
}

// catalogExpr binds an expression text of the catalog over the columns of rel
// (nil: none) and converts it to want (nil: as it is).
func (b *binder) catalogExpr(text string, rel *relation, want *types.Type, c clause) (plan.Expr, error) {
	e, err := parseExpr(text)
	if err != nil {
		return nil, err
	}
	s := newScope(nil)
	if rel != nil {
		rel.scope = s
		s.items = []*nameItem{rel.nameItem()}
	}
	src := b.source(nil)
	x, err := src.exprIn(s, e, c)
	if err != nil || want == nil {
		return x, err
	}
	return src.coerceAssign(x, *want, "", -1)
}

// ParseExpr parses an expression that the catalog keeps.
func ParseExpr(text string) (ast.Expr, error) { return parseExpr(text) }
