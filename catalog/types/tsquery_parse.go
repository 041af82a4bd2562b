package types

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// QuerySyntax says how the text of a query is read.
type QuerySyntax uint8

// Syntaxes of to_tsquery (and of tsquery's input), plainto_tsquery and websearch_to_tsquery.
const (
	OperatorQuery QuerySyntax = iota
	PlainQuery
	WebQuery
)

// operatorStackMax is how many operators may wait for operands at once, PostgreSQL's limit.
const operatorStackMax = 32

// ParseTSQuery reads a query, giving each operand's text with its modifiers to
// operand, which returns what stands in its place; a node of TSStop marks a stop
// word. Stop words are still in the result; nil is a query without an operand.
// Errors: 42601, 22023, 54000, and those of operand.
func ParseTSQuery(text string, syntax QuerySyntax, operand func(word string, weight uint8, prefix bool) (*TSQuery, error)) (*TSQuery, error) {
	if syntax == PlainQuery {
		if text == "" {
			return nil, nil
		}
		return operand(text, 0, false)
	}
	p := &queryParser{lexemeReader: lexemeReader{src: text, query: true, web: syntax == WebQuery}, operand: operand, first: true}
	list, err := p.level(0)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// NewOperand makes a query's operand. Error: 54000 for a word longer than LexemeBytesMax.
func NewOperand(text, word string, weight uint8, prefix bool) (*TSQuery, error) {
	if len(word) > LexemeBytesMax {
		return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "word is too long in tsquery: \"%s\"", text)
	}
	return &TSQuery{Word: word, Weight: weight, Prefix: prefix}, nil
}

// parseTSQuery is tsqueryin.
func parseTSQuery(s string) (Value, error) {
	bytes := 0
	q, err := ParseTSQuery(s, OperatorQuery, func(word string, weight uint8, prefix bool) (*TSQuery, error) {
		if bytes >= TSVectorBytesMax {
			return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "value is too big in tsquery: \"%s\"", s)
		}
		bytes += len(word) + 1
		return NewOperand(s, word, weight, prefix)
	})
	if err != nil {
		return Null, err
	}
	return q.Value(), nil
}

// queryParser turns infix into a tree by the operators' priorities (Dijkstra's
// two stacks), one pair of stacks per level of parentheses.
type queryParser struct {
	lexemeReader
	operand func(word string, weight uint8, prefix bool) (*TSQuery, error)
	opened  int  // parentheses not closed yet
	first   bool // no operand was asked for yet
	behind  bool // an operand was read: an operator comes next
}

// queryToken is what the reader of either syntax finds next.
type queryToken uint8

const (
	endToken queryToken = iota
	operandToken
	operatorToken
	openToken
	closeToken
)

// operatorNode is an operator that waits for its right operand.
type operatorNode struct {
	op       TSOperator
	distance int
}

// level reads up to the closing parenthesis or the end.
func (p *queryParser) level(depth int) (nodes []*TSQuery, err error) {
	if depth > tsqueryDepthMax {
		return nil, errTSQueryDeep()
	}
	var waiting []operatorNode
	reduce := func(op TSOperator) {
		for len(waiting) > 0 {
			last := waiting[len(waiting)-1]
			if op.priority() > last.op.priority() || op == TSNot && op.priority() == last.op.priority() {
				return
			}
			waiting = waiting[:len(waiting)-1]
			nodes = applyOperator(nodes, last)
		}
	}
	for {
		token, op, node, err := p.next()
		if err != nil {
			return nil, err
		}
		switch token {
		case operandToken:
			nodes = append(nodes, node)
		case operatorToken:
			reduce(op.op)
			if len(waiting) == operatorStackMax {
				return nil, sqlerr.Internal("tsquery stack too small")
			}
			waiting = append(waiting, op)
		case openToken:
			inner, err := p.level(depth + 1)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, inner...)
		default:
			if node != nil {
				nodes = append(nodes, node)
			}
			reduce(TSOr)
			return nodes, nil
		}
	}
}

// applyOperator takes an operator's operands off the nodes and puts it there.
func applyOperator(nodes []*TSQuery, o operatorNode) []*TSQuery {
	n := len(nodes)
	if o.op == TSNot {
		nodes[n-1] = &TSQuery{Op: TSNot, Right: nodes[n-1]}
		return nodes
	}
	nodes[n-2] = &TSQuery{Op: o.op, Distance: o.distance, Left: nodes[n-2], Right: nodes[n-1]}
	return nodes[:n-1]
}

// next reads one token.
func (p *queryParser) next() (queryToken, operatorNode, *TSQuery, error) {
	for {
		r, n := p.peek()
		var (
			token queryToken
			op    operatorNode
			node  *TSQuery
			err   error
			found bool
		)
		switch {
		case n > 0 && IsBlank(r):
			p.at += n
			continue
		case p.web && p.behind:
			token, op, found = p.webOperator()
		case p.web:
			token, op, node, found, err = p.webOperand()
		case p.behind:
			token, op, err = p.operator()
			found = true
		default:
			token, op, node, err = p.operandOrPrefix()
			found = true
		}
		if err != nil || found {
			return token, op, node, err
		}
	}
}

// operandOrPrefix reads what may stand before an operand, or the operand.
func (p *queryParser) operandOrPrefix() (queryToken, operatorNode, *TSQuery, error) {
	first := p.first
	if p.at < len(p.src) {
		switch p.src[p.at] {
		case '!':
			p.at++
			p.first = false
			return operatorToken, operatorNode{op: TSNot}, nil, nil
		case '(':
			p.at++
			p.opened++
			p.first = false
			return openToken, operatorNode{}, nil, nil
		case ':':
			return 0, operatorNode{}, nil, p.syntaxError()
		}
	}
	word, ok, err := p.word()
	switch {
	case err != nil:
		return 0, operatorNode{}, nil, err
	case !ok && first:
		return endToken, operatorNode{}, nil, nil
	case !ok:
		return 0, operatorNode{}, nil, sqlerr.New(sqlerr.SyntaxError, "no operand in tsquery: \"%s\"", p.src)
	}
	weight, prefix := p.modifiers()
	return p.value(word, weight, prefix)
}

func (p *queryParser) value(word string, weight uint8, prefix bool) (queryToken, operatorNode, *TSQuery, error) {
	p.first, p.behind = false, true
	node, err := p.operand(word, weight, prefix)
	return operandToken, operatorNode{}, node, err
}

// modifiers reads ":*AB" after an operand.
func (p *queryParser) modifiers() (weight uint8, prefix bool) {
	if p.at >= len(p.src) || p.src[p.at] != ':' {
		return 0, false
	}
	for p.at++; p.at < len(p.src); p.at++ {
		c := p.src[p.at]
		w := strings.IndexByte("dcba", c|0x20)
		switch {
		case c == '*':
			prefix = true
		case w >= 0:
			weight |= 1 << w
		default:
			return weight, prefix
		}
	}
	return weight, prefix
}

// operator reads what may follow an operand.
func (p *queryParser) operator() (queryToken, operatorNode, error) {
	if p.at >= len(p.src) {
		if p.opened > 0 {
			return 0, operatorNode{}, p.syntaxError()
		}
		return endToken, operatorNode{}, nil
	}
	op := operatorNode{}
	switch p.src[p.at] {
	case '&':
		p.at++
		op.op = TSAnd
	case '|':
		p.at++
		op.op = TSOr
	case '<':
		distance, err := p.distance()
		if err != nil {
			return 0, op, err
		}
		op = operatorNode{TSPhrase, distance}
	case ')':
		p.at++
		if p.opened--; p.opened < 0 {
			return 0, op, p.syntaxError()
		}
		return closeToken, op, nil
	default:
		return 0, op, p.syntaxError()
	}
	p.behind = false
	return operatorToken, op, nil
}

// distance reads <-> or <N>.
func (p *queryParser) distance() (int, error) {
	body, _, closed := strings.Cut(p.src[p.at+1:], ">")
	digits := strings.TrimLeft(body, "0123456789")
	switch {
	case closed && body == "-":
		p.at += len("<->")
		return 1, nil
	case len(digits) == len(body):
		return 0, p.syntaxError()
	}
	n, err := strconv.Atoi(body[:len(body)-len(digits)])
	switch {
	case err != nil || n > TSQueryDistanceMax:
		return 0, errTSQueryDistance()
	case !closed || digits != "":
		return 0, p.syntaxError()
	}
	p.at += len(body) + 2
	return n, nil
}

// webOperand reads an operand as people type them into a search box.
func (p *queryParser) webOperand() (token queryToken, op operatorNode, node *TSQuery, found bool, err error) {
	if p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '-':
			p.at++
			p.first = false
			return operatorToken, operatorNode{op: TSNot}, nil, true, nil
		case c == '"':
			text, rest, closed := strings.Cut(p.src[p.at+1:], "\"")
			p.at = len(p.src) - len(rest)
			if !closed {
				p.at = len(p.src)
			}
			token, op, node, err = p.value(text, 0, false)
			return token, op, node, true, err
		case isQueryOperator(c):
			p.at++
			p.first = false
			return 0, op, nil, false, nil
		}
	}
	first := p.first
	word, ok, err := p.word()
	switch {
	case err != nil:
		return 0, op, nil, true, err
	case !ok && first:
		return endToken, op, nil, true, nil
	case !ok:
		return endToken, op, &TSQuery{Op: TSStop}, true, nil
	}
	token, op, node, err = p.value(word, 0, false)
	return token, op, node, true, err
}

// webOperator reads "or"; between operands without one stands an and.
func (p *queryParser) webOperator() (token queryToken, op operatorNode, found bool) {
	switch {
	case p.at >= len(p.src):
		return endToken, op, true
	case p.or():
		p.at += len("or")
		p.behind = false
		return operatorToken, operatorNode{op: TSOr}, true
	case isQueryOperator(p.src[p.at]):
		p.at++
		return 0, op, false
	}
	p.behind = false
	return operatorToken, operatorNode{op: TSAnd}, true
}

// or reports whether the word "or" comes next, with something behind it.
func (p *queryParser) or() bool {
	rest := p.src[p.at:]
	if len(rest) <= 2 || !strings.EqualFold(rest[:2], "or") {
		return false
	}
	r, n := utf8.DecodeRuneInString(rest[2:])
	if r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
		return false
	}
	// The character itself is passed over unseen, as PostgreSQL does.
	return strings.IndexFunc(rest[2+n:], func(r rune) bool { return !IsBlank(r) }) >= 0
}
