package static

import (
	"strings"
	"unicode"
)

func (t *tokenizer) addSplitter(c *component) error {
	// each makes a splitter of all words of one of a single word.
	each := func(f func(string) []string) error {
		t.split = append(t.split, func(words []string) []string {
			var out []string
			for _, w := range words {
				out = append(out, f(w)...)
			}
			return out
		})
		return nil
	}
	switch c.Type {
	case "Sequence":
		for i := range c.Pretokenizers {
			if err := t.addSplitter(&c.Pretokenizers[i]); err != nil {
				return err
			}
		}
		return nil
	case "BertPreTokenizer":
		return each(func(s string) []string { return runs(s, bertClass) })
	case "Whitespace":
		return each(func(s string) []string { return runs(s, wordClass) })
	case "WhitespaceSplit":
		return each(strings.Fields)
	case "Punctuation":
		if c.Behavior == "" || c.Behavior == "Isolated" {
			return each(func(s string) []string { return runs(s, punctuationClass) })
		}
		return unsupported("behavior of the pre-tokenizer Punctuation", c.Behavior)
	case "Metaspace":
		return each(metaspace(c))
	}
	return unsupported("pre-tokenizer", c.Type)
}

// Classes of characters for runs: equal neighbours stay together, those of class
// alone stand for themselves, those of class gone separate and go.
const (
	gone = iota
	alone
	inWord
	other
)

// runs splits where the class of characters changes.
func runs(s string, class func(rune) int) []string {
	var out []string
	start, last := 0, gone
	for i, r := range s {
		c := class(r)
		if c != last || c == alone {
			if last != gone {
				out = append(out, s[start:i])
			}
			start, last = i, c
		}
	}
	if last != gone && start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func bertClass(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return gone
	case punctuation(r):
		return alone
	}
	return inWord
}

// wordClass is \w+|[^\w\s]+.
func wordClass(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return gone
	case r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.M, r):
		return inWord
	}
	return other
}

func punctuationClass(r rune) int {
	if punctuation(r) {
		return alone
	}
	return inWord
}

// punctuation is BERT's notion: all of ASCII's that is neither letter, digit nor space, and Unicode's.
func punctuation(r rune) bool {
	return r < 0x80 && r > ' ' && r != 0x7f && !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsPunct(r)
}

// metaspace marks spaces with a character of their own, and splits before it.
func metaspace(c *component) func(string) []string {
	mark := c.Replacement
	if mark == "" {
		mark = "▁"
	}
	prepend := c.PrependScheme == "always" || c.PrependScheme == "first" ||
		c.PrependScheme == "" && (c.AddPrefix == nil || *c.AddPrefix)
	return func(s string) []string {
		s = strings.ReplaceAll(s, " ", mark)
		if prepend && !strings.HasPrefix(s, mark) {
			s = mark + s
		}
		if c.Split != nil && !*c.Split {
			return []string{s}
		}
		var out []string
		for s != "" {
			n := strings.Index(s[1:], mark)
			if strings.HasPrefix(s, mark) {
				if n = strings.Index(s[len(mark):], mark); n >= 0 {
					n += len(mark)
				}
			} else if n >= 0 {
				n++
			}
			if n < 0 {
				return append(out, s)
			}
			out, s = append(out, s[:n]), s[n:]
		}
		return out
	}
}
