package types

// Date and time text is cut into fields first, then the fields are decoded
// (datetime_decode.go). Both follow the rules of PostgreSQL's manual, appendix
// B.1, "Date/Time Input Interpretation".

type fieldKind uint8

const (
	fieldNumber  fieldKind = iota // digits, perhaps with a decimal point
	fieldDate                     // digits or letters joined by - / .
	fieldTime                     // digits with colons
	fieldString                   // letters
	fieldSpecial                  // a sign and letters: -infinity
	fieldZone                     // a sign and digits
)

// dateField is one field; its text is in lower case.
type dateField struct {
	kind fieldKind
	text string
}

// Limits on date and time text, PostgreSQL's.
const (
	dateTextBytesMax = 128
	dateFieldsMax    = 25
)

// fieldScanner cuts text into fields.
type fieldScanner struct {
	s  string
	at int
}

func (p *fieldScanner) peek() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

// run advances while ok says so.
func (p *fieldScanner) run(ok func(c byte) bool) {
	for p.at < len(p.s) && ok(p.s[p.at]) {
		p.at++
	}
}

func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }

// scanDate returns the fields; ok is false where the text holds a character that no field takes.
func scanDate(s string) ([]dateField, bool) {
	if len(s) > dateTextBytesMax {
		return nil, false
	}
	p := fieldScanner{s: lowerASCII(s)}
	var out []dateField
	for p.at < len(p.s) {
		c := p.s[p.at]
		start := p.at
		var kind fieldKind
		switch {
		case isSpace(c):
			p.at++
			continue
		case isDigit(c):
			kind = p.digits()
		case c == '.':
			p.at++
			p.run(isDigit)
			kind = fieldNumber
		case isAlpha(c):
			kind = p.letters()
		case c == '+' || c == '-':
			text, k, ok := p.signed()
			if !ok {
				return nil, false
			}
			out = append(out, dateField{k, text})
			continue
		case c > ' ' && c < 0x7f:
			p.at++ // other punctuation separates and means nothing
			continue
		default:
			return nil, false
		}
		out = append(out, dateField{kind, p.s[start:p.at]})
		if len(out) > dateFieldsMax {
			return nil, false
		}
	}
	return out, true
}

// digits takes a field that starts with a digit.
func (p *fieldScanner) digits() fieldKind {
	p.run(isDigit)
	switch delim := p.peek(); delim {
	case ':':
		p.run(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' })
		return fieldTime
	case '-', '/', '.':
		p.at++
		if !isDigit(p.peek()) {
			p.run(func(c byte) bool { return isAlnum(c) || c == delim })
			return fieldDate
		}
		p.run(isDigit)
		if p.peek() == delim {
			p.run(func(c byte) bool { return isDigit(c) || c == delim })
			return fieldDate
		}
		if delim == '.' {
			return fieldNumber
		}
		return fieldDate
	}
	return fieldNumber
}

// letters takes a field that starts with a letter: a word, or a date or zone name with punctuation.
func (p *fieldScanner) letters() fieldKind {
	start := p.at
	p.run(isAlpha)
	c := p.peek()
	joined := c == '-' || c == '/' || c == '.'
	if c == '+' || isDigit(c) {
		_, known := dateWords[p.s[start:p.at]]
		joined = !known
	}
	if !joined {
		return fieldString
	}
	p.run(func(c byte) bool {
		return isAlnum(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':'
	})
	return fieldDate
}

// signed takes a sign, blanks, and digits or letters; the blanks are dropped.
func (p *fieldScanner) signed() (string, fieldKind, bool) {
	sign := p.s[p.at : p.at+1]
	p.at++
	p.run(isSpace)
	start := p.at
	switch c := p.peek(); {
	case isDigit(c):
		p.run(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
		return sign + p.s[start:p.at], fieldZone, true
	case isAlpha(c):
		p.run(isAlpha)
		return sign + p.s[start:p.at], fieldSpecial, true
	}
	return "", 0, false
}

// lowerASCII lowers A-Z only; other bytes stay.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}
