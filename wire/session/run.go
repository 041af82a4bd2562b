package session

import (
	"context"
	"time"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/ddl"
	"synapse/planner/parse"
	"synapse/storage"
)

// start runs a statement up to its first row: p gets columns and a source, or a tag.
func (s *Session) start(ctx context.Context, p *portal) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = s.recovered(r)
		}
	}()
	s.engine.Statements.Add(1)
	s.setActivity("active", p.prep.stmt.Text)
	p.lineage = s.capture(p)
	if !planned(p.prep.stmt.Stmt) {
		return s.runLocal(ctx, p)
	}
	return s.startPlanned(ctx, p)
}

// finish writes the statement's lineage row and leaves the active state.
func (s *Session) finish(_ context.Context, p *portal) error {
	p.lineage.end("00000")
	if s.Status() == 'I' {
		s.setActivity("idle", p.prep.stmt.Text)
	} else {
		s.setActivity("idle in transaction", p.prep.stmt.Text)
	}
	return nil
}

// catalog is the catalog of the open transaction, else today's.
func (s *Session) catalog() *catalog.Catalog {
	if s.fixed != nil {
		return s.fixed
	}
	if s.block.txn != nil {
		return s.block.txn.Catalog()
	}
	return s.engine.Store.Catalog()
}

// bindContext is what names and literals of a statement are resolved with.
func (s *Session) bindContext(c *catalog.Catalog, given []types.OID) bind.Context {
	return bind.Context{
		Catalog: c, SearchPath: s.bindPath(c), User: s.role().Name, Role: s.role().ID, Bound: s.bound(), TempSchema: s.tempSchema(), ParamTypes: given, Format: s.inputFormat(),
		Database: s.db, Without: s.methodsOff(),
	}
}

// methodSettings turn ways to run a query off.
var methodSettings = map[string]plan.Methods{
	"enable_hashjoin": plan.HashJoins, "enable_nestloop": plan.IndexLoops, "enable_indexscan": plan.IndexScans, "enable_bitmapscan": plan.BitmapScans,
}

// methodsOff are the ways to run a query that the session's settings turn off.
func (s *Session) methodsOff() (off plan.Methods) {
	for name, method := range methodSettings {
		if _, set := s.settings.values[name]; set && !s.settings.on(name) {
			off |= method
		}
	}
	return off
}

// planFor compiles a statement against the catalog; at is the catalog as of T, nil =
// the transaction's or today's. r gives the moments of the clauses inside. The values are of the plan's last
// parameters, which stand for literals of the text.
func (s *Session) planFor(ctx context.Context, st parse.Statement, given []types.OID, at *catalog.Catalog, r *reads) (*plan.Plan, []types.Value, error) {
	c := at
	if c == nil {
		c = s.catalog()
	}
	bc := s.bindContext(c, given)
	if at != nil {
		bc.Today = s.catalog()
		// Schemas are looked for as of T too, but which ones is today's setting.
		bc.SearchPath = s.bindPath(bc.Today)
	}
	bc.CatalogAt = func(t *plan.Temporal) (*catalog.Catalog, error) { return r.catalogAt(ctx, t) }
	if ddl.Is(st.Stmt) {
		pl, err := s.planDDL(bc, st, at)
		return pl, nil, err
	}
	return s.engine.Planner.Plan(ctx, bc, st)
}

// planDDL compiles a schema change in the open transaction.
func (s *Session) planDDL(bc bind.Context, st parse.Statement, at *catalog.Catalog) (*plan.Plan, error) {
	if at != nil {
		return nil, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot change the schema while reading as of a past moment")
	}
	s.ensureTxn()
	return s.engine.Planner.PlanDDL(ddl.Context{
		Context: bc, NewOID: s.block.txn.NewOID, TempSchema: s.tempSchema(), Owner: s.role().ID, SessionUser: s.settings.must("session_authorization"), Now: s.block.started,
		LateBodies: !s.settings.on("check_function_bodies"),
	}, st)
}

// settleTries bounds how often a schema change is planned anew.
const settleTries = 10

// settled takes the table locks of a schema change and plans it again where what it is about was
// changed while it waited for them, so that it builds on the newest state as PostgreSQL's commands
// do, which look things up behind their locks. Beyond READ COMMITTED the snapshot stays and the
// change fails when it is written. before is the committed catalog from before the planning. The view is closed where there is an error.
func (s *Session) settled(ctx context.Context, p *portal, before *catalog.Catalog, pl *plan.Plan, view *storage.View) (*plan.Plan, *storage.View, error) {
	for range settleTries {
		for _, step := range pl.DDL.Steps {
			l, ok := step.(*plan.LockTable)
			if !ok {
				continue
			}
			if err := s.block.txn.LockTable(ctx, l.Table, storage.TableLock(l.Level), storage.Wait); err != nil {
				view.Close()
				return nil, nil, err
			}
		}
		if s.block.isolation != storage.ReadCommitted {
			return pl, view, nil
		}
		newest, changed := s.engine.Store.Catalog(), false
		for _, step := range pl.DDL.Steps {
			var id types.OID
			switch step := step.(type) {
			case *plan.LockTable:
				id = step.Table
			case *plan.PutObject:
				id = step.Object.ObjectID()
			case *plan.DropObject:
				id = step.ID
			default:
				continue
			}
			changed = changed || newest.ObjectVersion(id) != before.ObjectVersion(id)
		}
		if !changed {
			return pl, view, nil
		}
		before = newest
		view.Close()
		var err error
		if pl, _, view, err = s.compile(ctx, p); err != nil {
			return nil, nil, err
		}
	}
	return pl, view, nil
}

// compile resolves the moment that is read, opens its view and plans the statement.
func (s *Session) compile(ctx context.Context, p *portal) (*plan.Plan, storage.Timestamp, *storage.View, error) {
	s.ensureTxn()
	s.block.commands++
	if p.reads == nil {
		r, err := s.newReads(ctx, &p.prep.stmt, p.lineage.tag("as_of"), p.params, true)
		if err != nil {
			return nil, 0, nil, err
		}
		p.reads = r
	}
	at := p.reads.at
	view, err := s.viewFor(ctx, at)
	if err != nil {
		return nil, 0, nil, err
	}
	var past *catalog.Catalog
	if at != 0 {
		past = view.Catalog()
	}
	pl, slots, err := s.planFor(ctx, p.prep.stmt, paramOIDs(p), past, p.reads)
	if err == nil {
		p.slots = slots
		err = s.checkPlan(p, pl, at)
	}
	if err == nil {
		err = s.permit(pl)
	}
	if err != nil {
		view.Close()
		return nil, 0, nil, err
	}
	for _, n := range pl.Notices {
		s.notice(n)
	}
	return pl, at, view, nil
}

// startPlanned compiles and opens a statement of the planner.
func (s *Session) startPlanned(ctx context.Context, p *portal) error {
	if what := alone(p.prep.stmt.Stmt); what != "" && s.block.explicit {
		return sqlerr.New(sqlerr.ActiveSQLTransaction, "%s cannot run inside a transaction block", what)
	}
	var before *catalog.Catalog
	if ddl.Is(p.prep.stmt.Stmt) {
		before = s.engine.Store.Catalog()
	}
	pl, at, view, err := s.compile(ctx, p)
	if err != nil {
		return err
	}
	if pl.Command == plan.UtilityCommand {
		if pl, view, err = s.settled(ctx, p, before, pl, view); err != nil {
			return err
		}
	}
	p.plan, p.cols = pl, resultColumns(pl)
	if at != 0 {
		p.format = s.formatAsOf(view.Catalog())
	}
	p.lineage.planned(pl, view.Time(), at)
	env := s.execEnv(ctx, p, view)
	env.AsOf, env.Stepwise = at, p.partial
	env.Exact = s.settings.on("synapse.exact")
	if v, set := s.settings.values["hnsw.ef_search"]; set {
		env.Beam = atoi(v)
	}
	if pl.Command == plan.UtilityCommand {
		defer view.Close()
		p.tag, err = exec.RunDDL(ctx, env, pl.DDL)
		p.lineage.searched(env)
		return err
	}
	rows, err := exec.Open(ctx, env, pl)
	if err != nil {
		view.Close()
		return err
	}
	src := &planRows{rows: rows, view: view, env: env, lineage: p.lineage}
	p.src = src
	if pl.Columns == nil || pl.Command != plan.Select {
		return src.complete(pl)
	}
	return nil
}

// alone names a statement that cannot be part of a transaction block; "" for others.
func alone(stmt ast.Stmt) string {
	switch t := stmt.(type) {
	case *ast.CreateIndexStmt:
		if t.Concurrently {
			return "CREATE INDEX CONCURRENTLY"
		}
	case *ast.DropStmt:
		if t.Kind == ast.KindIndex && t.Concurrently {
			return "DROP INDEX CONCURRENTLY"
		}
	}
	return ""
}

// paramOIDs are the types of the portal's parameters as the plan must have them.
func paramOIDs(p *portal) []types.OID {
	if len(p.params) == 0 {
		return p.prep.given
	}
	return paramTypes(p.params)
}

// checkPlan refuses what the block or the moment that is read does not allow.
func (s *Session) checkPlan(p *portal, pl *plan.Plan, at storage.Timestamp) error {
	name := commandName(p.prep.stmt.Stmt)
	if pl.DDL != nil {
		name = pl.DDL.Tag
	}
	if !pl.ReadOnly {
		if s.block.readOnly {
			return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", name)
		}
		if at != 0 {
			hint := "Reset synapse.as_of, or end the transaction that was begun AS OF."
			if statementAsOf(p.prep.stmt.Stmt) {
				hint = "Rows are changed and locked in the present only: put AS OF behind the tables that are read."
			}
			return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute %s while reading as of a past moment", name).WithHint("%s", hint)
		}
	}
	return sameResult(p.prep, pl)
}

// sameResult refuses a plan with other columns than the client was told of.
func sameResult(p *prepared, pl *plan.Plan) error {
	if p.cols != nil && !sameColumns(p.cols, resultColumns(pl)) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cached plan must not change result type")
	}
	return nil
}

func sameColumns(a, b []Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || a[i].Name != b[i].Name {
			return false
		}
	}
	return true
}

// viewFor opens the snapshot of a command: a past moment, or the transaction's own view.
func (s *Session) viewFor(ctx context.Context, at storage.Timestamp) (*storage.View, error) {
	if at != 0 {
		return s.engine.Store.SnapshotAt(ctx, at, s.principal())
	}
	return s.beginCommand(ctx)
}

// execEnv is the surroundings of one statement's run; view is nil for expressions without tables.
func (s *Session) execEnv(ctx context.Context, p *portal, view *storage.View) *exec.Env {
	params := make([]types.Value, len(p.params), len(p.params)+len(p.slots))
	for i := range p.params {
		params[i] = p.params[i].Value
	}
	params = append(params, p.slots...)
	h := &host{s: s, ctx: ctx, view: view, lineage: p.lineage, past: p.reads != nil && p.reads.at != 0}
	env := &exec.Env{
		Builtin: &builtin.Env{
			Format: s.inputFormat(), TxnTime: s.block.started, StmtTime: s.now(),
			ClockTime: s.now,
			Host:      h,
			Random:    s.random,
			Interrupt: func() error { return interruptOf(ctx) },
		},
		Params: params, View: view, Txn: s.block.txn, Isolation: s.block.isolation, Virtual: h, Deferred: s.block.deferred,
		WorkMem: memorySetting(s.settings.must("synapse.query_memory")),
		ViewAt: func(ctx context.Context, ts storage.Timestamp) (*storage.View, error) {
			return s.engine.Store.SnapshotAt(ctx, ts, s.principal())
		},
		QueryTime: func(ctx context.Context, id types.Value) (storage.Timestamp, error) {
			return s.queryMoment(ctx, id)
		},
		AsOfEnv: func(v *storage.View) (*builtin.Env, catalog.VirtualSource) {
			then := *h
			then.view, then.past, then.texts = v, true, nil
			e := *h.env.Builtin
			e.Host, e.Format = &then, s.formatAsOf(v.Catalog())
			return &e, &then
		},
		TableInfo: func(table types.OID) (*plan.TableInfo, error) { return s.tableInfo(ctx, table) },
		Tokenize:  s.engine.Tokenize,
		Fire:      h.fire,
		Notice:    s.notice,
	}
	h.env = env
	if h.past && view != nil {
		env.Builtin.Format = s.formatAsOf(view.Catalog())
	}
	if p.reads != nil {
		env.Moments = p.reads.moments
	}
	return env
}

// tableInfo compiles a table for writing.
func (s *Session) tableInfo(ctx context.Context, table types.OID) (*plan.TableInfo, error) {
	c := s.catalog()
	t := c.Table(table)
	if t == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation with OID %d does not exist", table)
	}
	bc := s.bindContext(c, nil)
	return s.engine.Planner.TableInfo(ctx, bc, t)
}

func interruptOf(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// planRows is a running plan with what must be closed after it. The rows of a
// data change with RETURNING are all made before the first is sent.
type planRows struct {
	rows     *exec.Rows
	view     *storage.View
	env      *exec.Env
	lineage  *capture
	made     *memRows
	affected int64
	closed   bool
}

// complete runs a statement that changes data to its end.
func (r *planRows) complete(pl *plan.Plan) error {
	out, err := drain(r.rows, -1)
	if err != nil {
		r.Close()
		return err
	}
	r.affected = r.env.RowsAffected
	cols := make([]types.Type, len(pl.Columns))
	for i := range pl.Columns {
		cols[i] = pl.Columns[i].Type
	}
	if pl.Columns == nil {
		out = nil
	}
	r.made = &memRows{cols: cols, rows: out}
	return nil
}

// Next implements rowSource.
func (r *planRows) Next(b *Batch) error {
	if r.made != nil {
		return r.made.Next(b)
	}
	return r.rows.Next(b)
}

// Affected is the count of the command tag.
func (r *planRows) Affected() int64 { return r.affected }

// Close implements rowSource.
func (r *planRows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	r.lineage.searched(r.env)
	r.rows.Close()
	if r.view != nil {
		r.view.Close()
	}
}

// notice passes a message on if client_min_messages lets it.
func (s *Session) notice(e *sqlerr.Error) {
	order := map[string]int{"debug5": 0, "debug4": 1, "debug3": 2, "debug2": 3, "debug1": 4, "log": 5, "notice": 6, "warning": 7, "error": 8}
	level := map[sqlerr.Severity]int{sqlerr.SeverityDebug: 4, sqlerr.SeverityLog: 5, sqlerr.SeverityInfo: 9, sqlerr.SeverityNotice: 6, sqlerr.SeverityWarning: 7}
	if level[e.Severity] >= order[s.settings.must("client_min_messages")] {
		s.sink.Notice(e)
	}
}

// inputFormat is the text format of the session with the transaction's time in it.
func (s *Session) inputFormat() *types.Format {
	f := s.textFormat()
	now := s.block.started
	if now == 0 {
		now = s.now()
	}
	if f.Now != now {
		c := *f
		c.Now = now
		s.settings.format = &c
		f = &c
	}
	return f
}

// statementTimeout bounds a statement by the setting.
func (s *Session) statementTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	d := durationSetting(s.settings.must("statement_timeout"))
	if d == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d, sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to statement timeout"))
}

// IdleLimit is how long the client may stay silent now, 0 = for ever, and whether
// that is because a transaction is open.
func (s *Session) IdleLimit() (limit time.Duration, inTransaction bool) {
	if s.Status() == 'I' {
		return durationSetting(s.settings.must("idle_session_timeout")), false
	}
	return durationSetting(s.settings.must("idle_in_transaction_session_timeout")), true
}

// lockTimeout is the longest wait for a lock, 0 = none.
func (s *Session) lockTimeout() time.Duration {
	return durationSetting(s.settings.must("lock_timeout"))
}

// commandName is the statement's name in error messages.
func commandName(stmt ast.Stmt) string {
	switch stmt.(type) {
	case *ast.InsertStmt:
		return "INSERT"
	case *ast.UpdateStmt:
		return "UPDATE"
	case *ast.DeleteStmt:
		return "DELETE"
	case *ast.SelectStmt:
		return "SELECT"
	case *ast.MergeStmt:
		return "MERGE"
	}
	return "this command"
}

// now is the store's clock, µs since 2000; 0 where expressions of an index are
// evaluated, which do not depend on it.
func (s *Session) now() int64 {
	if s.fixed != nil {
		return 0
	}
	return int64(s.engine.Store.Now())
}
