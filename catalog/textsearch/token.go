package textsearch

// TokenType is a kind of token, numbered as PostgreSQL does.
type TokenType uint8

// Token types of the default parser.
const (
	AsciiWord TokenType = 1 + iota
	Word
	NumWord
	Email
	URL
	Host
	Scientific
	Version
	HyphenNumPart
	HyphenPart
	HyphenAsciiPart
	Blank
	Tag
	Protocol
	NumHyphenWord
	AsciiHyphenWord
	HyphenWord
	URLPath
	FilePath
	Decimal
	SignedInt
	UnsignedInt
	Entity
)

// tokenNames are alias and description by type, from 1.
var tokenNames = [...][2]string{
	AsciiWord:       {"asciiword", "Word, all ASCII"},
	Word:            {"word", "Word, all letters"},
	NumWord:         {"numword", "Word, letters and digits"},
	Email:           {"email", "Email address"},
	URL:             {"url", "URL"},
	Host:            {"host", "Host"},
	Scientific:      {"sfloat", "Scientific notation"},
	Version:         {"version", "Version number"},
	HyphenNumPart:   {"hword_numpart", "Hyphenated word part, letters and digits"},
	HyphenPart:      {"hword_part", "Hyphenated word part, all letters"},
	HyphenAsciiPart: {"hword_asciipart", "Hyphenated word part, all ASCII"},
	Blank:           {"blank", "Space symbols"},
	Tag:             {"tag", "XML tag"},
	Protocol:        {"protocol", "Protocol head"},
	NumHyphenWord:   {"numhword", "Hyphenated word, letters and digits"},
	AsciiHyphenWord: {"asciihword", "Hyphenated word, all ASCII"},
	HyphenWord:      {"hword", "Hyphenated word, all letters"},
	URLPath:         {"url_path", "URL path"},
	FilePath:        {"file", "File or path name"},
	Decimal:         {"float", "Decimal notation"},
	SignedInt:       {"int", "Signed integer"},
	UnsignedInt:     {"uint", "Unsigned integer"},
	Entity:          {"entity", "XML entity"},
}

var tokenByAlias = func() map[string]TokenType {
	m := map[string]TokenType{}
	for t, names := range tokenNames {
		m[names[0]] = TokenType(t)
	}
	return m
}()

// Alias is the short name of the type: "asciiword".
func (t TokenType) Alias() string { return tokenNames[t][0] }

// Description says what the type is: "Word, all ASCII".
func (t TokenType) Description() string { return tokenNames[t][1] }

// Token is a piece of a text.
type Token struct {
	Type TokenType
	Text string
}
