package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// textBytesMax is PostgreSQL's limit for one value: 1 GB less its header.
const textBytesMax = 1<<30 - 1

func tooLong() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "requested length too large")
}

func runeCount(s string) int {
	if isASCII(s) {
		return len(s)
	}
	return utf8.RuneCountInString(s)
}

// initCap upper-cases the first letter of each word, words being runs of letters and digits.
func initCap(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		first := !inWord
		inWord = unicode.IsLetter(r) || unicode.IsDigit(r)
		if first {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func reverse(s string) string {
	b := make([]byte, len(s))
	at := len(s)
	for i := 0; i < len(s); {
		n := width(s[i:], true)
		at -= n
		copy(b[at:], s[i:i+n])
		i += n
	}
	return string(b)
}

// position returns the 1-based character position of sub in s, 0 if absent.
func position(s, sub string) int {
	i := strings.Index(s, sub)
	if i < 0 {
		return 0
	}
	return runeCount(s[:i]) + 1
}

// translate replaces each character of from by its counterpart of to, or drops it.
func translate(s, from, to string) string {
	source, target := []rune(from), []rune(to)
	swap := make(map[rune]rune, len(source))
	for i := len(source) - 1; i >= 0; i-- { // the first of equal characters wins
		swap[source[i]] = -1
		if i < len(target) {
			swap[source[i]] = target[i]
		}
	}
	return strings.Map(func(r rune) rune {
		if t, ok := swap[r]; ok {
			return t
		}
		return r
	}, s)
}

func chr(n int64) (string, error) {
	switch {
	case n < 0:
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "character number must be positive")
	case n == 0:
		return "", sqlerr.New(sqlerr.ProgramLimitExceeded, "null character not permitted")
	case n > unicode.MaxRune:
		return "", sqlerr.New(sqlerr.ProgramLimitExceeded, "requested character too large for encoding: %d", n)
	case n >= 0xD800 && n < 0xE000:
		return "", sqlerr.New(sqlerr.ProgramLimitExceeded, "requested character not valid for encoding: %d", n)
	}
	return string(rune(n)), nil
}

func ascii(s string) int {
	if s == "" {
		return 0
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		return int(s[0])
	}
	return int(r)
}

var normalForms = map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}

func normalForm(name string) (norm.Form, error) {
	f, ok := normalForms[strings.ToUpper(name)]
	if !ok {
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid normalization form: %s", name)
	}
	return f, nil
}

// trimSide cuts characters of the set from the chosen ends.
func trimSide(left, right bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, set := a[0].Str(), " "
		if len(a) > 1 {
			set = a[1].Str()
		}
		if set == "" {
			return a[0], nil
		}
		if left {
			s = strings.TrimLeft(s, set)
		}
		if right {
			s = strings.TrimRight(s, set)
		}
		return types.NewString(s), nil
	}
}

func init() {
	length := strInt(runeCount)
	addAll(length, "length(text)", "char_length(text)", "character_length(text)", "textlen(text)")
	bpLength := strInt(func(s string) int { return runeCount(trimBlanks(s)) })
	addAll(bpLength, "length(bpchar)", "char_length(bpchar)", "character_length(bpchar)")
	addAll(strInt(func(s string) int { return len(s) }), "octet_length(text)", "octet_length(bpchar)", "octet_length(bytea)", "length(bytea)")
	addAll(strInt(func(s string) int { return 8 * len(s) }), "bit_length(text)", "bit_length(bytea)")
	add("lower(text)", str1(strings.ToLower))
	add("upper(text)", str1(strings.ToUpper))
	add("initcap(text)", str1(initCap))
	add("reverse(text)", str1(reverse))
	for _, side := range []struct {
		name        string
		left, right bool
	}{{"btrim", true, true}, {"ltrim", true, false}, {"rtrim", false, true}} {
		addAll(trimSide(side.left, side.right), side.name+"(text)", side.name+"(text,text)")
		add(side.name+"(bytea,bytea)", trimBytes(side.left, side.right))
	}
	find := lift2(types.Value.Str, types.Value.Str, types.NewInt, func(s, sub string) (int64, error) { return int64(position(s, sub)), nil })
	addAll(find, "position(text,text)", "strpos(text,text)")
	add("starts_with(text,text)", strBool(strings.HasPrefix))
	add("translate(text,text,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewString(translate(a[0].Str(), a[1].Str(), a[2].Str())), nil
	})
	add("ascii(text)", strInt(ascii))
	add("chr(int4)", lift1(types.Value.Int, types.NewString, chr))
	add("normalize(text,text)", lift2(types.Value.Str, types.Value.Str, types.NewString, func(s, form string) (string, error) {
		f, err := normalForm(form)
		return f.String(s), err
	}))
	add("is_normalized(text,text)", lift2(types.Value.Str, types.Value.Str, types.NewBool, func(s, form string) (bool, error) {
		f, err := normalForm(form)
		return f.IsNormalString(s), err
	}))
	add("text_larger(text,text)", lift2(types.Value.Str, types.Value.Str, types.NewString, func(a, b string) (string, error) { return max(a, b), nil }))
	add("text_smaller(text,text)", lift2(types.Value.Str, types.Value.Str, types.NewString, func(a, b string) (string, error) { return min(a, b), nil }))
	registerTextCasts()
}

// registerTextCasts adds the casts between the text types. Lengths are cut by
// the casts that take a modifier (typmod.go).
func registerTextCasts() {
	addAll(str1(trimBlanks), "text(bpchar)")
	addAll(identity, "text(name)", "varchar(name)", "bpchar(name)")
	nameOf := str1(func(s string) string { return cutName(s) })
	addAll(nameOf, "name(text)", "name(varchar)")
	add("name(bpchar)", str1(func(s string) string { return cutName(trimBlanks(s)) }))
	boolText := lift1(types.Value.Bool, types.NewString, func(b bool) (string, error) {
		if b {
			return "true", nil
		}
		return "false", nil
	})
	add("text(bool)", boolText)
	addAll(func(_ *Call, a []types.Value) (types.Value, error) {
		if c := a[0].Int(); c != 0 {
			return types.NewString(string([]byte{byte(c)})), nil
		}
		return types.NewString(""), nil
	}, "text(char)", "bpchar(char)")
	add("char(text)", lift1(types.Value.Str, types.NewInt, func(s string) (int64, error) {
		if s == "" {
			return 0, nil
		}
		return int64(s[0]), nil
	}))
}

// cutName shortens an identifier to PostgreSQL's 63 bytes at a character border.
func cutName(s string) string {
	n := min(len(s), types.NameBytesMax)
	for n < len(s) && n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
