package types

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// The payload of a numeric is PostgreSQL's binary format, all int16 big endian:
// ndigits, weight, sign, dscale, then ndigits base-10000 digits. The value is
// Σ digit[i] × 10000^(weight-i); dscale is the number of decimals shown.
// Payloads made here have no leading or trailing zero digit, so equal numbers
// differ in dscale only.
const (
	numericHeaderBytes = 8
	numericBase        = 10000
	numericBaseDigits  = 4

	numericPos    = 0x0000
	numericNeg    = 0x4000
	numericNaN    = 0xC000
	numericPosInf = 0xD000
	numericNegInf = 0xF000

	numericWeightMax = 0x7fff
	// numericDigitsMax is the most digits before the decimal point.
	numericDigitsMax = (numericWeightMax + 1) * numericBaseDigits

	// NumericScaleMax is the most decimals a numeric carries.
	NumericScaleMax = 0x3fff
)

func numericSpecial(sign uint16) Value {
	b := make([]byte, numericHeaderBytes)
	binary.BigEndian.PutUint16(b[4:], sign)
	if sign != numericNaN {
		binary.BigEndian.PutUint16(b[6:], 0x20) // what PostgreSQL sends there
	}
	return NewBytes(b)
}

// Numeric constants.
var (
	numericNaNValue    = numericSpecial(numericNaN)
	numericPosInfValue = numericSpecial(numericPosInf)
	numericNegInfValue = numericSpecial(numericNegInf)
)

// numericView reads a payload in place.
type numericView struct {
	n      int // digits
	weight int
	sign   uint16
	dscale int
	digits string // 2n bytes
}

func viewNumeric(s string) numericView {
	if len(s) < numericHeaderBytes {
		return numericView{}
	}
	v := numericView{
		weight: int(int16(be16(s[2:]))),
		sign:   be16(s[4:]),
		dscale: int(be16(s[6:])),
		digits: s[numericHeaderBytes:],
	}
	v.n = min(int(be16(s)), len(v.digits)/2)
	return v
}

func be16(s string) uint16 { return uint16(s[0])<<8 | uint16(s[1]) }

func (v numericView) digit(i int) int {
	if i < 0 || i >= v.n {
		return 0
	}
	return int(be16(v.digits[2*i:]))
}

// special reports NaN and the infinities.
func (v numericView) special() bool { return v.sign&0xC000 == 0xC000 }

func errNumericOverflow() error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value overflows numeric format")
}

// encodeNumeric makes a payload from base-10000 digits, cutting zero digits at
// both ends. Error: 22003 beyond PostgreSQL's limits of weight and scale.
func encodeNumeric(neg bool, weight, dscale int, digits []int16) (Value, error) {
	for len(digits) > 0 && digits[0] == 0 {
		digits = digits[1:]
		weight--
	}
	for len(digits) > 0 && digits[len(digits)-1] == 0 {
		digits = digits[:len(digits)-1]
	}
	sign := uint16(numericPos)
	if neg && len(digits) > 0 {
		sign = numericNeg
	}
	if len(digits) == 0 {
		weight = 0
	}
	if weight > numericWeightMax || weight < math.MinInt16 || dscale > NumericScaleMax || len(digits) > math.MaxInt16*2 {
		return Null, errNumericOverflow()
	}
	b := make([]byte, numericHeaderBytes, numericHeaderBytes+2*len(digits))
	binary.BigEndian.PutUint16(b, uint16(len(digits)))
	binary.BigEndian.PutUint16(b[2:], uint16(int16(weight)))
	binary.BigEndian.PutUint16(b[4:], sign)
	binary.BigEndian.PutUint16(b[6:], uint16(dscale))
	for _, d := range digits {
		b = binary.BigEndian.AppendUint16(b, uint16(d))
	}
	return NewBytes(b), nil
}

// parseNumeric reads numeric's input syntax. Errors: 22P02, 22003.
func parseNumeric(s string) (Value, error) {
	t := trimSpace(s)
	neg := false
	if equalFold("nan", t) {
		return numericNaNValue, nil
	}
	if t != "" && (t[0] == '-' || t[0] == '+') {
		neg = t[0] == '-'
		t = t[1:]
	}
	if equalFold("infinity", t) || equalFold("inf", t) {
		if neg {
			return numericNegInfValue, nil
		}
		return numericPosInfValue, nil
	}
	if len(t) > 2 && t[0] == '0' && strings.IndexByte("xXoObB", t[1]) >= 0 {
		return parseNumericRadix(s, t, neg)
	}
	return parseNumericDecimal(s, t, neg)
}

// parseNumericDecimal reads digits[.digits][e±digits]; t is s without sign.
func parseNumericDecimal(s, t string, neg bool) (Value, error) {
	var buf [64]byte
	digits := buf[:0]
	point, seenPoint, at := 0, false, 0
	for ; at < len(t); at++ {
		c := t[at]
		switch {
		case isDigit(c):
			digits = append(digits, c-'0')
			if !seenPoint {
				point++
			}
			continue
		case c == '.' && !seenPoint:
			seenPoint = true
			continue
		case c == '_' && at > 0 && isDigit(t[at-1]) && at+1 < len(t) && isDigit(t[at+1]):
			continue
		}
		break
	}
	if len(digits) == 0 {
		return Null, badSyntax("numeric", s)
	}
	dscale := len(digits) - point
	if at < len(t) {
		exp, ok := parseExponent(t[at:])
		if !ok {
			return Null, badSyntax("numeric", s)
		}
		if exp > math.MaxInt32/2 || exp < -math.MaxInt32/2 {
			return Null, errNumericOverflow()
		}
		point += exp
		dscale = max(0, dscale-exp)
	}
	return numericFromDigits(neg, digits, point, dscale)
}

// parseExponent reads e[+-]digits to the end of t.
func parseExponent(t string) (int, bool) {
	if len(t) < 2 || t[0]|0x20 != 'e' {
		return 0, false
	}
	t = t[1:]
	body := t
	if body[0] == '+' || body[0] == '-' {
		body = body[1:]
	}
	if body == "" {
		return 0, false
	}
	for i := 0; i < len(body); i++ {
		if !isDigit(body[i]) {
			return 0, false
		}
	}
	n, err := strconv.Atoi(t)
	if err != nil {
		n = math.MaxInt32
		if t[0] == '-' {
			n = -n
		}
	}
	return n, true
}

// numericFromDigits packs decimal digits (values 0-9); point is the number of
// digits before the decimal point (may be negative or beyond the end).
func numericFromDigits(neg bool, digits []byte, point, dscale int) (Value, error) {
	for len(digits) > 0 && digits[0] == 0 {
		digits = digits[1:]
		point--
	}
	if len(digits) == 0 {
		return encodeNumeric(false, 0, dscale, nil)
	}
	weight := (point - 1) >> 2 // floor, also for negative values
	if weight > numericWeightMax || weight < math.MinInt16 || dscale > NumericScaleMax {
		if weight < math.MinInt16 && dscale <= NumericScaleMax {
			return encodeNumeric(false, 0, dscale, nil)
		}
		return Null, errNumericOverflow()
	}
	lead := (weight+1)*numericBaseDigits - point // zeros before the first digit in its group
	n := (len(digits) + lead + numericBaseDigits - 1) / numericBaseDigits
	out := make([]int16, n)
	for i, d := range digits {
		at := i + lead
		out[at/4] += int16(d) * pow10small[3-at%4]
	}
	return encodeNumeric(neg, weight, dscale, out)
}

var pow10small = [4]int16{1, 10, 100, 1000}

// appendNumeric writes the value with dscale decimals.
func appendNumeric(dst []byte, s string) []byte {
	v := viewNumeric(s)
	switch v.sign {
	case numericNaN:
		return append(dst, "NaN"...)
	case numericPosInf:
		return append(dst, "Infinity"...)
	case numericNegInf:
		return append(dst, "-Infinity"...)
	case numericNeg:
		dst = append(dst, '-')
	}
	if v.weight < 0 || v.n == 0 {
		dst = append(dst, '0')
	} else {
		dst = strconv.AppendInt(dst, int64(v.digit(0)), 10)
		for i := 1; i <= v.weight; i++ {
			dst = appendGroup(dst, v.digit(i))
		}
	}
	if v.dscale == 0 {
		return dst
	}
	dst = append(dst, '.')
	end := len(dst) + v.dscale
	first := v.weight + 1
	if v.n == 0 {
		first = 0
	}
	for i := first; len(dst) < end; i++ {
		dst = appendGroup(dst, v.digit(i))
	}
	return dst[:end]
}

// appendGroup writes one base-10000 digit with leading zeros.
func appendGroup(dst []byte, d int) []byte {
	return append(dst, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
}

// CompareNumeric orders payloads: -Infinity, numbers, Infinity, NaN.
func CompareNumeric(a, b string) int {
	x, y := viewNumeric(a), viewNumeric(b)
	if cx, cy := x.class(), y.class(); cx != cy || cx == classNegInf || cx == classZero || cx >= classPosInf {
		return cmpInt(int64(cx), int64(cy))
	}
	c := 0
	if x.weight != y.weight {
		c = cmpInt(int64(x.weight), int64(y.weight))
	} else {
		for i := 0; i < max(x.n, y.n) && c == 0; i++ {
			c = x.digit(i) - y.digit(i)
		}
		c = cmpInt(int64(c), 0)
	}
	if x.sign == numericNeg {
		return -c
	}
	return c
}

// Classes of numerics in their order.
const (
	classNegInf = iota + 1
	classNeg
	classZero
	classPos
	classPosInf
	classNaN
)

func (v numericView) class() int {
	switch {
	case v.sign == numericNaN:
		return classNaN
	case v.sign == numericPosInf:
		return classPosInf
	case v.sign == numericNegInf:
		return classNegInf
	case v.n == 0:
		return classZero
	case v.sign == numericNeg:
		return classNeg
	}
	return classPos
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
