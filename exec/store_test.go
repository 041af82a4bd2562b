package exec

import (
	"context"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// db is an in-memory store with tables made by hand.
type db struct {
	t      testing.TB
	store  *storage.Store
	clock  *testClock
	tables map[string]*catalog.Table
	infos  map[types.OID]*plan.TableInfo
}

// testClock goes on by one microsecond at each look, and by steps of the test.
type testClock struct{ now storage.Timestamp }

func (c *testClock) Now() storage.Timestamp {
	c.now++
	return c.now
}

func openDB(t testing.TB) *db {
	t.Helper()
	d := &db{t: t, clock: &testClock{now: 1000}, tables: map[string]*catalog.Table{}, infos: map[types.OID]*plan.TableInfo{}}
	s, err := storage.Open(context.Background(), "", storage.Options{Clock: d.clock, Hooks: storage.Hooks{
		Bootstrap: func() []catalog.Object {
			return []catalog.Object{&catalog.Schema{Header: catalog.Header{ID: catalog.SchemaPublic, Name: "public"}}}
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	d.store = s
	t.Cleanup(func() { s.Close() })
	return d
}

// column of a test table.
type column struct {
	name    string
	typ     types.Type
	notNull bool
}

// table makes a table whose first column is its primary key.
func (d *db) table(name string, cols ...column) *catalog.Table {
	d.t.Helper()
	x := d.begin()
	t := &catalog.Table{Header: catalog.Header{ID: d.oid(x), Name: name, Schema: catalog.SchemaPublic}, NextAttr: len(cols)}
	for i, c := range cols {
		t.Columns = append(t.Columns, catalog.Column{Name: c.name, Type: c.typ, Attr: i, NotNull: c.notNull || i == 0})
	}
	pk := &catalog.Index{
		Header: catalog.Header{ID: d.oid(x), Name: name + "_pkey", Schema: catalog.SchemaPublic}, Table: t.ID, Method: catalog.BTree,
		Keys: []catalog.IndexKey{{Column: 1, Type: cols[0].typ}}, Unique: true, Primary: true,
	}
	t.Constraints = append(t.Constraints, catalog.Constraint{ID: d.oid(x), Name: pk.Name, Kind: catalog.PrimaryKey, Columns: []int{1}, Index: pk.ID})
	d.put(x, t, pk)
	d.commit(x)
	d.tables[name] = t
	d.infos[t.ID] = &plan.TableInfo{Table: t, Indexes: []*catalog.Index{pk}}
	return t
}

// index makes an ordered index over columns.
func (d *db) index(t *catalog.Table, name string, unique bool, cols ...int) *catalog.Index {
	d.t.Helper()
	x := d.begin()
	ix := &catalog.Index{Header: catalog.Header{ID: d.oid(x), Name: name, Schema: catalog.SchemaPublic}, Table: t.ID, Method: catalog.BTree, Unique: unique}
	for _, c := range cols {
		ix.Keys = append(ix.Keys, catalog.IndexKey{Column: c, Type: t.Columns[c-1].Type})
	}
	d.put(x, ix)
	d.commit(x)
	d.infos[t.ID].Indexes = append(d.infos[t.ID].Indexes, ix)
	return ix
}

// constrain replaces the definition of a table by one with one more constraint.
func (d *db) constrain(t *catalog.Table, con catalog.Constraint) *catalog.Table {
	d.t.Helper()
	x := d.begin()
	n := t.Clone()
	con.ID = d.oid(x)
	n.Constraints = append(n.Constraints, con)
	d.put(x, n)
	d.commit(x)
	n = d.catalog().Table(t.ID)
	d.tables[n.Name] = n
	info := *d.infos[n.ID]
	info.Table = n
	d.infos[n.ID] = &info
	return n
}

func (d *db) catalog() *catalog.Catalog {
	x := d.begin()
	defer x.Rollback()
	return x.Catalog()
}

func (d *db) begin() *storage.Txn {
	return d.store.Begin(storage.TxnOptions{Who: storage.Principal{Super: true}})
}

func (d *db) oid(x *storage.Txn) types.OID {
	id, err := x.NewOID()
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

func (d *db) put(x *storage.Txn, objects ...catalog.Object) {
	d.t.Helper()
	for _, o := range objects {
		if err := x.PutObject(context.Background(), o); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *db) commit(x *storage.Txn) storage.Timestamp {
	d.t.Helper()
	ts, err := x.Commit(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	return ts
}

// env is the surroundings of a command of x.
func (d *db) env(x *storage.Txn, view *storage.View) *Env {
	env := testEnv()
	env.Txn, env.View = x, view
	env.ViewAt = func(ctx context.Context, at storage.Timestamp) (*storage.View, error) {
		return d.store.SnapshotAt(ctx, at, storage.Principal{Super: true})
	}
	env.TableInfo = func(id types.OID) (*plan.TableInfo, error) { return d.infos[id], nil }
	return env
}

// in runs a node as a command of x.
func (d *db) in(x *storage.Txn, n plan.Node) ([]string, int64, error) {
	d.t.Helper()
	view, err := x.BeginCommand(context.Background())
	if err != nil {
		return nil, 0, err
	}
	defer view.Close()
	env := d.env(x, view)
	rows, err := runPlan(d.t, env, &plan.Plan{Root: n, Slots: 8})
	return rows, env.RowsAffected, err
}

// run runs a node in a transaction of its own.
func (d *db) run(n plan.Node) ([]string, error) {
	d.t.Helper()
	x := d.begin()
	rows, _, err := d.in(x, n)
	if err != nil {
		x.Rollback()
		return nil, err
	}
	_, err = x.Commit(context.Background())
	return rows, err
}

func (d *db) must(n plan.Node) []string {
	d.t.Helper()
	rows, err := d.run(n)
	if err != nil {
		d.t.Fatal(err)
	}
	return rows
}

// fails expects an error and returns it.
func (d *db) fails(n plan.Node, code sqlerr.Code) *sqlerr.Error {
	d.t.Helper()
	_, err := d.run(n)
	if !sqlerr.Is(err, code) {
		d.t.Fatalf("error %v, want %s", err, code)
	}
	return sqlerr.From(err)
}

// insertRows is an INSERT of literal rows.
func (d *db) insertRows(name string, rows ...[]any) *plan.Insert {
	t := d.tables[name]
	ts := make([]types.Type, len(t.Columns))
	for i := range ts {
		ts[i] = t.Columns[i].Type
	}
	return &plan.Insert{Info: d.infos[t.ID], Input: valuesOf(ts, rows...)}
}

// scanAll reads all columns, then row id and version.
func (d *db) scanAll(name string, rti int, filter plan.Expr) *plan.SeqScan {
	t := d.tables[name]
	s := &plan.SeqScan{Scan: plan.Scan{Table: t, RTI: rti, Filter: filter}}
	for i := range t.Columns {
		s.Cols = append(s.Cols, i+1)
	}
	s.Cols = append(s.Cols, plan.SysRowID, plan.SysVersion)
	return s
}

// rows reads the stored columns, ordered by the first.
func (d *db) rows(name string) plan.Node {
	t := d.tables[name]
	s := &plan.SeqScan{Scan: plan.Scan{Table: t}}
	for i := range t.Columns {
		s.Cols = append(s.Cols, i+1)
	}
	return &plan.Sort{Input: s, Keys: []plan.SortKey{{Expr: col(0, t.Columns[0].Type)}}}
}

// set is UPDATE name SET column = expr WHERE filter; expressions are over the table's columns.
func (d *db) set(name string, ord int, e, filter plan.Expr) *plan.Update {
	n := len(d.tables[name].Columns)
	return &plan.Update{
		Info: d.infos[d.tables[name].ID], Input: d.scanAll(name, 1, filter), RTI: 1, RowIDCol: n, VersionCol: n + 1,
		Set: []plan.ColumnExpr{{Ord: ord, Expr: e}},
	}
}

func (d *db) remove(name string, filter plan.Expr) *plan.Delete {
	n := len(d.tables[name].Columns)
	return &plan.Delete{Info: d.infos[d.tables[name].ID], Input: d.scanAll(name, 1, filter), RTI: 1, RowIDCol: n, VersionCol: n + 1}
}
