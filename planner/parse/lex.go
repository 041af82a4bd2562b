package parse

import "strings"

// tokenKind classifies a token as far as this package needs it.
type tokenKind uint8

const (
	tokEnd      tokenKind = iota
	tokWord               // an unquoted identifier or keyword
	tokQuoted             // "identifier", U&"identifier"
	tokString             // '…' in its plain form, continuation lines included
	tokOtherStr           // E'…', U&'…', B'…', X'…', $tag$…$tag$
	tokParam              // $1
	tokNumber             //
	tokOp                 // an operator
	tokPunct              // ( ) [ ] , ; . : :: := ..
	tokBad                // an unterminated string, identifier or comment
)

// token is a piece of the text; start and end are byte offsets.
type token struct {
	kind       tokenKind
	start, end int
}

// lexer follows PostgreSQL's scanner (scan.l) with standard_conforming_strings
// on. It never fails: what is not terminated is tokBad up to the end.
type lexer struct {
	src string
	pos int
}

// tokens lexes the whole text, without the end token.
func tokens(src string) []token {
	out := make([]token, 0, len(src)/4+1)
	lx := lexer{src: src}
	for {
		t := lx.next()
		if t.kind == tokEnd {
			return out
		}
		out = append(out, t)
	}
}

// next returns the next token; tokEnd at the end of the text.
func (lx *lexer) next() token {
	if bad, start := lx.skipBlank(); bad {
		return token{tokBad, start, len(lx.src)}
	}
	start := lx.pos
	if start >= len(lx.src) {
		return token{tokEnd, start, start}
	}
	c := lx.src[start]
	switch {
	case isIdentStart(c):
		return lx.word(start)
	case c == '\'':
		return lx.quotedString(start, tokString, `'`)
	case c == '"':
		return lx.until(start, start+1, '"', tokQuoted)
	case c == '$':
		return lx.dollar(start)
	case isDigit(c), c == '.' && start+1 < len(lx.src) && isDigit(lx.src[start+1]):
		return lx.number(start)
	case strings.IndexByte("()[],;.:", c) >= 0:
		return lx.punct(start)
	case isOpChar(c):
		return lx.operator(start)
	}
	lx.pos++ // a byte that PostgreSQL does not know either
	return token{tokBad, start, lx.pos}
}

// skipBlank skips white space and comments. It reports an unterminated comment
// and where it starts.
func (lx *lexer) skipBlank() (bad bool, start int) {
	for lx.pos < len(lx.src) {
		switch {
		case isSpace(lx.src[lx.pos]):
			lx.pos++
		case strings.HasPrefix(lx.src[lx.pos:], "--"):
			lx.lineComment()
		case strings.HasPrefix(lx.src[lx.pos:], "/*"):
			start = lx.pos
			if !lx.blockComment() {
				return true, start
			}
		default:
			return false, 0
		}
	}
	return false, 0
}

func (lx *lexer) lineComment() {
	if n := strings.IndexAny(lx.src[lx.pos:], "\r\n"); n >= 0 {
		lx.pos += n
	} else {
		lx.pos = len(lx.src)
	}
}

// blockComment skips a comment, which may hold others. False: not terminated.
func (lx *lexer) blockComment() bool {
	depth := 0
	for lx.pos+1 < len(lx.src) {
		switch lx.src[lx.pos : lx.pos+2] {
		case "/*":
			depth++
			lx.pos += 2
		case "*/":
			depth--
			lx.pos += 2
			if depth == 0 {
				return true
			}
		default:
			lx.pos++
		}
	}
	lx.pos = len(lx.src)
	return false
}

// word reads an identifier, or the string that its one-letter prefix starts.
func (lx *lexer) word(start int) token {
	if q := start + 1; q < len(lx.src) && lx.src[q] == '\'' {
		switch lx.src[start] {
		case 'e', 'E':
			return lx.quotedString(q, tokOtherStr, `\'`).from(start)
		case 'b', 'B', 'x', 'X':
			return lx.quotedString(q, tokOtherStr, "").from(start)
		}
	}
	if (lx.src[start] == 'u' || lx.src[start] == 'U') && start+2 < len(lx.src) && lx.src[start+1] == '&' {
		switch lx.src[start+2] {
		case '\'':
			return lx.quotedString(start+2, tokOtherStr, `'`).from(start)
		case '"':
			return lx.until(start, start+3, '"', tokQuoted)
		}
	}
	end := start + 1
	for end < len(lx.src) && isIdentPart(lx.src[end]) {
		end++
	}
	lx.pos = end
	return token{tokWord, start, end}
}

func (t token) from(start int) token {
	t.start = start
	return t
}

// quotedString reads a string from its opening quote, and the strings that
// continue it on later lines. escapes are the bytes that make a following quote
// part of the string: a quote, a backslash.
func (lx *lexer) quotedString(start int, kind tokenKind, escapes string) token {
	pos := start + 1
	for {
		n := strings.IndexByte(lx.src[pos:], '\'')
		if strings.IndexByte(escapes, '\\') >= 0 {
			n = strings.IndexAny(lx.src[pos:], `'\`)
		}
		if n < 0 {
			lx.pos = len(lx.src)
			return token{tokBad, start, lx.pos}
		}
		pos += n
		c, more := lx.src[pos], pos+1 < len(lx.src)
		switch {
		case c == '\\' && more:
			pos += 2
		case c == '\\':
			pos++
		case more && lx.src[pos+1] == '\'' && strings.IndexByte(escapes, '\'') >= 0:
			pos += 2
		default:
			next, ok := continuation(lx.src, pos+1)
			if !ok {
				lx.pos = pos + 1
				return token{kind, start, lx.pos}
			}
			pos = next
		}
	}
}

// continuation finds the quote that continues a string ended before pos: white
// space with a line break stands between. (PostgreSQL allows line comments there
// too; pg_query does not.) It returns the offset behind that quote.
func continuation(src string, pos int) (next int, ok bool) {
	newline := false
	for pos < len(src) && isSpace(src[pos]) {
		newline = newline || src[pos] == '\n' || src[pos] == '\r'
		pos++
	}
	return pos + 1, newline && pos < len(src) && src[pos] == '\''
}

// until reads up to a closing quote; a doubled one stands for itself.
func (lx *lexer) until(start, pos int, quote byte, kind tokenKind) token {
	for pos < len(lx.src) {
		if lx.src[pos] != quote {
			pos++
			continue
		}
		if pos+1 < len(lx.src) && lx.src[pos+1] == quote {
			pos += 2
			continue
		}
		lx.pos = pos + 1
		return token{kind, start, lx.pos}
	}
	lx.pos = len(lx.src)
	return token{tokBad, start, lx.pos}
}

// dollar reads $1, $$…$$ or $tag$…$tag$.
func (lx *lexer) dollar(start int) token {
	pos := start + 1
	if pos < len(lx.src) && isDigit(lx.src[pos]) {
		for pos < len(lx.src) && isDigit(lx.src[pos]) {
			pos++
		}
		lx.pos = pos
		return token{tokParam, start, pos}
	}
	for pos < len(lx.src) && lx.src[pos] != '$' && isIdentPart(lx.src[pos]) {
		pos++
	}
	if pos >= len(lx.src) || lx.src[pos] != '$' {
		lx.pos = start + 1
		return token{tokBad, start, lx.pos}
	}
	tag := lx.src[start : pos+1]
	body := pos + 1
	n := strings.Index(lx.src[body:], tag)
	if n < 0 {
		lx.pos = len(lx.src)
		return token{tokBad, start, lx.pos}
	}
	lx.pos = body + n + len(tag)
	return token{tokOtherStr, start, lx.pos}
}

// number reads an integer in any base, a decimal or a real. 1..2 is two numbers
// around "..".
func (lx *lexer) number(start int) token {
	src := lx.src
	if strings.HasPrefix(src[start:], "0") && start+1 < len(src) {
		base := map[byte]string{'x': "0123456789abcdefABCDEF", 'o': "01234567", 'b': "01"}[src[start+1]|0x20]
		if end := digits(src, start+2, base); base != "" && end > start+2 {
			lx.pos = end
			return token{tokNumber, start, end}
		}
	}
	const decimal = "0123456789"
	end := digits(src, start, decimal)
	if end < len(src) && src[end] == '.' && !strings.HasPrefix(src[end:], "..") {
		end = digits(src, end+1, decimal)
	}
	if end < len(src) && src[end]|0x20 == 'e' {
		exponent := end + 1
		if exponent < len(src) && (src[exponent] == '+' || src[exponent] == '-') {
			exponent++
		}
		if last := digits(src, exponent, decimal); last > exponent {
			end = last
		}
	}
	lx.pos = end
	return token{tokNumber, start, end}
}

// digits skips digits of the set, each perhaps behind one underscore.
func digits(src string, pos int, set string) int {
	for pos < len(src) {
		next := pos
		if src[pos] == '_' {
			next++
		}
		if next >= len(src) || strings.IndexByte(set, src[next]) < 0 {
			break
		}
		pos = next + 1
	}
	return pos
}

func (lx *lexer) punct(start int) token {
	lx.pos = start + 1
	if two := lx.src[start:min(start+2, len(lx.src))]; two == "::" || two == ":=" || two == ".." {
		lx.pos++
	}
	return token{tokPunct, start, lx.pos}
}

// operator reads an operator by the rules of PostgreSQL's scanner: a comment
// ends it, and a trailing + or - belongs to it only beside certain characters.
func (lx *lexer) operator(start int) token {
	end := start
	for end < len(lx.src) && isOpChar(lx.src[end]) {
		end++
	}
	op := lx.src[start:end]
	for _, comment := range []string{"--", "/*"} {
		if n := strings.Index(op, comment); n > 0 {
			op = op[:n]
		}
	}
	for len(op) > 1 && (op[len(op)-1] == '+' || op[len(op)-1] == '-') && !strings.ContainsAny(op[:len(op)-1], "~!@#^&|`?%") {
		op = op[:len(op)-1]
	}
	lx.pos = start + len(op)
	return token{tokOp, start, lx.pos}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isIdentStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '$' }

func isOpChar(c byte) bool { return strings.IndexByte("~!@#^&|`?+-*/%<>=", c) >= 0 }
