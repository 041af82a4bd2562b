package types

import "math"

// tens are the powers of ten that a float64 holds exactly.
var tens = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// shortFloat32 reads the decimal number that starts at s[at] and returns the nearest float32 and
// where the number ends. Not ok: the number is none, or one of the few that need more care than
// this (too many digits, too large an exponent, next to nothing, half way between two).
//
// Both the digits as an integer and the power of ten are exact in float64, so one division or
// multiplication rounds correctly (Clinger, How to read floating point numbers accurately, 1990);
// rounding that once more to float32 is right unless it stands exactly between two of them.
func shortFloat32(s string, at int) (f float32, end int, ok bool) {
	negative := false
	if at < len(s) && (s[at] == '-' || s[at] == '+') {
		negative = s[at] == '-'
		at++
	}
	var digits uint64
	exponent, seen, point := 0, 0, false
	for ; at < len(s); at++ {
		c := s[at]
		if c == '.' && !point {
			point = true
			continue
		}
		if !isDigit(c) {
			break
		}
		seen++
		if digits >= 1<<53/10 {
			return 0, 0, false
		}
		digits = digits*10 + uint64(c-'0')
		if point {
			exponent--
		}
	}
	if seen == 0 {
		return 0, 0, false
	}
	if at < len(s) && (s[at] == 'e' || s[at] == 'E') {
		var given int
		if given, at, ok = shortExponent(s, at+1); !ok {
			return 0, 0, false
		}
		exponent += given
	}
	x := float64(digits)
	switch {
	case digits == 0:
	case exponent < -22 || exponent > 22:
		return 0, 0, false
	case exponent < 0:
		x /= tens[-exponent]
	default:
		x *= tens[exponent]
	}
	const half = 1 << 28 // of what float32 keeps of a float64's fraction
	if x != 0 && (x < 0x1p-126 || x > math.MaxFloat32) || math.Float64bits(x)&(2*half-1) == half {
		return 0, 0, false
	}
	if negative {
		x = math.Copysign(x, -1)
	}
	return float32(x), at, true
}

// shortExponent reads an exponent of at most two digits.
func shortExponent(s string, at int) (value, end int, ok bool) {
	negative := false
	if at < len(s) && (s[at] == '-' || s[at] == '+') {
		negative = s[at] == '-'
		at++
	}
	start := at
	for ; at < len(s) && isDigit(s[at]); at++ {
		value = value*10 + int(s[at]-'0')
		if at-start == 2 {
			return 0, 0, false
		}
	}
	if negative {
		value = -value
	}
	return value, at, at > start
}
