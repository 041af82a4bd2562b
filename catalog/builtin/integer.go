package builtin

import (
	"math"
	"math/bits"

	"synapse/catalog/sqlerr"
)

// intType is the width of an integer result: what its arithmetic is checked against.
type intType struct {
	prefix   string // of PostgreSQL's function names
	name     string // pg_type name in signatures
	sql      string // in messages
	min, max int64
}

var (
	smallInt = intType{"int2", "int2", "smallint", math.MinInt16, math.MaxInt16}
	integer  = intType{"int4", "int4", "integer", math.MinInt32, math.MaxInt32}
	bigInt   = intType{"int8", "int8", "bigint", math.MinInt64, math.MaxInt64}
)

func (t intType) outOfRange() error {
	return outOfRange(t.sql)
}

// fit checks a result that int64 arithmetic computed exactly.
func (t intType) fit(n int64) (int64, error) {
	if n < t.min || n > t.max {
		return 0, t.outOfRange()
	}
	return n, nil
}

func (t intType) add(a, b int64) (int64, error) {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return 0, t.outOfRange()
	}
	return t.fit(c)
}

func (t intType) sub(a, b int64) (int64, error) {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return 0, t.outOfRange()
	}
	return t.fit(c)
}

func (t intType) mul(a, b int64) (int64, error) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	switch {
	case hi != 0, lo > 1<<63, lo == 1<<63 && !negative:
		return 0, t.outOfRange()
	case negative:
		return t.fit(-int64(lo))
	}
	return t.fit(int64(lo))
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func (t intType) div(a, b int64) (int64, error) {
	switch {
	case b == 0:
		return 0, divisionByZero()
	case b == -1:
		return t.neg(a)
	}
	return a / b, nil
}

func (t intType) mod(a, b int64) (int64, error) {
	switch b {
	case 0:
		return 0, divisionByZero()
	case -1:
		return 0, nil // MinInt64 % -1 traps on some machines
	}
	return a % b, nil
}

func (t intType) neg(a int64) (int64, error) {
	if a == t.min {
		return 0, t.outOfRange()
	}
	return -a, nil
}

func (t intType) abs(a int64) (int64, error) {
	if a < 0 {
		return t.neg(a)
	}
	return a, nil
}

func (t intType) gcd(a, b int64) (int64, error) {
	x, y := magnitude(a), magnitude(b)
	for y != 0 {
		x, y = y, x%y
	}
	if x > uint64(t.max) {
		return 0, t.outOfRange()
	}
	return int64(x), nil
}

func (t intType) lcm(a, b int64) (int64, error) {
	if a == 0 || b == 0 {
		return 0, nil
	}
	g, err := t.gcd(a, b)
	if err != nil {
		return 0, err
	}
	product, err := t.mul(a/g, b)
	if err != nil {
		return 0, err
	}
	return t.abs(product)
}

// shift moves a left by n bits, right when left is false; PostgreSQL masks n
// by the machine's rules for the width, and so do we.
func (t intType) shift(left bool) func(a, n int64) (int64, error) {
	return func(a, n int64) (int64, error) {
		switch {
		case t.max == math.MaxInt64:
			n &= 63
		default:
			n &= 31
		}
		if !left {
			return a >> uint(n), nil
		}
		switch t.max {
		case math.MaxInt16:
			return int64(int16(a << uint(n))), nil
		case math.MaxInt32:
			return int64(int32(a << uint(n))), nil
		}
		return a << uint(n), nil
	}
}

func divisionByZero() error { return sqlerr.New(sqlerr.DivisionByZero, "division by zero") }

func init() {
	for _, t := range []intType{smallInt, integer, bigInt} {
		t.register()
	}
	mixed := []struct {
		prefix, args string
		result       intType
	}{
		{"int24", "int2,int4", integer},
		{"int42", "int4,int2", integer},
		{"int28", "int2,int8", bigInt},
		{"int82", "int8,int2", bigInt},
		{"int48", "int4,int8", bigInt},
		{"int84", "int8,int4", bigInt},
	}
	for _, m := range mixed {
		m.result.arithmetic(m.prefix, m.args)
	}
}

// arithmetic registers the four operations for one pair of operand types.
func (t intType) arithmetic(prefix, args string) {
	add(prefix+"pl("+args+")", int2(t.add))
	add(prefix+"mi("+args+")", int2(t.sub))
	add(prefix+"mul("+args+")", int2(t.mul))
	add(prefix+"div("+args+")", int2(t.div))
}

// register adds everything that exists once per width.
func (t intType) register() {
	one, two := "("+t.name+")", "("+t.name+","+t.name+")"
	t.arithmetic(t.prefix, t.name+","+t.name)
	add(t.prefix+"mod"+two, int2(t.mod))
	add("mod"+two, int2(t.mod))
	add(t.prefix+"um"+one, int1(t.neg))
	add(t.prefix+"up"+one, identity)
	add(t.prefix+"abs"+one, int1(t.abs))
	add("abs"+one, int1(t.abs))
	add(t.prefix+"and"+two, int2(func(a, b int64) (int64, error) { return a & b, nil }))
	add(t.prefix+"or"+two, int2(func(a, b int64) (int64, error) { return a | b, nil }))
	add(t.prefix+"xor"+two, int2(func(a, b int64) (int64, error) { return a ^ b, nil }))
	add(t.prefix+"not"+one, int1(func(a int64) (int64, error) { return ^a, nil }))
	add(t.prefix+"shl("+t.name+",int4)", int2(t.shift(true)))
	add(t.prefix+"shr("+t.name+",int4)", int2(t.shift(false)))
	add(t.prefix+"larger"+two, int2(func(a, b int64) (int64, error) { return max(a, b), nil }))
	add(t.prefix+"smaller"+two, int2(func(a, b int64) (int64, error) { return min(a, b), nil }))
	if t.name != "int2" {
		add("gcd"+two, int2(t.gcd))
		add("lcm"+two, int2(t.lcm))
	}
	if t.name == "int8" {
		add("int8inc(int8)", int1(func(a int64) (int64, error) { return t.add(a, 1) }))
	}
}

func outOfRange(what string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "%s out of range", what)
}
