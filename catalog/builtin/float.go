package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func floatOverflow() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: overflow")
}

func floatUnderflow() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value out of range: underflow")
}

// checked guards r, the result of an operation on a and b, against overflow
// and, where zero is not a legal result, underflow.
func checked(r, a, b float64, zeroOK bool) (float64, error) {
	if math.IsInf(r, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return 0, floatOverflow()
	}
	if r == 0 && !zeroOK {
		return 0, floatUnderflow()
	}
	return r, nil
}

func floatAdd(a, b float64) (float64, error) { return checked(a+b, a, b, true) }
func floatSub(a, b float64) (float64, error) { return checked(a-b, a, b, true) }
func floatMul(a, b float64) (float64, error) { return checked(a*b, a, b, a == 0 || b == 0) }

func floatDiv(a, b float64) (float64, error) {
	if b == 0 && !math.IsNaN(a) {
		return 0, divisionByZero()
	}
	return checked(a/b, a, b, a == 0 || math.IsInf(b, 0))
}

// single rounds the operation's result to float4, with float4's own limits.
func single(op func(a, b float64) (float64, error)) func(a, b float64) (float64, error) {
	return func(a, b float64) (float64, error) {
		r, err := op(a, b)
		if err != nil {
			return 0, err
		}
		s := float64(float32(r))
		return checked(s, r, r, r == 0)
	}
}

// toFloat4 is the cast float8 → float4.
func toFloat4(f float64) (float64, error) { return checked(float64(float32(f)), f, f, f == 0) }

// fromFloat rounds half to even, as PostgreSQL's casts do, and checks the range.
func (t intType) fromFloat(f float64) (int64, error) {
	r := math.RoundToEven(f)
	limit := float64(t.max) + 1 // exact for all three widths; max+1 rounds to 2^63 for int8
	if t.max == math.MaxInt64 {
		limit = 1 << 63
	}
	if math.IsNaN(r) || r < -limit || r >= limit {
		return 0, t.outOfRange()
	}
	return int64(r), nil
}

func floatMin(a, b float64) (float64, error) {
	if types.CompareFloat(a, b) < 0 {
		return a, nil
	}
	return b, nil
}

func floatMax(a, b float64) (float64, error) {
	if types.CompareFloat(a, b) > 0 {
		return a, nil
	}
	return b, nil
}

func intToFloat(v types.Value) float64 { return float64(v.Int()) }

func init() {
	arithmetic := func(prefix, args string, narrow func(func(a, b float64) (float64, error)) func(a, b float64) (float64, error)) {
		add(prefix+"pl("+args+")", float2(narrow(floatAdd)))
		add(prefix+"mi("+args+")", float2(narrow(floatSub)))
		add(prefix+"mul("+args+")", float2(narrow(floatMul)))
		add(prefix+"div("+args+")", float2(narrow(floatDiv)))
	}
	wide := func(op func(a, b float64) (float64, error)) func(a, b float64) (float64, error) { return op }
	arithmetic("float4", "float4,float4", single)
	arithmetic("float8", "float8,float8", wide)
	arithmetic("float48", "float4,float8", wide)
	arithmetic("float84", "float8,float4", wide)
	for _, t := range []string{"float4", "float8"} {
		one, two := "("+t+")", "("+t+","+t+")"
		add(t+"um"+one, float1(func(f float64) (float64, error) { return -f, nil }))
		add(t+"up"+one, identity)
		abs := float1(func(f float64) (float64, error) { return math.Abs(f), nil })
		add(t+"abs"+one, abs)
		add("abs"+one, abs)
		add(t+"smaller"+two, float2(floatMin))
		add(t+"larger"+two, float2(floatMax))
		for _, n := range []intType{smallInt, integer, bigInt} {
			add(n.name+"("+t+")", lift1(types.Value.Float, types.NewInt, n.fromFloat))
			widen := func(f float64) (float64, error) { return f, nil }
			if t == "float4" {
				widen = func(f float64) (float64, error) { return float64(float32(f)), nil }
			}
			add(t+"("+n.name+")", lift1(intToFloat, types.NewFloat, widen))
		}
	}
	add("float8(float4)", identity)
	add("float4(float8)", float1(toFloat4))
}
