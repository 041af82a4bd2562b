package builtin

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// similarToRegex rewrites a SIMILAR TO pattern into a regular expression.
// escape is empty for none. The parts of a substring pattern (escape followed
// by a double quote) become a group in the middle.
func similarToRegex(pattern, escape string) (string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return "", sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	var b strings.Builder
	b.WriteString("^(?:")
	separators, bracket := 0, false
	for rest := pattern; rest != ""; {
		n := width(rest, true)
		c := rest[:n]
		rest = rest[n:]
		if c == escape && !bracket {
			if rest == "" {
				break
			}
			n = width(rest, true)
			next := rest[:n]
			rest = rest[n:]
			if next != `"` {
				b.WriteString(`\` + next)
				continue
			}
			switch separators++; separators {
			case 1:
				b.WriteString("){1,1}?(")
			case 2:
				b.WriteString("){1,1}(?:")
			default:
				return "", sqlerr.New("2200C", "SQL regular expression may not contain more than two escape-double-quote separators")
			}
			continue
		}
		bracket = writeSimilar(&b, c, bracket)
	}
	b.WriteString(")$")
	return b.String(), nil
}

// writeSimilar translates one character and says whether a bracket expression is open after it.
func writeSimilar(b *strings.Builder, c string, bracket bool) bool {
	switch {
	case bracket:
		if c == `\` {
			b.WriteByte('\\')
		}
		b.WriteString(c)
		return c != "]"
	case c == "[":
		b.WriteString(c)
		return true
	case c == "%":
		b.WriteString(".*")
	case c == "_":
		b.WriteByte('.')
	case c == "(":
		b.WriteString("(?:")
	case c == `\` || c == "." || c == "^" || c == "$":
		b.WriteString(`\` + c)
	default:
		b.WriteString(c)
	}
	return false
}

func init() {
	add("similar_to_escape(text,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		s, err := similarToRegex(a[0].Str(), a[1].Str())
		return types.NewString(s), err
	})
	add("similar_to_escape(text)", func(_ *Call, a []types.Value) (types.Value, error) {
		s, err := similarToRegex(a[0].Str(), `\`)
		return types.NewString(s), err
	})
	add("similar_escape(text,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		if a[0].IsNull() {
			return types.Null, nil
		}
		escape := `\`
		if !a[1].IsNull() {
			escape = a[1].Str()
		}
		s, err := similarToRegex(a[0].Str(), escape)
		return types.NewString(s), err
	})
	add("substring(text,text,text)", func(c *Call, a []types.Value) (types.Value, error) {
		s, err := similarToRegex(a[1].Str(), a[2].Str())
		if err != nil {
			return types.Null, err
		}
		return substringRegex(c, []types.Value{a[0], types.NewString(s)})
	})
}
