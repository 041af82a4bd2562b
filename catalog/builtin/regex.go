package builtin

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// Regex is a compiled expression of PostgreSQL's advanced syntax on top of
// Go's linear-time matcher. Immutable, safe for concurrent use.
//
// PostgreSQL prefers the longest match, or the shortest one when the first
// quantifier is non-greedy; Go has the first and gets the second by trying the
// ends of a match in turn.
type Regex struct {
	re       *regexp.Regexp
	anchored *regexp.Regexp // for the shortest match; nil: longest
	asserts  bool           // looks at its surroundings: the text must not be cut
}

// regexCacheMax bounds the compiled expressions kept; the cache is emptied when full.
const regexCacheMax = 512

// regexCache is shared by all connections; mu guards the map.
var regexCache = struct {
	mu sync.Mutex
	m  map[regexKey]*Regex
}{m: map[regexKey]*Regex{}}

type regexKey struct {
	pattern string
	flags   regexFlags
}

// CompileRegex compiles a pattern as the operator ~ (or ~* where fold is set) reads it.
func CompileRegex(pattern string, fold bool) (*Regex, error) {
	return compileRegex(pattern, regexFlags{fold: fold})
}

func compileRegex(pattern string, flags regexFlags) (*Regex, error) {
	flags.global = false
	key := regexKey{pattern, flags}
	regexCache.mu.Lock()
	r := regexCache.m[key]
	regexCache.mu.Unlock()
	if r != nil {
		return r, nil
	}
	r, err := buildRegex(pattern, flags)
	if err != nil {
		return nil, err
	}
	regexCache.mu.Lock()
	defer regexCache.mu.Unlock()
	if len(regexCache.m) >= regexCacheMax {
		clear(regexCache.m)
	}
	regexCache.m[regexKey{strings.Clone(pattern), flags}] = r
	return r, nil
}

func buildRegex(pattern string, flags regexFlags) (*Regex, error) {
	t := &areTranslator{in: pattern, flags: flags}
	expr, err := t.translate()
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, compileError(err)
	}
	r := &Regex{re: re, asserts: t.asserts}
	switch {
	case t.levels[0].result() == shortest && !t.asserts:
		if r.anchored, err = regexp.Compile(`^(?:` + expr + `)$`); err != nil {
			return nil, compileError(err)
		}
	case t.levels[0].result() == longest && !t.mixed:
		re.Longest()
	}
	return r, nil
}

// compileError gives Go's complaint PostgreSQL's words.
func compileError(err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return badRegexp(err.Error())
	}
	switch e.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return badRegexp("parentheses () not balanced")
	case syntax.ErrMissingBracket:
		return badRegexp("brackets [] not balanced")
	case syntax.ErrInvalidCharRange, syntax.ErrInvalidCharClass:
		return badRegexp("invalid character range")
	case syntax.ErrInvalidRepeatSize:
		return badRegexp("invalid repetition count(s)")
	case syntax.ErrLarge:
		return badRegexp("regular expression is too complex")
	}
	return badRegexp("quantifier operand invalid")
}

// Match reports whether the expression matches somewhere in s.
func (r *Regex) Match(s string) bool { return r.re.MatchString(s) }

// groups returns the number of parenthesised subexpressions.
func (r *Regex) groups() int { return r.re.NumSubexp() }

// first returns the byte offsets of the first match and its groups, nil if none.
func (r *Regex) first(s string) []int {
	loc := r.re.FindStringSubmatchIndex(s)
	if loc == nil || r.anchored == nil {
		return loc
	}
	start, end := loc[0], loc[1]
	for at := start; at < end; at += width(s[at:], true) {
		if found := r.anchored.FindStringSubmatchIndex(s[start:at]); found != nil {
			return shifted(found, start)
		}
	}
	return shifted(r.anchored.FindStringSubmatchIndex(s[start:end]), start)
}

func shifted(loc []int, by int) []int {
	for i, n := range loc {
		if n >= 0 {
			loc[i] = n + by
		}
	}
	return loc
}

// all calls f for each match from byte offset start on, left to right, until f
// returns false. As in PostgreSQL an empty match may follow another one directly.
func (r *Regex) all(s string, start int, f func(loc []int) bool) {
	if r.asserts {
		for _, loc := range r.re.FindAllStringSubmatchIndex(s, -1) {
			if loc[0] >= start && !f(loc) {
				return
			}
		}
		return
	}
	for at := start; at <= len(s); {
		loc := shifted(r.first(s[at:]), at)
		if loc == nil || !f(loc) {
			return
		}
		at = loc[1]
		if loc[1] == loc[0] {
			if at >= len(s) {
				return
			}
			at += width(s[at:], true)
		}
	}
}

// parseRegexFlags reads a function's flags argument.
func parseRegexFlags(s string) (regexFlags, error) {
	var f regexFlags
	for i := 0; i < len(s); i++ {
		if !f.set(s[i]) {
			_, n := utf8.DecodeRuneInString(s[i:])
			return f, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression option: \"%s\"", s[i:i+n])
		}
	}
	return f, nil
}
