package textsearch

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"synapse/catalog/types"
)

// class is a set of characters, or a question to the scanner.
type class uint8

const (
	classAny class = iota
	classCharacter
	classEOF
	classSkipping // inside <script> and <style>
	classHostWanted
	classHostAhead
	classURLPathAhead
	classAsciiLetter
	classLetter
	classDigit
	classAlnum
	classNotAlnum
	classJoiner
	classSpace
	classHexDigit
	classURLChar
)

var classNames = map[string]class{
	"*": classAny, "eof": classEOF, "skipping": classSkipping, "hostwanted": classHostWanted, "hostahead": classHostAhead,
	"urlpathahead": classURLPathAhead, "asciiletter": classAsciiLetter, "letter": classLetter, "digit": classDigit,
	"alnum": classAlnum, "notalnum": classNotAlnum, "joiner": classJoiner, "space": classSpace,
	"hexdigit": classHexDigit, "urlchar": classURLChar,
}

// deed is what a rule does besides.
type deed uint8

const (
	noDeed      deed = iota
	tagDeed          // a tag's name is known: script and style hide what is inside
	rewind           // the parts of the token follow as tokens of their own
	rewindHost       // so do the host and the path of a URL
	rewindToken      // the token begins anew
)

var deedNames = map[string]deed{"tag": tagDeed, "rewind": rewind, "rewindHost": rewindHost, "rewindToken": rewindToken}

// place is how far a try has come.
type place struct {
	at     int // byte of the text that comes next
	size   int // bytes of the token so far
	state  int
	resume int // the rule to go on with after a failure; 0: from the start
}

// scanner is PostgreSQL's default parser: a state machine that goes back where
// a try fails. It is not safe for concurrent use.
type scanner struct {
	text     string
	stack    []place // the last one is where it stands; those below are tries to go back to
	start    int     // of the token
	skipping bool
	wantHost bool
}

// Parse calls yield with each token of the text, blanks included, until yield returns false.
func Parse(text string, yield func(Token) bool) {
	s := scanner{text: text, stack: []place{{}}}
	for {
		t, ok := s.next()
		if !ok || !yield(t) {
			return
		}
	}
}

func (s *scanner) top() *place { return &s.stack[len(s.stack)-1] }

// next finds the next token. ok is false where the text ends.
func (s *scanner) next() (Token, bool) {
	p := s.top()
	if p.at >= len(s.text) {
		return Token{}, false
	}
	s.start = p.at
	p.resume = 0
	for {
		p := s.top()
		var r rune
		width := 0
		if p.at < len(s.text) {
			r, width = utf8.DecodeRuneInString(s.text[p.at:])
		}
		at := p.resume
		p.resume = 0
		rules := states[p.state]
		for !s.in(&rules[at], r, width) {
			at++
		}
		rule := &rules[at]
		s.deed(rule.deed)
		found := Token{Type: rule.token}
		if rule.token != 0 {
			p = s.top()
			found.Text = s.text[s.start : s.start+p.size]
			p.size = 0
		}
		s.act(rule, at)
		p = s.top()
		if rule.next >= 0 {
			p.state = rule.next
		}
		switch {
		case rule.token != 0:
			return found, true
		case p.at >= len(s.text) && rule.action != again:
			return Token{}, false
		case rule.action == again || rule.action == fail:
			continue
		}
		_, width = utf8.DecodeRuneInString(s.text[p.at:])
		p.at += width
		p.size += width
	}
}

// act does what the rule says about tries.
func (s *scanner) act(r *rule, at int) {
	n := len(s.stack)
	switch {
	case r.settleAll:
		s.stack[0] = s.stack[n-1]
		s.stack = s.stack[:1]
	case r.action == fail:
		s.stack = s.stack[:n-1]
	case r.action == try:
		next := s.stack[n-1]
		s.stack[n-1].resume = at + 1
		s.stack = append(s.stack, next)
	case r.action == settle:
		s.stack[n-2] = s.stack[n-1]
		s.stack = s.stack[:n-1]
	case r.action == join:
		from := s.stack[n-1]
		s.stack = s.stack[:n-1]
		into := s.top()
		into.at, into.size, into.resume = from.at, from.size, 0
	}
}

func (s *scanner) deed(d deed) {
	p := s.top()
	switch d {
	case tagDeed:
		switch name := s.text[s.start : s.start+p.size]; {
		case strings.EqualFold(name, "</script"), strings.EqualFold(name, "</style"):
			s.skipping = false
		case strings.EqualFold(name, "<script"), strings.EqualFold(name, "<style"):
			s.skipping = true
		}
	case rewind:
		p.at -= p.size
	case rewindHost:
		s.wantHost = true
		p.at -= p.size
	case rewindToken:
		p.at -= p.size
		p.size = 0
	}
}

// in reports whether the next character is in the rule's class; width 0 is the end.
func (s *scanner) in(r *rule, c rune, width int) bool {
	switch r.class {
	case classAny:
		return true
	case classCharacter:
		return width == 1 && byte(c) == r.char
	case classEOF:
		return width == 0
	case classSkipping:
		return s.skipping
	case classHostWanted:
		wanted := s.wantHost
		s.wantHost = false
		return wanted
	case classHostAhead:
		return s.ahead(scanner{stack: []place{{}}, wantHost: true}, Host)
	case classURLPathAhead:
		return s.ahead(scanner{stack: []place{{}, {state: stateNumbers["urlPathFirst"]}}}, URLPath)
	}
	return characterIn(r.class, c, width)
}

// ahead lets another scanner read the next token; one of the type wanted is taken.
func (s *scanner) ahead(other scanner, want TokenType) bool {
	p := s.top()
	other.text = s.text[p.at:]
	t, ok := other.next()
	if !ok || t.Type != want {
		return false
	}
	p.at += len(t.Text)
	p.size += len(t.Text)
	return true
}

func characterIn(k class, c rune, width int) bool {
	switch k {
	case classAsciiLetter:
		return c < utf8.RuneSelf && isLetter(c)
	case classLetter:
		return isLetter(c)
	case classDigit:
		return isDigit(c)
	case classAlnum:
		return isDigit(c) || isLetter(c)
	case classNotAlnum:
		return !isDigit(c) && !isLetter(c)
	case classJoiner:
		return width == 0 || isJoiner(c)
	case classSpace:
		return types.IsBlank(c)
	case classHexDigit:
		return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f'
	case classURLChar:
		return c > ' ' && c < 0x7F && !strings.ContainsRune("\"<>\\^`{|}", c)
	}
	return false
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// isLetter is iswalpha of PostgreSQL's default locale, in which digits of other scripts are letters.
func isLetter(c rune) bool {
	if c < utf8.RuneSelf {
		return c|0x20 >= 'a' && c|0x20 <= 'z'
	}
	return unicode.IsLetter(c) || unicode.Is(unicode.Nd, c) || unicode.Is(unicode.Nl, c) || unicode.Is(unicode.Other_Alphabetic, c)
}

// isJoiner are the marks inside a word that are no letters: those without a
// width, and spacing marks of scripts that write vowels with them. PostgreSQL
// keeps the former as ranges that span what is not assigned yet.
func isJoiner(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return c == 0
	case unicode.Is(unicode.Cn, c):
		return isMark(assigned(c, -1)) && isMark(assigned(c, 1))
	}
	return isMark(c) || unicode.Is(unicode.Mc, c) && !strings.ContainsRune(youngMarks, c)
}

func isMark(c rune) bool { return unicode.In(c, unicode.Mn, unicode.Me) }

// gapMax is the longest stretch without a character between two marks.
const gapMax = 16

// assigned is the nearest assigned character in a direction, 0 where it is far.
func assigned(c, step rune) rune {
	for range gapMax {
		if c += step; !unicode.Is(unicode.Cn, c) {
			return c
		}
	}
	return 0
}

// youngMarks are spacing marks that PostgreSQL's list does not have; they break words.
const youngMarks = "\u1715\u1734\u1bf2\u1bf3\u1ce1\u1cf7\u302e\u302f\ua9c0\uabec\U000111c0\U00011235\U0001134d\U000116b6\U0001193d" +
	"\U0001d165\U0001d166\U0001d16d\U0001d16e\U0001d16f\U0001d170\U0001d171\U0001d172"
