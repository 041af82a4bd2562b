package exec

import (
	"testing"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// TestLockAfterWait: SELECT … FOR UPDATE gives the version it waited for, or
// nothing where that one does not qualify.
func TestLockAfterWait(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}))
	for _, c := range []struct {
		most int
		want []string
	}{{1000, []string{"1 20"}}, {25, nil}} {
		scan := d.scanAll("p", 1, opExpr(t, "<", col(1, types.Int4), lit(c.most)))
		lock := &plan.LockRows{Input: scan, Targets: []plan.LockTarget{{RTI: 1, RowIDCol: 2, VersionCol: 3, Strength: uint8(storage.ForUpdate)}}}
		n := &plan.Project{Input: lock, Exprs: []plan.Expr{col(0, types.Int4), col(1, types.Int4)}}
		first, second := d.begin(), d.begin()
		if _, _, err := d.in(first, d.set("p", 2, opExpr(t, "+", col(1, types.Int4), lit(10)), nil)); err != nil {
			t.Fatal(err)
		}
		type result struct {
			rows []string
			err  error
		}
		done := make(chan result)
		go func() {
			rows, _, err := d.in(second, n)
			done <- result{rows, err}
		}()
		time.Sleep(10 * time.Millisecond)
		d.commit(first)
		r := <-done
		if r.err != nil {
			t.Fatal(r.err)
		}
		check(t, r.rows, c.want...)
		second.Rollback()
	}
}

// TestSnapshotIsolation: what READ COMMITTED evaluates again is 40001 here.
func TestSnapshotIsolation(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}))
	x := d.store.Begin(storage.TxnOptions{Isolation: storage.RepeatableRead, Who: storage.Principal{Super: true}})
	defer x.Rollback()
	if _, _, err := d.in(x, d.rows("p")); err != nil {
		t.Fatal(err)
	}
	d.must(d.set("p", 2, lit(11), nil))
	if rows, _, _ := d.in(x, d.rows("p")); len(rows) != 1 || rows[0] != "1 10" {
		t.Errorf("%q", rows)
	}
	if _, _, err := d.in(x, d.set("p", 2, lit(12), nil)); !sqlerr.Is(err, sqlerr.SerializationFailure) {
		t.Errorf("%v", err)
	}
}

// TestConflictWaits: ON CONFLICT DO UPDATE waits for the other's insert and acts on it.
func TestConflictWaits(t *testing.T) {
	d := openDB(t)
	p := pairs(d)
	x, y := d.begin(), d.begin()
	if _, _, err := d.in(x, d.insertRows("p", []any{1, 10})); err != nil {
		t.Fatal(err)
	}
	up := d.insertRows("p", []any{1, 5})
	up.OnConflict = &plan.OnConflict{
		Arbiters: d.infos[p.ID].Indexes,
		Set:      []plan.ColumnExpr{{Ord: 2, Expr: opExpr(t, "+", col(1, types.Int4), col(3, types.Int4))}},
	}
	done := make(chan error)
	go func() {
		_, _, err := d.in(y, up)
		done <- err
	}()
	time.Sleep(10 * time.Millisecond)
	d.commit(x)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	d.commit(y)
	check(t, d.must(d.rows("p")), "1 15")
}
