package builtin

import (
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// pathOp says what a node of a jsonpath does.
type pathOp uint8

const (
	pathRoot     pathOp = iota // $
	pathCurrent                // @
	pathVar                    // $name
	pathLiteral                // a scalar
	pathKey                    // .key
	pathAnyKey                 // .*
	pathAnyDepth               // .**{lo to hi}
	pathIndex                  // [i, j to k]
	pathAnyIndex               // [*]
	pathLast                   // last, inside [ ]
	pathFilter                 // ?(…)
	pathMethod                 // .type() …
	pathArith                  // + - * / %
	pathSign                   // unary + -
	pathCompare                // == != < <= > >=
	pathAnd
	pathOr
	pathNot
	pathExists
	pathUnknown // is unknown
	pathStarts  // starts with
	pathRegex   // like_regex
	pathGroup   // ( … ) with accessors behind it
)

// pathNode is one step; accessors hang on next. Immutable once parsed.
type pathNode struct {
	op          pathOp
	text        string // key, variable, operator, method
	value       types.JSONNode
	left, right *pathNode
	next        *pathNode
	ranges      [][2]*pathNode // subscripts; the second is nil for a single one
	low, high   int            // depths of .**
	regex       *Regex
}

// jsonPath is a parsed path.
type jsonPath struct {
	lax  bool
	root *pathNode
}

// pathDepthMax bounds the nesting of a path's text.
const pathDepthMax = 200

// pathAnyHigh stands for no upper bound of .**.
const pathAnyHigh = 1 << 30

type pathParser struct {
	in    string
	at    int
	depth int
}

func (p *pathParser) fail() error {
	if p.at >= len(p.in) {
		return sqlerr.New(sqlerr.SyntaxError, "syntax error at end of jsonpath input")
	}
	return sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\" of jsonpath input", p.in[p.at:p.at+width(p.in[p.at:], true)])
}

func parsePath(s string) (*jsonPath, error) {
	p := &pathParser{in: s}
	path := &jsonPath{lax: true}
	if p.word("strict") {
		path.lax = false
	} else {
		p.word("lax")
	}
	var err error
	if path.root, err = p.or(); err != nil {
		return nil, err
	}
	p.blanks()
	if p.at < len(p.in) {
		return nil, p.fail()
	}
	return path, nil
}

func (p *pathParser) blanks() {
	for p.at < len(p.in) {
		switch {
		case isBlank(p.in[p.at]):
			p.at++
		case strings.HasPrefix(p.in[p.at:], "/*"):
			end := strings.Index(p.in[p.at:], "*/")
			if end < 0 {
				return
			}
			p.at += end + 2
		default:
			return
		}
	}
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// take consumes a token of punctuation.
func (p *pathParser) take(token string) bool {
	p.blanks()
	if strings.HasPrefix(p.in[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

// word consumes a key word that stands alone.
func (p *pathParser) word(w string) bool {
	p.blanks()
	rest := p.in[p.at:]
	if len(rest) < len(w) || !strings.EqualFold(rest[:len(w)], w) || len(rest) > len(w) && isPathIdent(rest[len(w)]) {
		return false
	}
	p.at += len(w)
	return true
}

func isPathIdent(c byte) bool {
	return isLetter(c) || isDigitByte(c) || c == '_' || c >= utf8.RuneSelf
}

// identifier reads an unquoted name.
func (p *pathParser) identifier() string {
	start := p.at
	for p.at < len(p.in) && isPathIdent(p.in[p.at]) {
		p.at++
	}
	return p.in[start:p.at]
}

// quoted reads a string with JSON's escapes.
func (p *pathParser) quoted() (string, error) {
	n := rawJSON(p.in[p.at:]).end()
	v, err := types.JSONBFromText(p.in[p.at : p.at+n])
	if err != nil {
		return "", p.fail()
	}
	p.at += n
	return types.AsJSONB(v).Str(), nil
}

// infix parses operands of one binary level, left to right.
func (p *pathParser) infix(operand func() (*pathNode, error), op pathOp, tokens ...string) (*pathNode, error) {
	left, err := operand()
	for err == nil {
		token := ""
		for _, t := range tokens {
			if p.take(t) {
				token = t
				break
			}
		}
		if token == "" {
			return left, nil
		}
		var right *pathNode
		if right, err = operand(); err == nil {
			left = &pathNode{op: op, text: token, left: left, right: right}
		}
	}
	return nil, err
}

func (p *pathParser) or() (*pathNode, error) {
	if p.depth++; p.depth > pathDepthMax {
		return nil, sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded")
	}
	defer func() { p.depth-- }()
	return p.infix(p.and, pathOr, "||")
}

func (p *pathParser) and() (*pathNode, error) { return p.infix(p.not, pathAnd, "&&") }

func (p *pathParser) not() (*pathNode, error) {
	p.blanks()
	if strings.HasPrefix(p.in[p.at:], "!") && !strings.HasPrefix(p.in[p.at:], "!=") {
		p.at++
		operand, err := p.not()
		return &pathNode{op: pathNot, left: operand}, err
	}
	return p.comparison()
}

// comparison parses an expression with at most one predicate behind it.
func (p *pathParser) comparison() (*pathNode, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	for _, token := range []string{"==", "!=", "<>", "<=", ">=", "<", ">", "="} {
		if p.take(token) {
			right, err := p.sum()
			switch token {
			case "<>":
				token = "!="
			case "=":
				token = "=="
			}
			return &pathNode{op: pathCompare, text: token, left: left, right: right}, err
		}
	}
	switch {
	case p.word("starts"):
		if !p.word("with") {
			return nil, p.fail()
		}
		right, err := p.sum()
		return &pathNode{op: pathStarts, left: left, right: right}, err
	case p.word("like_regex"):
		return p.likeRegex(left)
	case p.word("is"):
		if !p.word("unknown") {
			return nil, p.fail()
		}
		return &pathNode{op: pathUnknown, left: left}, nil
	}
	return left, nil
}

func (p *pathParser) likeRegex(left *pathNode) (*pathNode, error) {
	p.blanks()
	pattern, err := p.quoted()
	if err != nil {
		return nil, err
	}
	flags := regexFlags{dotLine: true}
	if p.word("flag") {
		p.blanks()
		letters, err := p.quoted()
		if err != nil {
			return nil, err
		}
		for i := 0; i < len(letters); i++ {
			switch letters[i] {
			case 'i':
				flags.fold = true
			case 's':
				flags.dotLine = false
			case 'm':
				flags.lines = true
			case 'q':
				flags.literal = true
			default:
				return nil, sqlerr.New(sqlerr.SyntaxError, "invalid input syntax for type jsonpath").
					WithDetail("Unrecognized flag character \"%c\" in LIKE_REGEX predicate.", letters[i])
			}
		}
	}
	re, err := compileRegex(pattern, flags)
	return &pathNode{op: pathRegex, left: left, regex: re}, err
}

func (p *pathParser) sum() (*pathNode, error) { return p.infix(p.product, pathArith, "+", "-") }

func (p *pathParser) product() (*pathNode, error) {
	return p.infix(p.unary, pathArith, "*", "/", "%")
}

func (p *pathParser) unary() (*pathNode, error) {
	for _, sign := range []string{"+", "-"} {
		if p.take(sign) {
			operand, err := p.unary()
			return &pathNode{op: pathSign, text: sign, left: operand}, err
		}
	}
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	return n, p.accessors(n)
}

// primary parses $, @, $var, a literal, ( … ), exists( … ) or last.
func (p *pathParser) primary() (*pathNode, error) {
	p.blanks()
	if p.at >= len(p.in) {
		return nil, p.fail()
	}
	switch c := p.in[p.at]; {
	case c == '$':
		p.at++
		if p.at < len(p.in) && p.in[p.at] == '"' {
			name, err := p.quoted()
			return &pathNode{op: pathVar, text: name}, err
		}
		if name := p.identifier(); name != "" {
			return &pathNode{op: pathVar, text: name}, nil
		}
		return &pathNode{op: pathRoot}, nil
	case c == '@':
		p.at++
		return &pathNode{op: pathCurrent}, nil
	case c == '(':
		p.at++
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fail()
		}
		return &pathNode{op: pathGroup, left: inner}, err
	case c == '"' || isDigitByte(c) || c == '.':
		return p.literal()
	}
	for _, w := range []string{"true", "false", "null"} {
		if p.word(w) {
			v, err := types.JSONBFromText(w)
			return &pathNode{op: pathLiteral, value: types.AsJSONB(v)}, err
		}
	}
	switch {
	case p.word("last"):
		return &pathNode{op: pathLast}, nil
	case p.word("exists"):
		if !p.take("(") {
			return nil, p.fail()
		}
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fail()
		}
		return &pathNode{op: pathExists, left: inner}, err
	}
	return nil, p.fail()
}

// literal parses a string or number.
func (p *pathParser) literal() (*pathNode, error) {
	var tree types.JSONTree
	if p.in[p.at] == '"' {
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		tree = types.JSONTreeString(s)
	} else {
		n, err := types.NumericFromString(p.number())
		if err != nil {
			return nil, p.fail()
		}
		tree = types.JSONTreeNumber(n)
	}
	return &pathNode{op: pathLiteral, value: types.AsJSONB(tree.Encode())}, nil
}

func (p *pathParser) number() string {
	start := p.at
	for p.at < len(p.in) {
		c := p.in[p.at]
		exponent := (c == '+' || c == '-') && p.at > start && p.in[p.at-1]|0x20 == 'e'
		if !isDigitByte(c) && c != '.' && c|0x20 != 'e' && !exponent {
			break
		}
		p.at++
	}
	return p.in[start:p.at]
}
