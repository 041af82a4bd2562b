package storage

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/vfs"
)

// loggedEffects reads the commits of a log that is not open.
func loggedEffects(t testing.TB, fs vfs.FS) [][]effect.Effect {
	t.Helper()
	log, err := commitlog.Open(fs, "data/log", commitlog.Options{SegmentBytes: 32 << 10})
	must(t, err)
	defer log.Close()
	var out [][]effect.Effect
	must(t, log.ReplayCommits(1, 0, func(c *commitlog.Commit) error {
		var one []effect.Effect
		err := effect.Decode(c.Body, func(e *effect.Effect) error { one = append(one, *e); return nil })
		out = append(out, one)
		return err
	}, func(commitlog.Record) error { return nil }))
	return out
}

func assigned(commits [][]effect.Effect) (out []string) {
	for _, c := range commits {
		for _, e := range c {
			if e.Kind == effect.Assign {
				out = append(out, e.Namespace)
			}
		}
	}
	return out
}

// The number of shards is in the first commit, an assignment in the first commit
// that uses the namespace, rows in the section of their shard.
func TestCommitRecordsByShard(t *testing.T) {
	fs := vfs.NewFaulty()
	s, err := openFaulty(fs, NewSteppedClock(begin2025))
	must(t, err)
	def := createTable(t, s, namespaced())
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, ""))
	insert(t, x, def, note(2, "b", 2, ""))
	insert(t, x, def, note(3, "a", 3, ""))
	nowhere := note(4, "", 4, "")
	nowhere[1] = types.Null
	insert(t, x, def, nowhere)
	commitTxn(t, x)
	x = begin(t, s, ReadCommitted)
	insert(t, x, def, note(5, "c", 5, ""))
	x.Rollback() // stores nothing
	one, other := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	first := insert(t, one, def, note(6, "d", 6, ""))
	second := insert(t, other, def, note(7, "d", 7, ""))
	commitTxn(t, one)
	commitTxn(t, other)
	if first.shard() != second.shard() || first == second {
		t.Errorf("two transactions that meet a namespace give %x and %x", first, second)
	}
	must(t, s.Check(ctx))
	must(t, s.Close())
	commits := loggedEffects(t, fs)
	if e := commits[0][0]; e.Kind != effect.Shards || e.Count != ShardsDefault {
		t.Errorf("the first effect is %+v", e)
	}
	if got := strings.Join(assigned(commits), " "); got != "a b d d" && got != "a b d" {
		t.Errorf("assigned: %s", got)
	}
	shards := map[string]uint16{}
	for _, c := range commits {
		for _, e := range c {
			if e.Kind == effect.Assign {
				shards[e.Namespace] = e.To
			}
			if e.Kind != effect.Put || e.Table != def.ID {
				continue
			}
			ns, err := e.Image.Value(1, types.Text)
			must(t, err)
			if want := shards[ns.Str()]; e.Shard() != want {
				t.Errorf("a row of %q has id %x, its namespace is in shard %d", ns.Str(), e.Row, want)
			}
		}
	}
	if shards["a"] == shards["b"] || shards["a"] == shards["d"] {
		t.Errorf("the namespaces of the tests share shards: %v", shards)
	}
}

// Assignments come back as stored, whatever the policy would say now, and each
// shard goes on counting its rows.
func TestAssignmentsAreStored(t *testing.T) {
	fs := vfs.NewFaulty()
	s, err := openFaulty(fs, NewSteppedClock(begin2025))
	must(t, err)
	def := createTable(t, s, namespaced())
	policy, _ := s.shards.place("a")
	elsewhere := policy%(ShardsDefault-1) + 1
	if elsewhere == policy {
		elsewhere++
	}
	must(t, s.shards.take(&effect.Effect{Kind: effect.Assign, Namespace: "a", To: elsewhere}))
	x := begin(t, s, ReadCommitted)
	for i := range 3 {
		insert(t, x, def, note(i, "a", i, ""))
		insert(t, x, def, note(10+i, "b", i, ""))
	}
	commitTxn(t, x)
	b, _ := s.shards.place("b")
	// The log must say it as well, as it would had the policy been another one.
	body := effect.AppendBody(nil, []effect.Effect{{Kind: effect.Assign, Namespace: "a", To: elsewhere}})
	_, err = s.journal.AppendCommit(commitlog.Commit{Txn: 1 << 40, Timestamp: int64(s.Watermark()) + 1, Body: body})
	must(t, err)
	must(t, s.Close())

	s, err = Open(ctx, "data", Options{FS: fs, Clock: NewSteppedClock(begin2025), Hooks: testHooks(), SegmentBytes: 32 << 10, Shards: 4})
	must(t, err)
	must(t, s.Check(ctx))
	if shard, stored := s.shards.place("a"); shard != elsewhere || !stored {
		t.Errorf("a is in shard %d (%v), not %d", shard, stored, elsewhere)
	}
	if s.shards.count != ShardsDefault {
		t.Errorf("%d shards", s.shards.count)
	}
	x = begin(t, s, ReadCommitted)
	if id := insert(t, x, def, note(5, "a", 5, "")); id != makeRowID(elsewhere, 4) {
		t.Errorf("a goes on with %x", id)
	}
	if id := insert(t, x, def, note(15, "b", 5, "")); id != makeRowID(b, 4) {
		t.Errorf("b goes on with %x", id)
	}
	commitTxn(t, x)
	must(t, s.Close())
}

func TestContradictingAssignments(t *testing.T) {
	s, _ := openMemory(t)
	must(t, s.shards.take(&effect.Effect{Kind: effect.Assign, Namespace: "a", To: 3}))
	wantCode(t, s.shards.take(&effect.Effect{Kind: effect.Assign, Namespace: "a", To: 4}), sqlerr.DataCorrupted)
	must(t, s.shards.take(&effect.Effect{Kind: effect.Shards, Count: 16}))
	wantCode(t, s.shards.take(&effect.Effect{Kind: effect.Shards, Count: 8}), sqlerr.DataCorrupted)
	_, err := Open(ctx, "", Options{Shards: ShardsMax + 1})
	wantCode(t, err, sqlerr.InvalidParameterValue)
}

// Check finds a row that is not in the shard of its namespace.
func TestCheckFindsMisplacedRows(t *testing.T) {
	s, _ := openMemory(t)
	def := createTable(t, s, namespaced())
	x := begin(t, s, ReadCommitted)
	insert(t, x, def, note(1, "a", 1, ""))
	commitTxn(t, x)
	must(t, s.Check(ctx))
	s.shards.of["a"]++
	wantCode(t, s.Check(ctx), sqlerr.IndexCorrupted)
	delete(s.shards.of, "a")
	wantCode(t, s.Check(ctx), sqlerr.IndexCorrupted)
}

// A row that is on its way to another shard: who holds its old id is led to it.
func TestRowMovesToAnotherShard(t *testing.T) {
	s, clock := openMemory(t)
	def := createTable(t, s, namespaced())
	x := begin(t, s, ReadCommitted)
	old := insert(t, x, def, note(1, "a", 1, ""))
	before := commitTxn(t, x)
	clock.Advance(time.Second)

	mover := begin(t, s, ReadCommitted)
	late, strict := begin(t, s, ReadCommitted), begin(t, s, RepeatableRead)
	if _, err := mover.Update(ctx, def, old, note(1, "b", 2, "")); err != nil {
		t.Fatal(err)
	}
	if values, from, ok, err := mover.Latest(def, old); err != nil || !ok || from != Pending || values[2].Int() != 2 {
		t.Errorf("the mover finds %v %v %v by the old id", values, ok, err)
	}
	if o, _, _, _ := mover.LockRow(ctx, def, old, before, ForUpdate, Wait); o != Gone {
		t.Errorf("the command that moved the row finds it: %d", o)
	}
	command(t, mover)
	if o, values, _, err := mover.LockRow(ctx, def, old, before, ForUpdate, Wait); err != nil || o != Changed || values[1].Str() != "b" {
		t.Errorf("a later command: %d %v %v", o, values, err)
	}
	got := make(chan error, 1)
	go func() {
		o, values, _, err := late.LockRow(ctx, def, old, before, ForNoKeyUpdate, Wait)
		if err == nil && (o != Changed || values[1].Str() != "b") {
			err = errors.New("outcome " + string(rune('0'+o)))
		}
		got <- err
	}()
	awaitWaiter(t, s, late)
	moved := commitTxn(t, mover)
	if err := <-got; err != nil {
		t.Errorf("who waited for the row: %v", err)
	}
	if _, err := late.Update(ctx, def, old, note(1, "b", 3, "")); err != nil {
		t.Error(err)
	}
	commitTxn(t, late)
	_, _, _, err := strict.LockRow(ctx, def, old, before, ForNoKeyUpdate, Wait)
	wantCode(t, err, sqlerr.SerializationFailure)
	strict.Rollback()
	must(t, s.Check(ctx))

	for _, c := range []struct {
		at   Timestamp
		want string
	}{{before, "1:a:1"}, {moved, "1:b:2"}, {s.Watermark(), "1:b:3"}} {
		v, err := s.SnapshotAt(ctx, c.at, Principal{})
		must(t, err)
		cur, err := v.Scan(def, allNotes)
		wantRows(t, "as of", show(t, cur, err), c.want)
		cur, err = v.Lookup(def, notesIndexes()[0], key1(1), allNotes)
		wantRows(t, "by key, as of", show(t, cur, err), c.want)
	}
	x = begin(t, s, ReadCommitted)
	if _, id, _ := read(t, x, def, 1); id.shard() == old.shard() || id == old {
		t.Errorf("the row is still at %x", id)
	}
	// Its key is taken all the while, and free once the row is deleted by its old id.
	if _, c, err := x.Insert(ctx, def, note(1, "c", 9, "")); err != nil || c == nil {
		t.Errorf("conflict %v, error %v", c, err)
	}
	must(t, x.Delete(ctx, def, old))
	insert(t, x, def, note(1, "c", 9, ""))
	commitTxn(t, x)
	must(t, s.Check(ctx))
}

// Moved twice and back, and deleted, within one transaction; savepoints undo it.
func TestMovesWithinATransaction(t *testing.T) {
	s, _ := openMemory(t)
	def := createTable(t, s, namespaced())
	x := begin(t, s, ReadCommitted)
	ids := []RowID{insert(t, x, def, note(1, "a", 1, "")), insert(t, x, def, note(2, "a", 2, "")), insert(t, x, def, note(3, "a", 3, ""))}
	commitTxn(t, x)
	update := func(x *Txn, id RowID, row []types.Value) {
		t.Helper()
		command(t, x)
		c, err := x.Update(ctx, def, id, row)
		must(t, err)
		if c != nil {
			t.Fatalf("conflict on %v", c.Key)
		}
	}
	x = begin(t, s, ReadCommitted)
	other := begin(t, s, ReadCommitted)
	update(x, ids[0], note(1, "b", 1, ""))
	update(x, ids[0], note(1, "a", 10, ""))
	update(x, ids[1], note(2, "b", 2, ""))
	must(t, x.Delete(ctx, def, ids[1]))
	sp := x.Savepoint()
	update(x, ids[2], note(3, "c", 3, ""))
	x.RollbackTo(sp)
	update(x, ids[2], note(3, "b", 30, ""))
	commitTxn(t, x)
	must(t, s.Check(ctx))
	for i, want := range []LockOutcome{Changed, Gone, Changed} {
		if o, _, _, err := other.LockRow(ctx, def, ids[i], begin2025, ForUpdate, Wait); err != nil || o != want {
			t.Errorf("row %d: outcome %d, error %v, want %d", i+1, o, err, want)
		}
	}
	cur, err := command(t, other).Range(def, notesIndexes()[0], IndexRange{}, allNotes)
	wantRows(t, "in the end", show(t, cur, err), "1:a:10 3:b:30")
}

// ALTER TABLE … SET (synapse.namespace) sends the rows to their shards, RESET back to shard 0.
func TestNamespaceColumnChanges(t *testing.T) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	for i := range 6 {
		if id := insert(t, x, def, note(i, string(rune('a'+i%3)), i, "")); id.shard() != 0 {
			t.Errorf("a row without a namespace is at %x", id)
		}
	}
	before := commitTxn(t, x)
	shardsOf := func(x *Txn, def *catalog.Table) []uint16 {
		var out []uint16
		for i := range 6 {
			_, id, _ := read(t, x, def, int64(i))
			out = append(out, id.shard())
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	for _, c := range []struct {
		def    *catalog.Table
		shards int
	}{{namespaced(), 3}, {notes(), 1}} {
		x = begin(t, s, ReadCommitted)
		insert(t, x, def, note(50, "a", 50, "")) // own rows move too
		must(t, x.PutObject(ctx, c.def))
		if got := shardsOf(x, c.def); len(got) != c.shards {
			t.Errorf("rows are in shards %v, want %d", got, c.shards)
		}
		_, id, _ := read(t, x, c.def, 50)
		must(t, x.Delete(ctx, c.def, id))
		commitTxn(t, x)
		must(t, s.Check(ctx))
		def = c.def
	}
	v, err := s.SnapshotAt(ctx, before, Principal{})
	must(t, err)
	cur, err := v.Range(v.Catalog().Table(def.ID), notesIndexes()[0], IndexRange{}, allNotes)
	wantRows(t, "as of before", show(t, cur, err), "0:a:0 1:b:1 2:c:2 3:a:3 4:b:4 5:c:5")
}

// Rows that are not logged belong to no shard.
func TestUnloggedRowsStayInShard0(t *testing.T) {
	s, _ := openMemory(t)
	def := namespaced()
	def.Persistence = catalog.Unlogged
	def = createTable(t, s, def)
	x := begin(t, s, ReadCommitted)
	id := insert(t, x, def, note(1, "a", 1, ""))
	commitTxn(t, x)
	if _, stored := s.shards.place("a"); id.shard() != 0 || stored {
		t.Errorf("row %x, namespace assigned: %v", id, stored)
	}
	must(t, s.Check(ctx))
}

// testdata/one-shard.tar.gz is a data directory from before there were shards:
// namespaces a to d, snapshots of all but the last commit. It opens as one shard
// and stays that.
func TestDirectoryFromBeforeShards(t *testing.T) {
	dir := t.TempDir()
	unpack(t, "testdata/one-shard.tar.gz", dir)
	for round := range 2 {
		s, err := Open(ctx, filepath.Join(dir, "data"), Options{Clock: NewSteppedClock(begin2025 + 100*Second), Hooks: testHooks(), SegmentBytes: 32 << 10})
		must(t, err)
		must(t, s.Check(ctx))
		c, _ := s.catalog.newestCatalog()
		def := c.Table(notesID)
		x := begin(t, s, ReadCommitted)
		cur, err := command(t, x).Range(def, notesIndexes()[0], IndexRange{}, allNotes)
		want := "0:a:100 1:b:101 2:c:102 3:d:103 4:a:4 5:b:5 6:c:6 7:d:7 8:a:8 9:b:9 10:c:10 50:b:50"
		wantRows(t, "newest", show(t, cur, err), want+[]string{"", " 60:e:60"}[round])
		v, err := s.SnapshotAt(ctx, begin2025+Second/2, Principal{})
		must(t, err)
		cur, err = v.Range(def, notesIndexes()[0], IndexRange{}, allNotes)
		wantRows(t, "as of before the updates", show(t, cur, err), "0:a:0 1:b:1 2:c:2 3:d:3 4:a:4 5:b:5 6:c:6 7:d:7 8:a:8 9:b:9 10:c:10 11:d:11")
		if id := insert(t, x, def, note(60+round, "e", 60+round, "")); id != makeRowID(0, uint64(14+round)) {
			t.Errorf("a new row is at %x", id)
		}
		commitTxn(t, x)
		if s.shards.count != 1 || len(s.shards.of) != 0 {
			t.Errorf("%d shards, %v", s.shards.count, s.shards.of)
		}
		must(t, s.Snapshots().CatchUp(ctx))
		must(t, s.Close())
	}
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		must(t, err)
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.FileInfo().IsDir() {
			must(t, os.MkdirAll(path, 0o700))
			continue
		}
		b, err := io.ReadAll(r)
		must(t, err)
		must(t, os.WriteFile(path, b, 0o600))
	}
}
