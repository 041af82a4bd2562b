package exec

import (
	"context"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// family makes a parent p(a, b) and a child c(id, p_id) that references p(a).
func family(d *db, con catalog.Constraint, indexed bool) {
	p := pairs(d)
	c := d.table("c", column{"id", types.Int4, true}, column{"p_id", types.Int4, false})
	if indexed {
		d.index(c, "c_p", false, 2)
	}
	con.Name, con.Kind, con.Columns, con.Parent, con.ParentCols = "c_p_fkey", catalog.ForeignKey, []int{2}, p.ID, []int{1}
	con.Index = d.infos[p.ID].Indexes[0].ID
	d.constrain(c, con)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 20}))
	d.must(d.insertRows("c", []any{11, 1}, []any{12, 1}, []any{13, 2}, []any{14, nil}))
}

func TestForeignKeyChecks(t *testing.T) {
	d := openDB(t)
	family(d, catalog.Constraint{OnDelete: catalog.NoAction, OnUpdate: catalog.NoAction}, false)
	e := d.fails(d.insertRows("c", []any{15, 9}), sqlerr.ForeignKeyViolation)
	if e.Message != `insert or update on table "c" violates foreign key constraint "c_p_fkey"` || e.Detail != `Key (p_id)=(9) is not present in table "p".` {
		t.Errorf("%+v", e)
	}
	e = d.fails(d.remove("p", opExpr(t, "=", col(0, types.Int4), lit(1))), sqlerr.ForeignKeyViolation)
	if e.Message != `update or delete on table "p" violates foreign key constraint "c_p_fkey" on table "c"` || e.Detail != `Key (a)=(1) is still referenced from table "c".` {
		t.Errorf("%+v", e)
	}
	d.fails(d.set("p", 1, lit(7), opExpr(t, "=", col(0, types.Int4), lit(1))), sqlerr.ForeignKeyViolation)
	d.fails(d.set("c", 2, lit(7), nil), sqlerr.ForeignKeyViolation)
	d.must(d.set("p", 2, lit(0), nil)) // no key changes
	d.must(d.remove("c", nil))
	d.must(d.remove("p", nil))
}

func TestForeignKeyActions(t *testing.T) {
	one := func(t *testing.T) plan.Expr { return opExpr(t, "=", col(0, types.Int4), lit(1)) }
	tests := []struct {
		name string
		con  catalog.Constraint
		node func(d *db, t *testing.T) plan.Node
		want string
	}{
		{"delete cascade", catalog.Constraint{OnDelete: catalog.Cascade}, func(d *db, t *testing.T) plan.Node { return d.remove("p", one(t)) }, "13 2|14 -"},
		{"delete set null", catalog.Constraint{OnDelete: catalog.SetNull}, func(d *db, t *testing.T) plan.Node { return d.remove("p", one(t)) }, "11 -|12 -|13 2|14 -"},
		{"delete set default", catalog.Constraint{OnDelete: catalog.SetDefault}, func(d *db, t *testing.T) plan.Node { return d.remove("p", one(t)) }, "11 2|12 2|13 2|14 -"},
		{"update cascade", catalog.Constraint{OnUpdate: catalog.Cascade}, func(d *db, t *testing.T) plan.Node { return d.set("p", 1, lit(5), one(t)) }, "11 5|12 5|13 2|14 -"},
	}
	for _, c := range tests {
		for _, indexed := range []bool{false, true} {
			d := openDB(t)
			family(d, c.con, indexed)
			d.infos[d.tables["c"].ID].Defaults = []plan.ColumnExpr{{Ord: 2, Expr: lit(2)}}
			d.must(c.node(d, t))
			if got := strings.Join(d.must(d.rows("c")), "|"); got != c.want {
				t.Errorf("%s (index %v): %s, want %s", c.name, indexed, got, c.want)
			}
		}
	}
}

// TestCascadeInTree deletes a whole tree through a key of the table to itself.
func TestCascadeInTree(t *testing.T) {
	d := openDB(t)
	p := pairs(d)
	d.constrain(p, catalog.Constraint{
		Name: "p_b_fkey", Kind: catalog.ForeignKey, Columns: []int{2}, Parent: p.ID, ParentCols: []int{1},
		Index: d.infos[p.ID].Indexes[0].ID, OnDelete: catalog.Cascade,
	})
	// The child comes before its parent: the check waits for the statement's end.
	d.must(d.insertRows("p", []any{3, 2}, []any{2, 1}, []any{1, nil}, []any{4, 1}, []any{9, nil}))
	d.must(d.remove("p", opExpr(t, "=", col(0, types.Int4), lit(1))))
	check(t, d.must(d.rows("p")), "9 -")
}

// TestCopyIntoTree: a batch may reference rows of the next one.
func TestCopyIntoTree(t *testing.T) {
	d := openDB(t)
	p := pairs(d)
	p = d.constrain(p, catalog.Constraint{
		Name: "p_b_fkey", Kind: catalog.ForeignKey, Columns: []int{2}, Parent: p.ID, ParentCols: []int{1}, Index: d.infos[p.ID].Indexes[0].ID,
	})
	for _, last := range []int64{1, 7} {
		x := d.begin()
		env := d.env(x, nil)
		env.Deferred = &Deferred{}
		w, err := NewCopyWriter(context.Background(), env, d.infos[p.ID], []int{1, 2}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range [][2]int64{{3, 2}, {2, last}, {1, 1}} {
			b := Batch{N: 1, Cols: columns(ints(2))}
			b.Cols[0].Append(types.NewInt(row[0]))
			b.Cols[1].Append(types.NewInt(row[1]))
			if err := w.Write(&b); err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		if err := CheckDeferred(context.Background(), env, true); (err == nil) != (last == 1) {
			t.Errorf("parent %d: %v", last, err)
		}
		x.Rollback()
	}
}

func TestDeferredForeignKey(t *testing.T) {
	d := openDB(t)
	family(d, catalog.Constraint{Deferrable: true, Deferred: true}, true)
	attempt := func(repair bool) error {
		x := d.begin()
		defer x.Rollback()
		run := func(n plan.Node, owed *Deferred) error {
			view, err := x.BeginCommand(context.Background())
			if err != nil {
				return err
			}
			defer view.Close()
			env := d.env(x, view)
			env.Deferred = owed
			if n == nil {
				return CheckDeferred(context.Background(), env, true)
			}
			_, err = runPlan(t, env, &plan.Plan{Root: n})
			return err
		}
		owed := &Deferred{}
		if err := run(d.insertRows("c", []any{20, 5}), owed); err != nil {
			t.Fatal(err)
		}
		if owed.Empty() {
			t.Fatal("nothing is owed")
		}
		if repair {
			if err := run(d.insertRows("p", []any{5, 0}), owed); err != nil {
				t.Fatal(err)
			}
		}
		return run(nil, owed)
	}
	if err := attempt(false); !sqlerr.Is(err, sqlerr.ForeignKeyViolation) {
		t.Errorf("without parent: %v", err)
	}
	if err := attempt(true); err != nil {
		t.Errorf("with parent: %v", err)
	}
}
