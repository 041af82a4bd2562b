package exec

import (
	"slices"
	"testing"

	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/sqltests/seed"
)

var joinKinds = map[string]plan.JoinKind{
	"inner": plan.Inner, "left": plan.LeftJoin, "right": plan.RightJoin, "full": plan.FullJoin, "semi": plan.Semi, "anti": plan.Anti,
}

// TestHashJoinEqualsNestLoop compares the two on random rows with NULLs, with
// and without a residual condition.
func TestHashJoinEqualsNestLoop(t *testing.T) {
	r := seed.Rand(t)
	for range 40 {
		spread := 1 + r.IntN(40)
		left := valuesOf(ints(2), randomRows(r, r.IntN(60), 2, spread)...)
		right := valuesOf(ints(2), randomRows(r, r.IntN(60), 2, spread)...)
		equal := opExpr(t, "=", col(0, types.Int4), col(2, types.Int4))
		var residual plan.Expr
		whole := equal
		if r.IntN(2) == 0 {
			residual = opExpr(t, "<", col(1, types.Int4), col(3, types.Int4))
			whole = &plan.BoolOp{Args: []plan.Expr{equal, residual}}
		}
		for name, kind := range joinKinds {
			hash := &plan.HashJoin{Kind: kind, Left: left, Right: right, LeftKeys: []plan.Expr{col(0, types.Int4)}, RightKeys: []plan.Expr{col(0, types.Int4)}, Cond: residual}
			loop := &plan.NestLoop{Kind: kind, Left: left, Right: right, Cond: whole}
			got, err := runPlan(t, testEnv(), &plan.Plan{Root: hash})
			if err != nil {
				t.Fatal(err)
			}
			want, err := runPlan(t, testEnv(), &plan.Plan{Root: loop})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(sortedCopy(got), sortedCopy(want)) {
				t.Fatalf("%s join: hash %q\nloop %q", name, got, want)
			}
		}
	}
}

// TestJoinsAgainstModel compares the nested loop with joins written out.
func TestJoinsAgainstModel(t *testing.T) {
	r := seed.Rand(t)
	for range 30 {
		l, rr := randomRows(r, r.IntN(30), 1, 8), randomRows(r, r.IntN(30), 1, 8)
		for name, kind := range joinKinds {
			n := &plan.NestLoop{Kind: kind, Left: valuesOf(ints(1), l...), Right: valuesOf(ints(1), rr...), Cond: opExpr(t, "=", col(0, types.Int4), col(1, types.Int4))}
			got, err := runPlan(t, testEnv(), &plan.Plan{Root: n})
			if err != nil {
				t.Fatal(err)
			}
			if want := modelJoin(kind, l, rr); !slices.Equal(sortedCopy(got), sortedCopy(want)) {
				t.Fatalf("%s join of %v and %v: %q, want %q", name, l, rr, got, want)
			}
		}
	}
}

func modelJoin(kind plan.JoinKind, left, right [][]any) []string {
	show := func(v any) string {
		if v == nil {
			return "-"
		}
		return sprint(v)
	}
	var out []string
	used := make([]bool, len(right))
	for _, l := range left {
		n := 0
		for k, r := range right {
			if l[0] == nil || l[0] != r[0] {
				continue
			}
			n++
			used[k] = true
			if kind != plan.Semi && kind != plan.Anti {
				out = append(out, show(l[0])+" "+show(r[0]))
			}
		}
		switch {
		case kind == plan.Semi && n > 0, kind == plan.Anti && n == 0:
			out = append(out, show(l[0]))
		case (kind == plan.LeftJoin || kind == plan.FullJoin) && n == 0:
			out = append(out, show(l[0])+" -")
		}
	}
	for k, r := range right {
		if !used[k] && (kind == plan.RightJoin || kind == plan.FullJoin) {
			out = append(out, "- "+show(r[0]))
		}
	}
	return out
}

func TestNullAwareAnti(t *testing.T) {
	join := func(right ...[]any) plan.Node {
		return &plan.HashJoin{
			Kind: plan.Anti, NullAware: true, Left: valuesOf(ints(1), []any{1}, []any{2}, []any{nil}), Right: valuesOf(ints(1), right...),
			LeftKeys: []plan.Expr{col(0, types.Int4)}, RightKeys: []plan.Expr{col(0, types.Int4)},
		}
	}
	expectRows(t, join([]any{1}), "2")
	expectRows(t, join([]any{1}, []any{nil}))
	expectRows(t, join(), "1", "2", "-")
}

// TestLateral sets a slot from the left row before each run of the right side.
func TestLateral(t *testing.T) {
	series := plan.SetCall{Fn: function(t, "generate_series", types.OIDInt4, types.OIDInt4), Args: []plan.Expr{lit(1), &plan.Slot{N: 2, Typ: types.Int4}}, Cols: ints(1)}
	join := func(kind plan.JoinKind) plan.Node {
		return &plan.NestLoop{
			Kind: kind, Left: valuesOf(ints(1), []any{2}, []any{0}, []any{1}), Right: &plan.FunctionScan{Calls: []plan.SetCall{series}},
			Assigns: []plan.Assign{{Slot: 2, Expr: col(0, types.Int4)}},
		}
	}
	expectRows(t, join(plan.Inner), "2 1", "2 2", "1 1")
	expectRows(t, join(plan.LeftJoin), "2 1", "2 2", "0 -", "1 1")
	expectRows(t, join(plan.Semi), "2", "1")
	expectRows(t, join(plan.Anti), "0")
}

// TestBigJoin crosses batch borders on both sides.
func TestBigJoin(t *testing.T) {
	var rows [][]any
	for i := range 3000 {
		rows = append(rows, []any{i % 700})
	}
	in := valuesOf(ints(1), rows...)
	n := &plan.HashJoin{Kind: plan.Inner, Left: in, Right: in, LeftKeys: []plan.Expr{col(0, types.Int4)}, RightKeys: []plan.Expr{col(0, types.Int4)}}
	got, err := runPlan(t, testEnv(), &plan.Plan{Root: n})
	want := 0
	for i := range 700 {
		k := 3000 / 700
		if i < 3000%700 {
			k++
		}
		want += k * k
	}
	if err != nil || len(got) != want {
		t.Errorf("%d rows, want %d (%v)", len(got), want, err)
	}
}
