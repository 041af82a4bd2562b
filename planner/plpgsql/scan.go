package plpgsql

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

// scanner walks over the tokens of a body.
type scanner struct {
	src  string
	toks []parse.Token
	at   int
}

func (s *scanner) more() bool { return s.at < len(s.toks) }

// text is token i as written; "" behind the end.
func (s *scanner) text(i int) string {
	if i < 0 || i >= len(s.toks) {
		return ""
	}
	return s.src[s.toks[i].Start:s.toks[i].End]
}

// word is token i in upper case if it is an unquoted word, or as it is if it is
// punctuation or an operator; "" otherwise.
func (s *scanner) word(i int) string {
	if i < 0 || i >= len(s.toks) {
		return ""
	}
	switch s.toks[i].Kind {
	case parse.TokenWord:
		return strings.ToUpper(s.text(i))
	case parse.TokenPunct, parse.TokenOp:
		return s.text(i)
	}
	return ""
}

// is reports whether the next tokens are these words.
func (s *scanner) is(words ...string) bool {
	for i, w := range words {
		if s.word(s.at+i) != w {
			return false
		}
	}
	return true
}

// take skips the next tokens if they are these words.
func (s *scanner) take(words ...string) bool {
	if !s.is(words...) {
		return false
	}
	s.at += len(words)
	return true
}

// line counts the lines up to token i.
func (s *scanner) line(i int) int {
	end := len(s.src)
	if i < len(s.toks) {
		end = s.toks[i].Start
	}
	return 1 + strings.Count(s.src[:end], "\n")
}

// syntax is 42601 at the next token.
func (s *scanner) syntax() error {
	if !s.more() {
		return sqlerr.New(sqlerr.SyntaxError, "syntax error at end of input")
	}
	return sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\"", s.text(s.at))
}

func (s *scanner) expect(words ...string) error {
	for _, w := range words {
		if s.word(s.at) != w {
			return s.syntax()
		}
		s.at++
	}
	return nil
}

// isName reports whether token i can be an identifier.
func (s *scanner) isName(i int) bool {
	return i < len(s.toks) && (s.toks[i].Kind == parse.TokenWord || s.toks[i].Kind == parse.TokenQuoted)
}

// name is the identifier that token i stands for.
func (s *scanner) name(i int) string {
	t := s.text(i)
	if s.toks[i].Kind == parse.TokenQuoted {
		return strings.ReplaceAll(strings.Trim(t, `"`), `""`, `"`)
	}
	return strings.ToLower(t)
}

func (s *scanner) identifier() (string, error) {
	if !s.isName(s.at) {
		return "", s.syntax()
	}
	s.at++
	return s.name(s.at - 1), nil
}

// dotted reads a.b.c.
func (s *scanner) dotted() ([]string, error) {
	first, err := s.identifier()
	if err != nil {
		return nil, err
	}
	out := []string{first}
	for s.word(s.at) == "." && s.isName(s.at+1) {
		out = append(out, s.name(s.at+1))
		s.at += 2
	}
	return out, nil
}

// until finds the first token at depth 0 that is one of the words, from the next
// token on; the number of tokens if there is none.
func (s *scanner) until(words ...string) (int, error) {
	depth := 0
	for i := s.at; i < len(s.toks); i++ {
		w := s.word(i)
		switch w {
		case "(", "[":
			depth++
		case ")", "]":
			if depth--; depth < 0 {
				for _, want := range words {
					if w == want {
						return i, nil
					}
				}
				return 0, sqlerr.New(sqlerr.SyntaxError, "mismatched parentheses at or near \"%s\"", w)
			}
		case ";":
			if depth > 0 {
				return 0, sqlerr.New(sqlerr.SyntaxError, "mismatched parentheses at or near \"%s\"", w)
			}
		}
		if depth == 0 && w != "" {
			for _, want := range words {
				if w == want {
					return i, nil
				}
			}
		}
		if w == ";" && depth == 0 {
			return i, nil
		}
	}
	return len(s.toks), nil
}

// slice is the text of the tokens from a to before b.
func (s *scanner) slice(a, b int) string {
	if a >= b {
		return ""
	}
	return s.src[s.toks[a].Start:s.toks[b-1].End]
}

// stringValue is the value of a string literal.
func stringValue(text string) string {
	switch {
	case strings.HasPrefix(text, "$"):
		n := strings.IndexByte(text[1:], '$') + 2
		return text[n : len(text)-n]
	case strings.HasPrefix(text, "E'"), strings.HasPrefix(text, "e'"):
		return unescape(text[2 : len(text)-1])
	case strings.HasPrefix(text, "'"):
		return strings.ReplaceAll(text[1:len(text)-1], "''", "'")
	}
	return text
}

var escapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f'}

func unescape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			if c, ok := escapes[s[i]]; ok {
				out.WriteByte(c)
			} else {
				out.WriteByte(s[i])
			}
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
			out.WriteByte('\'')
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}
