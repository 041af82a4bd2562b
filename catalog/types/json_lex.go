package types

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// JSONDepthMax is the deepest nesting of arrays and objects in JSON text (54001 beyond it).
const JSONDepthMax = 5000

type jsonToken uint8

const (
	jsonEnd jsonToken = iota
	jsonLBrace
	jsonRBrace
	jsonLBracket
	jsonRBracket
	jsonComma
	jsonColon
	jsonString
	jsonNumber
	jsonTrue
	jsonFalse
	jsonNull
)

// jsonLexer cuts JSON text (RFC 8259, as strict as PostgreSQL) into tokens and
// words its errors as PostgreSQL does.
type jsonLexer struct {
	src    string
	at     int // behind the current token
	start  int // of the current token
	tok    jsonToken
	decode bool   // unescape strings into str
	str    string // the current string, if decode; aliases src where it has no escapes
}

// fail is 22P02 with PostgreSQL's DETAIL and CONTEXT.
func (l *jsonLexer) fail(detail string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type json").
		WithDetail(detail, args...).In("%s", l.context())
}

// context shows the line up to the current token, at most 50 bytes of it.
func (l *jsonLexer) context() string {
	lineNo, lineStart := 1, 0
	for i := 0; i < l.start && i < len(l.src); i++ {
		if l.src[i] == '\n' {
			lineNo++
			lineStart = i + 1
		}
	}
	from, end := lineStart, min(l.at, len(l.src))
	const contextBytesMax = 50
	for end-from >= contextBytesMax && from < end {
		_, n := utf8.DecodeRuneInString(l.src[from:])
		from += n
	}
	// A line shown almost whole is better shown whole.
	prefix := "..."
	if from-lineStart <= 3 {
		from, prefix = lineStart, ""
	}
	suffix := ""
	if l.tok != jsonEnd && end < len(l.src) && l.src[end] != '\n' && l.src[end] != '\r' {
		if len(l.src)-end <= 3 {
			end = len(l.src)
		} else {
			suffix = "..."
		}
	}
	var b strings.Builder
	b.WriteString("JSON data, line ")
	b.WriteString(itoa(lineNo))
	b.WriteString(": ")
	b.WriteString(prefix)
	b.WriteString(l.src[from:max(from, end)])
	b.WriteString(suffix)
	return b.String()
}

// next reads the next token into tok.
func (l *jsonLexer) next() error {
	for l.at < len(l.src) {
		c := l.src[l.at]
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			break
		}
		l.at++
	}
	l.start = l.at
	if l.at >= len(l.src) {
		l.tok = jsonEnd
		return nil
	}
	switch c := l.src[l.at]; c {
	case '{':
		l.single(jsonLBrace)
	case '}':
		l.single(jsonRBrace)
	case '[':
		l.single(jsonLBracket)
	case ']':
		l.single(jsonRBracket)
	case ',':
		l.single(jsonComma)
	case ':':
		l.single(jsonColon)
	case '"':
		l.tok = jsonString
		return l.lexString()
	default:
		if c == '-' || isDigit(c) {
			l.tok = jsonNumber
			return l.lexNumber()
		}
		return l.lexWord()
	}
	return nil
}

func (l *jsonLexer) single(t jsonToken) {
	l.tok = t
	l.at++
}

func isJSONWord(c byte) bool { return isAlpha(c) || isDigit(c) || c == '_' || c >= 0x80 }

func (l *jsonLexer) lexWord() error {
	for l.at < len(l.src) && isJSONWord(l.src[l.at]) {
		l.at++
	}
	if l.at == l.start {
		_, n := utf8.DecodeRuneInString(l.src[l.at:])
		l.at += n
		return l.badToken()
	}
	switch l.src[l.start:l.at] {
	case "true":
		l.tok = jsonTrue
	case "false":
		l.tok = jsonFalse
	case "null":
		l.tok = jsonNull
	default:
		return l.badToken()
	}
	return nil
}

func (l *jsonLexer) badToken() error {
	return l.fail("Token \"%s\" is invalid.", l.src[l.start:l.at])
}

func (l *jsonLexer) lexNumber() error {
	s, i := l.src, l.at
	bad := false
	if s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	case i < len(s) && s[i] >= '1' && s[i] <= '9':
		i = skipDigits(s, i)
	default:
		bad = true
	}
	if i < len(s) && s[i] == '.' {
		j := skipDigits(s, i+1)
		bad = bad || j == i+1
		i = j
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		j := skipDigits(s, i)
		bad = bad || j == i
		i = j
	}
	// What follows directly belongs to the bad token that the message shows.
	for ; i < len(s) && isJSONWord(s[i]); i++ {
		bad = true
	}
	l.at = i
	if bad {
		return l.badToken()
	}
	return nil
}

func skipDigits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// expected words a grammar error at the current token.
func (l *jsonLexer) expected(what string) error {
	if l.tok == jsonEnd {
		return l.fail("The input string ended unexpectedly.")
	}
	return l.fail("Expected %s, but found \"%s\".", what, l.src[l.start:l.at])
}
