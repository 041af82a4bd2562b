package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// sampleItem binds table TABLESAMPLE method(percent) [REPEATABLE (seed)].
func (b *binder) sampleItem(s *scope, e *ast.TableSample) (joinNode, []*nameItem, error) {
	node, items, err := b.tableItem(s, e.Table)
	if err != nil {
		return nil, nil, err
	}
	rel, ok := node.(*relation)
	if !ok || rel.kind != relTable {
		return nil, nil, b.errorf(sqlerr.FeatureNotSupported, e.Table.Pos(), "TABLESAMPLE clause can only be applied to tables and materialized views")
	}
	method := joinDots(e.Method)
	switch e.Method[len(e.Method)-1] {
	case "system", "bernoulli":
	default:
		return nil, nil, b.errorf(sqlerr.UndefinedObject, e.Pos(), "tablesample method %s does not exist", method)
	}
	if len(e.Args) != 1 {
		return nil, nil, b.errorf(sqlerr.InvalidTablesampleArg, e.Pos(), "tablesample method %s requires 1 argument, not %d", method, len(e.Args))
	}
	wasActive, wasClause := s.lateralActive, s.clause
	s.lateralActive, s.clause = true, clauseFromFunction
	defer func() { s.lateralActive, s.clause = wasActive, wasClause }()
	rel.sample = &sample{blocks: e.Method[len(e.Method)-1] == "system"}
	if rel.sample.percent, err = b.sampleArg(s, e.Args[0], types.Float4, "TABLESAMPLE"); err != nil {
		return nil, nil, err
	}
	if e.Repeatable != nil {
		if rel.sample.seed, err = b.sampleArg(s, e.Repeatable, types.Float8, "REPEATABLE"); err != nil {
			return nil, nil, err
		}
	}
	return rel, items, nil
}

func (b *binder) sampleArg(s *scope, e ast.Expr, t types.Type, what string) (plan.Expr, error) {
	x, err := b.expr(s, e)
	if err != nil {
		return nil, err
	}
	if contains(x, isSetCall) {
		return nil, b.errorf(sqlerr.DatatypeMismatch, startOf(e), "argument of %s must not return a set", what)
	}
	return b.coerceSpecific(x, t, what, startOf(e))
}
