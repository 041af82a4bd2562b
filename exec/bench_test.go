package exec

import (
	"context"
	"testing"

	"synapse/catalog/types"
	"synapse/exec/plan"
)

// filled is a table p of n rows.
func filled(b *testing.B, n int) *db {
	d := openDB(b)
	pairs(d)
	series := plan.SetCall{Fn: function(b, "generate_series", types.OIDInt4, types.OIDInt4), Args: []plan.Expr{lit(1), lit(n)}, Cols: ints(1)}
	in := &plan.Project{Input: &plan.FunctionScan{Calls: []plan.SetCall{series}}, Exprs: []plan.Expr{col(0, types.Int4), opExpr(b, "%", col(0, types.Int4), lit(100))}}
	d.must(&plan.Insert{Info: d.infos[d.tables["p"].ID], Input: in})
	return d
}

// BenchmarkPointRead is a read by primary key: a view, the plan, one row.
func BenchmarkPointRead(b *testing.B) {
	d := filled(b, 10000)
	p := &plan.Plan{Params: ints(1), Root: &plan.Project{
		Input: d.byIndex("p", d.infos[d.tables["p"].ID].Indexes[0], plan.KeyRange{Eq: []plan.Expr{&plan.Param{N: 1, Typ: types.Int4}}}),
		Exprs: []plan.Expr{col(1, types.Int4)},
	}}
	x := d.begin()
	defer x.Rollback()
	env := d.env(x, nil)
	var batch Batch
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		view, err := x.BeginCommand(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		env.View = view
		env.Params = []types.Value{types.NewInt(int64(i%10000 + 1))}
		rows, err := Open(context.Background(), env, p)
		if err != nil {
			b.Fatal(err)
		}
		if err := rows.Next(&batch); err != nil || batch.N != 1 {
			b.Fatal(batch.N, err)
		}
		rows.Close()
		view.Close()
	}
}

// BenchmarkInsert writes one row per command.
func BenchmarkInsert(b *testing.B) {
	d := openDB(b)
	t := pairs(d)
	p := &plan.Plan{Command: plan.InsertCommand, Params: ints(2), Root: &plan.Insert{Info: d.infos[t.ID], Input: &plan.Values{
		Cols: ints(2), Rows: [][]plan.Expr{{&plan.Param{N: 1, Typ: types.Int4}, &plan.Param{N: 2, Typ: types.Int4}}},
	}}}
	x := d.begin()
	defer x.Rollback()
	env := d.env(x, nil)
	var batch Batch
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		view, err := x.BeginCommand(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		env.View = view
		env.Params = []types.Value{types.NewInt(int64(i)), types.NewInt(7)}
		rows, err := Open(context.Background(), env, p)
		if err != nil {
			b.Fatal(err)
		}
		if err := rows.Next(&batch); err != nil {
			b.Fatal(err)
		}
		rows.Close()
		view.Close()
	}
}

// BenchmarkScanAggregate is SELECT b, count(*), sum(a) FROM p WHERE a > … GROUP BY b over 100,000 rows.
func BenchmarkScanAggregate(b *testing.B) {
	d := filled(b, 100000)
	n := &plan.Agg{
		Input:   &plan.SeqScan{Scan: plan.Scan{Table: d.tables["p"], Cols: []int{1, 2}, Filter: opExpr(b, ">", col(0, types.Int4), lit(10))}},
		GroupBy: []plan.Expr{col(1, types.Int4)},
		Aggs:    []plan.AggCall{aggOf(b, "count", types.Int8), aggOf(b, "sum", types.Int8, col(0, types.Int4))},
	}
	b.ReportAllocs()
	for b.Loop() {
		if rows := d.must(n); len(rows) != 100 {
			b.Fatal(len(rows))
		}
	}
}
