package plpgsql

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

// loop reads LOOP, WHILE, FOR and FOREACH.
func (p *parser) loop(label string, at At) (Stmt, error) {
	switch {
	case p.take("LOOP"):
		s := &Loop{At: at, Label: label}
		var err error
		s.Body, err = p.loopBody(label)
		return s, err
	case p.take("WHILE"):
		s := &Loop{At: at, Label: label}
		var err error
		if s.Cond, err = p.expression("LOOP"); err != nil {
			return nil, err
		}
		p.at++
		s.Body, err = p.loopBody(label)
		return s, err
	case p.take("FOREACH"):
		return p.forEach(label, at)
	}
	p.at++
	return p.forStmt(label, at)
}

// loopBody reads statements END LOOP [label];
func (p *parser) loopBody(label string) ([]Stmt, error) {
	p.loops = append(p.loops, loopLabel{label, true})
	defer func() { p.loops = p.loops[:len(p.loops)-1] }()
	body, err := p.statements("END")
	if err != nil {
		return nil, err
	}
	if err := p.expect("END", "LOOP"); err != nil {
		return nil, err
	}
	if err := p.endLabel(label); err != nil {
		return nil, err
	}
	return body, p.expect(";")
}

func (p *parser) forEach(label string, at At) (Stmt, error) {
	s := &ForEach{At: at, Label: label}
	var err error
	if s.Targets, err = p.targets(); err != nil {
		return nil, err
	}
	if p.take("SLICE") {
		if s.Slice, err = p.intText(); err != nil {
			return nil, err
		}
	}
	if err := p.expect("IN", "ARRAY"); err != nil {
		return nil, err
	}
	if s.Expr, err = p.expression("LOOP"); err != nil {
		return nil, err
	}
	p.at++
	s.Body, err = p.loopBody(label)
	return s, err
}

// forStmt reads what follows FOR.
func (p *parser) forStmt(label string, at At) (Stmt, error) {
	start := p.at
	in := start
	for in < len(p.toks) && p.word(in) != "IN" {
		if p.word(in) == ";" {
			p.at = in
			return nil, p.syntax()
		}
		in++
	}
	p.at = in
	if err := p.expect("IN"); err != nil {
		return nil, err
	}
	if s, err := p.forInteger(label, at, start, in); s != nil || err != nil {
		return s, err
	}
	s := &ForRows{At: at, Label: label}
	query := p.at
	p.at = start
	var err error
	if s.Targets, err = p.targets(); err != nil {
		if strings.HasSuffix(sqlerr.From(err).Message, "is not a known variable") {
			err = sqlerr.New(sqlerr.SyntaxError, "loop variable of loop over rows must be a record variable or list of scalar variables")
		}
		return nil, err
	}
	if p.at != in {
		return nil, p.syntax()
	}
	p.at = query
	if err := p.rowSource(s); err != nil {
		return nil, err
	}
	p.at++ // LOOP
	s.Body, err = p.loopBody(label)
	return s, err
}

// rowSource reads what a loop over rows goes through, up to LOOP.
func (p *parser) rowSource(s *ForRows) (err error) {
	if p.take("EXECUTE") {
		s.Dynamic, err = p.dynamic("LOOP")
		if err == nil && !p.is("LOOP") {
			err = p.syntax()
		}
		return err
	}
	end, err := p.until("LOOP")
	if err != nil {
		return err
	}
	if p.word(end) != "LOOP" {
		p.at = end
		return sqlerr.New(sqlerr.SyntaxError, "missing \"LOOP\" at end of SQL expression")
	}
	if p.isName(p.at) && p.isCursor(p.name(p.at)) && (end == p.at+1 || p.word(p.at+1) == "(") {
		s.Cursor = p.name(p.at)
		if end > p.at+1 {
			s.Args = &Query{Text: p.slice(p.at+2, end-1), Line: p.line(p.at)}
		}
		p.at = end
		return nil
	}
	s.Query, err = p.makeStatement(p.at, end)
	p.at = end
	return err
}

// forInteger reads a loop over integers; nil where the text after IN is none.
func (p *parser) forInteger(label string, at At, start, in int) (Stmt, error) {
	from := p.at
	reverse := p.is("REVERSE") && p.word(p.at+1) != "LOOP"
	if p.is("EXECUTE") {
		return nil, nil
	}
	if reverse {
		p.at++
	}
	dots := p.rangeDots()
	if dots < 0 {
		p.at = from
		return nil, nil
	}
	if in != start+1 || !p.isName(start) {
		return nil, sqlerr.New(sqlerr.SyntaxError, "integer FOR loop must have only one target variable")
	}
	s := &ForInt{At: at, Label: label, Var: p.name(start), Reverse: reverse}
	var err error
	if s.Lower, err = p.makeRange(p.at, dots); err != nil {
		return nil, err
	}
	p.at = dots + 1
	if s.Upper, err = p.expression("LOOP", "BY"); err != nil {
		return nil, err
	}
	if p.take("BY") {
		if s.Step, err = p.expression("LOOP"); err != nil {
			return nil, err
		}
	}
	p.at++
	p.push(label).known[s.Var] = true
	defer p.pop()
	s.Body, err = p.loopBody(label)
	return s, err
}

func (p *parser) makeRange(a, b int) (*Query, error) {
	if a == b {
		return nil, p.syntax()
	}
	return p.makeExpr(a, b)
}

// rangeDots finds the .. of a range before LOOP; -1 if there is none.
func (p *parser) rangeDots() int {
	depth := 0
	for i := p.at; i < len(p.toks); i++ {
		switch p.word(i) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case "..":
			if depth == 0 {
				return i
			}
		case "LOOP", ";":
			if depth == 0 {
				return -1
			}
		}
		if p.toks[i].Kind == parse.TokenBad {
			return -1
		}
	}
	return -1
}
