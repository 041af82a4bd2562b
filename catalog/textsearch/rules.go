package textsearch

import (
	"fmt"
	"strings"
)

// ruleText is what PostgreSQL's default parser does, state by state: the first
// rule whose class the next character is in says how to go on.
//
//	go S        take the character, state S (none: the same)
//	try S       take it, but keep the way back: where S fails, the rules behind this one are tried
//	fail        go back to the last try
//	settle S    take it; the last try will not be gone back to
//	join        take it and go on in the state that tried, from here
//	again S     state S for the same character
//	T > S       the token of type T ends before the character; S is the state for the next one
//	T >1 S      the same, and the last try is settled
//	T >> S      the same, and every try is settled
//
// A name after a colon is a deed of its own (see scanner.deed).
const ruleText = `
base: eof go; < try tagFirst; skipping go blank; asciiletter go asciiWord; letter go word; digit go uint;
	- try intFirst; + try intFirst; & try entityFirst; ~ try fileTilde; / try fileFirst; . try pathDot; * go blank
numWord: eof numword > base; alnum go; joiner go; @ try email; / try fileFirst; . try fileNext; - try hyphenNumFirst; * numword > base
asciiWord: eof asciiword > base; asciiletter go; . try hostDomainFirst; . try fileNext; - try hostPartFirst; - try hyphenAsciiFirst;
	_ try hostPartFirst; @ try email; colon try protocolFirst; / try fileFirst; digit try host; digit go numWord;
	letter go word; joiner go word; * asciiword > base
word: eof word > base; letter go; joiner go; digit go numWord; - try hyphenWordFirst; * word > base
uint: eof uint > base; digit go; . try hostDomainFirst; . try udecimalFirst; e try exponentFirst; E try exponentFirst;
	- try hostPartFirst; _ try hostPartFirst; @ try email; asciiletter try host; letter go numWord; joiner go numWord;
	/ try fileFirst; * uint > base
intFirst: digit settle int; * fail
int: eof int > base; digit go; . try decimalFirst; e try exponentFirst; E try exponentFirst; * int > base
blank: eof blank > base; < blank > base; skipping go; - blank > base; + blank > base; & blank > base; / blank > base;
	notalnum go; * blank > base
udecimalFirst: digit settle udecimal; * fail
udecimal: eof float > base; digit go; . try versionFirst; e try exponentFirst; E try exponentFirst; * float > base
decimalFirst: digit settle decimal; * fail
decimal: eof float > base; digit go; . try signedVersion; e try exponentFirst; E try exponentFirst; * float > base
signedVersion: digit again signBefore :rewindToken; * fail
signBefore: eof fail; digit blank >> uint; * go
versionFirst: digit settle version; * fail
version: eof version > base; digit go; . try versionFirst; * version > base
exponentFirst: digit settle exponent; + go exponentSign; - go exponentSign; * fail
exponentSign: digit settle exponent; * fail
exponent: eof sfloat > base; digit go; * sfloat > base
entityFirst: # go entityNumFirst; asciiletter go entityName; colon go entityName; _ go entityName; * fail
entityName: eof fail; alnum go; colon go; _ go; . go; - go; semicolon go entityEnd; * fail
entityNumFirst: x go entityHexFirst; X go entityHexFirst; digit go entityNum; * fail
entityHexFirst: hexdigit go entityHex; * fail
entityNum: digit go; semicolon go entityEnd; * fail
entityHex: hexdigit go; semicolon go entityEnd; * fail
entityEnd: * entity >1 base
tagFirst: / try tagCloseFirst; ! try commentFirst; ? try declaration; asciiletter try tagName; colon try tagName; _ try tagName; * fail
declaration: x go tagInside; * fail
tagCloseFirst: asciiletter go tagName; * fail
tagName: eof fail; / go tagSlash; > go tagEnd :tag; space go tagInside :tag; alnum go; colon go; _ go; . go; - go; * fail
tagSlash: > go tagEnd; * fail
tagInside: eof fail; > go tagEnd :tag; ' go tagQuote; " go tagDoubleQuote; asciiletter go; digit go; = go; - go; _ go; # go;
	/ go; colon go; . go; & go; ? go; % go; ~ go; space go :tag; * fail
tagQuote: eof fail; \ try tagEscape; ' go tagInside; * go
tagDoubleQuote: eof fail; \ try tagEscape; " go tagInside; * go
tagEscape: eof fail; * join
tagEnd: * tag >> base
commentFirst: - go commentSecond; D go tagInside; d go tagInside; * fail
commentSecond: - go comment; * fail
comment: eof fail; - go commentDash; * go
commentDash: eof fail; - go commentDashes; * go comment
commentDashes: eof fail; - go; > go commentEnd; * go comment
commentEnd: * tag >> base
hostDomainFirst: eof fail; asciiletter go hostDomainSecond; digit go host; * fail
hostDomainSecond: eof fail; asciiletter go hostDomain; digit try host; - try hostPartFirst; _ try hostPartFirst;
	. try hostDomainFirst; @ try email; * fail
hostDomain: eof host >> base; asciiletter go; digit try host; colon try portFirst; - try hostPartFirst; _ try hostPartFirst;
	. try hostDomainFirst; @ try email; digit fail; hostwanted host >> urlPathStart; / try url; * host >> base
portFirst: digit go port; * fail
port: eof host >> base; digit go; hostwanted host >> urlPathStart; / try url; * host >> base
hostPartFirst: digit go host; asciiletter go host; * fail
host: eof fail; digit go; asciiletter go; @ try email; . try hostDomainFirst; - try hostPartFirst; _ try hostPartFirst; * fail
email: hostwanted fail; hostahead email >> base; * fail
fileFirst: eof fail; asciiletter go file; digit go file; . go pathFirst; _ go file; ~ try fileTilde; * fail
fileTilde: eof fail; asciiletter go file; digit go file; _ go file; / go fileFirst; * fail
pathFirst: eof fail; asciiletter go file; digit go file; _ go file; . go pathDots; / go fileFirst; * fail
pathDot: eof fail; . go pathDots; / go fileFirst; * fail
pathDots: eof file >1 base; / try fileFirst; / file >1 base; space file >1 base; * fail
file: eof file > base; asciiletter go; digit go; . try fileNext; _ go; - go; / try fileFirst; * file > base
fileNext: eof fail; asciiletter settle file; digit settle file; _ settle file; * fail
urlPathFirst: eof fail; urlchar go urlPath; * fail
urlPathStart: * go urlPath
urlPath: eof url_path > base; urlchar go; * url_path > base
url: eof fail; urlpathahead url >> base :rewindHost; * fail
protocolFirst: / go protocolSecond; * fail
protocolSecond: / go protocolEnd; * fail
protocolEnd: * protocol >> base
hyphenAsciiFirst: eof fail; asciiletter go hyphenAscii; letter go hyphenWord; digit go hyphenDigits; * fail
hyphenAscii: eof asciihword >> parts :rewind; asciiletter go; letter go hyphenWord; joiner go hyphenWord; digit go hyphenNum;
	- try hyphenAsciiFirst; * asciihword >> parts :rewind
hyphenWordFirst: eof fail; letter go hyphenWord; digit go hyphenDigits; * fail
hyphenWord: eof hword >> parts :rewind; letter go; joiner go; digit go hyphenNum; - try hyphenWordFirst; * hword >> parts :rewind
hyphenNumFirst: eof fail; letter go hyphenNum; digit go hyphenDigits; * fail
hyphenNum: eof numhword >> parts :rewind; alnum go; joiner go; - try hyphenNumFirst; * numhword >> parts :rewind
hyphenDigits: eof fail; digit go; letter go hyphenNum; joiner go hyphenNum; * fail
parts: eof again base; asciiletter go partAscii; letter go partWord; digit try partDigits; - try partHyphen; * again base
partHyphen: eof fail; alnum blank >1 parts; joiner blank >1 parts; * fail
partWord: eof hword_part > base; letter go; joiner go; digit go partNum; * hword_part > parts
partAscii: eof hword_asciipart > base; asciiletter go; letter go partWord; joiner go partWord; digit go partNum; * hword_asciipart > parts
partNum: eof hword_numpart > base; alnum go; joiner go; * hword_numpart > parts
partDigits: eof fail; digit go; letter settle partNum; joiner settle partNum; * fail
`

// action is what a rule does with the tries behind it.
type action uint8

const (
	goOn action = iota
	try
	fail
	settle
	join
	again
)

// rule is one parsed rule.
type rule struct {
	class     class
	char      byte // of classCharacter
	action    action
	token     TokenType // not 0: found
	settleAll bool
	next      int // state, -1: the same
	deed      deed
}

// states are the rules by state; state 0 is base.
var (
	states       [][]rule
	stateNumbers = map[string]int{}
)

func init() {
	text := strings.ReplaceAll(ruleText, "\n\t", " ")
	var bodies []string
	for line := range strings.Lines(text) {
		if name, body, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			stateNumbers[name] = len(bodies)
			bodies = append(bodies, body)
		}
	}
	for _, body := range bodies {
		var list []rule
		for r := range strings.SplitSeq(body, "; ") {
			list = append(list, parseRule(r))
		}
		states = append(states, list)
	}
}

// parseRule reads one rule; a mistake in the table is found by the first test that links it.
func parseRule(text string) rule {
	f := strings.Fields(text)
	r := rule{class: classCharacter, next: -1}
	if c, ok := classNames[f[0]]; ok {
		r.class = c
	} else if f[0] == "colon" {
		r.char = ':'
	} else if f[0] == "semicolon" {
		r.char = ';'
	} else if len(f[0]) == 1 {
		r.char = f[0][0]
	} else {
		panic("textsearch: no class " + f[0])
	}
	f = f[1:]
	if last := f[len(f)-1]; last[0] == ':' {
		r.deed = deedNames[last[1:]]
		if r.deed == noDeed {
			panic("textsearch: no deed " + last)
		}
		f = f[:len(f)-1]
	}
	switch f[0] {
	case "go":
	case "try":
		r.action = try
	case "fail":
		r.action = fail
	case "settle":
		r.action = settle
	case "join":
		r.action = join
	case "again":
		r.action = again
	default:
		r.token = tokenByAlias[f[0]]
		switch f[1] {
		case ">>":
			r.settleAll = true
		case ">1":
			r.action = settle
		}
		f = f[1:]
		if r.token == 0 {
			panic("textsearch: no token type in " + text)
		}
	}
	if len(f) > 1 {
		next, ok := stateNumbers[f[1]]
		if !ok {
			panic(fmt.Sprintf("textsearch: no state %s", f[1]))
		}
		r.next = next
	}
	return r
}
