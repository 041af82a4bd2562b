package session

import (
	"fmt"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/planner"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/parse"
	"synapse/storage"
	"synapse/wire/session/interp"
)

// statement is one statement of a function's body, compiled. It implements
// interp.Statement. A recursive call may run it while it runs.
type statement struct {
	r    *routine // whose current call runs it
	st   parse.Statement
	vars plan.Variables
	kept *planner.Kept // nil: of the session's own statements and schema changes
	cols []plan.OutColumn
	path string // search path it was compiled with

	simple plan.Expr // the only expression of SELECT expr, over slots
	comp   *eval.Compiler
	expr   *eval.Expr
	busy   bool
}

// Prepare implements interp.Host.
func (c *call) Prepare(sql string, vars plan.Variables) (interp.Statement, error) {
	list, err := parse.Parse(sql)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "a statement was expected, not %d of them", len(list))
	}
	return c.statement(list[0], vars)
}

// statement compiles a parsed statement.
func (c *call) statement(st parse.Statement, vars plan.Variables) (*statement, error) {
	s := &statement{r: c.r, st: st, vars: vars}
	if !planner.Plannable(st.Stmt) {
		return s, c.allowed(st.Stmt)
	}
	return s, s.plan()
}

func (s *statement) plan() error {
	c := s.r.cur
	bc := c.bindContext()
	bc.Variables = s.vars
	kept, err := c.s.engine.Planner.Keep(bc, s.st)
	if err != nil {
		return err
	}
	s.kept, s.cols, s.path = kept, kept.Plan().Columns, fmt.Sprint(bc.SearchPath)
	s.simple, s.expr = nil, nil
	if temporalOf(s.st.Stmt) == nil {
		s.simple = simpleExpr(bc.Catalog, kept.Plan())
	}
	return nil
}

// bindContext is what the body's names are resolved with: the catalog that the
// function reads, which is an earlier one where its caller reads the past.
func (c *call) bindContext() bind.Context {
	s := c.s
	if !c.caller.past {
		return s.bindContext(s.catalog(), nil)
	}
	bc := s.bindContext(c.caller.view.Catalog(), nil)
	bc.Today = s.catalog()
	bc.SearchPath = s.bindPath(bc.Today)
	return bc
}

// allowed refuses statements that cannot stand in a function.
func (c *call) allowed(stmt ast.Stmt) error {
	switch t := stmt.(type) {
	case *ast.TransactionStmt:
		return sqlerr.New(sqlerr.FeatureNotSupported, "unsupported transaction command in PL/pgSQL")
	case *ast.CopyStmt:
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot COPY to/from client in PL/pgSQL")
	case *ast.SelectStmt:
		if t.Into != nil && c.fn != nil && c.fn.Language == "plpgsql" {
			return sqlerr.New(sqlerr.FeatureNotSupported, "EXECUTE of SELECT ... INTO is not implemented").
				WithHint("You might want to use EXECUTE ... INTO or EXECUTE CREATE TABLE ... AS instead.")
		}
	}
	return nil
}

// Valid implements interp.Statement.
func (s *statement) Valid() bool {
	if s.kept == nil {
		return true
	}
	bc := s.r.cur.bindContext()
	return s.kept.Valid(bc.Catalog) && s.path == fmt.Sprint(bc.SearchPath)
}

// Columns implements interp.Statement.
func (s *statement) Columns() []plan.OutColumn {
	if s.kept == nil {
		return s.r.cur.localColumns(s)
	}
	return s.cols
}

// Selects implements interp.Statement.
func (s *statement) Selects() bool {
	return s.kept != nil && s.kept.Plan().Command == plan.Select || s.kept == nil && s.Columns() != nil
}

// Changes implements interp.Statement.
func (s *statement) Changes() bool { return s.kept != nil && s.kept.Plan().Command != plan.Select }

// Simple implements interp.Statement.
func (s *statement) Simple() bool { return s.simple != nil }

// Run implements interp.Statement.
func (s *statement) Run(params []types.Value, limit int64, each func(row []types.Value) error) (int64, error) {
	if s.kept == nil {
		return s.runOther(params, each)
	}
	if s.simple != nil && s.r.cur.s.fixed != nil {
		return s.runSimple(params, each)
	}
	src, err := s.open(params)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	var n int64
	var b Batch
	for limit < 0 || n < limit {
		if err := src.Next(&b); err != nil {
			return n, err
		}
		if b.N == 0 {
			break
		}
		for _, i := range b.Selection() {
			if n++; each == nil {
				continue
			}
			row := make([]types.Value, len(b.Cols))
			for k := range b.Cols {
				row[k] = b.Cols[k].Get(int(i))
			}
			if err := each(row); err != nil {
				return n, err
			}
			if n == limit {
				break
			}
		}
	}
	if s.kept.Plan().Command != plan.Select {
		n = src.env.RowsAffected
	}
	return n, nil
}

// open starts the statement as a command of its own.
func (s *statement) open(params []types.Value) (*planRows, error) {
	c, pl := s.r.cur, s.kept.Plan()
	ss := c.s
	if err := c.mayRun(s.st.Stmt, pl); err != nil {
		return nil, err
	}
	if err := ss.permit(pl); err != nil {
		return nil, err
	}
	view, at, err := c.view(s, params)
	if err != nil {
		return nil, err
	}
	closeView := view != c.caller.view
	if at != 0 && closeView { // AS OF of its own: names are those of then
		bc := ss.bindContext(view.Catalog(), nil)
		bc.Today, bc.Variables = ss.catalog(), s.vars
		bc.SearchPath = ss.bindPath(bc.Today)
		kept, err := ss.engine.Planner.Keep(bc, s.st)
		if err != nil {
			view.Close()
			return nil, err
		}
		pl = kept.Plan()
	}
	for _, n := range pl.Notices {
		ss.notice(n)
	}
	env := ss.execEnv(c.ctx, &portal{lineage: c.caller.lineage}, view)
	env.Params, env.AsOf = params, at
	c.inherit(env, at)
	rows, err := exec.Open(c.ctx, env, pl)
	if err != nil {
		if closeView {
			view.Close()
		}
		return nil, err
	}
	src := &planRows{rows: rows, env: env, lineage: c.caller.lineage}
	if closeView {
		src.view = view
	}
	return src, nil
}

// inherit gives a statement inside a function what it has of the one around it.
func (c *call) inherit(env *exec.Env, at storage.Timestamp) {
	h := env.Builtin.Host.(*host)
	h.past, h.frozen = at != 0, c.frozen
	if c.caller.env != nil {
		env.Builtin.StmtTime = c.caller.env.Builtin.StmtTime
	}
}

// mayRun refuses writes where they are not allowed.
func (c *call) mayRun(stmt ast.Stmt, pl *plan.Plan) error {
	if pl != nil && pl.ReadOnly {
		return nil
	}
	name := commandName(stmt)
	switch {
	case c.caller.past:
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute %s while reading as of a past moment", name)
	case c.frozen:
		return sqlerr.New(sqlerr.FeatureNotSupported, "%s is not allowed in a non-volatile function", name)
	case c.s.block.readOnly:
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", name)
	}
	return nil
}

// view is what a statement reads: the caller's snapshot, or a new command's. A
// view that is not the caller's has to be closed.
func (c *call) view(s *statement, params []types.Value) (*storage.View, storage.Timestamp, error) {
	ss := c.s
	if ss.fixed != nil {
		return nil, 0, sqlerr.Unsupported("a function that reads tables in an index", "Keep what it reads in a column.")
	}
	if t := temporalOf(s.st.Stmt); t != nil && t.System != nil {
		bc := c.bindContext()
		bc.Variables = s.vars
		tm, err := ss.engine.Planner.Temporal(bc, t.System)
		if err != nil {
			return nil, 0, err
		}
		env := ss.execEnv(c.ctx, &portal{}, nil)
		env.Params = params
		at, err := ss.evalMomentIn(c.ctx, env, tm)
		if err != nil {
			return nil, 0, err
		}
		v, err := ss.engine.Store.SnapshotAt(c.ctx, at, ss.principal())
		return v, at, err
	}
	if c.frozen && c.caller.view != nil {
		at := storage.Timestamp(0)
		if c.caller.past {
			at = c.caller.env.AsOf
		}
		return c.caller.view, at, nil
	}
	v, err := ss.beginCommand(c.ctx)
	return v, 0, err
}

// runOther runs what the planner does not: schema changes, SET, NOTIFY, CALL, …
func (s *statement) runOther(params []types.Value, each func(row []types.Value) error) (int64, error) {
	c, ss := s.r.cur, s.r.cur.s
	switch t := s.st.Stmt.(type) {
	case *ast.SetStmt, *ast.ShowStmt, *ast.ListenStmt, *ast.NotifyStmt, *ast.UnlistenStmt:
	case *ast.CallStmt:
		return c.nestedCall(s, t, params, each)
	default:
		if err := c.mayRun(s.st.Stmt, nil); err != nil {
			return 0, err
		}
	}
	p := &portal{prep: &prepared{stmt: s.st}, started: true, lineage: c.caller.lineage}
	defer p.close()
	var err error
	if planned(s.st.Stmt) {
		err = ss.startPlanned(c.ctx, p)
	} else {
		err = ss.runLocal(c.ctx, p)
	}
	if err != nil || p.src == nil || each == nil {
		return 0, err
	}
	rows, err := drain(p.src, -1)
	for _, r := range rows {
		if err := each(r); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), err
}
