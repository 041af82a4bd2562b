package exec

import (
	"context"
	"strings"
	"sync"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// ddl runs steps in a transaction of their own.
func (d *db) ddl(steps ...plan.Step) (string, error) {
	d.t.Helper()
	x := d.begin()
	tag, err := RunDDL(context.Background(), d.env(x, nil), &plan.DDL{Tag: "DONE", Steps: steps})
	if err != nil {
		x.Rollback()
		return "", err
	}
	d.commit(x)
	return tag, nil
}

func TestSchemaChanges(t *testing.T) {
	d := openDB(t)
	p := pairs(d)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, nil}))
	cond := func(name string) plan.Step {
		return &plan.CheckRows{Table: p, Cond: opExpr(t, "<", col(0, types.Int4), lit(2)), Constraint: name}
	}
	tests := []struct {
		step plan.Step
		code sqlerr.Code
		text string
	}{
		{cond("small"), sqlerr.CheckViolation, `check constraint "small" of relation "p" is violated by some row`},
		{&plan.CheckRows{Table: p, Cond: &plan.NullTest{Arg: col(1, types.Int4), Not: true}, Column: "b"}, sqlerr.NotNullViolation, `column "b" of relation "p" contains null values`},
		{&plan.CheckForeignKey{Table: p, Constraint: catalog.Constraint{
			Name: "self", Columns: []int{2}, Parent: p.ID, ParentCols: []int{1}, Index: d.infos[p.ID].Indexes[0].ID,
		}}, sqlerr.ForeignKeyViolation, `insert or update on table "p" violates foreign key constraint "self"`},
	}
	for _, c := range tests {
		if _, err := d.ddl(c.step); !sqlerr.Is(err, c.code) || sqlerr.From(err).Message != c.text {
			t.Errorf("%v, want %s %s", err, c.code, c.text)
		}
	}
	// ALTER COLUMN b TYPE text, as its steps: the new type is a new attribute of the rows.
	n := p.Clone()
	n.Columns[1].Type, n.Columns[1].Attr, n.NextAttr = types.Text, n.NextAttr, n.NextAttr+1
	rewrite := &plan.RewriteRows{Old: p, New: n, Exprs: []plan.Expr{col(0, types.Int4), &plan.IOCast{Arg: opExpr(t, "+", col(1, types.Int4), lit(5)), Typ: types.Text}}}
	if _, err := d.ddl(&plan.PutObject{Object: n}, rewrite); err != nil {
		t.Fatal(err)
	}
	d.tables["p"] = d.catalog().Table(p.ID)
	check(t, d.must(d.rows("p")), "1 15", "2 -")
	if _, err := d.ddl(&plan.TruncateTable{Table: d.tables["p"]}); err != nil {
		t.Fatal(err)
	}
	check(t, d.must(d.rows("p")))
}

func TestFillTable(t *testing.T) {
	d := openDB(t)
	pairs(d)
	c := d.table("c", column{"id", types.Int4, true}, column{"n", types.Int4, false})
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 20}))
	in := &plan.Project{Input: d.rows("p"), Exprs: []plan.Expr{opExpr(t, "*", col(0, types.Int4), lit(100)), col(1, types.Int4)}}
	tag, err := d.ddl(&plan.FillTable{Info: d.infos[c.ID], Input: &plan.Plan{Root: in}, Count: true})
	if err != nil || tag != "SELECT 2" {
		t.Fatalf("%q, %v", tag, err)
	}
	check(t, d.must(d.rows("c")), "100 10", "200 20")
}

// TestIndexExpressions: several goroutines use one evaluator.
func TestIndexExpressions(t *testing.T) {
	even := opExpr(t, "=", opExpr(t, "%", col(0, types.Int4), lit(2)), lit(0))
	keys, err := CompileIndex([]plan.Expr{opExpr(t, "+", col(0, types.Int4), col(1, types.Int4))}, even, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				n := int64(g*1000 + i)
				key, include, err := keys([]types.Value{types.NewInt(n), types.NewInt(7)})
				if err != nil || include != (n%2 == 0) || include && key[0].Int() != n+7 {
					t.Errorf("%d: %v %v %v", n, key, include, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestStricterForeignKeys(t *testing.T) {
	d := openDB(t)
	family(d, catalog.Constraint{OnDelete: catalog.Restrict, OnUpdate: catalog.Restrict}, true)
	d.fails(d.remove("p", nil), sqlerr.ForeignKeyViolation)
	full := openDB(t)
	p := pairs(full)
	full.must(full.insertRows("p", []any{1, 1}))
	byBoth := full.index(p, "p_ab", true, 1, 2)
	c := full.table("c", column{"id", types.Int4, true}, column{"x", types.Int4, false}, column{"y", types.Int4, false})
	full.constrain(c, catalog.Constraint{
		Name: "c_fkey", Kind: catalog.ForeignKey, Columns: []int{3, 2}, Parent: p.ID, ParentCols: []int{2, 1}, Index: byBoth.ID, MatchFull: true,
	})
	full.must(full.insertRows("c", []any{1, 1, 1}, []any{2, nil, nil}))
	e := full.fails(full.insertRows("c", []any{3, 1, nil}), sqlerr.ForeignKeyViolation)
	if !strings.HasPrefix(e.Detail, "MATCH FULL") {
		t.Errorf("%+v", e)
	}
	full.fails(full.insertRows("c", []any{4, 1, 2}), sqlerr.ForeignKeyViolation)
}

// TestWritingCTEs: they run to the end unread, and all parts see one snapshot.
func TestWritingCTEs(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 20}))
	del := d.remove("p", nil)
	del.Returning = []plan.Expr{col(0, types.Int4)}
	x := d.begin()
	view, err := x.BeginCommand(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p := &plan.Plan{Root: &plan.Limit{Input: d.rows("p"), Limit: lit(int64(1))}, CTEs: []plan.CTE{{Input: del, Columns: ints(1), Modifying: true}}}
	got, err := runPlan(t, d.env(x, view), p)
	if err != nil {
		t.Fatal(err)
	}
	view.Close()
	check(t, got, "1 10")
	d.commit(x)
	check(t, d.must(d.rows("p")))
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	series := plan.SetCall{Fn: function(t, "generate_series", types.OIDInt8, types.OIDInt8), Args: []plan.Expr{lit(int64(1)), lit(int64(1) << 60)}, Cols: []types.Type{types.Int8}}
	rows, err := Open(ctx, testEnv(), &plan.Plan{Root: &plan.Agg{Input: &plan.FunctionScan{Calls: []plan.SetCall{series}}, Aggs: []plan.AggCall{aggOf(t, "count", types.Int8)}}})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	go cancel()
	var b Batch
	if err := rows.Next(&b); !sqlerr.Is(err, sqlerr.QueryCanceled) {
		t.Errorf("%v", err)
	}
}
