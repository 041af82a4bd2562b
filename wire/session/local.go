package session

import (
	"context"
	"strings"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
	"synapse/planner/parse"
	"synapse/storage"
)

// batchRows is how many rows the session's own results have per batch.
const batchRows = 1024

// runLocal runs the statements that need no plan of their own.
func (s *Session) runLocal(ctx context.Context, p *portal) (err error) {
	switch t := p.prep.stmt.Stmt.(type) {
	case *ast.TransactionStmt:
		p.tag, err = s.transaction(ctx, t, p.params)
	case *ast.SetTransactionStmt:
		p.tag, err = s.setTransaction(ctx, t, p.params)
	case *ast.SetStmt:
		p.tag, err = s.setStatement(ctx, t)
	case *ast.SetConstraintsStmt:
		p.tag, err = s.setConstraints(ctx, t)
	case *ast.ShowStmt:
		p.tag = "SHOW"
		p.cols = s.localColumns(t)
		var rows *memRows
		if rows, err = s.show(t); err == nil {
			p.src = rows
		}
	case *ast.DiscardStmt:
		p.tag, err = s.discard(t)
	case *ast.PrepareStmt:
		p.tag, err = s.prepareStatement(ctx, t, p.prep.stmt.Text)
	case *ast.ExecuteStmt:
		err = s.executeStatement(ctx, p, t)
	case *ast.DeallocateStmt:
		p.tag, err = s.deallocate(t.Name)
	case *ast.DeclareStmt:
		p.tag, err = s.declare(ctx, p, t)
	case *ast.FetchStmt:
		err = s.runFetch(p, t)
	case *ast.CloseStmt:
		p.tag, err = s.closeCursor(t.Name)
	case *ast.ListenStmt:
		p.tag = "LISTEN"
		if err = s.mayUseChannel(t.Channel, false); err == nil {
			s.changeListen(t.Channel, true)
		}
	case *ast.UnlistenStmt:
		p.tag = "UNLISTEN"
		s.changeListen(t.Channel, false)
	case *ast.NotifyStmt:
		p.tag = "NOTIFY"
		s.ensureTxn()
		err = s.checkedNotify(t.Channel, t.Payload)
	case *ast.CopyStmt:
		err = s.runCopy(ctx, p, t)
	case *ast.ExplainStmt:
		err = s.runExplain(ctx, p, t)
	case *ast.DoStmt:
		p.tag, err = s.do(ctx, p, t)
	case *ast.CallStmt:
		err = s.callProcedure(ctx, p, t)
	case *ast.LockStmt:
		p.tag, err = s.lockTables(ctx, t)
	default:
		p.tag, err = s.maintain(ctx, t)
	}
	return err
}

// localColumns are the result columns of statements the session runs, nil for none.
func (s *Session) localColumns(stmt ast.Stmt) []Column {
	switch t := stmt.(type) {
	case *ast.ShowStmt:
		if strings.EqualFold(t.Name, "all") {
			return textColumns("name", "setting", "description")
		}
		name := canonicalShow(t.Name)
		if d := lookupSetting(name); d != nil {
			name = d.name
		}
		return textColumns(name)
	case *ast.ExplainStmt:
		col := textColumns("QUERY PLAN")
		switch explainFormat(t) {
		case "json":
			col[0].Type = types.JSON
		case "xml":
			col[0].Type = types.Of(types.OIDXML)
		}
		return col
	case *ast.FetchStmt:
		if c, err := s.findCursor(t.Cursor); err == nil && !t.Move {
			return c.cols
		}
	case *ast.ExecuteStmt:
		if p := s.prepared[t.Name]; p != nil {
			return p.cols
		}
	case *ast.CallStmt:
		return s.callColumns(t, nil)
	}
	return nil
}

func textColumns(names ...string) []Column {
	out := make([]Column, len(names))
	for i, n := range names {
		out[i] = Column{Name: n, Type: types.Text}
	}
	return out
}

func (s *Session) runFetch(p *portal, t *ast.FetchStmt) error {
	c, rows, err := s.fetch(t)
	if err != nil {
		return err
	}
	if t.Move {
		p.tag = "MOVE"
		p.src = &countRows{n: int64(len(rows))}
		return nil
	}
	p.tag = "FETCH"
	p.cols = c.cols
	m := &memRows{rows: rows}
	for i := range c.cols {
		m.cols = append(m.cols, c.cols[i].Type)
	}
	p.src = m
	return nil
}

// countRows stands for rows that MOVE passed and does not send.
type countRows struct{ n int64 }

// Next implements rowSource: batches without columns.
func (c *countRows) Next(b *Batch) error {
	b.N, b.Sel, b.Cols = 0, nil, nil
	if n := min(c.n, batchRows); n > 0 {
		b.N = int(n)
		c.n -= n
	}
	return nil
}

// Close implements rowSource.
func (c *countRows) Close() {}

// prepareStatement runs PREPARE.
func (s *Session) prepareStatement(ctx context.Context, t *ast.PrepareStmt, source string) (string, error) {
	if s.prepared[t.Name] != nil {
		return "", sqlerr.New(sqlerr.DuplicatePreparedStmt, "prepared statement %q already exists", t.Name)
	}
	var oids []types.OID
	for _, tn := range t.Types {
		typ, err := s.engine.Planner.ResolveType(s.bindContext(s.catalog(), nil), tn)
		if err != nil {
			return "", err
		}
		oids = append(oids, typ.OID)
	}
	p := &prepared{name: t.Name, given: oids, stmt: parse.Statement{Stmt: t.Query, Text: t.Text}, sql: true, text: source, made: time.Now()}
	if err := s.describe(ctx, p); err != nil {
		return "", err
	}
	s.prepared[t.Name] = p
	return "PREPARE", nil
}

// executeStatement runs EXECUTE name(args): the inner statement takes over the portal.
func (s *Session) executeStatement(ctx context.Context, p *portal, t *ast.ExecuteStmt) error {
	prep, params, err := s.executed(ctx, p, t)
	if err != nil {
		return err
	}
	prep.runs++
	lin := p.lineage
	text := p.prep.stmt.Text
	p.prep = &prepared{name: prep.name, stmt: prep.stmt, given: prep.given, params: prep.params, cols: prep.cols}
	if p.prep.stmt.Text == "" {
		p.prep.stmt.Text = text
	}
	p.params, p.lineage = params, lin
	if !planned(prep.stmt.Stmt) {
		return s.runLocal(ctx, p)
	}
	return s.startPlanned(ctx, p)
}

// executed is the prepared statement that EXECUTE names, and its arguments' values.
func (s *Session) executed(ctx context.Context, p *portal, t *ast.ExecuteStmt) (*prepared, []boundParam, error) {
	prep := s.prepared[t.Name]
	if prep == nil {
		return nil, nil, noStatement(t.Name)
	}
	if len(t.Args) != len(prep.params) {
		return nil, nil, sqlerr.New(sqlerr.SyntaxError, "wrong number of parameters for prepared statement %q", t.Name).
			WithDetail("Expected %d parameters but got %d.", len(prep.params), len(t.Args))
	}
	s.ensureTxn()
	params, err := s.evalArgs(ctx, t.Args, prep.params, p.params)
	return prep, params, err
}

// deallocate runs DEALLOCATE; "" is ALL.
func (s *Session) deallocate(name string) (string, error) {
	if name == "" {
		clear(s.prepared)
		return "DEALLOCATE ALL", nil
	}
	if s.prepared[name] == nil {
		return "", noStatement(name)
	}
	delete(s.prepared, name)
	return "DEALLOCATE", nil
}

// discard runs DISCARD.
func (s *Session) discard(t *ast.DiscardStmt) (string, error) {
	switch t.Kind {
	case ast.DiscardPlans:
		return "DISCARD PLANS", nil
	case ast.DiscardSequences:
		clear(s.currVal)
		return "DISCARD SEQUENCES", nil
	case ast.DiscardTemp:
		s.dropTemporary()
		return "DISCARD TEMP", nil
	}
	if s.block.explicit {
		return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
	}
	s.closePortals()
	s.closeHeld()
	s.settings.resetAll()
	clear(s.prepared)
	s.engine.hub.unlisten("", s)
	s.engine.Store.AdvisoryUnlockAll(s.owner)
	s.dropTemporary()
	clear(s.currVal)
	return "DISCARD ALL", nil
}

// lockTables runs LOCK TABLE.
func (s *Session) lockTables(ctx context.Context, t *ast.LockStmt) (string, error) {
	if err := s.needBlock("LOCK TABLE"); err != nil {
		return "", err
	}
	policy := storage.Wait
	if t.NoWait {
		policy = storage.NoWait
	}
	for _, ref := range t.Tables {
		table, err := s.engine.Planner.ResolveTable(s.bindContext(s.catalog(), nil), ref)
		if err != nil {
			return "", err
		}
		if err := s.mayLock(table, t.Mode); err != nil {
			return "", err
		}
		if err := s.block.txn.LockTable(ctx, table.ID, storage.TableLock(t.Mode), policy); err != nil {
			return "", err
		}
	}
	return "LOCK TABLE", nil
}

// mayLock: who may read a table may lock it as readers do, who may change it, as writers do.
func (s *Session) mayLock(t *catalog.Table, mode ast.LockMode) error {
	p := catalog.MayUpdate | catalog.MayDelete | catalog.MayTruncate
	switch {
	case mode <= ast.AccessShareLock:
		p |= catalog.MaySelect
	case mode <= ast.RowExclusiveLock:
		p |= catalog.MayInsert
	}
	return s.mayUse(t, p)
}

// setConstraints runs SET CONSTRAINTS; what becomes immediate is checked at once.
func (s *Session) setConstraints(ctx context.Context, t *ast.SetConstraintsStmt) (string, error) {
	if !s.block.explicit {
		s.sink.Notice(sqlerr.Warningf(sqlerr.NoActiveSQLTransaction, "SET CONSTRAINTS can only be used in transaction blocks"))
		return "SET CONSTRAINTS", nil
	}
	ids, err := s.constraintIDs(t)
	if err != nil {
		return "", err
	}
	s.block.deferred.Set(ids, t.Deferred)
	if t.Deferred {
		return "SET CONSTRAINTS", nil
	}
	return "SET CONSTRAINTS", s.checkConstraints(ctx, false)
}

// constraintIDs finds the constraints named; nil is ALL.
func (s *Session) constraintIDs(t *ast.SetConstraintsStmt) ([]types.OID, error) {
	var ids []types.OID
	for _, ref := range t.Constraints {
		found := false
		for _, o := range s.catalog().All(catalog.ClassTable) {
			table := o.(*catalog.Table)
			for i := range table.Constraints {
				if c := &table.Constraints[i]; c.Name == ref.Name {
					if !c.Deferrable && t.Deferred {
						return nil, sqlerr.New(sqlerr.WrongObjectType, "constraint %q is not deferrable", ref.Name)
					}
					ids = append(ids, c.ID)
					found = true
				}
			}
		}
		if !found {
			return nil, sqlerr.New(sqlerr.UndefinedObject, "constraint %q does not exist", ref.Name)
		}
	}
	return ids, nil
}

type listenChange struct {
	channel string
	on      bool
}

// changeListen takes effect at commit.
func (s *Session) changeListen(channel string, on bool) {
	s.ensureTxn()
	s.listen = append(s.listen, listenChange{channel, on})
}

func (s *Session) applyListen() {
	for _, l := range s.listen {
		if l.on {
			s.engine.hub.listen(l.channel, s)
		} else {
			s.engine.hub.unlisten(l.channel, s)
		}
	}
}
