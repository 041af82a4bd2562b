package builtin

import (
	"math/rand/v2"
	"testing"

	"synapse/catalog/types"
	"synapse/sqltests/seed"
)

// modelPoints is how many values the model of a multirange looks at.
const modelPoints = 16

// pointSet is a multirange of int4 as the set of its values in [0, modelPoints).
type pointSet [modelPoints]bool

func randomMulti(rng *rand.Rand, r *types.RangeType) (types.Value, pointSet) {
	var list []types.RangeValue
	var set pointSet
	for range rng.IntN(5) {
		low := rng.IntN(modelPoints)
		high := min(modelPoints, low+rng.IntN(5))
		x, err := r.Normalize(types.RangeValue{
			Lower: types.RangeBound{Val: types.NewInt(int64(low)), Inclusive: true},
			Upper: types.RangeBound{Val: types.NewInt(int64(high))},
		})
		if err != nil {
			panic(err)
		}
		list = append(list, x)
		for i := low; i < high; i++ {
			set[i] = true
		}
	}
	return r.NewMulti(list), set
}

func pointsOf(t *testing.T, r *types.RangeType, v types.Value) (set pointSet) {
	t.Helper()
	list, err := r.DecodeMulti(v)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range list {
		if x.Empty || i > 0 && x.Lower.Val.Int() <= list[i-1].Upper.Val.Int() {
			t.Fatalf("not in canonical form: %s", types.FormatText(types.Of(r.Multirange), v, nil))
		}
		for p := x.Lower.Val.Int(); p < x.Upper.Val.Int(); p++ {
			set[p] = true
		}
	}
	return set
}

// TestMultirangesAgainstSets compares the operators of multiranges with those of sets of numbers.
func TestMultirangesAgainstSets(t *testing.T) {
	rng := seed.Rand(t)
	multi := types.Of(types.OIDInt4Multirange)
	r := multi.Range()
	call := &Call{Args: []types.Type{multi, multi}, Ret: multi}
	for range 3000 {
		a, x := randomMulti(rng, r)
		b, y := randomMulti(rng, r)
		shown := types.FormatText(multi, a, nil) + " and " + types.FormatText(multi, b, nil)
		for op, in := range map[string]func(p, q bool) bool{
			"+": func(p, q bool) bool { return p || q },
			"*": func(p, q bool) bool { return p && q },
			"-": func(p, q bool) bool { return p && !q },
		} {
			v, err := OperatorFor(op, types.OIDAnyMultirange, types.OIDAnyMultirange).Fn.Eval(call, []types.Value{a, b})
			if err != nil {
				t.Fatal(err)
			}
			var want pointSet
			for i := range want {
				want[i] = in(x[i], y[i])
			}
			if got := pointsOf(t, r, v); got != want {
				t.Fatalf("%s of %s is %s", op, shown, types.FormatText(multi, v, nil))
			}
		}
		overlaps, contains := false, true
		for i := range x {
			overlaps = overlaps || x[i] && y[i]
			contains = contains && (x[i] || !y[i])
		}
		for op, want := range map[string]bool{"&&": overlaps, "@>": contains, "=": x == y} {
			v, err := OperatorFor(op, types.OIDAnyMultirange, types.OIDAnyMultirange).Fn.Eval(call, []types.Value{a, b})
			if err != nil || v.Bool() != want {
				t.Fatalf("%s of %s is %v (%v), want %v", op, shown, v.Bool(), err, want)
			}
		}
	}
}
