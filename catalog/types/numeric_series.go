package types

import (
	"math"
	"math/big"
)

// Exponential and logarithm in fixed point: a big.Int x stands for x / 2^bits.

// bitsPerDigit is log2(10), rounded up.
const bitsPerDigit = 3.3219280948873627

// guardBits absorb the rounding of a few thousand steps.
const guardBits = 64

// fixedPoint returns d × 2^bits, cut.
func (d Decimal) fixedPoint(bits uint) *big.Int {
	n := new(big.Int).Lsh(d.coef(), bits)
	return n.Quo(n, pow10(int(d.scale)))
}

// fromFixed rounds x / 2^bits to scale.
func fromFixed(x *big.Int, bits uint, scale int32) Decimal {
	n := new(big.Int).Mul(x, pow10(int(scale)))
	return Decimal{scale: scale}.with(quoHalfAway(n, new(big.Int).Lsh(big.NewInt(1), bits)))
}

// expFixed computes e^|d| with absolute error far below 10^-scale; the result
// has the returned number of fraction bits. It halves the argument until it is
// small, sums Taylor's series, and squares back; each squaring costs one bit.
func expFixed(d Decimal, scale int32) (*big.Int, uint) {
	x := math.Abs(d.approx())
	halvings := uint(max(0, int(math.Log2(x+1))+8))
	resultBits := uint(x*math.Log2E) + 1
	bits := uint(float64(scale)*bitsPerDigit) + 2*resultBits + halvings + guardBits
	r := new(big.Int).Rsh(d.Abs().fixedPoint(bits), halvings)
	one := new(big.Int).Lsh(big.NewInt(1), bits)
	sum, term := new(big.Int).Add(one, r), new(big.Int).Set(r)
	for i := int64(2); term.Sign() != 0; i++ {
		term.Mul(term, r).Rsh(term, bits)
		term.Quo(term, big.NewInt(i))
		sum.Add(sum, term)
	}
	for ; halvings > 0; halvings-- {
		sum.Mul(sum, sum).Rsh(sum, bits)
	}
	return sum, bits
}

// lnFixed computes ln(d), d > 0, with absolute error far below 10^-scale:
// d = m·2^e with m near 1, and ln m = 2·atanh((m-1)/(m+1)).
func lnFixed(d Decimal, scale int32) (*big.Int, uint) {
	c, den := d.coef(), pow10(int(d.scale))
	e := c.BitLen() - den.BitLen()
	bits := uint(float64(scale)*bitsPerDigit) + guardBits + uint(bitLen(e))
	m := new(big.Int).Lsh(c, bits+uint(max(-e, 0)))
	m.Quo(m, new(big.Int).Lsh(den, uint(max(e, 0))))
	// m is in (1/2, 2); bring it to about [0.7, 1.4], where the series is short.
	one := new(big.Int).Lsh(big.NewInt(1), bits)
	if limit := new(big.Int).Add(one, new(big.Int).Rsh(one, 1)); m.Cmp(limit) > 0 {
		m.Rsh(m, 1)
		e++
	}
	if limit := new(big.Int).Rsh(one, 1); m.Cmp(limit.Add(limit, new(big.Int).Rsh(one, 2))) < 0 {
		m.Lsh(m, 1)
		e--
	}
	z := new(big.Int).Sub(m, one)
	z.Lsh(z, bits).Quo(z, new(big.Int).Add(m, one))
	ln := atanhFixed(z, bits)
	if e != 0 {
		third := new(big.Int).Quo(one, big.NewInt(3)) // ln 2 = 2·atanh(1/3)
		ln.Add(ln, new(big.Int).Mul(atanhFixed(third, bits), big.NewInt(int64(e))))
	}
	return ln.Lsh(ln, 1), bits
}

func bitLen(n int) int { return big.NewInt(int64(n)).BitLen() }

// atanhFixed sums z + z³/3 + z⁵/5 + … .
func atanhFixed(z *big.Int, bits uint) *big.Int {
	square := new(big.Int).Mul(z, z)
	square.Rsh(square, bits)
	sum, power := new(big.Int).Set(z), new(big.Int).Set(z)
	term := new(big.Int)
	for i := int64(3); power.Sign() != 0; i += 2 {
		power.Mul(power, square)
		power.Quo(power, new(big.Int).Lsh(big.NewInt(1), bits)) // Quo, not Rsh: towards zero, so that it ends
		sum.Add(sum, term.Quo(power, big.NewInt(i)))
	}
	return sum
}
