package types

import (
	"math/big"

	"synapse/catalog/sqlerr"
)

// Result scales of PostgreSQL's division and functions.
const (
	minSigDigits    = 16
	maxDisplayScale = 1000
)

func errDivisionByZero() error { return sqlerr.New(sqlerr.DivisionByZero, "division by zero") }

// Add returns d + e at the larger scale.
func (d Decimal) Add(e Decimal) Decimal {
	if d.form != finite || e.form != finite {
		return addSpecial(d, e)
	}
	scale := max(d.scale, e.scale)
	d, e = d.rescale(scale), e.rescale(scale)
	if d.wide == nil && e.wide == nil {
		sum := d.small + e.small
		if (sum > d.small) == (e.small > 0) {
			return Decimal{scale: scale, small: sum}
		}
	}
	return Decimal{scale: scale}.with(new(big.Int).Add(d.coef(), e.coef()))
}

func addSpecial(d, e Decimal) Decimal {
	switch {
	case d.form == formNaN || e.form == formNaN:
		return Decimal{form: formNaN}
	case d.form == finite:
		return e
	case e.form == finite || d.form == e.form:
		return d
	}
	return Decimal{form: formNaN} // Infinity - Infinity
}

// Neg returns -d.
func (d Decimal) Neg() Decimal {
	switch d.form {
	case formPosInf:
		d.form = formNegInf
	case formNegInf:
		d.form = formPosInf
	case finite:
		if d.wide == nil && d.small != -1<<63 {
			d.small = -d.small
		} else {
			return d.with(new(big.Int).Neg(d.coef()))
		}
	}
	return d
}

// Sub returns d - e.
func (d Decimal) Sub(e Decimal) Decimal { return d.Add(e.Neg()) }

// Abs returns |d|.
func (d Decimal) Abs() Decimal {
	if d.Sign() < 0 {
		return d.Neg()
	}
	return d
}

// infinity returns the infinity of a sign.
func infinity(sign int) Decimal {
	if sign < 0 {
		return Decimal{form: formNegInf}
	}
	return Decimal{form: formPosInf}
}

// Mul returns d × e at the sum of the scales.
func (d Decimal) Mul(e Decimal) Decimal {
	if d.form != finite || e.form != finite {
		sign := d.Sign() * e.Sign()
		if d.form == formNaN || e.form == formNaN || sign == 0 {
			return Decimal{form: formNaN}
		}
		return infinity(sign)
	}
	out := Decimal{scale: d.scale + e.scale}
	if d.wide == nil && e.wide == nil {
		if p, ok := mulInt64(d.small, e.small); ok {
			out.small = p
			return out.capScale()
		}
	}
	return out.with(new(big.Int).Mul(d.coef(), e.coef())).capScale()
}

func (d Decimal) capScale() Decimal {
	if d.scale > NumericScaleMax {
		return d.Round(NumericScaleMax)
	}
	return d
}

// divSpecial handles NaN and infinities of a division; done is false for finite operands.
func divSpecial(d, e Decimal) (out Decimal, done bool, err error) {
	switch {
	case d.form == formNaN || e.form == formNaN:
		return Decimal{form: formNaN}, true, nil
	case d.form != finite && e.form != finite:
		return Decimal{form: formNaN}, true, nil
	case e.form != finite:
		return Decimal{}, true, nil
	case e.Sign() == 0:
		return Decimal{}, true, errDivisionByZero()
	case d.form != finite:
		return infinity(d.Sign() * e.Sign()), true, nil
	}
	return Decimal{}, false, nil
}

// divScale is PostgreSQL's scale of a quotient: 16 significant digits at least,
// and no fewer decimals than either operand.
func divScale(d, e Decimal) int32 {
	fd, wd := d.leading()
	fe, we := e.leading()
	qweight := wd - we
	if fd <= fe {
		qweight--
	}
	return clampScale(minSigDigits-qweight*numericBaseDigits, d, e)
}

// clampScale raises a scale to those of the operands and keeps it within PostgreSQL's limits.
func clampScale(scale int, operands ...Decimal) int32 {
	for _, o := range operands {
		scale = max(scale, int(o.scale))
	}
	return int32(min(max(scale, 0), maxDisplayScale))
}

// Div returns d / e. Error: 22012.
func (d Decimal) Div(e Decimal) (Decimal, error) {
	if out, done, err := divSpecial(d, e); done {
		return out, err
	}
	return divAt(d, e, divScale(d, e)), nil
}

// divAt divides finite numbers, rounding half away from zero at scale.
func divAt(d, e Decimal, scale int32) Decimal {
	num := new(big.Int).Set(d.coef())
	den := e.coef()
	// d.c/10^ds ÷ e.c/10^es at 10^-scale: multiply by 10^(scale + es - ds).
	if shift := int(scale) + int(e.scale) - int(d.scale); shift >= 0 {
		num.Mul(num, pow10(shift))
	} else {
		den = new(big.Int).Mul(den, pow10(-shift))
	}
	return Decimal{scale: scale}.with(quoHalfAway(num, den))
}

// quoHalfAway divides, rounding half away from zero. It overwrites num.
func quoHalfAway(num, den *big.Int) *big.Int {
	neg := num.Sign()*den.Sign() < 0
	num.Abs(num)
	absDen := new(big.Int).Abs(den)
	q, r := num.QuoRem(num, absDen, new(big.Int))
	if r.Lsh(r, 1).Cmp(absDen) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if neg {
		q.Neg(q)
	}
	return q
}

// DivInt returns the quotient cut towards zero, without decimals (PostgreSQL's div). Error: 22012.
func (d Decimal) DivInt(e Decimal) (Decimal, error) {
	if out, done, err := divSpecial(d, e); done {
		return out, err
	}
	scale := max(d.scale, e.scale)
	d, e = d.rescale(scale), e.rescale(scale)
	return Decimal{}.with(new(big.Int).Quo(d.coef(), e.coef())), nil
}

// Mod returns the remainder of the division cut towards zero; it has d's sign. Error: 22012.
func (d Decimal) Mod(e Decimal) (Decimal, error) {
	switch {
	case d.form == formNaN || e.form == formNaN:
		return Decimal{form: formNaN}, nil
	case e.form == finite && e.Sign() == 0:
		return Decimal{}, errDivisionByZero()
	case d.form != finite:
		return Decimal{form: formNaN}, nil
	case e.form != finite:
		return d, nil
	}
	scale := max(d.scale, e.scale)
	d, e = d.rescale(scale), e.rescale(scale)
	if d.wide == nil && e.wide == nil {
		if e.small == -1 {
			return Decimal{scale: scale}, nil
		}
		return Decimal{scale: scale, small: d.small % e.small}, nil
	}
	return Decimal{scale: scale}.with(new(big.Int).Rem(d.coef(), e.coef())), nil
}

// Compare orders decimals: -Infinity, numbers, Infinity, NaN.
func (d Decimal) Compare(e Decimal) int {
	if d.form != finite || e.form != finite {
		rank := [...]int64{finite: 1, formNaN: 3, formPosInf: 2, formNegInf: 0}
		return cmpInt(rank[d.form], rank[e.form])
	}
	if d.scale == e.scale && d.wide == nil && e.wide == nil {
		return cmpInt(d.small, e.small)
	}
	scale := max(d.scale, e.scale)
	return d.rescale(scale).coef().Cmp(e.rescale(scale).coef())
}
