package plpgsql

import (
	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

// open reads OPEN cursor [(args)] [FOR query].
func (p *parser) open(at At) (Stmt, error) {
	p.at++
	s := &Open{At: at}
	var err error
	if s.Cursor, err = p.target(); err != nil {
		return nil, err
	}
	if p.is("(") {
		end, err := p.until(";")
		if err != nil {
			return nil, err
		}
		p.at++
		s.Args = &Query{Text: p.slice(p.at, end-1), Line: at.Line}
		p.at = end
		return s, nil
	}
	p.take("NO")
	p.take("SCROLL")
	if !p.take("FOR") {
		return s, nil
	}
	s.Query, s.Dynamic, err = p.queryOrExecute()
	return s, err
}

func (p *parser) fetch(at At) (Stmt, error) {
	s := &Fetch{At: at, Move: p.is("MOVE"), Direction: "NEXT"}
	p.at++
	if err := p.direction(s); err != nil {
		return nil, err
	}
	var err error
	if s.Cursor, err = p.target(); err != nil {
		return nil, err
	}
	if !s.Move {
		if err := p.expect("INTO"); err != nil {
			return nil, err
		}
		s.Into, err = p.targets()
	}
	return s, err
}

func (p *parser) direction(s *Fetch) (err error) {
	switch w := p.word(p.at); w {
	case "NEXT", "PRIOR", "FIRST", "LAST":
		s.Direction = w
		p.at++
	case "ABSOLUTE", "RELATIVE":
		s.Direction = w
		p.at++
		s.Count, err = p.expression("FROM", "IN")
	case "FORWARD", "BACKWARD":
		s.Direction = w
		p.at++
		switch {
		case p.take("ALL"):
			s.All = true
		case !p.is("FROM") && !p.is("IN"):
			s.Count, err = p.expression("FROM", "IN")
		}
	case "ALL":
		s.Direction, s.All = "FORWARD", true
		p.at++
	default:
		if p.at < len(p.toks) && p.toks[p.at].Kind == parse.TokenNumber {
			s.Direction = "FORWARD"
			s.Count, err = p.expression("FROM", "IN")
		}
	}
	if err != nil {
		return err
	}
	if s.All && !s.Move {
		return sqlerr.New(sqlerr.FeatureNotSupported, "FETCH statement cannot return multiple rows")
	}
	if !p.take("FROM") {
		p.take("IN")
	}
	return nil
}
