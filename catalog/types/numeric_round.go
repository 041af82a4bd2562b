package types

import (
	"math/big"
)

// truncNumericPayload cuts decimals beyond scale (towards zero) and sets the display scale.
func truncNumericPayload(v Value, scale int) (Value, error) {
	n := viewNumeric(v.s)
	if n.special() {
		return v, nil
	}
	keep := max(0, n.weight+1+(scale+numericBaseDigits-1)/numericBaseDigits)
	digits := make([]int16, 0, min(n.n, keep))
	for i := 0; i < min(n.n, keep); i++ {
		digits = append(digits, int16(n.digit(i)))
	}
	if cut := scale % numericBaseDigits; cut != 0 && len(digits) == keep && keep > 0 {
		unit := pow10small[numericBaseDigits-cut]
		digits[keep-1] -= digits[keep-1] % unit
	}
	return encodeNumeric(n.sign == numericNeg, n.weight, scale, digits)
}

// Round rounds half away from zero to n decimals; a negative n rounds before
// the decimal point. The result shows max(n, 0) decimals.
func (d Decimal) Round(n int) Decimal { return d.cut(n, quoHalfAway) }

// Trunc cuts to n decimals towards zero.
func (d Decimal) Trunc(n int) Decimal {
	return d.cut(n, func(num, den *big.Int) *big.Int { return num.Quo(num, den) })
}

// Floor returns the greatest integer not above d.
func (d Decimal) Floor() Decimal {
	return d.cut(0, func(num, den *big.Int) *big.Int {
		q, r := num.QuoRem(num, den, new(big.Int))
		if r.Sign() < 0 {
			q.Sub(q, big.NewInt(1))
		}
		return q
	})
}

// Ceil returns the least integer not below d.
func (d Decimal) Ceil() Decimal { return d.Neg().Floor().Neg() }

// cut brings d to n decimals with the given division.
func (d Decimal) cut(n int, quo func(num, den *big.Int) *big.Int) Decimal {
	if d.form != finite {
		return d
	}
	n = min(max(n, -4*numericWeightMax), NumericScaleMax)
	if n >= int(d.scale) {
		return d.rescale(int32(n))
	}
	// More digits to cut than the number has leave nothing, but for a carry of half and above.
	digits := len(d.coef().String())
	drop := int(d.scale) - n
	if drop > digits+1 {
		drop = digits + 1
	}
	q := quo(new(big.Int).Set(d.coef()), pow10(drop))
	out := Decimal{scale: int32(max(n, 0))}
	if n < 0 {
		if q.Sign() != 0 {
			q.Mul(q, pow10(-n))
		}
	}
	return out.with(q)
}

// TrimScale drops trailing zero decimals.
func (d Decimal) TrimScale() Decimal { return d.Trunc(d.MinScale()) }

// MinScale is the least number of decimals that shows d exactly.
func (d Decimal) MinScale() int {
	if d.form != finite || d.Sign() == 0 {
		return 0
	}
	s := d.coef().String()
	scale := int(d.scale)
	for scale > 0 && s[len(s)-1] == '0' {
		s = s[:len(s)-1]
		scale--
	}
	return scale
}
