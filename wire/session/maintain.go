package session

import (
	"context"
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// maintenance is the command that a VACUUM statement is.
func maintenance(t *ast.VacuumStmt) string {
	if t.Analyze {
		return "ANALYZE"
	}
	return "VACUUM"
}

// maintain accepts housekeeping commands: Synapse does the work itself, so they
// only check their tables.
func (s *Session) maintain(ctx context.Context, stmt ast.Stmt) (string, error) {
	check := func(ref *ast.TableRef) error {
		if ref == nil {
			return nil
		}
		t, err := s.engine.Planner.ResolveTable(s.bindContext(s.catalog(), nil), ref)
		if err == nil && !s.catalog().Owns(s.role().ID, t) {
			err = catalog.NotOwner(t)
		}
		return err
	}
	switch t := stmt.(type) {
	case *ast.VacuumStmt:
		return s.vacuum(t, check)
	case *ast.ReindexStmt:
		if t.Kind == ast.KindTable {
			return "REINDEX", check(t.Table)
		}
		return "REINDEX", nil
	case *ast.ClusterStmt:
		return "CLUSTER", check(t.Table)
	case *ast.CheckpointStmt:
		if !s.hasPrivilegesOf(catalog.RoleCheckpoint) {
			return "", sqlerr.New(sqlerr.InsufficientPrivilege, "must be superuser or have privileges of pg_checkpoint to do CHECKPOINT")
		}
		return "CHECKPOINT", s.engine.Store.Checkpoint(ctx)
	}
	return "", sqlerr.Unsupported("this statement", "")
}

// Options of VACUUM and ANALYZE; those that are about pages on a disk say nothing here.
var (
	vacuumOptions = []string{
		"analyze", "disable_page_skipping", "freeze", "full", "index_cleanup", "parallel", "process_toast", "skip_locked", "truncate", "verbose",
	}
	analyzeOptions = []string{"skip_locked", "verbose"}
)

// vacuum runs VACUUM and ANALYZE.
func (s *Session) vacuum(t *ast.VacuumStmt, check func(*ast.TableRef) error) (string, error) {
	tag, known := maintenance(t), vacuumOptions
	if t.Analyze {
		known = analyzeOptions
	}
	for _, o := range t.Options {
		if !slices.Contains(known, o.Name) {
			return "", sqlerr.New(sqlerr.SyntaxError, "unrecognized %s option \"%s\"", tag, o.Name)
		}
	}
	if !t.Analyze && s.block.explicit {
		return "", sqlerr.New(sqlerr.ActiveSQLTransaction, "VACUUM cannot run inside a transaction block")
	}
	for _, v := range t.Tables {
		err := check(v.Table)
		if e := sqlerr.From(err); err != nil && e.Code == sqlerr.InsufficientPrivilege { // skipped, not refused
			s.notice(sqlerr.Warningf(sqlerr.Warning, "skipping \"%s\" --- only table or database owner can %s it", v.Table.Name, strings.ToLower(tag)))
			continue
		}
		if err != nil {
			return "", err
		}
	}
	return tag, nil
}
