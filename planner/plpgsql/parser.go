package plpgsql

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

// Signature is what a body's statements depend on of the function around them.
type Signature struct {
	Name      string   // as CONTEXT shows it; "" for a DO block
	Variables []string // names of the arguments
	Set       bool     // RETURNS SETOF or TABLE
	Void      bool     // RETURNS void, and DO blocks
	Out       bool     // has OUT arguments: RETURN takes no value
	Trigger   bool
	Procedure bool
}

// maxNesting bounds the nesting of statements.
const maxNesting = 500

type parser struct {
	scanner
	sig    Signature
	scopes []*names
	loops  []loopLabel
	depth  int
}

// names are the variables of a block; cursors among them can be looped over.
type names struct {
	label   string
	known   map[string]bool
	cursors map[string]bool
}

type loopLabel struct {
	label string
	loop  bool
}

// Parse parses a body. Errors are those of CREATE FUNCTION: 42601 and 42804.
func Parse(body string, sig Signature) (*Block, error) {
	p := &parser{scanner: scanner{src: body, toks: parse.Tokens(body)}, sig: sig}
	b, err := p.body()
	if err != nil {
		e := sqlerr.From(err)
		if e.Where == "" {
			what := "inline_code_block"
			if sig.Name != "" {
				what = sig.Name
			}
			e = e.In("compilation of PL/pgSQL function \"%s\" near line %d", strings.SplitN(what, "(", 2)[0], p.line(p.at))
		}
		return nil, e
	}
	return b, nil
}

func (p *parser) body() (*Block, error) {
	outer := &names{known: map[string]bool{"found": true}, cursors: map[string]bool{}, label: strings.SplitN(p.sig.Name, "(", 2)[0]}
	for _, n := range p.sig.Variables {
		outer.known[n] = true
	}
	if p.sig.Trigger {
		for _, n := range []string{"new", "old", "tg_name", "tg_when", "tg_level", "tg_op", "tg_relid", "tg_relname", "tg_table_name", "tg_table_schema", "tg_nargs", "tg_argv"} {
			outer.known[n] = true
		}
	}
	p.scopes = append(p.scopes, outer)
	for p.word(p.at) == "#" { // options such as #variable_conflict
		return nil, sqlerr.Unsupported("a compile option in PL/pgSQL", "Qualify names that are both a column and a variable.")
	}
	label, err := p.label()
	if err != nil {
		return nil, err
	}
	if !p.is("DECLARE") && !p.is("BEGIN") {
		return nil, p.syntax()
	}
	b, err := p.block(label)
	if err != nil {
		return nil, err
	}
	p.take(";")
	if p.more() {
		return nil, p.syntax()
	}
	return b, nil
}

// label reads <<name>>.
func (p *parser) label() (string, error) {
	if p.word(p.at) != "<<" {
		return "", nil
	}
	p.at++
	name, err := p.identifier()
	if err != nil {
		return "", err
	}
	return name, p.expect(">>")
}

// endLabel reads the label that may follow END.
func (p *parser) endLabel(label string) error {
	if !p.isName(p.at) {
		return nil
	}
	name := p.name(p.at)
	p.at++
	if label == "" {
		return sqlerr.New(sqlerr.SyntaxError, "end label \"%s\" specified for unlabeled block", name)
	}
	if name != label {
		return sqlerr.New(sqlerr.SyntaxError, "end label \"%s\" differs from block's label \"%s\"", name, label)
	}
	return nil
}

func (p *parser) push(label string) *names {
	n := &names{label: label, known: map[string]bool{}, cursors: map[string]bool{}}
	p.scopes = append(p.scopes, n)
	return n
}

func (p *parser) pop() { p.scopes = p.scopes[:len(p.scopes)-1] }

// known reports whether a dotted name begins with a variable, or a label and a variable.
func (p *parser) known(parts []string) bool {
	for i := len(p.scopes) - 1; i >= 0; i-- {
		s := p.scopes[i]
		if s.known[parts[0]] || len(parts) > 1 && s.label == parts[0] && s.known[parts[1]] {
			return true
		}
	}
	return false
}

func (p *parser) isCursor(name string) bool {
	for i := len(p.scopes) - 1; i >= 0; i-- {
		if p.scopes[i].known[name] {
			return p.scopes[i].cursors[name]
		}
	}
	return false
}

// block reads [DECLARE …] BEGIN … END.
func (p *parser) block(label string) (*Block, error) {
	p.push(label)
	defer p.pop()
	b := &Block{Label: label, Line: p.line(p.at)}
	for p.take("DECLARE") {
		for !p.is("BEGIN") && !p.is("DECLARE") {
			if !p.more() {
				return nil, p.syntax()
			}
			d, err := p.declaration()
			if err != nil {
				return nil, err
			}
			b.Decls = append(b.Decls, d)
		}
	}
	b.Line = p.line(p.at)
	if err := p.expect("BEGIN"); err != nil {
		return nil, err
	}
	p.loops = append(p.loops, loopLabel{label: label})
	defer func() { p.loops = p.loops[:len(p.loops)-1] }()
	var err error
	if b.Body, err = p.statements("END", "EXCEPTION"); err != nil {
		return nil, err
	}
	if p.take("EXCEPTION") {
		if b.Handlers, err = p.handlers(); err != nil {
			return nil, err
		}
	}
	if err := p.expect("END"); err != nil {
		return nil, err
	}
	return b, p.endLabel(label)
}

func (p *parser) handlers() ([]*Handler, error) {
	s := p.push("")
	s.known["sqlstate"], s.known["sqlerrm"] = true, true
	defer p.pop()
	var out []*Handler
	for p.is("WHEN") {
		h := &Handler{Line: p.line(p.at)}
		p.at++
		for {
			c, err := p.condition()
			if err != nil {
				return nil, err
			}
			h.Conditions = append(h.Conditions, c)
			if !p.take("OR") {
				break
			}
		}
		if err := p.expect("THEN"); err != nil {
			return nil, err
		}
		var err error
		if h.Body, err = p.statements("WHEN", "END"); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	if out == nil {
		return nil, p.syntax()
	}
	return out, nil
}

func (p *parser) condition() (Condition, error) {
	if p.take("SQLSTATE") {
		if p.at >= len(p.toks) || p.toks[p.at].Kind != parse.TokenString {
			return Condition{}, p.syntax()
		}
		code := stringValue(p.text(p.at))
		p.at++
		if !isSQLState(code) {
			return Condition{}, sqlerr.New(sqlerr.SyntaxError, "invalid SQLSTATE code")
		}
		return Condition{Codes: []string{code}}, nil
	}
	name, err := p.identifier()
	if err != nil {
		return Condition{}, err
	}
	if name == "others" {
		return Condition{Name: name, Any: true}, nil
	}
	codes := ConditionCodes(name)
	if codes == nil {
		return Condition{}, unknownCondition(name)
	}
	return Condition{Name: name, Codes: codes}, nil
}

func unknownCondition(name string) error {
	return sqlerr.New(sqlerr.UndefinedObject, "unrecognized exception condition \"%s\"", name)
}

// statements reads statements up to one of the words.
func (p *parser) statements(ends ...string) ([]Stmt, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, sqlerr.New(sqlerr.StatementTooComplex, "statements are nested too deeply")
	}
	defer func() { p.depth-- }()
	var out []Stmt
	for {
		for _, e := range ends {
			if p.is(e) {
				return out, nil
			}
		}
		if !p.more() {
			return nil, p.syntax()
		}
		s, err := p.statement()
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
}

// expression reads the text up to one of the words, which stays unread.
func (p *parser) expression(ends ...string) (*Query, error) {
	end, err := p.until(ends...)
	if err != nil {
		return nil, err
	}
	found := false
	for _, e := range ends {
		found = found || p.word(end) == e
	}
	if !found {
		if end < len(p.toks) && end == p.at {
			return nil, p.syntax()
		}
		what := ends[0]
		if what == ";" || what == "," || what == ")" {
			p.at = end
			return nil, p.syntax()
		}
		p.at = min(end, len(p.toks))
		return nil, sqlerr.New(sqlerr.SyntaxError, "missing \"%s\" at end of SQL expression", what)
	}
	if end == p.at {
		if p.word(end) == ";" || p.word(end) == ")" {
			return nil, sqlerr.New(sqlerr.SyntaxError, "missing expression at or near \"%s\"", p.word(end))
		}
		return nil, p.syntax()
	}
	q, err := p.makeExpr(p.at, end)
	p.at = end
	return q, err
}

// makeExpr makes an expression of the tokens from a to before b and checks its syntax.
func (p *parser) makeExpr(a, b int) (*Query, error) {
	q := &Query{Text: p.slice(a, b), Line: p.line(a)}
	q.SQL = "SELECT " + q.Text
	return q, p.check(q)
}

// makeStatement makes a statement of the tokens from a to before b.
func (p *parser) makeStatement(a, b int) (*Query, error) {
	q := &Query{Text: p.slice(a, b), Line: p.line(a)}
	q.SQL = q.Text
	return q, p.check(q)
}

// check parses a query, so that its syntax errors are those of CREATE FUNCTION.
func (p *parser) check(q *Query) error {
	list, err := parse.Parse(q.SQL)
	if err != nil {
		e := sqlerr.From(err)
		e.Position = 0
		return e
	}
	if len(list) != 1 {
		return p.syntax()
	}
	return nil
}

// target reads a variable that is assigned to.
func (p *parser) target() (*Name, error) {
	start := p.at
	parts, err := p.dotted()
	if err != nil {
		return nil, err
	}
	if !p.known(parts) {
		p.at = start
		return nil, sqlerr.New(sqlerr.SyntaxError, "\"%s\" is not a known variable", strings.Join(parts, "."))
	}
	n := &Name{Parts: parts, Line: p.line(start)}
	for {
		switch {
		case p.take("["):
			q, err := p.expression("]")
			if err != nil {
				return nil, err
			}
			p.at++
			n.Steps = append(n.Steps, Step{Index: q})
		case len(n.Steps) > 0 && p.word(p.at) == "." && p.isName(p.at+1):
			n.Steps = append(n.Steps, Step{Field: p.name(p.at + 1)})
			p.at += 2
		default:
			return n, nil
		}
	}
}

// targets reads variables separated by commas.
func (p *parser) targets() ([]*Name, error) {
	var out []*Name
	for {
		n, err := p.target()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.take(",") {
			return out, nil
		}
	}
}
