package types

import (
	"strings"

	"synapse/catalog/sqlerr"
)

func badRange(s, detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed range literal: \"%s\"", s).WithDetail("%s", detail)
}

func badMultirange(s, detail string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed multirange literal: \"%s\"", s).WithDetail("%s", detail)
}

// parseRange is range_in: empty, or two bounds in brackets. Errors: 22P02 and
// those of the bounds.
func parseRange(r *RangeType, s string, f *Format) (Value, error) {
	lit, err := splitRange(s)
	if err != nil {
		return Null, err
	}
	out := RangeValue{Empty: lit.empty}
	if !lit.empty {
		if out.Lower, err = lit.lower.bound(r, f); err != nil {
			return Null, err
		}
		if out.Upper, err = lit.upper.bound(r, f); err != nil {
			return Null, err
		}
	}
	return r.New(out)
}

// rangeLiteral is the text of a range taken apart.
type rangeLiteral struct {
	empty        bool
	lower, upper boundLiteral
}

type boundLiteral struct {
	text            string
	none, inclusive bool
}

func (b boundLiteral) bound(r *RangeType, f *Format) (RangeBound, error) {
	if b.none {
		return RangeBound{Infinite: true}, nil
	}
	v, err := ParseText(r.Subtype, b.text, f)
	if err == nil {
		v, err = ApplyTypmod(r.Subtype, v, false)
	}
	return RangeBound{Val: v, Inclusive: b.inclusive}, err
}

const rangeSpaces = " \t\n\r\v\f"

func splitRange(s string) (lit rangeLiteral, err error) {
	rest := strings.TrimLeft(s, rangeSpaces)
	if len(rest) >= len("empty") && equalFold("empty", rest[:len("empty")]) {
		if strings.TrimLeft(rest[len("empty"):], rangeSpaces) != "" {
			return lit, badRange(s, "Junk after \"empty\" key word.")
		}
		return rangeLiteral{empty: true}, nil
	}
	switch {
	case strings.HasPrefix(rest, "["):
		lit.lower.inclusive = true
	case !strings.HasPrefix(rest, "("):
		return lit, badRange(s, "Missing left parenthesis or bracket.")
	}
	if rest, err = lit.lower.read(s, rest[1:]); err != nil {
		return lit, err
	}
	if !strings.HasPrefix(rest, ",") {
		return lit, badRange(s, "Missing comma after lower bound.")
	}
	if rest, err = lit.upper.read(s, rest[1:]); err != nil {
		return lit, err
	}
	switch {
	case strings.HasPrefix(rest, "]"):
		lit.upper.inclusive = true
	case !strings.HasPrefix(rest, ")"):
		return lit, badRange(s, "Too many commas.")
	}
	if strings.TrimLeft(rest[1:], rangeSpaces) != "" {
		return lit, badRange(s, "Junk after right parenthesis or bracket.")
	}
	return lit, nil
}

// read takes a bound off rest, up to a comma or a closing bracket. Nothing at all
// is no bound; quotes make the empty text one.
func (b *boundLiteral) read(s, rest string) (string, error) {
	if rest != "" && strings.IndexByte(",)]", rest[0]) >= 0 {
		b.none = true
		return rest, nil
	}
	var text []byte
	quoted := false
	i := 0
	for ; i < len(rest); i++ {
		c := rest[i]
		if !quoted && (c == ',' || c == ')' || c == ']') {
			break
		}
		switch {
		case c == '\\':
			if i++; i == len(rest) {
				return "", badRange(s, "Unexpected end of input.")
			}
			text = append(text, rest[i])
		case c == '"' && quoted && i+1 < len(rest) && rest[i+1] == '"':
			text = append(text, c)
			i++
		case c == '"':
			quoted = !quoted
		default:
			text = append(text, c)
		}
	}
	if i == len(rest) {
		return "", badRange(s, "Unexpected end of input.")
	}
	b.text = string(text)
	return rest[i:], nil
}

// appendRangeText is range_out.
func appendRangeText(dst []byte, r *RangeType, v Value, f *Format) []byte {
	x, err := r.Decode(v)
	if err != nil || x.Empty {
		return append(dst, "empty"...)
	}
	if x.Lower.Inclusive {
		dst = append(dst, '[')
	} else {
		dst = append(dst, '(')
	}
	if !x.Lower.Infinite {
		dst = appendBound(dst, r.Subtype, x.Lower.Val, f)
	}
	dst = append(dst, ',')
	if !x.Upper.Infinite {
		dst = appendBound(dst, r.Subtype, x.Upper.Val, f)
	}
	if x.Upper.Inclusive {
		return append(dst, ']')
	}
	return append(dst, ')')
}

// appendBound quotes the text of a bound where range_in could misread it.
func appendBound(dst []byte, t Type, v Value, f *Format) []byte {
	at := len(dst)
	dst = AppendText(dst, t, v, f)
	quote := len(dst) == at
	for _, c := range dst[at:] {
		if strings.IndexByte("\"\\()[],", c) >= 0 || isSpace(c) {
			quote = true
		}
	}
	if !quote {
		return dst
	}
	text := string(dst[at:])
	dst = append(dst[:at], '"')
	for i := 0; i < len(text); i++ {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, text[i])
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

// parseMultirange is multirange_in: ranges between braces.
func parseMultirange(r *RangeType, s string, f *Format) (Value, error) {
	rest := strings.TrimLeft(s, rangeSpaces)
	if !strings.HasPrefix(rest, "{") {
		return Null, badMultirange(s, "Missing left brace.")
	}
	rest = strings.TrimLeft(rest[1:], rangeSpaces)
	var list []RangeValue
	for first := true; ; first = false {
		if rest == "" {
			return Null, badMultirange(s, "Unexpected end of input.")
		}
		if rest[0] == '}' && first {
			break
		}
		n, err := rangeLength(s, rest)
		if err != nil {
			return Null, err
		}
		v, err := parseRange(r, rest[:n], f)
		if err != nil {
			return Null, err
		}
		x, err := r.Decode(v)
		if err != nil {
			return Null, err
		}
		list = append(list, x)
		rest = strings.TrimLeft(rest[n:], rangeSpaces)
		if rest == "" {
			return Null, badMultirange(s, "Unexpected end of input.")
		}
		if rest[0] == '}' {
			break
		}
		if rest[0] != ',' {
			return Null, badMultirange(s, "Expected comma or end of multirange.")
		}
		rest = strings.TrimLeft(rest[1:], rangeSpaces)
	}
	if strings.TrimLeft(rest[1:], rangeSpaces) != "" {
		return Null, badMultirange(s, "Junk after closing right brace.")
	}
	return r.NewMulti(list), nil
}

// rangeLength is the length of the range that begins rest, by its brackets and quotes.
func rangeLength(s, rest string) (int, error) {
	if len(rest) >= len("empty") && equalFold("empty", rest[:len("empty")]) {
		return len("empty"), nil
	}
	if rest[0] != '[' && rest[0] != '(' {
		return 0, badMultirange(s, "Expected range start.")
	}
	quoted := false
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ']' || c == ')'):
			return i + 1, nil
		}
	}
	return 0, badMultirange(s, "Unexpected end of input.")
}

func appendMultirangeText(dst []byte, r *RangeType, v Value, f *Format) []byte {
	dst = append(dst, '{')
	list, err := r.DecodeMulti(v)
	if err != nil {
		list = nil
	}
	for i, x := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendRangeText(dst, r, r.Encode(x), f)
	}
	return append(dst, '}')
}
