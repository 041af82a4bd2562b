package builtin

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// Class shorthands as the content of a bracket expression. \w follows the
// locale in PostgreSQL, so letters of every script count.
var classShorthands = map[byte]string{
	'd': `0-9`,
	's': `\t\n\v\f\r \x{85}\x{a0}\x{2000}-\x{200a}\x{2028}\x{2029}\x{3000}`,
	'w': `\p{L}\p{M}\p{Nd}_`,
}

// namedClasses are [:name:] as bracket content.
var namedClasses = map[string]string{
	"alpha": `\p{L}`, "digit": `0-9`, "alnum": `\p{L}\p{Nd}`, "upper": `\p{Lu}`, "lower": `\p{Ll}`,
	"space": classShorthands['s'], "blank": `\t `, "punct": "!-/:-@\\[-`{-~\\p{P}", "cntrl": `\x00-\x1f\x7f`,
	"xdigit": `0-9A-Fa-f`, "graph": `!-~\p{L}\p{M}\p{N}\p{P}\p{S}`, "print": ` -~\p{L}\p{M}\p{N}\p{P}\p{S}`, "word": `\p{L}\p{M}\p{Nd}_`,
}

// wordConstraints are the escapes that match between characters. Go has no
// start-of-word and end-of-word: the boundary stands for both.
var wordConstraints = map[byte]string{
	'A': `\A`, 'Z': `\z`, 'y': `\b`, 'Y': `\B`, 'm': `\b`, 'M': `\b`,
}

// escape translates a backslash sequence outside brackets; constraint: it takes no quantifier.
func (t *areTranslator) escape() (constraint bool, err error) {
	if t.at+1 >= len(t.in) {
		return false, badRegexp(`invalid escape \ sequence`)
	}
	c := t.in[t.at+1]
	if s, ok := wordConstraints[c]; ok {
		t.at += 2
		t.asserts = true
		t.out.WriteString(s)
		return true, nil
	}
	if s, ok := classShorthands[c]; ok {
		t.at += 2
		t.out.WriteString("[" + s + "]")
		return false, nil
	}
	if s, ok := classShorthands[c|0x20]; ok && isLetter(c) {
		t.at += 2
		if t.flags.dotLine && c != 'S' {
			s += `\n`
		}
		t.out.WriteString("[^" + s + "]")
		return false, nil
	}
	if c >= '1' && c <= '9' {
		return false, sqlerr.Unsupported("a back reference in a regular expression", "")
	}
	r, err := t.charEscape()
	if err != nil {
		return false, err
	}
	writeLiteral(&t.out, r)
	return false, nil
}

// simpleEscapes are those of one letter for one character.
var simpleEscapes = map[byte]rune{
	'a': 7, 'b': 8, 'B': '\\', 'e': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '0': 0,
}

// charEscape reads \x… as one character and moves behind it.
func (t *areTranslator) charEscape() (rune, error) {
	c := t.in[t.at+1]
	if r, ok := simpleEscapes[c]; ok && c != '0' {
		t.at += 2
		return r, nil
	}
	switch c {
	case 'u':
		return t.numberEscape(4, 4, 16)
	case 'U':
		return t.numberEscape(8, 8, 16)
	case 'x':
		return t.numberEscape(1, 8, 16)
	case '0':
		t.at--
		return t.numberEscape(1, 3, 8)
	case 'c':
		if t.at+2 < len(t.in) {
			r := rune(t.in[t.at+2] & 0x1f)
			t.at += 3
			return r, nil
		}
		return 0, badRegexp(`invalid escape \ sequence`)
	}
	if isLetter(c) || isDigitByte(c) {
		return 0, badRegexp(`invalid escape \ sequence`)
	}
	r, n := utf8.DecodeRuneInString(t.in[t.at+1:])
	t.at += 1 + n
	return r, nil
}

// numberEscape reads between low and high digits behind the two bytes of the escape.
func (t *areTranslator) numberEscape(low, high, base int) (rune, error) {
	start := t.at + 2
	end := start
	for end < len(t.in) && end-start < high {
		if _, err := strconv.ParseUint(t.in[end:end+1], base, 8); err != nil {
			break
		}
		end++
	}
	n, err := strconv.ParseUint(t.in[start:end], base, 32)
	if err != nil || end-start < low || n > utf8.MaxRune {
		return 0, badRegexp(`invalid escape \ sequence`)
	}
	t.at = end
	return rune(n), nil
}

// bracket translates [...].
func (t *areTranslator) bracket() error {
	rest := t.in[t.at:]
	for _, word := range []string{"[[:<:]]", "[[:>:]]"} {
		if strings.HasPrefix(rest, word) {
			t.at += len(word)
			t.asserts = true
			t.out.WriteString(`\b`)
			return nil
		}
	}
	t.at++
	t.out.WriteByte('[')
	negated := t.at < len(t.in) && t.in[t.at] == '^'
	if negated {
		t.at++
		t.out.WriteByte('^')
		if t.flags.dotLine {
			t.out.WriteString(`\n`)
		}
	}
	for first := true; ; first = false {
		if t.at >= len(t.in) {
			return badRegexp("brackets [] not balanced")
		}
		if t.in[t.at] == ']' && !first {
			t.at++
			t.out.WriteByte(']')
			return nil
		}
		if err := t.bracketItem(); err != nil {
			return err
		}
	}
}

// bracketItem translates one character, range or class inside brackets.
func (t *areTranslator) bracketItem() error {
	rest := t.in[t.at:]
	if strings.HasPrefix(rest, "[:") {
		name, _, ok := strings.Cut(rest[2:], ":]")
		class, known := namedClasses[name]
		if !ok || !known {
			return badRegexp("invalid character class")
		}
		t.at += len(name) + 4
		t.out.WriteString(class)
		return nil
	}
	if rest[0] == '\\' && len(rest) > 1 {
		if class, ok := classShorthands[rest[1]]; ok {
			t.at += 2
			t.out.WriteString(class)
			return nil
		}
		if class, ok := negatedShorthands[rest[1]]; ok {
			t.at += 2
			t.out.WriteString(class)
			return nil
		}
	}
	low, err := t.bracketChar()
	if err != nil {
		return err
	}
	if t.at+1 >= len(t.in) || t.in[t.at] != '-' || t.in[t.at+1] == ']' {
		writeLiteral(&t.out, low)
		return nil
	}
	t.at++
	high, err := t.bracketChar()
	if err != nil {
		return err
	}
	if low > high {
		return badRegexp("invalid character range")
	}
	writeLiteral(&t.out, low)
	t.out.WriteByte('-')
	writeLiteral(&t.out, high)
	return nil
}

// negatedShorthands inside brackets, where Go's ASCII classes have to do.
var negatedShorthands = map[byte]string{'D': `\D`, 'S': `\S`, 'W': `\W`}

// bracketChar reads one character, an escape or a collating element.
func (t *areTranslator) bracketChar() (rune, error) {
	rest := t.in[t.at:]
	for _, mark := range []string{".", "="} {
		if strings.HasPrefix(rest, "["+mark) {
			element, _, ok := strings.Cut(rest[2:], mark+"]")
			if r, n := utf8.DecodeRuneInString(element); ok && n == len(element) && n > 0 {
				t.at += n + 4
				return r, nil
			}
			return 0, badRegexp("invalid collating element")
		}
	}
	if rest[0] == '\\' {
		if len(rest) == 1 {
			return 0, badRegexp(`invalid escape \ sequence`)
		}
		return t.charEscape()
	}
	r, n := utf8.DecodeRuneInString(rest)
	t.at += n
	return r, nil
}
