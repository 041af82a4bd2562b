package snapshot

import (
	"context"
	"database/sql"
	"fmt"
	"sort"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/effect"
)

// table is a table of the database as one SQLite table.
type table struct {
	oid     types.OID
	name    string // of the SQLite table
	view    string // of the view of current rows, "" if there is none
	columns []column
	byAttr  map[int]int // attribute number → index in columns

	// Prepared statements; nil until they are needed.
	insert, previous, end, drop *sql.Stmt
}

// column is one attribute.
type column struct {
	attr int
	name string // of the SQLite column
	typ  types.Type
}

const catalogName = "_catalog"

// Hidden columns of every table, in order.
var systemColumns = []string{"_row_id", "_system_from", "_system_to", "_attrs", "_crc"}

// reservedColumns are no names for columns: ours, and SQLite's own for the row's key.
var reservedColumns = append([]string{"oid", "rowid", "_rowid_"}, systemColumns...)

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// readTables reads _tables and _columns.
func (f *file) readTables(ctx context.Context) error {
	err := f.query(ctx, "SELECT oid, name, coalesce(view, '') FROM _tables", func(rows *sql.Rows) error {
		t := &table{byAttr: map[int]int{}}
		if err := rows.Scan(&t.oid, &t.name, &t.view); err != nil {
			return err
		}
		f.tables[t.oid] = t
		return nil
	})
	if err != nil {
		return err
	}
	if err := f.readColumns(ctx, "="); err != nil {
		return err
	}
	if err := f.publishTypes(ctx); err != nil {
		return err
	}
	return f.readColumns(ctx, "<>")
}

// publishTypes makes the types that users ever made known, before anything of
// them is read.
func (f *file) publishTypes(ctx context.Context) error {
	t := f.tables[effect.CatalogTable]
	if t == nil || len(t.columns) < len(effect.CatalogColumns) {
		return nil
	}
	query := fmt.Sprintf("SELECT %s FROM %s WHERE %s IN (%d, %d, %d) ORDER BY _system_from DESC, _row_id DESC", quote(t.columns[4].name), quote(t.name),
		quote(t.columns[1].name), catalog.ClassType, catalog.ClassTable, catalog.ClassView)
	return f.query(ctx, query, func(rows *sql.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		if o, err := catalog.Decode([]byte(body)); err == nil { // a damaged row is found when it is loaded
			catalog.Introduce(o)
		}
		return nil
	})
}

// readColumns reads _columns of the catalog's table ("=") or of the others ("<>").
func (f *file) readColumns(ctx context.Context, which string) error {
	query := fmt.Sprintf("SELECT table_oid, attr, name, type_oid, type_mod FROM _columns WHERE table_oid %s %d ORDER BY table_oid, attr", which, effect.CatalogTable)
	return f.query(ctx, query, func(rows *sql.Rows) error {
		var oid types.OID
		var c column
		if err := rows.Scan(&oid, &c.attr, &c.name, &c.typ.OID, &c.typ.Mod); err != nil {
			return err
		}
		t := f.tables[oid]
		if t == nil || types.Lookup(c.typ.OID) == nil || c.attr < 0 {
			return sqlerr.New(sqlerr.DataCorrupted, "_columns has attribute %d of table %d with type %d", c.attr, oid, c.typ.OID)
		}
		t.add(c)
		return nil
	})
}

func (t *table) add(c column) {
	t.byAttr[c.attr] = len(t.columns)
	t.columns = append(t.columns, c)
}

// defineCatalog makes the table of the catalog's own rows.
func (f *file) defineCatalog(ctx context.Context) error {
	t, err := f.ensureTable(ctx, effect.CatalogTable, catalogName)
	if err != nil {
		return err
	}
	for _, c := range effect.CatalogColumns {
		if err := f.ensureColumn(ctx, t, c.Attr, c.Name, c.Type); err != nil {
			return err
		}
	}
	return nil
}

// define brings the SQLite table of a catalog table up to date.
func (f *file) define(ctx context.Context, c *catalog.Table) error {
	schema, err := f.schemaName(ctx, c.Schema)
	if err != nil {
		return err
	}
	t, err := f.ensureTable(ctx, c.ID, fmt.Sprintf("%s.%s.%d", schema, c.Name, c.ID))
	if err != nil {
		return err
	}
	for i := range c.Columns {
		if err := f.ensureColumn(ctx, t, c.Columns[i].Attr, c.Columns[i].Name, c.Columns[i].Type); err != nil {
			return err
		}
	}
	return f.defineViews(ctx, t, c, schema+"."+c.Name)
}

// schemaName finds a schema's newest name in the stored catalog.
func (f *file) schemaName(ctx context.Context, oid types.OID) (string, error) {
	name := fmt.Sprintf("schema %d", oid)
	t := f.tables[effect.CatalogTable]
	err := f.query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s = ? AND %s = ? ORDER BY _system_from DESC LIMIT 1",
		quote(t.columns[3].name), quote(t.name), quote(t.columns[0].name), quote(t.columns[1].name)),
		func(rows *sql.Rows) error { return rows.Scan(&name) }, int64(oid), int64(catalog.ClassSchema))
	return name, err
}

// ensureTable creates or renames the SQLite table of a table.
func (f *file) ensureTable(ctx context.Context, oid types.OID, name string) (*table, error) {
	t := f.tables[oid]
	if t != nil && t.name == name {
		return t, nil
	}
	text := "ALTER TABLE %[2]s RENAME TO %[1]s"
	old := name
	if t == nil {
		t = &table{oid: oid, byAttr: map[int]int{}}
		text = "CREATE TABLE %[1]s (_row_id INTEGER NOT NULL, _system_from INTEGER NOT NULL, _system_to INTEGER," +
			" _attrs INTEGER NOT NULL, _crc INTEGER NOT NULL, PRIMARY KEY (_row_id, _system_from))"
	} else {
		old = t.name
		if err := f.dropViews(ctx, t); err != nil { // they would follow the rename
			return nil, err
		}
	}
	t.forget()
	if _, err := f.conn.ExecContext(ctx, fmt.Sprintf(text, quote(name), quote(old))); err != nil {
		return nil, err
	}
	_, err := f.conn.ExecContext(ctx, "INSERT INTO _tables (oid, name) VALUES (?, ?) ON CONFLICT (oid) DO UPDATE SET name = excluded.name", int64(oid), name)
	if err != nil {
		return nil, err
	}
	t.name = name
	f.tables[oid] = t
	return t, nil
}

// ensureColumn adds an attribute's column. Its SQLite name is the user's, or that
// with the attribute number where another attribute has or had it.
func (f *file) ensureColumn(ctx context.Context, t *table, attr int, name string, typ types.Type) error {
	if _, ok := t.byAttr[attr]; ok {
		return nil
	}
	if t.taken(name) {
		name = fmt.Sprintf("%s#%d", name, attr)
	}
	alter := fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", quote(t.name), quote(name), formOf(typ).affinity())
	if _, err := f.conn.ExecContext(ctx, alter); err != nil {
		return err
	}
	_, err := f.conn.ExecContext(ctx, "INSERT INTO _columns (table_oid, attr, name, type_oid, type_mod, type) VALUES (?, ?, ?, ?, ?, ?)",
		int64(t.oid), attr, name, int64(typ.OID), typ.Mod, typeName(typ))
	if err != nil {
		return err
	}
	t.add(column{attr: attr, name: name, typ: typ})
	t.forget()
	return nil
}

// taken reports whether a column name is in use; SQLite does not tell case apart.
func (t *table) taken(name string) bool {
	for _, s := range reservedColumns {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	for _, c := range t.columns {
		if strings.EqualFold(c.name, name) {
			return true
		}
	}
	return false
}

// forget drops the prepared statements, which name the columns. SQLite keeps the
// old ones valid until the file is closed.
func (t *table) forget() { t.insert, t.previous, t.end, t.drop = nil, nil, nil, nil }

// defineViews makes the two views of a table. Should their name be taken (SQLite
// does not tell case apart), they get the OID behind it.
func (f *file) defineViews(ctx context.Context, t *table, c *catalog.Table, name string) error {
	if err := f.dropViews(ctx, t); err != nil {
		return err
	}
	taken := 0
	err := f.query(ctx, "SELECT count(*) FROM sqlite_master WHERE name COLLATE NOCASE IN (?1, ?1 || '@history')",
		func(rows *sql.Rows) error { return rows.Scan(&taken) }, name)
	if err != nil {
		return err
	}
	if taken > 0 {
		name = fmt.Sprintf("%s#%d", name, t.oid)
	}
	list := []string{"_row_id", shownTime("_system_from") + " AS _system_from", shownTime("_system_to") + " AS _system_to"}
	for _, ord := range c.Live() {
		col := &c.Columns[ord-1]
		stored := t.columns[t.byAttr[col.Attr]]
		list = append(list, shown(stored.typ, quote(stored.name))+" AS "+quote(stored.name))
	}
	query := fmt.Sprintf("SELECT %s FROM %s", strings.Join(list, ", "), quote(t.name))
	for view, text := range map[string]string{name: query + " WHERE _system_to IS NULL", name + "@history": query} {
		if _, err := f.conn.ExecContext(ctx, "CREATE VIEW "+quote(view)+" AS "+text); err != nil {
			return err
		}
	}
	t.view = name
	_, err = f.conn.ExecContext(ctx, "UPDATE _tables SET view = ? WHERE oid = ?", name, int64(t.oid))
	return err
}

func shownTime(column string) string {
	return "strftime('%Y-%m-%d %H:%M:%S', " + column + " / 1000000 + 946684800, 'unixepoch') || printf('.%06d+00', " + column + " % 1000000)"
}

// dropViews removes a table's views, if it has any.
func (f *file) dropViews(ctx context.Context, t *table) error {
	if t.view == "" {
		return nil
	}
	for _, view := range []string{t.view, t.view + "@history"} {
		if _, err := f.conn.ExecContext(ctx, "DROP VIEW IF EXISTS "+quote(view)); err != nil {
			return err
		}
	}
	t.view = ""
	_, err := f.conn.ExecContext(ctx, "UPDATE _tables SET view = NULL WHERE oid = ?", int64(t.oid))
	return err
}

// sortedTables returns the tables by OID: the catalog first.
func (f *file) sortedTables() []*table {
	out := make([]*table, 0, len(f.tables))
	for _, t := range f.tables {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].oid < out[j].oid })
	return out
}
