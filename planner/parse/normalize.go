package parse

import (
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Normalize brings a text to the form that statements of one shape share:
// comments gone, white space single, unquoted words in lower case, constants and
// parameters replaced by ?, lists of them by one ?. fingerprint is the hash of
// that form (xxhash64); it is stable across restarts and releases of Synapse, as
// lineage stores it. It never fails: a text that is not SQL has a form too.
func Normalize(sql string) (text string, fingerprint uint64) {
	lx := lexer{src: sql}
	var out []string
	for {
		t := lx.next()
		if t.kind == tokEnd {
			break
		}
		word := sql[t.start:t.end]
		switch t.kind {
		case tokWord:
			word = strings.ToLower(word)
		case tokString, tokOtherStr, tokParam, tokNumber:
			word = "?"
		}
		out = collapse(append(out, word))
	}
	for len(out) > 0 && out[len(out)-1] == ";" {
		out = out[:len(out)-1]
	}
	text = joinTokens(out)
	return text, xxhash.Sum64String(text)
}

// collapse shortens "?, ?" to "?" and "(?), (?)" to "(?)" at the end of out.
func collapse(out []string) []string {
	if endsWith(out, "?", ",", "?") {
		return out[:len(out)-2]
	}
	if endsWith(out, "(", "?", ")", ",", "(", "?", ")") {
		return out[:len(out)-4]
	}
	return out
}

func endsWith(out []string, tail ...string) bool {
	if len(out) < len(tail) {
		return false
	}
	for i, word := range tail {
		if out[len(out)-len(tail)+i] != word {
			return false
		}
	}
	return true
}

// joinTokens writes tokens with one space between, none inside brackets and
// around points and casts.
func joinTokens(toks []string) string {
	var b strings.Builder
	for i, t := range toks {
		if i > 0 && !strings.Contains(") ] , ; . ::", t) && !strings.Contains("( [ . ::", toks[i-1]) &&
			!((t == "(" || t == "[") && isCallName(toks[i-1])) {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
}

// isCallName reports whether a parenthesis behind the word is joined to it.
// Only looks depend on it.
func isCallName(word string) bool {
	if word == "" || !isIdentStart(word[0]) && word[0] != '"' {
		return false
	}
	switch word {
	case "in", "and", "or", "not", "values", "from", "where", "as", "on", "using", "over", "select", "exists", "any", "all",
		"then", "when", "else", "by", "with", "set", "returning", "join", "union", "except", "intersect", "lateral":
		return false
	}
	return true
}
