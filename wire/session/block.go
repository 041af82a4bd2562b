package session

import (
	"context"

	"synapse/catalog/sqlerr"
	"synapse/exec"
	"synapse/planner/ast"
	"synapse/storage"
)

// block is the transaction block. txn is nil outside a transaction; explicit
// says that BEGIN opened it, otherwise it ends with the message (simple query)
// or at Sync (extended).
type block struct {
	txn       *storage.Txn
	explicit  bool
	failed    bool
	aborted   bool  // the transaction is gone already, the block waits for ROLLBACK
	started   int64 // transaction time, µs since 2000: now()
	isolation storage.Isolation
	readOnly  bool
	asOf      storage.Timestamp // BEGIN AS OF; 0 = none
	commands  int               // run in this transaction
	saves     []savepoint
	writes    bool
	deferred  *exec.Deferred // checks of deferred constraints
	trail     *eraseTrail    // of what memory.erase erases; nil: nothing
}

type savepoint struct {
	name     string
	mark     storage.Savepoint
	settings int
	outbox   int
	deferred exec.DeferredMark
}

// Status is the letter of ReadyForQuery: I, T or E.
func (s *Session) Status() byte {
	switch {
	case s.block.failed && s.block.explicit:
		return 'E'
	case s.block.explicit:
		return 'T'
	}
	return 'I'
}

// ensureTxn opens the implicit transaction a statement needs. A transaction that
// is open already takes lock_timeout as it is now: it may have been set inside.
func (s *Session) ensureTxn() {
	if s.block.txn == nil {
		s.beginTxn(nil)
		return
	}
	s.block.txn.SetLockTimeout(s.lockTimeout())
}

func (s *Session) beginTxn(modes *ast.TxnModes) {
	b := &s.block
	b.isolation = isolationOf(s.settings.must("default_transaction_isolation"))
	b.readOnly = s.settings.on("default_transaction_read_only")
	if modes != nil {
		s.applyModes(*modes)
	}
	b.txn = s.engine.Store.Begin(storage.TxnOptions{
		Isolation: b.isolation, ReadOnly: b.readOnly, Who: s.principal(), After: s.lastCommit,
		Connection: s.owner, LockTimeout: s.lockTimeout(),
	})
	b.deferred = &exec.Deferred{}
	b.started = int64(s.engine.Store.Now())
	if b.started < int64(s.lastCommit) {
		b.started = int64(s.lastCommit)
	}
	s.txnStart.Store(b.started)
	s.txnID.Store(b.txn.ID())
}

func (s *Session) applyModes(m ast.TxnModes) {
	if m.Isolation != "" {
		s.block.isolation = isolationOf(m.Isolation)
	}
	if m.ReadOnly != nil {
		s.block.readOnly = *m.ReadOnly
	}
}

func isolationOf(name string) storage.Isolation {
	switch name {
	case "repeatable read":
		return storage.RepeatableRead
	case "serializable":
		return storage.Serializable
	}
	return storage.ReadCommitted
}

func isolationName(i storage.Isolation) string {
	switch i {
	case storage.RepeatableRead:
		return "repeatable read"
	case storage.Serializable:
		return "serializable"
	}
	return "read committed"
}

// commitTxn commits what is open, explicit or not. The block is over either way.
func (s *Session) commitTxn(ctx context.Context) error {
	b := &s.block
	if b.txn == nil {
		s.endBlock(true)
		return nil
	}
	err := s.checkDeferred(ctx)
	if err == nil {
		err = exec.OnCommit(ctx, b.txn, s.tempSchema())
	}
	if err != nil {
		s.abortBlock()
		return err
	}
	if err := s.redactLineage(ctx); err != nil {
		s.abortBlock()
		return err
	}
	erases := b.txn.Erases()
	ts, err := b.txn.Commit(ctx)
	if err != nil {
		b.txn = nil
		s.endBlock(false)
		return err
	}
	if ts > s.lastCommit {
		s.lastCommit = ts
	}
	b.txn = nil
	s.applyListen()
	out := s.outbox
	s.endBlock(true)
	if len(out) > 0 {
		s.engine.hub.publish(distinct(out))
	}
	if erases {
		return s.finishErase(ctx)
	}
	return nil
}

// abortBlock rolls back and leaves the block.
func (s *Session) abortBlock() {
	if s.block.txn != nil {
		s.block.txn.Rollback()
		s.block.txn = nil
	}
	s.endBlock(false)
}

// endBlock clears what lives as long as a transaction.
func (s *Session) endBlock(committed bool) {
	s.closePortals()
	s.endCursors(committed)
	s.settings.end(committed)
	s.outbox, s.listen = nil, nil
	s.block = block{}
	s.txnStart.Store(0)
	s.txnID.Store(0)
}

// Failed tells the session that its statement ended in an error.
func (s *Session) Failed() {
	b := &s.block
	s.engine.Errors.Add(1)
	if !b.explicit {
		s.abortBlock()
		s.setActivity("idle", s.lastQuery())
		return
	}
	b.failed = true
	s.setActivity("idle in transaction (aborted)", s.lastQuery())
	s.closePortals()
	if b.txn != nil && len(b.saves) == 0 {
		// Nothing can be rolled back to: the locks are let go at once.
		b.txn.Rollback()
		b.txn = nil
		b.aborted = true
	}
}

// Sync ends the implicit transaction of a pipeline of extended messages.
func (s *Session) Sync() error {
	if s.block.explicit {
		return nil
	}
	return s.commitTxn(context.Background())
}

// checkBlock refuses statements in a failed block: only its end is allowed.
func (s *Session) checkBlock(stmt ast.Stmt) error {
	if !s.block.failed {
		return nil
	}
	if t, ok := stmt.(*ast.TransactionStmt); ok {
		switch t.Kind {
		case ast.TxnCommit, ast.TxnRollback, ast.TxnRollbackTo:
			return nil
		}
	}
	return sqlerr.New(sqlerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}
