package exec

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// byIndex is an index scan of all columns.
func (d *db) byIndex(name string, ix *catalog.Index, r plan.KeyRange) *plan.IndexScan {
	return &plan.IndexScan{Scan: plan.Scan{Table: d.tables[name], Cols: []int{1, 2}}, Index: ix, Range: r}
}

func TestIndexScan(t *testing.T) {
	d := openDB(t)
	p := pairs(d)
	pk := d.infos[p.ID].Indexes[0]
	byB := d.index(p, "p_b", false, 2, 1)
	d.must(d.insertRows("p", []any{1, 10}, []any{2, 20}, []any{3, 20}, []any{4, nil}, []any{5, 30}))
	array := func(values ...types.Value) plan.Expr {
		return &plan.Const{Typ: types.Int4Array, Val: types.NewArray(types.Int4, values).Encode()}
	}
	tests := []struct {
		name string
		n    plan.Node
		want []string
	}{
		{"key", d.byIndex("p", pk, plan.KeyRange{Eq: []plan.Expr{lit(3)}}), []string{"3 20"}},
		{"no key", d.byIndex("p", pk, plan.KeyRange{Eq: []plan.Expr{lit(7)}}), nil},
		{"null", d.byIndex("p", pk, plan.KeyRange{Eq: []plan.Expr{lit(nil)}}), nil},
		{"prefix", d.byIndex("p", byB, plan.KeyRange{Eq: []plan.Expr{lit(20)}}), []string{"2 20", "3 20"}},
		{"prefix and range", d.byIndex("p", byB, plan.KeyRange{Eq: []plan.Expr{lit(20)}, Low: lit(2)}), []string{"3 20"}},
		{"from, no nulls", d.byIndex("p", byB, plan.KeyRange{Low: lit(20), LowInclusive: true}), []string{"2 20", "3 20", "5 30"}},
		{"between", d.byIndex("p", byB, plan.KeyRange{Low: lit(10), High: lit(20), HighInclusive: true}), []string{"2 20", "3 20"}},
		{"all in order", d.byIndex("p", byB, plan.KeyRange{}), []string{"1 10", "2 20", "3 20", "5 30", "4 -"}},
		{"any", d.byIndex("p", pk, plan.KeyRange{Eq: []plan.Expr{nil}, EqAny: array(types.NewInt(5), types.NewInt(1), types.Null, types.NewInt(5))}), []string{"1 10", "5 30"}},
		{"any of none", d.byIndex("p", pk, plan.KeyRange{Eq: []plan.Expr{nil}, EqAny: array()}), nil},
	}
	for _, c := range tests {
		if got := d.must(c.n); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	back := d.byIndex("p", byB, plan.KeyRange{High: lit(20), HighInclusive: true})
	back.Reverse = true
	check(t, d.must(back), "3 20", "2 20", "1 10")

	bitmap := &plan.BitmapScan{Scan: plan.Scan{Table: p, Cols: []int{1, 2}}, Source: &plan.OrRows{Sources: []plan.RowSource{
		&plan.IndexRows{Index: pk, Range: plan.KeyRange{Eq: []plan.Expr{lit(1)}}},
		&plan.AndRows{Sources: []plan.RowSource{
			&plan.IndexRows{Index: byB, Range: plan.KeyRange{Eq: []plan.Expr{lit(20)}}},
			&plan.IndexRows{Index: pk, Range: plan.KeyRange{Low: lit(2)}},
		}},
	}}}
	check(t, d.must(bitmap), "1 10", "3 20")

	// The inner side of a nested loop looks its key up in the outer row.
	loop := &plan.NestLoop{
		Left: valuesOf(ints(1), []any{3}, []any{9}, []any{1}), Right: d.byIndex("p", pk, plan.KeyRange{Eq: []plan.Expr{&plan.Slot{N: 0, Typ: types.Int4}}}),
		Assigns: []plan.Assign{{Slot: 0, Expr: col(0, types.Int4)}},
	}
	check(t, d.must(loop), "3 3 20", "1 1 10")
}

func TestAsOf(t *testing.T) {
	d := openDB(t)
	pairs(d)
	d.must(d.insertRows("p", []any{1, 10}))
	d.clock.now += 1000
	before := d.store.Now()
	d.clock.now += 1000
	d.must(d.set("p", 2, lit(11), nil))
	d.must(d.insertRows("p", []any{2, 20}))
	at := func(ts storage.Timestamp) plan.Expr {
		return &plan.Const{Typ: types.Timestamptz, Val: types.NewInt(int64(ts))}
	}
	scan := func(tm *plan.Temporal) plan.Node {
		s := &plan.SeqScan{Scan: plan.Scan{Table: d.tables["p"], Cols: []int{1, 2}, Temporal: tm}}
		return &plan.Sort{Input: s, Keys: []plan.SortKey{{Expr: col(0, types.Int4)}, {Expr: col(1, types.Int4)}}}
	}
	check(t, d.must(scan(&plan.Temporal{Kind: plan.AsOf, A: at(before)})), "1 10")
	check(t, d.must(scan(nil)), "1 11", "2 20")
	check(t, d.must(scan(&plan.Temporal{Kind: plan.All})), "1 10", "1 11", "2 20")
	check(t, d.must(scan(&plan.Temporal{Kind: plan.Between, A: at(before), B: at(before)})), "1 10")
	if _, err := d.run(scan(&plan.Temporal{Kind: plan.AsOf, A: &plan.Const{Typ: types.Timestamptz}})); !sqlerr.Is(err, sqlerr.NullValueNotAllowed) {
		t.Errorf("AS OF NULL: %v", err)
	}
	// Both moments in one statement.
	join := &plan.NestLoop{Left: scan(nil), Right: scan(&plan.Temporal{Kind: plan.AsOf, A: at(before)}), Cond: opExpr(t, "=", col(0, types.Int4), col(2, types.Int4))}
	check(t, d.must(join), "1 11 1 10")
	// A table younger than the moment has no rows.
	check(t, d.must(scan(&plan.Temporal{Kind: plan.AsOf, A: at(900)})))
}

func vector(values ...float32) plan.Expr {
	var b []byte
	for _, f := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return &plan.Const{Typ: types.Vector, Val: types.NewBytes(b)}
}

func TestVectorScan(t *testing.T) {
	d := openDB(t)
	typ := types.Type{OID: types.OIDVector, Mod: 2}
	v := d.table("v", column{"id", types.Int4, true}, column{"e", typ, false})
	x := d.begin()
	ix := &catalog.Index{
		Header: catalog.Header{ID: d.oid(x), Name: "v_e", Schema: catalog.SchemaPublic}, Table: v.ID, Method: catalog.HNSW,
		Keys: []catalog.IndexKey{{Column: 2, Type: typ, Opclass: "vector_l2_ops"}},
	}
	d.put(x, ix)
	d.commit(x)
	d.must(d.insertRows("v", []any{1, vector(0, 1)}, []any{2, vector(0, 2)}, []any{3, vector(0, 3)}, []any{4, vector(0, 4)}, []any{5, nil}))
	scan := func(filter plan.Expr, limit any, query plan.Expr) plan.Node {
		n := &plan.VectorScan{
			Scan: plan.Scan{Table: v, Cols: []int{1}, Filter: filter}, Index: ix, Query: query,
			Operator: builtin.OperatorFor("<->", types.OIDVector, types.OIDVector), Search: plan.Search{Whole: filter},
		}
		if limit != nil {
			n.Limit = lit(limit)
		}
		return n
	}
	check(t, d.must(scan(nil, int64(2), vector(0, 2.75))), "3 0.25", "2 0.75")
	check(t, d.must(scan(opExpr(t, "<>", col(0, types.Int4), lit(3)), int64(1), vector(0, 3))), "2 1")
	got := d.must(&plan.Limit{Input: scan(nil, nil, vector(0, 0)), Limit: lit(int64(3))})
	check(t, got, "1 1", "2 2", "3 3")
	d.fails(scan(nil, int64(1), vector(1, 2, 3)), sqlerr.DataException)
	check(t, d.must(scan(opExpr(t, ">", col(0, types.Int4), lit(3)), int64(9), &plan.Const{Typ: types.Vector})), "4 -", "5 -")

	// A ranked plan records its hits.
	y := d.begin()
	defer y.Rollback()
	view, err := y.BeginCommand(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	env := d.env(y, view)
	if _, err := runPlan(t, env, &plan.Plan{Root: scan(nil, int64(2), vector(0, 4)), Ranked: true}); err != nil {
		t.Fatal(err)
	}
	if len(env.Ranked) != 1 || len(env.Ranked[0].Hits) != 2 || env.Ranked[0].Hits[0].ID != "4" || env.Ranked[0].Hits[1].Rank != 2 {
		t.Errorf("%+v", env.Ranked)
	}
}
