package session

import (
	"context"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/ddl"
	"synapse/planner/parse"
)

// maxPortals bounds open portals and cursors of a session.
const maxPortals = 10_000

// prepared is a prepared statement: of Parse (unnamed included) or PREPARE.
type prepared struct {
	name   string
	stmt   parse.Statement
	empty  bool // no statement in the text
	given  []types.OID
	params []types.Type
	cols   []Column // nil: returns no rows
	sql    bool     // made by PREPARE
	text   string   // as it was sent
	made   time.Time
	runs   int64 // how often it was executed

	travels bool             // AS OF in the statement
	catalog *catalog.Catalog // today's, when it was described
}

// boundParam is a parameter value with its type.
type boundParam struct {
	Type  types.Type
	Value types.Value
}

// Parse prepares a statement for the extended protocol.
func (s *Session) Parse(ctx context.Context, name, sql string, oids []types.OID) error {
	if name != "" && s.prepared[name] != nil {
		return sqlerr.New(sqlerr.DuplicatePreparedStmt, "prepared statement %q already exists", name)
	}
	ctx, leave := s.enter(ctx)
	defer leave()
	p, err := s.prepare(ctx, name, sql, oids)
	if err != nil {
		return s.unparsed(sql, err)
	}
	s.prepared[name] = p
	return nil
}

// prepare parses one statement and resolves its parameters and columns against today's catalog.
func (s *Session) prepare(ctx context.Context, name, sql string, oids []types.OID) (*prepared, error) {
	list, err := s.engine.Planner.Parse(sql)
	if err != nil {
		return nil, err
	}
	p := &prepared{name: name, given: oids, text: sql, made: time.Now()}
	switch len(list) {
	case 0:
		p.empty = true
		return p, nil
	case 1:
		p.stmt = list[0]
	default:
		return nil, sqlerr.New(sqlerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	if err := s.checkBlock(p.stmt.Stmt); err != nil {
		return nil, err
	}
	return p, s.describe(ctx, p)
}

// describe fills params and cols.
func (s *Session) describe(ctx context.Context, p *prepared) error {
	if !planned(p.stmt.Stmt) || ddl.Is(p.stmt.Stmt) {
		p.cols = s.localColumns(p.stmt.Stmt)
		var err error
		p.params, err = s.localParams(ctx, p)
		return err
	}
	r, err := s.newReads(ctx, &p.stmt, commentKey(&p.stmt, "as_of"), givenParams(p.given), false)
	if err != nil {
		return err
	}
	past, err := r.past(ctx)
	if err != nil {
		return err
	}
	p.catalog = s.catalog()
	pl, slots, err := s.planFor(ctx, p.stmt, p.given, past, r)
	if err != nil {
		return r.undescribed(err)
	}
	p.travels = len(pl.Moments) > 0 || statementAsOf(p.stmt.Stmt)
	p.params, p.cols = pl.Params[:len(pl.Params)-len(slots)], resultColumns(pl)
	return nil
}

// localParams are the parameters of a statement that the session runs: those of
// the query inside, or of its moment.
func (s *Session) localParams(ctx context.Context, p *prepared) ([]types.Type, error) {
	out := givenTypes(p.given)
	if p.stmt.Params == 0 {
		return out, nil
	}
	var clause *ast.TemporalClause
	switch t := p.stmt.Stmt.(type) {
	case *ast.ExplainStmt:
		return s.innerParams(ctx, t.Query, p.stmt.Text, p.given)
	case *ast.DeclareStmt:
		return s.innerParams(ctx, t.Query, t.Text, p.given)
	case *ast.TransactionStmt:
		clause = t.AsOf
	case *ast.SetTransactionStmt:
		clause = t.AsOf
	}
	if clause == nil || clause.System == nil {
		return out, nil
	}
	t, err := s.bindClause(clause, p.given)
	if err != nil {
		return nil, err
	}
	plan.WalkExpr(t.A, func(e plan.Expr) bool {
		if v, ok := e.(*plan.Param); ok {
			for len(out) < v.N {
				out = append(out, types.Text)
			}
			out[v.N-1] = v.Typ
		}
		return true
	})
	return out, nil
}

func (s *Session) innerParams(ctx context.Context, query ast.Stmt, text string, given []types.OID) ([]types.Type, error) {
	q := &prepared{stmt: parse.Statement{Stmt: query, Text: text}, given: given}
	if !planned(query) || ddl.Is(query) {
		return givenTypes(given), nil
	}
	err := s.describe(ctx, q)
	return q.params, err
}

// givenParams are parameters without values.
func givenParams(oids []types.OID) []boundParam {
	out := make([]boundParam, len(oids))
	for i, oid := range oids {
		out[i].Type = types.Type{OID: oid, Mod: -1}
	}
	return out
}

func givenTypes(oids []types.OID) []types.Type {
	out := make([]types.Type, len(oids))
	for i, oid := range oids {
		if out[i] = types.Of(oid); oid == 0 {
			out[i] = types.Text
		}
	}
	return out
}

// resultColumns are the plan's columns, nil if it returns no rows.
func resultColumns(p *plan.Plan) []Column {
	return p.Columns
}

// planned reports whether the planner compiles the statement; the session runs the others itself.
func planned(stmt ast.Stmt) bool {
	switch stmt.(type) {
	case *ast.TransactionStmt, *ast.SetTransactionStmt, *ast.SetStmt, *ast.ShowStmt, *ast.SetConstraintsStmt,
		*ast.DiscardStmt, *ast.PrepareStmt, *ast.ExecuteStmt, *ast.DeallocateStmt, *ast.DeclareStmt, *ast.FetchStmt,
		*ast.CloseStmt, *ast.ListenStmt, *ast.UnlistenStmt, *ast.NotifyStmt, *ast.CopyStmt, *ast.ExplainStmt,
		*ast.VacuumStmt, *ast.LockStmt, *ast.CheckpointStmt, *ast.ReindexStmt, *ast.ClusterStmt,
		*ast.DoStmt, *ast.CallStmt:
		return false
	}
	return true
}

// DescribeStatement returns parameter types and result columns (nil: none).
func (s *Session) DescribeStatement(name string) ([]types.Type, []Column, error) {
	p := s.prepared[name]
	if p == nil {
		return nil, nil, noStatement(name)
	}
	if p.stmt.Stmt != nil && s.block.failed && p.cols != nil {
		return nil, nil, s.checkBlock(p.stmt.Stmt)
	}
	return p.params, p.cols, nil
}

func noStatement(name string) error {
	if name == "" {
		return sqlerr.New(sqlerr.InvalidSQLStatementName, "unnamed prepared statement does not exist")
	}
	return sqlerr.New(sqlerr.InvalidSQLStatementName, "prepared statement %q does not exist", name)
}

// CloseStatement forgets a prepared statement; unknown names are no error.
func (s *Session) CloseStatement(name string) { delete(s.prepared, name) }

// Bind makes a portal of a prepared statement.
func (s *Session) Bind(ctx context.Context, portalName, stmtName string, params []Param, formats []int16) error {
	prep := s.prepared[stmtName]
	if prep == nil {
		return noStatement(stmtName)
	}
	if len(params) != len(prep.params) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message supplies %d parameters, but prepared statement %q requires %d",
			len(params), stmtName, len(prep.params))
	}
	if !prep.empty {
		if err := s.checkBlock(prep.stmt.Stmt); err != nil {
			return s.refused(prep, err)
		}
	}
	if portalName != "" && s.portals[portalName] != nil {
		return sqlerr.New(sqlerr.DuplicateCursor, "cursor %q already exists", portalName)
	}
	if len(s.portals) >= maxPortals {
		return sqlerr.New(sqlerr.ConfigLimitExceeded, "too many open portals: the limit is %d", maxPortals)
	}
	bound, err := s.decodeParams(prep.params, params)
	if err != nil {
		return s.refused(prep, err)
	}
	s.ClosePortal(portalName)
	p := &portal{name: portalName, prep: prep, params: bound, formats: formats, cols: prep.cols, made: time.Now()}
	if err := s.settle(ctx, p); err != nil {
		return s.refused(prep, err)
	}
	prep.runs++
	s.portals[portalName] = p
	return nil
}

// decodeParams turns Bind's bytes into values.
func (s *Session) decodeParams(want []types.Type, params []Param) ([]boundParam, error) {
	out := make([]boundParam, len(params))
	for i, p := range params {
		out[i].Type = want[i]
		if p.Raw == nil {
			continue
		}
		v, err := s.decodeParam(want[i], p)
		if err != nil {
			e := sqlerr.From(err)
			if e.Where == "" {
				e.Where = paramContext(i+1, p)
			}
			return nil, e
		}
		out[i].Value = v
	}
	return out, nil
}

func (s *Session) decodeParam(t types.Type, p Param) (types.Value, error) {
	if p.Binary {
		return types.ParseBinary(t, p.Raw)
	}
	text := string(p.Raw)
	if err := checkParamText(text); err != nil {
		return types.Null, err
	}
	return types.ParseText(t, text, s.inputFormat())
}

func checkParamText(text string) error {
	for i := 0; i < len(text); i++ {
		if text[i] == 0 {
			return sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00")
		}
	}
	return CheckText(text)
}
