package snapshot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// erase removes all versions of rows. secure_delete overwrites them in the file;
// the write-ahead file has them until the checkpoint empties it.
func (f *file) erase(ctx context.Context, oid types.OID, rows []uint64) error {
	t := f.tables[oid]
	if t == nil {
		return nil
	}
	for _, id := range rows {
		if _, err := f.conn.ExecContext(ctx, "DELETE FROM "+quote(t.name)+" WHERE _row_id = ?", int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// Erase removes all versions of rows of a table, and what is left of them in the
// write-ahead file. Error: also where somebody reads the file all the time (55006).
func (a *Archive) Erase(ctx context.Context, oid types.OID, rows []uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil || a.file.tables[oid] == nil {
		return nil
	}
	if err := a.file.transaction(ctx, func() error { return a.file.erase(ctx, oid, rows) }); err != nil {
		return a.file.failed("write", err)
	}
	return a.file.empty(ctx)
}

// empty checkpoints, and fails (55006) where a reader keeps the write-ahead file.
func (f *file) empty(ctx context.Context) error {
	f.durable = 0
	if err := f.checkpoint(ctx); err != nil {
		return err
	}
	if f.durable == 0 {
		return sqlerr.New(sqlerr.ObjectInUse, "snapshot %q is being read by somebody else", f.path)
	}
	return nil
}

// Forget makes the snapshots forget what was erased by a commit at lsn or before:
// both have applied it, their write-ahead files are empty, and the log has nothing
// of it any more. The log must have begun a segment since. Errors: 55006 where
// somebody reads a file, or a transaction that is half written holds the log.
func (p *Pair) Forget(ctx context.Context, erased uint64) error {
	if err := p.round(ctx, true); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.files {
		if err := p.reopen(ctx, i); err != nil {
			return err
		}
		if err := p.files[i].empty(ctx); err != nil {
			return err
		}
	}
	if err := p.log.TruncateBelow(min(p.files[0].durable, p.files[1].durable)); err != nil {
		return err
	}
	if uint64(p.log.First()) <= erased {
		return sqlerr.New(sqlerr.ObjectInUse, "a running transaction keeps the commit log, which still has what was erased").
			WithHint("It is removed when that transaction has ended.")
	}
	return p.removeAside()
}

// removeAside removes the files that were set aside as damaged, which may hold
// what was erased.
func (p *Pair) removeAside() error {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return sqlerr.New(sqlerr.IOError, "could not read directory %q: %v", p.dir, err).Wrap(err)
	}
	for _, e := range entries {
		if !strings.Contains(e.Name(), ".sqlite.damaged") {
			continue
		}
		name := filepath.Join(p.dir, e.Name())
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return sqlerr.New(sqlerr.IOError, "could not remove file %q: %v", name, err).Wrap(err)
		}
	}
	return nil
}
