package types

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// parseFloat reads float4 (bits 32) or float8 (bits 64): decimal or hexadecimal
// digits, NaN, [+-]inf[inity]. Errors: 22P02, 22003 (also for a non-zero number
// that rounds to zero).
func parseFloat(s string, bits int, typeName string) (Value, error) {
	t := trimSpace(s)
	f, ok := parseFloatWord(t)
	if ok {
		return NewFloat(f), nil
	}
	if t == "" || strings.IndexByte(t, '_') >= 0 || !isFloatStart(t) {
		return Null, badSyntax(typeName, s)
	}
	f, err := strconv.ParseFloat(t, bits)
	if errors.Is(err, strconv.ErrSyntax) {
		return Null, badSyntax(typeName, s)
	}
	if err != nil || (f == 0 && hasNonZeroDigit(t)) {
		return Null, sqlerr.New(sqlerr.NumericValueOutOfRange, "\"%s\" is out of range for type %s", t, typeName)
	}
	return NewFloat(f), nil
}

// parseFloatWord reads the spellings that are not digits.
func parseFloatWord(t string) (float64, bool) {
	if equalFold("nan", t) {
		return math.Float64frombits(0x7ff8000000000000), true // the bits C's NAN has on the wire
	}
	sign := 1
	if t != "" && (t[0] == '-' || t[0] == '+') {
		if t[0] == '-' {
			sign = -1
		}
		t = t[1:]
	}
	if equalFold("infinity", t) || equalFold("inf", t) {
		return math.Inf(sign), true
	}
	return 0, false
}

// isFloatStart keeps Go's own words away from ParseFloat.
func isFloatStart(t string) bool {
	if t[0] == '-' || t[0] == '+' {
		t = t[1:]
	}
	return t != "" && (isDigit(t[0]) || t[0] == '.')
}

func hasNonZeroDigit(t string) bool {
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == 'e' || c == 'E' || c == 'p' || c == 'P':
			return false
		case c >= '1' && c <= '9':
			return true
		}
	}
	return false
}

// AppendFloat writes f as PostgreSQL does. bits is 32 or 64; extraDigits is
// the session's extra_float_digits: above 0 the shortest text that reads back
// the same, else 15+extraDigits (float4: 6+) significant digits.
func AppendFloat(dst []byte, f float64, bits, extraDigits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0 && math.Signbit(f):
		return append(dst, "-0"...)
	case f == 0:
		return append(dst, '0')
	}
	prec, fixedBelow := -1, 15
	if bits == 32 {
		fixedBelow = 6
	}
	if extraDigits <= 0 {
		prec = max(1, fixedBelow+extraDigits)
		fixedBelow = prec
		prec--
	}
	var buf [40]byte
	e := strconv.AppendFloat(buf[:0], f, 'e', prec, bits)
	for n := digitsOf(e); prec < 0 && isMidpoint(f, e, bits); n++ {
		e = strconv.AppendFloat(buf[:0], f, 'e', n, bits)
	}
	return layoutFloat(dst, e, fixedBelow)
}

// digitsOf counts the significant digits of d.ddde±xx.
func digitsOf(e []byte) int {
	n := 0
	for _, c := range e {
		if c == 'e' {
			break
		}
		if isDigit(c) {
			n++
		}
	}
	return n
}

// isMidpoint reports that the decimal e lies exactly between f and a neighbour.
// Go's shortest form accepts such a decimal (it reads back by the tie rule),
// PostgreSQL's asks for one digit more. Only large numbers can have one.
func isMidpoint(f float64, e []byte, bits int) bool {
	abs := math.Abs(f)
	const midpointEnd = 1e41 // above, a midpoint has more factors of five than its digits leave room for
	if abs >= midpointEnd || abs < 1<<24 || (bits == 64 && abs < 1<<53) {
		return false
	}
	d, _, err := big.ParseFloat(string(e), 10, 200, big.ToNearestEven)
	if err != nil {
		return false
	}
	d.Abs(d)
	exact := big.NewFloat(abs)
	if d.Cmp(exact) == 0 {
		return false
	}
	toward := math.Inf(d.Cmp(exact))
	next := math.Nextafter(abs, math.Max(toward, 0))
	if bits == 32 {
		next = float64(math.Nextafter32(float32(abs), float32(math.Max(toward, 0))))
	}
	twice := new(big.Float).SetPrec(200).Add(exact, big.NewFloat(next))
	return twice.Cmp(new(big.Float).SetPrec(200).Add(d, d)) == 0
}

// layoutFloat turns d.ddde±xx into %g's layout: fixed notation for exponents
// from -4 up to fixedBelow-1, trailing zeros cut.
func layoutFloat(dst, e []byte, fixedBelow int) []byte {
	if e[0] == '-' {
		dst = append(dst, '-')
		e = e[1:]
	}
	at := len(e) - 1
	for e[at] != 'e' {
		at--
	}
	exp, _ := strconv.Atoi(string(e[at+1:]))
	var buf [32]byte
	digits := append(buf[:0], e[0])
	if at > 2 {
		digits = append(digits, e[2:at]...)
	}
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	if exp < -4 || exp >= fixedBelow {
		dst = append(dst, digits[0])
		if len(digits) > 1 {
			dst = append(dst, '.')
			dst = append(dst, digits[1:]...)
		}
		return append(dst, e[at:]...)
	}
	if exp < 0 {
		dst = append(dst, '0', '.')
		for i := exp + 1; i < 0; i++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	for i := 0; i <= exp; i++ {
		if i < len(digits) {
			dst = append(dst, digits[i])
		} else {
			dst = append(dst, '0')
		}
	}
	if len(digits) > exp+1 {
		dst = append(dst, '.')
		dst = append(dst, digits[exp+1:]...)
	}
	return dst
}

// CompareFloat orders floats as PostgreSQL's btree: NaN is equal to itself and
// above everything, -0 equals 0.
func CompareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	}
	an, bn := math.IsNaN(a), math.IsNaN(b)
	switch {
	case an && bn:
		return 0
	case an:
		return 1
	}
	return -1
}
