package plpgsql

import (
	"slices"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

var raiseLevels = []string{"EXCEPTION", "WARNING", "NOTICE", "INFO", "LOG", "DEBUG"}

// RaiseOptions are the names of RAISE … USING.
var raiseOptions = []string{"errcode", "message", "detail", "hint", "column", "constraint", "datatype", "table", "schema"}

// raise reads RAISE [level] [format [, expr …] | condition | SQLSTATE 'code'] [USING …].
func (p *parser) raise(at At) (Stmt, error) {
	p.at++
	s := &Raise{At: at, Level: "EXCEPTION"}
	if slices.Contains(raiseLevels, p.word(p.at)) {
		s.Level = p.word(p.at)
		p.at++
	} else if p.is(";") {
		return s, nil // again
	}
	var err error
	switch {
	case p.at < len(p.toks) && p.toks[p.at].Kind == parse.TokenString:
		s.Message, s.Format = stringValue(p.text(p.at)), true
		p.at++
		for p.take(",") {
			q, err := p.expression(",", "USING", ";")
			if err != nil {
				return nil, err
			}
			s.Params = append(s.Params, q)
		}
		if err := checkFormat(s); err != nil {
			return nil, err
		}
	case p.take("SQLSTATE"):
		if p.at >= len(p.toks) || p.toks[p.at].Kind != parse.TokenString {
			return nil, p.syntax()
		}
		s.Condition = stringValue(p.text(p.at))
		p.at++
		if !isSQLState(s.Condition) {
			return nil, sqlerr.New(sqlerr.SyntaxError, "invalid SQLSTATE code")
		}
	case p.isName(p.at) && !p.is("USING"):
		if s.Condition, err = p.identifier(); err != nil {
			return nil, err
		}
		if ConditionCodes(s.Condition) == nil {
			return nil, unknownCondition(s.Condition)
		}
	case !p.is("USING") && !p.is(";"):
		return nil, p.syntax()
	}
	if p.take("USING") {
		s.Options, err = p.raiseOptions()
	}
	return s, err
}

// checkFormat counts the placeholders of a format.
func checkFormat(s *Raise) error {
	n := strings.Count(strings.ReplaceAll(s.Message, "%%", ""), "%")
	switch {
	case n > len(s.Params):
		return sqlerr.New(sqlerr.SyntaxError, "too few parameters specified for RAISE")
	case n < len(s.Params):
		return sqlerr.New(sqlerr.SyntaxError, "too many parameters specified for RAISE")
	}
	return nil
}

func (p *parser) raiseOptions() ([]RaiseOption, error) {
	var out []RaiseOption
	for {
		name, err := p.identifier()
		if err != nil {
			return nil, err
		}
		if !slices.Contains(raiseOptions, name) {
			return nil, sqlerr.New(sqlerr.SyntaxError, "unrecognized RAISE statement option at or near \"%s\"", name)
		}
		if !p.take("=") && !p.take(":=") {
			return nil, p.syntax()
		}
		q, err := p.expression(",", ";")
		if err != nil {
			return nil, err
		}
		out = append(out, RaiseOption{name, q})
		if !p.take(",") {
			return out, nil
		}
	}
}
