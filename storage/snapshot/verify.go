package snapshot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// problemsMax is how many problems of one file are reported one by one.
const problemsMax = 100

// Info is what Verify learned about a file.
type Info struct {
	Database      commitlog.DatabaseID
	Applied, Redo commitlog.LSN
	Tables, Rows  int
	Shards        int               // of the database; 0: it does not say
	Assigned      map[string]uint16 // namespace → shard
	Problems      int
}

// Verify reads a whole snapshot file without changing it: SQLite's own
// integrity check, the state, every row's checksum, values and shard, and that
// the versions of a row do not overlap. report hears of each problem, of at most
// problemsMax of them. The error is about not being able to look.
func Verify(ctx context.Context, path string, report func(problem string)) (Info, error) {
	v := &verifier{report: report, file: &file{path: path, tables: map[types.OID]*table{}}}
	if err := v.file.connect(ctx, true); err != nil {
		return v.info, v.judge(err)
	}
	err := v.run(ctx)
	return v.info, errors.Join(v.judge(err), v.file.close())
}

type verifier struct {
	file   *file
	report func(string)
	info   Info
	last   Row // the row before; Image is not kept
}

func (v *verifier) problem(format string, args ...any) {
	v.info.Problems++
	if v.info.Problems <= problemsMax {
		v.report(fmt.Sprintf(format, args...))
	}
}

// judge makes a finding of damage a problem; other errors are returned.
func (v *verifier) judge(err error) error {
	if err == nil {
		return nil
	}
	if sqlerr.Is(v.file.failed("read", err), sqlerr.DataCorrupted) {
		v.problem("%v", err)
		return nil
	}
	return v.file.failed("read", err)
}

func (v *verifier) run(ctx context.Context) error {
	f := v.file
	err := f.query(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", problemsMax), func(rows *sql.Rows) error {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			v.problem("%s", line)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fresh, err := f.readState(ctx)
	if err != nil {
		return err
	}
	if fresh {
		v.problem("the file is not a snapshot: it has no state")
		return nil
	}
	v.info.Database, v.info.Applied, v.info.Redo = f.database, f.applied, f.redo
	if err := f.readTables(ctx); err != nil {
		return err
	}
	if f.tables[effect.CatalogTable] == nil {
		v.problem("the file has no catalog")
	}
	if err := v.shards(ctx); err != nil {
		return err
	}
	for _, t := range f.sortedTables() {
		v.info.Tables++
		v.last = Row{}
		if err := v.judge(f.loadTable(ctx, t, func(r Row) error { return v.row(t, r) })); err != nil {
			return err
		}
	}
	return nil
}

// shards reads the assignments.
func (v *verifier) shards(ctx context.Context) error {
	v.info.Shards, v.info.Assigned = int(v.file.shards), map[string]uint16{}
	return v.file.query(ctx, "SELECT name, shard FROM _namespaces", func(rows *sql.Rows) error {
		var name []byte
		var shard uint16
		if err := rows.Scan(&name, &shard); err != nil {
			return err
		}
		v.info.Assigned[string(name)] = shard
		if int(shard) >= max(v.info.Shards, 1) {
			v.problem("namespace %q is assigned to shard %d of %d", name, shard, max(v.info.Shards, 1))
		}
		return nil
	})
}

// row checks one version against the one before.
func (v *verifier) row(t *table, r Row) error {
	v.info.Rows++
	if shard := r.ID >> 48; shard >= uint64(max(v.info.Shards, 1)) {
		v.problem("table %q, row %d: it is in shard %d of %d", t.name, r.ID, shard, max(v.info.Shards, 1))
	}
	if r.From > v.file.last {
		v.problem("table %q, row %d: the version of %d is from after the snapshot", t.name, r.ID, r.From)
	}
	if v.last.Table == r.Table && v.last.ID == r.ID && v.last.To > r.From {
		v.problem("table %q, row %d: the versions of %d and %d overlap", t.name, r.ID, v.last.From, r.From)
	}
	if t.oid == effect.CatalogTable {
		if _, err := effect.CatalogObject(r.Image); err != nil {
			v.problem("table %q, row %d: %v", t.name, r.ID, err)
		}
	}
	v.last = r
	v.last.Image = row.Image{}
	return nil
}
