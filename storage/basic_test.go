package storage

import (
	"testing"

	"synapse/catalog/types"
)

func TestReadYourWritesAndHistory(t *testing.T) {
	s, clock := openMemory(t)
	def := createNotes(t, s)
	pk, tag := notesIndexes()[0], notesIndexes()[1]
	x := begin(t, s, ReadCommitted)
	before := command(t, x)
	a := insert(t, x, def, note(1, "x", 10, "refund for order"))
	insert(t, x, def, note(2, "y", 20, "order shipped"))
	c, err := before.Scan(def, allNotes)
	wantRows(t, "same command", show(t, c, err), "")
	v := command(t, x)
	c, err = v.Scan(def, allNotes)
	wantRows(t, "next command", show(t, c, err), "1:x:10 2:y:20")
	c, err = v.Lookup(def, pk, []types.Value{types.NewInt(2)}, allNotes)
	wantRows(t, "own look-up", show(t, c, err), "2:y:20")
	first := commitTxn(t, x)

	clock.Advance(1e9)
	x = begin(t, s, ReadCommitted)
	outcome, _, _, err := x.LockRow(ctx, def, a, first, ForNoKeyUpdate, Wait)
	must(t, err)
	if outcome != Locked {
		t.Fatalf("outcome %d", outcome)
	}
	if conflict, err := x.Update(ctx, def, a, note(1, "z", 11, "refund paid")); err != nil || conflict != nil {
		t.Fatal(conflict, err)
	}
	v = command(t, x)
	c, err = v.Lookup(def, tag, []types.Value{types.NewString("x")}, allNotes)
	wantRows(t, "own update hides the old key", show(t, c, err), "")
	c, err = v.Lookup(def, tag, []types.Value{types.NewString("z")}, allNotes)
	wantRows(t, "own update shows the new key", show(t, c, err), "1:z:11")
	second := commitTxn(t, x)
	must(t, s.Check(ctx))

	for _, at := range []struct {
		ts   Timestamp
		want string
	}{{first - 1, ""}, {first, "1:x:10 2:y:20"}, {second - 1, "1:x:10 2:y:20"}, {second, "1:z:11 2:y:20"}} {
		v, err := s.SnapshotAt(ctx, at.ts, Principal{})
		must(t, err)
		c, err := v.Scan(def, allNotes)
		wantRows(t, "as of", show(t, c, err), at.want)
		if at.ts >= first {
			c, err = v.Range(def, pk, IndexRange{}, allNotes)
			wantRows(t, "as of by index", show(t, c, err), at.want)
		}
	}
}

func TestUniqueConflict(t *testing.T) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	a := insert(t, x, def, note(1, "x", 1, ""))
	if _, conflict, err := x.Insert(ctx, def, note(1, "y", 2, "")); err != nil || conflict == nil || conflict.Row != a {
		t.Fatalf("own duplicate: %v %v", conflict, err)
	}
	ts := commitTxn(t, x)
	x = begin(t, s, ReadCommitted)
	_, conflict, err := x.Insert(ctx, def, note(1, "y", 2, ""))
	if err != nil || conflict == nil || conflict.Row != a || conflict.Key[0].Int() != 1 {
		t.Fatalf("duplicate: %v %v", conflict, err)
	}
	if _, _, _, err = x.LockRow(ctx, def, a, ts, ForUpdate, Wait); err != nil {
		t.Fatal(err)
	}
	must(t, x.Delete(ctx, def, a))
	b := insert(t, x, def, note(1, "y", 2, ""))
	sp := x.Savepoint()
	must(t, x.Delete(ctx, def, b))
	insert(t, x, def, note(1, "z", 3, ""))
	x.RollbackTo(sp)
	v := command(t, x)
	c, err := v.Scan(def, allNotes)
	wantRows(t, "after ROLLBACK TO", show(t, c, err), "1:y:2")
	commitTxn(t, x)
	must(t, s.Check(ctx))
}

func TestRangesAndNulls(t *testing.T) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	tag := notesIndexes()[1]
	x := begin(t, s, ReadCommitted)
	for i, n := range []int{5, 3, 9, 7} {
		insert(t, x, def, note(i, "a", n, ""))
	}
	row := note(4, "a", 0, "")
	row[2] = types.Null
	insert(t, x, def, row)
	insert(t, x, def, note(5, "b", 1, ""))
	check := func(v *View) {
		t.Helper()
		key := func(n int64) []types.Value { return []types.Value{types.NewString("a"), types.NewInt(n)} }
		prefix := []types.Value{types.NewString("a")}
		for _, r := range []struct {
			name string
			r    IndexRange
			want string
		}{
			{"prefix", IndexRange{Low: Bound{prefix, true}, High: Bound{prefix, true}}, "4:a:0 2:a:9 3:a:7 0:a:5 1:a:3"},
			{"> 5", IndexRange{Low: Bound{key(5), false}, High: Bound{prefix, true}}, "2:a:9 3:a:7"},
			{">= 5", IndexRange{Low: Bound{key(5), true}, High: Bound{prefix, true}}, "2:a:9 3:a:7 0:a:5"},
			{"< 7", IndexRange{Low: Bound{prefix, true}, High: Bound{key(7), false}}, "0:a:5 1:a:3"},
			{"3..7", IndexRange{Low: Bound{key(3), true}, High: Bound{key(7), true}}, "3:a:7 0:a:5 1:a:3"},
		} {
			c, err := v.Range(def, tag, r.r, allNotes)
			wantRows(t, r.name, show(t, c, err), r.want)
		}
		c, err := v.Range(def, tag, IndexRange{}, ScanSpec{Columns: allNotes.Columns, Reverse: true})
		wantRows(t, "reverse", show(t, c, err), "5:b:1 1:a:3 0:a:5 3:a:7 2:a:9 4:a:0")
		n, err := v.CountKey(def, tag, prefix)
		if err != nil || n != 5 {
			t.Errorf("CountKey %d %v", n, err)
		}
		if n, err = v.CountRows(def); err != nil || n != 6 {
			t.Errorf("CountRows %d %v", n, err)
		}
	}
	check(command(t, x))
	commitTxn(t, x)
	x = begin(t, s, ReadCommitted)
	check(command(t, x))
}

func TestSearches(t *testing.T) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	ix := notesIndexes()
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, "refund for the order"))
	insert(t, x, def, note(2, "a", 2, "order order shipped"))
	insert(t, x, def, note(3, "b", 3, "refund refund"))
	insert(t, x, def, note(4, "a", 4, "nothing here"))
	check := func(name string, v *View) {
		t.Helper()
		c, err := v.Nearest(def, ix[2], NearestSpec{Query: vec(3.2), K: 2}, allNotes)
		wantRows(t, name+" nearest", show(t, c, err), "3:b:3 4:a:4 2:a:2 1:a:1")
		odd := func(b *RowBatch, keep []bool) error {
			for i := range b.N {
				keep[i] = b.Cols[0].I64[i]%2 == 1
			}
			return nil
		}
		c, err = v.Nearest(def, ix[2], NearestSpec{Query: vec(0), K: 4, Filter: odd, FilterColumns: []int{1}}, allNotes)
		wantRows(t, name+" nearest, filtered", show(t, c, err), "1:a:1 3:b:3")
		c, err = v.Text(def, ix[3], TextSpec{Terms: []string{"order"}, K: 10, Partition: []types.Value{types.NewString("a")}}, allNotes)
		wantRows(t, name+" text", show(t, c, err), "2:a:2 1:a:1")
		q, err := types.ParseText(types.JSONB, `{"tag": "a"}`, nil)
		must(t, err)
		c, err = v.Inverted(def, ix[4], InvertedQuery{Op: InvertedContains, Value: q}, allNotes)
		got, err := v.RowSet(mustCursor(t, c, err))
		must(t, err)
		c, err = v.Candidates(def, got, allNotes)
		if name == "own" {
			return // own rows are always candidates
		}
		wantRows(t, name+" inverted", show(t, c, err), "1:a:1 2:a:2 4:a:4")
	}
	check("own", command(t, x))
	commitTxn(t, x)
	must(t, s.Check(ctx))
	x = begin(t, s, ReadCommitted)
	check("committed", command(t, x))
	x.Rollback()
	v, err := s.SnapshotAt(ctx, s.Now(), Principal{})
	must(t, err)
	check("as of", v)
}

func mustCursor(t testing.TB, c *Cursor, err error) *Cursor {
	t.Helper()
	must(t, err)
	return c
}
