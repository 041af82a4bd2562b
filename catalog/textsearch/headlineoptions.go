package textsearch

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// HeadlineOptions are ts_headline's.
type HeadlineOptions struct {
	StartSel, StopSel, FragmentDelimiter        string
	MinWords, MaxWords, ShortWord, MaxFragments int
	HighlightAll                                bool
}

// ParseHeadlineOptions reads "MaxWords=20, StartSel=<em>" over the defaults.
// Errors: 42601 for the form, 22023, 22P02.
func ParseHeadlineOptions(text string) (*HeadlineOptions, error) {
	o := &HeadlineOptions{StartSel: "<b>", StopSel: "</b>", FragmentDelimiter: " ... ", MinWords: 15, MaxWords: 35, ShortWord: 3}
	list, err := parseOptionList(text)
	if err != nil {
		return nil, err
	}
	for _, option := range list {
		if err := o.set(option[0], option[1]); err != nil {
			return nil, err
		}
	}
	if o.HighlightAll {
		return o, nil
	}
	for _, c := range []struct {
		bad     bool
		message string
	}{
		{o.MinWords >= o.MaxWords, "MinWords should be less than MaxWords"},
		{o.MinWords <= 0, "MinWords should be positive"},
		{o.ShortWord < 0, "ShortWord should be >= 0"},
		{o.MaxFragments < 0, "MaxFragments should be >= 0"},
	} {
		if c.bad {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "%s", c.message)
		}
	}
	return o, nil
}

func (o *HeadlineOptions) set(name, value string) error {
	number := func(target *int) error {
		v, err := types.ParseText(types.Int4, value, nil)
		*target = int(v.Int())
		return err
	}
	switch strings.ToLower(name) {
	case "maxwords":
		return number(&o.MaxWords)
	case "minwords":
		return number(&o.MinWords)
	case "shortword":
		return number(&o.ShortWord)
	case "maxfragments":
		return number(&o.MaxFragments)
	case "startsel":
		o.StartSel = value
	case "stopsel":
		o.StopSel = value
	case "fragmentdelimiter":
		o.FragmentDelimiter = value
	case "highlightall":
		switch strings.ToLower(value) {
		case "1", "on", "true", "t", "y", "yes":
			o.HighlightAll = true
		default:
			o.HighlightAll = false
		}
	default:
		return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized headline parameter: \"%s\"", name)
	}
	return nil
}

// parseOptionList reads names and values: name = value, the name bare or in
// double quotes, the value bare or in quotes of either kind, with commas or blanks between.
func parseOptionList(text string) ([][2]string, error) {
	bad := func() error {
		return sqlerr.New(sqlerr.SyntaxError, "invalid parameter list format: \"%s\"", text)
	}
	var out [][2]string
	for rest := text; ; {
		rest = strings.TrimLeft(rest, " \t\n\v\f\r,")
		if rest == "" {
			return out, nil
		}
		var name, value string
		ok := true
		if rest[0] == '"' {
			name, rest, ok = quotedOption(rest[1:], '"')
		} else {
			n := strings.IndexAny(rest, "= \t\n\v\f\r")
			if n < 0 {
				return nil, bad()
			}
			name, rest = rest[:n], rest[n:]
		}
		rest = strings.TrimLeft(rest, " \t\n\v\f\r")
		if !ok || rest == "" || rest[0] != '=' {
			return nil, bad()
		}
		rest = strings.TrimLeft(rest[1:], " \t\n\v\f\r")
		if strings.HasPrefix(rest, "E'") {
			rest = rest[1:]
		}
		switch {
		case rest == "":
			return nil, bad()
		case rest[0] == '\'' || rest[0] == '"':
			if value, rest, ok = quotedOption(rest[1:], rest[0]); !ok {
				return nil, bad()
			}
		default:
			n := strings.IndexAny(rest, ", \t\n\v\f\r")
			if n < 0 {
				n = len(rest)
			}
			value, rest = rest[:n], rest[n:]
		}
		out = append(out, [2]string{name, value})
	}
}

// quotedOption reads up to the closing quote; a doubled one stands for itself,
// as does a doubled backslash between single quotes.
func quotedOption(text string, quote byte) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch c := text[i]; {
		case c == quote && next == quote, c == '\\' && next == c && quote == '\'':
			i++
		case c == quote:
			return b.String(), text[i+1:], true
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}
