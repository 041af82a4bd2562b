package storage

import (
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func TestCatalogAsOf(t *testing.T) {
	s, clock := openMemory(t)
	before := s.Watermark()
	clock.Advance(1e9)
	def := createNotes(t, s)
	made := s.Watermark()
	clock.Advance(1e9)
	x := begin(t, s, ReadCommitted)
	renamed := def.Clone()
	renamed.Name = "memos"
	must(t, x.PutObject(ctx, renamed))
	if x.Catalog().Relation("public", "memos") == nil || x.Catalog().Relation("public", "notes") != nil {
		t.Error("own DDL is not seen")
	}
	sp := x.Savepoint()
	must(t, x.DropObject(ctx, def.ID))
	if x.Catalog().Table(def.ID) != nil {
		t.Error("dropped, but there")
	}
	x.RollbackTo(sp)
	if x.Catalog().Relation("public", "memos") == nil {
		t.Error("ROLLBACK TO did not bring the table back")
	}
	other := begin(t, s, ReadCommitted)
	if other.Catalog().Relation("public", "notes") == nil {
		t.Error("uncommitted DDL is seen by others")
	}
	commitTxn(t, x)
	if command(t, other).Catalog().Relation("public", "memos") == nil {
		t.Error("READ COMMITTED does not see committed DDL")
	}
	for _, c := range []struct {
		at   Timestamp
		name string
		want bool
	}{{before, "notes", false}, {made, "notes", true}, {made, "memos", false}, {s.Watermark(), "memos", true}} {
		v, err := s.SnapshotAt(ctx, c.at, Principal{})
		must(t, err)
		if got := v.Catalog().Relation("public", c.name) != nil; got != c.want {
			t.Errorf("%s as of %d: %v", c.name, c.at, got)
		}
	}
	now := command(t, other).Catalog().Table(def.ID)
	if Timestamp(now.Created) != made {
		t.Errorf("created %d, want %d", now.Created, made)
	}
}

func TestNameIsTaken(t *testing.T) {
	s, _ := openMemory(t)
	createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	again := notes()
	again.ID = 20500
	wantCode(t, x.PutObject(ctx, again), sqlerr.DuplicateTable)
	must(t, x.DropObject(ctx, notesPK))
	ix := *notesIndexes()[1]
	ix.ID, ix.Name = 20501, "notes_pkey"
	must(t, x.PutObject(ctx, &ix))
}

func TestIndexOverExistingRows(t *testing.T) {
	s, clock := openMemory(t)
	x := begin(t, s, ReadCommitted)
	def := notes()
	must(t, x.PutObject(ctx, def))
	insert(t, x, def, note(1, "a", 1, "order"))
	insert(t, x, def, note(2, "b", 2, "refund"))
	first := commitTxn(t, x)
	clock.Advance(1e9)

	x = begin(t, s, ReadCommitted)
	c, err := command(t, x).Scan(def, allNotes)
	must(t, err)
	var b RowBatch
	must(t, c.Next(&b))
	if _, err = x.Update(ctx, def, b.IDs[0], note(1, "b", 9, "refund order")); err != nil {
		t.Fatal(err)
	}
	commitTxn(t, x)
	clock.Advance(1e9)

	x = begin(t, s, ReadCommitted)
	insert(t, x, def, note(3, "b", 3, ""))
	for _, ix := range notesIndexes() {
		must(t, x.PutObject(ctx, ix))
	}
	insert(t, x, def, note(4, "a", 4, ""))
	ix := notesIndexes()
	c, err = command(t, x).Lookup(def, ix[1], []types.Value{types.NewString("b")}, allNotes)
	wantRows(t, "own new index", sorted(show(t, c, err)), "1:b:9 2:b:2 3:b:3")
	commitTxn(t, x)
	must(t, s.Check(ctx))
	// The index knows the history from before it was made.
	v, err := s.SnapshotAt(ctx, first, Principal{})
	must(t, err)
	c, err = v.Lookup(def, ix[1], []types.Value{types.NewString("b")}, allNotes)
	wantRows(t, "as of before the index", show(t, c, err), "2:b:2")
	c, err = v.Nearest(def, ix[2], NearestSpec{Query: vec(0), K: 5}, allNotes)
	wantRows(t, "nearest as of before the index", show(t, c, err), "1:a:1 2:b:2")
	c, err = v.Text(def, ix[3], TextSpec{Terms: []string{"order"}}, allNotes)
	wantRows(t, "text as of before the index", show(t, c, err), "1:a:1")

	x = begin(t, s, ReadCommitted)
	unique := *ix[1]
	unique.ID, unique.Name, unique.Unique, unique.Keys = 20600, "u", true, unique.Keys[:1]
	err = x.PutObject(ctx, &unique)
	wantCode(t, err, sqlerr.UniqueViolation)
	if d := sqlerr.From(err).Detail; d != "Key (tag)=(b) is duplicated." {
		t.Error(d)
	}
}

// A dropped index still answers for the past; so does one whose column changed its type.
func TestPastOfChangedIndexes(t *testing.T) {
	s, clock := openMemory(t)
	def := createNotes(t, s)
	ix := notesIndexes()
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, ""))
	row := insert(t, x, def, note(2, "b", 2, ""))
	first := commitTxn(t, x)
	clock.Advance(1e9)

	// tag text becomes tag int8: a new attribute.
	x = begin(t, s, ReadCommitted)
	changed := def.Clone()
	changed.Columns[1].Type, changed.Columns[1].Attr, changed.NextAttr = types.Int8, 6, 7
	must(t, x.DropObject(ctx, notesText))
	key := *ix[1]
	key.Keys = []catalog.IndexKey{{Column: 2, Type: types.Int8}}
	must(t, x.PutObject(ctx, changed))
	must(t, x.PutObject(ctx, &key))
	c, err := command(t, x).Scan(changed, ScanSpec{Columns: []int{1}})
	must(t, err)
	var b RowBatch
	must(t, c.Next(&b))
	for i, id := range b.IDs {
		values := note(i+1, "", i+1, "")
		values[1] = types.NewInt(int64(100 + i))
		if _, err := x.Update(ctx, changed, id, values); err != nil {
			t.Fatal(err)
		}
	}
	commitTxn(t, x)
	must(t, s.Check(ctx))
	x = begin(t, s, ReadCommitted)
	c, err = command(t, x).Lookup(changed, &key, key1(101), ScanSpec{Columns: []int{1}})
	must(t, err)
	must(t, c.Next(&b))
	if b.N != 1 || b.IDs[0] != row {
		t.Errorf("by the new key: %d rows", b.N)
	}
	v, err := s.SnapshotAt(ctx, first, Principal{})
	must(t, err)
	then := v.Catalog().Table(def.ID)
	c, err = v.Lookup(then, v.Catalog().Index(notesTag), []types.Value{types.NewString("b")}, allNotes)
	wantRows(t, "by the old key", show(t, c, err), "2:b:2")
	c, err = v.Text(then, v.Catalog().Index(notesText), TextSpec{Terms: []string{"x"}}, allNotes)
	wantRows(t, "dropped text index", show(t, c, err), "")
}

func TestMissingColumn(t *testing.T) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, ""))
	commitTxn(t, x)
	x = begin(t, s, ReadCommitted)
	wider := def.Clone()
	seven := "7"
	wider.Columns = append(wider.Columns, catalog.Column{Name: "extra", Type: types.Int4, Attr: 6, Missing: &seven})
	wider.NextAttr = 7
	must(t, x.PutObject(ctx, wider))
	c, err := command(t, x).Scan(wider, ScanSpec{Columns: []int{7}})
	must(t, err)
	var b RowBatch
	must(t, c.Next(&b))
	if b.N != 1 || b.Cols[0].I64[0] != 7 {
		t.Errorf("%d rows, %v", b.N, b.Cols[0].I64)
	}
}

func TestTablesWithoutHistory(t *testing.T) {
	s, clock := openMemory(t)
	x := begin(t, s, ReadCommitted)
	def := notes()
	def.Persistence = catalog.Unlogged
	must(t, x.PutObject(ctx, def))
	must(t, x.PutObject(ctx, notesIndexes()[0]))
	insert(t, x, def, note(1, "a", 1, ""))
	commitTxn(t, x)
	clock.Advance(1e9)
	v, err := s.SnapshotAt(ctx, s.Now(), Principal{})
	must(t, err)
	_, err = v.Scan(def, allNotes)
	wantCode(t, err, sqlerr.FeatureNotSupported)

	x = begin(t, s, ReadCommitted)
	kept := notes()
	kept.ID, kept.Name, kept.Options = 20700, "kept", map[string]string{"synapse.retention": "1 minute"}
	must(t, x.PutObject(ctx, kept))
	ts := commitTxn(t, x)
	clock.Advance(120e9)
	v, err = s.SnapshotAt(ctx, ts, Principal{})
	must(t, err)
	_, err = v.Scan(kept, allNotes)
	wantCode(t, err, sqlerr.SnapshotTooOld)
}

func TestNamespacesOfThePrincipal(t *testing.T) {
	s, _ := openMemory(t)
	x := begin(t, s, ReadCommitted)
	def := notes()
	def.Options = map[string]string{"synapse.namespace": "tag"}
	must(t, x.PutObject(ctx, def))
	for _, ix := range notesIndexes() {
		must(t, x.PutObject(ctx, ix))
	}
	insert(t, x, def, note(1, "a", 1, "order"))
	insert(t, x, def, note(2, "b", 2, "order"))
	commitTxn(t, x)
	must(t, s.Check(ctx))
	bound := s.Begin(TxnOptions{Who: Principal{Namespaces: []string{"b"}}})
	defer bound.Rollback()
	v := command(t, bound)
	ix := notesIndexes()
	c, err := v.Scan(def, allNotes)
	wantRows(t, "scan", show(t, c, err), "2:b:2")
	c, err = v.Lookup(def, ix[0], key1(1), allNotes)
	wantRows(t, "look-up", show(t, c, err), "")
	c, err = v.Nearest(def, ix[2], NearestSpec{Query: vec(0), K: 5}, allNotes)
	wantRows(t, "nearest", show(t, c, err), "2:b:2")
	c, err = v.Text(def, ix[3], TextSpec{Terms: []string{"order"}}, allNotes)
	wantRows(t, "text", show(t, c, err), "2:b:2")
	if n, err := v.CountRows(def); n != 1 || err != nil {
		t.Errorf("CountRows %d %v", n, err)
	}
	_, _, err = bound.Insert(ctx, def, note(3, "a", 3, ""))
	wantCode(t, err, sqlerr.InsufficientPrivilege)
}

func TestSequences(t *testing.T) {
	s, _ := openMemory(t)
	seq := &catalog.Sequence{Header: catalog.Header{ID: 22000, Name: "s"}, Start: 1, Increment: 2, Min: 1, Max: 5, Cache: 1}
	next := func() int64 {
		t.Helper()
		v, err := s.NextVal(ctx, seq)
		must(t, err)
		return v
	}
	for _, want := range []int64{1, 3, 5} {
		if got := next(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	_, err := s.NextVal(ctx, seq)
	wantCode(t, err, sqlerr.SequenceGeneratorLimit)
	must(t, s.SetVal(ctx, seq, 3, false))
	if got := next(); got != 3 {
		t.Errorf("after setval(3, false): %d", got)
	}
	must(t, s.SetVal(ctx, seq, 1, true))
	if got := next(); got != 3 {
		t.Errorf("after setval(1, true): %d", got)
	}
	wantCode(t, s.SetVal(ctx, seq, 6, true), sqlerr.NumericValueOutOfRange)
	seq.Cycle = true
	next()
	if got := next(); got != 1 {
		t.Errorf("cycled to %d", got)
	}
	down := &catalog.Sequence{Header: catalog.Header{ID: 22001, Name: "d"}, Start: -1, Increment: -1, Min: -3, Max: -1, Cache: 1}
	seq = down
	for _, want := range []int64{-1, -2, -3} {
		if got := next(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
}
