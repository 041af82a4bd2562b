package snapshot

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/row"
	"synapse/storage/vfs"
)

var ctx = context.Background()

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world writes a random history to a log and remembers what each version is.
type world struct {
	t      testing.TB
	rng    *rand.Rand
	fs     *vfs.Faulty
	log    *commitlog.Log
	dir    string
	now    int64
	txn    uint64
	tables map[types.OID]*catalog.Table
	rows   map[rowKey][]version
	seqs   map[types.OID]int64
	spaces map[string]uint16
	limit  int64 // ceiling
	shards uint16
}

type rowKey struct {
	table types.OID
	id    uint64
}

type version struct {
	from, to int64
	image    row.Image // without Same
}

func newWorld(t testing.TB, seed uint64) *world {
	w := &world{
		t: t, rng: rand.New(rand.NewPCG(seed, 11)), fs: vfs.NewFaulty(), dir: t.TempDir(), now: 800_000_000_000_000,
		tables: map[types.OID]*catalog.Table{}, rows: map[rowKey][]version{}, seqs: map[types.OID]int64{}, spaces: map[string]uint16{},
	}
	w.openLog()
	w.commit(effect.Effect{Kind: effect.Shards, Count: 16}, w.object(&catalog.Schema{Header: catalog.Header{ID: 2200, Name: "public"}}))
	return w
}

func (w *world) openLog() {
	w.t.Helper()
	l, err := commitlog.Open(w.fs, "log", commitlog.Options{SegmentBytes: 32 << 10, DatabaseID: commitlog.DatabaseID{9}})
	ok(w.t, err)
	w.log = l
}

func (w *world) open() *Pair {
	w.t.Helper()
	p, err := Open(ctx, w.dir, w.log)
	ok(w.t, err)
	return p
}

// object is the effect that stores a catalog object.
func (w *world) object(o catalog.Object) effect.Effect {
	im, err := effect.CatalogRow(o)
	ok(w.t, err)
	if t, isTable := o.(*catalog.Table); isTable {
		w.tables[t.ID] = t
	}
	return effect.Effect{Kind: effect.Put, Table: effect.CatalogTable, Row: uint64(o.ObjectID()), Image: im}
}

// commit logs effects, in parts now and then, and notes them in the model.
func (w *world) commit(effects ...effect.Effect) {
	w.t.Helper()
	w.now += 1 + w.rng.Int64N(1000)
	w.txn++
	body := effect.AppendBody(nil, effects)
	c := commitlog.Commit{Txn: w.txn, Timestamp: w.now, Body: body}
	if w.rng.IntN(4) == 0 {
		n := w.rng.IntN(len(body) + 1)
		parts, err := w.log.AppendPart(w.txn, body[:n])
		ok(w.t, err)
		c.Parts, c.PartBytes, c.Body = parts, n, body[n:]
	}
	lsn, err := w.log.AppendCommit(c)
	ok(w.t, err)
	ok(w.t, w.log.Sync(ctx, lsn))
	for i := range effects {
		w.note(&effects[i])
	}
}

func (w *world) note(e *effect.Effect) {
	key := rowKey{e.Table, e.Row}
	versions := w.rows[key]
	n := len(versions)
	switch e.Kind {
	case effect.Put:
		im := e.Image
		if n > 0 {
			var err error
			im, err = e.Image.Resolve(versions[n-1].image)
			ok(w.t, err)
			versions[n-1].to = min(versions[n-1].to, w.now)
		}
		w.rows[key] = append(versions, version{w.now, Infinity, append(row.Image{}, im...)})
	case effect.Delete:
		if n > 0 { // once closed, a version stays as it is
			versions[n-1].to = min(versions[n-1].to, w.now)
		}
	case effect.Truncate:
		for key, list := range w.rows {
			if last := &list[len(list)-1]; key.table == e.Table && last.to == Infinity && last.from < w.now {
				last.to = w.now
			}
		}
	case effect.Sequence:
		w.seqs[e.Sequence] = e.Value
	case effect.Assign:
		w.spaces[e.Namespace] = e.To
	case effect.Shards:
		w.shards = e.Count
	case effect.Ceiling:
		w.limit = max(w.limit, e.Ceiling)
	}
}

func (w *world) table(id types.OID, name string, cols ...types.Type) *catalog.Table {
	t := &catalog.Table{Header: catalog.Header{ID: id, Name: name, Schema: 2200}}
	for i, typ := range cols {
		t.Columns = append(t.Columns, catalog.Column{Name: fmt.Sprintf("c%d", i), Type: typ, Attr: i})
	}
	t.NextAttr = len(cols)
	return t
}

// shardedRow spreads rows over three shards.
func shardedRow(n uint64) uint64 { return n%3<<48 | n }

// put makes a random version of a row.
func (w *world) put(t *catalog.Table, id uint64) effect.Effect {
	versions := w.rows[rowKey{t.ID, id}]
	live := len(versions) > 0 && versions[len(versions)-1].to == Infinity
	var b row.Builder
	b.Reset(t.NextAttr)
	for _, c := range t.Columns {
		switch n := w.rng.IntN(6); {
		case n == 0:
		case n == 1 && live && versions[len(versions)-1].image.State(c.Attr) == row.Value:
			b.SetRaw(c.Attr, row.Same, nil)
		default:
			b.Set(c.Attr, c.Type, w.value(c.Type))
		}
	}
	im, err := b.Append(nil)
	ok(w.t, err)
	return effect.Effect{Kind: effect.Put, Table: t.ID, Row: id, Image: im}
}

func (w *world) value(typ types.Type) types.Value {
	if typ.Fixed() {
		if k := typ.Kind(); k == types.KindFloat8 {
			return types.NewFloat(w.rng.NormFloat64())
		}
		return types.NewInt(w.rng.Int64N(1 << 31))
	}
	if typ.Kind() == types.KindVector {
		return types.VectorFromFloat32s([]float32{w.rng.Float32(), w.rng.Float32()})
	}
	return types.NewString(fmt.Sprint("text ", w.rng.Uint64(), string(bytes.Repeat([]byte("x"), w.rng.IntN(100)))))
}

// step commits something random.
func (w *world) step() {
	ids := []types.OID{20001, 20002, 20003}
	id := ids[w.rng.IntN(3)]
	t := w.tables[id]
	switch n := w.rng.IntN(40); {
	case t == nil:
		t = w.table(id, fmt.Sprintf("t%d", id), types.Int8, types.Text, types.Float8, types.Vector)
		w.commit(w.put(t, 1), w.object(t)) // the rows stand before their table
	case n == 0:
		t = t.Clone()
		t.Columns = append(t.Columns, catalog.Column{Name: fmt.Sprintf("C%d", w.rng.IntN(3)), Type: types.Text, Attr: t.NextAttr})
		t.NextAttr++
		w.commit(w.object(t))
	case n == 1:
		t = t.Clone()
		t.Name = fmt.Sprintf("T%d", w.rng.IntN(5))
		w.commit(w.object(t))
	case n == 2:
		body := effect.Effect{Kind: effect.Sequence, Sequence: id, Value: w.rng.Int64N(1000), Called: true}
		_, err := w.log.Append(commitlog.Record{Type: commitlog.TypeSequence, Payload: effect.AppendBody(nil, []effect.Effect{body})})
		ok(w.t, err)
		ceiling := effect.Effect{Kind: effect.Ceiling, Ceiling: w.now + 1_000_000}
		lsn, err := w.log.Append(commitlog.Record{Type: commitlog.TypeCeiling, Payload: effect.AppendBody(nil, []effect.Effect{ceiling})})
		ok(w.t, err)
		ok(w.t, w.log.Sync(ctx, lsn))
		w.note(&body)
		w.note(&ceiling)
	case n == 3:
		w.commit(effect.Effect{Kind: effect.Assign, Namespace: fmt.Sprint("user:", w.rng.IntN(5)), To: uint16(w.rng.IntN(16))})
	case n == 4:
		fresh := w.put(t, 100+w.rng.Uint64N(1000)) // of the same commit: it stays
		w.commit(effect.Effect{Kind: effect.Truncate, Table: id}, fresh)
	case n < 10:
		gone := shardedRow(w.rng.Uint64N(20))
		w.commit(effect.Effect{Kind: effect.Delete, Table: id, Row: gone})
	default:
		var effects []effect.Effect
		for id := range w.rng.Perm(20)[:1+w.rng.IntN(4)] {
			effects = append(effects, w.put(t, shardedRow(uint64(id))))
		}
		w.commit(effects...)
	}
}

// check loads the snapshot, replays the rest of the log and compares with the model.
func (w *world) check(p *Pair) {
	w.t.Helper()
	got := map[rowKey][]version{}
	st, err := p.Load(ctx, func() { clear(got) }, func(r Row) error {
		key := rowKey{r.Table, r.ID}
		got[key] = append(got[key], version{r.From, r.To, append(row.Image{}, r.Image...)})
		return nil
	})
	ok(w.t, err)
	replayed := &world{t: w.t, rows: got, seqs: map[types.OID]int64{}, spaces: map[string]uint16{}}
	for i := range st.Effects {
		replayed.note(&st.Effects[i])
	}
	err = w.log.ReplayCommits(st.Redo, st.Applied, func(c *commitlog.Commit) error {
		replayed.now = c.Timestamp
		return effect.Decode(c.Body, func(e *effect.Effect) error { replayed.note(e); return nil })
	}, func(r commitlog.Record) error {
		if len(r.Payload) == 0 {
			return nil
		}
		return effect.Decode(r.Payload, func(e *effect.Effect) error { replayed.note(e); return nil })
	})
	ok(w.t, err)
	w.compare(replayed)
}

func (w *world) compare(got *world) {
	w.t.Helper()
	if fmt.Sprint(got.seqs) != fmt.Sprint(w.seqs) || fmt.Sprint(got.spaces) != fmt.Sprint(w.spaces) || got.limit != w.limit || got.shards != w.shards {
		w.t.Fatalf("state: got %v %v %d %d, want %v %v %d %d", got.seqs, got.spaces, got.limit, got.shards, w.seqs, w.spaces, w.limit, w.shards)
	}
	for key, want := range w.rows {
		have := got.rows[key]
		if len(have) != len(want) {
			w.t.Fatalf("row %v has %d versions, want %d", key, len(have), len(want))
		}
		for i := range want {
			if have[i].from != want[i].from || have[i].to != want[i].to || !bytes.Equal(have[i].image, want[i].image) {
				w.t.Fatalf("row %v, version %d: got %v, want %v", key, i, have[i], want[i])
			}
		}
	}
	if len(got.rows) != len(w.rows) {
		w.t.Fatalf("%d rows, want %d", len(got.rows), len(w.rows))
	}
}

// verify runs Verify on both files.
func (w *world) verify() {
	w.t.Helper()
	for _, name := range FileNames {
		info, err := Verify(ctx, w.dir+"/"+name, func(p string) { w.t.Errorf("%s: %s", name, p) })
		ok(w.t, err)
		if info.Rows == 0 || info.Database != w.log.DatabaseID() || info.Shards != 16 {
			w.t.Errorf("%s: %+v", name, info)
		}
	}
}
