package builtin

import (
	"math/big"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// decimal1 and decimal2 lift arithmetic on decoded numerics.
func decimal1(fn func(types.Decimal) (types.Decimal, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		d, err := fn(types.DecimalOf(a[0]))
		if err != nil {
			return types.Null, err
		}
		return d.Value()
	}
}

func decimal2(fn func(a, b types.Decimal) (types.Decimal, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		d, err := fn(types.DecimalOf(a[0]), types.DecimalOf(a[1]))
		if err != nil {
			return types.Null, err
		}
		return d.Value()
	}
}

func exactly1(fn func(types.Decimal) types.Decimal) body {
	return decimal1(func(d types.Decimal) (types.Decimal, error) { return fn(d), nil })
}

func exactly2(fn func(a, b types.Decimal) types.Decimal) body {
	return decimal2(func(a, b types.Decimal) (types.Decimal, error) { return fn(a, b), nil })
}

// digits lifts round and trunc to a number of decimals.
func digits(fn func(types.Decimal, int) types.Decimal) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		n := 0
		if len(a) > 1 {
			n = int(min(max(a[1].Int(), -numericDigitsMax), numericDigitsMax))
		}
		return fn(types.DecimalOf(a[0]), n).Value()
	}
}

// numericDigitsMax bounds the digits asked of round and trunc, as PostgreSQL's NUMERIC_MAX_RESULT_SCALE.
const numericDigitsMax = 2000

func isSpecial(d types.Decimal) bool { return d.IsNaN() || d.IsInf(0) }

func decimalSign(d types.Decimal) types.Decimal {
	if d.IsNaN() {
		return d
	}
	return types.DecimalFromInt64(int64(d.Sign()))
}

// decimalGCD is Euclid's algorithm on any decimals; infinities and NaN give NaN.
func decimalGCD(a, b types.Decimal) (types.Decimal, error) {
	if isSpecial(a) || isSpecial(b) {
		return notANumber(), nil
	}
	a, b = a.Abs(), b.Abs()
	scale := max(a.Scale(), b.Scale())
	for b.Sign() != 0 {
		r, err := a.Mod(b)
		if err != nil {
			return r, err
		}
		a, b = b, r
	}
	return a.Round(scale), nil
}

func decimalLCM(a, b types.Decimal) (types.Decimal, error) {
	if isSpecial(a) || isSpecial(b) {
		return notANumber(), nil
	}
	scale := max(a.Scale(), b.Scale())
	if a.Sign() == 0 || b.Sign() == 0 {
		return types.DecimalFromInt64(0).Round(scale), nil
	}
	g, err := decimalGCD(a, b)
	if err != nil {
		return g, err
	}
	q, err := a.DivInt(g)
	return q.Mul(b).Abs().Round(scale), err
}

func notANumber() types.Decimal {
	v, err := types.NumericFromString("NaN")
	if err != nil {
		return types.Decimal{}
	}
	return types.DecimalOf(v)
}

// factorialMax is where n! outgrows numeric.
const factorialMax = 32177

func factorial(c *Call, a []types.Value) (types.Value, error) {
	n := a[0].Int()
	switch {
	case n < 0:
		return types.Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "factorial of a negative number is undefined")
	case n > factorialMax:
		return types.Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
	}
	return types.NumericFromString(new(big.Int).MulRange(1, max(n, 1)).String())
}

// fromDecimal is the cast to an integer type: half away from zero, range checked.
func (t intType) fromDecimal(d types.Decimal) (int64, error) {
	n, err := d.Int64(t.sql)
	if err != nil {
		return 0, err
	}
	return t.fit(n)
}

func decimalInt(out intType) body {
	return lift1(types.DecimalOf, types.NewInt, out.fromDecimal)
}

func decimalFloat4(d types.Decimal) (float64, error) {
	f, err := d.Float64()
	if err != nil {
		return 0, err
	}
	if s := float64(float32(f)); s != 0 || f == 0 {
		if checkedFloat, err := toFloat4(f); err == nil {
			return checkedFloat, nil
		}
	}
	return 0, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type real", d.String())
}

func init() {
	n1, n2 := "(numeric)", "(numeric,numeric)"
	add("numeric_add"+n2, exactly2(types.Decimal.Add))
	add("numeric_sub"+n2, exactly2(types.Decimal.Sub))
	add("numeric_mul"+n2, exactly2(types.Decimal.Mul))
	add("numeric_div"+n2, decimal2(types.Decimal.Div))
	addAll(decimal2(types.Decimal.Mod), "numeric_mod"+n2, "mod"+n2)
	addAll(decimal2(types.Decimal.DivInt), "div"+n2, "numeric_div_trunc"+n2)
	add("numeric_uminus"+n1, exactly1(types.Decimal.Neg))
	add("numeric_uplus"+n1, identity)
	addAll(exactly1(types.Decimal.Abs), "abs"+n1, "numeric_abs"+n1)
	add("sign"+n1, exactly1(decimalSign))
	addAll(exactly1(types.Decimal.Ceil), "ceil"+n1, "ceiling"+n1)
	add("floor"+n1, exactly1(types.Decimal.Floor))
	addAll(digits(types.Decimal.Round), "round"+n1, "round(numeric,int4)")
	addAll(digits(types.Decimal.Trunc), "trunc"+n1, "trunc(numeric,int4)")
	add("gcd"+n2, decimal2(decimalGCD))
	add("lcm"+n2, decimal2(decimalLCM))
	add("factorial(int8)", factorial)
	add("numeric_inc"+n1, exactly1(func(d types.Decimal) types.Decimal { return d.Add(types.DecimalFromInt64(1)) }))
	scaleOf := func(measure func(types.Decimal) int) body {
		return func(_ *Call, a []types.Value) (types.Value, error) {
			d := types.DecimalOf(a[0])
			if isSpecial(d) {
				return types.Null, nil
			}
			return types.NewInt(int64(measure(d))), nil
		}
	}
	add("scale"+n1, scaleOf(types.Decimal.Scale))
	add("min_scale"+n1, scaleOf(types.Decimal.MinScale))
	add("trim_scale"+n1, exactly1(types.Decimal.TrimScale))
	add("numeric_larger"+n2, exactly2(func(a, b types.Decimal) types.Decimal {
		if a.Compare(b) > 0 {
			return a
		}
		return b
	}))
	add("numeric_smaller"+n2, exactly2(func(a, b types.Decimal) types.Decimal {
		if a.Compare(b) < 0 {
			return a
		}
		return b
	}))
	registerNumericMath()
	registerNumericCasts()
}

// logBy is log(base, x) in SQL's order of arguments.
func logBy(base, x types.Decimal) (types.Decimal, error) { return x.Log(base) }

func decimalBucket(_ *Call, a []types.Value) (types.Value, error) {
	x, low, high, n := types.DecimalOf(a[0]), types.DecimalOf(a[1]), types.DecimalOf(a[2]), a[3].Int()
	switch {
	case n <= 0:
		return types.Null, badBucket("count must be greater than zero")
	case x.IsNaN() || low.IsNaN() || high.IsNaN():
		return types.Null, badBucket("operand, lower bound, and upper bound cannot be NaN")
	case low.IsInf(0) || high.IsInf(0):
		return types.Null, badBucket("lower and upper bounds must be finite")
	case low.Compare(high) == 0:
		return types.Null, badBucket("lower bound cannot equal upper bound")
	}
	if low.Compare(high) > 0 {
		x, low, high = x.Neg(), low.Neg(), high.Neg()
	}
	switch {
	case x.Compare(low) < 0:
		return types.NewInt(0), nil
	case x.Compare(high) >= 0:
		bucket, err := integer.add(n, 1)
		return types.NewInt(bucket), err
	}
	q, err := x.Sub(low).Mul(types.DecimalFromInt64(n)).DivInt(high.Sub(low))
	if err != nil {
		return types.Null, err
	}
	bucket, err := integer.fromDecimal(q)
	return types.NewInt(bucket + 1), err
}

func registerNumericMath() {
	for name, fn := range map[string]func(types.Decimal) (types.Decimal, error){
		"sqrt": types.Decimal.Sqrt, "numeric_sqrt": types.Decimal.Sqrt, "exp": types.Decimal.Exp, "numeric_exp": types.Decimal.Exp,
		"ln": types.Decimal.Ln, "numeric_ln": types.Decimal.Ln, "log": logTen, "log10": logTen,
	} {
		add(name+"(numeric)", decimal1(fn))
	}
	addAll(decimal2(logBy), "log(numeric,numeric)", "numeric_log(numeric,numeric)")
	for _, name := range []string{"pow", "power", "numeric_power"} {
		add(name+"(numeric,numeric)", decimal2(types.Decimal.Power))
	}
	add("width_bucket(numeric,numeric,numeric,int4)", decimalBucket)
}

func logTen(x types.Decimal) (types.Decimal, error) { return x.Log(types.DecimalFromInt64(10)) }

func registerNumericCasts() {
	for _, t := range []intType{smallInt, integer, bigInt} {
		add(t.name+"(numeric)", decimalInt(t))
		add("numeric("+t.name+")", func(_ *Call, a []types.Value) (types.Value, error) {
			return types.NumericFromInt64(a[0].Int()), nil
		})
		add(t.name+"(jsonb)", jsonbNumber(t.sql, decimalInt(t)))
	}
	float8 := lift1(types.DecimalOf, types.NewFloat, types.Decimal.Float64)
	float4 := lift1(types.DecimalOf, types.NewFloat, decimalFloat4)
	add("float8(numeric)", float8)
	add("float4(numeric)", float4)
	add("float8(jsonb)", jsonbNumber("double precision", float8))
	add("float4(jsonb)", jsonbNumber("real", float4))
	add("numeric(jsonb)", jsonbNumber("numeric", identity))
	add("numeric(float8)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NumericFromFloat64(a[0].Float()), nil
	})
	add("numeric(float4)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NumericFromFloat32(float32(a[0].Float())), nil
	})
}
