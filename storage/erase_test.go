package storage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/snapshot"
)

// eraseNotes erases every row that ever had one of the keys, in one transaction.
func eraseNotes(t testing.TB, s *Store, def *catalog.Table, ids ...int) Timestamp {
	t.Helper()
	x := begin(t, s, ReadCommitted)
	rows := map[RowID]bool{} // live?
	c, err := command(t, x).Scan(def, ScanSpec{Columns: []int{1}, Versions: true, VersionsFrom: -Infinity, VersionsTo: Infinity})
	must(t, err)
	var b RowBatch
	for {
		must(t, c.Next(&b))
		if b.N == 0 {
			break
		}
		for i := range b.N {
			if slices.Contains(ids, int(b.Cols[0].I64[i])) {
				rows[b.IDs[i]] = rows[b.IDs[i]] || b.To[i] == Infinity
			}
		}
	}
	c.Close()
	for id, live := range rows {
		if live {
			must(t, x.Delete(ctx, def, id))
		}
	}
	must(t, x.Erase(ctx, def, slices.Collect(maps.Keys(rows))))
	ts, err := x.Commit(ctx)
	must(t, err)
	return ts
}

// TestEraseModel: random histories from which rows are erased again and again,
// with archive, retention of nothing, checkpoints and restarts between: every
// moment is then what it would be had the rows never been there, by every path,
// and every index is what would be built from the rows that are left.
func TestEraseModel(t *testing.T) {
	for _, def := range []*catalog.Table{notes(), namespaced()} {
		r := newArchiveRun(t, randomSeed(t), def)
		for step := range *stepsFlag / 4 {
			r.step()
			if step%50 != 49 {
				continue
			}
			for _, x := range r.txns {
				x.x.Rollback()
			}
			r.txns = nil
			if r.rng.IntN(2) == 0 {
				must(t, r.s.ArchiveNow(ctx))
			}
			r.erase([]int{r.rng.IntN(30), r.rng.IntN(30), r.rng.IntN(30)})
			must(t, r.s.Check(ctx))
			if r.rng.IntN(3) == 0 {
				r.reopen(t)
				must(t, r.s.Check(ctx))
			}
			for range 3 {
				r.compareMoment(r.rng.IntN(len(r.history)))
			}
		}
		for i := range r.history {
			r.compareMoment(i)
		}
		r.compareVersions()
		must(t, r.s.Close())
		for _, name := range snapshot.FileNames {
			_, err := snapshot.Verify(ctx, filepath.Join(r.dir, name), func(p string) { t.Error(p) })
			must(t, err)
		}
	}
}

// erase erases keys from store and model.
func (r *archiveRun) erase(ids []int) {
	ts := eraseNotes(r.t, r.s, r.def, ids...)
	must(r.t, r.s.FinishErase(ctx))
	for i := range r.history {
		for _, id := range ids {
			delete(r.history[i].state, id)
		}
	}
	if last := r.history[len(r.history)-1]; ts > last.ts {
		r.history = append(r.history, moment{ts, maps.Clone(last.state)})
	}
}

// secretVector is one that no other row has.
func secretVector() []float32 {
	v := make([]float32, dims)
	for i := range v {
		v[i] = float32(math.Sqrt(float64(i + 7)))
	}
	return v
}

func fp32(v []float32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// needles are the bytes of the secret row.
func needles() map[string][]byte {
	return map[string][]byte{
		"text": []byte("xyzzy-plugh"), "long text": []byte("grue grue grue"), "json": []byte("frobozz"), "vector": fp32(secretVector()[:4]),
	}
}

// found lists where a directory's files hold one of the needles.
func found(t testing.TB, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for what, needle := range needles() {
			if bytes.Contains(raw, needle) {
				out = append(out, what+" in "+filepath.Base(path))
			}
		}
		return err
	})
	must(t, err)
	slices.Sort(out)
	return out
}

// secretNote is a row with all needles; an update keeps or changes them.
func secretNote(n int) []types.Value {
	doc, err := types.JSONBFromText(`{"who": "frobozz"}`)
	if err != nil {
		panic(err)
	}
	return []types.Value{
		types.NewInt(7), types.NewString("a"), types.NewInt(int64(n)), types.NewString("xyzzy-plugh " + strings.Repeat("grue ", 40+n)),
		types.NewBytes(fp32(secretVector())), doc,
	}
}

// secretStore has a secret row with versions in log, both snapshots and archive, and a saved graph.
func secretStore(t testing.TB, dir string, onErase func(string)) (*Store, *catalog.Table) {
	t.Helper()
	s, err := Open(ctx, dir, Options{Clock: NewSteppedClock(begin2025), Hooks: testHooks(), GraphBytes: 1, OnErase: onErase})
	must(t, err)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	_, _, err = x.Insert(ctx, def, secretNote(0))
	must(t, err)
	for id := 100; id < 160; id++ {
		_, _, err := x.Insert(ctx, def, note(id, "b", id, "paid order"))
		must(t, err)
	}
	_, err = x.Commit(ctx)
	must(t, err)
	change := func(n int) {
		x := begin(t, s, ReadCommitted)
		b := rowOf(t, x, def, 7)
		_, err := x.Update(ctx, def, b, secretNote(n))
		must(t, err)
		_, err = x.Commit(ctx)
		must(t, err)
	}
	change(1)
	must(t, s.ArchiveNow(ctx))
	must(t, s.Checkpoint(ctx))
	must(t, s.MaintainNow(ctx))
	s.saveGraphs(ctx, true)
	change(2)
	return s, def
}

// rowOf locks the row of a key.
func rowOf(t testing.TB, x *Txn, def *catalog.Table, id int64) RowID {
	t.Helper()
	c, err := command(t, x).Lookup(def, notesIndexes()[0], key1(id), ScanSpec{Columns: []int{1}})
	must(t, err)
	var b RowBatch
	must(t, c.Next(&b))
	if b.N != 1 {
		t.Fatalf("%d rows of key %d", b.N, id)
	}
	if _, _, _, err := x.LockRow(ctx, def, b.IDs[0], b.From[0], ForUpdate, Wait); err != nil {
		t.Fatal(err)
	}
	return b.IDs[0]
}

// TestEraseLeavesNothing: no file has a byte of an erased row when FinishErase
// returns, nor after a restart; memory that held it is zero.
func TestEraseLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s, def := secretStore(t, dir, nil)
	if got := strings.Join(found(t, dir), "; "); !strings.Contains(got, "json in history.sqlite") || !strings.Contains(got, "vector in ") || !strings.Contains(got, ".log") {
		t.Fatalf("before: %s", got)
	}
	damaged := filepath.Join(dir, snapshot.FileNames[0]+".damaged")
	must(t, os.WriteFile(damaged, needles()["text"], 0o600))
	tb := s.table(def.ID)
	var held [][]byte
	for i := tb.head(1); i != 0; i = tb.versions.get(i).prev {
		held = append(held, tb.image(tb.versions.get(i)))
	}
	vector := tb.vectors[4].store.At(firstVector(tb))
	eraseNotes(t, s, def, 7)
	must(t, s.FinishErase(ctx))
	if got := found(t, dir); len(got) > 0 {
		t.Errorf("after: %v", got)
	}
	for _, b := range held {
		if len(bytes.Trim(b, "\x00")) > 0 {
			t.Errorf("memory of a version holds %q", b)
		}
	}
	if len(held) == 0 || slices.ContainsFunc(vector, func(x float32) bool { return x != 0 }) {
		t.Errorf("%d versions; the vector's memory holds %v", len(held), vector)
	}
	must(t, s.Check(ctx))
	must(t, s.Close())
	if got := found(t, dir); len(got) > 0 {
		t.Errorf("after the stop: %v", got)
	}
	s, err := Open(ctx, dir, Options{Clock: NewSteppedClock(begin2025), Hooks: testHooks()})
	must(t, err)
	must(t, s.Check(ctx))
	if n := countAt(t, s, def); n != 60 {
		t.Errorf("%d rows after the restart, want 60", n)
	}
	must(t, s.Close())
	if got := found(t, dir); len(got) > 0 {
		t.Errorf("after the restart: %v", got)
	}
}

// firstVector is the id of row 1's vector.
func firstVector(tb *table) uint32 {
	im := tb.image(tb.versions.get(tb.head(1)))
	return uint32(farAddress(im.Payload(4)))
}

func countAt(t testing.TB, s *Store, def *catalog.Table) int {
	t.Helper()
	v, err := s.SnapshotAt(ctx, s.Watermark(), Principal{Super: true})
	must(t, err)
	defer v.Close()
	n, err := v.CountRows(def)
	must(t, err)
	return n
}

// TestEraseKilled: the directory as a kill leaves it before and after the commit
// and after each step. Opened again, the row is there whole, if the commit was not
// acknowledged, or nothing of it is in any file.
func TestEraseKilled(t *testing.T) {
	dir, copies := t.TempDir(), t.TempDir()
	steps := []string{}
	keep := func(step string) {
		steps = append(steps, step)
		must(t, os.CopyFS(filepath.Join(copies, step), os.DirFS(dir)))
	}
	s, def := secretStore(t, dir, keep)
	keep("before")
	eraseNotes(t, s, def, 7)
	keep("committed")
	must(t, s.FinishErase(ctx))
	keep("done")
	must(t, s.Close())
	if want := []string{"before", "committed", "memory", "archive", "log", "snapshots", "done"}; !slices.Equal(steps, want) {
		t.Fatalf("steps %v, want %v", steps, want)
	}
	for _, step := range steps {
		at := filepath.Join(copies, step)
		s, err := Open(ctx, at, Options{Clock: NewSteppedClock(begin2025), Hooks: testHooks()})
		must(t, err)
		must(t, s.Check(ctx))
		n := countAt(t, s, def)
		if step == "before" {
			if n != 61 {
				t.Errorf("%s: %d rows", step, n)
			}
			must(t, s.Close())
			continue
		}
		if n != 60 {
			t.Errorf("%s: %d rows", step, n)
		}
		if got := found(t, at); len(got) > 0 {
			t.Errorf("%s, opened again: %v", step, got)
		}
		must(t, s.Close())
		if got := found(t, at); len(got) > 0 {
			t.Errorf("%s, closed: %v", step, got)
		}
	}
}

// TestEraseBesideReaders: transactions above READ COMMITTED and reads of the past
// that began before are refused (72000); what READ COMMITTED sees goes on;
// memory is overwritten when the last of them has ended; a half-written
// transaction holds the log, and FinishErase says so.
func TestEraseBesideReaders(t *testing.T) {
	dir := t.TempDir()
	s, def := secretStore(t, dir, nil)
	defer s.Close()
	old := begin(t, s, RepeatableRead)
	past, err := s.SnapshotAt(ctx, s.Watermark(), Principal{Super: true})
	must(t, err)
	tb := s.table(def.ID)
	held := tb.image(tb.versions.get(tb.head(1)))
	eraseNotes(t, s, def, 7)
	must(t, s.FinishErase(ctx))
	if got := found(t, dir); len(got) > 0 {
		t.Errorf("%v", got)
	}
	if bytes.Equal(held, make([]byte, len(held))) {
		t.Error("memory was overwritten while a view was open that may read it")
	}
	if _, err := command(t, old).Scan(def, allNotes); !sqlerr.Is(err, sqlerr.SnapshotTooOld) {
		t.Errorf("an older transaction: %v", err)
	}
	if _, err := past.Scan(def, allNotes); !sqlerr.Is(err, sqlerr.SnapshotTooOld) {
		t.Errorf("an older read of the past: %v", err)
	}
	_, err = command(t, begin(t, s, RepeatableRead)).Scan(def, allNotes)
	must(t, err)
	for _, x := range []func(){old.Rollback, past.Close} {
		x()
	}
	for id := range maps.Clone(s.active.at) {
		s.active.drop(id)
	}
	must(t, s.FinishErase(ctx))
	if !bytes.Equal(held, make([]byte, len(held))) {
		t.Error("memory was not overwritten when the views had ended")
	}
	if len(s.erasures.list) != 0 {
		t.Errorf("%d erasures are still pending", len(s.erasures.list))
	}

	_, err = s.journal.AppendPart(1<<40, []byte("half"))
	must(t, err)
	eraseNotes(t, s, def, 100)
	if err := s.FinishErase(ctx); !sqlerr.Is(err, sqlerr.ObjectInUse) {
		t.Errorf("while the log is held: %v", err)
	}
}

// TestEraseOfLiveRow: a row that the transaction did not delete is not erased.
func TestEraseOfLiveRow(t *testing.T) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	id, _, err := x.Insert(ctx, def, note(1, "a", 1, "x"))
	must(t, err)
	_, err = x.Commit(ctx)
	must(t, err)
	x = begin(t, s, ReadCommitted)
	must(t, x.Erase(ctx, def, []RowID{id}))
	if _, err := x.Commit(ctx); !sqlerr.Is(err, sqlerr.SerializationFailure) {
		t.Errorf("%v", err)
	}
	x = begin(t, s, ReadCommitted)
	sp := x.Savepoint()
	must(t, x.Erase(ctx, def, []RowID{id}))
	x.RollbackTo(sp)
	_, err = x.Commit(ctx)
	must(t, err)
	if n := countAt(t, s, def); n != 1 {
		t.Error(fmt.Sprint(n, " rows"))
	}
}
