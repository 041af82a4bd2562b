package session

import (
	"context"
	"fmt"

	"synapse/catalog/builtin"

	"synapse/catalog/types"
	"synapse/exec"
	"synapse/planner/ast"
)

// temporalOf is the statement-level time travel clause, nil if there is none.
func temporalOf(stmt ast.Stmt) *ast.TemporalClause {
	switch t := stmt.(type) {
	case *ast.SelectStmt:
		return t.AsOf
	case *ast.ExplainStmt:
		return temporalOf(t.Query)
	}
	return nil
}

// checkDeferred runs what deferred constraints still owe, and reads WITH HOLD
// cursors to their end; both belong to the committing transaction.
func (s *Session) checkDeferred(ctx context.Context) error {
	if err := s.holdCursors(); err != nil {
		return err
	}
	return s.checkConstraints(ctx, true)
}

// checkConstraints runs the checks that deferred constraints still owe: all at
// commit, else those that are deferred no longer.
func (s *Session) checkConstraints(ctx context.Context, commit bool) error {
	if s.block.deferred == nil || s.block.deferred.Empty() {
		return nil
	}
	view, err := s.beginCommand(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	return exec.CheckDeferred(ctx, s.execEnv(ctx, &portal{}, view), commit)
}

// evalArgs evaluates the arguments of EXECUTE as values of the parameters' types.
func (s *Session) evalArgs(ctx context.Context, args []ast.Expr, want []types.Type, params []boundParam) ([]boundParam, error) {
	out := make([]boundParam, len(args))
	oids := make([]types.OID, len(params))
	for i := range params {
		oids[i] = params[i].Type.OID
	}
	for i, a := range args {
		e, err := s.engine.Planner.Argument(s.bindContext(s.catalog(), oids), a, want[i])
		if err != nil {
			return nil, err
		}
		v, err := exec.EvalConst(s.execEnv(ctx, &portal{params: params}, nil), e)
		if err != nil {
			return nil, err
		}
		out[i] = boundParam{want[i], v.Clone()}
	}
	return out, nil
}

// paramContext is the CONTEXT line of a parameter that cannot be read.
func paramContext(n int, p Param) string {
	if p.Binary {
		return fmt.Sprintf("unnamed portal parameter $%d", n)
	}
	shown := p.Raw
	if len(shown) > 64 {
		shown = append(append([]byte(nil), shown[:64]...), "..."...)
	}
	return fmt.Sprintf("unnamed portal parameter $%d = '%s'", n, shown)
}

// dropTemporary drops the session's temporary objects.
func (s *Session) dropTemporary() {
	c := s.engine.Store.Catalog()
	schema := c.Schema(s.tempSchema())
	if schema == nil {
		return
	}
	ctx := context.Background()
	s.abortBlock()
	text := "DROP SCHEMA " + builtin.QuoteIdent(schema.Name) + " CASCADE"
	list, err := s.engine.Planner.Parse(text)
	if err == nil {
		p := &portal{prep: &prepared{stmt: list[0]}}
		if err = s.startPlanned(ctx, p); err == nil {
			err = s.commitTxn(ctx)
		}
	}
	if err != nil {
		s.abortBlock()
		s.engine.Log.Warn("temporary objects could not be dropped", "schema", schema.Name, "error", err)
	}
}
