package snapshot

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// applyCommit applies one commit. The schema comes first, because a body is
// ordered by shard and a table's definition may stand behind its rows.
func (f *file) applyCommit(ctx context.Context, c *commitlog.Commit) error {
	f.last = max(f.last, c.Timestamp)
	for _, schema := range []bool{true, false} {
		err := effect.Decode(c.Body, func(e *effect.Effect) error {
			if isSchema := e.Kind <= effect.Delete && e.Table == effect.CatalogTable; isSchema != schema {
				return nil
			}
			return f.apply(ctx, e, c.Timestamp)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// applyRecord applies a record that belongs to no transaction.
func (f *file) applyRecord(ctx context.Context, r commitlog.Record) error {
	if !r.Type.HasEffects() {
		return nil
	}
	return effect.Decode(r.Payload, func(e *effect.Effect) error { return f.apply(ctx, e, r.Timestamp) })
}

// apply applies one effect of a commit at ts. Doing it twice is harmless.
func (f *file) apply(ctx context.Context, e *effect.Effect, ts int64) error {
	switch e.Kind {
	case effect.Put:
		return f.putRow(ctx, e, ts)
	case effect.Delete:
		return f.deleteRow(ctx, e, ts)
	case effect.Truncate:
		return f.truncate(ctx, e, ts)
	case effect.Erase:
		return f.erase(ctx, e.Table, []uint64{e.Row})
	case effect.Sequence:
		_, err := f.conn.ExecContext(ctx, "INSERT INTO _sequences VALUES (?, ?, ?) ON CONFLICT (oid) DO UPDATE SET value = excluded.value, called = excluded.called",
			int64(e.Sequence), e.Value, e.Called)
		return err
	case effect.Archive:
		return f.archived(ctx, e)
	case effect.Reclaim, effect.Release:
		return f.reclaim(ctx, e)
	case effect.Ceiling:
		f.ceiling = max(f.ceiling, e.Ceiling)
	case effect.Shards:
		f.shards = int64(e.Count)
	case effect.Assign:
		_, err := f.conn.ExecContext(ctx, "INSERT INTO _namespaces VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET shard = excluded.shard",
			[]byte(e.Namespace), int64(e.To))
		return err
	}
	return nil
}

// fixedArgs is the number of system columns that insert binds before the values.
const fixedArgs = 4

// putRow adds a version and closes the one before.
func (f *file) putRow(ctx context.Context, e *effect.Effect, ts int64) error {
	t := f.tables[e.Table]
	if t == nil {
		return sqlerr.New(sqlerr.DataCorrupted, "the log has a row of table %d, which the catalog does not know", e.Table)
	}
	if err := f.prepare(ctx, t); err != nil {
		return err
	}
	args, same, err := t.args(e, ts)
	if err != nil {
		return err
	}
	values := args[fixedArgs:]
	if same {
		if err := f.takeSame(ctx, t, e, ts, values); err != nil {
			return err
		}
	}
	args[3] = int64(t.checksum(e.Row, ts, e.Image.Len(), values))
	if _, err := t.end.ExecContext(ctx, ts, int64(e.Row)); err != nil {
		return err
	}
	if _, err := t.insert.ExecContext(ctx, args...); err != nil {
		return err
	}
	if e.Table == effect.CatalogTable {
		return f.defineObject(ctx, t, values)
	}
	return nil
}

// args makes the arguments of insert, but for the checksum. same: values that are
// as in the previous version are still to be filled in.
func (t *table) args(e *effect.Effect, ts int64) (args []any, same bool, err error) {
	args = make([]any, fixedArgs+len(t.columns), fixedArgs+len(t.columns)+1)
	args[0], args[1], args[2] = int64(e.Row), ts, e.Image.Len()
	values := args[fixedArgs:]
	for attr := range e.Image.Len() {
		state := e.Image.State(attr)
		i, ok := t.byAttr[attr]
		switch {
		case state == row.Same:
			same = true
		case state == row.Value && !ok:
			return nil, false, sqlerr.New(sqlerr.DataCorrupted, "the log has attribute %d of table %q, which the catalog does not know", attr, t.name)
		case state == row.Value:
			v, err := e.Image.Value(attr, t.columns[i].typ)
			if err != nil {
				return nil, false, err
			}
			values[i] = store(t.columns[i].typ, v)
		}
	}
	return args, same, nil
}

// takeSame fills in, as they are stored, the values that the previous version has too.
func (f *file) takeSame(ctx context.Context, t *table, e *effect.Effect, ts int64, values []any) error {
	raw, err := scanRaw(t.previous.QueryRowContext(ctx, int64(e.Row), ts), len(t.columns))
	if err == sql.ErrNoRows { //nolint:errorlint // database/sql returns it bare
		return sqlerr.New(sqlerr.DataCorrupted, "a version of row %d of table %q refers to one before, which is not there", e.Row, t.name)
	}
	if err != nil {
		return err
	}
	for attr := range e.Image.Len() {
		if i, ok := t.byAttr[attr]; ok && e.Image.State(attr) == row.Same {
			values[i] = raw[i]
		}
	}
	return nil
}

// scanRaw reads one row of n columns as the driver has them.
func scanRaw(r interface{ Scan(...any) error }, n int) ([]any, error) {
	raw := make([]any, n)
	to := make([]any, n)
	for i := range raw {
		to[i] = &raw[i]
	}
	err := r.Scan(to...)
	return raw, err
}

// deleteRow closes the newest version. One that the same commit made was never
// visible and goes away.
func (f *file) deleteRow(ctx context.Context, e *effect.Effect, ts int64) error {
	t := f.tables[e.Table]
	if t == nil {
		return sqlerr.New(sqlerr.DataCorrupted, "the log deletes from table %d, which the catalog does not know", e.Table)
	}
	if err := f.prepare(ctx, t); err != nil {
		return err
	}
	if e.Table == effect.CatalogTable {
		if err := f.undefineObject(ctx, t, e.Row); err != nil {
			return err
		}
	}
	if _, err := t.drop.ExecContext(ctx, int64(e.Row), ts); err != nil {
		return err
	}
	_, err := t.end.ExecContext(ctx, ts, int64(e.Row))
	return err
}

// truncate closes all versions that are open and began before the commit.
func (f *file) truncate(ctx context.Context, e *effect.Effect, ts int64) error {
	t := f.tables[e.Table]
	if t == nil {
		return sqlerr.New(sqlerr.DataCorrupted, "the log truncates table %d, which the catalog does not know", e.Table)
	}
	_, err := f.conn.ExecContext(ctx, "UPDATE "+quote(t.name)+" SET _system_to = ?1 WHERE _system_to IS NULL AND _system_from < ?1", ts)
	return err
}

// defineObject follows a change of the catalog; values are the stored row.
func (f *file) defineObject(ctx context.Context, t *table, values []any) error {
	body, _ := values[len(effect.CatalogColumns)-1].(string)
	o, err := catalog.Decode([]byte(body))
	if err != nil {
		return err
	}
	catalog.Introduce(o)
	if c, ok := o.(*catalog.Table); ok {
		return f.define(ctx, c)
	}
	return nil
}

// undefineObject removes the views of a dropped table. Its rows stay for AS OF.
func (f *file) undefineObject(ctx context.Context, t *table, id uint64) error {
	var oid int64
	err := f.query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE _row_id = ? AND _system_to IS NULL", quote(t.columns[0].name), quote(t.name)),
		func(rows *sql.Rows) error { return rows.Scan(&oid) }, int64(id))
	if err != nil {
		return err
	}
	if dropped := f.tables[types.OID(oid)]; dropped != nil {
		return f.dropViews(ctx, dropped)
	}
	return nil
}

// prepare makes a table's statements.
func (f *file) prepare(ctx context.Context, t *table) error {
	if t.insert != nil {
		return nil
	}
	names, update := make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = quote(c.name)
		update[i] = quote(c.name) + " = excluded." + quote(c.name)
	}
	list, name := strings.Join(names, ", "), quote(t.name)
	if list == "" {
		list = "NULL" // a table without columns: only previous needs something to select
	}
	columns := strings.Join(append([]string{"_row_id", "_system_from", "_attrs", "_crc"}, names...), ", ")
	const newest = " WHERE _row_id = ?2 AND _system_to IS NULL AND _system_from = (SELECT max(_system_from) FROM %[1]s WHERE _row_id = ?2 AND _system_from < ?1)"
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&t.previous, "SELECT " + list + " FROM " + name + " WHERE _row_id = ? AND _system_from < ? ORDER BY _system_from DESC LIMIT 1"},
		{&t.end, fmt.Sprintf("UPDATE %[1]s SET _system_to = ?1"+newest, name)},
		{&t.drop, "DELETE FROM " + name + " WHERE _row_id = ? AND _system_from = ? AND _system_to IS NULL"},
		{&t.insert, fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s) ON CONFLICT (_row_id, _system_from) DO UPDATE SET %s",
			name, columns, strings.Repeat(", ?", len(names)+fixedArgs-1), strings.Join(append(update, "_attrs = excluded._attrs", "_crc = excluded._crc"), ", "))},
	} {
		s, err := f.conn.PrepareContext(ctx, p.text)
		if err != nil {
			return err
		}
		*p.to = s
		f.closers = append(f.closers, s)
	}
	return nil
}
