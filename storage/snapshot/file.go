package snapshot

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"

	_ "modernc.org/sqlite" // registers the driver

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
)

const fileFormat = "1"

// The keys of the table _synapse.
const (
	keyFormat        = "format"
	keyDatabase      = "database"
	keyApplied       = "applied_lsn"
	keyRedo          = "redo_lsn"
	keyCeiling       = "ceiling"
	keyShards        = "shards"
	keyLastTimestamp = "last_timestamp"
)

// state is what the table _synapse says beside the format.
type state struct {
	database commitlog.DatabaseID
	applied  commitlog.LSN // all commits up to here are in the file
	redo     commitlog.LSN // where reading the log must begin to go on
	shards   int64         // of the database; 0: the log did not say yet
	ceiling  int64         // no timestamp beyond it was given out, µs since 2000; 0: not known
	last     int64         // greatest commit timestamp
}

// file is one SQLite file, open for writing. Guarded by Pair.mu.
type file struct {
	path string
	db   *sql.DB
	conn *sql.Conn
	state
	durable commitlog.LSN // redo as of the last checkpoint
	loose   int           // bytes of commits applied since then
	tables  map[types.OID]*table
	reader  *commitlog.Reader
	commits commitlog.Assembler
	closers []*sql.Stmt
}

const schemaSQL = `
CREATE TABLE IF NOT EXISTS _synapse (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _tables (oid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, view TEXT);
CREATE TABLE IF NOT EXISTS _columns (
	table_oid INTEGER NOT NULL, attr INTEGER NOT NULL, name TEXT NOT NULL,
	type_oid INTEGER NOT NULL, type_mod INTEGER NOT NULL, type TEXT NOT NULL,
	PRIMARY KEY (table_oid, attr)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _sequences (oid INTEGER PRIMARY KEY, value INTEGER NOT NULL, called INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _namespaces (name BLOB PRIMARY KEY, shard INTEGER NOT NULL) WITHOUT ROWID;
`

// openFile opens or creates a snapshot file of the database.
func openFile(ctx context.Context, path string, database commitlog.DatabaseID) (*file, error) {
	f := &file{path: path, tables: map[types.OID]*table{}}
	if err := createPrivate(path); err != nil {
		return nil, f.failed("create", err)
	}
	if err := f.connect(ctx, false); err != nil {
		return nil, err
	}
	if err := f.begin(ctx, database); err != nil {
		return nil, errors.Join(f.failed("open", err), f.close())
	}
	return f, nil
}

// createPrivate makes an empty file that others may not read; SQLite gives the
// files beside it the same permissions.
func createPrivate(path string) error {
	c, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return c.Close()
}

// connect opens the file. One connection, because one goroutine at a time uses it.
func (f *file) connect(ctx context.Context, readOnly bool) error {
	q := url.Values{"_pragma": {"busy_timeout(10000)"}}
	if readOnly {
		q.Set("mode", "ro")
	} else {
		// NORMAL never leaves a damaged file; that the log is cut only after a
		// checkpoint, which syncs, makes up for commits lost with the power.
		q["_pragma"] = append(q["_pragma"], "journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(0)",
			"secure_delete(ON)", // what retention and erase take must not be found in free pages
			"cache_size(-16384)")
	}
	// Opaque, because what stands behind "//" is a host: a relative path is none.
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: f.path}).EscapedPath(), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return f.failed("open", err)
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return errors.Join(f.failed("open", err), db.Close())
	}
	f.db, f.conn = db, conn
	return nil
}

// begin makes the schema of a new file, and reads that of any.
func (f *file) begin(ctx context.Context, database commitlog.DatabaseID) error {
	return f.transaction(ctx, func() error {
		if _, err := f.conn.ExecContext(ctx, schemaSQL+horizonsSQL+archivedSQL); err != nil {
			return err
		}
		fresh, err := f.readState(ctx)
		if err != nil {
			return err
		}
		if fresh {
			f.database, f.redo = database, 1
			if err := f.put(ctx, keyFormat, fileFormat); err != nil {
				return err
			}
			if err := f.writeState(ctx); err != nil {
				return err
			}
		}
		if f.database != database {
			return sqlerr.New(sqlerr.DataCorrupted, "the snapshot belongs to database %s, the commit log to %s", f.database, database)
		}
		if err := f.readTables(ctx); err != nil {
			return err
		}
		return f.defineCatalog(ctx)
	})
}

// transaction runs do in a SQLite transaction.
func (f *file) transaction(ctx context.Context, do func() error) error {
	if _, err := f.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		_, err = f.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// The context may be over, the transaction must not stay. SQLite has ended
		// it by itself after some errors: then this one fails, which is as good.
		_, _ = f.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}
	return err
}

// readState reads the table _synapse; fresh is true if it is empty.
func (f *file) readState(ctx context.Context) (fresh bool, err error) {
	values := map[string]string{}
	err = f.query(ctx, "SELECT key, value FROM _synapse", func(rows *sql.Rows) error {
		var k, v string
		if err := rows.Scan(&k, &v); err != nil {
			return err
		}
		values[k] = v
		return nil
	})
	if err != nil || len(values) == 0 {
		return err == nil, err
	}
	if values[keyFormat] != fileFormat {
		return false, sqlerr.New(sqlerr.DataCorrupted, "snapshot format %q is not known to this version", values[keyFormat])
	}
	id, err := hex.DecodeString(values[keyDatabase])
	if err != nil || copy(f.database[:], id) != len(f.database) {
		return false, sqlerr.New(sqlerr.DataCorrupted, "the snapshot has no database id")
	}
	number := func(key string) int64 {
		n, e := strconv.ParseInt(values[key], 10, 64)
		if e != nil && err == nil {
			err = sqlerr.New(sqlerr.DataCorrupted, "the snapshot's %s is %q", key, values[key])
		}
		return n
	}
	f.applied, f.redo = commitlog.LSN(number(keyApplied)), commitlog.LSN(number(keyRedo))
	f.ceiling, f.last = number(keyCeiling), number(keyLastTimestamp)
	if _, ok := values[keyShards]; ok { // not in those from before there were shards
		f.shards = number(keyShards)
	}
	if err == nil && (f.redo == 0 || f.redo > f.applied+1) {
		err = sqlerr.New(sqlerr.DataCorrupted, "the snapshot's redo LSN %d does not fit its applied LSN %d", f.redo, f.applied)
	}
	return false, err
}

func (f *file) writeState(ctx context.Context) error {
	if f.shards != 0 {
		if err := f.put(ctx, keyShards, strconv.FormatInt(f.shards, 10)); err != nil {
			return err
		}
	}
	for _, kv := range [][2]string{
		{keyDatabase, f.database.String()},
		{keyApplied, strconv.FormatUint(uint64(f.applied), 10)},
		{keyRedo, strconv.FormatUint(uint64(f.redo), 10)},
		{keyCeiling, strconv.FormatInt(f.ceiling, 10)},
		{keyLastTimestamp, strconv.FormatInt(f.last, 10)},
	} {
		if err := f.put(ctx, kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) put(ctx context.Context, key, value string) error {
	_, err := f.conn.ExecContext(ctx, "INSERT INTO _synapse VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}

// query calls each for every row.
func (f *file) query(ctx context.Context, text string, each func(*sql.Rows) error, args ...any) error {
	rows, err := f.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// checkpoint makes durable what was applied, in the main file alone.
func (f *file) checkpoint(ctx context.Context) error {
	var busy, logged, moved int
	err := f.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &moved)
	if err != nil {
		return f.failed("checkpoint", err)
	}
	if busy == 0 { // else somebody is reading the file: next time
		f.durable, f.loose = f.redo, 0
	}
	return nil
}

// close lets go of the file. The state in memory is then of no use any more.
func (f *file) close() error {
	var errs []error
	for _, s := range f.closers {
		errs = append(errs, s.Close())
	}
	f.closers = nil
	if f.reader != nil {
		errs = append(errs, f.reader.Close())
		f.reader = nil
	}
	if f.conn != nil {
		errs = append(errs, f.conn.Close(), f.db.Close())
		f.conn, f.db = nil, nil
	}
	return errors.Join(errs...)
}

// failed gives an error of SQLite the file's name and, if it has none, a SQLSTATE.
func (f *file) failed(doing string, err error) error {
	var e *sqlerr.Error
	if errors.As(err, &e) {
		return fmt.Errorf("snapshot %q: %w", f.path, err)
	}
	return sqlerr.New(codeOf(err), "could not %s snapshot %q: %v", doing, f.path, err).Wrap(err)
}

// Result codes of SQLite: https://www.sqlite.org/rescode.html
const (
	sqliteCorrupt = 11
	sqliteFull    = 13
	sqliteNotADB  = 26
)

// codeOf maps a result code of SQLite; the low byte is the primary code.
func codeOf(err error) sqlerr.Code {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqliteCorrupt, sqliteNotADB:
			return sqlerr.DataCorrupted
		case sqliteFull:
			return sqlerr.DiskFull
		}
	}
	return sqlerr.IOError
}
