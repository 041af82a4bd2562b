package builtin

import (
	"math"
	"math/rand/v2"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions that PostgreSQL has from version 16 on, whose rows are not in the
// tables of signatures.

// define16 registers one with its OID there.
func define16(oid types.OID, volatility Volatility, signature string, eval body) {
	fn := parseSignature(signature)
	fn.OID, fn.Volatility, fn.Strict, fn.Eval = oid, volatility, true, eval
	Register(fn)
}

func shuffle(c *Call, n int, swap func(i, j int)) {
	if c.Random != nil {
		c.Random.Shuffle(n, swap)
		return
	}
	rand.Shuffle(n, swap)
}

// arraySample returns n rows of the array, of its outermost dimension, in
// random order.
func arraySample(c *Call, v types.Value, n int64, all bool) (types.Value, error) {
	a, err := types.DecodeArray(c.Args[0], v)
	if err != nil {
		return types.Null, err
	}
	rows := 0
	if len(a.Dims) > 0 {
		rows = int(a.Dims[0])
	}
	if all {
		n = int64(rows)
	}
	if n < 0 || n > int64(rows) {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "sample size must be between 0 and %d", rows)
	}
	if n == 0 {
		return types.NewArray(a.Elem, nil).Encode(), nil
	}
	order := make([]int, rows)
	for i := range order {
		order[i] = i
	}
	shuffle(c, rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
	size := len(a.Values) / rows
	out := types.Array{Elem: a.Elem, Dims: append([]int32{int32(n)}, a.Dims[1:]...), Lower: a.Lower}
	if !all {
		out.Lower = append([]int32{1}, a.Lower[1:]...)
	}
	for _, row := range order[:n] {
		out.Values = append(out.Values, a.Values[row*size:(row+1)*size]...)
	}
	return out.Encode(), nil
}

func dateAdd(sign func(types.Span) (types.Span, error)) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		zone := zoneOf(c)
		s, err := sign(types.AsSpan(a[1]))
		if err == nil && len(a) > 2 {
			zone, err = types.LoadZone(a[2].Str())
		}
		if err != nil {
			return types.Null, err
		}
		ts, err := addSpanIn(zone, a[0].Int(), s)
		return types.NewInt(ts), err
	}
}

func init() {
	define16(6215, Volatile, "array_shuffle(anyarray) anyarray", func(c *Call, a []types.Value) (types.Value, error) {
		return arraySample(c, a[0], 0, true)
	})
	define16(6216, Volatile, "array_sample(anyarray,int4) anyarray", func(c *Call, a []types.Value) (types.Value, error) {
		return arraySample(c, a[0], a[1].Int(), false)
	})
	define16(6219, Immutable, "erf(float8) float8", float1(total(math.Erf)))
	define16(6220, Immutable, "erfc(float8) float8", float1(total(math.Erfc)))
	same := func(s types.Span) (types.Span, error) { return s, nil }
	define16(6221, Stable, "date_add(timestamptz,interval) timestamptz", dateAdd(same))
	define16(6222, Immutable, "date_add(timestamptz,interval,text) timestamptz", dateAdd(same))
	define16(6223, Stable, "date_subtract(timestamptz,interval) timestamptz", dateAdd(negateSpan))
	define16(6273, Immutable, "date_subtract(timestamptz,interval,text) timestamptz", dateAdd(negateSpan))
	define16(6212, Volatile, "random_normal(float8,float8) float8", func(c *Call, a []types.Value) (types.Value, error) {
		normal := rand.NormFloat64
		if c.Random != nil {
			normal = c.Random.NormFloat64
		}
		return types.NewFloat(a[0].Float() + a[1].Float()*normal()), nil
	})
	fn := FunctionFor("random_normal", types.OIDFloat8, types.OIDFloat8)
	fn.ArgNames, fn.Defaults = []string{"mean", "stddev"}, []string{"0", "1"}
}
