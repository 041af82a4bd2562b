package types

// Conversions and arithmetic on numeric values directly, for callers that do
// one operation; chains of them keep a Decimal.

// NumericFromInt64 makes a numeric without decimals.
func NumericFromInt64(i int64) Value {
	v, _ := DecimalFromInt64(i).Value() // an int64 is inside numeric's limits
	return v
}

// NumericFromString reads numeric's text input. Errors: 22P02, 22003.
func NumericFromString(s string) (Value, error) { return parseNumeric(s) }

// NumericFromFloat64 converts a float8: 15 significant digits, as PostgreSQL's cast.
func NumericFromFloat64(f float64) Value {
	v, _ := DecimalFromFloat(f, 15).Value()
	return v
}

// NumericFromFloat32 converts a float4: 6 significant digits.
func NumericFromFloat32(f float32) Value {
	v, _ := DecimalFromFloat(float64(f), 6).Value()
	return v
}

// NumericToInt64 rounds half away from zero. Errors: 22003, 0A000.
func NumericToInt64(v Value) (int64, error) { return DecimalOf(v).Int64("bigint") }

// NumericToFloat64 returns the nearest float8. Error: 22003.
func NumericToFloat64(v Value) (float64, error) { return DecimalOf(v).Float64() }

// NumericAdd returns a + b. Error: 22003.
func NumericAdd(a, b Value) (Value, error) { return DecimalOf(a).Add(DecimalOf(b)).Value() }

// NumericSub returns a - b. Error: 22003.
func NumericSub(a, b Value) (Value, error) { return DecimalOf(a).Sub(DecimalOf(b)).Value() }

// NumericMul returns a × b. Error: 22003.
func NumericMul(a, b Value) (Value, error) { return DecimalOf(a).Mul(DecimalOf(b)).Value() }

// NumericDiv returns a / b at PostgreSQL's scale. Errors: 22012, 22003.
func NumericDiv(a, b Value) (Value, error) { return packed(DecimalOf(a).Div(DecimalOf(b))) }

// NumericMod returns the remainder with a's sign. Errors: 22012, 22003.
func NumericMod(a, b Value) (Value, error) { return packed(DecimalOf(a).Mod(DecimalOf(b))) }

func packed(d Decimal, err error) (Value, error) {
	if err != nil {
		return Null, err
	}
	return d.Value()
}
