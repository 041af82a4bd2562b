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

func TestRanking(t *testing.T) {
	in := valuesOf(ints(2), []any{1, 10}, []any{2, 7}, []any{1, 20}, []any{1, 10}, []any{2, nil})
	call := func(name string, ret types.Type, args ...plan.Expr) plan.WindowCall {
		oids := make([]types.OID, len(args))
		for i, a := range args {
			oids[i] = a.Type().OID
			if name == "lag" {
				oids[i] = types.OIDAnyElement
			}
		}
		return plan.WindowCall{Fn: function(t, name, oids...), Args: args, Typ: ret}
	}
	n := &plan.Window{
		Input: in, Partition: []plan.Expr{col(0, types.Int4)}, Order: []plan.SortKey{{Expr: col(1, types.Int4)}},
		Frame: plan.Frame{Start: plan.FrameBound{Kind: plan.UnboundedPreceding}, End: plan.FrameBound{Kind: plan.CurrentRow}},
		Calls: []plan.WindowCall{call("row_number", types.Int8), call("rank", types.Int8), call("dense_rank", types.Int8), call("lag", types.Int4, col(1, types.Int4))},
	}
	expectRows(t, n, "1 10 1 1 1 -", "1 10 2 1 1 10", "1 20 3 3 2 10", "2 7 1 1 1 -", "2 - 2 2 2 7")
}

// TestFramesAgainstModel compares every kind of frame with one computed row by row.
func TestFramesAgainstModel(t *testing.T) {
	r := seed.Rand(t)
	sum := function(t, "sum", types.OIDInt4)
	add, sub := builtin.OperatorFor("+", types.OIDInt4, types.OIDInt4).Fn, builtin.OperatorFor("-", types.OIDInt4, types.OIDInt4).Fn
	kinds := []plan.BoundKind{plan.UnboundedPreceding, plan.Preceding, plan.CurrentRow, plan.Following, plan.UnboundedFollowing}
	for round := range 300 {
		rows := randomRows(r, 1+r.IntN(25), 2, 6)
		for i := range rows {
			if rows[i][0] == nil {
				rows[i][0] = 0
			}
		}
		f := plan.Frame{Mode: plan.FrameMode(r.IntN(3)), Exclude: plan.Exclusion(r.IntN(4)), Add: add, Sub: sub}
		a, b := r.IntN(4), 0
		for b = r.IntN(5); b < a || b == 0; b = r.IntN(5) {
		}
		off := [2]int{r.IntN(4), r.IntN(4)}
		f.Start, f.End = plan.FrameBound{Kind: kinds[a]}, plan.FrameBound{Kind: kinds[b]}
		for k, bound := range []*plan.FrameBound{&f.Start, &f.End} {
			if bound.Kind == plan.Preceding || bound.Kind == plan.Following {
				bound.Offset = lit(off[k])
				if f.Mode != plan.RangeFrame {
					bound.Offset = lit(int64(off[k]))
				}
			}
		}
		slices.SortStableFunc(rows, func(x, y []any) int { return x[0].(int) - y[0].(int) })
		n := &plan.Window{
			Input: valuesOf(ints(2), rows...), Order: []plan.SortKey{{Expr: col(0, types.Int4)}}, Frame: f,
			Calls: []plan.WindowCall{{Fn: sum, Args: []plan.Expr{col(1, types.Int4)}, Typ: types.Int8}},
		}
		got, err := runPlan(t, testEnv(), &plan.Plan{Root: n})
		if err != nil {
			t.Fatal(err)
		}
		if want := modelFrames(rows, f, off); !slices.Equal(got, want) {
			t.Fatalf("round %d: frame %+v offsets %v\nrows %v\ngot  %q\nwant %q", round, f, off, rows, got, want)
		}
	}
}

func modelFrames(rows [][]any, f plan.Frame, off [2]int) []string {
	group := make([]int, len(rows))
	for i := 1; i < len(rows); i++ {
		group[i] = group[i-1]
		if rows[i][0] != rows[i-1][0] {
			group[i]++
		}
	}
	position := func(i int) int {
		switch f.Mode {
		case plan.RowsFrame:
			return i
		case plan.GroupsFrame:
			return group[i]
		}
		return rows[i][0].(int)
	}
	inside := func(i, j int) bool {
		limit := func(b plan.FrameBound, off int) (int, bool) {
			switch b.Kind {
			case plan.Preceding:
				return position(i) - off, true
			case plan.CurrentRow:
				return position(i), true
			case plan.Following:
				return position(i) + off, true
			}
			return 0, false
		}
		if lo, bounded := limit(f.Start, off[0]); bounded && position(j) < lo {
			return false
		}
		if hi, bounded := limit(f.End, off[1]); bounded && position(j) > hi {
			return false
		}
		switch f.Exclude {
		case plan.ExcludeCurrent:
			return i != j
		case plan.ExcludeGroup:
			return group[i] != group[j]
		case plan.ExcludeTies:
			return i == j || group[i] != group[j]
		}
		return true
	}
	var out []string
	for i := range rows {
		total, some := 0, false
		for j := range rows {
			if rows[j][1] != nil && inside(i, j) {
				total, some = total+rows[j][1].(int), true
			}
		}
		cell := func(v any, ok bool) string {
			if !ok {
				return "-"
			}
			return sprint(v)
		}
		out = append(out, fmt.Sprintf("%v %s %s", rows[i][0], cell(rows[i][1], rows[i][1] != nil), cell(total, some)))
	}
	return out
}

func TestFrameErrors(t *testing.T) {
	window := func(off plan.Expr) plan.Node {
		return &plan.Window{
			Input: valuesOf(ints(1), []any{1}), Order: []plan.SortKey{{Expr: col(0, types.Int4)}},
			Frame: plan.Frame{Mode: plan.RowsFrame, Start: plan.FrameBound{Kind: plan.Preceding, Offset: off}, End: plan.FrameBound{Kind: plan.CurrentRow}},
			Calls: []plan.WindowCall{{Fn: function(t, "sum", types.OIDInt4), Args: []plan.Expr{col(0, types.Int4)}, Typ: types.Int8}},
		}
	}
	expectCode(t, window(lit(int64(-1))), sqlerr.InvalidPrecedingFollowing)
	expectCode(t, window(&plan.Const{Typ: types.Int8}), sqlerr.NullValueNotAllowed)
}
