package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func negativeLength() error {
	return sqlerr.New(sqlerr.SubstringError, "negative substring length not allowed")
}

// span turns SQL's 1-based start and length, which may reach out of the string
// at both ends, into [from, to) of 0-based positions, to -1 for the end.
func span(start int64, length *int64) (from, to int64, err error) {
	from = max(start-1, 0)
	if length == nil {
		return from, -1, nil
	}
	if *length < 0 {
		return 0, 0, negativeLength()
	}
	return from, max(start-1+*length, from), nil
}

func lengthArg(a []types.Value, i int) *int64 {
	if len(a) <= i {
		return nil
	}
	n := a[i].Int()
	return &n
}

// cut returns the characters [from, to) of s.
func cut(s string, from, to int64) string {
	if isASCII(s) {
		return cutBytes(s, from, to)
	}
	start, ok := runeOffset(s, from)
	if !ok {
		return ""
	}
	if to < 0 {
		return s[start:]
	}
	n, ok := runeOffset(s[start:], to-from)
	if !ok {
		return s[start:]
	}
	return s[start : start+n]
}

func cutBytes(s string, from, to int64) string {
	size := int64(len(s))
	if to < 0 || to > size {
		to = size
	}
	if from >= to {
		return ""
	}
	return s[from:to]
}

func substringBody(cut func(string, int64, int64) string) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		from, to, err := span(a[1].Int(), lengthArg(a, 2))
		if err != nil {
			return types.Null, err
		}
		return types.NewString(cut(a[0].Str(), from, to)), nil
	}
}

// overlayBody replaces length characters (of the replacement's length where not given) from start on.
func overlayBody(count func(string) int, cut func(string, int64, int64) string) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, with, start := a[0].Str(), a[1].Str(), a[2].Int()
		length := int64(count(with))
		if n := lengthArg(a, 3); n != nil {
			length = *n
		}
		if start <= 0 {
			return types.Null, negativeLength()
		}
		head, tail := cut(s, 0, start-1), cut(s, max(start+length-1, 0), -1)
		return types.NewString(head + with + tail), nil
	}
}

// leftRight is left() and right(): a negative count means all but that many.
func leftRight(fromRight bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, n := a[0].Str(), a[1].Int()
		size := int64(runeCount(s))
		if n < 0 {
			n = max(size+n, 0)
		}
		n = min(n, size)
		if fromRight {
			return types.NewString(cut(s, size-n, -1)), nil
		}
		return types.NewString(cut(s, 0, n)), nil
	}
}

// pad is lpad and rpad: cuts on the right where s is too long.
func pad(left bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, n, fill := a[0].Str(), max(a[1].Int(), 0), " "
		if len(a) > 2 {
			fill = a[2].Str()
		}
		size := int64(runeCount(s))
		if size >= n || fill == "" {
			return types.NewString(cut(s, 0, n)), nil
		}
		if n*int64(len(fill)) > textBytesMax {
			return types.Null, tooLong()
		}
		missing := n - size
		each := int64(runeCount(fill))
		filler := strings.Repeat(fill, int(missing/each)) + cut(fill, 0, missing%each)
		if left {
			return types.NewString(filler + s), nil
		}
		return types.NewString(s + filler), nil
	}
}

func repeat(s string, n int64) (string, error) {
	if n <= 0 || s == "" {
		return "", nil
	}
	if n > textBytesMax/int64(len(s)) {
		return "", tooLong()
	}
	return strings.Repeat(s, int(n)), nil
}

// replaceAll refuses results beyond the limit before building them.
func replaceAll(s, old, with string) (string, error) {
	if old == "" {
		return s, nil
	}
	if grow := len(with) - len(old); grow > 0 && int64(strings.Count(s, old))*int64(grow) > textBytesMax {
		return "", tooLong()
	}
	return strings.ReplaceAll(s, old, with), nil
}

func init() {
	addAll(substringBody(cut), "substr(text,int4)", "substr(text,int4,int4)", "substring(text,int4)", "substring(text,int4,int4)")
	addAll(substringBody(cutBytes), "substr(bytea,int4)", "substr(bytea,int4,int4)", "substring(bytea,int4)", "substring(bytea,int4,int4)")
	addAll(overlayBody(runeCount, cut), "overlay(text,text,int4)", "overlay(text,text,int4,int4)")
	byteCount := func(s string) int { return len(s) }
	addAll(overlayBody(byteCount, cutBytes), "overlay(bytea,bytea,int4)", "overlay(bytea,bytea,int4,int4)")
	add("left(text,int4)", leftRight(false))
	add("right(text,int4)", leftRight(true))
	addAll(pad(true), "lpad(text,int4)", "lpad(text,int4,text)")
	addAll(pad(false), "rpad(text,int4)", "rpad(text,int4,text)")
	add("repeat(text,int4)", lift2(types.Value.Str, types.Value.Int, types.NewString, repeat))
	add("replace(text,text,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		s, err := replaceAll(a[0].Str(), a[1].Str(), a[2].Str())
		return types.NewString(s), err
	})
	concat := lift2(types.Value.Str, types.Value.Str, types.NewString, func(a, b string) (string, error) { return a + b, nil })
	addAll(concat, "textcat(text,text)", "byteacat(bytea,bytea)")
	add("textanycat(text,anynonarray)", func(c *Call, a []types.Value) (types.Value, error) {
		return types.NewString(a[0].Str() + castText(c.Env, c.Args[1], a[1])), nil
	})
	add("anytextcat(anynonarray,text)", func(c *Call, a []types.Value) (types.Value, error) {
		return types.NewString(castText(c.Env, c.Args[0], a[0]) + a[1].Str()), nil
	})
}
