package types

import (
	"math"
	"strconv"
)

// parseInt reads a signed integer of the given width in bits as PostgreSQL 16
// does: blanks around, one sign, decimal or 0x/0o/0b digits with single
// underscores between them. Errors: 22P02, 22003.
func parseInt(s string, bits int, typeName string) (int64, error) {
	t := trimSpace(s)
	neg := false
	if t != "" && (t[0] == '-' || t[0] == '+') {
		neg = t[0] == '-'
		t = t[1:]
	}
	limit := uint64(1) << (bits - 1)
	mag, st := parseMagnitude(t, limit)
	if st == magBad {
		return 0, badSyntax(typeName, s)
	}
	if !neg {
		limit--
	}
	if st == magOverflow || mag > limit {
		return 0, outOfRangeText(typeName, s)
	}
	if neg {
		return -int64(mag), nil
	}
	return int64(mag), nil
}

type magnitude uint8

const (
	magOK magnitude = iota
	magBad
	magOverflow
)

// parseMagnitude reads unsigned digits with an optional base prefix. What goes
// beyond limit is an overflow, whatever follows it.
func parseMagnitude(t string, limit uint64) (uint64, magnitude) {
	base := uint64(10)
	if len(t) > 2 && t[0] == '0' {
		switch t[1] | 0x20 {
		case 'x':
			base, t = 16, t[2:]
		case 'o':
			base, t = 8, t[2:]
		case 'b':
			base, t = 2, t[2:]
		}
		if base != 10 && t[0] == '_' && len(t) > 1 {
			t = t[1:]
		}
	}
	if t == "" {
		return 0, magBad
	}
	var mag uint64
	digitBefore := false
	for i := 0; i < len(t); i++ {
		if t[i] == '_' && digitBefore && i+1 < len(t) {
			digitBefore = false
			continue
		}
		d := unhex(t[i])
		if d < 0 || uint64(d) >= base {
			return 0, magBad
		}
		digitBefore = true
		if mag > limit/base {
			return 0, magOverflow
		}
		mag = mag*base + uint64(d)
	}
	return mag, magOK
}

// parseOID reads an unsigned 32-bit number; like strtoul it takes a minus sign
// and wraps. Errors: 22P02, 22003.
func parseOID(s, typeName string) (int64, error) {
	t := trimSpace(s)
	neg := false
	if t != "" && (t[0] == '-' || t[0] == '+') {
		neg = t[0] == '-'
		t = t[1:]
	}
	if t == "" {
		return 0, badSyntax(typeName, s)
	}
	for i := 0; i < len(t); i++ {
		if !isDigit(t[i]) {
			return 0, badSyntax(typeName, s)
		}
	}
	u, err := strconv.ParseUint(t, 10, 64)
	if err != nil || u > math.MaxUint32 {
		return 0, outOfRangeText(typeName, s)
	}
	if neg {
		u = uint64(uint32(-int64(u)))
	}
	return int64(u), nil
}

// parseBool takes unique prefixes of true, false, yes, no, on, off and 1, 0. Error: 22P02.
func parseBool(s string) (Value, error) {
	t := trimSpace(s)
	switch len(t) {
	case 1:
		switch t[0] {
		case 't', 'T', 'y', 'Y', '1':
			return NewBool(true), nil
		case 'f', 'F', 'n', 'N', '0':
			return NewBool(false), nil
		}
	case 2, 3, 4, 5:
		for _, w := range boolWords {
			if len(t) <= len(w.word) && equalFold(w.word[:len(t)], t) {
				return NewBool(w.value), nil
			}
		}
	}
	return Null, badSyntax("boolean", s)
}

var boolWords = []struct {
	word  string
	value bool
}{{"true", true}, {"false", false}, {"yes", true}, {"no", false}, {"on", true}, {"off", false}}

// equalFold compares ASCII text; lower must be in lower case.
func equalFold(lower, s string) bool {
	if len(lower) != len(s) {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// parseChar reads the one-byte type "char": empty is 0, \ooo is octal, else the first byte.
func parseChar(s string) Value {
	if len(s) == 4 && s[0] == '\\' && isOctal(s[1]) && isOctal(s[2]) && isOctal(s[3]) {
		return NewInt(int64((s[1]-'0')<<6 | (s[2]-'0')<<3 | (s[3] - '0')))
	}
	if s == "" {
		return NewInt(0)
	}
	return NewInt(int64(s[0]))
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

func appendChar(dst []byte, c byte) []byte {
	switch {
	case c == 0:
		return dst
	case c < 0x80:
		return append(dst, c)
	}
	return append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
}
