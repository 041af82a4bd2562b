package session

import (
	"context"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/ddl"
	"synapse/planner/parse"
	"synapse/storage"
)

// reads are the moments that one run of a statement reads: its own and those of
// the clauses inside. Each is found once, before anything is read, and stays.
type reads struct {
	s      *Session
	params []boundParam
	// given is false at Describe: what depends on a parameter is not known yet.
	given   bool
	unknown bool              // such a moment was asked for
	at      storage.Timestamp // the statement's own; 0 = the present
	moments map[*plan.Temporal]storage.Timestamp
}

// newReads finds the moment a statement reads: its own AS OF, else the
// transaction's, else the session's setting, else the sqlcommenter key.
func (s *Session) newReads(ctx context.Context, stmt *parse.Statement, tag string, params []boundParam, given bool) (*reads, error) {
	r := &reads{s: s, params: params, given: given}
	var err error
	switch c := temporalOf(stmt.Stmt); {
	case c != nil && c.System != nil:
		r.at, err = r.own(ctx, c)
	case s.block.asOf != 0:
		r.at = s.block.asOf
	default:
		text := s.settings.must("synapse.as_of")
		if text == "" {
			text = tag
		}
		r.at, err = s.parseAsOf(text)
	}
	return r, err
}

// own evaluates a statement's clause; 0 where it is not known yet.
func (r *reads) own(ctx context.Context, c *ast.TemporalClause) (storage.Timestamp, error) {
	t, err := r.s.bindClause(c, paramTypes(r.params))
	if err != nil {
		return 0, err
	}
	at, _, err := r.moment(ctx, t)
	return at, err
}

// moment is that of a clause; known is false where a parameter without value decides.
func (r *reads) moment(ctx context.Context, t *plan.Temporal) (at storage.Timestamp, known bool, err error) {
	if at, ok := r.moments[t]; ok {
		return at, true, nil
	}
	if !r.given && hasParam(t.A) {
		r.unknown = true
		return 0, false, nil
	}
	if at, err = r.s.evalMoment(ctx, t, r.params); err != nil {
		return 0, false, err
	}
	if r.moments == nil {
		r.moments = map[*plan.Temporal]storage.Timestamp{}
	}
	r.moments[t] = at
	return at, true, nil
}

// catalogAt is the catalog as of a clause, nil where its moment is not known yet.
func (r *reads) catalogAt(ctx context.Context, t *plan.Temporal) (*catalog.Catalog, error) {
	at, known, err := r.moment(ctx, t)
	if err != nil || !known {
		return nil, err
	}
	return r.s.catalogAsOf(ctx, at)
}

// undescribed explains why a statement about the past was looked for in the present.
func (r *reads) undescribed(err error) error {
	code := sqlerr.CodeOf(err)
	if !r.unknown || code != sqlerr.UndefinedTable && code != sqlerr.UndefinedColumn {
		return err
	}
	if e := sqlerr.From(err); e.Hint == "" {
		return e.WithHint("The moment is a parameter, so the statement is described by the present catalog. Write the moment itself to read what is gone today.")
	}
	return err
}

// past is the catalog that the statement itself is bound by, nil for today's.
func (r *reads) past(ctx context.Context) (*catalog.Catalog, error) {
	if r.at == 0 {
		return nil, nil
	}
	return r.s.catalogAsOf(ctx, r.at)
}

func (s *Session) catalogAsOf(ctx context.Context, at storage.Timestamp) (*catalog.Catalog, error) {
	v, err := s.engine.Store.SnapshotAt(ctx, at, s.principal())
	if err != nil {
		return nil, err
	}
	defer v.Close()
	return v.Catalog(), nil
}

func hasParam(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		_, is := e.(*plan.Param)
		found = found || is
		return !found
	})
	return found
}

func paramTypes(params []boundParam) []types.OID {
	out := make([]types.OID, len(params))
	for i := range params {
		out[i] = params[i].Type.OID
	}
	return out
}

// travels reports a statement that reads the past, or may: what it was described
// by can differ from what it is run by without any change of the schema.
func (s *Session) travels(p *prepared) bool {
	return p.travels || s.block.asOf != 0 || s.settings.must("synapse.as_of") != "" || commentKey(&p.stmt, "as_of") != ""
}

// commentKey is a key of the statement's sqlcommenter comment.
func commentKey(stmt *parse.Statement, key string) string {
	if stmt.Comment == "" {
		return ""
	}
	_, tags := parse.CutComment(stmt.Comment)
	return tags[key]
}

// settle fixes the moments of a portal and plans it again where it may mean
// something else than it was described as: 0A000 if its columns differ now.
func (s *Session) settle(ctx context.Context, p *portal) (err error) {
	if p.prep.empty || !planned(p.prep.stmt.Stmt) || ddl.Is(p.prep.stmt.Stmt) {
		return nil
	}
	travels := s.travels(p.prep)
	if !travels && p.prep.catalog == s.catalog() {
		return nil
	}
	ctx, leave := s.enter(ctx)
	defer leave()
	r := &reads{s: s, params: p.params, given: true}
	if travels {
		s.ensureTxn()
		if r, err = s.newReads(ctx, &p.prep.stmt, commentKey(&p.prep.stmt, "as_of"), p.params, true); err != nil {
			return err
		}
		p.reads = r
	}
	past, err := r.past(ctx)
	if err != nil {
		return err
	}
	pl, _, err := s.planFor(ctx, p.prep.stmt, paramOIDs(p), past, r)
	if err != nil {
		return err
	}
	if err := sameResult(p.prep, pl); err != nil {
		return err
	}
	p.prep.catalog = s.catalog()
	return nil
}

// statementAsOf reports whether the statement itself carries AS OF.
func statementAsOf(stmt ast.Stmt) bool {
	c := temporalOf(stmt)
	return c != nil && c.System != nil
}

// bindClause binds a clause of a whole statement or transaction.
func (s *Session) bindClause(c *ast.TemporalClause, given []types.OID) (*plan.Temporal, error) {
	if c.System.Kind == ast.PeriodBetween || c.System.Kind == ast.PeriodFromTo || c.System.Kind == ast.PeriodAll {
		return nil, sqlerr.New(sqlerr.SyntaxError, "a version range belongs behind a table name").
			WithHint("Write FROM table FOR SYSTEM_TIME ….")
	}
	return s.engine.Planner.Temporal(s.bindContext(s.catalog(), given), c.System)
}

// evalMoment finds the moment of AS OF or AS OF QUERY.
func (s *Session) evalMoment(ctx context.Context, t *plan.Temporal, params []boundParam) (storage.Timestamp, error) {
	return s.evalMomentIn(ctx, s.execEnv(ctx, &portal{params: params}, nil), t)
}

// evalMomentIn is evalMoment with the parameters of an env.
func (s *Session) evalMomentIn(ctx context.Context, env *exec.Env, t *plan.Temporal) (storage.Timestamp, error) {
	if env.Builtin.TxnTime == 0 { // Describe, before the transaction has begun
		env.Builtin.TxnTime = env.Builtin.StmtTime
	}
	v, err := exec.EvalConst(env, t.A)
	if err != nil {
		return 0, err
	}
	if v.IsNull() {
		return 0, sqlerr.New(sqlerr.NullValueNotAllowed, "AS OF must not be null")
	}
	if t.Kind == plan.AsOfQuery {
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
	t, err := s.bindClause(c, paramTypes(params))
	if err != nil {
		return err
	}
	at, err := s.evalMoment(ctx, t, params)
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
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) > 8 { // shorter ones are dates: 20251024
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
