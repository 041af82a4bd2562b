package snapshot

import (
	"context"
	"database/sql"
	"fmt"

	"synapse/catalog/types"
	"synapse/storage/effect"
)

// The table _horizons says since when a table's history is there: one row for
// each table and shard of which some was reclaimed. released: it was dropped, and
// nothing of it is left.
const horizonsSQL = `
CREATE TABLE IF NOT EXISTS _horizons (
	table_oid INTEGER NOT NULL, shard INTEGER NOT NULL,
	horizon INTEGER NOT NULL, last_row INTEGER NOT NULL, released INTEGER NOT NULL,
	PRIMARY KEY (table_oid, shard)) WITHOUT ROWID;
`

// shardShift is where the shard stands in a row id.
const shardShift = 48

// reclaim follows what memory has given back.
func (f *file) reclaim(ctx context.Context, e *effect.Effect) error {
	released := e.Kind == effect.Release
	_, err := f.conn.ExecContext(ctx, "INSERT INTO _horizons VALUES (?, ?, ?, ?, ?) ON CONFLICT (table_oid, shard) DO UPDATE SET"+
		" horizon = max(horizon, excluded.horizon), last_row = max(last_row, excluded.last_row), released = excluded.released",
		int64(e.Table), int64(e.Shard()), e.Ceiling, int64(e.Row), released)
	if err != nil {
		return err
	}
	t := f.tables[e.Table]
	switch {
	case t == nil:
		return nil
	case released:
		return f.dropTable(ctx, t)
	}
	return f.deleteEnded(ctx, t, e)
}

// deleteEnded removes the versions that ended at e.Ceiling or before.
func (f *file) deleteEnded(ctx context.Context, t *table, e *effect.Effect) error {
	// Made for the first time only: tables that keep everything do without.
	index := fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (_system_to) WHERE _system_to IS NOT NULL", quote(fmt.Sprintf("_ended.%d", t.oid)), quote(t.name))
	if _, err := f.conn.ExecContext(ctx, index); err != nil {
		return err
	}
	shard := int64(e.Shard()) << shardShift
	_, err := f.conn.ExecContext(ctx, "DELETE FROM "+quote(t.name)+" WHERE _system_to <= ? AND _row_id BETWEEN ? AND ?",
		e.Ceiling, shard, shard|(1<<shardShift-1))
	return err
}

// dropTable removes a table with all that is known of it.
func (f *file) dropTable(ctx context.Context, t *table) error {
	if err := f.dropViews(ctx, t); err != nil {
		return err
	}
	t.forget()
	if _, err := f.conn.ExecContext(ctx, "DROP TABLE "+quote(t.name)); err != nil {
		return err
	}
	for _, text := range []string{"DELETE FROM _columns WHERE table_oid = ?", "DELETE FROM _tables WHERE oid = ?"} {
		if _, err := f.conn.ExecContext(ctx, text, int64(t.oid)); err != nil {
			return err
		}
	}
	delete(f.tables, t.oid)
	return nil
}

// horizons reads _horizons as the effects that made it.
func (f *file) horizons(ctx context.Context) ([]effect.Effect, error) {
	var out []effect.Effect
	err := f.query(ctx, "SELECT table_oid, horizon, last_row, released FROM _horizons ORDER BY table_oid, shard", func(rows *sql.Rows) error {
		e := effect.Effect{Kind: effect.Reclaim}
		var table, last int64
		var released bool
		if err := rows.Scan(&table, &e.Ceiling, &last, &released); err != nil {
			return err
		}
		if e.Table, e.Row = types.OID(table), uint64(last); released {
			e.Kind = effect.Release
		}
		out = append(out, e)
		return nil
	})
	return out, err
}
