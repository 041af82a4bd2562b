package plpgsql

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/planner/parse"
)

// declaration reads one declaration up to its semicolon.
func (p *parser) declaration() (*Decl, error) {
	d := &Decl{Line: p.line(p.at)}
	var err error
	if d.Name, err = p.identifier(); err != nil {
		return nil, err
	}
	scope := p.scopes[len(p.scopes)-1]
	if scope.known[d.Name] {
		return nil, sqlerr.New(sqlerr.SyntaxError, "duplicate declaration at or near \"%s\"", d.Name)
	}
	switch {
	case p.take("ALIAS", "FOR"):
		err = p.alias(d)
	case p.isCursorDecl():
		scope.cursors[d.Name] = true
		err = p.cursorDecl(d)
	default:
		err = p.variable(d)
	}
	if err != nil {
		return nil, err
	}
	scope.known[d.Name] = true
	return d, p.expect(";")
}

func (p *parser) alias(d *Decl) (err error) {
	if p.at < len(p.toks) && p.toks[p.at].Kind == parse.TokenParam {
		d.Alias = []string{p.text(p.at)}
		p.at++
		return nil
	}
	start := p.at
	if d.Alias, err = p.dotted(); err != nil {
		return err
	}
	if !p.known(d.Alias) {
		p.at = start
		return sqlerr.New(sqlerr.UndefinedObject, "variable \"%s\" does not exist", strings.Join(d.Alias, "."))
	}
	return nil
}

func (p *parser) isCursorDecl() bool {
	return p.is("CURSOR") || p.is("SCROLL", "CURSOR") || p.is("NO", "SCROLL", "CURSOR")
}

// cursorDecl reads [NO] [SCROLL] CURSOR [(args)] FOR query.
func (p *parser) cursorDecl(d *Decl) error {
	c := &CursorDecl{NoScroll: p.take("NO")}
	if p.take("SCROLL") {
		c.Scroll = !c.NoScroll
	}
	if err := p.expect("CURSOR"); err != nil {
		return err
	}
	d.Cursor = c
	if p.take("(") {
		for {
			a := &Decl{Line: p.line(p.at)}
			var err error
			if a.Name, err = p.identifier(); err != nil {
				return err
			}
			end, err := p.until(",", ")")
			if err != nil {
				return err
			}
			if err := p.dataType(a, end); err != nil {
				return err
			}
			c.Args = append(c.Args, a)
			if !p.take(",") {
				break
			}
		}
		if err := p.expect(")"); err != nil {
			return err
		}
	}
	if !p.take("FOR") && !p.take("IS") {
		return p.syntax()
	}
	end, err := p.until(";")
	if err != nil {
		return err
	}
	c.Query, err = p.makeStatement(p.at, end)
	p.at = end
	return err
}

// variable reads [CONSTANT] type [COLLATE c] [NOT NULL] [:= expr].
func (p *parser) variable(d *Decl) error {
	d.Constant = p.take("CONSTANT")
	end, err := p.until(":=", "=", "DEFAULT", "NOT", "COLLATE", ";")
	if err != nil {
		return err
	}
	if end == p.at {
		return p.syntax()
	}
	if err := p.dataType(d, end); err != nil {
		return err
	}
	if p.take("COLLATE") {
		if _, err := p.dotted(); err != nil {
			return err
		}
	}
	if p.take("NOT") {
		if err := p.expect("NULL"); err != nil {
			return err
		}
		d.NotNull = true
	}
	if p.take(":=") || p.take("=") || p.take("DEFAULT") {
		if d.Default, err = p.expression(";"); err != nil {
			return err
		}
	}
	if d.NotNull && d.Default == nil {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "variable \"%s\" must have a default value, since it's declared NOT NULL", d.Name)
	}
	return nil
}

// dataType reads a type that ends before token end.
func (p *parser) dataType(d *Decl, end int) error {
	if end <= p.at {
		return p.syntax()
	}
	start := p.at
	for i := start; i < end; i++ {
		if p.word(i) != "%" || (p.word(i+1) != "TYPE" && p.word(i+1) != "ROWTYPE") {
			continue
		}
		of, err := p.dotted()
		if err != nil || p.at != i {
			return p.syntax()
		}
		d.Of, d.OfRow, d.OfType = of, p.word(i+1) == "ROWTYPE", p.word(i+1) == "TYPE"
		p.at = i + 2
		if p.at < end && (p.is("[") || p.is("ARRAY")) {
			d.Array = true
			p.at = end
		}
		if p.at != end {
			return p.syntax()
		}
		return nil
	}
	d.Type = p.slice(start, end)
	p.at = end
	if _, err := parse.Parse("SELECT NULL::" + d.Type); err != nil {
		return sqlerr.New(sqlerr.SyntaxError, "invalid type name \"%s\"", d.Type)
	}
	return nil
}
