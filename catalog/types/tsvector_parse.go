package types

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// A word of a tsvector or tsquery stands in quotes or runs to the next blank;
// a backslash keeps the next character. lexemeReader reads both kinds of text.
type lexemeReader struct {
	src   string
	at    int
	query bool // operators end a word, and errors speak of tsquery
	web   bool // quotes and backslashes are plain characters
}

// IsBlank is iswspace of PostgreSQL's default locale.
func IsBlank(r rune) bool {
	switch {
	case r < 0x80:
		return isSpace(byte(r))
	case r == 0x85 || r == 0xA0 || r == 0x2007 || r == 0x202F:
		return false
	}
	return unicode.IsSpace(r)
}

// isQueryOperator are the characters that end a word of a query.
func isQueryOperator(c byte) bool { return strings.IndexByte("!&|()<", c) >= 0 }

// peek is the next character and its length, 0 at the end.
func (p *lexemeReader) peek() (rune, int) {
	if p.at >= len(p.src) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(p.src[p.at:])
}

func (p *lexemeReader) syntaxError() error {
	kind := "tsvector"
	if p.query {
		kind = "tsquery"
	}
	return sqlerr.New(sqlerr.SyntaxError, "syntax error in %s: \"%s\"", kind, p.src)
}

// escaped takes the character after a backslash.
func (p *lexemeReader) escaped() (string, error) {
	p.at++
	_, n := p.peek()
	if n == 0 {
		return "", sqlerr.New(sqlerr.SyntaxError, "there is no escaped character: \"%s\"", p.src)
	}
	p.at += n
	return p.src[p.at-n : p.at], nil
}

// word reads the next word; ok is false at the end of the text. Positions are left to the caller.
func (p *lexemeReader) word() (word string, ok bool, err error) {
	for {
		r, n := p.peek()
		switch {
		case n == 0:
			return "", false, nil
		case r == '\'' && !p.web:
			word, err := p.quoted()
			return word, err == nil, err
		case p.query && r < utf8.RuneSelf && isQueryOperator(byte(r)):
			return "", false, p.syntaxError()
		case IsBlank(r):
			p.at += n
			continue
		}
		word, err := p.bare()
		return word, err == nil, err
	}
}

// quoted reads a word in quotes.
func (p *lexemeReader) quoted() (string, error) {
	var b strings.Builder
	p.at++
	for {
		r, n := p.peek()
		switch {
		case n == 0:
			return "", p.syntaxError()
		case r == '\\':
			s, err := p.escaped()
			if err != nil {
				return "", err
			}
			b.WriteString(s)
			continue
		case r == '\'':
			p.at++
			if p.at >= len(p.src) || p.src[p.at] != '\'' {
				if b.Len() == 0 {
					return "", p.syntaxError()
				}
				return b.String(), nil
			}
		}
		b.WriteString(p.src[p.at : p.at+n])
		p.at += n
	}
}

// bare reads a word without quotes; its first character may be anything, a colon too.
func (p *lexemeReader) bare() (string, error) {
	var b strings.Builder
	for first := true; ; first = false {
		r, n := p.peek()
		switch {
		case r == '\\' && !p.web:
			s, err := p.escaped()
			if err != nil {
				return "", err
			}
			b.WriteString(s)
			continue
		case first:
		case n == 0, IsBlank(r), p.query && r < utf8.RuneSelf && isQueryOperator(byte(r)), p.web && r == '"', r == ':':
			return b.String(), nil
		}
		b.WriteString(p.src[p.at : p.at+n])
		p.at += n
	}
}

// positions reads ":1A,2" after a word.
func (p *lexemeReader) positions() ([]Position, error) {
	if p.at >= len(p.src) || p.src[p.at] != ':' {
		return nil, nil
	}
	p.at++
	var out []Position
	for {
		start := p.at
		for p.at < len(p.src) && isDigit(p.src[p.at]) {
			p.at++
		}
		if p.at == start {
			return nil, p.syntaxError()
		}
		at := lexemePosition(p.src[start:p.at])
		if at == 0 {
			return nil, sqlerr.New(sqlerr.SyntaxError, "wrong position info in tsvector: \"%s\"", p.src)
		}
		weight := 0
		for p.at < len(p.src) {
			c := p.src[p.at]
			w := strings.IndexByte("dcba", c|0x20)
			if c == '*' {
				w = 3
			}
			if w < 0 && !isDigit(c) {
				break
			}
			if w >= 0 {
				if weight != 0 {
					return nil, p.syntaxError()
				}
				weight = w
			}
			p.at++
		}
		out = append(out, NewPosition(at, weight))
		r, n := p.peek()
		switch {
		case n == 0 || IsBlank(r):
			return out, nil
		case r != ',':
			return nil, p.syntaxError()
		}
		p.at++
	}
}

// CheckLexeme is 54000 for a word that no tsvector can hold.
func CheckLexeme(word string) error {
	if len(word) > LexemeBytesMax {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "word is too long (%d bytes, max %d bytes)", len(word), LexemeBytesMax)
	}
	return nil
}

// lexemePosition reads digits as C's atoi does: what a long cannot hold is -1, and 32 bits are kept.
func lexemePosition(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		n = -1
	}
	if at := int32(n); at < 0 {
		return int(at) & LexemePositionMax
	}
	return min(int(int32(n)), LexemePositionMax)
}

// parseTSVector is tsvectorin. Errors: 42601, 54000.
func parseTSVector(s string) (Value, error) {
	p := &lexemeReader{src: s}
	var list []Lexeme
	bytes := 0
	for {
		word, ok, err := p.word()
		if err != nil {
			return Null, err
		}
		if !ok {
			break
		}
		positions, err := p.positions()
		if err != nil {
			return Null, err
		}
		if err := CheckLexeme(word); err != nil {
			return Null, err
		}
		if bytes > TSVectorBytesMax {
			return Null, errTSVectorLong(bytes)
		}
		bytes += len(word)
		list = append(list, Lexeme{Word: word, Positions: positions})
	}
	return NewTSVector(SortLexemes(list))
}
