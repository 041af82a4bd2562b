package storage

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
)

const (
	accounts = 20
	balance  = 100
)

// Writers move money between accounts, open and close others and build indexes,
// while readers look at the present and the past by every path: the total never
// changes, and a moment that was read once reads the same again.
func TestConcurrentTransfers(t *testing.T) {
	s, err := Open(ctx, "", Options{Hooks: testHooks()})
	must(t, err)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	for i := range accounts {
		insert(t, x, def, note(i, "a", balance, "refund"))
	}
	began := commitTxn(t, x)
	var stop atomic.Bool
	var moved, read atomic.Int64
	var wg sync.WaitGroup
	run := func(seed uint64, f func(rng *rand.Rand)) {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 5))
			for !stop.Load() && !t.Failed() {
				f(rng)
			}
		})
	}
	seed := randomSeed(t)
	for i := range 3 {
		iso := []Isolation{ReadCommitted, RepeatableRead, Serializable}[i]
		run(seed+uint64(i), func(rng *rand.Rand) {
			if transfer(t, s, def, iso, rng) {
				moved.Add(1)
			}
		})
	}
	run(seed+10, func(rng *rand.Rand) { churn(t, s, def, rng) })
	run(seed+11, func(rng *rand.Rand) { rebuild(t, s) })
	for i := range 2 {
		run(seed+20+uint64(i), func(rng *rand.Rand) {
			at := began + Timestamp(rng.Int64N(int64(s.Now()-began)+1))
			v, err := s.SnapshotAt(ctx, at, Principal{})
			if err != nil {
				t.Error(err)
				return
			}
			audit(t, v, def)
			v.Close()
			r := s.Begin(TxnOptions{Isolation: RepeatableRead, ReadOnly: true})
			defer r.Rollback()
			if v, err = r.BeginCommand(ctx); err != nil {
				t.Error(err)
				return
			}
			audit(t, v, def)
			read.Add(1)
		})
	}
	time.Sleep(1500 * time.Millisecond)
	stop.Store(true)
	wg.Wait()
	must(t, s.Check(ctx))
	t.Logf("%d transfers, %d reads", moved.Load(), read.Load())
	if moved.Load() == 0 || read.Load() == 0 {
		t.Error("nothing happened")
	}
}

// expected reports whether concurrency explains the error.
func expected(err error) bool {
	return sqlerr.Is(err, sqlerr.DeadlockDetected) || sqlerr.Is(err, sqlerr.SerializationFailure)
}

func transfer(t *testing.T, s *Store, def *catalog.Table, iso Isolation, rng *rand.Rand) bool {
	x := s.Begin(TxnOptions{Isolation: iso})
	defer x.Rollback()
	from, to := rng.IntN(accounts), rng.IntN(accounts)
	amount := rng.IntN(5)
	for _, leg := range []struct{ id, by int }{{from, -amount}, {to, amount}} {
		v, err := x.BeginCommand(ctx)
		must(t, err)
		c, err := v.Lookup(def, notesIndexes()[0], key1(int64(leg.id)), allNotes)
		must(t, err)
		var b RowBatch
		if err := c.Next(&b); err != nil || b.N != 1 {
			t.Errorf("account %d: %d rows, %v", leg.id, b.N, err)
			return false
		}
		n := b.Cols[2].I64[0]
		outcome, values, _, err := x.LockRow(ctx, def, b.IDs[0], b.From[0], ForNoKeyUpdate, Wait)
		if expected(err) {
			return false
		}
		if err != nil || outcome == Gone {
			t.Error(outcome, err)
			return false
		}
		if outcome == Changed {
			n = values[2].Int()
		}
		_, err = x.Update(ctx, def, b.IDs[0], note(leg.id, "a", int(n)+leg.by, "refund"))
		if expected(err) { // the table changed since the command's snapshot: an index came or went
			return false
		}
		if err != nil {
			t.Error(err)
			return false
		}
	}
	_, err := x.Commit(ctx)
	if err != nil && !expected(err) {
		t.Error(err)
	}
	return err == nil
}

// churn inserts and deletes rows that hold no money.
func churn(t *testing.T, s *Store, def *catalog.Table, rng *rand.Rand) {
	x := s.Begin(TxnOptions{})
	defer x.Rollback()
	v, err := x.BeginCommand(ctx)
	must(t, err)
	id := accounts + rng.IntN(10)
	_, conflict, err := x.Insert(ctx, def, note(id, "b", 0, "order"))
	if expected(err) {
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	if conflict != nil {
		c, err := v.Fetch(def, []RowID{conflict.Row}, allNotes)
		must(t, err)
		var b RowBatch
		must(t, c.Next(&b))
		if b.N == 0 {
			return
		}
		row := b.IDs[0]
		if o, _, _, err := x.LockRow(ctx, def, row, b.From[0], ForUpdate, Wait); err != nil || o == Gone {
			return
		}
		must(t, x.Delete(ctx, def, row))
	}
	if _, err := x.Commit(ctx); err != nil {
		t.Error(err)
	}
}

// rebuild drops and makes an index.
func rebuild(t *testing.T, s *Store) {
	time.Sleep(5 * time.Millisecond)
	ix := *notesIndexes()[1]
	ix.ID, ix.Name = 20100, "again"
	for _, drop := range []bool{false, true} {
		x := s.Begin(TxnOptions{})
		if _, err := x.BeginCommand(ctx); err != nil {
			t.Error(err)
		}
		var err error
		if drop {
			err = x.DropObject(ctx, ix.ID)
		} else {
			err = x.PutObject(ctx, &ix)
		}
		if err == nil {
			_, err = x.Commit(ctx)
		}
		x.Rollback()
		if expected(err) {
			return
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// audit adds up the accounts by several paths.
func audit(t *testing.T, v *View, def *catalog.Table) {
	ix := notesIndexes()
	sum := func(c *Cursor, err error) (n, total int64) {
		must(t, err)
		defer c.Close()
		var b RowBatch
		for {
			if err := c.Next(&b); err != nil {
				t.Error(err)
				return
			}
			if b.N == 0 {
				return
			}
			for i := range b.N {
				if b.Cols[1].Str[i] == "a" {
					n++
					total += b.Cols[2].I64[i]
				}
			}
		}
	}
	check := func(path string, n, total int64) {
		if n != accounts || total != accounts*balance {
			t.Errorf("%s at %d: %d accounts, %d in all", path, v.Time(), n, total)
		}
	}
	n, total := sum(v.Scan(def, allNotes))
	check("scan", n, total)
	n, total = sum(v.Range(def, ix[1], IndexRange{}, allNotes))
	check("range", n, total)
	n, total = sum(v.Nearest(def, ix[2], NearestSpec{Query: vec(0), K: accounts}, allNotes))
	check("nearest", n, total)
	n, total = sum(v.Text(def, ix[3], TextSpec{Terms: []string{"refund"}}, allNotes))
	check("text", n, total)
}
