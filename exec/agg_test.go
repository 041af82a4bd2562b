package exec

import (
	"fmt"
	"slices"
	"testing"

	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/sqltests/seed"
)

func aggOf(t testing.TB, name string, ret types.Type, args ...plan.Expr) plan.AggCall {
	oids := make([]types.OID, len(args))
	for i, a := range args {
		oids[i] = a.Type().OID
	}
	if name == "count" && len(args) == 1 {
		oids[0] = types.OIDAny
	}
	return plan.AggCall{Fn: function(t, name, oids...), Args: args, Typ: ret}
}

func TestAggregates(t *testing.T) {
	a, b := col(0, types.Int4), col(1, types.Int4)
	in := valuesOf(ints(2), []any{1, 10}, []any{1, nil}, []any{2, 30}, []any{nil, 40}, []any{1, 10}, []any{nil, 5})
	count, countB, sum := aggOf(t, "count", types.Int8), aggOf(t, "count", types.Int8, b), aggOf(t, "sum", types.Int8, b)
	expectRows(t, &plan.Agg{Input: in, GroupBy: []plan.Expr{a}, Aggs: []plan.AggCall{count, countB, sum}}, "1 3 2 20", "2 1 1 30", "- 2 2 45")
	distinct := sum
	distinct.Distinct = true
	filtered := sum
	filtered.Filter = opExpr(t, ">", b, lit(10))
	expectRows(t, &plan.Agg{Input: in, Aggs: []plan.AggCall{distinct, filtered, count}}, "85 70 6")
	none := count
	none.Filter = lit(false)
	expectRows(t, &plan.Agg{Input: in, Aggs: []plan.AggCall{none}}, "0")
	empty := valuesOf(ints(2))
	expectRows(t, &plan.Agg{Input: empty, Aggs: []plan.AggCall{count, sum}}, "0 -")
	expectRows(t, &plan.Agg{Input: empty, GroupBy: []plan.Expr{a}, Aggs: []plan.AggCall{count}})
	sets := &plan.Agg{Input: in, GroupBy: []plan.Expr{a, b}, Sets: [][]int{{0}, {}}, Aggs: []plan.AggCall{count}, Groupings: [][]int{{0, 1}}}
	expectRows(t, sets, "1 - 3 1", "2 - 1 1", "- - 2 1", "- - 6 3")
	sets.Input = empty
	expectRows(t, sets, "- - 0 3")
}

func TestOrderInsideAggregate(t *testing.T) {
	in := valuesOf([]types.Type{types.Int4, types.Text}, []any{2, "b"}, []any{1, "a"}, []any{3, "c"}, []any{1, "a"})
	call := plan.AggCall{
		Fn: function(t, "string_agg", types.OIDText, types.OIDText), Args: []plan.Expr{col(1, types.Text), lit(",")},
		OrderBy: []plan.SortKey{{Expr: col(0, types.Int4), Desc: true}}, Typ: types.Text,
	}
	expectRows(t, &plan.Agg{Input: in, Aggs: []plan.AggCall{call}}, "c,b,a,a")
	call.OrderBy, call.Distinct = nil, true
	expectRows(t, &plan.Agg{Input: in, Aggs: []plan.AggCall{call}}, "a,b,c")
}

// TestAggEqualsModel groups random rows and compares with a map.
func TestAggEqualsModel(t *testing.T) {
	r := seed.Rand(t)
	rows := randomRows(r, 5000, 2, 300)
	count, sum := aggOf(t, "count", types.Int8), aggOf(t, "sum", types.Int8, col(1, types.Int4))
	got, err := runPlan(t, testEnv(), &plan.Plan{Root: &plan.Agg{Input: valuesOf(ints(2), rows...), GroupBy: []plan.Expr{col(0, types.Int4)}, Aggs: []plan.AggCall{count, sum}}})
	if err != nil {
		t.Fatal(err)
	}
	type state struct {
		n, sum int
		some   bool
	}
	groups := map[any]*state{}
	for _, row := range rows {
		s := groups[row[0]]
		if s == nil {
			s = &state{}
			groups[row[0]] = s
		}
		s.n++
		if row[1] != nil {
			s.sum += row[1].(int)
			s.some = true
		}
	}
	var want []string
	for k, s := range groups {
		key, total := "-", "-"
		if k != nil {
			key = sprint(k)
		}
		if s.some {
			total = sprint(s.sum)
		}
		want = append(want, fmt.Sprintf("%s %d %s", key, s.n, total))
	}
	if !slices.Equal(sortedCopy(got), sortedCopy(want)) {
		t.Errorf("got %d groups, want %d", len(got), len(want))
	}
}
