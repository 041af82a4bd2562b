package textsearch

import (
	"embed"
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// stemBytesMax is the longest word that is stemmed, PostgreSQL's limit; longer ones are no words.
const stemBytesMax = 1000

// The stop words of a language, one file each; languages without a file have none.
//
//go:embed stopwords/*.txt
var stopWordFiles embed.FS

// Dictionary turns words into lexemes. Immutable, safe for concurrent use.
type Dictionary struct {
	Name    string
	OID     types.OID                    // PostgreSQL's
	stem    func(*snowballstem.Env) bool // nil: the word as it is
	stops   map[string]struct{}
	missing bool // the language has no stemmer here
}

// Simple lowers words and keeps them all.
var Simple = &Dictionary{Name: "simple", OID: 3765}

// languages are those of PostgreSQL's Snowball dictionaries, each with a
// configuration: their OIDs follow each other, the dictionary's first.
var languages = [...]string{
	"arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hindi",
	"hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese", "romanian", "russian",
	"serbian", "spanish", "swedish", "tamil", "turkish", "yiddish",
}

const firstLanguageOID types.OID = 13151

var stemmers = map[string]func(*snowballstem.Env) bool{
	"arabic": arabic.Stem, "danish": danish.Stem, "dutch": dutch.Stem, "english": english.Stem, "finnish": finnish.Stem,
	"french": french.Stem, "german": german.Stem, "hungarian": hungarian.Stem, "irish": irish.Stem, "italian": italian.Stem,
	"norwegian": norwegian.Stem, "portuguese": portuguese.Stem, "romanian": romanian.Stem, "russian": russian.Stem,
	"spanish": spanish.Stem, "swedish": swedish.Stem, "tamil": tamil.Stem, "turkish": turkish.Stem,
}

var (
	dictionaries      = map[string]*Dictionary{}
	dictionariesByOID = map[types.OID]*Dictionary{}
)

func init() {
	add := func(d *Dictionary) { dictionaries[d.Name], dictionariesByOID[d.OID] = d, d }
	add(Simple)
	for i, language := range languages {
		d := &Dictionary{Name: language + "_stem", OID: firstLanguageOID + types.OID(2*i), stem: stemmers[language], stops: map[string]struct{}{}}
		d.missing = d.stem == nil
		if text, err := stopWordFiles.ReadFile("stopwords/" + language + ".txt"); err == nil {
			for word := range strings.FieldsSeq(string(text)) {
				d.stops[word] = struct{}{}
			}
		}
		add(d)
	}
	initConfigs()
}

// FindDictionary finds a dictionary by its name ("english_stem"), nil if none.
func FindDictionary(name string) *Dictionary { return dictionaries[name] }

// DictionaryByOID finds a dictionary. Errors as ConfigByOID's.
func DictionaryByOID(id types.OID) (*Dictionary, error) {
	d := dictionariesByOID[id]
	switch {
	case d == nil:
		return nil, sqlerr.Internal("cache lookup failed for text search dictionary %d", id)
	case d.missing:
		return nil, sqlerr.Unsupported("text search dictionary \""+d.Name+"\"", "It has no stemmer here; use the dictionary simple.")
	}
	return d, nil
}

// Lexize is the lexeme of a word; ok is false for a stop word.
func (d *Dictionary) Lexize(word string) (lexeme string, ok bool) {
	word = strings.ToLower(word)
	if d.stem == nil || len(word) > stemBytesMax {
		return word, true
	}
	if _, stop := d.stops[word]; stop || word == "" {
		return "", false
	}
	env := snowballstem.NewEnv(word)
	d.stem(env)
	return env.Current(), true
}
