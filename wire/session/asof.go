package session

import (
	"context"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/planner/ast"
	"synapse/storage"
)

// resolveAsOf finds the moment a statement reads: its own AS OF, else the
// transaction's, else the session's setting, else the sqlcommenter key; 0 = the
// present. The moment is fixed before the statement's snapshot is taken.
func (s *Session) resolveAsOf(ctx context.Context, p *portal) (storage.Timestamp, error) {
	if c := temporalOf(p.prep.stmt.Stmt); c != nil && c.System != nil {
		return s.evalAsOf(ctx, c, p.params)
	}
	if s.block.asOf != 0 {
		return s.block.asOf, nil
	}
	if v := s.settings.must("synapse.as_of"); v != "" {
		return s.parseAsOf(v)
	}
	if v := p.lineage.tag("as_of"); v != "" {
		return s.parseAsOf(v)
	}
	return 0, nil
}

// statementAsOf reports whether the statement itself carries AS OF.
func statementAsOf(stmt ast.Stmt) bool {
	c := temporalOf(stmt)
	return c != nil && c.System != nil
}

// evalAsOf evaluates a statement-level clause.
func (s *Session) evalAsOf(ctx context.Context, c *ast.TemporalClause, params []boundParam) (storage.Timestamp, error) {
	if c.System.Kind == ast.PeriodBetween || c.System.Kind == ast.PeriodFromTo || c.System.Kind == ast.PeriodAll {
		return 0, sqlerr.New(sqlerr.SyntaxError, "a version range belongs behind a table name").
			WithHint("Write FROM table FOR SYSTEM_TIME ….")
	}
	oids := make([]types.OID, len(params))
	values := make([]types.Value, len(params))
	for i := range params {
		oids[i], values[i] = params[i].Type.OID, params[i].Value
	}
	t, err := s.engine.Planner.Temporal(s.bindContext(s.catalog(), oids), c.System)
	if err != nil {
		return 0, err
	}
	env := s.execEnv(ctx, &portal{params: params}, nil)
	env.Params = values
	v, err := exec.EvalConst(env, t.A)
	if err != nil {
		return 0, err
	}
	if v.IsNull() {
		return 0, sqlerr.New(sqlerr.NullValueNotAllowed, "AS OF must not be null")
	}
	if c.System.Kind == ast.PeriodQuery {
		return s.queryMoment(ctx, v)
	}
	return storage.Timestamp(v.Int()), nil
}

// queryMoment is the snapshot that a lineage row recorded; v is the row's query_id.
func (s *Session) queryMoment(ctx context.Context, v types.Value) (storage.Timestamp, error) {
	// A uuid value holds its 16 bytes, not its text.
	id := types.FormatText(types.UUID, v, nil)
	l, ok := s.engine.Recorder.(interface {
		SnapshotOf(ctx context.Context, queryID string) (int64, bool)
	})
	if ok {
		if ts, found := l.SnapshotOf(ctx, id); found {
			return storage.Timestamp(ts), nil
		}
	}
	return 0, sqlerr.New(sqlerr.UndefinedObject, "no lineage row with query id %q", id)
}

// setBlockAsOf fixes the moment a transaction reads (BEGIN AS OF, SET TRANSACTION AS OF).
func (s *Session) setBlockAsOf(ctx context.Context, c *ast.TemporalClause, params []boundParam) error {
	if c.System == nil {
		return sqlerr.Unsupported("a transaction at a valid time", "Put FOR VALID_TIME AS OF behind the table.")
	}
	at, err := s.evalAsOf(ctx, c, params)
	if err != nil {
		return err
	}
	if err := s.checkMoment(ctx, at); err != nil {
		return err
	}
	s.block.asOf = at
	s.block.readOnly = true
	return nil
}

// checkMoment refuses a future moment (22023) and one before retention (72000) right away.
func (s *Session) checkMoment(ctx context.Context, at storage.Timestamp) error {
	v, err := s.engine.Store.SnapshotAt(ctx, at, s.principal())
	if err == nil {
		v.Close()
	}
	return err
}

// parseAsOf reads the text form of a moment: a timestamp, a negative interval
// ('-10s'), or microseconds since 2000.
func (s *Session) parseAsOf(text string) (storage.Timestamp, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return storage.Timestamp(n), nil
	}
	if strings.HasPrefix(text, "-") {
		if v, err := types.ParseText(types.Interval, text, s.inputFormat()); err == nil {
			ts, err := types.TimestamptzAddInterval(int64(s.engine.Store.Now()), types.AsSpan(v), s.inputFormat().Zone)
			return storage.Timestamp(ts), err
		}
	}
	v, err := types.ParseText(types.Timestamptz, text, s.inputFormat())
	if err != nil {
		return 0, err
	}
	return storage.Timestamp(v.Int()), nil
}
