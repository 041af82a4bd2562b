package parse

import (
	"strconv"
	"strings"

	"synapse/planner/ast"
)

// longLiteralBytes is the length from which a string literal becomes a slot.
// Shorter ones are left in the text: they tell plans apart (a short constant
// may choose an index) and cost little to hash.
const longLiteralBytes = 64

// maxSlots bounds the literals taken out of one text: a statement with more is
// hardly sent twice with as many.
const maxSlots = 4096

// Literal is a long string literal that ExtractLiterals took out of a text.
type Literal struct {
	Text             string // its value, quotes undone
	Number           int    // it is $Number in the key
	Start, End       int    // byte offsets in the text, quotes included
	KeyStart, KeyEnd int    // byte offsets of $Number in the key
}

// ExtractLiterals replaces the long string literals of a query or data change
// by parameters numbered from the text's own greatest on, so that texts with
// inline vectors share a cache entry. It returns sql itself and no literals
// where there is nothing to gain or any doubt:
//
//   - only texts of one statement that starts with SELECT, INSERT, UPDATE,
//     DELETE, MERGE, WITH or VALUES;
//   - only '…' without prefix, behind an operator, "(", "[", "," or a keyword
//     that an expression must follow: never behind a type's name (interval '…')
//     or where the grammar takes a string but no parameter; and never before
//     "." or "[", which only a parameter can have behind it.
//
// ParseKey parses the key. If it fails, Parse(sql) says what is wrong.
func ExtractLiterals(sql string) (key string, lits []Literal) {
	if !mayHoldLong(sql) {
		return sql, nil
	}
	lx := lexer{src: sql}
	var before, prev token
	params := 0
	for n := 0; ; n++ {
		t := lx.next()
		if t.kind == tokEnd {
			break
		}
		word := sql[t.start:t.end]
		switch {
		case prev.kind == tokString && t.kind == tokPunct && (word == "." || word == "["):
			return sql, nil // a parameter may have parts, a constant may not
		case t.kind == tokBad, n == 0 && !changesOrReads(word), prev.kind == tokPunct && sql[prev.start] == ';':
			return sql, nil
		case t.kind == tokParam:
			if number, err := strconv.Atoi(word[1:]); err != nil || number > maxParams {
				return sql, nil
			} else {
				params = max(params, number)
			}
		case t.kind == tokString && len(word) >= longLiteralBytes+2 && exprFollows(sql, before, prev):
			if text, ok := unquote(word); ok {
				lits = append(lits, Literal{Text: text, Start: t.start, End: t.end})
			}
		}
		before, prev = prev, t
	}
	if len(lits) == 0 || len(lits) > maxSlots || params+len(lits) > maxParams {
		return sql, nil
	}
	return buildKey(sql, lits, params), lits
}

// mayHoldLong is the quick refusal for most texts: two neighbouring quotes as far
// apart as a long literal's.
func mayHoldLong(sql string) bool {
	for {
		n := strings.IndexByte(sql, '\'')
		if n < 0 {
			return false
		}
		sql = sql[n+1:]
		if next := strings.IndexByte(sql, '\''); next >= longLiteralBytes {
			return true
		}
	}
}

// maxParams is the protocol's bound on the number of parameters.
const maxParams = 65535

// changesOrReads reports whether a statement that starts so may have slots.
func changesOrReads(word string) bool {
	switch strings.ToLower(word) {
	case "select", "insert", "update", "delete", "merge", "with", "values", "(":
		return true
	}
	return false
}

// exprFollows reports whether the grammar wants an expression behind prev, so
// that a string there is a constant of its own.
func exprFollows(sql string, before, prev token) bool {
	word := sql[prev.start:prev.end]
	switch prev.kind {
	case tokOp:
		return true
	case tokPunct:
		return word == "(" || word == "," || word == "["
	case tokWord:
		if before.kind == tokPunct && sql[before.start:before.end] == "." {
			return false // schema.word 'literal' is a cast, whatever the word
		}
		switch strings.ToLower(word) {
		case "select", "where", "having", "and", "or", "not", "when", "then", "else", "like", "ilike", "between", "returning":
			return true
		}
	}
	return false
}

// unquote undoes the quotes of a plain string of one line.
func unquote(literal string) (string, bool) {
	body := literal[1 : len(literal)-1]
	if strings.Count(body, "'") == 0 {
		return body, true
	}
	undone := strings.ReplaceAll(body, "''", "'")
	// A quote that is not doubled belongs to a string continued on a later line.
	if strings.Count(body, "'") != 2*(len(body)-len(undone)) {
		return "", false
	}
	return undone, true
}

func buildKey(sql string, lits []Literal, params int) string {
	var b strings.Builder
	size, last := len(sql), 0
	for _, l := range lits {
		size -= l.End - l.Start - len("$65535")
	}
	b.Grow(size)
	for i := range lits {
		l := &lits[i]
		b.WriteString(sql[last:l.Start])
		l.Number, l.KeyStart = params+1+i, b.Len()
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(l.Number))
		l.KeyEnd, last = b.Len(), l.End
	}
	b.WriteString(sql[last:])
	return b.String()
}

// ParseKey parses a key of ExtractLiterals: its literals are Params with Slot
// set, and Statement.Params counts the text's own parameters only. Positions
// are those of the key; TextOffset maps them.
func ParseKey(key string, lits []Literal) ([]Statement, error) {
	stmts, err := Parse(key)
	if err != nil || len(lits) == 0 {
		return stmts, err
	}
	for i := range stmts {
		ast.Inspect(stmts[i].Stmt, func(n ast.Node) bool {
			if p, ok := n.(*ast.Param); ok {
				p.Slot = p.Number >= lits[0].Number
			}
			return true
		})
		stmts[i].Params = countOwnParams(stmts[i].Stmt)
	}
	return stmts, nil
}

// TextOffset maps a byte offset in the key to the text that the literals came from.
func TextOffset(lits []Literal, offset int) int {
	shift := 0
	for _, l := range lits {
		if offset <= l.KeyStart {
			break
		}
		if offset < l.KeyEnd {
			return l.Start
		}
		shift = l.End - l.KeyEnd
	}
	return offset + shift
}
