package builtin

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// LIKE is matched by the usual walk with one point of return: after a mismatch
// only the last % seen can be given one more character, so the time is bounded
// by len(text)·len(pattern).

// Like reports whether s matches the LIKE pattern with \ as its escape. wide
// says that _ stands for a character, not a byte. Error: 22025 for a pattern
// that ends in its escape.
func Like(s, pattern string, wide bool) (bool, error) {
	backS, backP := 0, -1 // where to go on after a mismatch
	i, p := 0, 0
	for i < len(s) {
		if p < len(pattern) {
			switch c := pattern[p]; {
			case c == '%':
				p++
				backS, backP = i, p
				continue
			case c == '_':
				i += width(s[i:], wide)
				p++
				continue
			case c == '\\':
				if p+1 == len(pattern) {
					return false, sqlerr.New(sqlerr.InvalidEscapeSequence, "LIKE pattern must not end with escape character")
				}
				if s[i] == pattern[p+1] {
					i++
					p += 2
					continue
				}
			case s[i] == c:
				i++
				p++
				continue
			}
		}
		if backP < 0 {
			return false, nil
		}
		backS += width(s[backS:], wide)
		skip := nextCandidate(s[backS:], pattern[backP:])
		if skip < 0 {
			return false, nil
		}
		backS += skip
		i, p = backS, backP
	}
	for p < len(pattern) && pattern[p] == '%' {
		p++
	}
	return p == len(pattern), nil
}

// nextCandidate finds where a literal at the head of pattern can match next in
// s; -1: nowhere.
func nextCandidate(s, pattern string) int {
	if pattern == "" || pattern[0] == '%' || pattern[0] == '_' || pattern[0] == '\\' {
		return 0
	}
	return strings.IndexByte(s, pattern[0])
}

func width(s string, wide bool) int {
	if !wide || s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// likeEscape rewrites a pattern with the given escape into one that uses \.
func likeEscape(pattern, escape string) (string, error) {
	if escape == "\\" {
		return pattern, nil
	}
	if escape != "" && utf8.RuneCountInString(escape) != 1 {
		return "", sqlerr.New(sqlerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	var b strings.Builder
	for rest := pattern; rest != ""; {
		if escape != "" && strings.HasPrefix(rest, escape) {
			rest = rest[len(escape):]
			n := 0
			if rest != "" {
				n = width(rest, true)
			}
			b.WriteByte('\\')
			b.WriteString(rest[:n])
			rest = rest[n:]
			continue
		}
		if rest[0] == '\\' {
			b.WriteByte('\\')
		}
		n := width(rest, true)
		b.WriteString(rest[:n])
		rest = rest[n:]
	}
	return b.String(), nil
}

func likeBody(wide, fold bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, p := a[0].Str(), a[1].Str()
		if fold {
			s, p = strings.ToLower(s), strings.ToLower(p)
		}
		ok, err := Like(s, p, wide)
		return types.NewBool(ok), err
	}
}

func init() {
	for _, t := range []struct{ name, args string }{
		{"text", "text,text"}, {"bpchar", "bpchar,text"}, {"name", "name,text"},
	} {
		add(t.name+"like("+t.args+")", likeBody(true, false))
		add(t.name+"nlike("+t.args+")", not(likeBody(true, false)))
		add(t.name+"iclike("+t.args+")", likeBody(true, true))
		add(t.name+"icnlike("+t.args+")", not(likeBody(true, true)))
	}
	for _, args := range []string{"text,text", "name,text", "bytea,bytea"} {
		wide := args != "bytea,bytea"
		add("like("+args+")", likeBody(wide, false))
		add("notlike("+args+")", not(likeBody(wide, false)))
	}
	add("bytealike(bytea,bytea)", likeBody(false, false))
	add("byteanlike(bytea,bytea)", not(likeBody(false, false)))
	escape := lift2(types.Value.Str, types.Value.Str, types.NewString, likeEscape)
	addAll(escape, "like_escape(text,text)", "like_escape(bytea,bytea)")
}
