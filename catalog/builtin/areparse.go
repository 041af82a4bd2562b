package builtin

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// regexFlags are the switches of a regular expression: PostgreSQL's letters.
type regexFlags struct {
	fold     bool // i: ignore case
	lines    bool // n, m, w: ^ and $ match at line ends
	dotLine  bool // n, m, p: . and [^…] do not match a newline
	expanded bool // x: white space and comments are ignored
	literal  bool // q: no metacharacters
	basic    bool // b: POSIX basic syntax, unsupported
	global   bool // g: of the function, not of the expression
}

// set applies one letter; false: unknown.
func (f *regexFlags) set(c byte) bool {
	switch c {
	case 'g':
		f.global = true
	case 'i':
		f.fold = true
	case 'c':
		f.fold = false
	case 'n', 'm':
		f.lines, f.dotLine = true, true
	case 'p':
		f.lines, f.dotLine = false, true
	case 'w':
		f.lines, f.dotLine = true, false
	case 's':
		f.lines, f.dotLine = false, false
	case 'x':
		f.expanded = true
	case 't':
		f.expanded = false
	case 'q':
		f.literal = true
	case 'b':
		f.basic = true
	case 'e':
	default:
		return false
	}
	return true
}

// areTranslator rewrites PostgreSQL's advanced regular expressions (manual,
// 9.7.3) into the syntax of Go's regexp package.
type areTranslator struct {
	in    string
	at    int
	out   strings.Builder
	flags regexFlags

	// levels holds the greediness of the whole and of each open parenthesis:
	// PostgreSQL takes it from the first quantified atom, a quantifier's own
	// word overriding what is inside its atom; an alternation is greedy.
	levels  []level
	atomPre preference // of the atom just read, if it was a parenthesis
	mixed   bool       // there are non-greedy quantifiers
	asserts bool       // the expression looks at its surroundings (^ $ \y …)
}

type level struct {
	preference  preference
	alternation bool
}

func (l level) result() preference {
	if l.alternation {
		return longest
	}
	return l.preference
}

type preference uint8

const (
	undecided preference = iota
	longest
	shortest
)

func badRegexp(why string) error {
	return sqlerr.New(sqlerr.InvalidRegexp, "invalid regular expression: %s", why)
}

// translate returns the Go expression.
func (t *areTranslator) translate() (string, error) {
	if err := t.prefix(); err != nil {
		return "", err
	}
	if t.flags.basic {
		return "", sqlerr.Unsupported("basic regular expression syntax", "")
	}
	if t.flags.literal {
		t.levels = []level{{preference: longest}}
		return t.wrap(quoteLiteral(t.in[t.at:])), nil
	}
	t.levels = []level{{}}
	for t.at < len(t.in) {
		t.atomPre = undecided
		if err := t.atom(); err != nil {
			return "", err
		}
	}
	if len(t.levels) != 1 {
		return "", badRegexp("parentheses () not balanced")
	}
	return t.wrap(t.out.String()), nil
}

func quoteLiteral(s string) string {
	var b strings.Builder
	for _, r := range s {
		writeLiteral(&b, r)
	}
	return b.String()
}

// wrap puts Go's flags before the expression.
func (t *areTranslator) wrap(expr string) string {
	var on string
	if t.flags.fold {
		on += "i"
	}
	if t.flags.lines {
		on += "m"
	}
	if !t.flags.dotLine {
		on += "s"
	}
	if on == "" {
		return expr
	}
	return "(?" + on + ")" + expr
}

// prefix reads the directors ***: and ***= and embedded options (?xyz).
func (t *areTranslator) prefix() error {
	switch {
	case strings.HasPrefix(t.in, "***="):
		t.flags.literal = true
		t.at = 4
		return nil
	case strings.HasPrefix(t.in, "***:"):
		t.at = 4
	case strings.HasPrefix(t.in, "***"):
		return badRegexp("quantifier operand invalid")
	}
	rest := t.in[t.at:]
	if len(rest) < 3 || rest[0] != '(' || rest[1] != '?' || !isLetter(rest[2]) {
		return nil
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		return badRegexp("parentheses () not balanced")
	}
	for i := 2; i < end; i++ {
		if rest[i] == 'g' || !t.flags.set(rest[i]) {
			return badRegexp("invalid embedded option")
		}
	}
	t.at += end + 1
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// atom translates one atom, constraint or structural character with the
// quantifier behind it.
func (t *areTranslator) atom() error {
	c := t.in[t.at]
	if t.flags.expanded && t.skipBlank() {
		return nil
	}
	switch c {
	case '(':
		return t.open()
	case ')':
		top := len(t.levels) - 1
		if top == 0 {
			return badRegexp("parentheses () not balanced")
		}
		t.atomPre = t.levels[top].result()
		t.levels = t.levels[:top]
		t.at++
		t.out.WriteByte(')')
		return t.quantifier()
	case '|':
		t.at++
		t.levels[len(t.levels)-1].alternation = true
		t.out.WriteByte('|')
		return nil
	case '*', '+', '?':
		return badRegexp("quantifier operand invalid")
	case '^', '$':
		t.at++
		t.asserts = true
		t.out.WriteByte(c)
		return nil
	case '.':
		t.at++
		t.out.WriteByte('.')
	case '[':
		if err := t.bracket(); err != nil {
			return err
		}
	case '\\':
		constraint, err := t.escape()
		if err != nil || constraint {
			return err
		}
	case '{':
		if t.at+1 < len(t.in) && isDigitByte(t.in[t.at+1]) {
			return badRegexp("quantifier operand invalid")
		}
		t.at++
		t.out.WriteString(`\{`)
	default:
		r, n := utf8.DecodeRuneInString(t.in[t.at:])
		t.at += n
		writeLiteral(&t.out, r)
	}
	return t.quantifier()
}

// skipBlank skips white space and comments of the expanded syntax.
func (t *areTranslator) skipBlank() bool {
	start := t.at
	for t.at < len(t.in) {
		switch c := t.in[t.at]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			t.at++
		case c == '#':
			if end := strings.IndexByte(t.in[t.at:], '\n'); end >= 0 {
				t.at += end
			} else {
				t.at = len(t.in)
			}
		default:
			return t.at > start
		}
	}
	return t.at > start
}

func (t *areTranslator) open() error {
	rest := t.in[t.at:]
	switch {
	case strings.HasPrefix(rest, "(?:"):
		t.out.WriteString("(?:")
		t.at += 3
	case strings.HasPrefix(rest, "(?="), strings.HasPrefix(rest, "(?!"), strings.HasPrefix(rest, "(?<="), strings.HasPrefix(rest, "(?<!"):
		return sqlerr.Unsupported("a lookahead or lookbehind constraint in a regular expression", "")
	case strings.HasPrefix(rest, "(?#"):
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return badRegexp("parentheses () not balanced")
		}
		t.at += end + 1
		return nil
	case strings.HasPrefix(rest, "(?"):
		return badRegexp("quantifier operand invalid")
	default:
		t.out.WriteByte('(')
		t.at++
	}
	t.levels = append(t.levels, level{})
	return nil
}

// repeatMax is PostgreSQL's DUPMAX, the greatest bound of {m,n}.
const repeatMax = 255

// quantifier translates what follows an atom, if it is one.
func (t *areTranslator) quantifier() error {
	if t.flags.expanded {
		t.skipBlank()
	}
	want := t.atomPre
	defer func() {
		if l := &t.levels[len(t.levels)-1]; l.preference == undecided {
			l.preference = want
		}
	}()
	if t.at >= len(t.in) {
		return nil
	}
	fixed := false
	switch c := t.in[t.at]; {
	case c == '*' || c == '+' || c == '?':
		t.out.WriteByte(c)
		t.at++
	case c == '{' && t.at+1 < len(t.in) && isDigitByte(t.in[t.at+1]):
		var err error
		if fixed, err = t.bound(); err != nil {
			return err
		}
	default:
		return nil
	}
	pre := longest
	if t.at < len(t.in) && t.in[t.at] == '?' {
		pre = shortest
		t.mixed = true
		t.out.WriteByte('?')
		t.at++
	}
	if !fixed {
		want = pre
	}
	if t.at < len(t.in) && (t.in[t.at] == '*' || t.in[t.at] == '+' || t.in[t.at] == '?') {
		return badRegexp("quantifier operand invalid")
	}
	return nil
}

// bound translates {m}, {m,} and {m,n}.
func (t *areTranslator) bound() (fixed bool, err error) {
	end := strings.IndexByte(t.in[t.at:], '}')
	if end < 0 {
		return false, badRegexp("braces {} not balanced")
	}
	text := t.in[t.at+1 : t.at+end]
	t.at += end + 1
	low, high, isRange := strings.Cut(text, ",")
	m, ok := parseCount(low)
	if !ok {
		return false, badRegexp("invalid repetition count(s)")
	}
	if !isRange {
		fmt.Fprintf(&t.out, "{%d}", m)
		return true, nil
	}
	if high == "" {
		fmt.Fprintf(&t.out, "{%d,}", m)
		return false, nil
	}
	n, ok := parseCount(high)
	if !ok || m > n {
		return false, badRegexp("invalid repetition count(s)")
	}
	fmt.Fprintf(&t.out, "{%d,%d}", m, n)
	return false, nil
}

func parseCount(s string) (int, bool) {
	n := 0
	if s == "" {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if !isDigitByte(s[i]) {
			return 0, false
		}
		if n = n*10 + int(s[i]-'0'); n > repeatMax {
			return 0, false
		}
	}
	return n, true
}

func isDigitByte(c byte) bool { return c >= '0' && c <= '9' }

// writeLiteral writes one character so that Go takes it literally, inside and outside brackets.
func writeLiteral(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf && !isLetter(byte(r)) && !isDigitByte(byte(r)) && r > ' ' && r != 0x7f:
		b.WriteByte('\\')
		b.WriteRune(r)
	case r < ' ' || r == 0x7f || r == utf8.RuneError:
		fmt.Fprintf(b, `\x{%x}`, r)
	default:
		b.WriteRune(r)
	}
}
