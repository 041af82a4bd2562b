package bind

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// at turns a byte offset of the tree into the client's position: characters
// from 1, 0 where unknown.
func (b *binder) at(pos int) int {
	pos -= b.base
	if pos < 0 || pos > len(b.text) || b.text == "" {
		return 0
	}
	return b.base + utf8.RuneCountInString(b.text[:pos]) + 1
}

// errorf makes an error that points at a byte offset of the statement.
func (b *binder) errorf(code sqlerr.Code, pos int, format string, args ...any) *sqlerr.Error {
	return sqlerr.New(code, format, args...).At(b.at(pos))
}

// located adds a position to an error that has none, such as a literal's.
func (b *binder) located(err error, pos int) error {
	if err == nil {
		return nil
	}
	return sqlerr.From(err).At(b.at(pos))
}

// typeName is a type as error messages show it.
func typeName(t types.OID) string {
	if in := types.Lookup(t); in != nil {
		return in.SQLName
	}
	return "record"
}

func typeNames(list []types.OID) string {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = typeName(t)
	}
	return strings.Join(names, ", ")
}

func exprOIDs(exprs []plan.Expr) []types.OID {
	out := make([]types.OID, len(exprs))
	for i, e := range exprs {
		out[i] = e.Type().OID
	}
	return out
}

const addCastsHint = "You might need to add explicit type casts."
