package storage

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
)

var ctx = context.Background()

// Objects of the tests.
const (
	notesID    types.OID = 20000
	notesPK    types.OID = 20001
	notesTag   types.OID = 20002
	notesText  types.OID = 20004
	schemaTest types.OID = catalog.SchemaPublic
)

// dims is enough for vectors to be stored apart from their rows.
const dims = 16

// vec is a vector whose distance to another one is the difference of x.
func vec(x float32) []float32 {
	v := make([]float32, dims)
	v[0], v[1] = x, 1
	return v
}

// notes is the table of most tests: id int4 primary key, tag text, n int8, body text, v vector(2), doc jsonb.
func notes() *catalog.Table {
	vector := types.Type{OID: types.OIDVector, Mod: dims}
	return &catalog.Table{
		Header: catalog.Header{ID: notesID, Name: "notes", Schema: schemaTest},
		Columns: []catalog.Column{
			{Name: "id", Type: types.Int4, Attr: 0, NotNull: true},
			{Name: "tag", Type: types.Text, Attr: 1},
			{Name: "n", Type: types.Int8, Attr: 2},
			{Name: "body", Type: types.Text, Attr: 3},
			{Name: "v", Type: vector, Attr: 4},
			{Name: "doc", Type: types.JSONB, Attr: 5},
		},
		NextAttr: 6,
	}
}

func notesIndexes() []*catalog.Index {
	vector := types.Type{OID: types.OIDVector, Mod: dims}
	list := []*catalog.Index{
		{Method: catalog.BTree, Unique: true, Keys: []catalog.IndexKey{{Column: 1, Type: types.Int4}}},
		{Method: catalog.BTree, Keys: []catalog.IndexKey{{Column: 2, Type: types.Text}, {Column: 3, Type: types.Int8, Desc: true, NullsFirst: true}}},
		{Method: catalog.HNSW, Keys: []catalog.IndexKey{{Column: 5, Type: vector, Opclass: "vector_l2_ops"}}},
		{Method: catalog.BM25, Keys: []catalog.IndexKey{{Column: 2, Type: types.Text}, {Column: 4, Type: types.Text}}},
		{Method: catalog.GIN, Keys: []catalog.IndexKey{{Column: 6, Type: types.JSONB, Opclass: "jsonb_ops"}}},
	}
	names := []string{"notes_pkey", "notes_tag_n", "notes_v", "notes_body", "notes_doc"}
	for i, ix := range list {
		ix.Table = notesID
		ix.Header = catalog.Header{ID: notesPK + types.OID(i), Name: names[i], Schema: schemaTest}
	}
	return list
}

func testHooks() Hooks {
	return Hooks{
		Tokenize: func(_ map[string]string, text string) []string { return strings.Fields(strings.ToLower(text)) },
		Bootstrap: func() []catalog.Object {
			return []catalog.Object{&catalog.Schema{Header: catalog.Header{ID: catalog.SchemaPublic, Name: "public"}}}
		},
	}
}

// begin2025 is where stepped clocks start.
const begin2025 = Timestamp(789_004_800) * Second

func openMemory(t testing.TB) (*Store, *SteppedClock) {
	t.Helper()
	clock := NewSteppedClock(begin2025)
	s, err := Open(ctx, "", Options{Clock: clock, Hooks: testHooks()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, clock
}

// createNotes makes the table with its indexes in one transaction.
func createNotes(t testing.TB, s *Store) *catalog.Table { return createTable(t, s, notes()) }

// namespaced is notes with the tag as namespace: rows lie in several shards.
func namespaced() *catalog.Table {
	def := notes()
	def.Options = map[string]string{"synapse.namespace": "tag"}
	return def
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func begin(t testing.TB, s *Store, iso Isolation) *Txn {
	t.Helper()
	x := s.Begin(TxnOptions{Isolation: iso})
	command(t, x)
	t.Cleanup(x.Rollback)
	return x
}

func command(t testing.TB, x *Txn) *View {
	t.Helper()
	v, err := x.BeginCommand(ctx)
	must(t, err)
	return v
}

func commitTxn(t testing.TB, x *Txn) Timestamp {
	t.Helper()
	ts, err := x.Commit(ctx)
	must(t, err)
	return ts
}

// note makes a row of notes.
func note(id int, tag string, n int, body string) []types.Value {
	doc, err := types.ParseText(types.JSONB, fmt.Sprintf(`{"tag": %q, "n": %d}`, tag, n), nil)
	if err != nil {
		panic(err)
	}
	v := types.VectorFromFloat32s(vec(float32(n)))
	return []types.Value{types.NewInt(int64(id)), types.NewString(tag), types.NewInt(int64(n)), types.NewString(body), v, doc}
}

func insert(t testing.TB, x *Txn, def *catalog.Table, row []types.Value) RowID {
	t.Helper()
	id, conflict, err := x.Insert(ctx, def, row)
	must(t, err)
	if conflict != nil {
		t.Fatalf("conflict on %v", conflict.Key)
	}
	return id
}

var allNotes = ScanSpec{Columns: []int{1, 2, 3, 4}}

// show drains a cursor into "id:tag:n" per row, in its order.
func show(t testing.TB, c *Cursor, err error) string {
	t.Helper()
	must(t, err)
	defer c.Close()
	var out []string
	var b RowBatch
	for {
		must(t, c.Next(&b))
		if b.N == 0 {
			return strings.Join(out, " ")
		}
		for i := range b.N {
			out = append(out, fmt.Sprintf("%d:%s:%d", b.Cols[0].I64[i], b.Cols[1].Str[i], b.Cols[2].I64[i]))
		}
	}
}

func wantRows(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}
