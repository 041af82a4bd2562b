package snapshot

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
)

var seeds = flag.Uint64("seeds", 4, "histories of TestModel")

func TestModel(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			w := newWorld(t, seed)
			p := w.open()
			for i := range 250 {
				w.step()
				switch w.rng.IntN(25) {
				case 0:
					w.check(p)
				case 1, 2:
					ok(t, p.CatchUp(ctx))
				case 3:
					ok(t, p.Close())
					if i%2 == 0 {
						ok(t, w.log.Close())
						w.openLog()
					}
					p = w.open()
				}
			}
			w.check(p)
			ok(t, p.CatchUp(ctx))
			w.check(p)
			if w.log.First() == 1 {
				t.Error("the log was never cut")
			}
			ok(t, p.Close())
			w.verify()
		})
	}
}

// TestHalfWrittenTransaction has a snapshot between the parts of a transaction.
func TestHalfWrittenTransaction(t *testing.T) {
	w := newWorld(t, 1)
	p := w.open()
	tab := w.table(20001, "t", types.Text)
	w.commit(w.object(tab))
	put := w.put(tab, 7)
	body := effect.AppendBody(nil, []effect.Effect{put})
	parts, err := w.log.AppendPart(900, body[:10])
	ok(t, err)
	first := w.log.Last()
	for range 300 { // segments go by
		w.commit(w.put(tab, 8))
	}
	ok(t, p.CatchUp(ctx))
	if w.log.First() > first {
		t.Fatalf("the log was cut below %d, a part of a running transaction is at %d", w.log.First(), first)
	}
	w.now++
	lsn, err := w.log.AppendCommit(commitlog.Commit{Txn: 900, Timestamp: w.now, Parts: parts, PartBytes: 10, Body: body[10:]})
	ok(t, err)
	ok(t, w.log.Sync(ctx, lsn))
	w.note(&put)
	w.check(p)
	ok(t, p.Close())
	p = w.open()
	ok(t, p.CatchUp(ctx))
	w.check(p)
	if w.log.First() <= first {
		t.Fatal("the log was not cut")
	}
	ok(t, p.Close())
}

func TestSchemaChanges(t *testing.T) {
	w := newWorld(t, 1)
	p := w.open()
	defer func() { ok(t, p.Close()) }()
	tab := w.table(20001, "items", types.Int4, types.Bool)
	tab.Columns[0].Name, tab.Columns[1].Name = "Name", "_row_id"
	w.commit(w.object(tab), w.put(tab, 1))
	tab = tab.Clone() // ALTER COLUMN TYPE: a new attribute under the old name
	tab.Columns[0].Type, tab.Columns[0].Attr = types.Text, 2
	tab.Columns = append(tab.Columns, catalog.Column{Name: "name", Type: types.Float8, Attr: 3})
	tab.NextAttr = 4
	w.commit(w.object(tab), w.put(tab, 1), w.put(tab, 2))
	twin := w.table(20002, "ITEMS", types.Int4)
	w.commit(w.object(twin), w.put(twin, 1))
	tab = tab.Clone()
	tab.Name = "things"
	w.commit(w.object(tab), w.put(tab, 3))
	w.commit(effect.Effect{Kind: effect.Delete, Table: effect.CatalogTable, Row: 20002})
	empty := w.table(20003, `odd "name"`)
	w.commit(w.object(empty), w.put(empty, 1))
	ok(t, p.CatchUp(ctx))
	w.check(p)

	var names []string
	ok(t, p.files[0].query(ctx, "SELECT type || ' ' || name FROM sqlite_master WHERE type <> 'index' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY 1",
		func(rows *sql.Rows) error {
			var s string
			err := rows.Scan(&s)
			names = append(names, s)
			return err
		}))
	want := `table public.ITEMS.20002, table public.odd "name".20003, table public.things.20001, ` +
		`view public.odd "name", view public.odd "name"@history, view public.things, view public.things@history`
	if got := strings.Join(names, ", "); got != want {
		t.Fatalf("tables and views:\n got %s\nwant %s", got, want)
	}
	var columns string
	ok(t, p.files[0].query(ctx, "SELECT group_concat(name, ',') FROM pragma_table_info('public.things.20001')",
		func(rows *sql.Rows) error { return rows.Scan(&columns) }))
	if columns != "_row_id,_system_from,_system_to,_attrs,_crc,Name,_row_id#1,Name#2,name#3" {
		t.Fatalf("columns: %s", columns)
	}
}

func TestReadableWithAnyTool(t *testing.T) {
	w := newWorld(t, 1)
	p := w.open()
	tab := w.table(20001, "facts", types.Text, types.Numeric, types.Timestamptz, types.JSONB, types.Bool, types.Float8, types.Vector)
	values := []types.Value{
		types.NewString("user:1"), parsed(t, types.Numeric, "10.00"), parsed(t, types.Timestamptz, "2025-10-24 12:00:00+00"),
		parsed(t, types.JSONB, `{"k": [1]}`), types.NewBool(true), parsed(t, types.Float8, "NaN"), types.VectorFromFloat32s([]float32{1, 2, 3}),
	}
	var b row.Builder
	b.Reset(len(values))
	for i, v := range values {
		b.Set(i, tab.Columns[i].Type, v)
	}
	im, err := b.Append(nil)
	ok(t, err)
	w.commit(w.object(tab), effect.Effect{Kind: effect.Put, Table: 20001, Row: 5, Image: im})
	w.commit(effect.Effect{Kind: effect.Put, Table: 20001, Row: 5, Image: im})
	ok(t, p.CatchUp(ctx))
	ok(t, p.Close())

	db, err := sql.Open("sqlite", "file:"+w.dir+"/"+FileNames[1]+"?mode=ro")
	ok(t, err)
	defer db.Close()
	var got [8]string
	err = db.QueryRow(`SELECT c0, c1, c2, c3, c4, c5, c6, _system_from FROM "public.facts"`).
		Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5], &got[6], &got[7])
	ok(t, err)
	want := [8]string{
		"user:1", "10.00", "2025-10-24 12:00:00+00", `{"k": [1]}`, "true", "NaN", "vector of 3 float32",
		time.UnixMicro(w.now + 946684800_000_000).UTC().Format("2006-01-02 15:04:05.000000+00"),
	}
	if got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	n := 0
	ok(t, db.QueryRow(`SELECT count(*) FROM "public.facts@history"`).Scan(&n))
	if n != 2 {
		t.Fatalf("%d versions in the history view", n)
	}
}

// TestEveryStateIsValid cuts the files' write-ahead part at random points, as a
// loss of power would.
func TestEveryStateIsValid(t *testing.T) {
	w := newWorld(t, 3)
	p := w.open()
	for range 60 {
		w.step()
	}
	ok(t, p.CatchUp(ctx))
	for range 60 {
		w.step()
	}
	// Apply without checkpoint: the second half is in the -wal file only.
	for _, f := range p.files {
		ok(t, f.transaction(ctx, func() error {
			r, err := w.log.NewReader(f.redo)
			ok(t, err)
			f.reader = r
			return f.batch(ctx, nil, w.log.Synced()-40)
		}))
		ok(t, f.transaction(ctx, func() error { return f.batch(ctx, nil, w.log.Synced()) }))
	}
	applied := map[commitlog.LSN]bool{}
	dir := w.dir
	for i := range 25 {
		w.dir = t.TempDir()
		for _, name := range FileNames {
			main, err := os.ReadFile(dir + "/" + name)
			ok(t, err)
			wal, err := os.ReadFile(dir + "/" + name + "-wal")
			ok(t, err)
			ok(t, os.WriteFile(w.dir+"/"+name, main, 0o600))
			ok(t, os.WriteFile(w.dir+"/"+name+"-wal", wal[:len(wal)*i/24], 0o600))
		}
		q := w.open()
		applied[q.Applied()] = true
		w.check(q)
		ok(t, q.Close())
		w.verify()
	}
	if len(applied) != 3 {
		t.Fatalf("the cuts gave the states %v", applied)
	}
	ok(t, p.Close())
}

// damaged are ways to lose a snapshot file.
var damaged = map[string]func(t *testing.T, path string){
	"removed": func(t *testing.T, path string) { ok(t, os.Remove(path)) },
	"garbage": func(t *testing.T, path string) {
		ok(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
	},
	"pages overwritten": func(t *testing.T, path string) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		ok(t, err)
		defer f.Close()
		n, err := f.Seek(0, io.SeekEnd)
		ok(t, err)
		for at := int64(4096); at < n; at += 4096 {
			_, err := f.WriteAt([]byte(strings.Repeat("?", 64)), at)
			ok(t, err)
		}
	},
	"a value changed": func(t *testing.T, path string) {
		db, err := sql.Open("sqlite", "file:"+path)
		ok(t, err)
		defer db.Close()
		_, err = db.Exec(`UPDATE "public.t.20001" SET c0 = c0 || '!' WHERE _row_id = 3`)
		ok(t, err)
	},
}

func TestDamagedFile(t *testing.T) {
	for name, damage := range damaged {
		t.Run(name, func(t *testing.T) {
			for _, cut := range []bool{false, true} {
				w := newWorld(t, 5)
				p := w.open()
				tab := w.table(20001, "t", types.Text)
				w.commit(w.object(tab), w.put(tab, 3))
				n := 5
				if cut {
					n = 300
				}
				for range n {
					w.commit(w.put(tab, w.rng.Uint64N(5)))
				}
				ok(t, p.CatchUp(ctx))
				if (w.log.First() > 1) != cut {
					t.Fatalf("the log begins with %d", w.log.First())
				}
				ok(t, p.Close())
				damage(t, w.dir+"/"+FileNames[0])
				if name != "removed" {
					info, err := Verify(ctx, w.dir+"/"+FileNames[0], func(p string) { t.Log(p) })
					if err != nil || info.Problems == 0 {
						t.Fatalf("Verify found nothing: %+v, %v", info, err)
					}
				}
				p = w.open()
				w.check(p)
				if name != "removed" && len(p.Notes()) == 0 {
					t.Error("nothing was said about the damage")
				}
				w.commit(w.put(tab, 4))
				ok(t, p.CatchUp(ctx))
				w.check(p)
				ok(t, p.Close())
				w.verify()
			}
		})
	}
}

func TestNothingToStartFrom(t *testing.T) {
	w := newWorld(t, 5)
	p := w.open()
	tab := w.table(20001, "t", types.Text)
	w.commit(w.object(tab))
	for range 300 {
		w.commit(w.put(tab, 1))
	}
	ok(t, p.CatchUp(ctx))
	ok(t, p.Close())
	for _, name := range FileNames {
		ok(t, os.Remove(w.dir+"/"+name))
	}
	if _, err := Open(ctx, w.dir, w.log); !sqlerr.Is(err, sqlerr.DataCorrupted) {
		t.Fatalf("Open: %v", err)
	}
}

func TestOtherDatabase(t *testing.T) {
	w := newWorld(t, 1)
	ok(t, w.open().Close())
	other := newWorld(t, 2)
	ok(t, other.log.Close())
	l, err := commitlog.Open(other.fs, "elsewhere", commitlog.Options{})
	ok(t, err)
	if _, err := Open(ctx, w.dir, l); !sqlerr.Is(err, sqlerr.DataCorrupted) || !strings.Contains(err.Error(), "belongs to database") {
		t.Fatalf("Open: %v", err)
	}
	if _, err := os.Stat(w.dir + "/" + FileNames[0]); err != nil {
		t.Fatalf("a snapshot of another database was set aside: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	w := newWorld(t, 5)
	p := w.open()
	tab := w.table(20001, "t", types.Text)
	w.commit(w.object(tab))
	ok(t, p.CatchUp(ctx))
	_, err := p.files[1].conn.ExecContext(ctx, "PRAGMA max_page_count = 20")
	ok(t, err)
	for i := range 600 {
		w.commit(w.put(tab, uint64(i)))
	}
	before := w.log.First()
	if err := p.CatchUp(ctx); !sqlerr.Is(err, sqlerr.DiskFull) {
		t.Fatalf("CatchUp: %v", err)
	}
	if w.log.First() != before {
		t.Fatal("the log was cut")
	}
	w.check(p)
	ok(t, p.CatchUp(ctx)) // the limit went away with the connection
	w.check(p)
	if w.log.First() == before {
		t.Fatal("the log was not cut")
	}
	ok(t, p.Close())
	w.verify()
}

func TestFollow(t *testing.T) {
	w := newWorld(t, 5)
	p := w.open()
	run, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		p.Follow(run, time.Millisecond, func(err error) { t.Error(err) })
		close(done)
	}()
	for range 200 {
		w.step()
	}
	for p.Applied() < w.log.Synced() {
		time.Sleep(time.Millisecond)
	}
	stop()
	<-done
	w.check(p)
	ok(t, p.Close())
	w.verify()
}

// TestStopped ends the context while there is work: what was applied stays.
func TestStopped(t *testing.T) {
	w := newWorld(t, 5)
	p := w.open()
	tab := w.table(20001, "t", types.Text)
	w.commit(w.object(tab))
	for range 50 {
		w.commit(w.put(tab, 1))
	}
	over, stop := context.WithCancel(ctx)
	stop()
	if err := p.CatchUp(over); !errors.Is(err, context.Canceled) {
		t.Fatalf("CatchUp: %v", err)
	}
	if a, b := p.files[0].applied, p.files[1].applied; a+b == 0 || a+b >= w.log.Synced() {
		t.Fatalf("applied %d and %d of %d", a, b, w.log.Synced())
	}
	w.check(p)
	ok(t, p.CatchUp(ctx))
	w.check(p)
	ok(t, p.Close())
	w.verify()
}
