package builtin

import (
	"math/big"
	"strings"

	"synapse/catalog/types"
)

// exactSum accumulates integers or numerics without loss. Integers stay in an
// int64 until they outgrow it; then they move to the decimal.
type exactSum struct {
	decimals bool // the argument is numeric
	squares  bool // sum of squares is wanted too
	n        int64
	small    int64
	sum      types.Decimal
	sum2     types.Decimal
	result   func(s *exactSum) (types.Value, error)
}

func (s *exactSum) Add(a []types.Value) error {
	s.n++
	if s.decimals || s.squares {
		d := s.argument(a[0])
		s.sum = s.sum.Add(d)
		if s.squares {
			s.sum2 = s.sum2.Add(d.Mul(d))
		}
		return nil
	}
	s.shift(a[0].Int())
	return nil
}

func (s *exactSum) argument(v types.Value) types.Decimal {
	if s.decimals {
		return types.DecimalOf(v)
	}
	return types.DecimalFromInt64(v.Int())
}

func (s *exactSum) shift(by int64) {
	if c := s.small + by; (c > s.small) == (by > 0) || by == 0 {
		s.small = c
		return
	}
	s.sum = s.sum.Add(types.DecimalFromInt64(s.small))
	s.small = by
}

func (s *exactSum) Result() (types.Value, error) {
	if s.n == 0 {
		return types.Null, nil
	}
	return s.result(s)
}

func (s *exactSum) total() types.Decimal {
	if s.small == 0 {
		return s.sum
	}
	return s.sum.Add(types.DecimalFromInt64(s.small))
}

// integerSum is an exactSum of integers: rows can be taken back.
type integerSum struct{ exactSum }

func (s *integerSum) Remove(a []types.Value) error {
	s.n--
	d := types.DecimalFromInt64(a[0].Int()).Neg()
	s.sum = s.sum.Add(d)
	return nil
}

func sumNumeric(s *exactSum) (types.Value, error) { return s.total().Value() }

// sumInt8 is sum(int4): PostgreSQL lets it fail where the total leaves bigint.
func sumInt8(s *exactSum) (types.Value, error) {
	n, err := s.total().Int64("bigint")
	return types.NewInt(n), err
}

func mean(s *exactSum) (types.Value, error) {
	d, err := s.total().Div(types.DecimalFromInt64(s.n))
	if err != nil {
		return types.Null, err
	}
	return d.Value()
}

// spread is the variance family: (n·Σx² - (Σx)²) / (n·(n or n-1)).
func spread(sample, root bool) func(s *exactSum) (types.Value, error) {
	return func(s *exactSum) (types.Value, error) {
		if sample && s.n < 2 {
			return types.Null, nil
		}
		if isSpecial(s.sum) || isSpecial(s.sum2) {
			return notANumber().Value()
		}
		n := types.DecimalFromInt64(s.n)
		over := n.Mul(s.sum2).Sub(s.sum.Mul(s.sum))
		if over.Sign() <= 0 {
			return types.NumericFromInt64(0), nil
		}
		under := n
		if sample {
			under = types.DecimalFromInt64(s.n - 1)
		}
		d, err := over.Div(n.Mul(under))
		if err != nil {
			return types.Null, err
		}
		if root {
			return decimalRoot(d, d.Scale())
		}
		return d.Value()
	}
}

// decimalRoot is the square root of a finite d ≥ 0, rounded to scale decimals.
func decimalRoot(d types.Decimal, scale int) (types.Value, error) {
	text := d.Round(d.Scale()).String()
	whole, frac, _ := strings.Cut(text, ".")
	// √(c·10^-f) at scale s is √(c·10^(2s+2-f)) / 10^(s+1): one digit more to round by.
	c, ok := new(big.Int).SetString(whole+frac, 10)
	if !ok {
		return notANumber().Value()
	}
	shift := 2*scale + 2 - len(frac)
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	if shift >= 0 {
		c.Mul(c, ten)
	} else {
		c.Quo(c, ten)
	}
	c.Sqrt(c)
	c.Add(c, big.NewInt(5))
	c.Quo(c, big.NewInt(10))
	s := c.String()
	if len(s) <= scale {
		s = strings.Repeat("0", scale-len(s)+1) + s
	}
	point := len(s) - scale
	return types.NumericFromString(s[:point] + "." + s[point:])
}

func init() {
	type result = func(s *exactSum) (types.Value, error)
	exact := func(name, arg string, squares bool, r result) {
		decimals := arg == "numeric"
		addAggregate(name+"("+arg+")", true, func(*Call, []types.Value) Aggregator {
			s := exactSum{decimals: decimals, squares: squares, result: r}
			if decimals || squares {
				return &s
			}
			return &integerSum{s}
		})
	}
	exact("sum", "int2", false, sumInt8)
	exact("sum", "int4", false, sumInt8)
	exact("sum", "int8", false, sumNumeric)
	exact("sum", "numeric", false, sumNumeric)
	for _, t := range []string{"int2", "int4", "int8", "numeric"} {
		exact("avg", t, false, mean)
		exact("var_pop", t, true, spread(false, false))
		exact("var_samp", t, true, spread(true, false))
		exact("variance", t, true, spread(true, false))
		exact("stddev_pop", t, true, spread(false, true))
		exact("stddev_samp", t, true, spread(true, true))
		exact("stddev", t, true, spread(true, true))
	}
}
