package types

import (
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"synapse/catalog/sqlerr"
)

// Power returns d^e. Errors: 2201F, 22003.
func (d Decimal) Power(e Decimal) (Decimal, error) {
	if d.form != finite || e.form != finite {
		return powerSpecial(d, e)
	}
	if d.Sign() == 0 && e.Sign() < 0 {
		return Decimal{}, sqlerr.New(sqlerr.InvalidArgForPower, "zero raised to a negative power is undefined")
	}
	whole := e.MinScale() == 0
	if whole {
		if n := e.Trunc(0); n.wide == nil && fitsInt32(n.small) {
			return powerInt(d, int(n.small), e.scale)
		}
	}
	if d.Sign() == 0 {
		return Decimal{scale: minSigDigits}, nil
	}
	negative := false
	if d.Sign() < 0 {
		if !whole {
			return Decimal{}, errComplexPower()
		}
		negative = e.Trunc(0).coef().Bit(0) == 1
		d = d.Neg()
	}
	return powerReal(d, e, negative)
}

func errComplexPower() error {
	return sqlerr.New(sqlerr.InvalidArgForPower, "a negative number raised to a non-integer power yields a complex result")
}

// powerReal computes e^(exponent·ln(base)) for a positive base.
func powerReal(base, exponent Decimal, negative bool) (Decimal, error) {
	val := lnAt(base, int32(max(8-base.lnWeight(), 0))).approx() * exponent.approx()
	if math.Abs(val) > expArgMax*1.005 {
		if val > 0 {
			return Decimal{}, errNumericOverflow()
		}
		return Decimal{scale: maxDisplayScale}, nil
	}
	scale := clampScale(minSigDigits-int(val*log10e), base, exponent)
	// The product's absolute error becomes the result's relative one.
	inner := int(scale) + int(math.Max(val*log10e, 0)) + len(exponent.coef().String()) + guardDigits
	r, err := expAt(lnAt(base, int32(inner)).Mul(exponent), scale)
	if err != nil {
		return Decimal{}, err
	}
	if negative {
		r = r.Neg()
	}
	return r, nil
}

// powerInt raises to an integer by squaring.
func powerInt(d Decimal, n int, expScale int32) (Decimal, error) {
	weight := d.powerWeight(n)
	if weight > numericDigitsMax {
		return Decimal{}, errNumericOverflow()
	}
	scale := clampScale(minSigDigits, d, Decimal{scale: expScale})
	if weight+1 < -float64(scale) {
		return Decimal{scale: scale}, nil
	}
	if n == 0 {
		return DecimalFromInt64(1).Round(int(scale)), nil
	}
	if d.Sign() == 0 {
		return Decimal{scale: scale}, nil
	}
	mag := n
	if n < 0 {
		mag = -n
	}
	if p, ok := powerExact(d.TrimScale(), mag, weight); ok {
		if n > 0 {
			return p.Round(int(scale)), nil
		}
		return divAt(DecimalFromInt64(1), p, scale), nil
	}
	return powerRounded(d, n, scale, weight)
}

// powerWeight estimates the decimal weight of d^n.
func (d Decimal) powerWeight(n int) float64 {
	if d.Sign() == 0 {
		return 0
	}
	s := d.Abs().coef().String()
	lead := s[:min(len(s), 16)]
	f := 0.0
	for _, c := range lead {
		f = f*10 + float64(c-'0')
	}
	return float64(n) * (math.Log10(f) + float64(len(s)-len(lead)-int(d.scale)))
}

// Powers with few digits are computed without rounding; so are those whose
// magnitude is beyond the exponents of the rounding arithmetic.
const (
	exactPowerDigitsMax = 20000
	hugePowerDigitsMax  = 1_000_000
	hugePowerWeight     = 1000
)

func powerExact(d Decimal, n int, weight float64) (Decimal, bool) {
	limit := exactPowerDigitsMax
	if math.Abs(weight) > hugePowerWeight {
		limit = hugePowerDigitsMax
	}
	if n > limit || len(d.coef().String())*n > limit {
		return Decimal{}, false
	}
	c := new(big.Int).Exp(d.coef(), big.NewInt(int64(n)), nil)
	return Decimal{scale: d.scale * int32(n)}.with(c), true
}

// powerRounded keeps only the digits that the result shows, and guards.
func powerRounded(d Decimal, n int, scale int32, weight float64) (Decimal, error) {
	digits := int(scale) + int(math.Max(weight, 0)) + 2*guardDigits
	c := apd.BaseContext.WithPrecision(uint32(digits))
	c.Rounding = apd.RoundHalfUp
	out := apd.New(1, 0)
	square := apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(d.coef()), -d.scale)
	mag := uint64(n)
	if n < 0 {
		mag = -mag
	}
	for ; mag > 0; mag >>= 1 {
		if mag&1 == 1 {
			if _, err := c.Mul(out, out, square); err != nil {
				return Decimal{}, errNumericOverflow()
			}
		}
		if mag > 1 {
			if _, err := c.Mul(square, square, square); err != nil {
				return Decimal{}, errNumericOverflow()
			}
		}
	}
	if n < 0 {
		if _, err := c.Quo(out, apd.New(1, 0), out); err != nil {
			return Decimal{}, errNumericOverflow()
		}
	}
	return fromAPD(out, scale), nil
}

// powerSpecial follows IEEE 754 and POSIX for NaN and infinities.
func powerSpecial(d, e Decimal) (Decimal, error) {
	one := DecimalFromInt64(1)
	switch {
	case d.form == formNaN:
		if e.form == finite && e.Sign() == 0 {
			return one, nil
		}
		return d, nil
	case e.form == formNaN:
		if d.form == finite && d.Compare(one) == 0 {
			return one, nil
		}
		return e, nil
	case d.form == finite && d.Compare(one) == 0, e.form == finite && e.Sign() == 0:
		return one, nil
	case d.form == finite && d.Sign() == 0 && e.form == formNegInf:
		return Decimal{}, sqlerr.New(sqlerr.InvalidArgForPower, "zero raised to a negative power is undefined")
	case d.Sign() < 0 && e.form == finite && e.MinScale() > 0:
		return Decimal{}, errComplexPower()
	case e.form != finite:
		c := d.Abs().Compare(one)
		switch {
		case c == 0: // (-1)^±∞
			return one, nil
		case (c > 0) == (e.form == formPosInf):
			return infinity(1), nil
		}
		return Decimal{}, nil
	case e.Sign() < 0:
		return Decimal{}, nil
	}
	odd := d.form == formNegInf && e.Trunc(0).coef().Bit(0) == 1
	if odd {
		return infinity(-1), nil
	}
	return infinity(1), nil
}

// fromAPD rounds half away from zero to scale.
func fromAPD(a *apd.Decimal, scale int32) Decimal {
	c := a.Coeff.MathBigInt()
	if a.Negative {
		c.Neg(c)
	}
	if a.Exponent >= 0 {
		return Decimal{}.with(c.Mul(c, pow10(int(a.Exponent)))).Round(int(scale))
	}
	return Decimal{scale: -a.Exponent}.with(c).Round(int(scale))
}
