package exec

import (
	"context"
	"slices"
	"testing"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

func check(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func pairs(d *db) *catalog.Table {
	return d.table("p", column{"a", types.Int4, true}, column{"b", types.Int4, false})
}

func TestWrites(t *testing.T) {
	d := openDB(t)
	pairs(d)
	a, b := col(0, types.Int4), col(1, types.Int4)
	ins := d.insertRows("p", []any{1, 10}, []any{2, 20}, []any{3, nil})
	ins.Returning = []plan.Expr{b, col(2+2, types.OIDType)}
	got := d.must(ins)
	if len(got) != 3 || got[0] != "10 "+sprint(d.tables["p"].ID) {
		t.Errorf("returning: %q", got)
	}
	up := d.set("p", 2, opExpr(t, "+", b, lit(1)), opExpr(t, "<", a, lit(3)))
	up.Returning = []plan.Expr{a, b}
	check(t, sortedCopy(d.must(up)), "1 11", "2 21")
	check(t, d.must(d.rows("p")), "1 11", "2 21", "3 -")
	del := d.remove("p", opExpr(t, "=", a, lit(2)))
	del.Returning = []plan.Expr{a, b}
	check(t, d.must(del), "2 21")
	check(t, d.must(d.rows("p")), "1 11", "3 -")
}

// TestOwnRowsAreNotSeen: an INSERT that reads its own table ends (Halloween).
func TestOwnRowsAreNotSeen(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 1}))
	a, b := col(0, types.Int4), col(1, types.Int4)
	again := &plan.Insert{Info: d.infos[d.tables["p"].ID], Input: &plan.Project{Input: d.scanAll("p", 1, nil), Exprs: []plan.Expr{opExpr(t, "+", a, lit(1)), b}}}
	d.must(again)
	check(t, d.must(d.rows("p")), "1 1", "2 1")
	d.must(d.set("p", 1, opExpr(t, "+", a, lit(10)), nil))
	check(t, d.must(d.rows("p")), "11 1", "12 1")
}

func TestConstraintErrors(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}))
	e := d.fails(d.insertRows("p", []any{1, 11}), sqlerr.UniqueViolation)
	if e.Detail != "Key (a)=(1) already exists." || e.Constraint != "p_pkey" || e.Table != "p" || e.Schema != "public" ||
		e.Message != `duplicate key value violates unique constraint "p_pkey"` {
		t.Errorf("%+v", e)
	}
	e = d.fails(d.insertRows("p", []any{&plan.Const{Typ: types.Int4}, 11}), sqlerr.NotNullViolation)
	if e.Detail != "Failing row contains (null, 11)." || e.Column != "a" || e.Message != `null value in column "a" of relation "p" violates not-null constraint` {
		t.Errorf("%+v", e)
	}
	info := *d.infos[d.tables["p"].ID]
	info.Checks = []plan.CheckExpr{{Name: "p_b_check", Expr: opExpr(t, ">", col(1, types.Int4), lit(0))}}
	info.Generated = []plan.ColumnExpr{{Ord: 2, Expr: opExpr(t, "-", col(0, types.Int4), lit(5))}}
	d.infos[info.Table.ID] = &info
	d.must(d.insertRows("p", []any{8, nil}))
	check(t, d.must(d.rows("p")), "1 10", "8 3")
	e = d.fails(d.insertRows("p", []any{2, nil}), sqlerr.CheckViolation)
	if e.Message != `new row for relation "p" violates check constraint "p_b_check"` || e.Detail != "Failing row contains (2, -3)." {
		t.Errorf("%+v", e)
	}
}

func TestOnConflict(t *testing.T) {
	d := openDB(t)
	p := pairs(d)
	pk := d.infos[p.ID].Indexes[0]
	d.must(d.insertRows("p", []any{1, 10}))
	nothing := d.insertRows("p", []any{1, 99}, []any{2, 20}, []any{2, 21})
	nothing.OnConflict = &plan.OnConflict{Nothing: true}
	nothing.Returning = []plan.Expr{col(0, types.Int4)}
	check(t, d.must(nothing), "2")
	up := d.insertRows("p", []any{1, 5}, []any{3, 30})
	up.OnConflict = &plan.OnConflict{
		Arbiters: []*catalog.Index{pk},
		Set:      []plan.ColumnExpr{{Ord: 2, Expr: opExpr(t, "+", col(1, types.Int4), col(3, types.Int4))}},
		Where:    opExpr(t, "<", col(1, types.Int4), lit(100)),
	}
	up.Returning = []plan.Expr{col(0, types.Int4), col(1, types.Int4)}
	check(t, d.must(up), "1 15", "3 30")
	twice := d.insertRows("p", []any{7, 1}, []any{7, 2})
	twice.OnConflict = up.OnConflict
	d.fails(twice, sqlerr.CardinalityViolation)
	check(t, d.must(d.rows("p")), "1 15", "2 20", "3 30")
}

func TestOneChangePerRow(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}))
	twice := &plan.NestLoop{Left: d.scanAll("p", 1, nil), Right: valuesOf(ints(1), []any{1}, []any{2})}
	up := &plan.Update{
		Info: d.infos[d.tables["p"].ID], Input: twice, RTI: 1, RowIDCol: 2, VersionCol: 3,
		Set: []plan.ColumnExpr{{Ord: 2, Expr: opExpr(t, "+", col(1, types.Int4), col(4, types.Int4))}},
	}
	x := d.begin()
	_, n, err := d.in(x, up)
	if err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	d.commit(x)
	check(t, d.must(d.rows("p")), "1 11")
}

func TestMerge(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 20}))
	source := valuesOf(ints(2), []any{1, 5}, []any{2, 0}, []any{3, 7})
	join := &plan.NestLoop{Kind: plan.LeftJoin, Left: source, Right: d.scanAll("p", 1, nil), Cond: opExpr(t, "=", col(0, types.Int4), col(2, types.Int4))}
	zero := opExpr(t, "=", col(1, types.Int4), lit(0))
	m := &plan.Merge{
		Info: d.infos[d.tables["p"].ID], Input: join, RTI: 1, Old: 2, RowIDCol: 4, VersionCol: 5,
		Actions: []plan.MergeAction{
			{Matched: true, Cond: zero, Kind: plan.DeleteCommand},
			{Matched: true, Kind: plan.UpdateCommand, Set: []plan.ColumnExpr{{Ord: 2, Expr: opExpr(t, "+", col(3, types.Int4), col(1, types.Int4))}}},
			{Kind: plan.InsertCommand, Values: []plan.Expr{col(0, types.Int4), col(1, types.Int4)}},
		},
	}
	d.must(m)
	check(t, d.must(d.rows("p")), "1 15", "3 7")
}

// TestReevaluation: two writers meet on a row; the second acts on the first's version.
func TestReevaluation(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 10}))
	b := col(1, types.Int4)
	tests := []struct {
		name   string
		second plan.Node
		want   []string
	}{
		{"still qualifies", d.set("p", 2, opExpr(t, "+", b, lit(1)), opExpr(t, "=", col(0, types.Int4), lit(1))), []string{"1 111", "2 10"}},
		{"no more", d.set("p", 2, lit(0), &plan.BoolOp{Args: []plan.Expr{opExpr(t, "=", col(0, types.Int4), lit(1)), opExpr(t, "<", b, lit(112))}}), []string{"1 211", "2 10"}},
		{"delete", d.remove("p", opExpr(t, "=", col(0, types.Int4), lit(1))), []string{"2 10"}},
	}
	for _, c := range tests {
		first := d.begin()
		if _, _, err := d.in(first, d.set("p", 2, opExpr(t, "+", b, lit(100)), opExpr(t, "=", col(0, types.Int4), lit(1)))); err != nil {
			t.Fatal(err)
		}
		second := d.begin()
		done := make(chan error)
		go func() {
			_, _, err := d.in(second, c.second)
			done <- err
		}()
		select {
		case err := <-done:
			t.Fatalf("%s: did not wait: %v", c.name, err)
		case <-time.After(20 * time.Millisecond):
		}
		d.commit(first)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		d.commit(second)
		check(t, d.must(d.rows("p")), c.want...)
	}
}

func TestLockRows(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 20}, []any{3, 30}))
	lock := func(policy storage.WaitPolicy, n int64) plan.Node {
		l := &plan.LockRows{Input: d.scanAll("p", 1, nil), Targets: []plan.LockTarget{{RTI: 1, RowIDCol: 2, VersionCol: 3, Strength: uint8(storage.ForUpdate), Policy: uint8(policy)}}}
		return &plan.Limit{Input: &plan.Project{Input: l, Exprs: []plan.Expr{col(0, types.Int4)}}, Limit: lit(n)}
	}
	x, y := d.begin(), d.begin()
	defer x.Rollback()
	defer y.Rollback()
	got, _, err := d.in(x, lock(storage.SkipLocked, 1))
	if err != nil {
		t.Fatal(err)
	}
	check(t, got, "1")
	// A queue: the second worker gets the next row, for the first locked only what it read.
	if got, _, err = d.in(y, lock(storage.SkipLocked, 1)); err != nil {
		t.Fatal(err)
	}
	check(t, got, "2")
	if _, _, err = d.in(y, lock(storage.NoWait, 1)); !sqlerr.Is(err, sqlerr.LockNotAvailable) {
		t.Errorf("NOWAIT: %v", err)
	}
}

func TestCopyWriter(t *testing.T) {
	d := openDB(t)
	pairs(d)
	info := *d.infos[d.tables["p"].ID]
	info.Defaults = []plan.ColumnExpr{{Ord: 2, Expr: lit(42)}}
	x := d.begin()
	w, err := NewCopyWriter(context.Background(), d.env(x, nil), &info, []int{1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := Batch{N: 2, Cols: columns(ints(1))}
	b.Cols[0].Append(types.NewInt(1))
	b.Cols[0].Append(types.NewInt(2))
	if err := w.Write(&b); err != nil || w.Rows() != 2 {
		t.Fatal(err)
	}
	if err := w.Write(&b); !sqlerr.Is(err, sqlerr.UniqueViolation) {
		t.Errorf("again: %v", err)
	}
	w.Close()
	d.commit(x)
	check(t, d.must(d.rows("p")), "1 42", "2 42")
}
