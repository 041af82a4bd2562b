package check

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage"
)

var items = &catalog.Table{
	Header: catalog.Header{ID: 20000, Name: "items", Schema: catalog.SchemaPublic},
	Columns: []catalog.Column{
		{Name: "id", Type: types.Int4, Attr: 0, NotNull: true},
		{Name: "body", Type: types.Text, Attr: 1},
		{Name: "price", Type: types.Numeric, Attr: 2},
		{Name: "v", Type: types.Type{OID: types.OIDVector, Mod: 32}, Attr: 3},
		{Name: "doc", Type: types.JSONB, Attr: 4},
		{Name: "ns", Type: types.Text, Attr: 5},
	},
	NextAttr: 6,
	Options:  map[string]string{"synapse.namespace": "ns"},
}

var itemsKey = &catalog.Index{
	Header: catalog.Header{ID: 20001, Name: "items_pkey", Schema: catalog.SchemaPublic}, Table: 20000,
	Method: catalog.BTree, Unique: true, Keys: []catalog.IndexKey{{Column: 1, Type: types.Int4}},
}

// agents are random writers of items.
type agents struct {
	t    *testing.T
	rng  *rand.Rand
	s    *storage.Store
	rows map[int64]storage.RowID
}

func (a *agents) open(dir string, clock storage.Clock) {
	a.t.Helper()
	s, err := storage.Open(ctx, dir, storage.Options{Clock: clock, SegmentBytes: 64 << 10, Hooks: storage.Hooks{
		Bootstrap: func() []catalog.Object {
			return []catalog.Object{&catalog.Schema{Header: catalog.Header{ID: catalog.SchemaPublic, Name: "public"}}, items, itemsKey}
		},
	}})
	ok(a.t, err)
	a.s = s
}

// values are a row's; parts of it stay the same from version to version.
func (a *agents) values(id int64) []types.Value {
	price, err := types.ParseText(types.Numeric, fmt.Sprintf("%d.%02d", a.rng.IntN(5), a.rng.IntN(3)), nil)
	ok(a.t, err)
	doc, err := types.ParseText(types.JSONB, fmt.Sprintf(`{"n": %d, "deep": [%d, null]}`, a.rng.IntN(3), id), nil)
	ok(a.t, err)
	v := make([]float32, 32)
	v[a.rng.IntN(2)] = float32(id)
	body := types.NewString(strings.Repeat(fmt.Sprint("body ", a.rng.IntN(3), " "), 30))
	if a.rng.IntN(5) == 0 {
		body = types.Null
	}
	return []types.Value{types.NewInt(id), body, price, types.VectorFromFloat32s(v), doc, types.NewString(fmt.Sprint("agent:", id%7))}
}

// step is one transaction.
func (a *agents) step() storage.Timestamp {
	a.t.Helper()
	x := a.s.Begin(storage.TxnOptions{})
	defer x.Rollback()
	for range 1 + a.rng.IntN(4) {
		_, err := x.BeginCommand(ctx)
		ok(a.t, err)
		id := a.rng.Int64N(40)
		row, there := a.rows[id]
		if !there {
			row, conflict, err := x.Insert(ctx, items, a.values(id))
			ok(a.t, err)
			if conflict != nil {
				a.t.Fatalf("row %d is there already", id)
			}
			a.rows[id] = row
			continue
		}
		_, _, _, err = x.LockRow(ctx, items, row, a.s.Now(), storage.ForUpdate, storage.Wait)
		ok(a.t, err)
		if a.rng.IntN(4) == 0 {
			ok(a.t, x.Delete(ctx, items, row))
			delete(a.rows, id)
		} else {
			_, err = x.Update(ctx, items, row, a.values(id))
			ok(a.t, err)
		}
	}
	ts, err := x.Commit(ctx)
	ok(a.t, err)
	return ts
}

// dump prints what is visible at a moment.
func (a *agents) dump(at storage.Timestamp) string {
	a.t.Helper()
	v, err := a.s.SnapshotAt(ctx, at, storage.Principal{Super: true})
	ok(a.t, err)
	defer v.Close()
	c, err := v.Range(items, itemsKey, storage.IndexRange{}, storage.ScanSpec{Columns: []int{1, 2, 3, 4, 5}})
	ok(a.t, err)
	defer c.Close()
	var out strings.Builder
	for {
		var b storage.RowBatch
		ok(a.t, c.Next(&b))
		if b.N == 0 {
			return out.String()
		}
		for i := range b.N {
			for col := range b.Cols {
				if x := b.Cols[col].Get(i); x.IsNull() {
					out.WriteString("- ")
				} else {
					out.Write(types.AppendText(nil, items.Columns[col].Type, x, nil))
					out.WriteByte(' ')
				}
			}
			out.WriteByte('\n')
		}
	}
}

// TestStoreComesBack restarts a store from its snapshots and what the log has
// beyond them, and compares the present and the past.
func TestStoreComesBack(t *testing.T) {
	dir := t.TempDir()
	a := &agents{t: t, rng: rand.New(rand.NewPCG(1, 1)), rows: map[int64]storage.RowID{}}
	clock := storage.NewSteppedClock(789_004_800 * storage.Second)
	a.open(dir, clock)
	past := map[storage.Timestamp]string{}
	for round := range 12 {
		for range 25 {
			clock.Advance(1e6)
			at := a.step()
			if a.rng.IntN(8) == 0 {
				past[at] = a.dump(at)
			}
		}
		if a.rng.IntN(3) > 0 {
			ok(t, a.s.Snapshots().CatchUp(ctx))
		}
		if round%3 == 2 {
			ok(t, a.s.Close())
			if n, out := run(t, dir, nil); n != 0 {
				t.Fatalf("round %d: %s", round, out)
			}
			a.open(dir, clock)
			ok(t, a.s.Check(ctx))
		}
		for at, want := range past {
			if got := a.dump(at); got != want {
				t.Fatalf("round %d, as of %d:\n got %s\nwant %s", round, at, got, want)
			}
		}
	}
	ok(t, a.s.Close())
	n, out := run(t, dir, func(_ context.Context, dir string, report func(string)) error {
		a.open(dir, clock)
		if err := a.s.Check(ctx); err != nil {
			report(err.Error())
		}
		return a.s.Close()
	})
	if n != 0 || !strings.Contains(out, "opened store: 0 problems") {
		t.Fatal(out)
	}
}
