package snapshot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
)

// ArchiveName is the file in the data directory that holds the versions which
// have left memory.
const ArchiveName = "history.sqlite"

// Archive is that file. It is built like a snapshot, but follows nothing: it holds
// what was put there, closed versions only. Safe for concurrent use.
type Archive struct {
	dir      string
	database commitlog.DatabaseID

	mu   sync.Mutex // guards file; held for a whole call
	file *file      // nil: nothing was ever archived
}

// OpenArchive opens the archive in dir, if there is one. Error: XX001 for damage
// or the archive of another database.
func OpenArchive(ctx context.Context, dir string, database commitlog.DatabaseID) (*Archive, error) {
	a := &Archive{dir: dir, database: database}
	if _, err := os.Stat(a.path()); errors.Is(err, os.ErrNotExist) {
		return a, nil
	}
	return a, a.open(ctx)
}

func (a *Archive) path() string { return filepath.Join(a.dir, ArchiveName) }

func (a *Archive) open(ctx context.Context) (err error) {
	a.file, err = openFile(ctx, a.path(), a.database)
	return err
}

// Exists reports whether there is a file.
func (a *Archive) Exists() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.file != nil
}

// Put adds closed versions of one table, which has or had the layouts; those that
// are there already stay as they are. They are safe after Sync.
func (a *Archive) Put(ctx context.Context, layouts []*catalog.Table, rows []Row) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		if err := a.open(ctx); err != nil {
			return err
		}
		if err := syncPath(a.dir); err != nil { // SQLite does not sync the entries of new files
			return a.file.failed("create", err)
		}
	}
	err := a.file.transaction(ctx, func() error { return a.file.archive(ctx, layouts, rows) })
	if err != nil {
		return a.file.failed("write", err)
	}
	return nil
}

// archive adds the rows in a transaction.
func (f *file) archive(ctx context.Context, layouts []*catalog.Table, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	oid := rows[0].Table
	t, err := f.ensureTable(ctx, oid, fmt.Sprintf("table.%d", oid))
	if err != nil {
		return err
	}
	for _, l := range layouts {
		for i := range l.Columns {
			if err := f.ensureColumn(ctx, t, l.Columns[i].Attr, l.Columns[i].Name, l.Columns[i].Type); err != nil {
				return err
			}
		}
	}
	names := []string{"_row_id", "_system_from", "_attrs", "_crc"}
	for _, c := range t.columns {
		names = append(names, quote(c.name))
	}
	names = append(names, "_system_to")
	insert, err := f.conn.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s) ON CONFLICT (_row_id, _system_from) DO NOTHING",
		quote(t.name), strings.Join(names, ", "), strings.Repeat(", ?", len(names)-1)))
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range rows {
		r := &rows[i]
		args, _, err := t.args(&effect.Effect{Table: oid, Row: r.ID, Image: r.Image}, r.From)
		if err != nil {
			return err
		}
		args[3] = int64(t.checksum(r.ID, r.From, r.Image.Len(), args[fixedArgs:]))
		if _, err := insert.ExecContext(ctx, append(args, r.To)...); err != nil {
			return err
		}
		f.last = max(f.last, r.To)
	}
	return f.writeState(ctx)
}

// Sync makes durable what was put. Error: also where somebody reads the file all
// the time (55006).
func (a *Archive) Sync(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		return nil
	}
	a.file.durable = 0
	if err := a.file.checkpoint(ctx); err != nil {
		return err
	}
	if a.file.durable == 0 {
		return sqlerr.New(sqlerr.ObjectInUse, "archive %q is being read by somebody else", a.file.path)
	}
	return nil
}

// Read calls each for the versions of a table that ended at closed or before and
// overlap [from, to), by row and time.
func (a *Archive) Read(ctx context.Context, table types.OID, from, to, closed int64, each func(Row) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil || a.file.tables[table] == nil {
		return nil
	}
	err := a.file.loadRows(ctx, a.file.tables[table], "WHERE _system_to > ? AND _system_to <= ? AND _system_from < ?", each, from, closed, to)
	if err != nil {
		return a.file.failed("read", err)
	}
	return nil
}

// Forget removes the versions of a table that ended at the horizon or before.
func (a *Archive) Forget(ctx context.Context, oid types.OID, horizon int64) error {
	return a.change(ctx, oid, func(t *table) error {
		_, err := a.file.conn.ExecContext(ctx, "DELETE FROM "+quote(t.name)+" WHERE _system_to <= ?", horizon)
		return err
	})
}

// Drop removes a table.
func (a *Archive) Drop(ctx context.Context, oid types.OID) error {
	return a.change(ctx, oid, func(t *table) error { return a.file.dropTable(ctx, t) })
}

func (a *Archive) change(ctx context.Context, oid types.OID, do func(t *table) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil || a.file.tables[oid] == nil {
		return nil
	}
	if err := a.file.transaction(ctx, func() error { return do(a.file.tables[oid]) }); err != nil {
		return a.file.failed("write", err)
	}
	return a.file.checkpoint(ctx)
}

// Close lets go of the file.
func (a *Archive) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		return nil
	}
	err := a.file.close()
	a.file = nil
	return err
}

// archivedSQL: up to when the closed versions of a table have moved to the archive.
const archivedSQL = `
CREATE TABLE IF NOT EXISTS _archived (
	table_oid INTEGER NOT NULL, shard INTEGER NOT NULL, horizon INTEGER NOT NULL, last_row INTEGER NOT NULL,
	PRIMARY KEY (table_oid, shard)) WITHOUT ROWID;
`

// archived removes what has moved to the archive.
func (f *file) archived(ctx context.Context, e *effect.Effect) error {
	_, err := f.conn.ExecContext(ctx, "INSERT INTO _archived VALUES (?, ?, ?, ?) ON CONFLICT (table_oid, shard) DO UPDATE SET"+
		" horizon = max(horizon, excluded.horizon), last_row = max(last_row, excluded.last_row)",
		int64(e.Table), int64(e.Shard()), e.Ceiling, int64(e.Row))
	if t := f.tables[e.Table]; err == nil && t != nil {
		return f.deleteEnded(ctx, t, e)
	}
	return err
}

// archivals reads _archived as the effects that made it.
func (f *file) archivals(ctx context.Context) ([]effect.Effect, error) {
	var out []effect.Effect
	err := f.query(ctx, "SELECT table_oid, horizon, last_row FROM _archived ORDER BY table_oid, shard", func(rows *sql.Rows) error {
		e := effect.Effect{Kind: effect.Archive}
		var table, last int64
		err := rows.Scan(&table, &e.Ceiling, &last)
		e.Table, e.Row = types.OID(table), uint64(last)
		out = append(out, e)
		return err
	})
	return out, err
}
