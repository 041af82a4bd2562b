package static

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func (t *tokenizer) addNormalizer(c *component) error {
	add := func(f func(string) string) error {
		t.normalise = append(t.normalise, f)
		return nil
	}
	switch c.Type {
	case "Sequence":
		for i := range c.Normalizers {
			if err := t.addNormalizer(&c.Normalizers[i]); err != nil {
				return err
			}
		}
		return nil
	case "BertNormalizer":
		return add(bertNormalizer(c))
	case "Lowercase":
		return add(strings.ToLower)
	case "NFC":
		return add(norm.NFC.String)
	case "NFD":
		return add(norm.NFD.String)
	case "NFKD":
		return add(norm.NFKD.String)
	case "NFKC", "Precompiled": // SentencePiece's own table is NFKC with a few more spaces
		return add(norm.NFKC.String)
	case "StripAccents":
		return add(stripAccents)
	case "Strip":
		return add(func(s string) string {
			if c.StripLeft {
				s = strings.TrimLeftFunc(s, unicode.IsSpace)
			}
			if c.StripRight {
				s = strings.TrimRightFunc(s, unicode.IsSpace)
			}
			return s
		})
	case "Prepend":
		return add(func(s string) string {
			if s == "" {
				return s
			}
			return c.Prepend + s
		})
	case "Replace":
		if c.Pattern.Regex == "" {
			return add(func(s string) string { return strings.ReplaceAll(s, c.Pattern.String, c.Content) })
		}
		re, err := regexp.Compile(c.Pattern.Regex)
		if err != nil {
			return fmt.Errorf("the pattern of a normalizer: %w", err)
		}
		return add(func(s string) string { return re.ReplaceAllLiteralString(s, c.Content) })
	}
	return unsupported("normalizer", c.Type)
}

// bertNormalizer is BERT's basic cleaning: control characters go, Chinese
// characters stand alone, accents and case go.
func bertNormalizer(c *component) func(string) string {
	strip := c.Lowercase
	if c.StripAccents != nil {
		strip = *c.StripAccents
	}
	return func(s string) string {
		var b strings.Builder
		for _, r := range s {
			switch {
			case c.CleanText && (r == 0 || r == unicode.ReplacementChar || control(r)):
			case c.CleanText && unicode.IsSpace(r):
				b.WriteByte(' ')
			case c.Chinese && chinese(r):
				b.WriteByte(' ')
				b.WriteRune(r)
				b.WriteByte(' ')
			default:
				b.WriteRune(r)
			}
		}
		s = b.String()
		if strip {
			s = stripAccents(norm.NFD.String(s))
		}
		if c.Lowercase {
			s = strings.ToLower(s)
		}
		return s
	}
}

func control(r rune) bool {
	return r != '\t' && r != '\n' && r != '\r' && unicode.Is(unicode.C, r)
}

// chinese is BERT's notion: the blocks of CJK ideographs.
func chinese(r rune) bool {
	for _, b := range [][2]rune{
		{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F},
	} {
		if r >= b[0] && r <= b[1] {
			return true
		}
	}
	return false
}

func stripAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
}
