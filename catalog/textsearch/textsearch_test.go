package textsearch

import (
	"strings"
	"testing"

	"synapse/catalog/types"
)

func parseAll(text string) []Token {
	var out []Token
	Parse(text, func(t Token) bool {
		out = append(out, t)
		return true
	})
	return out
}

func TestParseStopsWhenAsked(t *testing.T) {
	n := 0
	Parse("a b c d", func(Token) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("%d tokens were seen after the second was refused", n)
	}
}

func TestEveryConfigurationLexizes(t *testing.T) {
	for name, c := range configs {
		if _, err := ConfigByOID(c.OID); err != nil {
			if !c.words.missing {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		d := Document{Config: c}
		d.Add("Information 42")
		v, err := d.Vector()
		if err != nil || types.AsTSVector(v).Len() != 2 {
			t.Errorf("%s: %s, %v", name, types.FormatText(types.Of(types.OIDTSVector), v, nil), err)
		}
	}
}

func TestStopWordsAreThere(t *testing.T) {
	for language, n := range map[string]int{"english": 127, "german": 231, "russian": 151, "arabic": 0} {
		if got := len(dictionaries[language+"_stem"].stops); got != n {
			t.Errorf("%s has %d stop words, want %d", language, got, n)
		}
	}
}

// FuzzParse: the tokens of any text are the pieces of it, in order; compound
// ones come before their parts.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"The quick foo-bar 3.14 -1.2.3", "http://x.com/a?b=c a@b.de /usr/lib ../x ~/y", `<a href="x\"y">z</a> &amp; <script>a</script> <!-- c -->`,
		"naïve-Ünal a1-b2 x_y 1e-5 é́ \xff\xfe", strings.Repeat("a-", 50), strings.Repeat("a.b@", 20), "<", "<!", "-1.", "..", "//",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rest := text
		for _, tok := range parseAll(text) {
			if tok.Type < AsciiWord || tok.Type > Entity || tok.Text == "" {
				t.Fatalf("%q: token %d %q", text, tok.Type, tok.Text)
			}
			at := strings.Index(rest, tok.Text)
			if at != 0 {
				t.Fatalf("%q: token %q is not at the head of %q", text, tok.Text, rest)
			}
			switch tok.Type {
			case URL, NumHyphenWord, AsciiHyphenWord, HyphenWord:
			default:
				rest = rest[len(tok.Text):]
			}
		}
	})
}

// FuzzQuery: no text may panic; what is read matches or does not, and ranks between 0 and 1.
func FuzzQuery(f *testing.F) {
	f.Add("fat & (rat | !cat) <2> dog:*A", "the fat cat", uint8(0))
	f.Add(`"a b" or -c:`, "c d", uint8(2))
	f.Fuzz(func(t *testing.T, text, document string, syntax uint8) {
		c := FindConfig("english")
		q, err := c.Query(text, types.QuerySyntax(syntax%3), types.TSPhrase, nil)
		if err != nil {
			return
		}
		d := Document{Config: c}
		d.Add(document)
		v, err := d.Vector()
		if err != nil {
			return
		}
		vector := types.AsTSVector(v)
		Match(vector, q)
		if r := Rank(DefaultWeights, vector, q, 0); r < 0 || r > 1 {
			t.Fatalf("%q in %q ranks %v", text, document, r)
		}
		RankCover(DefaultWeights, vector, q, 63)
		o, err := ParseHeadlineOptions("MaxWords=5, MinWords=2")
		if err != nil {
			t.Fatal(err)
		}
		c.Headline(document, q, o, nil)
		r := NewRewriter(q)
		r.Replace(q, nil)
		if r.Query() != nil {
			t.Fatalf("%q is left of itself", text)
		}
	})
}

func BenchmarkVector(b *testing.B) {
	text := strings.Repeat("The customers' refunds of order #1458 weren't processed by foo-bar.example.com yet; ", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d := Document{Config: FindConfig("english")}
		d.Add(text)
		if _, err := d.Vector(); err != nil {
			b.Fatal(err)
		}
	}
}
