package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func inputOutOfRange() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "input is out of range")
}

func sqrt(x float64) (float64, error) {
	if x < 0 {
		return 0, sqlerr.New(sqlerr.InvalidArgForPower, "cannot take square root of a negative number")
	}
	return math.Sqrt(x), nil
}

func exp(x float64) (float64, error) {
	r := math.Exp(x)
	return checked(r, x, x, math.IsInf(x, -1))
}

// logOf guards a logarithm's argument.
func logOf(log func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if err := checkLogArg(x < 0, x == 0); err != nil {
			return 0, err
		}
		return log(x), nil
	}
}

func checkLogArg(negative, zero bool) error {
	switch {
	case zero:
		return sqlerr.New(sqlerr.InvalidArgForLog, "cannot take logarithm of zero")
	case negative:
		return sqlerr.New(sqlerr.InvalidArgForLog, "cannot take logarithm of a negative number")
	}
	return nil
}

func power(x, y float64) (float64, error) {
	switch {
	case x == 0 && y < 0:
		return 0, sqlerr.New(sqlerr.InvalidArgForPower, "zero raised to a negative power is undefined")
	case x < 0 && !math.IsInf(x, 0) && !math.IsInf(y, 0) && y != math.Floor(y):
		return 0, sqlerr.New(sqlerr.InvalidArgForPower, "a negative number raised to a non-integer power yields a complex result")
	}
	r := math.Pow(x, y)
	if math.IsInf(x, 0) || math.IsInf(y, 0) {
		return r, nil
	}
	return checked(r, x, y, x == 0)
}

func sign(x float64) (float64, error) {
	switch {
	case x > 0:
		return 1, nil
	case x < 0:
		return -1, nil
	}
	return 0, nil // of NaN too
}

// total lifts a function defined everywhere.
func total(fn func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) { return fn(x), nil }
}

// within lifts a function defined for arguments in [low, high]; NaN passes.
func within(low, high float64, fn func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if x < low || x > high {
			return 0, inputOutOfRange()
		}
		return fn(x), nil
	}
}

// periodic lifts a function undefined at the infinities.
func periodic(fn func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		if math.IsInf(x, 0) {
			return 0, inputOutOfRange()
		}
		return fn(x), nil
	}
}

func widthBucket(x, low, high float64, n int64) (int64, error) {
	switch {
	case n <= 0:
		return 0, badBucket("count must be greater than zero")
	case math.IsNaN(x) || math.IsNaN(low) || math.IsNaN(high):
		return 0, badBucket("operand, lower bound, and upper bound cannot be NaN")
	case math.IsInf(low, 0) || math.IsInf(high, 0):
		return 0, badBucket("lower and upper bounds must be finite")
	case low == high:
		return 0, badBucket("lower bound cannot equal upper bound")
	}
	if low > high {
		x, low, high = -x, -low, -high
	}
	bucket := int64(0)
	switch {
	case x < low:
	case x >= high:
		bucket = n + 1
	default:
		bucket = int64(float64(n)*((x-low)/(high-low))) + 1
	}
	return integer.fit(bucket)
}

func badBucket(message string) error {
	return sqlerr.New(sqlerr.InvalidArgForWidthBucket, "%s", message)
}

// bucketOf is width_bucket over an array of thresholds in ascending order.
func bucketOf(c *Call, a []types.Value) (types.Value, error) {
	if dims, _ := types.ArrayDims(a[1]); len(dims) > 1 {
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "thresholds must be one-dimensional array")
	}
	order := types.CompareFunc(c.Args[0])
	var err error
	n := int64(0)
	types.ArrayEach(c.Args[1], a[1], func(_ int, threshold types.Value) bool {
		if threshold.IsNull() {
			err = sqlerr.New(sqlerr.NullValueNotAllowed, "thresholds array must not contain NULLs")
			return false
		}
		if order(a[0], threshold) < 0 {
			return false
		}
		n++
		return true
	})
	return types.NewInt(n), err
}

func init() {
	one := map[string]func(float64) (float64, error){
		"ceil": total(math.Ceil), "ceiling": total(math.Ceil), "floor": total(math.Floor),
		"round": total(math.RoundToEven), "dround": total(math.RoundToEven), "trunc": total(math.Trunc), "dtrunc": total(math.Trunc),
		"sign": sign, "sqrt": sqrt, "dsqrt": sqrt, "cbrt": total(math.Cbrt), "dcbrt": total(math.Cbrt), "exp": exp, "dexp": exp,
		"ln": logOf(math.Log), "dlog1": logOf(math.Log), "log": logOf(math.Log10), "log10": logOf(math.Log10), "dlog10": logOf(math.Log10),
		"degrees": func(x float64) (float64, error) { return checked(x/(math.Pi/180), x, x, true) },
		"radians": total(func(x float64) float64 { return x * (math.Pi / 180) }),
		"sin":     periodic(math.Sin), "cos": periodic(math.Cos), "tan": periodic(math.Tan),
		"cot":  periodic(func(x float64) float64 { return 1 / math.Tan(x) }),
		"asin": within(-1, 1, math.Asin), "acos": within(-1, 1, math.Acos), "atan": total(math.Atan),
		"sinh": total(math.Sinh), "cosh": total(math.Cosh), "tanh": total(math.Tanh),
		"asinh": total(math.Asinh), "acosh": within(1, math.Inf(1), math.Acosh), "atanh": within(-1, 1, math.Atanh),
		"sind": periodic(sind), "cosd": periodic(cosd), "tand": periodic(tand),
		"cotd":  periodic(func(x float64) float64 { return cosd(x) / sind(x) }),
		"asind": within(-1, 1, asind), "acosd": within(-1, 1, acosd), "atand": total(atand),
	}
	for name, fn := range one {
		add(name+"(float8)", float1(fn))
	}
	for _, name := range []string{"power", "pow", "dpow"} {
		add(name+"(float8,float8)", float2(power))
	}
	add("atan2(float8,float8)", float2(func(y, x float64) (float64, error) { return math.Atan2(y, x), nil }))
	add("atan2d(float8,float8)", float2(func(y, x float64) (float64, error) { return math.Atan2(y, x) * (180 / math.Pi), nil }))
	add("pi()", constant(types.NewFloat(math.Pi)))
	add("width_bucket(float8,float8,float8,int4)", func(_ *Call, a []types.Value) (types.Value, error) {
		n, err := widthBucket(a[0].Float(), a[1].Float(), a[2].Float(), a[3].Int())
		return types.NewInt(n), err
	})
	add("width_bucket(anycompatible,anycompatiblearray)", bucketOf)
	add("random()", random)
	add("setseed(float8)", setSeed)
}
