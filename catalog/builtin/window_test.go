package builtin

import (
	"fmt"
	"strings"
	"testing"

	"synapse/catalog/types"
)

// partitionOf makes a partition of the values, ordered by them: equal values
// are peers; the frame ends with the last peer.
func partitionOf(values []int64, args ...int64) *Partition {
	peerStart := func(row int) int {
		for row > 0 && values[row-1] == values[row] {
			row--
		}
		return row
	}
	peerEnd := func(row int) int {
		for row++; row < len(values) && values[row] == values[row-1]; row++ {
		}
		return row
	}
	return &Partition{
		N: len(values), PeerStart: peerStart, PeerEnd: peerEnd,
		Arg: func(arg, row int) (types.Value, error) {
			if arg == 0 {
				return types.NewInt(values[row]), nil
			}
			return types.NewInt(args[arg-1]), nil
		},
		FrameStart: func(int) int { return 0 }, FrameEnd: peerEnd,
		InFrame: func(row, other int) bool { return other < peerEnd(row) },
	}
}

func TestWindowFunctions(t *testing.T) {
	for _, c := range []struct {
		fn   string
		ret  types.Type
		args []int64
		want string
	}{
		{"row_number", types.Int8, nil, "1 2 3 4 5"},
		{"rank", types.Int8, nil, "1 2 2 4 5"},
		{"dense_rank", types.Int8, nil, "1 2 2 3 4"},
		{"percent_rank", types.Float8, nil, "0 0.25 0.25 0.75 1"},
		{"cume_dist", types.Float8, nil, "0.2 0.6 0.6 0.8 1"},
		{"lag", types.Int4, nil, `\N 10 20 20 30`},
		{"lead", types.Int4, []int64{2}, `20 30 40 \N \N`},
		{"lag", types.Int4, []int64{1, -1}, "-1 10 20 20 30"},
		{"first_value", types.Int4, nil, "10 10 10 10 10"},
		{"last_value", types.Int4, nil, "10 20 20 30 40"},
		{"nth_value", types.Int4, []int64{2}, `\N 20 20 20 20`},
		{"nth_value", types.Int4, []int64{0}, "ERROR"},
	} {
		p := partitionOf([]int64{10, 20, 20, 30, 40}, c.args...)
		var fn *Function
		for _, f := range Functions(c.fn) {
			if f.Kind == Window && (len(f.Args) == len(c.args)+1 || len(f.Args) == 0) {
				fn = f
			}
		}
		w := fn.NewWindow(testCall())
		var got []string
		for row := 0; row < p.N; row++ {
			v, err := w.Value(p, row)
			if err != nil {
				got = []string{"ERROR"}
				break
			}
			got = append(got, showValue(c.ret, v))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s(%v) = %s, want %s", c.fn, c.args, s, c.want)
		}
	}
}

func TestNtile(t *testing.T) {
	for buckets, want := range map[int64]string{1: "11111", 2: "11122", 3: "11223", 5: "12345", 7: "12345"} {
		p := partitionOf([]int64{1, 2, 3, 4, 5})
		p.Arg = func(int, int) (types.Value, error) { return types.NewInt(buckets), nil }
		got := ""
		for row := 0; row < p.N; row++ {
			v, err := ntile(p, row)
			if err != nil {
				t.Fatal(err)
			}
			got += fmt.Sprint(v.Int())
		}
		if got != want {
			t.Errorf("ntile(%d) = %s, want %s", buckets, got, want)
		}
	}
}

// TestRemove takes rows back from moving sums.
func TestRemove(t *testing.T) {
	for _, name := range []string{"int4", "int8"} {
		fn := FunctionFor("sum", typeOID(name))
		agg := fn.NewAggregate(testCall(), nil)
		for i := int64(1); i <= 4; i++ {
			if err := agg.Add([]types.Value{types.NewInt(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := agg.(Remover).Remove([]types.Value{types.NewInt(1)}); err != nil {
			t.Fatal(err)
		}
		v, err := agg.Result()
		if got := showValue(types.Of(fn.Ret), v); err != nil || got != "9" {
			t.Errorf("sum(%s) after removal = %s, %v", name, got, err)
		}
	}
}
