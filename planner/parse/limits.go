package parse

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

const (
	// MaxTextBytes bounds one query text. The tree in C takes some 28 times the
	// text (measured on IN lists), outside the Go collector's sight.
	MaxTextBytes = 64 << 20

	// MaxNesting bounds how deep parentheses, brackets and CASE may nest.
	MaxNesting = 1000

	// MaxDepth bounds the depth of the tree: nesting plus chains that nest to the
	// left, such as a + b + c, casts of casts, joins and set operations. AND and
	// OR chains are flat in the grammar and not counted. It is set by protobuf,
	// which follows 10,000 messages down and needs two for a node.
	MaxDepth = 4000

	// largeTextBytes is the size from which parses pass a gate, parallelLargeParses
	// at a time, so that their memory does not add up.
	largeTextBytes      = 256 << 10
	parallelLargeParses = 2
)

// largeParses is the gate for texts of largeTextBytes or more.
var largeParses = make(chan struct{}, parallelLargeParses)

// enter passes the gate where the text's size asks for it; call the result when done.
func enter(text string) (leave func()) {
	if len(text) < largeTextBytes {
		return func() {}
	}
	largeParses <- struct{}{}
	return func() { <-largeParses }
}

// checkText applies every limit that must hold before C sees the text.
func checkText(sql string) *sqlerr.Error {
	if len(sql) > MaxTextBytes {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "query text of %d bytes exceeds the limit of %d bytes", len(sql), MaxTextBytes)
	}
	if n := strings.IndexByte(sql, 0); n >= 0 {
		return sqlerr.New(sqlerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
	}
	if !utf8.ValidString(sql) {
		return invalidUTF8(sql)
	}
	return checkDepth(sql)
}

func invalidUTF8(sql string) *sqlerr.Error {
	for i := 0; i < len(sql); {
		r, n := utf8.DecodeRuneInString(sql[i:])
		if r == utf8.RuneError && n <= 1 {
			return sqlerr.New(sqlerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x%02x`, sql[i])
		}
		i += n
	}
	return sqlerr.New(sqlerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8"`)
}

func tooDeep() *sqlerr.Error {
	return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("The statement nests more than %d parentheses or chains more than %d operators.", MaxNesting, MaxDepth)
}

// nest counts what can deepen the tree at one level of parentheses or CASE.
type nest struct {
	isCase bool
	chain  int // operators since the last comma, AND, OR or clause
	joins  int // since the last SELECT
	sets   int // UNION and its kin
}

func (n nest) depth() int { return n.chain + n.joins + n.sets }

// checkDepth bounds the depth of the tree from above, on tokens: an overflow
// of C's stack could not be caught.
func checkDepth(sql string) *sqlerr.Error {
	lx := lexer{src: sql}
	levels := []nest{{}}
	below := 0 // the sum of depth() of all levels but the top
	for {
		t := lx.next()
		if t.kind == tokEnd {
			return nil
		}
		top := &levels[len(levels)-1]
		switch t.kind {
		case tokOp:
			top.chain++
		case tokPunct, tokWord:
			switch nesting(top, sql[t.start:t.end]) {
			case +1:
				below += top.depth() + 1
				levels = append(levels, nest{isCase: t.kind == tokWord})
			case -1:
				if len(levels) > 1 {
					levels = levels[:len(levels)-1]
					below -= levels[len(levels)-1].depth() + 1
				}
			}
		}
		if len(levels) > MaxNesting || below+levels[len(levels)-1].depth() > MaxDepth {
			return tooDeep()
		}
	}
}

// nesting counts one word or punctuation at the level top and tells whether it
// opens (+1) or closes (-1) a level.
func nesting(top *nest, text string) int {
	switch text {
	case "(", "[":
		return +1
	case ")", "]":
		return -1
	case "::":
		top.chain++
	case ",":
		top.chain = 0
	case ";":
		*top = nest{isCase: top.isCase}
	}
	if len(text) > len("intersect") {
		return 0
	}
	switch strings.ToLower(text) {
	case "case":
		return +1
	case "end":
		if top.isCase {
			return -1
		}
	case "and", "or", "from", "where", "then", "when", "else":
		top.chain = 0
	case "select":
		top.chain, top.joins = 0, 0
	case "join":
		top.chain = 0
		top.joins++
	case "union", "intersect", "except":
		top.sets++
	case "not", "is", "collate", "at", "like", "ilike", "in", "between", "isnull", "notnull", "similar":
		top.chain++
	}
	return 0
}
