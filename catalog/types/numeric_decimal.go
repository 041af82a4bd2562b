package types

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"synapse/catalog/sqlerr"
)

// Decimal is a numeric opened for arithmetic: coefficient × 10^-scale, or NaN or
// an infinity. Most numbers fit the int64 coefficient and then no operation
// allocates. Immutable. The zero Decimal is 0.
type Decimal struct {
	form  decimalForm
	scale int32    // decimals shown, 0 or more
	small int64    // the coefficient, if wide is nil
	wide  *big.Int // never changed once set
}

type decimalForm uint8

const (
	finite decimalForm = iota
	formNaN
	formPosInf
	formNegInf
)

// pow10i64 are the powers of ten that fit int64.
var pow10i64 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// pow10 returns 10^n.
func pow10(n int) *big.Int {
	if n < len(pow10i64) {
		return big.NewInt(pow10i64[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// smallDigitsMax is how many decimal digits surely fit an int64.
const smallDigitsMax = 18

// DecimalOf opens a numeric value.
func DecimalOf(v Value) Decimal {
	n := viewNumeric(v.s)
	switch n.sign {
	case numericNaN:
		return Decimal{form: formNaN}
	case numericPosInf:
		return Decimal{form: formPosInf}
	case numericNegInf:
		return Decimal{form: formNegInf}
	}
	d := Decimal{scale: int32(n.dscale)}
	if n.n == 0 {
		return d
	}
	shift := numericBaseDigits*(n.weight-n.n+1) + n.dscale // 10^shift scales the digits read as one integer
	if numericBaseDigits*max(n.weight+1, 0)+n.dscale <= smallDigitsMax && n.n <= 4 {
		c := int64(0)
		for i := 0; i < n.n; i++ {
			c = c*numericBase + int64(n.digit(i))
		}
		if shift >= 0 {
			c *= pow10i64[shift]
		} else {
			c /= pow10i64[min(-shift, smallDigitsMax)]
		}
		if n.sign == numericNeg {
			c = -c
		}
		d.small = c
		return d
	}
	digits := make([]byte, 0, numericBaseDigits*n.n)
	for i := 0; i < n.n; i++ {
		digits = appendGroup(digits, n.digit(i))
	}
	c, _ := new(big.Int).SetString(string(digits), 10)
	if shift >= 0 {
		c.Mul(c, pow10(shift))
	} else {
		c.Quo(c, pow10(-shift))
	}
	if n.sign == numericNeg {
		c.Neg(c)
	}
	return d.with(c)
}

// with sets the coefficient, in its small form where it fits. It takes c over.
func (d Decimal) with(c *big.Int) Decimal {
	if c.IsInt64() {
		d.small, d.wide = c.Int64(), nil
	} else {
		d.small, d.wide = 0, c
	}
	return d
}

// coef returns the coefficient; the result must not be changed.
func (d Decimal) coef() *big.Int {
	if d.wide != nil {
		return d.wide
	}
	return big.NewInt(d.small)
}

// Value packs the number. Error: 22003 beyond numeric's limits.
func (d Decimal) Value() (Value, error) {
	switch d.form {
	case formNaN:
		return numericNaNValue, nil
	case formPosInf:
		return numericPosInfValue, nil
	case formNegInf:
		return numericNegInfValue, nil
	}
	if d.scale > NumericScaleMax {
		d = d.Round(NumericScaleMax)
	}
	if d.wide == nil {
		return d.packSmall()
	}
	digits := d.wide.Append(nil, 10)
	neg := digits[0] == '-'
	if neg {
		digits = digits[1:]
	}
	for i := range digits {
		digits[i] -= '0'
	}
	return numericFromDigits(neg, digits, len(digits)-int(d.scale), int(d.scale))
}

// packSmall cuts an int64 coefficient into base-10000 digits from the right.
func (d Decimal) packSmall() (Value, error) {
	neg := d.small < 0
	u := uint64(d.small)
	if neg {
		u = -u
	}
	// The last group holds scale%4 decimals; the groups behind the point are (scale+3)/4.
	var groups [8]int16
	at := len(groups)
	frac := (int(d.scale) + numericBaseDigits - 1) / numericBaseDigits
	if part := int(d.scale) % numericBaseDigits; part != 0 {
		unit := uint64(pow10small[part])
		at--
		groups[at] = int16(u%unit) * pow10small[numericBaseDigits-part]
		u /= unit
	}
	for u > 0 {
		at--
		groups[at] = int16(u % numericBase)
		u /= numericBase
	}
	n := len(groups) - at
	return encodeNumeric(neg, n-frac-1, int(d.scale), groups[at:])
}

// DecimalFromInt64 makes an integer.
func DecimalFromInt64(i int64) Decimal { return Decimal{small: i} }

// DecimalFromFloat converts like PostgreSQL's cast: digits is 15 for float8 and 6 for float4.
func DecimalFromFloat(f float64, digits int) Decimal {
	switch {
	case math.IsNaN(f):
		return Decimal{form: formNaN}
	case math.IsInf(f, 1):
		return Decimal{form: formPosInf}
	case math.IsInf(f, -1):
		return Decimal{form: formNegInf}
	}
	v, err := parseNumeric(string(AppendFloat(nil, f, 64, digits-15)))
	if err != nil {
		return Decimal{form: formNaN} // cannot happen: a float64 is far inside the limits
	}
	return DecimalOf(v)
}

// IsNaN reports NaN.
func (d Decimal) IsNaN() bool { return d.form == formNaN }

// IsInf reports an infinity: sign > 0 only the positive one, < 0 only the negative one, 0 either.
func (d Decimal) IsInf(sign int) bool {
	return (d.form == formPosInf && sign >= 0) || (d.form == formNegInf && sign <= 0)
}

// Scale returns the display scale.
func (d Decimal) Scale() int { return int(d.scale) }

// Sign returns -1, 0 or 1; 0 for NaN.
func (d Decimal) Sign() int {
	switch {
	case d.form == formPosInf:
		return 1
	case d.form == formNegInf:
		return -1
	case d.form == formNaN:
		return 0
	case d.wide != nil:
		return d.wide.Sign()
	}
	return cmpInt(d.small, 0)
}

// Int64 rounds half away from zero; typeName words the error. Errors: 22003; 0A000 for NaN and infinities.
func (d Decimal) Int64(typeName string) (int64, error) {
	switch {
	case d.form == formNaN:
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert NaN to %s", typeName)
	case d.form != finite:
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot convert infinity to %s", typeName)
	}
	r := d.Round(0)
	if r.wide != nil {
		return 0, outOfRange(typeName)
	}
	return r.small, nil
}

// outOfRange is 22003 for a result that does not fit its type.
func outOfRange(typeName string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "%s out of range", typeName)
}

// Float64 returns the nearest float8. Error: 22003 beyond its range.
func (d Decimal) Float64() (float64, error) {
	switch d.form {
	case formNaN:
		return math.NaN(), nil
	case formPosInf:
		return math.Inf(1), nil
	case formNegInf:
		return math.Inf(-1), nil
	}
	if d.wide == nil && d.scale <= 15 && d.small < 1<<53 && d.small > -1<<53 {
		return float64(d.small) / float64(pow10i64[d.scale]), nil // both exact, so the quotient is rounded once
	}
	s := d.coef().String() + "e-" + strconv.Itoa(int(d.scale))
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && math.IsInf(f, 0) {
		return 0, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type double precision", d.String())
	}
	return f, nil
}

// String is the text output of the number.
func (d Decimal) String() string {
	v, err := d.Value()
	if err != nil {
		return d.coef().String()
	}
	return string(appendNumeric(nil, v.s))
}

// rescale returns the coefficient at a scale not below d's own.
func (d Decimal) rescale(scale int32) Decimal {
	up := int(scale - d.scale)
	out := Decimal{scale: scale}
	if up == 0 {
		return d
	}
	if d.wide == nil && up < len(pow10i64) {
		if c, ok := mulInt64(d.small, pow10i64[up]); ok {
			out.small = c
			return out
		}
	}
	return out.with(new(big.Int).Mul(d.coef(), pow10(up)))
}

// mulInt64 multiplies; ok is false on overflow.
func mulInt64(a, b int64) (int64, bool) {
	neg := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(absUint64(a), absUint64(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if neg {
		return -int64(lo), true
	}
	return int64(lo), true
}

func absUint64(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// leading returns PostgreSQL's view of the first base-10000 digit: its value and its weight (0, 0 for zero).
func (d Decimal) leading() (digit, weight int) {
	var s string
	if d.wide != nil {
		s = d.wide.String()
	} else {
		if d.small == 0 {
			return 0, 0
		}
		s = strconv.FormatInt(d.small, 10)
	}
	if s[0] == '-' {
		s = s[1:]
	}
	exp := len(s) - 1 - int(d.scale) // decimal exponent of the first digit
	weight = exp >> 2
	take := exp - 4*weight + 1
	for i := 0; i < take; i++ {
		digit *= 10
		if i < len(s) {
			digit += int(s[i] - '0')
		}
	}
	return digit, weight
}
