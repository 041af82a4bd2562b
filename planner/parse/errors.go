package parse

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pganalyze/pg_query_go/v5/parser"

	"synapse/catalog/sqlerr"
)

// codesByMessage gives the SQLSTATE of grammar errors that are not plain syntax
// errors. pg_query hands out the message alone, so this one table has to go by
// its text. Order matters not: no entry holds another.
var codesByMessage = []struct {
	part string
	code sqlerr.Code
}{
	{"stack depth limit exceeded", sqlerr.StatementTooComplex},
	{"memory exhausted", sqlerr.StatementTooComplex},
	{"not yet implemented", sqlerr.FeatureNotSupported},
	{"cross-database references are not implemented", sqlerr.FeatureNotSupported},
	{"is not supported in", sqlerr.FeatureNotSupported},
	{"invalid byte sequence", sqlerr.CharacterNotInRepertoire},
	{"Unicode escape", sqlerr.InvalidEscapeSequence},
	{"unsafe use of", sqlerr.Code("22P06")},
	{"precision must be between", sqlerr.InvalidParameterValue},
	{"is reserved", sqlerr.ReservedName},
	{"frame start cannot be", sqlerr.WindowingError},
	{"frame end cannot be", sqlerr.WindowingError},
	{"frame starting from", sqlerr.WindowingError},
}

// syntaxError converts pg_query's error for the parsed text r.
func syntaxError(err error, r *rewrite) *sqlerr.Error {
	var pe *parser.Error
	if !errors.As(err, &pe) {
		// Not from the grammar: protobuf refused a tree that is too deep.
		return tooDeep().Wrap(err)
	}
	code := sqlerr.SyntaxError
	for _, e := range codesByMessage {
		if strings.Contains(pe.Message, e.part) {
			code = e.code
		}
	}
	if code == sqlerr.StatementTooComplex {
		return tooDeep()
	}
	out := sqlerr.New(code, "%s", pe.Message)
	if pe.Cursorpos <= 0 {
		return out
	}
	dst := byteOffset(r.text, pe.Cursorpos)
	if src, ok := r.seam(dst); ok && strings.HasPrefix(pe.Message, "syntax error") {
		return unexpected(r.user, src)
	}
	return out.At(charPosition(r.user, r.userOffset(dst)))
}

// unexpected is PostgreSQL's syntax error for the token at the byte offset.
func unexpected(user string, offset int) *sqlerr.Error {
	lx := lexer{src: user, pos: offset}
	t := lx.next()
	if t.kind == tokEnd || user[t.start:t.end] == ";" {
		return sqlerr.New(sqlerr.SyntaxError, "syntax error at end of input").At(charPosition(user, t.start))
	}
	return sqlerr.New(sqlerr.SyntaxError, "%s", fmt.Sprintf(`syntax error at or near "%s"`, user[t.start:t.end])).
		At(charPosition(user, t.start))
}
