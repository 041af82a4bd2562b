package storage

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/sqltests/seed"
)

var stepsFlag = flag.Int("steps", 4000, "steps of the model test")

// randomSeed prints the seed so that a failure can be run again.
func randomSeed(t testing.TB) uint64 {
	t.Helper()
	return seed.Of(t)
}

// modelRow is what the model knows of a note.
type modelRow struct {
	tag  string
	n    int
	body string
}

func (r modelRow) values(id int) []types.Value { return note(id, r.tag, r.n, r.body) }

// state is all rows by primary key.
type state map[int]modelRow

// show lists a state as show does a scan of the primary key.
func (st state) show() string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(st)) {
		out = append(out, fmt.Sprintf("%d:%s:%d", id, st[id].tag, st[id].n))
	}
	return strings.Join(out, " ")
}

// moment is the state after a commit.
type moment struct {
	ts    Timestamp
	state state
}

// model is a store beside a plain memory of everything it was told.
type model struct {
	t       testing.TB
	rng     *rand.Rand
	s       *Store
	clock   *SteppedClock
	def     *catalog.Table
	ix      []*catalog.Index
	history []moment
	txns    []*modelTxn
	commits int
}

// modelTxn is an open transaction: what it saw when it began and what it did.
type modelTxn struct {
	x     *Txn
	iso   Isolation
	base  state // snapshot of REPEATABLE READ
	own   map[int]*modelRow
	saves []map[int]*modelRow
}

func newModel(t testing.TB, seed uint64, def *catalog.Table) *model {
	s, clock := openMemory(t)
	m := &model{t: t, rng: rand.New(rand.NewPCG(seed, 1)), s: s, clock: clock, def: createTable(t, s, def), ix: notesIndexes()}
	m.history = []moment{{s.Watermark(), state{}}}
	return m
}

func (m *model) newest() state { return m.history[len(m.history)-1].state }

// sees is the state as the transaction's next command sees it.
func (m *model) sees(x *modelTxn) state {
	out := state{}
	if x.iso == ReadCommitted {
		maps.Copy(out, m.newest())
	} else {
		maps.Copy(out, x.base)
	}
	for id, r := range x.own {
		if r == nil {
			delete(out, id)
		} else {
			out[id] = *r
		}
	}
	return out
}

func (m *model) randomRow() modelRow {
	words := []string{"refund", "order", "paid", "late", "box"}
	var body []string
	for range m.rng.IntN(6) {
		body = append(body, words[m.rng.IntN(len(words))])
	}
	if m.rng.IntN(8) == 0 {
		body = append(body, strings.Repeat("long ", 30))
	}
	return modelRow{string(rune('a' + m.rng.IntN(3))), m.rng.IntN(50), strings.Join(body, " ")}
}

func (m *model) open() {
	iso := ReadCommitted
	if m.rng.IntN(2) == 0 {
		iso = RepeatableRead
	}
	x := m.s.Begin(TxnOptions{Isolation: iso, LockTimeout: time.Millisecond})
	command(m.t, x)
	m.txns = append(m.txns, &modelTxn{x: x, iso: iso, base: m.newest(), own: map[int]*modelRow{}})
}

func (m *model) drop(x *modelTxn) {
	m.txns = slices.DeleteFunc(m.txns, func(o *modelTxn) bool { return o == x })
}

// gaveUp handles an error that concurrency may bring: the transaction ends.
func (m *model) gaveUp(x *modelTxn, err error) bool {
	if err == nil {
		return false
	}
	if !sqlerr.Is(err, sqlerr.LockNotAvailable) && !sqlerr.Is(err, sqlerr.SerializationFailure) {
		m.t.Fatal(err)
	}
	x.x.Rollback()
	m.drop(x)
	return true
}

func (m *model) insert(x *modelTxn) {
	id, r := m.rng.IntN(30), m.randomRow()
	_, mine := x.own[id]
	if _, snap := x.base[id]; x.iso == RepeatableRead && snap && !mine {
		return // it would see two rows of one key if someone else has deleted the first
	}
	command(m.t, x.x)
	_, conflict, err := x.x.Insert(ctx, m.def, r.values(id))
	if m.gaveUp(x, err) {
		return
	}
	taken := false
	if own, ok := x.own[id]; ok {
		taken = own != nil
	} else {
		_, taken = m.newest()[id]
	}
	if taken != (conflict != nil) {
		m.t.Fatalf("insert of %d: taken %v, conflict %v", id, taken, conflict)
	}
	if !taken {
		x.own[id] = &r
	}
}

// write updates or deletes a random row that the transaction sees.
func (m *model) write(x *modelTxn) {
	seen := m.sees(x)
	if len(seen) == 0 {
		return
	}
	id := slices.Sorted(maps.Keys(seen))[m.rng.IntN(len(seen))]
	c, err := command(m.t, x.x).Lookup(m.def, m.ix[0], key1(int64(id)), allNotes)
	must(m.t, err)
	var b RowBatch
	must(m.t, c.Next(&b))
	if b.N != 1 {
		m.t.Fatalf("row %d is seen by the model, the store finds %d", id, b.N)
	}
	outcome, _, _, err := x.x.LockRow(ctx, m.def, b.IDs[0], b.From[0], ForNoKeyUpdate, Wait)
	if m.gaveUp(x, err) {
		return
	}
	if outcome != Locked {
		m.t.Fatalf("row %d: outcome %d", id, outcome)
	}
	if m.rng.IntN(4) == 0 {
		if !m.gaveUp(x, x.x.Delete(ctx, m.def, b.IDs[0])) {
			x.own[id] = nil
		}
		return
	}
	r := m.randomRow()
	if m.rng.IntN(2) == 0 {
		r.body = seen[id].body
	}
	_, err = x.x.Update(ctx, m.def, b.IDs[0], r.values(id))
	if !m.gaveUp(x, err) {
		x.own[id] = &r
	}
}

// truncate is for a transaction that is alone.
func (m *model) truncate(x *modelTxn) {
	command(m.t, x.x)
	if m.gaveUp(x, x.x.Truncate(ctx, m.def)) {
		return
	}
	for id := range m.sees(x) {
		x.own[id] = nil
	}
}

func (m *model) commit(x *modelTxn) {
	ts, err := x.x.Commit(ctx)
	must(m.t, err)
	m.drop(x)
	if ts == m.history[len(m.history)-1].ts {
		return // nothing was written
	}
	next := maps.Clone(m.newest())
	for id, r := range x.own {
		if r == nil {
			delete(next, id)
		} else {
			next[id] = *r
		}
	}
	m.history = append(m.history, moment{ts, next})
	m.commits++
}

func (m *model) savepoint(x *modelTxn) {
	x.x.Savepoint()
	x.saves = append(x.saves, maps.Clone(x.own))
}

func (m *model) rollbackTo(x *modelTxn) {
	if len(x.saves) == 0 {
		return
	}
	i := m.rng.IntN(len(x.saves))
	x.x.RollbackTo(Savepoint(i))
	x.own = maps.Clone(x.saves[i])
	x.saves = x.saves[:i+1]
}

// step does one random thing.
func (m *model) step() {
	if len(m.txns) == 0 || (len(m.txns) < 4 && m.rng.IntN(6) == 0) {
		m.open()
		return
	}
	x := m.txns[m.rng.IntN(len(m.txns))]
	switch m.rng.IntN(14) {
	case 0, 1, 2, 3:
		m.insert(x)
	case 4, 5, 6, 7:
		m.write(x)
	case 8:
		m.savepoint(x)
	case 9:
		m.rollbackTo(x)
	case 10:
		m.commit(x)
	case 11:
		if m.rng.IntN(3) == 0 {
			x.x.Rollback()
			m.drop(x)
		}
	case 12:
		m.clock.Advance(time.Duration(m.rng.IntN(2000)) * time.Microsecond)
	case 13:
		v := command(m.t, x.x)
		m.compare(v, m.sees(x), "transaction")
	}
}

// compare reads a view by every path.
func (m *model) compare(v *View, want state, what string) {
	t := m.t
	t.Helper()
	c, err := v.Range(m.def, m.ix[0], IndexRange{}, allNotes)
	wantRows(t, what+": primary key", show(t, c, err), want.show())
	c, err = v.Scan(m.def, allNotes)
	wantRows(t, what+": scan", sorted(show(t, c, err)), sorted(want.show()))
	if n, err := v.CountRows(m.def); err != nil || n != len(want) {
		t.Errorf("%s: CountRows %d %v, want %d", what, n, err, len(want))
	}
	m.compareValues(v, want, what)
	id := m.rng.IntN(30)
	one := state{}
	if r, ok := want[id]; ok {
		one[id] = r
	}
	c, err = v.Lookup(m.def, m.ix[0], key1(int64(id)), allNotes)
	wantRows(t, what+": look-up", show(t, c, err), one.show())
	tag := string(rune('a' + m.rng.IntN(3)))
	tagged := state{}
	for id, r := range want {
		if r.tag == tag {
			tagged[id] = r
		}
	}
	key := []types.Value{types.NewString(tag)}
	c, err = v.Lookup(m.def, m.ix[1], key, ScanSpec{Columns: allNotes.Columns, Reverse: m.rng.IntN(2) == 0})
	wantRows(t, what+": tag", sorted(show(t, c, err)), sorted(tagged.show()))
	if n, err := v.CountKey(m.def, m.ix[1], key); err != nil || n != len(tagged) {
		t.Errorf("%s: CountKey %d %v, want %d", what, n, err, len(tagged))
	}
	m.compareNearest(v, want, what)
	m.compareInverted(v, tag, tagged, what)
	if v.past() {
		m.compareText(v, tagged, tag, what)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// compareValues looks at the large values of every row: text, vector and jsonb.
func (m *model) compareValues(v *View, want state, what string) {
	c, err := v.Scan(m.def, ScanSpec{Columns: []int{1, 4, 5, 6}})
	must(m.t, err)
	var b RowBatch
	for {
		must(m.t, c.Next(&b))
		if b.N == 0 {
			return
		}
		for i := range b.N {
			id := int(b.Cols[0].I64[i])
			row := want[id].values(id)
			for k, col := range []int{3, 4, 5} {
				if got := b.Cols[k+1].Get(i); !got.Identical(row[col]) {
					m.t.Errorf("%s: row %d, column %d: %q, want %q", what, id, col, got.Str(), row[col].Str())
				}
			}
		}
	}
}

func sorted(s string) string {
	f := strings.Fields(s)
	sort.Strings(f)
	return strings.Join(f, " ")
}

func (m *model) compareNearest(v *View, want state, what string) {
	q := float32(m.rng.IntN(50))
	c, err := v.Nearest(m.def, m.ix[2], NearestSpec{Query: vec(q), K: 5}, allNotes)
	must(m.t, err)
	defer c.Close()
	var got []float64
	var b RowBatch
	for {
		must(m.t, c.Next(&b))
		if b.N == 0 {
			break
		}
		for i := range b.N {
			if d := math.Abs(float64(b.Cols[2].I64[i]) - float64(q)); d != b.Distance[i] {
				m.t.Errorf("%s: distance %v, want %v", what, b.Distance[i], d)
			}
			got = append(got, b.Distance[i])
		}
	}
	if len(got) != len(want) || !slices.IsSorted(got) {
		m.t.Errorf("%s: nearest gives %v for %d rows", what, got, len(want))
	}
}

func (m *model) compareInverted(v *View, tag string, tagged state, what string) {
	q, err := types.ParseText(types.JSONB, `{"tag": "`+tag+`"}`, nil)
	must(m.t, err)
	c, err := v.Inverted(m.def, m.ix[4], InvertedQuery{Op: InvertedContains, Value: q}, allNotes)
	got := map[string]bool{}
	for _, r := range strings.Fields(show(m.t, c, err)) {
		got[r] = true
	}
	for _, r := range strings.Fields(tagged.show()) {
		if !got[r] {
			m.t.Errorf("%s: inverted index misses %s", what, r)
		}
	}
}

// compareText computes BM25 over the state from its definition.
func (m *model) compareText(v *View, docs state, tag string, what string) {
	words, df := 0.0, 0.0
	for _, r := range docs {
		f := strings.Fields(r.body)
		words += float64(len(f))
		if slices.Contains(f, "refund") {
			df++
		}
	}
	n := float64(len(docs))
	idf := math.Log(1 + (n-df+0.5)/(df+0.5))
	want := map[int64]float64{}
	for id, r := range docs {
		f := strings.Fields(r.body)
		tf := 0.0
		for _, w := range f {
			if w == "refund" {
				tf++
			}
		}
		if tf > 0 {
			want[int64(id)] = idf * tf * 2.2 / (tf + 1.2*(0.25+0.75*float64(len(f))/max(words/n, 1)))
		}
	}
	c, err := v.Text(m.def, m.ix[3], TextSpec{Terms: []string{"refund"}, Partition: []types.Value{types.NewString(tag)}}, allNotes)
	must(m.t, err)
	var b RowBatch
	last, found := math.Inf(1), 0
	for {
		must(m.t, c.Next(&b))
		if b.N == 0 {
			break
		}
		for i := range b.N {
			if d := b.Distance[i]; math.Abs(d-want[b.Cols[0].I64[i]]) > 1e-9 || d > last {
				m.t.Errorf("%s: row %d scores %v, want %v", what, b.Cols[0].I64[i], d, want[b.Cols[0].I64[i]])
			}
			last = b.Distance[i]
			found++
		}
	}
	if found != len(want) {
		m.t.Errorf("%s: text finds %d of %d", what, found, len(want))
	}
}

// compareMoment reads AS OF one moment of the history, at a random time before the next.
func (m *model) compareMoment(i int) {
	at := m.history[i].ts
	if i+1 < len(m.history) {
		at += Timestamp(m.rng.Int64N(int64(m.history[i+1].ts - at)))
	}
	v, err := m.s.SnapshotAt(ctx, at, Principal{})
	must(m.t, err)
	defer v.Close()
	m.compare(v, m.history[i].state, fmt.Sprintf("as of commit %d of %d", i, len(m.history)-1))
}

func TestModel(t *testing.T) {
	seed := randomSeed(t)
	t.Run("one shard", func(t *testing.T) { runModel(t, newModel(t, seed, notes())) })
	t.Run("a shard for each namespace", func(t *testing.T) { runModel(t, newModel(t, seed, namespaced())) })
}

func runModel(t *testing.T, m *model) {
	for step := range *stepsFlag / 2 {
		m.step()
		if step%100 == 99 {
			must(t, m.s.Check(ctx))
			for range 3 {
				m.compareMoment(m.rng.IntN(len(m.history)))
			}
		}
	}
	for _, x := range m.txns {
		x.x.Rollback()
	}
	for i := range m.history {
		m.compareMoment(i)
	}
	if n := len(m.s.locks.locks); n != 0 {
		t.Errorf("%d locks left", n)
	}
	t.Logf("%d commits", m.commits)
}
