package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// formatter walks the template of format(): %[position$][-][width]type.
type formatter struct {
	c    *Call
	a    []types.Value // the template first
	next int           // the argument taken when no position is given
	out  strings.Builder
}

func format(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	f := &formatter{c: c, a: a, next: 1}
	template := a[0].Str()
	for {
		head, rest, ok := strings.Cut(template, "%")
		f.out.WriteString(head)
		if !ok {
			return types.NewString(f.out.String()), nil
		}
		n, err := f.spec(rest)
		if err != nil {
			return types.Null, err
		}
		template = rest[n:]
	}
}

func badFormat(message string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, message, args...)
}

func unterminated() error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "unterminated format() type specifier").
		WithHint("For a single \"%%\" use \"%%%%\".")
}

// spec writes one specifier and returns its length behind the %.
func (f *formatter) spec(s string) (int, error) {
	if s == "" {
		return 0, unterminated()
	}
	if s[0] == '%' {
		f.out.WriteByte('%')
		return 1, nil
	}
	at, position, size, left := 0, 0, 0, false
	if n, digits := leadingNumber(s); digits > 0 {
		if digits < len(s) && s[digits] == '$' {
			if n == 0 {
				return 0, badFormat("format specifies argument 0, but arguments are numbered from 1")
			}
			position, at = n, digits+1
		} else {
			size, at = n, digits
		}
	}
	if size == 0 {
		var err error
		if at, size, left, err = f.width(s, at); err != nil {
			return 0, err
		}
	}
	if at >= len(s) {
		return 0, unterminated()
	}
	kind := s[at]
	if kind != 's' && kind != 'I' && kind != 'L' {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized format() type specifier \"%s\"", s[at:at+width(s[at:], true)]).
			WithHint("For a single \"%%\" use \"%%%%\".")
	}
	if position == 0 {
		position = f.next
	}
	if position >= len(f.a) {
		return 0, badFormat("too few arguments for format()")
	}
	f.next = position + 1
	text, err := f.argument(kind, position)
	if err != nil {
		return 0, err
	}
	f.padded(text, size, left)
	return at + 1, nil
}

// width reads flags and width behind the position; * takes the width from an argument.
func (f *formatter) width(s string, at int) (next, size int, left bool, err error) {
	for at < len(s) && s[at] == '-' {
		left = true
		at++
	}
	if at < len(s) && s[at] == '*' {
		at++
		position := f.next
		if n, digits := leadingNumber(s[at:]); digits > 0 {
			if at+digits >= len(s) || s[at+digits] != '$' {
				return 0, 0, false, badFormat("width argument position must be ended by \"$\"")
			}
			position = n
			at += digits + 1
		}
		if position < 1 || position >= len(f.a) {
			return 0, 0, false, badFormat("too few arguments for format()")
		}
		f.next = position + 1
		if v := f.a[position]; !v.IsNull() {
			size = int(v.Int())
		}
		if size < 0 {
			size, left = -size, true
		}
		return at, size, left, nil
	}
	n, digits := leadingNumber(s[at:])
	return at + digits, n, left, nil
}

// formatWidthMax bounds a width before anything is allocated.
const formatWidthMax = 1 << 28

func leadingNumber(s string) (n, digits int) {
	for digits < len(s) && isDigitByte(s[digits]) {
		n = min(n*10+int(s[digits]-'0'), formatWidthMax)
		digits++
	}
	return n, digits
}

func (f *formatter) argument(kind byte, i int) (string, error) {
	v := f.a[i]
	if v.IsNull() {
		switch kind {
		case 'I':
			return "", sqlerr.New(sqlerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
		case 'L':
			return "NULL", nil
		}
		return "", nil
	}
	text := textOf(f.c.Env, f.c.Args[i], v)
	switch kind {
	case 'I':
		return QuoteIdent(text), nil
	case 'L':
		return QuoteLiteral(text), nil
	}
	return text, nil
}

func (f *formatter) padded(text string, size int, left bool) {
	fill := max(size-runeCount(text), 0)
	if !left {
		f.out.WriteString(strings.Repeat(" ", fill))
	}
	f.out.WriteString(text)
	if left {
		f.out.WriteString(strings.Repeat(" ", fill))
	}
}
