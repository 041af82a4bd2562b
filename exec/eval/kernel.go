package eval

import (
	"math"

	"synapse/catalog/types"
)

// kernel computes a strict two-argument function for the rows of sel from
// n.cols into out. A kernel raises no error itself: where its fast arithmetic
// does not hold (overflow, division) it hands the row to the function's body.
type kernel func(n *call, out *types.Column, sel []uint16) error

// kernels by pg_proc name.
var kernels = map[string]kernel{}

// test is one of the six comparisons.
type test uint8

const (
	eq test = iota
	ne
	lt
	le
	gt
	ge
)

var testNames = [...]string{eq: "eq", ne: "ne", lt: "lt", le: "le", gt: "gt", ge: "ge"}

func init() {
	for t, name := range testNames {
		t := test(t)
		ints := func(n *call, out *types.Column, sel []uint16) error {
			compareInts(t, out.I64, n.cols[0].I64, n.cols[1].I64, sel)
			spreadNulls(n, out, sel)
			return nil
		}
		for _, prefix := range []string{
			"int2", "int4", "int8", "int24", "int42", "int28", "int82", "int48", "int84",
			"oid", "bool", "date_", "time_", "timestamp_", "timestamptz_",
		} {
			kernels[prefix+name] = ints
		}
		kernels["float8"+name] = func(n *call, out *types.Column, sel []uint16) error {
			compareFloats(t, out.I64, n.cols[0].I64, n.cols[1].I64, sel)
			spreadNulls(n, out, sel)
			return nil
		}
		text := func(n *call, out *types.Column, sel []uint16) error {
			compareTexts(t, out.I64, n.cols[0].Str, n.cols[1].Str, sel)
			spreadNulls(n, out, sel)
			return nil
		}
		kernels["text"+name], kernels["text_"+name] = text, text
	}
	kernels["int4pl"], kernels["int8pl"] = addInts(math.MinInt32, math.MaxInt32), addInts(math.MinInt64, math.MaxInt64)
	kernels["int4mi"], kernels["int8mi"] = subInts(math.MinInt32, math.MaxInt32), subInts(math.MinInt64, math.MaxInt64)
	kernels["int4mul"] = mulInt4s
	kernels["float8pl"] = floats(func(a, b float64) float64 { return a + b })
	kernels["float8mi"] = floats(func(a, b float64) float64 { return a - b })
	kernels["float8mul"] = floats(func(a, b float64) float64 { return a * b })
}

// spreadNulls makes out NULL where an argument is.
func spreadNulls(n *call, out *types.Column, sel []uint16) {
	for _, col := range n.cols {
		if !col.HasNulls() {
			continue
		}
		for _, i := range sel {
			if col.IsNull(int(i)) {
				out.SetNull(int(i))
			}
		}
	}
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func compareInts(t test, out, a, b []int64, sel []uint16) {
	switch t {
	case eq:
		for _, i := range sel {
			out[i] = truth(a[i] == b[i])
		}
	case ne:
		for _, i := range sel {
			out[i] = truth(a[i] != b[i])
		}
	case lt:
		for _, i := range sel {
			out[i] = truth(a[i] < b[i])
		}
	case le:
		for _, i := range sel {
			out[i] = truth(a[i] <= b[i])
		}
	case gt:
		for _, i := range sel {
			out[i] = truth(a[i] > b[i])
		}
	case ge:
		for _, i := range sel {
			out[i] = truth(a[i] >= b[i])
		}
	}
}

func compareTexts(t test, out []int64, a, b []string, sel []uint16) {
	switch t {
	case eq:
		for _, i := range sel {
			out[i] = truth(a[i] == b[i])
		}
	case ne:
		for _, i := range sel {
			out[i] = truth(a[i] != b[i])
		}
	case lt:
		for _, i := range sel {
			out[i] = truth(a[i] < b[i])
		}
	case le:
		for _, i := range sel {
			out[i] = truth(a[i] <= b[i])
		}
	case gt:
		for _, i := range sel {
			out[i] = truth(a[i] > b[i])
		}
	case ge:
		for _, i := range sel {
			out[i] = truth(a[i] >= b[i])
		}
	}
}

// compareFloats follows the order of types.CompareFloat: NaN is the greatest and equal to itself.
func compareFloats(t test, out, a, b []int64, sel []uint16) {
	for _, i := range sel {
		c := types.CompareFloat(math.Float64frombits(uint64(a[i])), math.Float64frombits(uint64(b[i])))
		var r bool
		switch t {
		case eq:
			r = c == 0
		case ne:
			r = c != 0
		case lt:
			r = c < 0
		case le:
			r = c <= 0
		case gt:
			r = c > 0
		case ge:
			r = c >= 0
		}
		out[i] = truth(r)
	}
}

func addInts(lo, hi int64) kernel {
	return func(n *call, out *types.Column, sel []uint16) error {
		a, b := n.cols[0].I64, n.cols[1].I64
		for _, i := range sel {
			s := a[i] + b[i]
			if (s < a[i]) != (b[i] < 0) || s < lo || s > hi {
				if err := n.at(int(i), out); err != nil {
					return err
				}
				continue
			}
			out.I64[i] = s
		}
		spreadNulls(n, out, sel)
		return nil
	}
}

func subInts(lo, hi int64) kernel {
	return func(n *call, out *types.Column, sel []uint16) error {
		a, b := n.cols[0].I64, n.cols[1].I64
		for _, i := range sel {
			s := a[i] - b[i]
			if (s > a[i]) != (b[i] < 0) || s < lo || s > hi {
				if err := n.at(int(i), out); err != nil {
					return err
				}
				continue
			}
			out.I64[i] = s
		}
		spreadNulls(n, out, sel)
		return nil
	}
}

// mulInt4s multiplies in 64 bits, where two int4 cannot overflow.
func mulInt4s(n *call, out *types.Column, sel []uint16) error {
	a, b := n.cols[0].I64, n.cols[1].I64
	for _, i := range sel {
		p := a[i] * b[i]
		if p != int64(int32(p)) {
			if err := n.at(int(i), out); err != nil {
				return err
			}
			continue
		}
		out.I64[i] = p
	}
	spreadNulls(n, out, sel)
	return nil
}

// floats hands results that are not finite (overflow) or are zero (underflow) to the body.
func floats(f func(a, b float64) float64) kernel {
	return func(n *call, out *types.Column, sel []uint16) error {
		a, b := n.cols[0].I64, n.cols[1].I64
		for _, i := range sel {
			r := f(math.Float64frombits(uint64(a[i])), math.Float64frombits(uint64(b[i])))
			if r == 0 || r-r != 0 {
				if err := n.at(int(i), out); err != nil {
					return err
				}
				continue
			}
			out.I64[i] = int64(math.Float64bits(r))
		}
		spreadNulls(n, out, sel)
		return nil
	}
}
