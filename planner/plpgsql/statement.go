package plpgsql

import (
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// statement reads one statement with its semicolon.
func (p *parser) statement() (Stmt, error) {
	start := p.at
	label, err := p.label()
	if err != nil {
		return nil, err
	}
	line := p.line(p.at)
	if label != "" {
		line = p.line(start)
	}
	switch p.word(p.at) {
	case "DECLARE", "BEGIN":
		b, err := p.block(label)
		if err != nil {
			return nil, err
		}
		return b, p.expect(";")
	case "LOOP", "WHILE", "FOR", "FOREACH":
		return p.loop(label, At{line})
	}
	if label != "" {
		return nil, p.syntax()
	}
	s, err := p.simple(At{line})
	if err != nil {
		return nil, err
	}
	return s, p.expect(";")
}

// simple reads a statement that is no block and no loop.
func (p *parser) simple(at At) (Stmt, error) {
	if p.isAssignment() {
		return p.assign(at)
	}
	switch p.word(p.at) {
	case "IF":
		return p.ifStmt(at)
	case "CASE":
		return p.caseStmt(at)
	case "EXIT", "CONTINUE":
		return p.exit(at)
	case "RETURN":
		return p.returns(at)
	case "RAISE":
		return p.raise(at)
	case "ASSERT":
		return p.assert(at)
	case "NULL":
		p.at++
		return &Null{at}, nil
	case "PERFORM":
		return p.perform(at)
	case "EXECUTE":
		return p.execute(at)
	case "GET":
		return p.diagnostics(at)
	case "OPEN":
		return p.open(at)
	case "FETCH", "MOVE":
		return p.fetch(at)
	case "CLOSE":
		p.at++
		n, err := p.target()
		return &Close{at, n}, err
	case "COMMIT", "ROLLBACK":
		return p.transaction(at)
	}
	if !p.isName(p.at) && p.word(p.at) != "(" {
		return nil, p.syntax()
	}
	return p.sql(at)
}

// isAssignment looks for name[.name | [subscript]]… followed by := or =.
func (p *parser) isAssignment() bool {
	if !p.isName(p.at) {
		return false
	}
	i := p.at + 1
	for i < len(p.toks) {
		switch p.word(i) {
		case ":=", "=":
			return true
		case ".":
			i += 2
		case "[":
			depth := 0
			for ; i < len(p.toks); i++ {
				if w := p.word(i); w == "[" {
					depth++
				} else if w == "]" {
					if depth--; depth == 0 {
						break
					}
				} else if w == ";" {
					return false
				}
			}
			i++
		default:
			return false
		}
	}
	return false
}

func (p *parser) assign(at At) (Stmt, error) {
	n, err := p.target()
	if err != nil {
		return nil, err
	}
	p.at++ // := or =
	q, err := p.expression(";")
	return &Assign{at, n, q}, err
}

func (p *parser) ifStmt(at At) (Stmt, error) {
	s := &If{At: at}
	for p.take("IF") || p.take("ELSIF") || p.take("ELSEIF") {
		cond, err := p.expression("THEN")
		if err != nil {
			return nil, err
		}
		p.at++
		body, err := p.statements("ELSIF", "ELSEIF", "ELSE", "END")
		if err != nil {
			return nil, err
		}
		s.Branches = append(s.Branches, Branch{cond, body})
	}
	if p.take("ELSE") {
		var err error
		if s.Else, err = p.statements("END"); err != nil {
			return nil, err
		}
	}
	return s, p.expect("END", "IF")
}

func (p *parser) caseStmt(at At) (Stmt, error) {
	s := &Case{At: at}
	p.at++
	var err error
	if !p.is("WHEN") {
		if s.Expr, err = p.expression("WHEN"); err != nil {
			return nil, err
		}
	}
	for p.take("WHEN") {
		start := p.at
		cond, err := p.expression("THEN")
		if err != nil {
			return nil, err
		}
		if s.Expr != nil {
			cond = &Query{Text: "\"" + CaseVariable + "\" IN (" + p.slice(start, p.at) + ")", Line: cond.Line}
			cond.SQL = "SELECT " + cond.Text
		}
		p.at++
		body, err := p.statements("WHEN", "ELSE", "END")
		if err != nil {
			return nil, err
		}
		s.Branches = append(s.Branches, Branch{cond, body})
	}
	if p.take("ELSE") {
		s.HasElse = true
		if s.Else, err = p.statements("END"); err != nil {
			return nil, err
		}
	}
	return s, p.expect("END", "CASE")
}

func (p *parser) exit(at At) (Stmt, error) {
	s := &Exit{At: at, Continue: p.is("CONTINUE")}
	word := strings.ToUpper(p.text(p.at))
	p.at++
	if p.isName(p.at) && !p.is("WHEN") {
		s.Label = p.name(p.at)
		p.at++
	}
	if err := p.checkExit(s, word); err != nil {
		return nil, err
	}
	if p.take("WHEN") {
		var err error
		s.When, err = p.expression(";")
		return s, err
	}
	return s, nil
}

func (p *parser) checkExit(s *Exit, word string) error {
	for i := len(p.loops) - 1; i >= 0; i-- {
		l := p.loops[i]
		switch {
		case s.Label == "" && l.loop, s.Label != "" && s.Label == l.label && (l.loop || !s.Continue):
			return nil
		case s.Label != "" && s.Label == l.label:
			return sqlerr.New(sqlerr.SyntaxError, "block label \"%s\" cannot be used in CONTINUE", s.Label)
		}
	}
	if s.Label != "" {
		return sqlerr.New(sqlerr.SyntaxError, "there is no label \"%s\" attached to any block or loop enclosing this statement", s.Label)
	}
	if s.Continue {
		return sqlerr.New(sqlerr.SyntaxError, "CONTINUE cannot be used outside a loop")
	}
	return sqlerr.New(sqlerr.SyntaxError, "%s cannot be used outside a loop, unless it has a label", word)
}

func (p *parser) returns(at At) (Stmt, error) {
	p.at++
	switch {
	case p.is("NEXT"):
		p.at++
		return p.returnNext(at)
	case p.is("QUERY"):
		p.at++
		return p.returnQuery(at)
	}
	s := &Return{At: at}
	has := !p.is(";")
	switch {
	case p.sig.Set && has:
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "RETURN cannot have a parameter in function returning set").
			WithHint("Use RETURN NEXT or RETURN QUERY.")
	case p.sig.Procedure && has && !p.sig.Out:
		return nil, sqlerr.New(sqlerr.SyntaxError, "RETURN cannot have a parameter in a procedure")
	case p.sig.Void && has && !p.sig.Procedure:
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "RETURN cannot have a parameter in function returning void")
	case p.sig.Out && has:
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "RETURN cannot have a parameter in function with OUT parameters")
	case !has && !p.sig.Set && !p.sig.Void && !p.sig.Out && !p.sig.Procedure:
		return nil, sqlerr.New(sqlerr.SyntaxError, "missing expression at or near \"%s\"", p.text(p.at))
	}
	if !has {
		return s, nil
	}
	var err error
	s.Expr, err = p.expression(";")
	return s, err
}

func (p *parser) returnNext(at At) (Stmt, error) {
	if !p.sig.Set {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "cannot use RETURN NEXT in a non-SETOF function")
	}
	s := &ReturnNext{At: at}
	if p.is(";") {
		if !p.sig.Out {
			return nil, p.syntax()
		}
		return s, nil
	}
	if p.sig.Out {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "RETURN NEXT cannot have a parameter in function with OUT parameters")
	}
	var err error
	s.Expr, err = p.expression(";")
	return s, err
}

func (p *parser) returnQuery(at At) (Stmt, error) {
	if !p.sig.Set {
		return nil, sqlerr.New(sqlerr.DatatypeMismatch, "cannot use RETURN QUERY in a non-SETOF function")
	}
	s := &ReturnQuery{At: at}
	var err error
	s.Query, s.Dynamic, err = p.queryOrExecute()
	return s, err
}

// queryOrExecute reads a query, or EXECUTE and what makes one, up to the semicolon.
func (p *parser) queryOrExecute() (query *Query, dynamic *Dynamic, err error) {
	if p.take("EXECUTE") {
		dynamic, err = p.dynamic()
		return nil, dynamic, err
	}
	end, err := p.until(";")
	if err != nil {
		return nil, nil, err
	}
	query, err = p.makeStatement(p.at, end)
	p.at = end
	return query, nil, err
}

// dynamic reads the expression and USING list of EXECUTE, up to one of ends or the semicolon.
func (p *parser) dynamic(ends ...string) (*Dynamic, error) {
	ends = append(ends, "USING", ";")
	d := &Dynamic{}
	var err error
	if d.Text, err = p.expression(ends...); err != nil {
		return nil, err
	}
	if p.take("USING") {
		d.Using, err = p.list(ends...)
	}
	return d, err
}

// list reads expressions separated by commas.
func (p *parser) list(ends ...string) ([]*Query, error) {
	var out []*Query
	stops := append([]string{","}, ends...)
	for {
		q, err := p.expression(stops...)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
		if !p.take(",") {
			return out, nil
		}
	}
}

func (p *parser) execute(at At) (Stmt, error) {
	p.at++
	s := &Execute{At: at, Dynamic: &Dynamic{}}
	var err error
	if s.Dynamic.Text, err = p.expression("INTO", "USING", ";"); err != nil {
		return nil, err
	}
	for {
		switch {
		case s.Into == nil && p.take("INTO"):
			s.Strict = p.take("STRICT")
			if s.Into, err = p.targets(); err != nil {
				return nil, err
			}
		case s.Dynamic.Using == nil && p.take("USING"):
			if s.Dynamic.Using, err = p.list("INTO", ";"); err != nil {
				return nil, err
			}
		case p.is(";"):
			return s, nil
		default:
			return nil, p.syntax()
		}
	}
}

func (p *parser) perform(at At) (Stmt, error) {
	p.at++
	end, err := p.until(";")
	if err != nil {
		return nil, err
	}
	if end == p.at {
		return nil, p.syntax()
	}
	q, err := p.makeExpr(p.at, end)
	p.at = end
	return &SQL{At: at, Query: q, Perform: true}, err
}

// sql reads a statement of SQL, taking INTO out of it.
func (p *parser) sql(at At) (Stmt, error) {
	start := p.at
	first := p.word(start)
	s := &SQL{At: at, Call: first == "CALL"}
	end, err := p.sqlEnd(first)
	if err != nil {
		return nil, err
	}
	text := []byte(p.src)
	for i := start; i < end; i++ {
		if p.word(i) != "INTO" || first == "CREATE" || p.word(i-1) == "INSERT" || p.word(i-1) == "MERGE" {
			continue
		}
		if s.Into != nil {
			return nil, sqlerr.New(sqlerr.SyntaxError, "INTO specified more than once")
		}
		p.at = i + 1
		s.Strict = p.take("STRICT")
		if s.Into, err = p.targets(); err != nil {
			return nil, err
		}
		stop := len(text)
		if p.at < len(p.toks) {
			stop = p.toks[p.at].Start
		}
		for k := p.toks[i].Start; k < stop; k++ {
			if text[k] != '\n' {
				text[k] = ' '
			}
		}
		i = p.at - 1
	}
	p.at = end
	q := &Query{Text: strings.TrimRight(string(text[p.toks[start].Start:p.toks[end-1].End]), " "), Line: p.line(start)}
	q.SQL = q.Text
	s.Query = q
	return s, p.check(q)
}

// sqlEnd finds the semicolon of a statement: one inside BEGIN ATOMIC is part of it.
func (p *parser) sqlEnd(first string) (int, error) {
	atomic := 0
	depth := 0
	for i := p.at; i < len(p.toks); i++ {
		switch p.word(i) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case "BEGIN":
			if first == "CREATE" {
				atomic++
			}
		case "END":
			if atomic > 0 {
				atomic--
			}
		case ";":
			if depth <= 0 && atomic == 0 {
				return i, nil
			}
		}
	}
	p.at = len(p.toks)
	return 0, p.syntax()
}

func (p *parser) transaction(at At) (Stmt, error) {
	s := &Transaction{At: at, Rollback: p.is("ROLLBACK")}
	p.at++
	if p.take("AND") {
		s.Chain = !p.take("NO")
		if err := p.expect("CHAIN"); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (p *parser) assert(at At) (Stmt, error) {
	p.at++
	s := &Assert{At: at}
	var err error
	if s.Cond, err = p.expression(",", ";"); err != nil {
		return nil, err
	}
	if p.take(",") {
		s.Message, err = p.expression(";")
	}
	return s, err
}

// diagnosticItems says which items exist: true for those of GET STACKED DIAGNOSTICS.
var diagnosticItems = map[string]bool{
	"row_count": false, "pg_context": false, "returned_sqlstate": true, "message_text": true, "pg_exception_detail": true,
	"pg_exception_hint": true, "pg_exception_context": true, "column_name": true, "constraint_name": true,
	"pg_datatype_name": true, "table_name": true, "schema_name": true,
}

func (p *parser) diagnostics(at At) (Stmt, error) {
	p.at++
	s := &Diagnostics{At: at, Stacked: p.take("STACKED")}
	if !s.Stacked {
		p.take("CURRENT")
	}
	if err := p.expect("DIAGNOSTICS"); err != nil {
		return nil, err
	}
	for {
		n, err := p.target()
		if err != nil {
			return nil, err
		}
		if !p.take(":=") && !p.take("=") {
			return nil, p.syntax()
		}
		item, err := p.identifier()
		if err != nil {
			return nil, err
		}
		stacked, known := diagnosticItems[item]
		switch {
		case !known:
			return nil, sqlerr.New(sqlerr.SyntaxError, "unrecognized GET DIAGNOSTICS item at or near \"%s\"", item)
		case stacked && !s.Stacked:
			return nil, sqlerr.New(sqlerr.SyntaxError, "diagnostics item %s is not allowed in GET CURRENT DIAGNOSTICS", strings.ToUpper(item))
		case !stacked && s.Stacked:
			return nil, sqlerr.New(sqlerr.SyntaxError, "diagnostics item %s is not allowed in GET STACKED DIAGNOSTICS", strings.ToUpper(item))
		}
		s.Items = append(s.Items, Diagnostic{n, item})
		if !p.take(",") {
			return s, nil
		}
	}
}

// intText reads a number token.
func (p *parser) intText() (int, error) {
	n, err := strconv.Atoi(p.text(p.at))
	if err != nil {
		return 0, p.syntax()
	}
	p.at++
	return n, nil
}
