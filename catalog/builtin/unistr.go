package builtin

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func badUnicodeEscape() error {
	return sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape").
		WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
}

// unistr reads \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX and \\; surrogates come in pairs.
func unistr(s string) (string, error) {
	var b strings.Builder
	high := rune(0)
	for s != "" {
		if s[0] != '\\' || strings.HasPrefix(s, `\\`) {
			if high != 0 {
				return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair")
			}
			n := width(s, true)
			b.WriteString(s[:n])
			if s[0] == '\\' {
				n = 2
			}
			s = s[n:]
			continue
		}
		r, n, err := unicodeEscape(s)
		if err != nil {
			return "", err
		}
		s = s[n:]
		switch {
		case high != 0:
			joined := utf16.DecodeRune(high, r)
			if joined == utf8.RuneError {
				return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair")
			}
			b.WriteRune(joined)
			high = 0
		case r >= 0xD800 && r < 0xDC00:
			high = r
		case utf16.IsSurrogate(r):
			return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair")
		default:
			b.WriteRune(r)
		}
	}
	if high != 0 {
		return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair")
	}
	return b.String(), nil
}

func unicodeEscape(s string) (r rune, size int, err error) {
	head, digits := 1, 4
	if len(s) > 1 {
		switch s[1] {
		case '+':
			head, digits = 2, 6
		case 'u':
			head = 2
		case 'U':
			head, digits = 2, 8
		}
	}
	if len(s) < head+digits {
		return 0, 0, badUnicodeEscape()
	}
	n, perr := strconv.ParseUint(s[head:head+digits], 16, 32)
	if perr != nil {
		return 0, 0, badUnicodeEscape()
	}
	if n == 0 || n > utf8.MaxRune {
		return 0, 0, sqlerr.New(sqlerr.SyntaxError, "invalid Unicode code point: %04X", n)
	}
	return rune(n), head + digits, nil
}

func badIdent(s, detail string) error {
	e := sqlerr.New(sqlerr.InvalidParameterValue, "string is not a valid identifier: \"%s\"", s)
	if detail != "" {
		return e.WithDetail("%s", detail)
	}
	return e
}

// parseIdent splits a qualified name; strict refuses what follows it.
func parseIdent(whole string, strict bool) ([]string, error) {
	var parts []string
	s := strings.TrimLeft(whole, jsonBlanks)
	for afterDot := false; ; afterDot = true {
		var part string
		switch {
		case strings.HasPrefix(s, `"`):
			end := 1
			for end < len(s) && (s[end] != '"' || strings.HasPrefix(s[end:], `""`)) {
				if s[end] == '"' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return nil, badIdent(whole, "String has unclosed double quotes.")
			}
			if end == 1 {
				return nil, badIdent(whole, "Quoted identifier must not be empty.")
			}
			part, s = strings.ReplaceAll(s[1:end], `""`, `"`), s[end+1:]
		case s != "" && (isLetter(s[0]) || s[0] == '_' || s[0] >= utf8.RuneSelf):
			end := 1
			for end < len(s) && (isLetter(s[end]) || isDigitByte(s[end]) || s[end] == '_' || s[end] == '$' || s[end] >= utf8.RuneSelf) {
				end++
			}
			part, s = strings.ToLower(s[:end]), s[end:]
		case afterDot:
			return nil, badIdent(whole, "No valid identifier after \".\".")
		case strings.HasPrefix(s, "."):
			return nil, badIdent(whole, "No valid identifier before \".\".")
		default:
			return nil, badIdent(whole, "")
		}
		parts = append(parts, part)
		s = strings.TrimLeft(s, jsonBlanks)
		if !strings.HasPrefix(s, ".") {
			if s != "" && strict {
				return nil, badIdent(whole, "")
			}
			return parts, nil
		}
		s = strings.TrimLeft(s[1:], jsonBlanks)
	}
}

func init() {
	add("unistr(text)", lift1(types.Value.Str, types.NewString, unistr))
	add("parse_ident(text,bool)", func(_ *Call, a []types.Value) (types.Value, error) {
		parts, err := parseIdent(a[0].Str(), a[1].Bool())
		return textArray(parts), err
	})
}
