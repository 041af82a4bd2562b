package types

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// badSyntax is 22P02 with the sentence every PostgreSQL input function uses.
func badSyntax(typeName, s string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typeName, s)
}

// outOfRangeText is 22003 for a literal that does not fit its type.
func outOfRangeText(typeName, s string) error {
	return sqlerr.New(sqlerr.NumericValueOutOfRange, "value \"%s\" is out of range for type %s", s, typeName)
}

// badBinary is 22P03: a binary parameter that is not what its type's recv function accepts.
func badBinary(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidBinaryRepresentation, format, args...)
}

// errShortMessage is what PostgreSQL's message reader says when a binary value ends early.
func errShortMessage() error {
	return sqlerr.New(sqlerr.ProtocolViolation, "insufficient data left in message")
}

// isSpace is C's isspace in the C locale, which PostgreSQL's input functions skip.
func isSpace(c byte) bool { return c == ' ' || (c >= '\t' && c <= '\r') }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlpha(c byte) bool { return (c|0x20) >= 'a' && (c|0x20) <= 'z' }

// trimSpace cuts the blanks that PostgreSQL's input functions ignore at both ends.
func trimSpace(s string) string {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// checkUTF8 refuses text that a PostgreSQL with encoding UTF8 would refuse: bad
// sequences and the zero byte (22021).
func checkUTF8(s string) error {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00")
	}
	if utf8.ValidString(s) {
		return nil
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			return sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", hexBytes(badSequence(s[i:])))
		}
		i += n
	}
	return nil
}

// badSequence cuts the bytes that the lead byte promises, which is what PostgreSQL's message shows.
func badSequence(s string) string {
	n := 1
	switch c := s[0]; {
	case c&0xE0 == 0xC0:
		n = 2
	case c&0xF0 == 0xE0:
		n = 3
	case c&0xF8 == 0xF0:
		n = 4
	}
	return s[:min(n, len(s))]
}

func hexBytes(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, '0', 'x', hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return string(b)
}

const hexDigits = "0123456789abcdef"

// unhex returns the value of a hexadecimal digit, or -1.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
