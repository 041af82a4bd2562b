package exec

import (
	"fmt"
	"slices"
	"testing"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/sqltests/seed"
)

func TestProjectFilterLimit(t *testing.T) {
	in := valuesOf(ints(2), []any{1, 10}, []any{2, nil}, []any{3, 30}, []any{4, 40})
	f := &plan.Filter{Input: in, Cond: opExpr(t, ">", col(1, types.Int4), lit(10))}
	p := &plan.Project{Input: f, Exprs: []plan.Expr{opExpr(t, "+", col(0, types.Int4), lit(1))}}
	expectRows(t, p, "4", "5")
	expectRows(t, &plan.Limit{Input: in, Limit: lit(int64(2)), Offset: lit(int64(1))}, "2 -", "3 30")
	expectRows(t, &plan.Limit{Input: in, Offset: lit(int64(3))}, "4 40")
	expectRows(t, &plan.Limit{Input: in, Limit: &plan.Const{Typ: types.Int8}, Offset: lit(int64(3))}, "4 40")
	expectRows(t, &plan.Limit{Input: in, Limit: lit(int64(0))})
	expectCode(t, &plan.Limit{Input: in, Limit: lit(int64(-1))}, sqlerr.InvalidRowCountInLimit)
	expectCode(t, &plan.Limit{Input: in, Offset: lit(int64(-1))}, sqlerr.InvalidRowCountInOffset)
	ties := valuesOf(ints(1), []any{1}, []any{2}, []any{2}, []any{2}, []any{3})
	keys := []plan.SortKey{{Expr: col(0, types.Int4)}}
	expectRows(t, &plan.Limit{Input: ties, Limit: lit(int64(2)), WithTies: keys}, "1", "2", "2", "2")
	expectCode(t, &plan.Project{Input: in, Exprs: []plan.Expr{opExpr(t, "/", lit(1), lit(0))}}, sqlerr.DivisionByZero)
}

func TestSort(t *testing.T) {
	in := valuesOf(ints(2), []any{2, 1}, []any{nil, 2}, []any{1, 3}, []any{2, 4}, []any{1, 5})
	key := func(desc, first bool) []plan.SortKey {
		return []plan.SortKey{{Expr: col(0, types.Int4), Desc: desc, NullsFirst: first}}
	}
	expectRows(t, &plan.Sort{Input: in, Keys: key(false, false)}, "1 3", "1 5", "2 1", "2 4", "- 2")
	expectRows(t, &plan.Sort{Input: in, Keys: key(true, true)}, "- 2", "2 1", "2 4", "1 3", "1 5")
	expectRows(t, &plan.Sort{Input: in, Keys: key(true, false)}, "2 1", "2 4", "1 3", "1 5", "- 2")
	expectRows(t, &plan.TopN{Input: in, Keys: key(false, false), Limit: lit(int64(2)), Offset: lit(int64(1))}, "1 5", "2 1")
}

// TestTopNEqualsSort compares with a full sort, over more rows than are kept.
func TestTopNEqualsSort(t *testing.T) {
	r := seed.Rand(t)
	in := valuesOf(ints(2), randomRows(r, 9000, 2, 400)...)
	keys := []plan.SortKey{{Expr: col(0, types.Int4)}, {Expr: col(1, types.Int4), Desc: true}}
	limit, offset := lit(int64(r.IntN(50))), lit(int64(r.IntN(50)))
	want, err := runPlan(t, testEnv(), &plan.Plan{Root: &plan.Limit{Input: &plan.Sort{Input: in, Keys: keys}, Limit: limit, Offset: offset}})
	if err != nil {
		t.Fatal(err)
	}
	expectRows(t, &plan.TopN{Input: in, Keys: keys, Limit: limit, Offset: offset}, want...)
}

func TestSetOperations(t *testing.T) {
	a := valuesOf(ints(1), []any{1}, []any{1}, []any{2}, []any{nil}, []any{nil}, []any{3})
	b := valuesOf(ints(1), []any{1}, []any{nil}, []any{4})
	op := func(k plan.SetOpKind, all bool) plan.Node { return &plan.SetOp{Kind: k, All: all, Left: a, Right: b} }
	expectRows(t, op(plan.Union, true), "1", "1", "2", "-", "-", "3", "1", "-", "4")
	expectRows(t, op(plan.Union, false), "1", "2", "-", "3", "4")
	expectRows(t, op(plan.Intersect, false), "1", "-")
	expectRows(t, op(plan.Intersect, true), "1", "-")
	expectRows(t, op(plan.Except, false), "2", "3")
	expectRows(t, op(plan.Except, true), "1", "2", "-", "3")
	expectRows(t, &plan.Distinct{Input: a}, "1", "2", "-", "3")
	expectRows(t, &plan.Append{Inputs: []plan.Node{b, b}}, "1", "-", "4", "1", "-", "4")
	on := valuesOf(ints(2), []any{1, 1}, []any{1, 2}, []any{nil, 3}, []any{nil, 4}, []any{2, 5})
	expectRows(t, &plan.Distinct{Input: on, On: []plan.Expr{col(0, types.Int4)}}, "1 1", "- 3", "2 5")
}

func TestRecursion(t *testing.T) {
	step := &plan.Filter{
		Input: &plan.Project{Input: &plan.WorkTable{CTE: 0, Cols: ints(1)}, Exprs: []plan.Expr{opExpr(t, "+", col(0, types.Int4), lit(1))}},
		Cond:  opExpr(t, "<=", col(0, types.Int4), lit(4)),
	}
	cte := plan.CTE{Input: valuesOf(ints(1), []any{1}), Recursive: step, UnionAll: true, Columns: ints(1)}
	scan := &plan.CTEScan{CTE: 0, Cols: ints(1)}
	expectPlan(t, &plan.Plan{Root: scan, CTEs: []plan.CTE{cte}}, "1", "2", "3", "4")

	endless := plan.CTE{Input: valuesOf(ints(1), []any{1}), Recursive: step.Input, UnionAll: true, Columns: ints(1)}
	expectPlan(t, &plan.Plan{Root: &plan.Limit{Input: scan, Limit: lit(int64(3))}, CTEs: []plan.CTE{endless}}, "1", "2", "3")

	// UNION ends a cycle: n → (n + 1) mod 3.
	cycle := &plan.Project{Input: &plan.WorkTable{CTE: 0, Cols: ints(1)}, Exprs: []plan.Expr{opExpr(t, "%", opExpr(t, "+", col(0, types.Int4), lit(1)), lit(3))}}
	union := plan.CTE{Input: valuesOf(ints(1), []any{0}), Recursive: cycle, Columns: ints(1)}
	expectPlan(t, &plan.Plan{Root: scan, CTEs: []plan.CTE{union}}, "0", "1", "2")
}

func TestCTEIsReadTwice(t *testing.T) {
	var rows [][]any
	for i := range 1500 {
		rows = append(rows, []any{i})
	}
	cte := plan.CTE{Input: valuesOf(ints(1), rows...), Columns: ints(1)}
	scan := func() plan.Node { return &plan.CTEScan{CTE: 0, Cols: ints(1)} }
	join := &plan.HashJoin{Left: scan(), Right: scan(), LeftKeys: []plan.Expr{col(0, types.Int4)}, RightKeys: []plan.Expr{col(0, types.Int4)}}
	got, err := runPlan(t, testEnv(), &plan.Plan{Root: join, CTEs: []plan.CTE{cte}})
	if err != nil || len(got) != 1500 || got[1499] != "1499 1499" {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

func TestFunctionScan(t *testing.T) {
	series := function(t, "generate_series", types.OIDInt4, types.OIDInt4)
	call := func(lo, hi int) plan.SetCall {
		return plan.SetCall{Fn: series, Args: []plan.Expr{lit(lo), lit(hi)}, Cols: ints(1)}
	}
	expectRows(t, &plan.FunctionScan{Calls: []plan.SetCall{call(1, 3)}, Ordinality: true}, "1 1", "2 2", "3 3")
	expectRows(t, &plan.FunctionScan{Calls: []plan.SetCall{call(1, 3), call(5, 6)}}, "1 5", "2 6", "3 -")
	expectRows(t, &plan.FunctionScan{Calls: []plan.SetCall{call(1, 9)}, Filter: opExpr(t, ">", col(0, types.Int4), lit(8))}, "9")
	expectRows(t, &plan.Limit{Input: &plan.FunctionScan{Calls: []plan.SetCall{call(1, 2000000000)}}, Limit: lit(int64(2))}, "1", "2")
	null := plan.SetCall{Fn: series, Args: []plan.Expr{lit(nil), lit(2)}, Cols: ints(1)}
	expectRows(t, &plan.FunctionScan{Calls: []plan.SetCall{null}})

	one, two := call(1, 2), call(1, 3)
	set := &plan.ProjectSet{
		Input: valuesOf(ints(1), []any{7}, []any{8}),
		Exprs: []plan.Expr{col(0, types.Int4), nil, nil}, Sets: []*plan.SetCall{nil, &one, &two},
	}
	expectRows(t, set, "7 1 1", "7 2 2", "7 - 3", "8 1 1", "8 2 2", "8 - 3")
}

func TestSubqueries(t *testing.T) {
	outer := valuesOf(ints(1), []any{1}, []any{2}, []any{nil})
	inner := valuesOf(ints(1), []any{1}, []any{nil})
	eq := opExpr(t, "=", lit(1), lit(1)).(*plan.Func).Fn
	ne := opExpr(t, "<>", lit(1), lit(1)).(*plan.Func).Fn
	slot := &plan.Slot{N: 0, Typ: types.Int4}
	assign := []plan.Assign{{Slot: 0, Expr: col(0, types.Int4)}}
	match := &plan.Filter{Input: inner, Cond: opExpr(t, "=", col(0, types.Int4), slot)}
	sub := func(s plan.SubPlan) plan.Node {
		return &plan.Project{Input: outer, Exprs: []plan.Expr{&s}}
	}
	expectRows(t, sub(plan.SubPlan{Kind: plan.Exists, Input: match, Assigns: assign, Typ: types.Bool}), "t", "f", "f")
	expectRows(t, sub(plan.SubPlan{Kind: plan.Scalar, Input: match, Assigns: assign, Typ: types.Int4}), "1", "-", "-")
	expectRows(t, sub(plan.SubPlan{Kind: plan.ArraySub, Input: inner, Typ: types.Int4Array}), "{1,NULL}", "{1,NULL}", "{1,NULL}")
	in := func(kind plan.SubPlanKind, op string, input plan.Node) plan.SubPlan {
		fn := eq
		if op == "<>" {
			fn = ne
		}
		return plan.SubPlan{Kind: kind, Input: input, Left: []plan.Expr{col(0, types.Int4)}, Fns: []*builtin.Function{fn}, Op: op, Typ: types.Bool}
	}
	empty := valuesOf(ints(1))
	expectRows(t, sub(in(plan.AnySub, "=", inner)), "t", "-", "-")
	expectRows(t, sub(in(plan.AllSub, "<>", inner)), "f", "-", "-")
	expectRows(t, sub(in(plan.AllSub, "<>", empty)), "t", "t", "t")
	expectRows(t, sub(in(plan.AnySub, "=", empty)), "f", "f", "f")
	expectCode(t, sub(plan.SubPlan{Kind: plan.Scalar, Input: inner, Typ: types.Int4}), sqlerr.CardinalityViolation)
}

func TestMemoryLimit(t *testing.T) {
	env := testEnv()
	env.WorkMem = 64 << 10
	series := plan.SetCall{Fn: function(t, "generate_series", types.OIDInt4, types.OIDInt4), Args: []plan.Expr{lit(1), lit(100000)}, Cols: ints(1)}
	in := &plan.FunctionScan{Calls: []plan.SetCall{series}}
	key := []plan.Expr{col(0, types.Int4)}
	for name, n := range map[string]plan.Node{
		"sort":     &plan.Sort{Input: in, Keys: []plan.SortKey{{Expr: key[0]}}},
		"distinct": &plan.Distinct{Input: in},
		"agg":      &plan.Agg{Input: in, GroupBy: key},
		"array":    &plan.Agg{Input: in, Aggs: []plan.AggCall{{Fn: function(t, "array_agg", types.OIDAnyNonArray), Args: key, Typ: types.Int4Array}}},
		"join":     &plan.HashJoin{Left: in, Right: in, LeftKeys: key, RightKeys: key},
	} {
		if _, err := runPlan(t, env, &plan.Plan{Root: n}); !sqlerr.Is(err, sqlerr.OutOfMemory) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := runPlan(t, env, &plan.Plan{Root: &plan.TopN{Input: in, Keys: []plan.SortKey{{Expr: key[0]}}, Limit: lit(int64(5))}}); err != nil {
		t.Errorf("the first five rows need little memory: %v", err)
	}
}

func TestInstruments(t *testing.T) {
	env := testEnv()
	env.Analyze = true
	in := valuesOf(ints(1), []any{1}, []any{2}, []any{3})
	f := &plan.Filter{Input: in, Cond: opExpr(t, ">", col(0, types.Int4), lit(1))}
	rows, err := Open(t.Context(), env, &plan.Plan{Root: f})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b Batch
	for rows.Next(&b) == nil && b.N > 0 {
	}
	m := rows.Measured()
	if m[f].Rows != 2 || m[f].Removed != 1 || m[in].Rows != 3 || m[f].Loops != 1 {
		t.Errorf("filter %+v, values %+v", m[f], m[in])
	}
}

func sortedCopy(rows []string) []string {
	out := slices.Clone(rows)
	slices.Sort(out)
	return out
}

func sprint(v any) string { return fmt.Sprint(v) }
