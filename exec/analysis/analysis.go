package analysis

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"

	"synapse/catalog/textsearch"
)

// maxTermBytes cuts absurdly long "words" (base64, URLs without breaks).
const maxTermBytes = 128

// Analyzer names.
const (
	English = "english"
	Simple  = "simple"
)

// Terms splits text by the analyzer named in options ("analyzer"; english if
// absent): simple, or a language that has a Snowball dictionary. Unknown names
// count as simple.
func Terms(options map[string]string, text string) []string {
	name := options["analyzer"]
	if name == "" || name == English {
		return EnglishTerms(text)
	}
	if d := textsearch.FindDictionary(name + "_stem"); d != nil {
		return dictionaryTerms(d, text)
	}
	return SimpleTerms(text)
}

// dictionaryTerms returns what a dictionary makes of the text's words in order, without its stop words.
func dictionaryTerms(d *textsearch.Dictionary, text string) []string {
	var out []string
	words(text, func(w string) {
		if term, ok := d.Lexize(w); ok {
			out = append(out, term)
		}
	})
	return out
}

// SimpleTerms returns the lower-cased words of the text in order.
func SimpleTerms(text string) []string {
	var out []string
	words(text, func(w string) { out = append(out, w) })
	return out
}

// EnglishTerms returns the stems of the text's words in order, without stop words.
func EnglishTerms(text string) []string {
	var out []string
	words(text, func(w string) {
		if stopWords[w] {
			return
		}
		if base := irregular[w]; base != "" {
			w = base
		}
		out = append(out, english.Stem(w, false))
	})
	return out
}

// words calls yield for each lower-cased word.
func words(text string, yield func(string)) {
	start := -1
	for i := 0; i <= len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if size > 0 && (isWord(r) || start >= 0 && isApostrophe(r) && nextIsLetter(text[i+size:])) {
			if start < 0 {
				start = i
			}
			i += size
			continue
		}
		if start >= 0 {
			yieldWord(text[start:i], yield)
			start = -1
		}
		if size == 0 {
			return
		}
		i += size
	}
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

func nextIsLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// yieldWord lower-cases a word and drops a possessive 's.
func yieldWord(w string, yield func(string)) {
	w = strings.ToLower(w)
	for _, suffix := range []string{"'s", "’s"} {
		if base, ok := strings.CutSuffix(w, suffix); ok {
			w = base
		}
	}
	w = strings.Map(func(r rune) rune {
		if isApostrophe(r) {
			return -1
		}
		return r
	}, w)
	if len(w) > maxTermBytes {
		w = w[:maxTermBytes]
		for len(w) > 0 && !utf8.ValidString(w) {
			w = w[:len(w)-1]
		}
	}
	if w != "" {
		yield(w)
	}
}

// stopWords are function words that carry no topic: articles, pronouns,
// prepositions, conjunctions, auxiliaries and question words.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		a an the and or but if then else so as of at by for with about into through to from in out on off over under
		again further once here there when where why how all any both each few more most other some such no nor not
		only own same than too very s t can will just don should now i me my myself we our ours ourselves you your
		yours yourself yourselves he him his himself she her hers herself it its itself they them their theirs
		themselves what which who whom this that these those am is are was were be been being have has had having do
		does did doing would could might must shall may cant cannot dont doesnt didnt isnt arent wasnt werent wont
		wouldnt couldnt shouldnt havent hasnt hadnt im ive id ill youre youve youd youll hes shes theyre theyve theyd
		theyll thats theres whats whos lets also because between during before after above below up down until while`) {
		m[w] = true
	}
	return m
}()
