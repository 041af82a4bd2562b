package types

import (
	"math"
	"math/big"
	"strconv"

	"synapse/catalog/sqlerr"
)

// The functions below choose the scale of their results as PostgreSQL does: about
// minSigDigits significant digits, never fewer decimals than the arguments
// have. They compute with guard digits and round once at the end.

const (
	guardDigits = 12
	log10e      = 0.434294481903252
	ln10        = 2.302585092994046

	// expArgMax bounds |x| of exp(x) and |exp·ln(base)| of a power.
	expArgMax = 6000
)

func errLogZero() error {
	return sqlerr.New(sqlerr.InvalidArgForLog, "cannot take logarithm of zero")
}

func errLogNegative() error {
	return sqlerr.New(sqlerr.InvalidArgForLog, "cannot take logarithm of a negative number")
}

// approx is the nearest float64, without an error for numbers beyond its range.
func (d Decimal) approx() float64 {
	f, _ := strconv.ParseFloat(d.coef().String()+"e-"+strconv.Itoa(int(d.scale)), 64)
	return f
}

// Sqrt returns the square root. Error: 2201F for a negative number.
func (d Decimal) Sqrt() (Decimal, error) {
	if d.Sign() < 0 {
		return Decimal{}, sqlerr.New(sqlerr.InvalidArgForPower, "cannot take square root of a negative number")
	}
	if d.form != finite {
		return d, nil
	}
	_, weight := d.leading()
	var sweight int
	if weight >= 0 {
		sweight = weight*numericBaseDigits/2 + 1
	} else {
		sweight = 1 - (1-weight*numericBaseDigits)/2
	}
	scale := clampScale(minSigDigits-sweight, d)
	// sqrt(c·10^-s) at one decimal more than wanted: the integer root is below
	// the true one, and a digit of 5 there always means "above half".
	shift := 2*(int(scale)+1) - int(d.scale)
	n := new(big.Int).Set(d.coef())
	if shift >= 0 {
		n.Mul(n, pow10(shift))
	} else {
		n.Quo(n, pow10(-shift))
	}
	return Decimal{scale: scale + 1}.with(n.Sqrt(n)).Round(int(scale)), nil
}

// Exp returns e^d. Error: 22003.
func (d Decimal) Exp() (Decimal, error) {
	switch d.form {
	case formNaN, formPosInf:
		return d, nil
	case formNegInf:
		return Decimal{}, nil
	}
	val := math.Max(-2000, math.Min(2000, d.approx()*log10e))
	return expAt(d, clampScale(minSigDigits-int(val), d))
}

// expAt computes e^d rounded at scale.
func expAt(d Decimal, scale int32) (Decimal, error) {
	x := d.approx()
	if math.Abs(x) >= expArgMax {
		if x > 0 {
			return Decimal{}, errNumericOverflow()
		}
		return Decimal{scale: scale}, nil
	}
	e, bits := expFixed(d, scale+guardDigits)
	if d.Sign() < 0 {
		one := new(big.Int).Lsh(big.NewInt(1), 2*bits)
		e = one.Quo(one, e)
	}
	return fromFixed(e, bits, scale), nil
}

// checkLog refuses what has no logarithm. Error: 2201E.
func (d Decimal) checkLog() error {
	switch {
	case d.form == formNaN:
		return nil
	case d.Sign() < 0:
		return errLogNegative()
	case d.Sign() == 0:
		return errLogZero()
	}
	return nil
}

// Ln returns the natural logarithm. Error: 2201E.
func (d Decimal) Ln() (Decimal, error) {
	if err := d.checkLog(); err != nil {
		return Decimal{}, err
	}
	if d.form != finite {
		return d, nil
	}
	return lnAt(d, clampScale(minSigDigits-d.lnWeight(), d)), nil
}

// lnAt computes ln(d) of a positive d, rounded at scale.
func lnAt(d Decimal, scale int32) Decimal {
	ln, bits := lnFixed(d, scale+guardDigits)
	return fromFixed(ln, bits, scale)
}

// lnWeight estimates the decimal weight of ln(d).
func (d Decimal) lnWeight() int {
	x := d.approx()
	if x >= 0.9 && x <= 1.1 {
		diff := d.Sub(DecimalFromInt64(1))
		if diff.Sign() == 0 {
			return 0
		}
		digit, weight := diff.leading()
		return weight*numericBaseDigits + int(math.Log10(float64(digit)))
	}
	first, weight := d.leading()
	ln := math.Log(float64(first)) + float64(weight*numericBaseDigits)*ln10
	if x > 0 && !math.IsInf(x, 0) {
		ln = math.Log(x)
	}
	return int(math.Log10(math.Abs(ln)))
}

// Log returns the logarithm of d to a base. Errors: 2201E, 22012 for base 1.
func (d Decimal) Log(base Decimal) (Decimal, error) {
	if d.form == formNaN || base.form == formNaN {
		return Decimal{form: formNaN}, nil
	}
	if (base.form != finite || d.form != finite) && (base.Sign() < 0 || d.Sign() < 0) {
		return Decimal{}, errLogNegative()
	}
	if err := base.checkLog(); err != nil {
		return Decimal{}, err
	}
	if err := d.checkLog(); err != nil {
		return Decimal{}, err
	}
	if base.form == formPosInf {
		if d.form == formPosInf {
			return Decimal{form: formNaN}, nil
		}
		return Decimal{}, nil
	}
	if d.form == formPosInf {
		return d, nil
	}
	baseWeight := base.lnWeight()
	weight := d.lnWeight() - baseWeight
	scale := clampScale(minSigDigits-weight, base, d)
	// Relative precision is what the quotient needs of both.
	inner := scale + int32(max(weight, 0)+max(-baseWeight, 0)+max(weight-baseWeight, 0)+guardDigits)
	den := lnAt(base, inner)
	if den.Sign() == 0 {
		return Decimal{}, errDivisionByZero()
	}
	return divAt(lnAt(d, inner), den, scale), nil
}
