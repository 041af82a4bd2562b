package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// jsonExpr binds the SQL/JSON constructors and predicates.
func (b *binder) jsonExpr(s *scope, e ast.Expr) (plan.Expr, error) {
	hint := "Use json_build_object, json_build_array, json_agg, json_object_agg or a cast to json."
	return nil, sqlerr.Unsupported("SQL/JSON syntax", hint).At(b.at(e.Pos()))
}
