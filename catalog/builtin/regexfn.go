package builtin

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func regexMatchBody(fold bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		r, err := compileRegex(a[1].Str(), regexFlags{fold: fold})
		if err != nil {
			return types.Null, err
		}
		return types.NewBool(r.Match(a[0].Str())), nil
	}
}

// regexCall is the common head of the regexp_ functions: text, pattern, and
// what their optional arguments say.
type regexCall struct {
	*Regex
	s      string
	start  int // byte offset
	nth    int // 0: all
	end    bool
	group  int
	global bool
}

// regexArgs reads text, pattern and then the arguments that layout names:
// s start, n occurrence, e end option, f flags, g subexpression.
func regexArgs(fn, layout string, a []types.Value) (*regexCall, error) {
	rc := &regexCall{s: a[0].Str(), nth: 1}
	flags, start := regexFlags{}, int64(1)
	for i, kind := range layout {
		v := a[2+i]
		switch kind {
		case 'f':
			var err error
			if flags, err = parseRegexFlags(v.Str()); err != nil {
				return nil, err
			}
		case 's':
			if start = v.Int(); start < 1 {
				return nil, badRegexParameter("start", start)
			}
		case 'n':
			if rc.nth = int(v.Int()); rc.nth < 1 {
				return nil, badRegexParameter("n", v.Int())
			}
		case 'e':
			if v.Int() != 0 && v.Int() != 1 {
				return nil, badRegexParameter("endoption", v.Int())
			}
			rc.end = v.Int() == 1
		case 'g':
			if rc.group = int(v.Int()); rc.group < 0 {
				return nil, badRegexParameter("subexpr", v.Int())
			}
		}
	}
	if flags.global && fn != "regexp_matches" {
		e := sqlerr.New(sqlerr.InvalidParameterValue, "%s() does not support the \"global\" option", fn)
		if fn == "regexp_match" {
			return nil, e.WithHint("Use the regexp_matches function instead.")
		}
		return nil, e
	}
	rc.global = flags.global
	rc.start = len(rc.s) + 1
	if off, ok := runeOffset(rc.s, start-1); ok {
		rc.start = off
	}
	var err error
	rc.Regex, err = compileRegex(a[1].Str(), flags)
	return rc, err
}

func badRegexParameter(name string, n int64) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"%s\": %d", name, n)
}

// runeOffset returns the byte offset of the n-th character (0-based); n may be the length.
func runeOffset(s string, n int64) (int, bool) {
	at := 0
	for ; n > 0; n-- {
		if at >= len(s) {
			return 0, false
		}
		at += width(s[at:], true)
	}
	return at, true
}

// nthMatch returns the wanted match's offsets of the wanted group, or nil.
func (rc *regexCall) nthMatch() (from, to int, ok bool) {
	n := 0
	rc.all(rc.s, rc.start, func(loc []int) bool {
		if n++; n < rc.nth {
			return true
		}
		if 2*rc.group+1 < len(loc) && loc[2*rc.group] >= 0 {
			from, to, ok = loc[2*rc.group], loc[2*rc.group+1], true
		}
		return false
	})
	return from, to, ok
}

// captured returns the groups of a match as text[], or the whole match where there are none.
func (rc *regexCall) captured(loc []int) types.Value {
	if len(loc) == 2 {
		return types.NewArray(types.Text, []types.Value{types.NewString(rc.s[loc[0]:loc[1]])}).Encode()
	}
	values := make([]types.Value, 0, len(loc)/2-1)
	for i := 2; i < len(loc); i += 2 {
		if loc[i] < 0 {
			values = append(values, types.Null)
			continue
		}
		values = append(values, types.NewString(rc.s[loc[i]:loc[i+1]]))
	}
	return types.NewArray(types.Text, values).Encode()
}

// split returns the pieces between matches. Empty matches split between
// characters only, never at the ends or right behind another match.
func (rc *regexCall) split() []string {
	var pieces []string
	last := 0
	rc.all(rc.s, 0, func(loc []int) bool {
		if loc[0] == loc[1] && (loc[0] >= len(rc.s) || loc[0] == last) {
			return true
		}
		pieces = append(pieces, rc.s[last:loc[0]])
		last = loc[1]
		return true
	})
	return append(pieces, rc.s[last:])
}

// replace replaces the nth match (0: all) from byte offset start on.
func (r *Regex) replace(s, replacement string, start, nth int) string {
	var b strings.Builder
	last, n := 0, 0
	r.all(s, start, func(loc []int) bool {
		n++
		if nth > 0 && n < nth {
			return true
		}
		b.WriteString(s[last:loc[0]])
		expandReplacement(&b, replacement, s, loc)
		last = loc[1]
		return nth == 0
	})
	if last == 0 && b.Len() == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// expandReplacement writes the replacement with \1 … \9, \& and \\ replaced.
func expandReplacement(b *strings.Builder, replacement, s string, loc []int) {
	for i := 0; i < len(replacement); i++ {
		c := replacement[i]
		if c != '\\' || i+1 == len(replacement) {
			b.WriteByte(c)
			continue
		}
		i++
		switch c = replacement[i]; {
		case c >= '1' && c <= '9':
			if g := 2 * int(c-'0'); g < len(loc) && loc[g] >= 0 {
				b.WriteString(s[loc[g]:loc[g+1]])
			}
		case c == '&':
			b.WriteString(s[loc[0]:loc[1]])
		case c == '\\':
			b.WriteByte('\\')
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
}

// substringRegex is substring(text from pattern): the first group, or all where there is none.
func substringRegex(_ *Call, a []types.Value) (types.Value, error) {
	r, err := compileRegex(a[1].Str(), regexFlags{})
	if err != nil {
		return types.Null, err
	}
	loc := r.first(a[0].Str())
	if loc == nil {
		return types.Null, nil
	}
	if r.groups() > 0 {
		loc = loc[2:4]
	}
	if loc[0] < 0 {
		return types.Null, nil
	}
	return types.NewString(a[0].Str()[loc[0]:loc[1]]), nil
}

// replaceFlags is regexp_replace(text, pattern, replacement, flags).
func replaceFlags(_ *Call, a []types.Value) (types.Value, error) {
	flags, nth := regexFlags{}, 1
	if len(a) == 4 {
		opt := a[3].Str()
		if opt != "" && isDigitByte(opt[0]) {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression option: \"%s\"", opt[:1]).
				WithHint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
		}
		var err error
		if flags, err = parseRegexFlags(opt); err != nil {
			return types.Null, err
		}
	}
	if flags.global {
		nth = 0
	}
	r, err := compileRegex(a[1].Str(), flags)
	if err != nil {
		return types.Null, err
	}
	return types.NewString(r.replace(a[0].Str(), a[2].Str(), 0, nth)), nil
}

// replaceFrom is regexp_replace(text, pattern, replacement, start [, n [, flags]]).
func replaceFrom(_ *Call, a []types.Value) (types.Value, error) {
	rest := append([]types.Value{a[0], a[1]}, a[3:]...)
	layout := "snf"[:len(a)-3]
	for i := range rest[2:] {
		if layout[i] == 'n' && rest[2+i].Int() == 0 {
			rest[2+i] = types.NewInt(1) // 0 means all, below
		}
	}
	// The g flag is ignored when n is given.
	if layout == "snf" {
		rest[4] = types.NewString(strings.ReplaceAll(rest[4].Str(), "g", ""))
	}
	rc, err := regexArgs("regexp_replace", layout, rest)
	if err != nil {
		return types.Null, err
	}
	nth := rc.nth
	if len(a) > 4 && a[4].Int() == 0 {
		nth = 0
	}
	return types.NewString(rc.replace(rc.s, a[2].Str(), rc.start, nth)), nil
}

func init() {
	for _, t := range []struct{ name, args string }{
		{"text", "text,text"}, {"bpchar", "bpchar,text"}, {"name", "name,text"},
	} {
		add(t.name+"regexeq("+t.args+")", regexMatchBody(false))
		add(t.name+"regexne("+t.args+")", not(regexMatchBody(false)))
		add(t.name+"icregexeq("+t.args+")", regexMatchBody(true))
		add(t.name+"icregexne("+t.args+")", not(regexMatchBody(true)))
	}
	add("substring(text,text)", substringRegex)
	addAll(replaceFlags, "regexp_replace(text,text,text)", "regexp_replace(text,text,text,text)")
	addAll(replaceFrom, "regexp_replace(text,text,text,int4)", "regexp_replace(text,text,text,int4,int4)", "regexp_replace(text,text,text,int4,int4,text)")
	registerRegexFamily()
}

// registerRegexFamily adds the functions that differ in their optional arguments only.
func registerRegexFamily() {
	type result func(rc *regexCall) types.Value
	family := func(name string, layouts []string, out result) {
		for _, layout := range layouts {
			sig := "text,text"
			for _, kind := range layout {
				if kind == 'f' {
					sig += ",text"
				} else {
					sig += ",int4"
				}
			}
			add(name+"("+sig+")", func(_ *Call, a []types.Value) (types.Value, error) {
				rc, err := regexArgs(name, layout, a)
				if err != nil {
					return types.Null, err
				}
				return out(rc), nil
			})
		}
	}
	family("regexp_like", []string{"", "f"}, func(rc *regexCall) types.Value { return types.NewBool(rc.Match(rc.s)) })
	family("regexp_count", []string{"", "s", "sf"}, func(rc *regexCall) types.Value {
		n := int64(0)
		rc.all(rc.s, rc.start, func([]int) bool { n++; return true })
		return types.NewInt(n)
	})
	family("regexp_instr", []string{"", "s", "sn", "sne", "snef", "snefg"}, func(rc *regexCall) types.Value {
		from, to, ok := rc.nthMatch()
		switch {
		case !ok:
			return types.NewInt(0)
		case rc.end:
			from = to
		}
		return types.NewInt(int64(utf8.RuneCountInString(rc.s[:from])) + 1)
	})
	family("regexp_substr", []string{"", "s", "sn", "snf", "snfg"}, func(rc *regexCall) types.Value {
		from, to, ok := rc.nthMatch()
		if !ok {
			return types.Null
		}
		return types.NewString(rc.s[from:to])
	})
	family("regexp_match", []string{"", "f"}, func(rc *regexCall) types.Value {
		loc := rc.first(rc.s)
		if loc == nil {
			return types.Null
		}
		return rc.captured(loc)
	})
	family("regexp_split_to_array", []string{"", "f"}, func(rc *regexCall) types.Value {
		return textArray(rc.split())
	})
	registerRegexSets()
}

// registerRegexSets adds the functions that yield rows.
func registerRegexSets() {
	for _, layout := range []string{"", "f"} {
		sig := "(text,text" + strings.Repeat(",text", len(layout)) + ")"
		addSet("regexp_matches"+sig, func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
			rc, err := regexArgs("regexp_matches", layout, a)
			if err != nil {
				return err
			}
			rc.all(rc.s, 0, func(loc []int) bool {
				err = yield([]types.Value{rc.captured(loc)})
				return err == nil && rc.global
			})
			return err
		})
		addSet("regexp_split_to_table"+sig, func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
			rc, err := regexArgs("regexp_split_to_table", layout, a)
			if err != nil {
				return err
			}
			for _, piece := range rc.split() {
				if err := yield([]types.Value{types.NewString(piece)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// textArray makes a text[] of plain strings.
func textArray(list []string) types.Value {
	values := make([]types.Value, len(list))
	for i, s := range list {
		values[i] = types.NewString(s)
	}
	return types.NewArray(types.Text, values).Encode()
}
