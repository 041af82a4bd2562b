package session

import (
	"context"
	"errors"
	"runtime/debug"

	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

// Simple runs the statements of a simple query: together they are one implicit
// transaction unless they hold BEGIN or COMMIT.
func (s *Session) Simple(ctx context.Context, sql string, sink Sink) error {
	delete(s.prepared, "") // as PostgreSQL: a simple query ends the unnamed statement
	s.ClosePortal("")
	list, err := s.engine.Planner.Parse(sql)
	if err != nil {
		return s.unparsed(sql, err)
	}
	if len(list) == 0 {
		sink.EmptyQuery()
		return nil
	}
	ctx, leave := s.enter(ctx)
	defer leave()
	for i, stmt := range list {
		if err := s.simpleStatement(ctx, stmt, i == len(list)-1, sink); err != nil {
			return err
		}
	}
	return nil
}

// simpleStatement runs one statement; after the last one the implicit
// transaction is committed before its completion is told.
func (s *Session) simpleStatement(ctx context.Context, stmt parse.Statement, last bool, sink Sink) (err error) {
	p := &portal{prep: &prepared{stmt: stmt}, started: true}
	if err := s.checkBlock(stmt.Stmt); err != nil {
		return s.refused(p.prep, err)
	}
	defer p.close()
	if err := s.start(ctx, p); err != nil {
		return s.statementError(ctx, p, err)
	}
	if p.cols != nil {
		sink.RowDescription(p.cols, nil)
	}
	sent, err := s.pump(p, 0, sink)
	if err != nil {
		return s.statementError(ctx, p, err)
	}
	p.lineage.addRows(sent)
	tag := rowTag(p, sent)
	p.close()
	if last && !s.block.explicit {
		if err := s.commitTxn(ctx); err != nil {
			return s.statementError(ctx, p, err)
		}
	}
	if err := s.finish(ctx, p); err != nil {
		return err
	}
	sink.Complete(tag)
	return nil
}

// statementError closes the statement's books and gives the error its final form.
func (s *Session) statementError(ctx context.Context, p *portal, err error) error {
	p.close()
	if cause := context.Cause(ctx); cause != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		err = cause
	}
	e := sqlerr.From(err)
	p.lineage.end(string(e.Code))
	return e
}

// recovered turns a panic of a statement into XX000; the stack goes to the log only.
func (s *Session) recovered(r any) error {
	s.engine.Log.Error("statement panicked", "panic", r, "stack", string(debug.Stack()))
	return sqlerr.Internal("%v", r).WithHint("This is a bug in Synapse; the server's log has the details.")
}
