package types

import (
	"unicode/utf8"
)

// NameBytesMax is the longest identifier in bytes (PostgreSQL's NAMEDATALEN - 1).
const NameBytesMax = 63

// parseName cuts s to NameBytesMax bytes at a character border, silently as namein does.
func parseName(s string) string {
	if len(s) <= NameBytesMax {
		return s
	}
	n := NameBytesMax
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// trimBlanks cuts trailing spaces, which bpchar ignores in comparison.
func trimBlanks(s string) string {
	n := len(s)
	for n > 0 && s[n-1] == ' ' {
		n--
	}
	return s[:n]
}

// firstRune returns the first character of s, or its first byte where that is not UTF-8.
func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}
