package types

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

func itoa(n int) string { return strconv.Itoa(n) }

// lexString reads a string token from its opening quote.
func (l *jsonLexer) lexString() error {
	s, i := l.src, l.at+1
	for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] >= 0x20 {
		i++
	}
	if i < len(s) && s[i] == '"' {
		l.str = s[l.at+1 : i]
		l.at = i + 1
		return nil
	}
	var out []byte
	if l.decode {
		out = append(out, s[l.at+1:i]...)
	}
	high := rune(0) // a pending high surrogate
	for {
		if i >= len(s) {
			l.at = len(s)
			return l.fail("Token \"%s\" is invalid.", s[l.start:])
		}
		c := s[i]
		if high != 0 && (c != '\\' || i+1 >= len(s) || s[i+1] != 'u') {
			l.at = i
			return l.fail("Unicode low surrogate must follow a high surrogate.")
		}
		switch {
		case c == '"':
			l.at = i + 1
			l.str = string(out)
			return nil
		case c < 0x20:
			l.at = i
			return l.fail("Character with value 0x%02x must be escaped.", c)
		case c != '\\':
			if l.decode {
				out = append(out, c)
			}
			i++
			continue
		}
		n, err := l.lexEscape(i+1, &high, &out)
		if err != nil {
			return err
		}
		i = n
	}
}

// lexEscape reads what follows a backslash and returns the position behind it.
func (l *jsonLexer) lexEscape(i int, high *rune, out *[]byte) (int, error) {
	s := l.src
	if i >= len(s) {
		l.at = len(s)
		return 0, l.fail("Token \"%s\" is invalid.", s[l.start:])
	}
	if s[i] == 'u' {
		return l.lexUnicode(i+1, high, out)
	}
	at := strings.IndexByte(`"\/bfnrt`, s[i])
	if at < 0 {
		r := firstRune(s[i:])
		l.at = i + len(r)
		return 0, l.fail("Escape sequence \"\\%s\" is invalid.", r)
	}
	if l.decode {
		*out = append(*out, "\"\\/\b\f\n\r\t"[at])
	}
	return i + 1, nil
}

func (l *jsonLexer) lexUnicode(i int, high *rune, out *[]byte) (int, error) {
	s := l.src
	ch := rune(0)
	for j := 0; j < 4; j++ {
		if i+j >= len(s) {
			l.at = len(s)
			return 0, l.fail("Token \"%s\" is invalid.", s[l.start:])
		}
		d := unhex(s[i+j])
		if d < 0 {
			l.at = i + j + len(firstRune(s[i+j:]))
			return 0, l.fail("\"\\u\" must be followed by four hexadecimal digits.")
		}
		ch = ch<<4 | rune(d)
	}
	i += 4
	l.at = i
	if !l.decode {
		return i, nil // the type json does not look into pairs of escapes
	}
	switch {
	case ch >= 0xD800 && ch <= 0xDBFF:
		if *high != 0 {
			return 0, l.fail("Unicode high surrogate must not follow a high surrogate.")
		}
		*high = ch
		return i, nil
	case ch >= 0xDC00 && ch <= 0xDFFF:
		if *high == 0 {
			return 0, l.fail("Unicode low surrogate must follow a high surrogate.")
		}
		ch = utf16.DecodeRune(*high, ch)
		*high = 0
	case *high != 0:
		return 0, l.fail("Unicode low surrogate must follow a high surrogate.")
	}
	if ch == 0 {
		return 0, sqlerr.New(sqlerr.UntranslatableCharacter, "unsupported Unicode escape sequence").
			WithDetail("\\u0000 cannot be converted to text.").In("%s", l.context())
	}
	*out = utf8.AppendRune(*out, ch)
	return i, nil
}

// AppendJSONString appends s as a JSON string literal with PostgreSQL's choice of escapes.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}
