package session

import (
	"context"

	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
	"synapse/storage"
)

// transaction runs BEGIN, COMMIT, SAVEPOINT and their kin; it returns the command tag.
func (s *Session) transaction(ctx context.Context, t *ast.TransactionStmt, params []boundParam) (string, error) {
	switch t.Kind {
	case ast.TxnBegin, ast.TxnStart:
		return s.begin(ctx, t, params)
	case ast.TxnCommit:
		return s.commit(ctx, t)
	case ast.TxnRollback:
		return s.rollback(t)
	case ast.TxnSavepoint:
		return s.savepoint(t.Name)
	case ast.TxnRelease:
		return s.releaseSavepoint(t.Name)
	case ast.TxnRollbackTo:
		return s.rollbackTo(t.Name)
	}
	return "", sqlerr.Unsupported("two-phase commit", "Use an ordinary COMMIT.")
}

func (s *Session) begin(ctx context.Context, t *ast.TransactionStmt, params []boundParam) (string, error) {
	tag := "BEGIN"
	if t.Kind == ast.TxnStart {
		tag = "START TRANSACTION"
	}
	if s.block.explicit {
		s.sink.Notice(sqlerr.Warningf(sqlerr.ActiveSQLTransaction, "there is already a transaction in progress"))
		return tag, nil
	}
	if s.block.txn == nil {
		s.beginTxn(&t.Modes)
	} else if t.Modes.Isolation != "" && s.block.commands > 0 {
		return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
	}
	if t.AsOf != nil {
		if err := s.setBlockAsOf(ctx, t.AsOf, params); err != nil {
			return "", err
		}
	}
	s.block.explicit = true
	return tag, nil
}

func (s *Session) commit(ctx context.Context, t *ast.TransactionStmt) (string, error) {
	if !s.block.explicit {
		s.sink.Notice(sqlerr.Warningf(sqlerr.NoActiveSQLTransaction, "there is no transaction in progress"))
		return "COMMIT", s.commitTxn(ctx)
	}
	modes := s.chainModes()
	if s.block.failed {
		s.abortBlock()
		s.chain(t.Chain, modes)
		return "ROLLBACK", nil
	}
	if err := s.commitTxn(ctx); err != nil {
		return "", err
	}
	s.chain(t.Chain, modes)
	return "COMMIT", nil
}

func (s *Session) rollback(t *ast.TransactionStmt) (string, error) {
	if !s.block.explicit {
		s.sink.Notice(sqlerr.Warningf(sqlerr.NoActiveSQLTransaction, "there is no transaction in progress"))
	}
	modes := s.chainModes()
	s.abortBlock()
	s.chain(t.Chain, modes)
	return "ROLLBACK", nil
}

// chainModes remembers the modes for AND CHAIN.
func (s *Session) chainModes() ast.TxnModes {
	ro := s.block.readOnly
	return ast.TxnModes{Isolation: isolationName(s.block.isolation), ReadOnly: &ro}
}

func (s *Session) chain(wanted bool, modes ast.TxnModes) {
	if wanted {
		s.beginTxn(&modes)
		s.block.explicit = true
	}
}

func (s *Session) savepoint(name string) (string, error) {
	if err := s.needBlock("SAVEPOINT"); err != nil {
		return "", err
	}
	s.block.saves = append(s.block.saves, savepoint{
		name: name, mark: s.block.txn.Savepoint(), settings: s.settings.mark(), outbox: len(s.outbox),
		deferred: s.block.deferred.Mark(),
	})
	return "SAVEPOINT", nil
}

func (s *Session) needBlock(what string) error {
	if s.block.explicit {
		return nil
	}
	return sqlerr.New(sqlerr.NoActiveSQLTransaction, "%s can only be used in transaction blocks", what)
}

func (s *Session) findSavepoint(name string) (int, error) {
	for i := len(s.block.saves) - 1; i >= 0; i-- {
		if s.block.saves[i].name == name {
			return i, nil
		}
	}
	return 0, sqlerr.New(sqlerr.InvalidSavepoint, "savepoint %q does not exist", name)
}

func (s *Session) releaseSavepoint(name string) (string, error) {
	if err := s.needBlock("RELEASE SAVEPOINT"); err != nil {
		return "", err
	}
	i, err := s.findSavepoint(name)
	if err != nil {
		return "", err
	}
	s.block.txn.Release(s.block.saves[i].mark)
	s.block.saves = s.block.saves[:i]
	for _, c := range s.cursors {
		c.depth = min(c.depth, i)
	}
	return "RELEASE", nil
}

func (s *Session) rollbackTo(name string) (string, error) {
	if err := s.needBlock("ROLLBACK TO SAVEPOINT"); err != nil {
		return "", err
	}
	i, err := s.findSavepoint(name)
	if err != nil {
		return "", err
	}
	sp := s.block.saves[i]
	s.closePortals()
	s.undoCursors(i)
	s.block.txn.RollbackTo(sp.mark)
	s.block.saves = s.block.saves[:i+1]
	s.settings.rollbackTo(sp.settings)
	s.outbox = s.outbox[:sp.outbox]
	s.block.deferred.RollbackTo(sp.deferred)
	s.block.failed = false
	return "ROLLBACK", nil
}

// setTransaction runs SET TRANSACTION and SET SESSION CHARACTERISTICS.
func (s *Session) setTransaction(ctx context.Context, t *ast.SetTransactionStmt, params []boundParam) (string, error) {
	if t.Snapshot != "" {
		return "", sqlerr.Unsupported("SET TRANSACTION SNAPSHOT", "Use SET TRANSACTION AS OF with a timestamp that both sessions know.")
	}
	if t.Session {
		if t.Modes.Isolation != "" {
			s.settings.assign("default_transaction_isolation", t.Modes.Isolation, true, false)
		}
		if t.Modes.ReadOnly != nil {
			s.settings.assign("default_transaction_read_only", onOffText(*t.Modes.ReadOnly), true, false)
		}
		return "SET", nil
	}
	if !s.block.explicit {
		s.sink.Notice(sqlerr.Warningf(sqlerr.NoActiveSQLTransaction, "SET TRANSACTION can only be used in transaction blocks"))
		return "SET", nil
	}
	if t.Modes.Isolation != "" && isolationOf(t.Modes.Isolation) != s.block.isolation {
		if s.block.commands > 0 {
			return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
		}
		s.restartTxn(t.Modes)
	} else if t.Modes.ReadOnly != nil {
		if s.block.readOnly && !*t.Modes.ReadOnly && s.block.commands > 0 {
			return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
		}
		s.block.readOnly = *t.Modes.ReadOnly
	}
	if t.AsOf != nil {
		return "SET", s.setBlockAsOf(ctx, t.AsOf, params)
	}
	return "SET", nil
}

// restartTxn replaces the transaction, which has run nothing yet, by one of other modes.
func (s *Session) restartTxn(m ast.TxnModes) {
	s.applyModes(m)
	s.block.txn.Rollback()
	s.block.txn = s.engine.Store.Begin(storage.TxnOptions{
		Isolation: s.block.isolation, ReadOnly: s.block.readOnly, Who: s.principal(), After: s.lastCommit,
		Connection: s.owner, LockTimeout: s.lockTimeout(),
	})
	s.txnID.Store(s.block.txn.ID())
}

func onOffText(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
