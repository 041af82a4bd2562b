package parse

// TokenKind classifies a token of SQL's scanner.
type TokenKind uint8

// The kinds of token.
const (
	TokenWord   TokenKind = iota // an unquoted identifier or keyword
	TokenQuoted                  // "identifier"
	TokenString                  // a string literal of any form
	TokenParam                   // $1
	TokenNumber
	TokenOp    // an operator
	TokenPunct // ( ) [ ] , ; . : :: := ..
	TokenBad   // an unterminated string, identifier or comment
)

// Token is a piece of a text; Start and End are byte offsets.
type Token struct {
	Kind       TokenKind
	Start, End int
}

var tokenKinds = map[tokenKind]TokenKind{
	tokWord: TokenWord, tokQuoted: TokenQuoted, tokString: TokenString, tokOtherStr: TokenString, tokParam: TokenParam,
	tokNumber: TokenNumber, tokOp: TokenOp, tokPunct: TokenPunct, tokBad: TokenBad,
}

// Tokens splits a text as PostgreSQL's scanner does, comments and white space
// left out: for languages that are made of SQL, such as PL/pgSQL.
func Tokens(src string) []Token {
	list := tokens(src)
	out := make([]Token, len(list))
	for i, t := range list {
		out[i] = Token{tokenKinds[t.kind], t.start, t.end}
	}
	return out
}
