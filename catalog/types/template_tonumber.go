package types

import (
	"strings"

	"synapse/catalog/sqlerr"
)

// numReader reads text by a number template (to_number).
type numReader struct {
	t        *numTemplate
	src      string
	at       int
	sign     byte // ' ' until one is read
	digits   []byte
	pre      int // digits read before the point
	post     int // and behind it
	point    bool
	inNumber bool
}

// ToNumber is to_number(text, template). NULL for an empty template. Errors: 22P02, 42601, 0A000.
func ToNumber(s, pattern string) (Value, error) {
	if pattern == "" {
		return Null, nil
	}
	t, err := parseNumTemplate(pattern)
	if err != nil {
		return Null, err
	}
	if t.exponent {
		return Null, sqlerr.New(sqlerr.FeatureNotSupported, "\"EEEE\" not supported for input")
	}
	if t.roman {
		return Null, sqlerr.New(sqlerr.FeatureNotSupported, "\"RN\" not supported for input")
	}
	if t.shift > numericDigitsMax {
		return Null, errNumericOverflow()
	}
	r := &numReader{t: t, src: s, sign: ' '}
	for _, n := range t.nodes {
		if r.at >= len(s) {
			break
		}
		r.node(n)
	}
	v, err := parseNumeric(string(r.sign) + strings.TrimSuffix(string(r.digits), "."))
	if err != nil || t.shift == 0 {
		return v, err
	}
	factor, err := powerInt(DecimalFromInt64(10), -t.shift, 0)
	if err != nil {
		return Null, err
	}
	return DecimalOf(v).Mul(factor).Value()
}

func (r *numReader) peek() byte {
	if r.at < len(r.src) {
		return r.src[r.at]
	}
	return 0
}

// skipOther passes up to n characters that cannot belong to a number.
func (r *numReader) skipOther(n int) {
	for ; n > 0 && r.at < len(r.src) && strings.IndexByte("0123456789.,+-", r.src[r.at]) < 0; n-- {
		r.at += len(firstRune(r.src[r.at:]))
	}
}

// takeSign reads one of the given characters as the sign.
func (r *numReader) takeSign(minus, plus string) bool {
	c := r.peek()
	switch {
	case c == 0:
		return false
	case strings.IndexByte(minus, c) >= 0:
		r.sign = '-'
	case strings.IndexByte(plus, c) >= 0:
		r.sign = '+'
	default:
		return false
	}
	r.at++
	return true
}

func (r *numReader) node(n numNode) {
	switch n.item {
	case numNine, numZero, numPoint:
		r.digit(n.item)
	case numComma:
		if (r.inNumber || !r.t.fill) && r.peek() == ',' {
			r.at++
		}
	case numCurrency:
		r.skipOther(1)
	case numOrdinal:
		r.skipOther(2)
	case numMinus:
		if !r.takeSign("-", "") {
			r.skipOther(1)
		}
	case numPlus:
		if !r.takeSign("", "+") {
			r.skipOther(1)
		}
	case numPlusMinus:
		if !r.takeSign("-", "+") {
			r.skipOther(1)
		}
	case numLiteral:
		r.skipOther(len([]rune(n.text)))
	}
}

// digit reads one digit or the point, with a sign before the first or behind the last.
func (r *numReader) digit(item numItem) {
	minus := "-"
	if r.t.bracket {
		minus = "-<"
	}
	if r.peek() == ' ' {
		r.at++
	}
	if r.sign == ' ' && item != numPoint && r.pre+r.post == 0 && (!r.t.sign || r.t.signAt == signBefore) {
		r.takeSign(minus, "+")
	}
	read := false
	switch c := r.peek(); {
	case isDigit(c):
		if r.point && r.post == r.t.post {
			return
		}
		r.digits = append(r.digits, c)
		if r.point {
			r.post++
		} else {
			r.pre++
		}
		read = true
	case c == '.' && r.t.point && !r.point:
		r.digits = append(r.digits, '.')
		r.point, read = true, true
	}
	r.inNumber = true
	if read {
		r.at++
	}
	if r.sign != ' ' || r.pre+r.post == 0 || r.at >= len(r.src) {
		return
	}
	switch {
	case r.t.sign && read && !isDigit(r.peek()):
		r.takeSign("-", "+")
	case !read && !r.t.sign && !r.t.plus && !r.t.minus:
		r.takeSign(minus, "+")
	}
}
