package textsearch

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Config says which dictionary reads which type of token. Immutable, safe for concurrent use.
type Config struct {
	Name  string
	OID   types.OID   // PostgreSQL's
	words *Dictionary // of words with letters of any script
	ascii *Dictionary // of words in ASCII letters alone
}

// SimpleConfig lowers words and keeps them all.
var SimpleConfig = &Config{Name: "simple", OID: 3748, words: Simple, ascii: Simple}

// asciiLanguages are languages in another script: their words in ASCII letters are taken for English.
var asciiLanguages = map[string]string{"hindi": "english", "russian": "english"}

var (
	configs      = map[string]*Config{}
	configsByOID = map[types.OID]*Config{}
)

func initConfigs() {
	add := func(c *Config) { configs[c.Name], configsByOID[c.OID] = c, c }
	add(SimpleConfig)
	for i, language := range languages {
		c := &Config{Name: language, OID: firstLanguageOID + types.OID(2*i) + 1, words: dictionaries[language+"_stem"]}
		c.ascii = c.words
		if other := asciiLanguages[language]; other != "" {
			c.ascii = dictionaries[other+"_stem"]
		}
		add(c)
	}
}

// FindConfig finds a configuration by its name ("english"), nil if none.
func FindConfig(name string) *Config { return configs[name] }

// ConfigByOID finds a configuration. Errors: XX000, as PostgreSQL's, for an OID
// that none has; 0A000 for one whose language has no stemmer here.
func ConfigByOID(id types.OID) (*Config, error) {
	c := configsByOID[id]
	switch {
	case c == nil:
		return nil, sqlerr.Internal("cache lookup failed for text search configuration %d", id)
	case c.words.missing:
		return nil, sqlerr.Unsupported("text search configuration \""+c.Name+"\"", "It has no stemmer here; use the configuration simple.")
	}
	return c, nil
}

// Dictionary is the one that reads tokens of a type, nil for tokens that are passed over.
func (c *Config) Dictionary(t TokenType) *Dictionary {
	switch t {
	case AsciiWord, HyphenAsciiPart, AsciiHyphenWord:
		return c.ascii
	case Word, HyphenPart, HyphenWord:
		return c.words
	case Blank, Tag, Protocol, Entity:
		return nil
	}
	return Simple
}
