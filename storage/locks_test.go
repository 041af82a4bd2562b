package storage

import (
	"context"
	"strings"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// seeded returns a store with notes 1..n, each "a", n=10*i, committed.
func seeded(t testing.TB, n int) (*Store, *catalog.Table, []RowID, Timestamp) {
	s, _ := openMemory(t)
	def := createNotes(t, s)
	x := begin(t, s, ReadCommitted)
	var ids []RowID
	for i := 1; i <= n; i++ {
		ids = append(ids, insert(t, x, def, note(i, "a", 10*i, "")))
	}
	return s, def, ids, commitTxn(t, x)
}

func wantCode(t testing.TB, err error, code sqlerr.Code) {
	t.Helper()
	if sqlerr.CodeOf(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

// PostgreSQL's tables of row-lock and table-lock conflicts.
func TestConflictMatrices(t *testing.T) {
	rows := []string{"...X", "..XX", ".XXX", "XXXX"}
	for a, line := range rows {
		for b := range line {
			if got := conflicts[rowSpace][a]&(1<<b) != 0; got != (line[b] == 'X') {
				t.Errorf("row locks %d and %d: conflict %v", a, b, got)
			}
		}
	}
	tables := []string{".......X", "......XX", "....XXXX", "...XXXXX", "..XX.XXX", "..XXXXXX", ".XXXXXXX", "XXXXXXXX"}
	for a, line := range tables {
		for b := range line {
			if got := conflicts[tableSpace][a+1]&(1<<(b+1)) != 0; got != (line[b] == 'X') {
				t.Errorf("table locks %d and %d: conflict %v", a+1, b+1, got)
			}
		}
	}
}

func TestLockPolicies(t *testing.T) {
	s, def, ids, ts := seeded(t, 1)
	a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	if o, _, _, err := a.LockRow(ctx, def, ids[0], ts, ForShare, Wait); err != nil || o != Locked {
		t.Fatal(o, err)
	}
	if o, _, _, err := b.LockRow(ctx, def, ids[0], ts, ForKeyShare, NoWait); err != nil || o != Locked {
		t.Fatal(o, err)
	}
	_, _, _, err := b.LockRow(ctx, def, ids[0], ts, ForUpdate, NoWait)
	wantCode(t, err, sqlerr.LockNotAvailable)
	if !strings.Contains(err.Error(), `could not obtain lock on row in relation "notes"`) {
		t.Error(err)
	}
	if o, _, _, err := b.LockRow(ctx, def, ids[0], ts, ForUpdate, SkipLocked); err != nil || o != Skipped {
		t.Fatal(o, err)
	}
	b.SetLockTimeout(5 * time.Millisecond)
	_, _, _, err = b.LockRow(ctx, def, ids[0], ts, ForUpdate, Wait)
	wantCode(t, err, sqlerr.LockNotAvailable)
	b.SetLockTimeout(0)
	short, cancel := context.WithCancel(ctx)
	time.AfterFunc(5*time.Millisecond, cancel)
	_, _, _, err = b.LockRow(short, def, ids[0], ts, ForUpdate, Wait)
	wantCode(t, err, sqlerr.QueryCanceled)
	a.Rollback()
	if o, _, _, err := b.LockRow(ctx, def, ids[0], ts, ForUpdate, Wait); err != nil || o != Locked {
		t.Fatal(o, err)
	}
}

func TestDeadlock(t *testing.T) {
	s, def, ids, ts := seeded(t, 2)
	a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	lock := func(x *Txn, i int) error {
		_, _, _, err := x.LockRow(ctx, def, ids[i], ts, ForUpdate, Wait)
		return err
	}
	must(t, lock(a, 0))
	must(t, lock(b, 1))
	waiting := make(chan error)
	go func() { waiting <- lock(a, 1) }()
	awaitWaiter(t, s, a)
	err := lock(b, 0)
	wantCode(t, err, sqlerr.DeadlockDetected)
	if d := sqlerr.From(err).Detail; !strings.Contains(d, "waits for ShareLock on transaction") || strings.Count(d, "blocked by process") != 2 {
		t.Errorf("detail %q", d)
	}
	b.Rollback()
	must(t, <-waiting)
}

// awaitWaiter returns once the transaction waits for a lock.
func awaitWaiter(t testing.TB, s *Store, x *Txn) {
	t.Helper()
	for range 1000 {
		s.locks.mu.Lock()
		waits := x.owner.group.waiting != nil
		s.locks.mu.Unlock()
		if waits {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("nobody waits")
}

func TestUniqueKeyWaits(t *testing.T) {
	for _, commits := range []bool{true, false} {
		s, def, _, _ := seeded(t, 0)
		a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
		insert(t, a, def, note(7, "a", 1, ""))
		type result struct {
			c   *Conflict
			err error
		}
		done := make(chan result)
		go func() {
			_, c, err := b.Insert(ctx, def, note(7, "b", 2, ""))
			done <- result{c, err}
		}()
		awaitWaiter(t, s, b)
		if commits {
			commitTxn(t, a)
		} else {
			a.Rollback()
		}
		r := <-done
		must(t, r.err)
		if (r.c != nil) != commits {
			t.Errorf("commit %v: conflict %v", commits, r.c)
		}
	}
}

// An insert waits for a concurrent delete of the row that has its key.
func TestUniqueKeyWaitsForDelete(t *testing.T) {
	s, def, ids, ts := seeded(t, 1)
	a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	_, _, _, err := a.LockRow(ctx, def, ids[0], ts, ForUpdate, Wait)
	must(t, err)
	must(t, a.Delete(ctx, def, ids[0]))
	done := make(chan error)
	go func() {
		_, c, err := b.Insert(ctx, def, note(1, "b", 2, ""))
		if c != nil {
			err = sqlerr.Internal("conflict with a deleted row")
		}
		done <- err
	}()
	awaitWaiter(t, s, b)
	commitTxn(t, a)
	must(t, <-done)
	commitTxn(t, b)
	must(t, s.Check(ctx))
}

func TestAdvisoryLocks(t *testing.T) {
	s, _ := openMemory(t)
	one, two := s.NewOwner(1), s.NewOwner(2)
	key := AdvisoryKey{Class: 1, Number: 42}
	for range 2 {
		if ok, err := s.AdvisoryLock(ctx, one, key, false, Wait, 0); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	try := func() bool {
		ok, err := s.AdvisoryLock(ctx, two, key, true, SkipLocked, 0)
		must(t, err)
		return ok
	}
	if try() {
		t.Error("shared beside exclusive")
	}
	if !s.AdvisoryUnlock(one, key, false) || try() {
		t.Error("taken twice, given up once: still held")
	}
	if !s.AdvisoryUnlock(one, key, false) || s.AdvisoryUnlock(one, key, false) || !try() {
		t.Error("given up twice: free")
	}
	s.AdvisoryUnlockAll(two)
	if n := len(s.locks.locks); n != 0 {
		t.Errorf("%d locks left", n)
	}
}

func TestLatestByKeyWaitsAndRechecks(t *testing.T) {
	s, def, ids, ts := seeded(t, 1)
	a, b := begin(t, s, ReadCommitted), begin(t, s, ReadCommitted)
	_, _, _, err := a.LockRow(ctx, def, ids[0], ts, ForUpdate, Wait)
	must(t, err)
	must(t, a.Delete(ctx, def, ids[0]))
	found := make(chan bool)
	go func() {
		_, ok, err := b.LatestByKey(ctx, notesIndexes()[0], []types.Value{types.NewInt(1)}, ForKeyShare)
		found <- ok && err == nil
	}()
	awaitWaiter(t, s, b)
	commitTxn(t, a)
	if <-found {
		t.Error("found a deleted parent")
	}
}
