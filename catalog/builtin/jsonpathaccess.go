package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
)

// pathMethods are the item methods understood.
var pathMethods = map[string]bool{
	"type": true, "size": true, "double": true, "ceiling": true, "floor": true, "abs": true, "keyvalue": true,
}

// accessors parses .key, [ ], ?( ) and .method() behind n and chains them.
func (p *pathParser) accessors(n *pathNode) error {
	for tail := n; ; tail = tail.next {
		next, err := p.accessor()
		if err != nil || next == nil {
			return err
		}
		tail.next = next
	}
}

// accessor returns nil where none follows.
func (p *pathParser) accessor() (*pathNode, error) {
	switch {
	case p.take(".**"):
		return p.anyDepth()
	case p.take("."):
		return p.member()
	case p.take("["):
		return p.subscripts()
	case p.take("?"):
		if !p.take("(") {
			return nil, p.fail()
		}
		inner, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fail()
		}
		return &pathNode{op: pathFilter, left: inner}, err
	}
	return nil, nil
}

func (p *pathParser) member() (*pathNode, error) {
	p.blanks()
	switch {
	case p.take("*"):
		return &pathNode{op: pathAnyKey}, nil
	case strings.HasPrefix(p.in[p.at:], `"`):
		key, err := p.quoted()
		return &pathNode{op: pathKey, text: key}, err
	}
	name := p.identifier()
	if name == "" {
		return nil, p.fail()
	}
	if !p.take("(") {
		return &pathNode{op: pathKey, text: name}, nil
	}
	if !p.take(")") {
		if name == "datetime" {
			return nil, sqlerr.Unsupported("the jsonpath method .datetime()", "")
		}
		return nil, p.fail()
	}
	if !pathMethods[name] {
		return nil, sqlerr.Unsupported("the jsonpath method ."+name+"()", "")
	}
	return &pathNode{op: pathMethod, text: name}, nil
}

// anyDepth parses the optional {lo}, {lo to hi} behind .**.
func (p *pathParser) anyDepth() (*pathNode, error) {
	n := &pathNode{op: pathAnyDepth, high: pathAnyHigh}
	if !p.take("{") {
		return n, nil
	}
	bound := func() (int, bool) {
		if p.word("last") {
			return pathAnyHigh, true
		}
		p.blanks()
		v, digits := leadingNumber(p.in[p.at:])
		p.at += digits
		return v, digits > 0
	}
	low, ok := bound()
	high := low
	if ok && p.word("to") {
		high, ok = bound()
	}
	if !ok || !p.take("}") {
		return nil, p.fail()
	}
	n.low, n.high = low, high
	return n, nil
}

func (p *pathParser) subscripts() (*pathNode, error) {
	if p.take("*") {
		if !p.take("]") {
			return nil, p.fail()
		}
		return &pathNode{op: pathAnyIndex}, nil
	}
	n := &pathNode{op: pathIndex}
	for {
		from, err := p.sum()
		if err != nil {
			return nil, err
		}
		r := [2]*pathNode{from}
		if p.word("to") {
			if r[1], err = p.sum(); err != nil {
				return nil, err
			}
		}
		n.ranges = append(n.ranges, r)
		if p.take("]") {
			return n, nil
		}
		if !p.take(",") {
			return nil, p.fail()
		}
	}
}
